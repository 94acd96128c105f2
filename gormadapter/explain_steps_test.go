package gormadapter_test

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// An operation is a call whose statements are explained. n is the number of a
// user who is there, whom no other operation changes, with all that is theirs.
type operation struct {
	name string
	call func(ctx context.Context, a *gormadapter.Adapter, n int) error
}

// operations are all methods that send statements to the tables, and what package
// authdb does with them. Each has several names if it is about several methods.
func (c crowd) operations() []operation {
	later := time.Now().Add(24 * time.Hour)
	lists := func(ctx context.Context, a authdb.Adapter, n int) error {
		all := []error{}
		if l, ok := authdb.As[authdb.AccountLister](a); ok {
			_, err := l.ListAccountsByUserID(ctx, c.id(n))
			all = append(all, err)
		}
		if l, ok := authdb.As[authdb.SessionLister](a); ok {
			_, err := l.ListSessionsByUserID(ctx, c.id(n))
			all = append(all, err)
		}
		if l, ok := authdb.As[authdb.AuthenticatorStore](a); ok {
			_, err := l.ListAuthenticatorsByUserID(ctx, c.id(n))
			all = append(all, err)
		}
		return errors.Join(all...)
	}
	trusting := authdb.LinkPolicy{Trusted: []string{"github"}, ResetUnproven: true}
	register := func(ctx context.Context, a authdb.Adapter, email, provider, subject string) error {
		proven := time.Now()
		_, err := authdb.Register(ctx, a, &authdb.User{Email: email, EmailVerified: &proven},
			&authdb.Account{Type: "oidc", Provider: provider, ProviderAccountID: subject, AccessToken: "again"}, trusting)
		return err
	}
	return []operation{
		{"GetUser", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.GetUser(ctx, c.id(n))
			return err
		}},
		{"GetUserByEmail", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.GetUserByEmail(ctx, c.email(n))
			return err
		}},
		{"GetUserByAccount", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.GetUserByAccount(ctx, crowdProvider, c.subject(n))
			return err
		}},
		{"GetAccount", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.GetAccount(ctx, crowdProvider, c.subject(n))
			return err
		}},
		{"GetSessionAndUser", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, _, err := a.GetSessionAndUser(ctx, c.token(n))
			return err
		}},
		{"GetAuthenticator", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.GetAuthenticator(ctx, c.credential(n))
			return err
		}},
		{"ListAccountsByUserID", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.ListAccountsByUserID(ctx, c.id(n))
			return err
		}},
		{"ListSessionsByUserID", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.ListSessionsByUserID(ctx, c.id(n))
			return err
		}},
		{"ListAuthenticatorsByUserID", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.ListAuthenticatorsByUserID(ctx, c.id(n))
			return err
		}},
		{"CreateUser", func(ctx context.Context, a *gormadapter.Adapter, _ int) error {
			_, err := a.CreateUser(ctx, &authdb.User{Email: authdb.NewID() + "@example.com"})
			return err
		}},
		{"LinkAccount", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.LinkAccount(ctx, &authdb.Account{UserID: c.id(n), Type: "oidc", Provider: "github", ProviderAccountID: c.subject(n)})
			return err
		}},
		{"CreateSession", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.CreateSession(ctx, &authdb.Session{UserID: c.id(n), SessionToken: authdb.NewID(), Expires: later})
			return err
		}},
		{"CreateVerificationToken", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: c.email(n), Token: authdb.NewID(), Expires: later})
			return err
		}},
		{"CreateAuthenticator", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.CreateAuthenticator(ctx, &authdb.Authenticator{
				CredentialID: authdb.NewID(), UserID: c.id(n), ProviderAccountID: c.subject(n), CredentialPublicKey: "key", CredentialDeviceType: "singleDevice",
			})
			return err
		}},
		{"UpdateUser", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.UpdateUser(ctx, c.id(n), authdb.UserPatch{Name: authdb.Set("Grace")})
			return err
		}},
		{"UpdateUser of Email", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.UpdateUser(ctx, c.id(n), authdb.UserPatch{Email: authdb.Set("changed-" + c.email(n))})
			return err
		}},
		{"UpdateUser of nothing", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.UpdateUser(ctx, c.id(n), authdb.UserPatch{})
			return err
		}},
		{"UpdateAccount", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.UpdateAccount(ctx, crowdProvider, c.subject(n), authdb.AccountPatch{Scope: authdb.Set("openid")})
			return err
		}},
		{"UpdateSession", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.UpdateSession(ctx, c.token(n), authdb.SessionPatch{Expires: authdb.Set(later)})
			return err
		}},
		{"UpdateAuthenticatorCounter", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.UpdateAuthenticatorCounter(ctx, c.credential(n), 7)
			return err
		}},
		{"TouchSession", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			session, _, err := a.GetSessionAndUser(ctx, c.token(n))
			if err != nil {
				return err
			}
			wrote, err := a.TouchSession(ctx, session, time.Minute)
			if err == nil && !wrote {
				err = errors.New("it wrote nothing")
			}
			return err
		}},
		{"GetVerificationToken", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.GetVerificationToken(ctx, c.email(n), c.token(n))
			return err
		}},
		{"UseVerificationToken", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.UseVerificationToken(ctx, c.email(n), c.token(n))
			return err
		}},
		{"UnlinkAccount", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			return a.UnlinkAccount(ctx, crowdProvider, c.subject(n))
		}},
		{"DeleteSession", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			return a.DeleteSession(ctx, c.token(n))
		}},
		{"DeleteSessionByID", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			return a.DeleteSessionByID(ctx, c.id(n), c.id(n))
		}},
		{"DeleteSessionsByUserID", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.DeleteSessionsByUserID(ctx, c.id(n), c.token(n))
			return err
		}},
		{"DeleteAuthenticator", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			return a.DeleteAuthenticator(ctx, c.credential(n))
		}},
		{"DeleteUser", func(ctx context.Context, a *gormadapter.Adapter, n int) error { return a.DeleteUser(ctx, c.id(n)) }},
		{"DeleteExpired", func(ctx context.Context, a *gormadapter.Adapter, _ int) error {
			swept, err := a.DeleteExpired(ctx, 600)
			if err == nil && (swept.Sessions != 600 || swept.VerificationTokens != 600) {
				err = errors.New("there was too little to sweep")
			}
			return err
		}},
		{"InTx, LockUser, LockAccount", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			return a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
				_, err := tx.(authdb.UserLocker).LockUser(ctx, c.id(n))
				if locker, ok := authdb.As[authdb.AccountLocker](tx); ok && err == nil {
					_, err = locker.LockAccount(ctx, crowdProvider, c.subject(n))
				}
				return errors.Join(err, lists(ctx, tx, n))
			})
		}},
		{"WithTx, LockUser", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			return a.DB(ctx).Transaction(func(tx *gorm.DB) error {
				b := a.WithTx(tx)
				_, err := b.LockUser(ctx, c.id(n))
				return errors.Join(err, lists(ctx, b, n))
			})
		}},
		{"authdb.Register, a known account", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			return register(ctx, a, c.email(n), crowdProvider, c.subject(n))
		}},
		{"authdb.Register, an unknown user", func(ctx context.Context, a *gormadapter.Adapter, _ int) error {
			return register(ctx, a, authdb.NewID()+"@example.com", "github", authdb.NewID())
		}},
		{"CreateUserWithAccount", func(ctx context.Context, a *gormadapter.Adapter, _ int) error {
			_, _, err := a.CreateUserWithAccount(ctx, &authdb.User{Email: authdb.NewID() + "@example.com"}, &authdb.Account{Type: "oidc", Provider: "github", ProviderAccountID: authdb.NewID()})
			return err
		}},
		{"CreateAll", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			return a.CreateAll(ctx, gormadapter.Records{
				Users:              []*authdb.User{{Email: authdb.NewID() + "@example.com"}},
				Accounts:           []*authdb.Account{{UserID: c.id(n), Type: "oidc", Provider: "github", ProviderAccountID: authdb.NewID()}},
				Sessions:           []*authdb.Session{{UserID: c.id(n), SessionToken: authdb.NewID(), Expires: later}},
				VerificationTokens: []*authdb.VerificationToken{{Identifier: c.email(n), Token: authdb.NewID(), Expires: later}},
			})
		}},
		{"FindAll", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			found, err := a.FindAll(ctx, gormadapter.Records{
				Users:              []*authdb.User{{ID: c.id(n)}, {ID: c.id(n + 1)}},
				Accounts:           []*authdb.Account{{Provider: crowdProvider, ProviderAccountID: c.subject(n)}, {Provider: crowdProvider, ProviderAccountID: c.subject(n + 1)}},
				Sessions:           []*authdb.Session{{SessionToken: c.token(n)}, {SessionToken: c.token(n + 1)}},
				VerificationTokens: []*authdb.VerificationToken{{Identifier: c.email(n), Token: c.token(n)}, {Identifier: c.email(n + 1), Token: c.token(n + 1)}},
			})
			if err == nil && (len(found.Users) != 2 || len(found.Accounts) != 2 || len(found.Sessions) != 2 || len(found.VerificationTokens) != 2) {
				err = errors.New("it did not find all")
			}
			return err
		}},
		{"authdb.Register, a reset", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			return register(ctx, a, c.email(n), "github", authdb.NewID())
		}},
		{"authdb.Unlink", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			other := func(context.Context, authdb.Adapter, *authdb.User) (bool, error) { return true, nil }
			return authdb.Unlink(ctx, a, c.id(n), crowdProvider, c.subject(n), other)
		}},
	}
}

// apart are those that are other ones where users are kept elsewhere.
func (c crowd) apart() []operation {
	return []operation{
		{"GetSession", func(ctx context.Context, a *gormadapter.Adapter, n int) error {
			_, err := a.GetSession(ctx, c.token(n))
			return err
		}},
	}
}

// conversions are what ConvertSecrets does with each table, as far as its second
// page.
func (c crowd) conversions() []operation {
	convert := func(options ...authdb.Option) func(ctx context.Context, a *gormadapter.Adapter, n int) error {
		return func(ctx context.Context, a *gormadapter.Adapter, _ int) error {
			db := a.DB(ctx)
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			err := gormadapter.New(db, options...).ConvertSecrets(ctx, func(p authdb.SecretProgress) {
				if p.Read > 200 {
					cancel()
				}
			})
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return errors.Join(err, errors.New("it has come to an end"))
		}
	}
	without := c.models
	without.Session = authdb.Absent
	return []operation{
		{"ConvertSecrets of sessions", convert(authdb.WithModels(c.models), hashing(false, "h1"))},
		{"ConvertSecrets of verification tokens", convert(authdb.WithModels(without), hashing(false, "h1"))},
		{"ConvertSecrets of accounts", convert(authdb.WithModels(c.models), encrypting("e1"))},
	}
}
