package adaptertest

import (
	"context"
	"time"

	"github.com/authdb/authdb"
)

// A contextCase calls all methods of a store with a context, and says how to
// see that nothing was changed.
type contextCase struct {
	store string
	needs facts
	calls func(ctx context.Context, r *rig) (calls []contextCall, unchanged func())
}

type contextCall struct {
	method string
	call   func() error
}

var contextCases = []contextCase{
	{"UserStore", 0, userContext},
	{"AccountStore", hasAccounts, accountContext},
	{"SessionStore", hasSessions, sessionContext},
	{"VerificationTokenStore", hasTokens, tokenContext},
	{"VerificationTokenReader", hasTokenReader | hasTokens, func(ctx context.Context, r *rig) ([]contextCall, func()) {
		token := r.addToken()
		return []contextCall{
			{"GetVerificationToken", func() error { _, err := r.GetVerificationToken(ctx, token.Identifier, token.Token); return err }},
		}, func() { r.uses(token, "UseVerificationToken afterwards") }
	}},
	{"AuthenticatorStore", hasAuthenticators, authenticatorContext},
	{"Sweeper", hasSweeper | hasTokens, sweeperContext},
	{"SessionLister", hasSessionLister | hasSessions, sessionListerContext},
	{"SessionRevoker", hasSessionRevoker | hasSessions, sessionRevokerContext},
	{"SessionToucher", hasSessionToucher | hasSessions, sessionToucherContext},
	{"AuthenticatorRemover", hasAuthenticatorRemover | hasAuthenticators, authenticatorRemoverContext},
	{"AccountLister", hasAccountLister, func(ctx context.Context, r *rig) ([]contextCall, func()) {
		user := r.addUser()
		return []contextCall{
			{"ListAccountsByUserID", func() error { _, err := r.ListAccountsByUserID(ctx, user.ID); return err }},
		}, func() {}
	}},
	{"AccountUpdater", hasAccountUpdater | hasAccounts, func(ctx context.Context, r *rig) ([]contextCall, func()) {
		account := r.addAccount(r.addUser().ID)
		patch := authdb.AccountPatch{Scope: authdb.Set("email")}
		return []contextCall{
			{"UpdateAccount", func() error {
				_, err := r.UpdateAccount(ctx, account.Provider, account.ProviderAccountID, patch)
				return err
			}},
		}, func() { r.accountIs(account, "afterwards") }
	}},
	{"Registrar", hasRegistrar | hasAccounts, registrarContext},
	{"Transactor", hasTransactor, transactorContext},
	{"SecretConverter", hasSecretConverter, secretConverterContext},
	{"Checker", hasChecker, func(ctx context.Context, r *rig) ([]contextCall, func()) {
		checker, _ := authdb.As[authdb.Checker](r.adapter)
		return []contextCall{{"Check", func() error { return checker.Check(ctx) }}}, func() {}
	}},
}

// contextRules are two rules per store.
func contextRules() []rule {
	var rules []rule
	for _, c := range contextCases {
		rules = append(rules,
			rule{name: "A canceled context stops every method of " + c.store, needs: c.needs, check: func(r *rig) {
				ctx, cancel := context.WithCancel(r.ctx)
				cancel()
				r.stops(ctx, c, context.Canceled)
			}},
			rule{name: "A context that timed out stops every method of " + c.store, needs: c.needs, check: func(r *rig) {
				ctx, cancel := context.WithDeadline(r.ctx, time.Now().Add(-time.Second))
				defer cancel()
				r.stops(ctx, c, context.DeadlineExceeded)
			}},
		)
	}
	return group("Context", 0, append(rules, rule{
		name:  "A context that ends during DeleteUser leaves all or nothing",
		needs: hasSessions | hasAccounts, check: deleteHalfway,
	}))
}

func (r *rig) stops(ctx context.Context, c contextCase, want error) {
	r.Helper()
	calls, unchanged := c.calls(ctx, r)
	for _, call := range calls {
		r.is(call.call(), want, call.method)
	}
	unchanged()
}

// deleteHalfway cancels DeleteUser sooner or later. Which of the two it leaves
// is open, because a commit can't be called back.
func deleteHalfway(r *rig) {
	for i := range 8 {
		user := r.addUser()
		account, session := r.addAccount(user.ID), r.addSession(user.ID)
		ctx, cancel := context.WithCancel(r.ctx)
		timer := time.AfterFunc(time.Duration(i)*200*time.Microsecond, cancel)
		deleted := r.DeleteUser(ctx, user.ID)
		timer.Stop()
		cancel()
		if r.settles(user, account, session) {
			if deleted == nil {
				r.Errorf("DeleteUser returned nil, and the user is there")
			}
			r.accountIs(account, "the user is there after DeleteUser was canceled")
			r.sessionIs(session, "the user is there after DeleteUser was canceled")
			continue
		}
		_, err := r.GetAccount(r.ctx, account.Provider, account.ProviderAccountID)
		r.absent(err, "GetAccount of a user who is gone after DeleteUser was canceled")
		_, _, err = r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.absent(err, "GetSessionAndUser of a user who is gone after DeleteUser was canceled")
	}
}

// settles waits, though not for long, until all three are there or none is, and
// reports whether the user is: a server may still be at the commit of a call that has
// returned, or come to it now.
func (r *rig) settles(user *authdb.User, account *authdb.Account, session *authdb.Session) (present bool) {
	seen := 0 // how often all were there
	for range 50 {
		_, err1 := r.GetUser(r.ctx, user.ID)
		_, err2 := r.GetAccount(r.ctx, account.Provider, account.ProviderAccountID)
		_, _, err3 := r.GetSessionAndUser(r.ctx, session.SessionToken)
		there, whole := 0, 3
		for _, err := range []error{err1, err2, err3} {
			if err == nil {
				there++
			}
		}
		if present = err1 == nil; there == whole {
			seen++
		}
		if there == 0 || seen == 3 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	return present
}

func userContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	user, newcomer := r.addUser(), r.newUser()
	calls := []contextCall{
		{"CreateUser", func() error { _, err := r.CreateUser(ctx, newcomer); return err }},
		{"GetUser", func() error { _, err := r.GetUser(ctx, user.ID); return err }},
		{"GetUserByEmail", func() error { _, err := r.GetUserByEmail(ctx, user.Email); return err }},
		{"UpdateUser", func() error {
			_, err := r.UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set("Ada")})
			return err
		}},
		{"UpdateUser with an empty patch", func() error { _, err := r.UpdateUser(ctx, user.ID, authdb.UserPatch{}); return err }},
		{"DeleteUser", func() error { return r.DeleteUser(ctx, user.ID) }},
	}
	return calls, func() {
		r.userIs(user, "afterwards")
		_, err := r.GetUserByEmail(r.ctx, newcomer.Email)
		r.absent(err, "GetUserByEmail of the user who was not created")
	}
}

func accountContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	account := r.addAccount(r.addUser().ID)
	newcomer := r.newAccount(account.UserID)
	calls := []contextCall{
		{"LinkAccount", func() error { _, err := r.LinkAccount(ctx, newcomer); return err }},
		{"GetAccount", func() error { _, err := r.GetAccount(ctx, account.Provider, account.ProviderAccountID); return err }},
		{"GetUserByAccount", func() error {
			_, err := r.GetUserByAccount(ctx, account.Provider, account.ProviderAccountID)
			return err
		}},
		{"UnlinkAccount", func() error { return r.UnlinkAccount(ctx, account.Provider, account.ProviderAccountID) }},
	}
	return calls, func() {
		r.accountIs(account, "afterwards")
		_, err := r.GetAccount(r.ctx, newcomer.Provider, newcomer.ProviderAccountID)
		r.absent(err, "GetAccount of the account that was not linked")
	}
}

func sessionContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	session := r.addSession(r.addUser().ID)
	newcomer := r.newSession(session.UserID)
	patch := authdb.SessionPatch{Expires: authdb.Set(r.future().Add(time.Hour))}
	calls := []contextCall{
		{"CreateSession", func() error { _, err := r.CreateSession(ctx, newcomer); return err }},
		{"GetSessionAndUser", func() error { _, _, err := r.GetSessionAndUser(ctx, session.SessionToken); return err }},
		{"UpdateSession", func() error { _, err := r.UpdateSession(ctx, session.SessionToken, patch); return err }},
		{"UpdateSession with an empty patch", func() error {
			_, err := r.UpdateSession(ctx, session.SessionToken, authdb.SessionPatch{})
			return err
		}},
		{"DeleteSession", func() error { return r.DeleteSession(ctx, session.SessionToken) }},
	}
	return calls, func() {
		r.sessionIs(session, "afterwards")
		_, _, err := r.GetSessionAndUser(r.ctx, newcomer.SessionToken)
		r.absent(err, "GetSessionAndUser of the session that was not created")
	}
}

func tokenContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	token, newcomer := r.addToken(), r.newToken()
	calls := []contextCall{
		{"CreateVerificationToken", func() error { _, err := r.CreateVerificationToken(ctx, newcomer); return err }},
		{"UseVerificationToken", func() error {
			_, err := r.UseVerificationToken(ctx, token.Identifier, token.Token)
			return err
		}},
	}
	return calls, func() {
		r.uses(token, "UseVerificationToken afterwards")
		r.usedUp(newcomer, "UseVerificationToken of the token that was not created")
	}
}

func authenticatorContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	authenticator := r.addAuthenticator(r.addUser().ID)
	newcomer := r.newAuthenticator(authenticator.UserID)
	calls := []contextCall{
		{"CreateAuthenticator", func() error { _, err := r.CreateAuthenticator(ctx, newcomer); return err }},
		{"GetAuthenticator", func() error { _, err := r.GetAuthenticator(ctx, authenticator.CredentialID); return err }},
		{"ListAuthenticatorsByUserID", func() error {
			_, err := r.ListAuthenticatorsByUserID(ctx, authenticator.UserID)
			return err
		}},
		{"UpdateAuthenticatorCounter", func() error {
			_, err := r.UpdateAuthenticatorCounter(ctx, authenticator.CredentialID, 8)
			return err
		}},
	}
	return calls, func() {
		r.authenticatorIs(authenticator, "afterwards")
		_, err := r.GetAuthenticator(r.ctx, newcomer.CredentialID)
		r.absent(err, "GetAuthenticator of the authenticator that was not created")
	}
}

func sweeperContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	token := r.addToken(tokenExpires(r.past()))
	calls := []contextCall{
		{"DeleteExpired", func() error { _, err := r.DeleteExpired(ctx, 1000); return err }},
	}
	return calls, func() {
		_, err := r.UseVerificationToken(r.ctx, token.Identifier, token.Token)
		r.is(err, authdb.ErrExpired, "UseVerificationToken afterwards")
	}
}

func sessionListerContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	session := r.addSession(r.addUser().ID)
	calls := []contextCall{
		{"ListSessionsByUserID", func() error { _, err := r.ListSessionsByUserID(ctx, session.UserID); return err }},
		{"DeleteSessionsByUserID", func() error { _, err := r.DeleteSessionsByUserID(ctx, session.UserID); return err }},
	}
	return calls, func() {
		r.sessionIs(session, "afterwards")
	}
}

func sessionRevokerContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	session := r.addSession(r.addUser().ID)
	calls := []contextCall{
		{"DeleteSessionByID", func() error { return r.DeleteSessionByID(ctx, session.UserID, session.ID) }},
	}
	return calls, func() { r.sessionIs(session, "afterwards") }
}

func sessionToucherContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	session := r.addSession(r.addUser().ID)
	calls := []contextCall{
		{"TouchSession", func() error { _, err := r.TouchSession(ctx, session, time.Minute); return err }},
	}
	return calls, func() {
		if at, ok := r.lastSeen(session); ok {
			r.Errorf("LastSeen afterwards: got %v, want none", at)
		}
	}
}

func authenticatorRemoverContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	authenticator := r.addAuthenticator(r.addUser().ID)
	calls := []contextCall{
		{"DeleteAuthenticator", func() error { return r.DeleteAuthenticator(ctx, authenticator.CredentialID) }},
	}
	return calls, func() {
		_, err := r.GetAuthenticator(r.ctx, authenticator.CredentialID)
		r.ok(err, "GetAuthenticator afterwards")
	}
}

func registrarContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	user, account := r.newUser(), r.newAccount("")
	calls := []contextCall{
		{"CreateUserWithAccount", func() error { _, _, err := r.CreateUserWithAccount(ctx, user, account); return err }},
	}
	return calls, func() { r.notRegistered(user, account, "afterwards") }
}

func transactorContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	ran := false
	calls := []contextCall{
		{"InTx", func() error { return r.inTxOf(ctx, func(*rig) error { ran = true; return nil }) }},
	}
	return calls, func() {
		if ran {
			r.Errorf("InTx called its function")
		}
	}
}
