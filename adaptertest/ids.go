package adaptertest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/authdb/authdb"
)

// plantUserID stores a user with the ID, or with one of the adapter's own
// where ids are not text, and what hangs on the user.
func plantUserID(r *rig, key string) (planted, error) {
	if r.known&(numbersUsers|uuidsOnly) != 0 {
		key = ""
	}
	user, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.ID = key }))
	if err != nil {
		return planted{}, err
	}
	p := planted{key: user.ID, find: []attempt{
		{"GetUser", func(key string) error { _, err := r.GetUser(r.ctx, key); return err }},
		{"UpdateUser", func(key string) error {
			_, err := r.UpdateUser(r.ctx, key, authdb.UserPatch{Name: authdb.Set("Ada")})
			return err
		}},
		{"UpdateUser with an empty patch", func(key string) error {
			_, err := r.UpdateUser(r.ctx, key, authdb.UserPatch{})
			return err
		}},
	}, remove: []attempt{
		{"DeleteUser", func(key string) error { return r.DeleteUser(r.ctx, key) }},
	}}
	r.plantListed(&p, user)
	return p, nil
}

// plantListed gives the user something to be listed or removed by the ID.
func (r *rig) plantListed(p *planted, user *authdb.User) {
	listed := func(method string, list func(key string) (int, error)) {
		p.find = append(p.find, attempt{method, func(key string) error {
			n, err := list(key)
			if err == nil && n == 0 {
				return authdb.ErrNotFound // as good as
			}
			return err
		}})
	}
	if r.has(hasSessionLister | hasSessions) {
		r.addSession(user.ID)
		listed("ListSessionsByUserID", func(key string) (int, error) {
			list, err := r.ListSessionsByUserID(r.ctx, key)
			return len(list), err
		})
		listed("DeleteSessionsByUserID", func(key string) (int, error) {
			n, err := r.DeleteSessionsByUserID(r.ctx, key)
			return int(n), err
		})
	}
	if r.has(hasAccountLister | hasAccounts) {
		r.addAccount(user.ID)
		listed("ListAccountsByUserID", func(key string) (int, error) {
			list, err := r.ListAccountsByUserID(r.ctx, key)
			return len(list), err
		})
	}
	if r.has(hasAuthenticators) {
		r.addAuthenticator(user.ID)
		listed("ListAuthenticatorsByUserID", func(key string) (int, error) {
			list, err := r.ListAuthenticatorsByUserID(r.ctx, key)
			return len(list), err
		})
	}
}

var idRules = group("Keys", 0, []rule{
	{name: "A number in another spelling is no ID", needs: numbersUsers, check: func(r *rig) {
		r.misses(keyColumn{plant: plantUserID}, otherNumbers)
	}},
	{name: "A UUID in another spelling is no ID", needs: uuidsOnly, check: func(r *rig) {
		r.misses(keyColumn{plant: plantUserID}, otherUUIDs)
	}},
	{name: "A given ID that is not a UUID is ErrInvalid where ids are", needs: uuidsOnly, unless: numbersUsers, check: func(r *rig) {
		_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.ID = "not-a-uuid" }))
		r.invalid(err, "ID", "CreateUser")
	}},
	{name: "A session for another spelling of a user's ID is ErrReference", needs: hasSessions, check: func(r *rig) {
		user := r.addUser()
		for _, id := range r.otherSpellings(user.ID) {
			_, err := r.CreateSession(r.ctx, r.newSession(id))
			r.is(err, authdb.ErrReference, fmt.Sprintf("CreateSession for the user %q", id))
		}
	}},
	{name: "An account for another spelling of a user's ID is ErrReference", needs: hasAccounts, check: func(r *rig) {
		user := r.addUser()
		for _, id := range r.otherSpellings(user.ID) {
			_, err := r.LinkAccount(r.ctx, r.newAccount(id))
			r.is(err, authdb.ErrReference, fmt.Sprintf("LinkAccount to the user %q", id))
		}
	}},
	{name: "An authenticator for another spelling of a user's ID is ErrReference", needs: hasAuthenticators, check: func(r *rig) {
		user := r.addUser()
		for _, id := range r.otherSpellings(user.ID) {
			_, err := r.CreateAuthenticator(r.ctx, r.newAuthenticator(id))
			r.is(err, authdb.ErrReference, fmt.Sprintf("CreateAuthenticator for the user %q", id))
		}
	}},
	{name: "A record for a user whose ID could not be stored is refused", needs: hasSessions, check: func(r *rig) {
		for _, id := range []string{"\x00", "\xff", strings.Repeat("x", 300)} {
			// Both are true of it.
			_, err := r.CreateSession(r.ctx, r.newSession(id))
			if !errors.Is(err, authdb.ErrReference) && !errors.Is(err, authdb.ErrInvalid) {
				r.Errorf("CreateSession for the user %s: got the error %v, want %q or %q", show(id), err, authdb.ErrReference, authdb.ErrInvalid)
			}
		}
	}},
	{name: "GetUserByEmail finds the address in another case of ASCII letters where the unique key ignores case", needs: foldsEmail, check: func(r *rig) {
		ada := r.addUser()
		for _, email := range []string{swapCase(ada.Email), strings.ToUpper(ada.Email)} {
			got, err := r.GetUserByEmail(r.ctx, email)
			r.ok(err, "GetUserByEmail in another case")
			r.sameUser(got, ada, "GetUserByEmail in another case")
		}
	}},
	{name: "An address in another case of ASCII letters is ErrDuplicate where the unique key ignores case", needs: foldsEmail, check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = swapCase(ada.Email) }))
		r.is(err, authdb.ErrDuplicate, "CreateUser with the address of another user in another case")
		_, err = r.UpdateUser(r.ctx, bob.ID, authdb.UserPatch{Email: authdb.Set(swapCase(ada.Email))})
		r.is(err, authdb.ErrDuplicate, "UpdateUser with the address of another user in another case")
	}},
})

// otherSpellings are texts that a careless database takes for the ID.
func (r *rig) otherSpellings(id string) []string {
	switch {
	case r.has(numbersUsers):
		return otherNumbers(id)
	case r.has(uuidsOnly):
		return otherUUIDs(id)
	}
	return []string{strings.ToUpper(id), id + " ", " " + id, id + "\u200b", "not-an-id"}
}

func otherNumbers(id string) []string {
	ids := []string{
		"0" + id, "00" + id, "+" + id, "-" + id, " " + id, id + " ", id + "\n", id + ".0", id + "e0", id + "abc",
		"abc", "0", "-0", "-1", "010", "0x10", "1_0", "99999999999999999999", "-99999999999999999999",
		strings.Map(func(c rune) rune { return c - '0' + '０' }, id), // full-width digits
	}
	if n, err := strconv.ParseInt(id, 10, 64); err == nil {
		ids = append(ids, fmt.Sprintf("%#x", n), fmt.Sprintf("%#o", n), fmt.Sprintf("%#b", n))
	}
	return ids
}

func otherUUIDs(id string) []string {
	return []string{
		strings.ToUpper(id), "{" + id + "}", "urn:uuid:" + id, strings.ReplaceAll(id, "-", ""),
		id + " ", " " + id, "not-a-uuid", "0", id[:len(id)-1], id + "0",
	}
}
