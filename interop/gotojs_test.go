package interop_test

import (
	"time"

	"github.com/authdb/authdb"
)

// goToJS is what Go writes and JavaScript reads.
var goToJS = []rule{
	{name: "a user with every member", check: func(c *talk) {
		c.jsFinds(c.user(c.person()))
	}},
	{name: "a user who is not verified and has no image", check: func(c *talk) {
		c.jsFinds(c.user(&authdb.User{Name: c.fresh("name"), Email: c.email()}))
	}},
	{name: "users without an address", unless: ofAddresses, check: func(c *talk) {
		c.jsFinds(c.user(&authdb.User{Name: c.fresh("name")}))
		c.jsFinds(c.user(&authdb.User{Name: c.fresh("name")}))
	}},
	{name: "an account with every member", check: func(c *talk) {
		c.jsLinked(c.link(c.account(c.user(c.person()))))
	}},
	{name: "an account with nothing but its key", check: func(c *talk) {
		u := c.user(c.person())
		c.jsLinked(c.link(&authdb.Account{UserID: u.ID, Type: authdb.AccountOAuth, Provider: c.plain("github"), ProviderAccountID: c.plain("4711")}))
	}},
	{name: "tokens as long as the columns are", check: func(c *talk) {
		a := c.account(c.user(c.person()))
		a.AccessToken, a.RefreshToken = c.long(), c.long()
		c.jsLinked(c.link(a))
	}},
	{name: "a session and its user", check: func(c *talk) {
		u := c.user(c.person())
		s := c.session(u, c.future())
		o := c.object(c.ask("getSessionAndUser", s.SessionToken), "a session and its user")
		c.sameSession("JavaScript's session", c.asSession(o["session"]), s)
		same(c, "JavaScript's user", c.asUser(o["user"]), u)
	}},
	{name: "an expired session", check: func(c *talk) {
		u := c.user(c.person())
		c.expired(c.session(u, c.past()), true)
		c.expired(c.session(u, c.future()), false)
	}},
	{name: "a verification token, used once, in JavaScript", check: func(c *talk) {
		token, made := c.token(c.future())
		asked := object{"identifier": made.Identifier, "token": token}
		same(c, "JavaScript's token", c.asToken(c.ask("useVerificationToken", asked)), made)
		c.none("useVerificationToken", asked)
		c.gone(made)
	}},
	{name: "a verification token, used once, in Go", check: func(c *talk) {
		token, made := c.token(c.future())
		got, err := c.UseVerificationToken(c.Context(), made.Identifier, made.Token)
		c.ok(err, "UseVerificationToken")
		same(c, "Go's token", got, made)
		c.none("useVerificationToken", object{"identifier": made.Identifier, "token": token})
	}},
	{name: "a wrong identifier uses up nothing", check: func(c *talk) {
		token, made := c.token(c.future())
		c.none("useVerificationToken", object{"identifier": made.Identifier + "x", "token": token})
		_, err := c.UseVerificationToken(c.Context(), made.Identifier, made.Token)
		c.ok(err, "UseVerificationToken")
	}},
	{name: "an update of a user", check: func(c *talk) {
		u := c.user(c.person())
		got, err := c.UpdateUser(c.Context(), u.ID, authdb.UserPatch{
			Name: authdb.Set(c.fresh("new")), Image: authdb.Null[string](), EmailVerified: authdb.Set(summer),
		})
		c.ok(err, "UpdateUser")
		verified := summer.Truncate(c.verifiedPrecision())
		same(c, "the updated user", got, &authdb.User{ID: u.ID, Name: got.Name, Email: u.Email, EmailVerified: &verified})
		c.jsFinds(got)
	}},
	{name: "an update of a session", check: func(c *talk) {
		s := c.session(c.user(c.person()), c.future())
		later := c.future().Add(90 * 24 * time.Hour)
		got, err := c.UpdateSession(c.Context(), s.SessionToken, authdb.SessionPatch{Expires: authdb.Set(later)})
		c.ok(err, "UpdateSession")
		s.Expires = later.Truncate(c.expiresPrecision())
		c.sameSession("the updated session", got, s)
		c.sameSession("JavaScript's session", c.jsSessionOf(s.SessionToken), s)
	}},
	{name: "instants and ids in the form that JavaScript gives them", check: func(c *talk) {
		ours, theirs := c.user(c.person()), c.jsUser(c.person())
		if len(ours.ID) != len(theirs.ID) && !c.numbered {
			c.Errorf("Go makes the id %q, and JavaScript %q", ours.ID, theirs.ID)
		}
		c.alike(c.models.User, "EmailVerified", "ID", c.jsID(theirs.ID), c.jsID(ours.ID))
		c.alike(c.models.Session, "Expires", "SessionToken", c.jsSession(theirs, c.future()).SessionToken, c.session(ours, c.future()).SessionToken)
		_, js := c.jsToken(c.future())
		_, made := c.token(c.future())
		c.alike(c.models.VerificationToken, "Expires", "Token", js.Token, made.Token)
	}},
	{name: "a deleted session", check: func(c *talk) {
		s := c.session(c.user(c.person()), c.future())
		c.ok(c.DeleteSession(c.Context(), s.SessionToken), "DeleteSession")
		c.none("getSessionAndUser", s.SessionToken)
	}},
	{name: "an unlinked account", check: func(c *talk) {
		a := c.link(c.account(c.user(c.person())))
		c.ok(c.UnlinkAccount(c.Context(), a.Provider, a.ProviderAccountID), "UnlinkAccount")
		c.none("getUserByAccount", key(a))
		c.none("account", key(a))
	}},
	{name: "a deleted user, of whom nothing is left", check: func(c *talk) {
		u := c.user(c.person())
		a, s := c.link(c.account(u)), c.session(u, c.future())
		c.ok(c.DeleteUser(c.Context(), u.ID), "DeleteUser")
		c.none("getUser", c.jsID(u.ID))
		c.none("getUserByEmail", u.Email)
		c.none("getUserByAccount", key(a))
		c.none("getSessionAndUser", s.SessionToken)
		if n := c.rowsOf(u.ID); n != 0 {
			c.Errorf("%d rows are left", n)
		}
	}},
	{name: "JavaScript deletes a user, and nothing is left", unless: ofDeletion, check: func(c *talk) {
		u := c.user(c.person())
		c.link(c.account(u))
		c.session(u, c.future())
		c.ask("deleteUser", c.jsID(u.ID))
		if n := c.rowsOf(u.ID); n != 0 {
			c.Errorf("%d rows are left", n)
		}
	}},
	{name: "JavaScript updates a user and a session", check: func(c *talk) {
		u := c.user(c.person())
		s := c.session(u, c.future())
		c.ask("updateUser", object{"id": c.jsID(u.ID), "name": c.fresh("new")})
		c.ask("updateSession", object{"sessionToken": s.SessionToken, "expires": encode(c.past())})
		read := c.asUser(c.ask("getUser", c.jsID(u.ID)))
		if read.Name == u.Name {
			c.Errorf("JavaScript has updated nothing")
		}
		c.finds(read)
		_, _, err := c.GetSessionAndUser(c.Context(), s.SessionToken)
		c.absent(err, "GetSessionAndUser")
	}},
	{name: "JavaScript deletes a session and unlinks an account", unless: ofUnlinking, check: func(c *talk) {
		u := c.user(c.person())
		a, s := c.link(c.account(u)), c.session(u, c.future())
		c.ask("deleteSession", s.SessionToken)
		c.ask("unlinkAccount", key(a))
		_, _, err := c.GetSessionAndUser(c.Context(), s.SessionToken)
		c.absent(err, "GetSessionAndUser")
		_, err = c.GetAccount(c.Context(), a.Provider, a.ProviderAccountID)
		c.absent(err, "GetAccount")
	}},
	{name: "JavaScript goes on where Go was", check: func(c *talk) {
		before := c.user(c.person())
		c.jsAccountOf(c.account(before))
		c.jsSession(before, c.future())
		after := c.jsUser(c.person())
		c.jsSession(after, c.future())
		if before.ID == after.ID {
			c.Errorf("two users have one id")
		}
		c.finds(before)
	}},
	{name: "an authenticator, and its counter", unless: ofAuthenticators, check: func(c *talk) {
		want := c.authenticator(c.user(c.person()))
		c.link(&authdb.Account{UserID: want.UserID, Type: authdb.AccountWebAuthn, Provider: "webauthn", ProviderAccountID: want.ProviderAccountID})
		got, err := c.CreateAuthenticator(c.Context(), want)
		c.ok(err, "CreateAuthenticator")
		same(c, "Go's authenticator", got, want)
		same(c, "JavaScript's authenticator", c.asAuthenticator(c.ask("getAuthenticator", want.CredentialID)), want)
		want.Counter = 77
		_, err = c.UpdateAuthenticatorCounter(c.Context(), want.CredentialID, want.Counter)
		c.ok(err, "UpdateAuthenticatorCounter")
		list, _ := c.ask("listAuthenticatorsByUserId", c.jsID(want.UserID)).([]any)
		if len(list) != 1 {
			c.Fatalf("JavaScript: %d authenticators, want 1", len(list))
		}
		same(c, "JavaScript's authenticator", c.asAuthenticator(list[0]), want)
	}},
}
