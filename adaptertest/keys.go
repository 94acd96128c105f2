package adaptertest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/authdb/authdb"
)

// A keyColumn is a column that records are found by.
type keyColumn struct {
	name  string
	needs facts
	kind  string // what keys begin with: letters that databases like to fold

	// plant stores a record under the key, and says what can be tried with
	// other keys. A user's ID may turn out another one: see ids.go.
	plant func(r *rig, key string) (planted, error)
}

// planted is a record that attempts with wrong keys must miss.
type planted struct {
	key    string
	find   []attempt // each returns ErrNotFound if the key finds nothing
	remove []attempt // each returns nil, and removes nothing
}

// An attempt is a call by a key.
type attempt struct {
	method string
	try    func(key string) error
}

// folding are letters whose case, accents, width and normal form databases
// ignore in one collation or another.
const folding = "Kézd-strasse"

var keyColumns = []keyColumn{
	{"User.ID", 0, folding, plantUserID},
	{"Email", 0, folding, plantEmail},
	{"Provider", hasAccounts, folding, func(r *rig, key string) (planted, error) {
		a, err := r.LinkAccount(r.ctx, r.newAccount(r.addUser().ID, func(a *authdb.Account) { a.Provider = key }))
		if err != nil {
			return planted{}, err
		}
		return r.accountAttempts(key, func(key string) (string, string) { return key, a.ProviderAccountID }), nil
	}},
	{"ProviderAccountID", hasAccounts, folding, func(r *rig, key string) (planted, error) {
		a, err := r.LinkAccount(r.ctx, r.newAccount(r.addUser().ID, func(a *authdb.Account) { a.ProviderAccountID = key }))
		if err != nil {
			return planted{}, err
		}
		return r.accountAttempts(key, func(key string) (string, string) { return a.Provider, key }), nil
	}},
	{"SessionToken", hasSessions, folding, plantSessionToken},
	{"Identifier", hasTokens, folding, func(r *rig, key string) (planted, error) {
		t, err := r.CreateVerificationToken(r.ctx, r.newToken(func(t *authdb.VerificationToken) { t.Identifier = key }))
		if err != nil {
			return planted{}, err
		}
		return r.tokenAttempts(key, func(key string) (string, string) { return key, t.Token }), nil
	}},
	{"Token", hasTokens, folding, func(r *rig, key string) (planted, error) {
		t, err := r.CreateVerificationToken(r.ctx, r.newToken(func(t *authdb.VerificationToken) { t.Token = key }))
		if err != nil {
			return planted{}, err
		}
		return r.tokenAttempts(key, func(key string) (string, string) { return t.Identifier, key }), nil
	}},
	{"CredentialID", hasAuthenticators, "Kezd-strasse", plantCredentialID}, // base64, or the like of it
}

// keyRules are a rule per column and way to differ.
func keyRules() []rule {
	var rules []rule
	for _, column := range keyColumns {
		missed := func(sentence string, unless facts, variants func(key string) []string) {
			rules = append(rules, rule{
				name: column.name + sentence, needs: column.needs, unless: unless,
				check: func(r *rig) { r.misses(column, variants) },
			})
		}
		var foldsCase, digitsOnly, notText facts
		switch column.name {
		case "Email":
			foldsCase = foldsEmail
		case "User.ID":
			digitsOnly, notText = numbersUsers, numbersUsers|uuidsOnly
		}
		missed(" that is empty finds and removes nothing", 0, func(string) []string { return []string{""} })
		missed(" in another case finds and removes nothing", foldsCase|digitsOnly, otherCase)
		missed(" with other accents, width or Unicode form finds and removes nothing", 0, lookalikes)
		missed(" with other white space finds and removes nothing", 0, otherSpace)
		missed(" that holds a NUL byte or is not UTF-8 finds and removes nothing", 0, brokenText)
		missed(" of 300 or 5000 characters finds and removes nothing", 0, longText)
		rules = append(rules, rule{
			name:  column.name + " in another case, with other accents, width or white space is another key",
			needs: column.needs, unless: foldsCase | notText,
			check: func(r *rig) { r.distinguishes(column) },
		})
	}
	return group("Keys", 0, rules)
}

// misses plants a record and checks that no variant of its key hits it.
func (r *rig) misses(column keyColumn, variants func(key string) []string) {
	r.Helper()
	p, err := column.plant(r, r.fresh(column.kind))
	r.setup(err, "storing a record")
	for _, key := range variants(p.key) {
		if key == p.key {
			continue
		}
		for _, a := range p.find {
			r.absent(a.try(key), fmt.Sprintf("%s with the key %s, where there is %s", a.method, show(key), show(p.key)))
		}
		for _, a := range p.remove {
			r.ok(a.try(key), fmt.Sprintf("%s with the key %s, which is not there", a.method, show(key)))
		}
	}
	r.ok(p.find[0].try(p.key), p.find[0].method+" with the record's own key, after all others")
}

// distinguishes plants a record under each variant of a key.
func (r *rig) distinguishes(column keyColumn) {
	r.Helper()
	key := r.fresh(column.kind)
	keys := append([]string{key}, otherCase(key)...)
	if column.kind == folding { // else there is nothing but case to differ in
		keys = append(keys, lookalikes(key)...)
		keys = append(keys, otherSpace(key)...)
	}
	seen := make(map[string]planted)
	for _, key := range keys {
		if _, ok := seen[key]; ok {
			continue
		}
		p, err := column.plant(r, key)
		r.ok(err, fmt.Sprintf("storing a record under the key %q beside %d others", key, len(seen)))
		seen[key] = p
	}
	for key, p := range seen {
		r.ok(p.find[0].try(key), fmt.Sprintf("%s with the key %q", p.find[0].method, key))
	}
}

func otherCase(key string) []string {
	return []string{swapCase(key), strings.ToUpper(key), strings.ToLower(key)}
}

// swapCase changes the case of all ASCII letters.
func swapCase(s string) string {
	return strings.Map(func(c rune) rune {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			return c ^ 0x20
		}
		return c
	}, s)
}

func lookalikes(key string) []string {
	wide := rune(key[0]) - '!' + '！' // the full-width form, if it has one
	keys := []string{
		strings.Replace(key, "e", "é", 1),
		strings.Replace(key, "é", "e", 1),
		strings.Replace(key, "é", "É", 1),       // no ASCII letter
		strings.Replace(key, "é", "e\u0301", 1), // decomposed
		strings.Replace(key, "ss", "ß", 1),
		strings.Replace(key, "K", "\u212a", 1), // the Kelvin sign, in lower case a k
		key + "\u200b",                         // a space of no width
		key + "\u0301",
	}
	if '!' <= key[0] && key[0] <= '~' {
		keys = append(keys, string(wide)+key[1:])
	}
	return keys
}

func otherSpace(key string) []string {
	return []string{key + " ", " " + key, key + "\t", key + "\u00a0"}
}

func brokenText(key string) []string {
	return []string{"\x00", "\xff", key + "\x00", "\x00" + key, key + "\xff", key + "\xc3", key + "\xed\xa0\x80"}
}

func longText(key string) []string {
	return []string{
		key + strings.Repeat("x", 300-len(key)), strings.Repeat("é", 300),
		key + strings.Repeat("x", 5000-len(key)), strings.Repeat("9", 5000),
	}
}

func plantEmail(r *rig, key string) (planted, error) {
	// A NULL that "" must not find, if there can be one.
	if _, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = "" })); err != nil && !errors.Is(err, authdb.ErrInvalid) {
		r.setup(err, "storing a user without an address")
	}
	_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = key }))
	return planted{key: key, find: []attempt{
		{"GetUserByEmail", func(key string) error { _, err := r.GetUserByEmail(r.ctx, key); return err }},
	}}, err
}

func (r *rig) accountAttempts(key string, pair func(key string) (string, string)) planted {
	p := planted{key: key, find: []attempt{
		{"GetAccount", func(key string) error {
			provider, id := pair(key)
			_, err := r.GetAccount(r.ctx, provider, id)
			return err
		}},
		{"GetUserByAccount", func(key string) error {
			provider, id := pair(key)
			_, err := r.GetUserByAccount(r.ctx, provider, id)
			return err
		}},
	}, remove: []attempt{
		{"UnlinkAccount", func(key string) error { provider, id := pair(key); return r.UnlinkAccount(r.ctx, provider, id) }},
	}}
	if r.has(hasAccountUpdater) {
		p.find = append(p.find, attempt{"UpdateAccount", func(key string) error {
			provider, id := pair(key)
			_, err := r.UpdateAccount(r.ctx, provider, id, authdb.AccountPatch{Scope: authdb.Set("email")})
			return err
		}})
	}
	return p
}

func plantSessionToken(r *rig, key string) (planted, error) {
	_, err := r.CreateSession(r.ctx, r.newSession(r.addUser().ID, func(s *authdb.Session) { s.SessionToken = key }))
	return planted{key: key, find: []attempt{
		{"GetSessionAndUser", func(key string) error { _, _, err := r.GetSessionAndUser(r.ctx, key); return err }},
		{"UpdateSession", func(key string) error {
			patch := authdb.SessionPatch{Expires: authdb.Set(r.future().Add(time.Minute))}
			_, err := r.UpdateSession(r.ctx, key, patch)
			return err
		}},
		{"UpdateSession with an empty patch", func(key string) error {
			_, err := r.UpdateSession(r.ctx, key, authdb.SessionPatch{})
			return err
		}},
	}, remove: []attempt{
		{"DeleteSession", func(key string) error { return r.DeleteSession(r.ctx, key) }},
	}}, err
}

func (r *rig) tokenAttempts(key string, pair func(key string) (string, string)) planted {
	find := []attempt{
		{"UseVerificationToken", func(key string) error {
			identifier, token := pair(key)
			_, err := r.UseVerificationToken(r.ctx, identifier, token)
			return err
		}},
	}
	if r.has(hasTokenReader) {
		find = append(find, attempt{"GetVerificationToken", func(key string) error {
			identifier, token := pair(key)
			_, err := r.GetVerificationToken(r.ctx, identifier, token)
			return err
		}})
	}
	return planted{key: key, find: find}
}

func plantCredentialID(r *rig, key string) (planted, error) {
	_, err := r.CreateAuthenticator(r.ctx, r.newAuthenticator(r.addUser().ID, func(a *authdb.Authenticator) { a.CredentialID = key }))
	return planted{key: key, find: []attempt{
		{"GetAuthenticator", func(key string) error { _, err := r.GetAuthenticator(r.ctx, key); return err }},
		{"UpdateAuthenticatorCounter", func(key string) error {
			_, err := r.UpdateAuthenticatorCounter(r.ctx, key, 8)
			return err
		}},
	}}, err
}
