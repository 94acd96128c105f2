package adaptertest

import (
	"fmt"
	"strings"
	"time"

	"github.com/authdb/authdb"
)

// A comparison collects in what a stored record differs from the wanted one.
// Of Extra it says nothing: rows maintain columns of their own.
type comparison struct {
	r      *rig
	record string
	diffs  []string
}

func compareField[T comparable](c *comparison, field string, got, want T) {
	if c.r.config.drops[c.record+"."+field] {
		var zero T
		want = zero
	}
	if got != want {
		c.diffs = append(c.diffs, fmt.Sprintf("%s is %s, want %s", field, show(got), show(want)))
	}
}

// show prints a value so that 100 KiB of it can be read.
func show(v any) string {
	text, ok := v.(string)
	if ok && len(text) > 100 {
		return fmt.Sprintf("%q... (%d bytes)", text[:100], len(text))
	}
	return fmt.Sprintf("%#v", v)
}

func compareText[R any](c *comparison, fields []textField[R], got, want *R) {
	for _, f := range fields {
		compareField(c, f.name, *f.of(got), *f.of(want))
	}
}

// instant is a time that can be compared and printed; NULL is empty.
func instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func (c *comparison) report(what string) {
	c.r.Helper()
	if len(c.diffs) > 0 {
		c.r.Errorf("%s: %s", what, strings.Join(c.diffs, "; "))
	}
}

// A wanted ID of "" is any: the adapter makes it.

func (r *rig) sameUser(got, want *authdb.User, what string) {
	r.Helper()
	want = cloneUser(want)
	if want.ID == "" {
		want.ID = got.ID
	}
	c := &comparison{r: r, record: "User"}
	compareText(c, userText, got, want)
	compareField(c, "EmailVerified", instant(got.EmailVerified), instant(want.EmailVerified))
	c.report(what)
}

func (r *rig) sameAccount(got, want *authdb.Account, what string) {
	r.Helper()
	want = cloneAccount(want)
	if want.ID == "" {
		want.ID = got.ID
	}
	c := &comparison{r: r, record: "Account"}
	compareText(c, accountText, got, want)
	compareField(c, "ExpiresAt", got.ExpiresAt, want.ExpiresAt)
	c.report(what)
}

func (r *rig) sameSession(got, want *authdb.Session, what string) {
	r.Helper()
	want = cloneSession(want)
	if want.ID == "" {
		want.ID = got.ID
	}
	c := &comparison{r: r, record: "Session"}
	compareText(c, sessionText, got, want)
	compareField(c, "Expires", instant(&got.Expires), instant(&want.Expires))
	c.report(what)
}

func (r *rig) sameToken(got, want *authdb.VerificationToken, what string) {
	r.Helper()
	c := &comparison{r: r, record: "VerificationToken"}
	compareText(c, verificationTokenText, got, want)
	compareField(c, "Expires", instant(&got.Expires), instant(&want.Expires))
	c.report(what)
}

func (r *rig) sameAuthenticator(got, want *authdb.Authenticator, what string) {
	r.Helper()
	c := &comparison{r: r, record: "Authenticator"}
	compareText(c, authenticatorText, got, want)
	compareField(c, "Counter", got.Counter, want.Counter)
	compareField(c, "CredentialBackedUp", got.CredentialBackedUp, want.CredentialBackedUp)
	c.report(what)
}

// The checks of what is stored read it anew.

func (r *rig) userIs(want *authdb.User, what string) {
	r.Helper()
	got, err := r.GetUser(r.ctx, want.ID)
	r.ok(err, what+": GetUser")
	r.sameUser(got, want, what+": GetUser")
}

func (r *rig) accountIs(want *authdb.Account, what string) {
	r.Helper()
	got, err := r.GetAccount(r.ctx, want.Provider, want.ProviderAccountID)
	r.ok(err, what+": GetAccount")
	r.sameAccount(got, want, what+": GetAccount")
}

func (r *rig) sessionIs(want *authdb.Session, what string) {
	r.Helper()
	got, _, err := r.GetSessionAndUser(r.ctx, want.SessionToken)
	r.ok(err, what+": GetSessionAndUser")
	r.sameSession(got, want, what+": GetSessionAndUser")
}

func (r *rig) authenticatorIs(want *authdb.Authenticator, what string) {
	r.Helper()
	got, err := r.GetAuthenticator(r.ctx, want.CredentialID)
	r.ok(err, what+": GetAuthenticator")
	r.sameAuthenticator(got, want, what+": GetAuthenticator")
}
