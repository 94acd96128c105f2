package interop_test

import (
	"errors"
	"time"

	"github.com/authdb/authdb"
)

// Instants with odd milliseconds, on both sides of a change of the clock.
var (
	winter = time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.UTC)
	summer = time.Date(2026, 7, 8, 23, 59, 58, 765e6, time.UTC)
)

func (c *talk) future() time.Time {
	return time.Now().UTC().Add(30 * 24 * time.Hour).Truncate(time.Second).Add(765 * time.Millisecond)
}

func (c *talk) past() time.Time {
	return time.Now().UTC().Add(-time.Minute).Truncate(time.Second).Add(234 * time.Millisecond)
}

func (c *talk) person() *authdb.User {
	verified := winter
	return &authdb.User{Name: c.fresh("name"), Email: c.email(), EmailVerified: &verified, Image: "https://img.example/" + c.fresh("image")}
}

// account returns an account with all members that the origin has.
func (c *talk) account(u *authdb.User) *authdb.Account {
	a := &authdb.Account{
		UserID: u.ID, Type: authdb.AccountOIDC, Provider: c.plain("google"), ProviderAccountID: c.fresh("1098765432101234567890"),
		RefreshToken: c.fresh("refresh"), AccessToken: c.fresh("access"), ExpiresAt: 1798761598,
		TokenType: "bearer", Scope: "openid email profile", IDToken: "hdr.payload.sig", SessionState: c.fresh("state"),
	}
	if c.version3 {
		a.TokenType, a.Scope, a.IDToken, a.SessionState = "", "", "", ""
	}
	return a
}

func (c *talk) authenticator(u *authdb.User) *authdb.Authenticator {
	id := c.plain("wJ8Yk+Q/abcDEF123")
	return &authdb.Authenticator{
		CredentialID: id, UserID: u.ID, ProviderAccountID: id, CredentialPublicKey: "pQECAyYgASFYIGx0",
		Counter: 7, CredentialDeviceType: "multiDevice", CredentialBackedUp: true, Transports: "internal,hybrid",
	}
}

func jsAuthenticator(a *authdb.Authenticator) object {
	return object{
		"credentialID": a.CredentialID, "userId": a.UserID, "providerAccountId": a.ProviderAccountID,
		"credentialPublicKey": a.CredentialPublicKey, "counter": a.Counter, "credentialDeviceType": a.CredentialDeviceType,
		"credentialBackedUp": a.CredentialBackedUp, "transports": a.Transports,
	}
}

func key(a *authdb.Account) object {
	return object{"provider": a.Provider, "providerAccountId": a.ProviderAccountID}
}

// near checks that an instant is read as JavaScript wrote it, but for what the
// column cuts off or rounds.
func (c *talk) near(read, wrote time.Time, precision time.Duration) {
	c.Helper()
	if d := read.Sub(wrote).Abs(); d >= precision {
		c.Errorf("JavaScript wrote %v, and it is read as %v", wrote, read)
	}
}

// --- what JavaScript does, and how it reads it afterwards

func (c *talk) jsUser(u *authdb.User) *authdb.User {
	c.Helper()
	asked := object{"id": authdb.NewID(), "name": u.Name, "emailVerified": nil}
	if u.Email != "" {
		asked["email"] = u.Email
	}
	if u.Image != "" {
		asked["image"] = u.Image
	}
	if u.EmailVerified != nil {
		asked["emailVerified"] = encode(*u.EmailVerified)
	}
	made := c.object(c.ask("createUser", asked), "a user")
	read := c.asUser(c.ask("getUser", made["id"]))
	if u.EmailVerified != nil && read.EmailVerified != nil && !c.version3 { // which takes the present instead
		c.near(*read.EmailVerified, *u.EmailVerified, c.verifiedPrecision())
	}
	want := *u
	want.ID, want.EmailVerified = read.ID, read.EmailVerified
	same(c, "JavaScript's user", read, &want)
	if (u.EmailVerified == nil) != (read.EmailVerified == nil) {
		c.Errorf("JavaScript: a user is verified or not: %v became %v", u.EmailVerified, read.EmailVerified)
	}
	return read
}

func (c *talk) jsAccountOf(a *authdb.Account) *authdb.Account {
	c.Helper()
	c.ask("linkAccount", c.jsAccount(a))
	c.sameAccount("JavaScript's account", c.asAccount(c.ask("account", key(a))), a)
	return a
}

func (c *talk) jsSession(u *authdb.User, expires time.Time) *authdb.Session {
	c.Helper()
	made := c.object(c.ask("createSession", object{
		"sessionToken": c.fresh("token"), "userId": c.jsID(u.ID), "expires": encode(expires),
	}), "a session")
	token := c.words(made, "sessionToken")
	s := &authdb.Session{SessionToken: token, UserID: u.ID, Expires: expires}
	if c.version3 && expires.Before(time.Now()) { // whose getSession would delete it
		s.Expires = c.instant(made, "expires").Truncate(c.expiresPrecision())
		return s
	}
	read := c.jsSessionOf(token)
	c.near(read.Expires, expires, c.expiresPrecision())
	s.Expires = read.Expires
	c.sameSession("JavaScript's session", read, s)
	return s
}

func (c *talk) jsSessionOf(token string) *authdb.Session {
	c.Helper()
	return c.asSession(c.object(c.ask("getSessionAndUser", token), "a session and its user")["session"])
}

// jsToken makes a verification token. It returns it as JavaScript is asked for
// it, and as it is stored.
func (c *talk) jsToken(expires time.Time) (asked string, made *authdb.VerificationToken) {
	c.Helper()
	asked = c.fresh("token")
	identifier := c.fresh("somebody") + "@example.com"
	c.ask("createVerificationToken", object{"identifier": identifier, "token": asked, "expires": encode(expires)})
	return asked, &authdb.VerificationToken{Identifier: identifier, Token: c.stored(asked), Expires: expires}
}

// --- what Go does

func (c *talk) user(u *authdb.User) *authdb.User {
	c.Helper()
	got, err := c.CreateUser(c.Context(), u)
	c.ok(err, "CreateUser")
	want := *u
	want.ID = got.ID
	if u.EmailVerified != nil {
		at := u.EmailVerified.Truncate(c.verifiedPrecision())
		want.EmailVerified = &at
	}
	same(c, "Go's user", got, &want)
	return got
}

func (c *talk) link(a *authdb.Account) *authdb.Account {
	c.Helper()
	got, err := c.LinkAccount(c.Context(), a)
	c.ok(err, "LinkAccount")
	c.sameAccount("Go's account", got, a)
	return got
}

func (c *talk) session(u *authdb.User, expires time.Time) *authdb.Session {
	c.Helper()
	got, err := c.CreateSession(c.Context(), &authdb.Session{SessionToken: c.fresh("token"), UserID: u.ID, Expires: expires})
	c.ok(err, "CreateSession")
	c.sameSession("Go's session", got, &authdb.Session{
		SessionToken: got.SessionToken, UserID: u.ID, Expires: expires.Truncate(c.expiresPrecision()),
	})
	return got
}

func (c *talk) token(expires time.Time) (asked string, made *authdb.VerificationToken) {
	c.Helper()
	asked = c.fresh("token")
	made, err := c.CreateVerificationToken(c.Context(), &authdb.VerificationToken{
		Identifier: c.fresh("somebody") + "@example.com", Token: c.stored(asked), Expires: expires,
	})
	c.ok(err, "CreateVerificationToken")
	return asked, made
}

// --- who finds what

// finds has Go look a user up.
func (c *talk) finds(want *authdb.User) {
	c.Helper()
	got, err := c.GetUser(c.Context(), want.ID)
	c.ok(err, "GetUser")
	same(c, "Go's user", got, want)
	if want.Email != "" {
		got, err = c.GetUserByEmail(c.Context(), want.Email)
		c.ok(err, "GetUserByEmail")
		same(c, "Go's user by address", got, want)
	}
}

// jsFinds has JavaScript look a user up.
func (c *talk) jsFinds(want *authdb.User) {
	c.Helper()
	same(c, "JavaScript's user", c.asUser(c.ask("getUser", c.jsID(want.ID))), want)
	if want.Email != "" {
		same(c, "JavaScript's user by address", c.asUser(c.ask("getUserByEmail", want.Email)), want)
	}
}

// linked has Go look up an account, and the user by it.
func (c *talk) linked(want *authdb.Account) {
	c.Helper()
	got, err := c.GetAccount(c.Context(), want.Provider, want.ProviderAccountID)
	c.ok(err, "GetAccount")
	c.sameAccount("Go's account", got, want)
	user, err := c.GetUserByAccount(c.Context(), want.Provider, want.ProviderAccountID)
	c.ok(err, "GetUserByAccount")
	if user.ID != want.UserID {
		c.Errorf("Go: the account is another user's")
	}
}

// jsLinked has JavaScript look up an account, and the user by it.
func (c *talk) jsLinked(want *authdb.Account) {
	c.Helper()
	c.sameAccount("JavaScript's account", c.asAccount(c.ask("account", key(want))), want)
	if user := c.asUser(c.ask("getUserByAccount", key(want))); user.ID != want.UserID {
		c.Errorf("JavaScript: the account is another user's")
	}
}

// expired checks what Auth.js's core makes of a session.
func (c *talk) expired(s *authdb.Session, want bool) {
	c.Helper()
	if got := c.ask("expired", s.SessionToken); got != want {
		c.Errorf("JavaScript: a session until %v is expired: %v", s.Expires, got)
	}
}

// gone checks that Go can't use a verification token.
func (c *talk) gone(v *authdb.VerificationToken) {
	c.Helper()
	_, err := c.UseVerificationToken(c.Context(), v.Identifier, v.Token)
	c.absent(err, "UseVerificationToken")
}

// race has both sides use a token at the same moment. One of them gets it.
func (c *talk) race(asked string, made *authdb.VerificationToken) {
	c.Helper()
	mine := make(chan error)
	go func() {
		_, err := c.UseVerificationToken(c.Context(), made.Identifier, made.Token)
		mine <- err
	}()
	theirs, err := c.js.call("useVerificationToken", object{"identifier": made.Identifier, "token": asked})
	won := <-mine == nil
	if err != nil || won == (theirs != nil) {
		c.Errorf("Go has the token: %v; JavaScript has it: %v (%v)", won, theirs != nil, err)
	}
}

func (c *talk) absent(err error, what string) {
	c.Helper()
	if !errors.Is(err, authdb.ErrNotFound) {
		c.Errorf("Go: %s: %v, want ErrNotFound", what, err)
	}
}

func (c *talk) duplicate(err error, what string) {
	c.Helper()
	if !errors.Is(err, authdb.ErrDuplicate) {
		c.Errorf("Go: %s: %v, want ErrDuplicate", what, err)
	}
}

// The ids of sessions and accounts are compared where both sides show them.
func (c *talk) sameSession(what string, got, want *authdb.Session) {
	c.Helper()
	a, b := *got, *want
	a.ID, b.ID = shared(a.ID, b.ID)
	same(c, what, &a, &b)
}

func (c *talk) sameAccount(what string, got, want *authdb.Account) {
	c.Helper()
	a, b := *got, *want
	a.ID, b.ID = shared(a.ID, b.ID)
	same(c, what, &a, &b)
}

// sameToken compares a token with the one that JavaScript was asked to make.
func (c *talk) sameToken(what string, got, made *authdb.VerificationToken) {
	c.Helper()
	precision := c.expiresPrecision()
	if c.version3 { // which counts from the present
		precision = time.Minute
	}
	c.near(got.Expires, made.Expires, precision)
	want := *made
	want.Expires = got.Expires
	same(c, what, got, &want)
}

func shared(a, b string) (string, string) {
	if a == "" || b == "" {
		return "", ""
	}
	return a, b
}
