package gormadapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
)

// detached are the row types of a variant without users.
func detached(models authdb.Models) authdb.Option {
	models.User = authdb.Absent
	return authdb.WithModels(models)
}

// sessionsOnly are those of a database that has nothing but sessions.
var sessionsOnly = authdb.Models{Account: authdb.Absent, VerificationToken: authdb.Absent, Authenticator: authdb.Absent}

func asFinds[T any](a authdb.Adapter) bool {
	_, found := authdb.As[T](a)
	return found
}

// TestSessionsWithoutUsers: nobody is asked for the user, and all else of a session
// is as ever.
func TestSessionsWithoutUsers(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		ctx, clock := t.Context(), adaptertest.NewClock(time.Now())
		for _, further := range [][]authdb.Option{nil, {authdb.WithHashedTokens(authdb.HashedTokens{})}} {
			a := gormadapter.New(db, append([]authdb.Option{detached(sessionsOnly), authdb.WithClock(clock.Now)}, further...)...)
			must(t, a.Synchronize(ctx))
			must(t, a.Check(ctx))
			store, found := authdb.As[authdb.DetachedSessionStore](a)
			if !found {
				t.Fatal("As finds no DetachedSessionStore")
			}
			user, token := authdb.NewID(), authdb.NewID()
			want, err := store.CreateSession(ctx, &authdb.Session{SessionToken: token, UserID: user, Expires: clock.Now().Add(time.Hour)})
			must(t, err)
			got, err := store.GetSession(ctx, token)
			must(t, err)
			if got.ID != want.ID || got.SessionToken != token || got.UserID != user || !got.Expires.Equal(want.Expires) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if _, err := store.CreateSession(ctx, &authdb.Session{SessionToken: token, UserID: user, Expires: clock.Now()}); !errors.Is(err, authdb.ErrDuplicate) {
				t.Errorf("the same token: %v", err)
			}
			for _, key := range []string{strings.ToUpper(token), token + " ", "", "\x00"} {
				if s, err := store.GetSession(ctx, key); s != nil || !errors.Is(err, authdb.ErrNotFound) || errors.Is(err, authdb.ErrExpired) {
					t.Errorf("another token: %v, %v", s, err)
				}
			}
			clock.Set(want.Expires)
			_, err = store.GetSession(ctx, token)
			must(t, err)
			clock.Set(want.Expires.Add(time.Millisecond))
			if s, err := store.GetSession(ctx, token); s != nil || !errors.Is(err, authdb.ErrExpired) {
				t.Errorf("a moment after Expires: %v, %v", s, err)
			}
			if n, err := store.DeleteSessionsByUserID(ctx, user); n != 1 || err != nil {
				t.Errorf("DeleteSessionsByUserID removed %d: %v", n, err)
			}
			must(t, a.InTx(ctx, func(_ context.Context, tx authdb.Adapter) error {
				_, err := tx.CreateSession(ctx, &authdb.Session{SessionToken: token, UserID: user, Expires: clock.Now()})
				return err
			}))
		}
	})
}

// A table of sessions alone refers to no other, and what needs users is not there.
func TestWithoutUsers(t *testing.T) {
	db := onSQLite(t)
	ctx := t.Context()
	a := gormadapter.New(db, detached(authdb.Models{}))
	plan, err := a.Plan(ctx)
	must(t, err)
	if sql := strings.Join(plan.Statements, "\n"); strings.Contains(sql, "REFERENCES") || strings.Contains(sql, "users") || !strings.Contains(sql, "sessions") {
		t.Errorf("Synchronize would run %s", sql)
	}
	must(t, a.Synchronize(ctx))
	if plan, err = a.Plan(ctx); err != nil || len(plan.Findings) > 0 {
		t.Errorf("afterwards: %v, %v", plan, err)
	}
	for name, found := range map[string]bool{
		"UserStore":    asFinds[authdb.UserStore](a),
		"SessionStore": asFinds[authdb.SessionStore](a),
		"Registrar":    asFinds[authdb.Registrar](a),
		"UserLocker":   asFinds[authdb.UserLocker](a),
	} {
		if found {
			t.Errorf("As finds a %s", name)
		}
	}
	if !asFinds[authdb.AccountStore](a) || !asFinds[authdb.AuthenticatorStore](a) || !asFinds[authdb.VerificationTokenStore](a) || !asFinds[authdb.DetachedSessionStore](a) {
		t.Error("As finds not all that is kept")
	}
	_, err1 := a.CreateUser(ctx, &authdb.User{})
	_, err2 := a.GetUser(ctx, "x")
	_, err3 := a.GetUserByEmail(ctx, "x")
	_, err4 := a.GetUserByAccount(ctx, "x", "x")
	_, err5 := a.UpdateUser(ctx, "x", authdb.UserPatch{})
	_, _, err6 := a.GetSessionAndUser(ctx, "x")
	_, _, err7 := a.CreateUserWithAccount(ctx, &authdb.User{}, &authdb.Account{})
	for i, err := range []error{
		err1, err2, err3, err4, err5, err6, err7, a.DeleteUser(ctx, "x"),
		a.InTx(ctx, func(_ context.Context, tx authdb.Adapter) error {
			_, err := tx.(authdb.UserLocker).LockUser(ctx, "x")
			return err
		}),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	beside := gormadapter.New(onSQLite(t))
	if _, err := beside.GetSession(ctx, "x"); !errors.Is(err, errors.ErrUnsupported) || asFinds[authdb.DetachedSessionStore](beside) {
		t.Errorf("GetSession beside users: %v", err)
	}
}

// A user's ID that the column can't hold is no reference that is missing, and a
// foreign key that is left over refuses what nobody looks at.
func TestWithoutUsersTheUserIDIsAnyText(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		ctx := t.Context()
		session := func(userID string) *authdb.Session {
			return &authdb.Session{SessionToken: authdb.NewID(), UserID: userID, Expires: time.Now()}
		}
		must(t, gormadapter.New(db).Synchronize(ctx))
		beside := gormadapter.New(db, detached(sessionsOnly))
		if _, err := beside.CreateSession(ctx, session("nobody")); !errors.Is(err, authdb.ErrInvalid) || errors.Is(err, authdb.ErrReference) || !strings.Contains(err.Error(), "foreign key") {
			t.Errorf("with a foreign key: %v", err)
		}
		must(t, db.Migrator().DropTable("sessions"))
		apart := gormadapter.New(db, detached(sessionsOnly))
		must(t, apart.Synchronize(ctx))
		_, err := apart.CreateSession(ctx, session("nobody"))
		must(t, err)
		for _, id := range []string{"", "\x00", "\xff", strings.Repeat("x", 65)} {
			if _, err := apart.CreateSession(ctx, session(id)); !errors.Is(err, authdb.ErrInvalid) || !strings.Contains(err.Error(), "UserID") {
				t.Errorf("UserID of %d bytes: %v", len(id), err)
			}
		}
		numbers := sessionsOnly
		numbers.Session = &accountSession{}
		a := gormadapter.New(db, detached(numbers))
		must(t, a.Synchronize(ctx))
		if _, err := a.CreateSession(ctx, session("abc")); !errors.Is(err, authdb.ErrInvalid) || !strings.Contains(err.Error(), "UserID") {
			t.Errorf("UserID abc in a column of numbers: %v", err)
		}
		_, err = a.CreateSession(ctx, session("123"))
		must(t, err)
	})
}
