package plugins

import (
	"context"
	"errors"
	"testing"
	"time"

	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/plugin/dbresolver"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// TestResolver_Writes: what writes, or decides what is written, asks no replica.
func TestResolver_Writes(t *testing.T) {
	p := resolve(t, "")
	p.Pause(t) // whatever is read there is not there
	s, a := p.subject(t), p.adapter
	later := authdb.SessionPatch{Expires: authdb.Set(p.clock.Now().Add(time.Hour))}
	for _, step := range []struct {
		name string
		call func(ctx context.Context) error
	}{
		{"Check", a.Check},
		{"Synchronize", a.Synchronize},
		{"Plan", func(ctx context.Context) error { _, err := a.Plan(ctx); return err }},
		{"CreateVerificationToken", func(ctx context.Context) error {
			_, err := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: s.name, Token: s.name, Expires: p.clock.Now()})
			return err
		}},
		{"UseVerificationToken", func(ctx context.Context) error {
			_, err := a.UseVerificationToken(ctx, s.name, s.name)
			return err
		}},
		{"UpdateUser", func(ctx context.Context) error {
			_, err := a.UpdateUser(ctx, s.id, authdb.UserPatch{Name: authdb.Set("Ada")})
			return err
		}},
		{"UpdateUser, nothing", func(ctx context.Context) error { _, err := a.UpdateUser(ctx, s.id, authdb.UserPatch{}); return err }},
		{"UpdateSession", func(ctx context.Context) error { _, err := a.UpdateSession(ctx, s.name, later); return err }},
		{"UpdateSession, nothing", func(ctx context.Context) error {
			_, err := a.UpdateSession(ctx, s.name, authdb.SessionPatch{})
			return err
		}},
		{"UpdateAccount", func(ctx context.Context) error {
			_, err := a.UpdateAccount(ctx, "p", s.name, authdb.AccountPatch{Scope: authdb.Set("all")})
			return err
		}},
		{"UpdateAccount, nothing", func(ctx context.Context) error {
			_, err := a.UpdateAccount(ctx, "p", s.name, authdb.AccountPatch{})
			return err
		}},
		{"UpdateAuthenticatorCounter", func(ctx context.Context) error {
			_, err := a.UpdateAuthenticatorCounter(ctx, s.name, 7)
			return err
		}},
		{"Unlink", func(ctx context.Context) error {
			return authdb.Unlink(ctx, a, s.id, "p", s.name, nil) // a passkey is left
		}},
		{"DeleteExpired", func(ctx context.Context) error { _, err := a.DeleteExpired(ctx, 10); return err }},
		{"DeleteSessionByID", func(ctx context.Context) error { return a.DeleteSessionByID(ctx, s.id, s.id) }},
		{"DeleteSessionsByUserID", func(ctx context.Context) error {
			n, err := a.DeleteSessionsByUserID(ctx, s.id)
			if n != 1 {
				t.Errorf("DeleteSessionsByUserID: %d sessions, want 1", n)
			}
			return err
		}},
		{"DeleteSession", func(ctx context.Context) error { return a.DeleteSession(ctx, s.name) }},
		{"DeleteAuthenticator", func(ctx context.Context) error { return a.DeleteAuthenticator(ctx, s.name) }},
		{"UnlinkAccount", func(ctx context.Context) error { return a.UnlinkAccount(ctx, "p", s.name) }},
		{"DeleteUser", func(ctx context.Context) error { return a.DeleteUser(ctx, s.id) }},
		{"CreateSession of nobody", func(ctx context.Context) error {
			_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: s.name, UserID: s.id, Expires: p.clock.Now()})
			if !errors.Is(err, authdb.ErrReference) {
				t.Errorf("CreateSession of a user who is gone: %v, want ErrReference", err)
			}
			return nil
		}},
	} {
		p.replica.take()
		if err := step.call(t.Context()); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if sent := p.replica.take(); len(sent) > 0 {
			t.Errorf("%s asks the replica: %q", step.name, sent)
		}
	}
}

// TestResolver_OtherKey: whether the user is there, by whom a foreign key that was
// broken is told, is the primary's to say.
func TestResolver_OtherKey(t *testing.T) {
	p := resolve(t, "")
	if err := p.db.Exec("CREATE TABLE providers (name text PRIMARY KEY)").Error; err != nil {
		t.Fatal(err)
	}
	if err := p.db.Exec("ALTER TABLE accounts ADD FOREIGN KEY (provider) REFERENCES providers (name)").Error; err != nil {
		t.Fatal(err)
	}
	p.Pause(t)
	user, err := p.adapter.CreateUser(t.Context(), &authdb.User{Name: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.adapter.LinkAccount(t.Context(), &authdb.Account{UserID: user.ID, Type: authdb.AccountOAuth, Provider: "p", ProviderAccountID: "1"})
	if !errors.Is(err, authdb.ErrInvalid) {
		t.Errorf("LinkAccount: %v, want ErrInvalid", err)
	}
}

// TestResolver_Unlinked: an account that is no longer linked signs nobody in, also
// while the replica still has it, and where the provider gives no tokens.
func TestResolver_Unlinked(t *testing.T) {
	p := resolve(t, "")
	former := p.subject(t)
	p.CatchUp(t)
	p.Pause(t)
	if err := p.adapter.UnlinkAccount(t.Context(), "p", former.name); err != nil {
		t.Fatal(err)
	}
	account := &authdb.Account{Type: authdb.AccountOAuth, Provider: "p", ProviderAccountID: former.name}
	registration, err := authdb.Register(t.Context(), p.adapter, &authdb.User{Name: "Eve"}, account, authdb.LinkPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	if !registration.Created || registration.User.ID == former.id {
		t.Errorf("the account signed %q in, whose it was", registration.User.ID)
	}
}

// TestResolver_Refresh: tokens that another process has renewed are not renewed
// again because the replica shows the old ones.
func TestResolver_Refresh(t *testing.T) {
	p := resolve(t, "")
	s, ctx := p.subject(t), t.Context()
	store := func(token string, expires time.Time) {
		t.Helper()
		if _, err := p.adapter.UpdateAccount(ctx, "p", s.name, authdb.AccountPatch{
			AccessToken: authdb.Set(token), ExpiresAt: authdb.Set(expires.Unix()),
		}); err != nil {
			t.Fatal(err)
		}
	}
	store("old", p.clock.Now().Add(-time.Hour))
	p.CatchUp(t)
	p.Pause(t)
	store("new", p.clock.Now().Add(time.Hour))
	refresher := &authdb.Refresher{Clock: p.clock.Now, Refresh: func(context.Context, *authdb.Account) (authdb.AccountPatch, error) {
		return authdb.AccountPatch{}, errors.New("the provider is asked again")
	}}
	account, err := refresher.Account(ctx, p.adapter, "p", s.name)
	if err != nil || account.AccessToken != "new" {
		t.Errorf("%+v, %v, want the new token", account, err)
	}
}

// TestResolver_ConvertSecrets: all rows are converted, also those that the replica
// has not seen.
func TestResolver_ConvertSecrets(t *testing.T) {
	p := resolve(t, "")
	p.Pause(t)
	s := p.subject(t)
	hashing := p.on(p.db, authdb.WithHashedTokens(authdb.HashedTokens{Plain: true}))
	if err := hashing.ConvertSecrets(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	hashed := p.on(p.db, authdb.WithHashedTokens(authdb.HashedTokens{}))
	if _, _, err := hashed.GetSessionAndUser(t.Context(), s.name); err != nil {
		t.Errorf("the session was not converted: %v", err)
	}
}

// TestResolver_Locks: the lock on a key that no unique key guards is given back,
// on the connection that has it.
func TestResolver_Locks(t *testing.T) {
	for _, server := range []string{testdb.MySQL, testdb.MariaDB} {
		t.Run(server, func(t *testing.T) {
			where := testdb.New(t, server)
			dialector := func() gorm.Dialector { return mysql.Open(where.DSN + "?parseTime=true") }
			open := func() *gorm.DB {
				t.Helper()
				db, err := gorm.Open(dialector(), &gorm.Config{Logger: logger.Discard})
				if err != nil {
					t.Fatal(err)
				}
				return db
			}
			first, second := open(), open()
			if err := first.Use(dbresolver.Register(dbresolver.Config{Replicas: []gorm.Dialector{dialector()}})); err != nil {
				t.Fatal(err)
			}
			if err := gormadapter.New(first).Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			unguarded := authdb.WithModels(authdb.Models{Layout: authdb.Layout{Unguarded: []authdb.Key{authdb.KeyEmail}}})
			user := &authdb.User{Email: "ada@example.com"}
			if err := gormadapter.New(first, unguarded).InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
				_, err := tx.CreateUser(ctx, user)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := gormadapter.New(second, unguarded).CreateUser(t.Context(), user); !errors.Is(err, authdb.ErrDuplicate) {
				t.Errorf("the next who asks for the address: %v, want ErrDuplicate", err)
			}
		})
	}
}
