package gormadapter_test

import (
	"context"
	"fmt"
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

// TestStatements holds the package doc's numbers against what is sent.
func TestStatements(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		log := new(journal)
		db = db.Session(&gorm.Session{Logger: log})
		synchronised := gormadapter.New(db)
		if err := synchronised.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		known := 1
		if db.Name() == "sqlite" { // only the application knows of all its connections
			known = 2
		}
		t.Run("foreign keys looked at", func(t *testing.T) { countStatements(t, synchronised, log, known) })
		said := gormadapter.New(db, authdb.WithModels(authdb.Models{Layout: authdb.Layout{ForeignKeys: true}}))
		t.Run("foreign keys said by the layout", func(t *testing.T) { countStatements(t, said, log, 1) })
		t.Run("foreign keys unknown", func(t *testing.T) { countStatements(t, gormadapter.New(db), log, 2) })
	})
}

func countStatements(t *testing.T, a *gormadapter.Adapter, log *journal, child int) {
	ctx := t.Context()
	name := authdb.NewID()
	later := time.Now().Add(time.Hour)
	var id string
	for _, step := range []struct {
		name string
		want int
		call func() error
	}{
		{"CreateUser", 1, func() error {
			u, err := a.CreateUser(ctx, &authdb.User{Email: name})
			id = u.ID
			return err
		}},
		{"GetUser", 1, func() error { _, err := a.GetUser(ctx, id); return err }},
		{"GetUserByEmail", 1, func() error { _, err := a.GetUserByEmail(ctx, name); return err }},
		{"LinkAccount", child, func() error {
			_, err := a.LinkAccount(ctx, &authdb.Account{UserID: id, Type: "oauth", Provider: "p", ProviderAccountID: name})
			return err
		}},
		{"GetUserByAccount", 1, func() error { _, err := a.GetUserByAccount(ctx, "p", name); return err }},
		{"GetAccount", 1, func() error { _, err := a.GetAccount(ctx, "p", name); return err }},
		{"ListAccountsByUserID", 1, func() error { _, err := a.ListAccountsByUserID(ctx, id); return err }},
		{"UpdateAccount", 2, func() error {
			_, err := a.UpdateAccount(ctx, "p", name, authdb.AccountPatch{Scope: authdb.Set("s")})
			return err
		}},
		{"CreateSession", child, func() error {
			_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: name, UserID: id, Expires: later})
			return err
		}},
		{"GetSessionAndUser", 1, func() error { _, _, err := a.GetSessionAndUser(ctx, name); return err }},
		{"ListSessionsByUserID", 1, func() error { _, err := a.ListSessionsByUserID(ctx, id); return err }},
		{"UpdateSession", 2, func() error {
			_, err := a.UpdateSession(ctx, name, authdb.SessionPatch{Expires: authdb.Set(later.Add(time.Hour))})
			return err
		}},
		{"UpdateSession, nothing", 1, func() error { _, err := a.UpdateSession(ctx, name, authdb.SessionPatch{}); return err }},
		{"UpdateUser", 2, func() error {
			_, err := a.UpdateUser(ctx, id, authdb.UserPatch{Name: authdb.Set("n")})
			return err
		}},
		{"UpdateUser, nothing", 1, func() error { _, err := a.UpdateUser(ctx, id, authdb.UserPatch{}); return err }},
		{"CreateAuthenticator", child, func() error {
			_, err := a.CreateAuthenticator(ctx, &authdb.Authenticator{
				CredentialID: name, UserID: id, ProviderAccountID: name, CredentialPublicKey: "k", CredentialDeviceType: "singleDevice",
			})
			return err
		}},
		{"GetAuthenticator", 1, func() error { _, err := a.GetAuthenticator(ctx, name); return err }},
		{"ListAuthenticatorsByUserID", 1, func() error { _, err := a.ListAuthenticatorsByUserID(ctx, id); return err }},
		{"UpdateAuthenticatorCounter", 2, func() error { _, err := a.UpdateAuthenticatorCounter(ctx, name, 7); return err }},
		{"CreateVerificationToken", 1, func() error {
			_, err := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: name, Token: name, Expires: later})
			return err
		}},
		{"UseVerificationToken", 2, func() error { _, err := a.UseVerificationToken(ctx, name, name); return err }},
		{"UnlinkAccount", 1, func() error { return a.UnlinkAccount(ctx, "p", name) }},
		{"DeleteSession", 1, func() error { return a.DeleteSession(ctx, name) }},
		{"DeleteSessionsByUserID, none", 1, func() error { _, err := a.DeleteSessionsByUserID(ctx, id); return err }},
		{"DeleteExpired, none", 2, func() error { _, err := a.DeleteExpired(ctx, 10); return err }},
		{"LinkAccount, again", child, func() error { // MySQL deletes twice where it finds nothing
			_, err := a.LinkAccount(ctx, &authdb.Account{UserID: id, Type: "oauth", Provider: "p", ProviderAccountID: name})
			return err
		}},
		{"CreateSession, again", child, func() error {
			_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: name, UserID: id, Expires: later})
			return err
		}},
		{"DeleteUser", 5, func() error { return a.DeleteUser(ctx, id) }},
		{"DeleteUser, gone", 1, func() error { return a.DeleteUser(ctx, id) }},
	} {
		log.take()
		if err := step.call(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := log.take(); len(got) != step.want {
			t.Errorf("%s: %d statements, want %d:\n%s", step.name, len(got), step.want, strings.Join(got, "\n"))
		}
	}
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
