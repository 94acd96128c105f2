package adaptertest

import (
	"time"

	"github.com/authdb/authdb"
)

var sessionListerRules = group("SessionLister", hasSessionLister|hasSessions, []rule{
	{name: "ListSessionsByUserID returns the sessions of the user, those that last longest first", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		// Neither order of the tokens is that of the sessions.
		second := r.addSession(ada.ID, sessionToken(r.fresh("a")), expires(r.future().Add(time.Minute)))
		third := r.addSession(ada.ID, sessionToken(r.fresh("b")), expires(r.future()))
		r.addSession(bob.ID)
		first := r.addSession(ada.ID, sessionToken(r.fresh("c")), expires(r.future().Add(time.Hour)))
		r.sessionsAre(ada.ID, "ListSessionsByUserID", first, second, third)
	}},
	{name: "ListSessionsByUserID leaves out what has expired", check: func(r *rig) {
		ada := r.addUser()
		r.addSession(ada.ID, expires(r.past()))
		live := r.addSession(ada.ID)
		r.sessionsAre(ada.ID, "ListSessionsByUserID", live)
	}},
	{name: "ListSessionsByUserID knows a session whose Expires is now, and not one of a moment before", needs: withClock, check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		r.config.clock.Set(session.Expires)
		r.sessionsAre(session.UserID, "ListSessionsByUserID at the instant of Expires", session)
		r.config.clock.Set(session.Expires.Add(r.config.precision))
		r.sessionsAre(session.UserID, "ListSessionsByUserID a moment after Expires")
	}},
	{name: "Sessions in lists have an empty SessionToken where tokens are hashed", needs: hidesTokens, check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		list, err := r.ListSessionsByUserID(r.ctx, session.UserID)
		r.ok(err, "ListSessionsByUserID")
		if len(list) != 1 || list[0].SessionToken != "" {
			r.Errorf("ListSessionsByUserID: got a list of %d with a SessionToken, want one session without", len(list))
		}
	}},
	{name: "The list of sessions of a user with none, or an unknown one, is empty", check: func(r *rig) {
		r.addSession(r.addUser().ID)
		for _, id := range []string{r.addUser().ID, r.unknownID(), ""} {
			r.sessionsAre(id, "ListSessionsByUserID")
		}
	}},
	{name: "DeleteSessionsByUserID removes all sessions of the user, expired ones too, and says how many", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		live, expired, other := r.addSession(ada.ID), r.addSession(ada.ID, expires(r.past())), r.addSession(bob.ID)
		r.deletesSessions(2, ada.ID)
		for _, s := range []*authdb.Session{live, expired} {
			_, _, err := r.GetSessionAndUser(r.ctx, s.SessionToken)
			r.absent(err, "GetSessionAndUser after DeleteSessionsByUserID")
		}
		r.sessionIs(other, "of another user, after DeleteSessionsByUserID")
		r.deletesSessions(0, ada.ID)
	}},
	{name: "DeleteSessionsByUserID spares the sessions with the given tokens", check: func(r *rig) {
		user := r.addUser()
		one, two, three := r.addSession(user.ID), r.addSession(user.ID), r.addSession(user.ID)
		r.deletesSessions(1, user.ID, one.SessionToken, three.SessionToken)
		r.sessionIs(one, "which was to be spared")
		r.sessionIs(three, "which was to be spared")
		_, _, err := r.GetSessionAndUser(r.ctx, two.SessionToken)
		r.absent(err, "GetSessionAndUser of the one that was not to be spared")
	}},
	{name: "DeleteSessionsByUserID spares nothing for a token that is not the user's", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		session := r.addSession(ada.ID, func(s *authdb.Session) { s.SessionToken = r.fresh("Session") })
		other := r.addSession(bob.ID)
		r.deletesSessions(1, ada.ID, "", "\x00", "\xff", other.SessionToken, swapCase(session.SessionToken), session.SessionToken+" ")
		r.sessionIs(other, "of another user, after DeleteSessionsByUserID")
	}},
	{name: "DeleteSessionsByUserID takes any number of tokens", check: func(r *rig) {
		user := r.addUser()
		r.addSession(user.ID)
		spared := r.addSession(user.ID)
		tokens := make([]string, 0, 2001)
		for range 2000 { // more than fit into a statement of one database or another
			tokens = append(tokens, r.fresh("session"))
		}
		r.deletesSessions(1, user.ID, append(tokens, spared.SessionToken)...)
		r.sessionIs(spared, "which was to be spared")
	}},
	{name: "DeleteSessionsByUserID of an unknown user removes nothing", check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		r.deletesSessions(0, r.unknownID())
		r.deletesSessions(0, "")
		r.sessionIs(session, "of another user")
	}},
})

func (r *rig) sessionsAre(userID, what string, want ...*authdb.Session) {
	r.Helper()
	list, err := r.ListSessionsByUserID(r.ctx, userID)
	r.ok(err, what)
	if len(list) != len(want) {
		r.Fatalf("%s: got %d sessions, want %d", what, len(list), len(want))
	}
	for i := range want {
		listed := *want[i]
		if r.has(hidesTokens) {
			listed.SessionToken = ""
		}
		r.sameSession(list[i], &listed, what)
	}
}

func (r *rig) deletesSessions(want int64, userID string, exceptTokens ...string) {
	r.Helper()
	got, err := r.DeleteSessionsByUserID(r.ctx, userID, exceptTokens...)
	r.ok(err, "DeleteSessionsByUserID")
	if got != want {
		r.Errorf("DeleteSessionsByUserID: got %d, want %d", got, want)
	}
}

var accountListerRules = group("AccountLister", hasAccountLister|hasAccounts, []rule{
	{name: "ListAccountsByUserID returns the user's accounts in order of Provider and ProviderAccountID", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		provider, id := r.fresh("provider"), r.fresh("account")
		named := func(p, i string) func(*authdb.Account) {
			return func(a *authdb.Account) { a.Provider, a.ProviderAccountID = provider+p, id+i }
		}
		third := r.addAccount(ada.ID, named("2", "1"))
		second := r.addAccount(ada.ID, named("1", "3"))
		r.addAccount(bob.ID, named("1", "1"))
		first := r.addAccount(ada.ID, named("1", "2"))
		r.accountsAre(ada.ID, first, second, third)
	}},
	{name: "The list of accounts of a user with none, or an unknown one, is empty", check: func(r *rig) {
		r.addAccount(r.addUser().ID)
		for _, id := range []string{r.addUser().ID, r.unknownID(), ""} {
			r.accountsAre(id)
		}
	}},
	{name: "ListAccountsByUserID leaves out what was unlinked", check: func(r *rig) {
		user := r.addUser()
		stays, goes := r.addAccount(user.ID), r.addAccount(user.ID)
		r.setup(r.UnlinkAccount(r.ctx, goes.Provider, goes.ProviderAccountID), "UnlinkAccount")
		r.accountsAre(user.ID, stays)
	}},
})

func (r *rig) accountsAre(userID string, want ...*authdb.Account) {
	r.Helper()
	list, err := r.ListAccountsByUserID(r.ctx, userID)
	r.ok(err, "ListAccountsByUserID")
	if len(list) != len(want) {
		r.Fatalf("ListAccountsByUserID: got %d accounts, want %d", len(list), len(want))
	}
	for i := range want {
		r.sameAccount(list[i], want[i], "ListAccountsByUserID")
	}
}

var accountUpdaterRules = group("AccountUpdater", hasAccountUpdater|hasAccounts, []rule{
	{name: "UpdateAccount changes exactly the members set in the patch and returns the complete account", check: func(r *rig) {
		want := r.addAccount(r.addUser().ID)
		for _, field := range patchText {
			value := r.fresh(field.name)
			var patch authdb.AccountPatch
			*field.patch(&patch) = authdb.Set(value)
			*field.of(want) = value
			r.updatesAccount(want, patch)
		}
		want.ExpiresAt++
		r.updatesAccount(want, authdb.AccountPatch{ExpiresAt: authdb.Set(want.ExpiresAt)})
	}},
	{name: "UpdateAccount empties what the patch sets to Null", check: func(r *rig) {
		want := r.addAccount(r.addUser().ID)
		for _, field := range patchText {
			var patch authdb.AccountPatch
			*field.patch(&patch) = authdb.Null[string]()
			*field.of(want) = ""
			r.updatesAccount(want, patch)
		}
		want.ExpiresAt = 0
		r.updatesAccount(want, authdb.AccountPatch{ExpiresAt: authdb.Null[int64]()})
	}},
	{name: "An empty AccountPatch reads", check: func(r *rig) {
		r.updatesAccount(r.addAccount(r.addUser().ID), authdb.AccountPatch{})
		_, err := r.UpdateAccount(r.ctx, r.fresh("provider"), r.fresh("account"), authdb.AccountPatch{})
		r.absent(err, "UpdateAccount of an unknown account with an empty patch")
	}},
	{name: "UpdateAccount with what is stored already succeeds", check: func(r *rig) {
		want := r.addAccount(r.addUser().ID)
		r.updatesAccount(want, authdb.AccountPatch{
			AccessToken: authdb.Set(want.AccessToken), ExpiresAt: authdb.Set(want.ExpiresAt), Scope: authdb.Set(want.Scope),
		})
	}},
	{name: "UpdateAccount leaves other accounts as they are", check: func(r *rig) {
		user := r.addUser()
		account := r.addAccount(user.ID)
		otherID := r.addAccount(user.ID, func(a *authdb.Account) { a.Provider = account.Provider })
		otherProvider := r.addAccount(user.ID, func(a *authdb.Account) { a.ProviderAccountID = account.ProviderAccountID })
		_, err := r.UpdateAccount(r.ctx, account.Provider, account.ProviderAccountID, authdb.AccountPatch{Scope: authdb.Set("email")})
		r.ok(err, "UpdateAccount")
		r.accountIs(otherID, "of the same provider, after UpdateAccount")
		r.accountIs(otherProvider, "with the same id at another provider, after UpdateAccount")
	}},
	{name: "UpdateAccount of an unknown account is ErrNotFound, and links nothing", check: func(r *rig) {
		provider, id := r.fresh("provider"), r.fresh("account")
		_, err := r.UpdateAccount(r.ctx, provider, id, authdb.AccountPatch{Scope: authdb.Set("email")})
		r.absent(err, "UpdateAccount of an unknown account")
		_, err = r.GetAccount(r.ctx, provider, id)
		r.absent(err, "GetAccount afterwards")
	}},
})

// patchText are the members of an AccountPatch that are text.
var patchText = []struct {
	name  string
	of    func(*authdb.Account) *string
	patch func(*authdb.AccountPatch) *authdb.Field[string]
}{
	{"RefreshToken", func(a *authdb.Account) *string { return &a.RefreshToken }, func(p *authdb.AccountPatch) *authdb.Field[string] { return &p.RefreshToken }},
	{"AccessToken", func(a *authdb.Account) *string { return &a.AccessToken }, func(p *authdb.AccountPatch) *authdb.Field[string] { return &p.AccessToken }},
	{"TokenType", func(a *authdb.Account) *string { return &a.TokenType }, func(p *authdb.AccountPatch) *authdb.Field[string] { return &p.TokenType }},
	{"Scope", func(a *authdb.Account) *string { return &a.Scope }, func(p *authdb.AccountPatch) *authdb.Field[string] { return &p.Scope }},
	{"IDToken", func(a *authdb.Account) *string { return &a.IDToken }, func(p *authdb.AccountPatch) *authdb.Field[string] { return &p.IDToken }},
	{"SessionState", func(a *authdb.Account) *string { return &a.SessionState }, func(p *authdb.AccountPatch) *authdb.Field[string] { return &p.SessionState }},
}

// updatesAccount patches the account and compares.
func (r *rig) updatesAccount(want *authdb.Account, patch authdb.AccountPatch) {
	r.Helper()
	got, err := r.UpdateAccount(r.ctx, want.Provider, want.ProviderAccountID, patch)
	r.ok(err, "UpdateAccount")
	r.sameAccount(got, want, "UpdateAccount")
	r.accountIs(want, "after UpdateAccount")
}
