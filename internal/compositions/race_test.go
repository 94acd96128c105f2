package compositions_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// TestComposeRace stores things for users who are deleted at that moment, from two
// compositions on the same databases, as two processes have them.
func TestComposeRace(t *testing.T) {
	const rounds = 25
	for _, c := range []struct{ users, apart string }{{testdb.Postgres, testdb.MariaDB}, {"sqlite", testdb.Postgres}} {
		t.Run(c.users+", and all else in "+c.apart, func(t *testing.T) {
			users := databaseOf(t, c.users, authdb.Models{Account: authdb.Absent, Session: authdb.Absent, VerificationToken: authdb.Absent, Authenticator: authdb.Absent})
			apart := databaseOf(t, c.apart, apartFrom("accounts", "sessions", "authenticators"))
			stores := authdb.Stores{Users: users, Accounts: apart, Sessions: apart, Authenticators: apart}
			one, two := composed(t, stores), composed(t, stores)
			stored := 0
			for round := range rounds {
				stored += race(t, one, two, users, apart, fmt.Sprint("round", round))
			}
			if t.Failed() {
				return
			}
			t.Logf("%d records were stored in %d rounds, and none is left", stored, rounds)
		})
	}
}

// race has each kind of record stored again and again until the user is gone, and
// returns how many were.
func race(t *testing.T, one, two *authdb.Composition, users, apart *gormadapter.Adapter, key string) (stored int) {
	t.Helper()
	user, err := users.CreateUser(t.Context(), new(authdb.User))
	ok(t, err)
	var (
		mu   sync.Mutex
		wait sync.WaitGroup
		keys []string
	)
	for i, k := range kinds {
		for j, through := range []*authdb.Composition{one, two} {
			wait.Go(func() {
				for n := 0; ; n++ {
					key := fmt.Sprint(key, "-", i, "-", j, "-", n)
					err := k.create(t.Context(), &world{Composition: through}, user.ID, key)
					if errors.Is(err, authdb.ErrReference) {
						return
					}
					if err != nil {
						t.Errorf("%s: %v", k.name, err)
						return
					}
					mu.Lock()
					keys = append(keys, key)
					mu.Unlock()
				}
			})
		}
	}
	time.Sleep(10 * time.Millisecond)
	ok(t, one.DeleteUser(t.Context(), user.ID))
	wait.Wait()
	if left := counted(t, apart, user.ID, keys...); left != 0 {
		t.Errorf("%d of %d are left", left, len(keys))
	}
	return len(keys)
}
