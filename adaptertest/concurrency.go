package adaptertest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/authdb/authdb"
)

// The numbers are large enough to catch an adapter that checks and then
// writes, and small enough for a database that takes milliseconds a call.
const (
	users  = 64 // of one verification token
	tokens = 4
	rivals = 8 // for one key
	rounds = 10
)

// together runs work n times at once.
func together(n int, work func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			work(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// oneWins runs the call n times at once and checks that one succeeds, and that
// the others get the error.
func (r *rig) oneWins(n int, loser error, what string, call func(i int) error) {
	r.Helper()
	errs := make([]error, n)
	together(n, func(i int) { errs[i] = call(i) })
	winners := 0
	for _, err := range errs {
		switch {
		case err == nil:
			winners++
		case !errors.Is(err, loser) || errors.Is(err, authdb.ErrExpired):
			r.Errorf("%s: a loser got the error %q, want %q", what, err, loser)
		}
	}
	if winners != 1 {
		r.Errorf("%s: %d of %d callers won, want one", what, winners, n)
	}
}

var concurrencyRules = group("Concurrency", 0, []rule{
	{name: "Of concurrent callers of UseVerificationToken exactly one gets the token, the others ErrNotFound", needs: hasTokens, check: func(r *rig) {
		for range tokens {
			token := r.addToken()
			r.oneWins(users, authdb.ErrNotFound, "UseVerificationToken", func(int) error {
				_, err := r.UseVerificationToken(r.ctx, token.Identifier, token.Token)
				return err
			})
			r.usedUp(token, "UseVerificationToken afterwards")
		}
	}},
	{name: "Of concurrent callers of UseVerificationToken with several tokens each token has one winner", needs: hasTokens, check: usesSeveralTokens},
	{name: "Of concurrent callers of CreateUser with one address one wins, the others get ErrDuplicate", check: func(r *rig) {
		for range rounds / 2 {
			email := r.freshEmail()
			r.oneWins(rivals, authdb.ErrDuplicate, "CreateUser", func(int) error {
				_, err := r.CreateUser(r.ctx, r.newUser(func(u *authdb.User) { u.Email = email }))
				return err
			})
		}
	}},
	{name: "Of concurrent callers of UpdateUser with one address one wins, the others get ErrDuplicate", check: func(r *rig) {
		for range rounds / 2 {
			email := r.freshEmail()
			var ids []string
			for range rivals {
				ids = append(ids, r.addUser().ID)
			}
			r.oneWins(rivals, authdb.ErrDuplicate, "UpdateUser", func(i int) error {
				_, err := r.UpdateUser(r.ctx, ids[i], authdb.UserPatch{Email: authdb.Set(email)})
				return err
			})
		}
	}},
	{name: "Of concurrent callers of LinkAccount with one account one wins, the others get ErrDuplicate", needs: hasAccounts, check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		for range rounds / 2 {
			account := r.newAccount("")
			r.oneWins(rivals, authdb.ErrDuplicate, "LinkAccount", func(i int) error {
				_, err := r.LinkAccount(r.ctx, r.newAccount([]string{ada.ID, bob.ID}[i%2], samePair(account)))
				return err
			})
		}
	}},
	{name: "Of concurrent callers of CreateSession with one token one wins, the others get ErrDuplicate", needs: hasSessions, check: func(r *rig) {
		user := r.addUser()
		for range rounds / 2 {
			session := r.newSession(user.ID)
			r.oneWins(rivals, authdb.ErrDuplicate, "CreateSession", func(int) error {
				_, err := r.CreateSession(r.ctx, r.newSession(user.ID, sameToken(session)))
				return err
			})
		}
	}},
	{name: "Of concurrent callers of CreateVerificationToken with one pair one wins, the others get ErrDuplicate", needs: hasTokens, check: func(r *rig) {
		for range rounds / 2 {
			token := r.newToken()
			r.oneWins(rivals, authdb.ErrDuplicate, "CreateVerificationToken", func(int) error {
				_, err := r.CreateVerificationToken(r.ctx, token)
				return err
			})
			r.uses(token, "UseVerificationToken afterwards")
			r.usedUp(token, "UseVerificationToken for the second time")
		}
	}},
	{name: "Of concurrent callers of CreateAuthenticator with one credential one wins, the others get ErrDuplicate", needs: hasAuthenticators, check: func(r *rig) {
		user := r.addUser()
		for range rounds / 2 {
			authenticator := r.newAuthenticator(user.ID)
			r.oneWins(rivals, authdb.ErrDuplicate, "CreateAuthenticator", func(int) error {
				_, err := r.CreateAuthenticator(r.ctx, r.newAuthenticator(user.ID, sameCredential(authenticator)))
				return err
			})
		}
	}},
	{name: "Concurrent UpdateUsers of different members lose neither", check: func(r *rig) {
		want := r.addUser()
		for range rounds {
			want.Name, want.Image = r.fresh("name"), r.fresh("image")
			patches := []authdb.UserPatch{{Name: authdb.Set(want.Name)}, {Image: authdb.Set(want.Image)}}
			r.succeedTogether(len(patches), "UpdateUser", func(i int) error {
				_, err := r.UpdateUser(r.ctx, want.ID, patches[i])
				return err
			})
			r.userIs(want, "after concurrent UpdateUsers")
		}
	}},
	{name: "Concurrent UpdateAccounts of different members lose neither", needs: hasAccounts | hasAccountUpdater, check: func(r *rig) {
		want := r.addAccount(r.addUser().ID)
		for range rounds {
			want.AccessToken, want.Scope = r.fresh("access"), r.fresh("scope")
			patches := []authdb.AccountPatch{{AccessToken: authdb.Set(want.AccessToken)}, {Scope: authdb.Set(want.Scope)}}
			r.succeedTogether(len(patches), "UpdateAccount", func(i int) error {
				_, err := r.UpdateAccount(r.ctx, want.Provider, want.ProviderAccountID, patches[i])
				return err
			})
			r.accountIs(want, "after concurrent UpdateAccounts")
		}
	}},
	{name: "Concurrent deletes of the same are no error", needs: hasAccounts | hasSessions, check: func(r *rig) {
		for range rounds / 2 {
			user := r.addUser()
			account, session := r.addAccount(user.ID), r.addSession(user.ID)
			r.succeedTogether(rivals, "UnlinkAccount", func(int) error {
				return r.UnlinkAccount(r.ctx, account.Provider, account.ProviderAccountID)
			})
			r.succeedTogether(rivals, "DeleteSession", func(int) error { return r.DeleteSession(r.ctx, session.SessionToken) })
			r.addSession(user.ID)
			r.succeedTogether(rivals, "DeleteUser", func(int) error { return r.DeleteUser(r.ctx, user.ID) })
			_, err := r.GetUser(r.ctx, user.ID)
			r.absent(err, "GetUser after concurrent DeleteUsers")
		}
	}},
	{name: "Concurrent sign-ins of different people all succeed", needs: hasAccounts | hasSessions | hasTokens, check: func(r *rig) {
		r.succeedTogether(2*rivals, "signing in", func(int) error { return r.signIn() })
	}},
	{name: "UpdateSession never brings back a session that is deleted at the same time", needs: hasSessions, check: func(r *rig) {
		user := r.addUser()
		for range rounds {
			session := r.addSession(user.ID)
			patch := authdb.SessionPatch{Expires: authdb.Set(session.Expires.Add(r.config.precision))}
			together(2, func(i int) {
				if i == 0 {
					r.noError(r.DeleteSession(r.ctx, session.SessionToken), "DeleteSession")
					return
				}
				if _, err := r.UpdateSession(r.ctx, session.SessionToken, patch); err != nil {
					r.is(err, authdb.ErrNotFound, "UpdateSession")
				}
			})
			_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
			r.absent(err, "GetSessionAndUser afterwards")
		}
	}},
	{name: "A session never outlives its user, also if it is created while the user is deleted", needs: hasSessions, check: func(r *rig) {
		other := r.addUser()
		r.outlivesNothing("CreateSession", func(user *authdb.User) orphanage {
			session := r.newSession(user.ID)
			return orphanage{
				create: func() error { _, err := r.CreateSession(r.ctx, session); return err },
				find:   func() error { _, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken); return err },
				again:  func() error { _, err := r.CreateSession(r.ctx, r.newSession(other.ID, sameToken(session))); return err },
			}
		})
	}},
	{name: "An account never outlives its user, also if it is linked while the user is deleted", needs: hasAccounts, check: func(r *rig) {
		other := r.addUser()
		r.outlivesNothing("LinkAccount", func(user *authdb.User) orphanage {
			account := r.newAccount(user.ID)
			return orphanage{
				create: func() error { _, err := r.LinkAccount(r.ctx, account); return err },
				find:   func() error { _, err := r.GetAccount(r.ctx, account.Provider, account.ProviderAccountID); return err },
				again:  func() error { _, err := r.LinkAccount(r.ctx, r.newAccount(other.ID, samePair(account))); return err },
			}
		})
	}},
	{name: "An authenticator never outlives its user, also if it is created while the user is deleted", needs: hasAuthenticators, check: func(r *rig) {
		other := r.addUser()
		r.outlivesNothing("CreateAuthenticator", func(user *authdb.User) orphanage {
			authenticator := r.newAuthenticator(user.ID)
			return orphanage{
				create: func() error { _, err := r.CreateAuthenticator(r.ctx, authenticator); return err },
				find:   func() error { _, err := r.GetAuthenticator(r.ctx, authenticator.CredentialID); return err },
				again: func() error {
					_, err := r.CreateAuthenticator(r.ctx, r.newAuthenticator(other.ID, sameCredential(authenticator)))
					return err
				},
			}
		})
	}},
})

// noError is ok for goroutines, which may not end the rule.
func (r *rig) noError(err error, what string) {
	r.Helper()
	if err != nil {
		r.Errorf("%s: got the error %q, want none", what, err)
	}
}

func (r *rig) succeedTogether(n int, what string, call func(i int) error) {
	r.Helper()
	errs := make([]error, n)
	together(n, func(i int) { errs[i] = call(i) })
	for _, err := range errs {
		r.noError(err, fmt.Sprintf("%s by %d callers", what, n))
	}
}

// signIn is the life of a user, from the first sign-in to the deletion.
func (r *rig) signIn() error {
	r.Helper()
	token, err := r.CreateVerificationToken(r.ctx, r.newToken())
	if err != nil {
		return err
	}
	if _, err = r.UseVerificationToken(r.ctx, token.Identifier, token.Token); err != nil {
		return err
	}
	user, err := r.CreateUser(r.ctx, r.newUser())
	if err != nil {
		return err
	}
	if _, err = r.LinkAccount(r.ctx, r.newAccount(user.ID)); err != nil {
		return err
	}
	session, err := r.CreateSession(r.ctx, r.newSession(user.ID))
	if err != nil {
		return err
	}
	if _, _, err = r.GetSessionAndUser(r.ctx, session.SessionToken); err != nil {
		return err
	}
	if _, err = r.UpdateUser(r.ctx, user.ID, authdb.UserPatch{Name: authdb.Set(r.fresh("name"))}); err != nil {
		return err
	}
	return r.DeleteUser(r.ctx, user.ID)
}

// usesSeveralTokens has every caller try all tokens of one identifier, each
// beginning with another.
func usesSeveralTokens(r *rig) {
	first := r.addToken()
	all := []*authdb.VerificationToken{first}
	for range tokens - 1 {
		all = append(all, r.addToken(func(t *authdb.VerificationToken) { t.Identifier = first.Identifier }))
	}
	var mu sync.Mutex
	winners := make(map[string]int)
	together(rivals, func(i int) {
		for n := range all {
			token := all[(i+n)%len(all)]
			got, err := r.UseVerificationToken(r.ctx, token.Identifier, token.Token)
			if err != nil {
				r.is(err, authdb.ErrNotFound, "UseVerificationToken")
				continue
			}
			mu.Lock()
			winners[got.Token]++
			mu.Unlock()
		}
	})
	for _, token := range all {
		if winners[token.Token] != 1 {
			r.Errorf("UseVerificationToken: a token has %d winners, want one", winners[token.Token])
		}
	}
}

// An orphanage is where a record might survive its user.
type orphanage struct {
	create, find func() error
	again        func() error // creates it for somebody else
}

// outlivesNothing deletes users while records are created for them.
func (r *rig) outlivesNothing(method string, record func(user *authdb.User) orphanage) {
	r.Helper()
	for range 2 * rounds {
		user := r.addUser()
		o := record(user)
		together(2, func(i int) {
			if i == 0 {
				r.noError(r.DeleteUser(r.ctx, user.ID), "DeleteUser")
				return
			}
			if err := o.create(); err != nil {
				r.is(err, authdb.ErrReference, method+" while the user is deleted")
			}
		})
		r.absent(o.find(), "looking for the record after DeleteUser")
		r.noError(o.again(), method+" of the same for somebody else after DeleteUser")
	}
}
