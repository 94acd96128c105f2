package gormadapter_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// A journal is a GORM logger that remembers what it was told.
type journal struct {
	mu         sync.Mutex
	statements []string
	errors     []error
}

func (j *journal) LogMode(logger.LogLevel) logger.Interface { return j }
func (j *journal) Info(context.Context, string, ...any)     {}
func (j *journal) Warn(context.Context, string, ...any)     {}
func (j *journal) Error(_ context.Context, s string, args ...any) {
	j.add(fmt.Sprintf(s, args...), nil)
}

func (j *journal) Trace(_ context.Context, _ time.Time, fc func() (string, int64), err error) {
	sql, _ := fc()
	j.add(sql, err)
}

func (j *journal) add(sql string, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.statements = append(j.statements, sql)
	j.errors = append(j.errors, err)
}

// take returns the statements since the last take.
func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	taken := j.statements
	j.statements = nil
	return taken
}

// cost is how many messages a call sends: statements, and what begins and ends
// transactions.
type cost struct {
	sqlite, postgres, mariadb, mysql int
}

func (c cost) on(db *gorm.DB) int {
	switch {
	case db.Name() == "sqlite":
		return c.sqlite
	case db.Name() == "postgres":
		return c.postgres
	case slices.Contains(db.Callback().Delete().Clauses, "RETURNING"):
		return c.mariadb
	}
	return c.mysql
}

func each(n int) cost { return cost{n, n, n, n} }

// costs are those that depend on the adapter.
type costs struct{ child, update, updateAccount, deleteUser cost }

func costsOf(child, deleteUser cost) costs {
	update := cost{1, 1, 4, 4} // which brings back the row, or has it locked and read first
	return costs{child, update, update, deleteUser}
}

// also is the cost of both.
func (c cost) also(d cost) cost {
	return cost{c.sqlite + d.sqlite, c.postgres + d.postgres, c.mariadb + d.mariadb, c.mysql + d.mysql}
}

// TestStatements holds the package doc's numbers against what is sent.
func TestStatements(t *testing.T) {
	onEach(t, func(t *testing.T, plain *gorm.DB) {
		db, sent := throughWire(t, plain)
		synchronised := gormadapter.New(db, authdb.WithForeignKeys())
		if err := synchronised.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		unknown := each(4) // BEGIN, the user's lock, the INSERT, COMMIT
		t.Run("foreign keys looked at", func(t *testing.T) { countStatements(t, synchronised, db, sent, costsOf(each(1), each(1))) })
		said := gormadapter.New(db, authdb.WithModels(authdb.Models{Layout: authdb.Layout{ForeignKeys: true}}))
		t.Run("foreign keys said by the layout", func(t *testing.T) { countStatements(t, said, db, sent, costsOf(each(1), each(7))) })
		t.Run("foreign keys unknown", func(t *testing.T) { countStatements(t, gormadapter.New(db), db, sent, costsOf(unknown, each(7))) })
		unsure := gormadapter.New(db)
		if err := unsure.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		// Of SQLite's connections only the application knows.
		t.Run("connections unknown", func(t *testing.T) { countStatements(t, unsure, db, sent, costsOf(cost{4, 1, 1, 1}, cost{7, 1, 1, 1})) })
	})
}

func countStatements(t *testing.T, a *gormadapter.Adapter, db *gorm.DB, sent *wire, costs costs) {
	ctx := t.Context()
	name := authdb.NewID()
	later := time.Now().Add(time.Hour)
	var id string
	for _, step := range []struct {
		name string
		want cost
		call func() error
	}{
		{"CreateUser", each(1), func() error {
			u, err := a.CreateUser(ctx, &authdb.User{Email: name})
			id = u.ID
			return err
		}},
		{"GetUser", each(1), func() error { _, err := a.GetUser(ctx, id); return err }},
		{"GetUserByEmail", each(1), func() error { _, err := a.GetUserByEmail(ctx, name); return err }},
		{"LinkAccount", costs.child, func() error {
			_, err := a.LinkAccount(ctx, &authdb.Account{UserID: id, Type: "oauth", Provider: "p", ProviderAccountID: name})
			return err
		}},
		{"GetUserByAccount", each(1), func() error { _, err := a.GetUserByAccount(ctx, "p", name); return err }},
		{"GetAccount", each(1), func() error { _, err := a.GetAccount(ctx, "p", name); return err }},
		{"ListAccountsByUserID", each(1), func() error { _, err := a.ListAccountsByUserID(ctx, id); return err }},
		{"UpdateAccount", costs.updateAccount, func() error {
			_, err := a.UpdateAccount(ctx, "p", name, authdb.AccountPatch{Scope: authdb.Set("s")})
			return err
		}},
		{"CreateSession", costs.child, func() error {
			_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: name, UserID: id, Expires: later})
			return err
		}},
		{"GetSessionAndUser", each(1), func() error { _, _, err := a.GetSessionAndUser(ctx, name); return err }},
		{"ListSessionsByUserID", each(1), func() error { _, err := a.ListSessionsByUserID(ctx, id); return err }},
		{"UpdateSession", costs.update, func() error {
			_, err := a.UpdateSession(ctx, name, authdb.SessionPatch{Expires: authdb.Set(later.Add(time.Hour))})
			return err
		}},
		{"UpdateSession, nothing", each(1), func() error { _, err := a.UpdateSession(ctx, name, authdb.SessionPatch{}); return err }},
		{"UpdateUser", costs.update, func() error {
			_, err := a.UpdateUser(ctx, id, authdb.UserPatch{Name: authdb.Set("n")})
			return err
		}},
		{"UpdateUser, nothing", each(1), func() error { _, err := a.UpdateUser(ctx, id, authdb.UserPatch{}); return err }},
		{"CreateAuthenticator", costs.child, func() error {
			_, err := a.CreateAuthenticator(ctx, &authdb.Authenticator{
				CredentialID: name, UserID: id, ProviderAccountID: name, CredentialPublicKey: "k", CredentialDeviceType: "singleDevice",
			})
			return err
		}},
		{"GetAuthenticator", each(1), func() error { _, err := a.GetAuthenticator(ctx, name); return err }},
		{"ListAuthenticatorsByUserID", each(1), func() error { _, err := a.ListAuthenticatorsByUserID(ctx, id); return err }},
		{"UpdateAuthenticatorCounter", costs.update, func() error { _, err := a.UpdateAuthenticatorCounter(ctx, name, 7); return err }},
		{"CreateVerificationToken", each(1), func() error {
			_, err := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: name, Token: name, Expires: later})
			return err
		}},
		{"GetVerificationToken", each(1), func() error { _, err := a.GetVerificationToken(ctx, name, name); return err }},
		{"UseVerificationToken", cost{1, 1, 1, 2}, func() error { _, err := a.UseVerificationToken(ctx, name, name); return err }},
		{"UnlinkAccount", each(1), func() error { return a.UnlinkAccount(ctx, "p", name) }},
		{"DeleteSession", each(1), func() error { return a.DeleteSession(ctx, name) }},
		{"DeleteSessionsByUserID, none", each(3), func() error { _, err := a.DeleteSessionsByUserID(ctx, id); return err }},
		{"LinkAccount, again", costs.child, func() error { // MySQL deletes twice where it finds nothing
			_, err := a.LinkAccount(ctx, &authdb.Account{UserID: id, Type: "oauth", Provider: "p", ProviderAccountID: name})
			return err
		}},
		{"CreateSession, again", costs.child, func() error {
			_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: name, UserID: id, Expires: later})
			return err
		}},
		{"DeleteUser", costs.deleteUser, func() error { return a.DeleteUser(ctx, id) }},
		{"Register, new", each(5), func() error { return register(ctx, a, name) }},
		{"Register, known", each(1).also(costs.updateAccount), func() error { return register(ctx, a, name) }},
	} {
		disarm := sent.arm(nothing, 0, nil)
		err := step.call()
		_, statements := disarm()
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := 1 + strings.Count(statements, "; "); got != step.want.on(db) {
			t.Errorf("%s: %d messages, want %d:\n%s", step.name, got, step.want.on(db), statements)
		}
	}
}

// register signs a person in with an account.
func register(ctx context.Context, a authdb.Adapter, name string) error {
	account := &authdb.Account{Type: "oauth", Provider: "google", ProviderAccountID: name, AccessToken: authdb.NewID()}
	_, err := authdb.Register(ctx, a, &authdb.User{Email: name}, account, authdb.LinkPolicy{})
	return err
}

// TestExactPredicate shows that a key is compared exactly before anything is
// known of the columns, and by the index alone once it is.
func TestExactPredicate(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		log := new(journal)
		db = db.Session(&gorm.Session{Logger: log})
		a := gormadapter.New(db)
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name    string
			adapter *gormadapter.Adapter
			casts   bool
		}{
			{"known", a, false},
			{"unknown", gormadapter.New(db), true},
			{"said by the layout", gormadapter.New(db, authdb.WithModels(authdb.Models{Layout: authdb.Layout{ExactKeys: true}})), false},
		} {
			log.take()
			_, _, _ = c.adapter.GetSessionAndUser(t.Context(), "token")
			got := strings.Join(log.take(), "\n")
			_, where, _ := strings.Cut(got, " FROM ")
			if strings.Contains(where, "CAST(") != c.casts {
				t.Errorf("%s: %s", c.name, got)
			}
		}
	})
}
