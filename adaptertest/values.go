package adaptertest

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/authdb/authdb"
)

// A creator makes records of one kind, for what holds alike for all kinds.
type creator[R any] struct {
	record string
	needs  facts
	text   []textField[R]
	make   func(r *rig) *R
	create func(r *rig, record *R) (*R, error)
	read   func(r *rig, stored *R) (*R, error)
	extra  func(record *R) *map[string]any

	// patch writes further columns, where there is a method for it.
	patch      func(r *rig, stored *R, extra map[string]any) (*R, error)
	patchNeeds facts
}

var userCreator = creator[authdb.User]{
	record: "User", text: userText,
	make:   func(r *rig) *authdb.User { return r.newUser() },
	create: func(r *rig, u *authdb.User) (*authdb.User, error) { return r.CreateUser(r.ctx, u) },
	read:   func(r *rig, u *authdb.User) (*authdb.User, error) { return r.GetUser(r.ctx, u.ID) },
	extra:  func(u *authdb.User) *map[string]any { return &u.Extra },
	patch: func(r *rig, u *authdb.User, extra map[string]any) (*authdb.User, error) {
		return r.UpdateUser(r.ctx, u.ID, authdb.UserPatch{Extra: extra})
	},
}

var accountCreator = creator[authdb.Account]{
	record: "Account", needs: hasAccounts, text: accountText,
	make:   func(r *rig) *authdb.Account { return r.newAccount(r.addUser().ID) },
	create: func(r *rig, a *authdb.Account) (*authdb.Account, error) { return r.LinkAccount(r.ctx, a) },
	read: func(r *rig, a *authdb.Account) (*authdb.Account, error) {
		return r.GetAccount(r.ctx, a.Provider, a.ProviderAccountID)
	},
	extra: func(a *authdb.Account) *map[string]any { return &a.Extra },
	patch: func(r *rig, a *authdb.Account, extra map[string]any) (*authdb.Account, error) {
		return r.UpdateAccount(r.ctx, a.Provider, a.ProviderAccountID, authdb.AccountPatch{Extra: extra})
	},
	patchNeeds: hasAccountUpdater,
}

var sessionCreator = creator[authdb.Session]{
	record: "Session", needs: hasSessions, text: sessionText,
	make:   func(r *rig) *authdb.Session { return r.newSession(r.addUser().ID) },
	create: func(r *rig, s *authdb.Session) (*authdb.Session, error) { return r.CreateSession(r.ctx, s) },
	read: func(r *rig, s *authdb.Session) (*authdb.Session, error) {
		got, _, err := r.GetSessionAndUser(r.ctx, s.SessionToken)
		return got, err
	},
	extra: func(s *authdb.Session) *map[string]any { return &s.Extra },
	patch: func(r *rig, s *authdb.Session, extra map[string]any) (*authdb.Session, error) {
		return r.UpdateSession(r.ctx, s.SessionToken, authdb.SessionPatch{Extra: extra})
	},
}

var tokenCreator = creator[authdb.VerificationToken]{
	record: "VerificationToken", needs: hasTokens, text: verificationTokenText,
	make: func(r *rig) *authdb.VerificationToken { return r.newToken() },
	create: func(r *rig, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
		return r.CreateVerificationToken(r.ctx, t)
	},
	read: func(r *rig, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
		return r.UseVerificationToken(r.ctx, t.Identifier, t.Token)
	},
	extra: func(t *authdb.VerificationToken) *map[string]any { return &t.Extra },
}

var authenticatorCreator = creator[authdb.Authenticator]{
	record: "Authenticator", needs: hasAuthenticators, text: authenticatorText,
	make: func(r *rig) *authdb.Authenticator { return r.newAuthenticator(r.addUser().ID) },
	create: func(r *rig, a *authdb.Authenticator) (*authdb.Authenticator, error) {
		return r.CreateAuthenticator(r.ctx, a)
	},
	read: func(r *rig, a *authdb.Authenticator) (*authdb.Authenticator, error) {
		return r.GetAuthenticator(r.ctx, a.CredentialID)
	},
	extra: func(a *authdb.Authenticator) *map[string]any { return &a.Extra },
}

// rules are those on the values of a record.
func (c creator[R]) rules() []rule {
	rules := []rule{
		{name: c.record + ": nil is ErrInvalid", check: func(r *rig) {
			_, err := c.create(r, nil)
			r.is(err, authdb.ErrInvalid, "storing nil")
		}},
		{name: c.record + ": text comes back byte for byte", check: func(r *rig) {
			for _, text := range awkward {
				c.keeps(r, func(f textField[R]) string { return r.fresh("x") + text })
			}
		}},
		{name: c.record + ": text that holds a NUL byte is ErrInvalid", check: func(r *rig) {
			c.refuses(r, "a NUL byte", func(f textField[R]) string { return r.fresh("x") + "\x00y" })
			c.refuses(r, "a NUL byte alone", func(f textField[R]) string { return "\x00" })
		}},
		{name: c.record + ": text that is not UTF-8 is ErrInvalid", check: func(r *rig) {
			c.refuses(r, "invalid UTF-8", func(f textField[R]) string { return r.fresh("x") + "\xff" })
			c.refuses(r, "a surrogate", func(f textField[R]) string { return r.fresh("x") + "\xed\xa0\x80" })
		}},
		{name: c.record + ": text as long as its column is kept", check: func(r *rig) {
			c.keeps(r, func(f textField[R]) string { return r.sized(c.length(r, f), f.name) })
		}},
		{name: c.record + ": text longer than its column is ErrInvalid", check: func(r *rig) {
			c.refuses(r, "text too long", func(f textField[R]) string {
				if length := c.length(r, f); length > 0 {
					return r.sized(length+1, f.name)
				}
				return ""
			})
		}},
		{name: c.record + ": text that providers and people fill is not limited", check: func(r *rig) {
			for _, size := range []int{8 << 10, 100 << 10} {
				c.keeps(r, func(f textField[R]) string {
					if c.length(r, f) > 0 {
						return ""
					}
					return r.sized(size, f.name)
				})
			}
		}},
		{name: c.record + ": a required field that is empty is ErrInvalid", check: func(r *rig) {
			for _, f := range c.text {
				if f.required {
					record := c.make(r)
					*f.of(record) = ""
					_, err := c.create(r, record)
					r.invalid(err, f.name, "storing an empty "+f.name)
				}
			}
		}},
	}
	return group("Values", c.needs, c.drop(rules))
}

// drop removes the rules that would say nothing of the record.
func (c creator[R]) drop(rules []rule) []rule {
	var kept []rule
	for _, rule := range rules {
		switch {
		case c.record == "User" && strings.HasSuffix(rule.name, "a required field that is empty is ErrInvalid"):
		case !c.unlimited() && strings.HasSuffix(rule.name, "is not limited"):
		default:
			kept = append(kept, rule)
		}
	}
	return kept
}

func (c creator[R]) unlimited() bool {
	for _, f := range c.text {
		if f.size == 0 {
			return true
		}
	}
	return false
}

// awkward is text that has been mangled by one database or another.
var awkward = []string{
	"🦫 𝔊𝔯𝔞𝔠𝔢 naïve 日本語", `'; DROP TABLE users; --`, `back\slash "quotes" %like_ ? $1 :name @p1`,
	`'";--%_\?$1:@{}<>&`, " spaces \t\r\n\u00a0 ", "e\u0301 \u200b\u202e\ufeff", "2024-02-29T12:34:56.789Z",
}

// writable reports whether the rule may write its own text to the field: the
// IDs of accounts and sessions are the adapter's, and a user's ID has rules of
// its own.
func (c creator[R]) writable(f textField[R]) bool { return f.name != "ID" && f.name != "UserID" }

func (c creator[R]) length(r *rig, f textField[R]) int { return r.config.lengths[c.record+"."+f.name] }

// keeps stores records with the value in one field at a time, and reads them
// back. An empty value leaves the field alone.
func (c creator[R]) keeps(r *rig, value func(textField[R]) string) {
	r.Helper()
	for _, f := range c.text {
		want := value(f)
		if !c.writable(f) || want == "" || r.config.drops[c.record+"."+f.name] {
			continue
		}
		if length := c.length(r, f); length > 0 && utf8.RuneCountInString(want) > length {
			continue
		}
		if f.name == "CredentialID" && !isBase64Like(want) {
			continue
		}
		record := c.make(r)
		*f.of(record) = want
		stored, err := c.create(r, record)
		r.ok(err, "storing "+f.name+" "+show(want))
		if got := *f.of(stored); got != want {
			r.Errorf("storing %s returned %s, want %s", f.name, show(got), show(want))
		}
		read, err := c.read(r, stored)
		r.ok(err, "reading "+f.name+" "+show(want))
		if got := *f.of(read); got != want {
			r.Errorf("reading %s returned %s, want %s", f.name, show(got), show(want))
		}
	}
}

// refuses stores records with a value in one field at a time that is not to be
// stored, and checks that nothing was.
func (c creator[R]) refuses(r *rig, what string, value func(textField[R]) string) {
	r.Helper()
	for _, f := range c.text {
		bad := value(f)
		if !c.writable(f) || bad == "" || r.config.drops[c.record+"."+f.name] {
			continue
		}
		record := c.make(r)
		good := *f.of(record)
		*f.of(record) = bad
		_, err := c.create(r, record)
		r.invalid(err, f.name, "storing "+what+" as "+f.name)
		*f.of(record) = good
		_, err = c.create(r, record)
		r.ok(err, "storing the record with a valid "+f.name+" after the refusal")
	}
}

// sized returns a text of n characters that nothing else has.
func (r *rig) sized(n int, field string) string {
	filler := "é" // a column of characters holds it n times, one of bytes does not
	if field == "CredentialID" {
		filler = "A"
	}
	text := r.fresh("x")
	return text + strings.Repeat(filler, max(0, n-len(text)))
}

// isBase64Like reports whether any adapter can be expected to take the text for
// a credential id.
func isBase64Like(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c >= 0x7f })
}

var userIDRules = group("Values", 0, []rule{
	{name: "User: an ID that could not be stored is ErrInvalid", unless: numbersUsers, check: func(r *rig) {
		bad := []string{"\x00", r.fresh("x") + "\x00", r.fresh("x") + "\xff"}
		if length := r.config.lengths["User.ID"]; length > 0 {
			bad = append(bad, r.sized(length+1, "ID"))
		}
		for _, id := range bad {
			_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.ID = id }))
			r.invalid(err, "ID", "CreateUser with the ID "+show(id))
		}
	}},
	{name: "User: an ID as long as its column is kept", unless: numbersUsers | uuidsOnly, check: func(r *rig) {
		want := r.newUser()
		want.ID = r.sized(r.config.lengths["User.ID"], "ID")
		_, err := r.CreateUser(r.ctx, want)
		r.ok(err, "CreateUser")
		r.userIs(want, "after CreateUser")
	}},
	{name: "UpdateUser returns ErrInvalid for what can't be stored, and changes nothing", check: func(r *rig) {
		want := r.addUser()
		for _, f := range userText[1:] {
			for _, bad := range r.unstorable("User." + f.name) {
				patch := authdb.UserPatch{EmailVerified: authdb.Null[time.Time]()}
				*map[string]*authdb.Field[string]{"Name": &patch.Name, "Email": &patch.Email, "Image": &patch.Image}[f.name] = authdb.Set(bad)
				_, err := r.UpdateUser(r.ctx, want.ID, patch)
				r.invalid(err, f.name, fmt.Sprintf("UpdateUser with the %s %s", f.name, show(bad)))
			}
		}
		r.userIs(want, "after the refusals")
	}},
	{name: "UpdateAccount returns ErrInvalid for what can't be stored, and changes nothing", needs: hasAccounts | hasAccountUpdater, check: func(r *rig) {
		want := r.addAccount(r.addUser().ID)
		for _, f := range patchText {
			for _, bad := range r.unstorable("Account." + f.name) {
				patch := authdb.AccountPatch{ExpiresAt: authdb.Null[int64]()}
				*f.patch(&patch) = authdb.Set(bad)
				_, err := r.UpdateAccount(r.ctx, want.Provider, want.ProviderAccountID, patch)
				r.invalid(err, f.name, fmt.Sprintf("UpdateAccount with the %s %s", f.name, show(bad)))
			}
		}
		r.accountIs(want, "after the refusals")
	}},
	{name: "UpdateSession returns ErrInvalid for an Expires that can't be stored, and changes nothing", needs: hasSessions, check: func(r *rig) {
		want := r.addSession(r.addUser().ID)
		bad := []authdb.Field[time.Time]{authdb.Null[time.Time](), authdb.Set(time.Time{}), authdb.Set(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))}
		for _, field := range bad {
			_, err := r.UpdateSession(r.ctx, want.SessionToken, authdb.SessionPatch{Expires: field})
			r.invalid(err, "Expires", fmt.Sprintf("UpdateSession with the Expires %v", field.Value()))
		}
		r.sessionIs(want, "after the refusals")
	}},
})

// unstorable are texts that the field does not take.
func (r *rig) unstorable(field string) []string {
	if r.config.drops[field] {
		return nil
	}
	bad := []string{r.fresh("x") + "\x00", r.fresh("x") + "\xff"}
	if length := r.config.lengths[field]; length > 0 {
		bad = append(bad, r.sized(length+1, field))
	}
	return bad
}
