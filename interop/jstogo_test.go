package interop_test

import (
	"errors"
	"slices"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/presets"
)

// A rule is one sentence that holds between the two sides.
type rule struct {
	name   string
	unless func(facts) string // why the origin can't have it; nil, or "": it can
	check  func(c *talk)
}

// What only some origins have.
func ofAddresses(f facts) string {
	if f.needsEmail {
		return "the column of the address is NOT NULL"
	}
	return ""
}

func ofAuthenticators(f facts) string {
	if !f.authenticators {
		return "it has no authenticators"
	}
	return ""
}

func ofRaces(f facts) string {
	if f.racy {
		return "its useVerificationToken reads first and deletes then, so that two callers can get one token"
	}
	return ""
}

func ofDeletion(f facts) string { return f.keeps }

func ofUnlinking(f facts) string {
	if f.version3 {
		return f.keeps
	}
	return ""
}

// jsToGo is what JavaScript writes and Go reads.
var jsToGo = []rule{
	{name: "the origin of the tables is found", check: func(c *talk) {
		d, err := presets.Detect(c.Context(), c.db)
		c.ok(err, "Detect")
		origin := c.models.Layout.Origin
		if !d.Exact || d.Origin != origin && !slices.Contains(d.Same, origin) {
			c.Errorf("the tables are found to be those of %q, variant %q, and differ in %q", d.Origin, d.Variant, d.Differences)
		}
	}},
	{name: "nothing is missing, and nothing is added", check: func(c *talk) {
		c.ok(c.Check(c.Context()), "Check")
		plan, err := c.Plan(c.Context())
		c.ok(err, "Plan")
		c.ok(c.Synchronize(c.Context()), "Synchronize")
		after, err := c.Plan(c.Context())
		c.ok(err, "Plan")
		if len(plan.Statements) > 0 || after.String() != plan.String() {
			c.Errorf("Synchronize has something to do:\n%v\nand then:\n%v", plan, after)
		}
	}},
	{name: "a user with every member", check: func(c *talk) {
		c.finds(c.jsUser(c.person()))
	}},
	{name: "a user who is not verified and has no image", check: func(c *talk) {
		c.finds(c.jsUser(&authdb.User{Name: c.fresh("name"), Email: c.email()}))
	}},
	{name: "a user without an address", unless: ofAddresses, check: func(c *talk) {
		c.finds(c.jsUser(&authdb.User{Name: c.fresh("name")}))
	}},
	{name: "an account with every member", check: func(c *talk) {
		c.linked(c.jsAccountOf(c.account(c.jsUser(c.person()))))
	}},
	{name: "an account with nothing but its key", check: func(c *talk) {
		u := c.jsUser(c.person())
		c.linked(c.jsAccountOf(&authdb.Account{UserID: u.ID, Type: authdb.AccountOAuth, Provider: c.plain("github"), ProviderAccountID: c.plain("4711")}))
	}},
	{name: "tokens as long as the columns are", check: func(c *talk) {
		a := c.account(c.jsUser(c.person()))
		a.AccessToken, a.RefreshToken = c.long(), c.long()
		c.linked(c.jsAccountOf(a))
	}},
	{name: "a session and its user", check: func(c *talk) {
		u := c.jsUser(c.person())
		s := c.jsSession(u, c.future())
		session, user, err := c.GetSessionAndUser(c.Context(), s.SessionToken)
		c.ok(err, "GetSessionAndUser")
		c.sameSession("Go's session", session, s)
		same(c, "Go's user", user, u)
	}},
	{name: "an expired session", check: func(c *talk) {
		u := c.jsUser(c.person())
		old, young := c.jsSession(u, c.past()), c.jsSession(u, c.future())
		if _, _, err := c.GetSessionAndUser(c.Context(), old.SessionToken); !errors.Is(err, authdb.ErrExpired) {
			c.Errorf("Go: an expired session: %v, want ErrExpired", err)
		}
		if _, err := c.UpdateSession(c.Context(), old.SessionToken, authdb.SessionPatch{Expires: authdb.Set(c.future())}); !errors.Is(err, authdb.ErrExpired) {
			c.Errorf("Go: UpdateSession of an expired session: %v, want ErrExpired", err)
		}
		_, _, err := c.GetSessionAndUser(c.Context(), young.SessionToken)
		c.ok(err, "a session that is not expired")
		c.expired(old, true)
		c.expired(young, false)
	}},
	{name: "a verification token, used once, in Go", check: func(c *talk) {
		token, made := c.jsToken(c.future())
		got, err := c.UseVerificationToken(c.Context(), made.Identifier, made.Token)
		c.ok(err, "UseVerificationToken")
		c.sameToken("Go's token", got, made)
		c.none("useVerificationToken", object{"identifier": made.Identifier, "token": token})
		c.gone(made)
	}},
	{name: "a verification token, used once, in JavaScript", check: func(c *talk) {
		token, made := c.jsToken(c.future())
		used := c.asToken(c.ask("useVerificationToken", object{"identifier": made.Identifier, "token": token}))
		c.sameToken("JavaScript's token", used, made)
		c.gone(made)
	}},
	{name: "a verification token, used by both at once, by one of them", unless: ofRaces, check: func(c *talk) {
		for range 20 {
			c.race(c.jsToken(c.future()))
		}
	}},
	{name: "a wrong identifier or token uses up nothing", check: func(c *talk) {
		token, made := c.jsToken(c.future())
		c.gone(&authdb.VerificationToken{Identifier: made.Identifier + "x", Token: made.Token})
		c.gone(&authdb.VerificationToken{Identifier: made.Identifier, Token: made.Token + "x"})
		c.asToken(c.ask("useVerificationToken", object{"identifier": made.Identifier, "token": token}))
	}},
	{name: "an update of a user", check: func(c *talk) {
		u := c.jsUser(c.person())
		c.ask("updateUser", object{"id": c.jsID(u.ID), "name": c.fresh("new"), "emailVerified": encode(summer)})
		read := c.asUser(c.ask("getUser", c.jsID(u.ID)))
		if read.Name == u.Name || read.EmailVerified == nil || read.EmailVerified.Equal(*u.EmailVerified) {
			c.Errorf("JavaScript has updated nothing")
		}
		c.finds(read)
	}},
	{name: "an update of a session", check: func(c *talk) {
		s := c.jsSession(c.jsUser(c.person()), c.future())
		later := c.future().Add(90 * 24 * time.Hour)
		c.ask("updateSession", object{"sessionToken": s.SessionToken, "expires": encode(later)})
		read := c.jsSessionOf(s.SessionToken)
		c.near(read.Expires, later, c.expiresPrecision())
		got, _, err := c.GetSessionAndUser(c.Context(), s.SessionToken)
		c.ok(err, "GetSessionAndUser")
		c.sameSession("Go's session", got, read)
	}},
	{name: "a deleted session", check: func(c *talk) {
		s := c.jsSession(c.jsUser(c.person()), c.future())
		c.ask("deleteSession", s.SessionToken)
		_, _, err := c.GetSessionAndUser(c.Context(), s.SessionToken)
		c.absent(err, "GetSessionAndUser")
	}},
	{name: "an unlinked account", unless: ofUnlinking, check: func(c *talk) {
		a := c.jsAccountOf(c.account(c.jsUser(c.person())))
		c.ask("unlinkAccount", key(a))
		_, err := c.GetAccount(c.Context(), a.Provider, a.ProviderAccountID)
		c.absent(err, "GetAccount")
		_, err = c.GetUserByAccount(c.Context(), a.Provider, a.ProviderAccountID)
		c.absent(err, "GetUserByAccount")
	}},
	{name: "Go deletes a user, and nothing is left", check: func(c *talk) {
		u := c.jsUser(c.person())
		a, s := c.jsAccountOf(c.account(u)), c.jsSession(u, c.future())
		c.ok(c.DeleteUser(c.Context(), u.ID), "DeleteUser")
		if n := c.rowsOf(u.ID); n != 0 {
			c.Errorf("%d rows are left", n)
		}
		c.none("getUser", c.jsID(u.ID))
		c.none("getSessionAndUser", s.SessionToken)
		c.none("getUserByAccount", key(a))
	}},
	{name: "JavaScript deletes a user, and nothing is left", unless: ofDeletion, check: func(c *talk) {
		u := c.jsUser(c.person())
		s := c.jsSession(u, c.future())
		c.jsAccountOf(c.account(u))
		c.ask("deleteUser", c.jsID(u.ID))
		if n := c.rowsOf(u.ID); n != 0 {
			c.Errorf("%d rows are left", n)
		}
		_, err := c.GetUser(c.Context(), u.ID)
		c.absent(err, "GetUser")
		_, _, err = c.GetSessionAndUser(c.Context(), s.SessionToken)
		c.absent(err, "GetSessionAndUser")
	}},
	{name: "what JavaScript has taken is taken", check: func(c *talk) {
		u := c.jsUser(c.person())
		a, s := c.jsAccountOf(c.account(u)), c.jsSession(u, c.future())
		_, err := c.CreateUser(c.Context(), &authdb.User{Email: u.Email})
		c.duplicate(err, "CreateUser")
		_, err = c.LinkAccount(c.Context(), &authdb.Account{UserID: u.ID, Type: a.Type, Provider: a.Provider, ProviderAccountID: a.ProviderAccountID})
		c.duplicate(err, "LinkAccount")
		_, err = c.CreateSession(c.Context(), &authdb.Session{UserID: u.ID, SessionToken: s.SessionToken, Expires: c.future()})
		c.duplicate(err, "CreateSession")
	}},
	{name: "expired sessions are swept, and no others", check: func(c *talk) {
		u := c.jsUser(c.person())
		old, young := c.jsSession(u, c.past()), c.jsSession(u, c.future())
		_, token := c.jsToken(c.future())
		_, err := c.DeleteExpired(c.Context(), 1000)
		c.ok(err, "DeleteExpired")
		c.none("getSessionAndUser", old.SessionToken)
		c.sameSession("the session that is not expired", c.jsSessionOf(young.SessionToken), young)
		_, err = c.UseVerificationToken(c.Context(), token.Identifier, token.Token)
		c.ok(err, "the token that is not expired")
	}},
	{name: "an authenticator, and its counter", unless: ofAuthenticators, check: func(c *talk) {
		want := c.authenticator(c.jsUser(c.person()))
		c.jsAccountOf(&authdb.Account{UserID: want.UserID, Type: authdb.AccountWebAuthn, Provider: "webauthn", ProviderAccountID: want.ProviderAccountID})
		same(c, "JavaScript's authenticator", c.asAuthenticator(c.ask("createAuthenticator", jsAuthenticator(want))), want)
		got, err := c.GetAuthenticator(c.Context(), want.CredentialID)
		c.ok(err, "GetAuthenticator")
		same(c, "Go's authenticator", got, want)
		c.ask("updateAuthenticatorCounter", want.CredentialID, 77)
		list, err := c.ListAuthenticatorsByUserID(c.Context(), want.UserID)
		c.ok(err, "ListAuthenticatorsByUserID")
		want.Counter = 77
		if len(list) != 1 {
			c.Fatalf("Go: %d authenticators, want 1", len(list))
		}
		same(c, "Go's authenticator", list[0], want)
		c.ok(c.DeleteUser(c.Context(), want.UserID), "DeleteUser")
		c.none("getAuthenticator", want.CredentialID)
	}},
}
