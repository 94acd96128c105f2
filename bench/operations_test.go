package bench_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// known returns how many users there are, each with an account, a session and a
// passkey.
func known() int { return unless(2_000, 20) }

// An operation is a method of the contract, or what an application does with
// several.
type operation struct {
	name string
	duel
}

// BenchmarkOperations compares the adapter with SQL written by hand, on the same
// pool, driver, tables and rows. They take turns:
//
//	go test ./bench -run '^$' -bench Operations -benchtime 21x
func BenchmarkOperations(b *testing.B) {
	for _, d := range databases() {
		b.Run(d.name, func(b *testing.B) {
			a := d.adapter(b)
			measure(b, a, newByHand(b, poolOf(b, a), d, defaultTables(), true), userOf, d.messages(b))
		})
	}
}

// measure runs all operations, with one goroutine and with several, and further of
// each, unless it is nil.
func measure(b *testing.B, a *gormadapter.Adapter, s *byHand, user func(key string) *authdb.User, further func(b *testing.B, operation int)) {
	b.Helper()
	fill(b, a, user)
	for i, o := range operations(b, a, s, user) {
		for _, goroutines := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d", o.name, goroutines), func(b *testing.B) {
				o.rounds(b, goroutines)
				if goroutines > 1 {
					return
				}
				o.allocations(b)
				if further != nil {
					further(b, i)
				}
			})
		}
	}
}

// poolOf returns the adapter's.
func poolOf(b testing.TB, a *gormadapter.Adapter) *sql.DB {
	b.Helper()
	return must[*sql.DB](b)(a.DB(b.Context()).DB())
}

// messages returns a function that reports what is sent in one of the operations.
func (d database) messages(b *testing.B) func(b *testing.B, operation int) {
	b.Helper()
	name, dsn := d.source(b)
	if d.database == "mysql" {
		dsn += "&interpolateParams=true" // else a statement is prepared, sent and closed
	}
	c := newCounted(b, name, dsn)
	db := d.over(b, sql.OpenDB(c), &gorm.Config{Logger: logger.Discard})
	a := gormadapter.New(db, authdb.WithForeignKeys())
	if err := a.Synchronize(b.Context()); err != nil {
		b.Fatal(err)
	}
	fill(b, a, userOf)
	all := operations(b, a, newByHand(b, poolOf(b, a), d, defaultTables(), false), userOf)
	return func(b *testing.B, operation int) {
		b.Helper()
		count := func(f work) float64 {
			key := all[operation].keys(1)[0]
			before := c.sent.Load()
			if err := f(b.Context(), key); err != nil {
				b.Fatal(err)
			}
			return float64(c.sent.Load() - before)
		}
		b.ReportMetric(count(all[operation].ours), "messages")
		b.ReportMetric(count(all[operation].raw), "raw-messages")
	}
}

// operations returns all that is measured.
func operations(b *testing.B, a *gormadapter.Adapter, s *byHand, user func(key string) *authdb.User) []operation {
	var batches atomic.Int64
	fresh := func(n int) []string { return keysFrom(fmt.Sprintf("new-%d-", batches.Add(1)), n) }
	with := func(each func(ctx context.Context, tx authdb.Adapter, key string) error) func(n int) []string {
		return func(n int) []string {
			keys := fresh(n)
			storeAll(b, a, keys, each)
			return keys
		}
	}
	aUser := func(ctx context.Context, tx authdb.Adapter, key string) error {
		_, err := tx.CreateUser(ctx, user(key))
		return err
	}
	someUser := func(key string) string { return "user-" + strconv.Itoa(len(key)*97%known()) }
	return []operation{
		{"GetSessionAndUser", duel{
			func(ctx context.Context, key string) error {
				_, _, err := a.GetSessionAndUser(ctx, "session-"+key)
				return err
			},
			func(ctx context.Context, key string) error {
				_, _, err := s.sessionAndUser(ctx, "session-"+key)
				return err
			},
			someKeys,
		}},
		{"GetUser", duel{
			func(ctx context.Context, key string) error { _, err := a.GetUser(ctx, "user-"+key); return err },
			func(ctx context.Context, key string) error {
				_, err := s.scanUser(s.getUser.query(ctx, "user-"+key))
				return err
			},
			someKeys,
		}},
		{"GetUserByEmail", duel{
			func(ctx context.Context, key string) error {
				_, err := a.GetUserByEmail(ctx, key+"@example.com")
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.scanUser(s.getUserByEmail.query(ctx, key+"@example.com"))
				return err
			},
			someKeys,
		}},
		{"GetUserByAccount", duel{
			func(ctx context.Context, key string) error {
				_, err := a.GetUserByAccount(ctx, "google", "sub-"+key)
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.scanUser(s.getUserByAccount.query(ctx, "google", "sub-"+key))
				return err
			},
			someKeys,
		}},
		{"GetAccount", duel{
			func(ctx context.Context, key string) error {
				_, err := a.GetAccount(ctx, "google", "sub-"+key)
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.scanAccount(s.getAccount.query(ctx, "google", "sub-"+key))
				return err
			},
			someKeys,
		}},
		{"GetAuthenticator", duel{
			func(ctx context.Context, key string) error {
				_, err := a.GetAuthenticator(ctx, "credential-"+key)
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.scanAuthenticator(s.getAuthenticator.query(ctx, "credential-"+key))
				return err
			},
			someKeys,
		}},
		{"ListSessionsByUserID", duel{
			func(ctx context.Context, key string) error {
				_, err := a.ListSessionsByUserID(ctx, "user-"+key)
				return err
			},
			func(ctx context.Context, key string) error { _, err := s.sessionsOf(ctx, "user-"+key); return err },
			someKeys,
		}},
		{"CreateUser", duel{
			func(ctx context.Context, key string) error {
				_, err := a.CreateUser(ctx, withoutID(user(key)))
				return err
			},
			func(ctx context.Context, key string) error { _, err := s.createUser(ctx, user(key)); return err },
			fresh,
		}},
		{"UpdateUser", duel{
			func(ctx context.Context, key string) error {
				_, err := a.UpdateUser(ctx, "user-"+key, authdb.UserPatch{Name: authdb.Set(someName())})
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.rename(ctx, "user-"+key, someName())
				return err
			},
			someKeys,
		}},
		{"DeleteUser", duel{
			func(ctx context.Context, key string) error { return a.DeleteUser(ctx, "user-"+key) },
			func(ctx context.Context, key string) error { return one(s.deleteUser.exec(ctx, "user-"+key)) },
			with(aUser),
		}},
		{"LinkAccount", duel{
			func(ctx context.Context, key string) error {
				_, err := a.LinkAccount(ctx, ofUser(accountOf(key), someUser(key)))
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.linkAccount(ctx, ofUser(accountOf(key), someUser(key)))
				return err
			},
			fresh,
		}},
		{"UpdateAccount", duel{
			func(ctx context.Context, key string) error {
				_, err := a.UpdateAccount(ctx, "google", "sub-"+key, authdb.AccountPatch{AccessToken: authdb.Set(someName()), ExpiresAt: authdb.Set(rand.Int64N(1 << 31))})
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.renew(ctx, "google", "sub-"+key, someName(), rand.Int64N(1<<31))
				return err
			},
			someKeys,
		}},
		{"UnlinkAccount", duel{
			func(ctx context.Context, key string) error { return a.UnlinkAccount(ctx, "google", "sub-"+key) },
			func(ctx context.Context, key string) error {
				return one(s.deleteAccount.exec(ctx, "google", "sub-"+key))
			},
			with(func(ctx context.Context, tx authdb.Adapter, key string) error {
				_, err := tx.LinkAccount(ctx, ofUser(accountOf(key), someUser(key)))
				return err
			}),
		}},
		{"CreateSession", duel{
			func(ctx context.Context, key string) error {
				_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: "session-" + key, UserID: someUser(key), Expires: later})
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.createSession(ctx, &authdb.Session{SessionToken: "session-" + key, UserID: someUser(key), Expires: later})
				return err
			},
			fresh,
		}},
		{"UpdateSession", duel{
			func(ctx context.Context, key string) error {
				_, err := a.UpdateSession(ctx, "session-"+key, authdb.SessionPatch{Expires: authdb.Set(someTime())})
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.rollSession(ctx, "session-"+key, someTime())
				return err
			},
			someKeys,
		}},
		{"DeleteSession", duel{
			func(ctx context.Context, key string) error { return a.DeleteSession(ctx, "session-"+key) },
			func(ctx context.Context, key string) error { return one(s.deleteSession.exec(ctx, "session-"+key)) },
			with(func(ctx context.Context, tx authdb.Adapter, key string) error {
				_, err := tx.CreateSession(ctx, &authdb.Session{SessionToken: "session-" + key, UserID: someUser(key), Expires: later})
				return err
			}),
		}},
		{"CreateVerificationToken", duel{
			func(ctx context.Context, key string) error {
				_, err := a.CreateVerificationToken(ctx, tokenOf(key))
				return err
			},
			func(ctx context.Context, key string) error { _, err := s.createToken(ctx, tokenOf(key)); return err },
			fresh,
		}},
		{"UseVerificationToken", duel{
			func(ctx context.Context, key string) error {
				_, err := a.UseVerificationToken(ctx, key+"@example.com", "token-"+key)
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.useToken(ctx, key+"@example.com", "token-"+key)
				return err
			},
			with(func(ctx context.Context, tx authdb.Adapter, key string) error {
				_, err := tx.CreateVerificationToken(ctx, tokenOf(key))
				return err
			}),
		}},
		{"CreateAuthenticator", duel{
			func(ctx context.Context, key string) error {
				_, err := a.CreateAuthenticator(ctx, passkeyOf(key, someUser(key)))
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.createAuthenticator(ctx, passkeyOf(key, someUser(key)))
				return err
			},
			fresh,
		}},
		{"UpdateAuthenticatorCounter", duel{
			func(ctx context.Context, key string) error {
				_, err := a.UpdateAuthenticatorCounter(ctx, "credential-"+key, rand.Uint32N(1<<31))
				return err
			},
			func(ctx context.Context, key string) error {
				_, err := s.count(ctx, "credential-"+key, int64(rand.Uint32N(1<<31)))
				return err
			},
			someKeys,
		}},
		{"Register, new", duel{
			func(ctx context.Context, key string) error {
				_, err := authdb.Register(ctx, a, withoutID(user(key)), ofUser(accountOf(key), ""), authdb.LinkPolicy{})
				return err
			},
			func(ctx context.Context, key string) error { return s.register(ctx, user(key), accountOf(key)) },
			fresh,
		}},
		{"Register, known", duel{
			func(ctx context.Context, key string) error {
				account := ofUser(accountOf(key), "")
				account.AccessToken = someName()
				_, err := authdb.Register(ctx, a, withoutID(user(key)), account, authdb.LinkPolicy{})
				return err
			},
			func(ctx context.Context, key string) error {
				if _, err := s.scanUser(s.getUserByAccount.query(ctx, "google", "sub-"+key)); err != nil {
					return err
				}
				_, err := s.renew(ctx, "google", "sub-"+key, someName(), later.Unix())
				return err
			},
			someKeys,
		}},
	}
}

// one is an error unless one row was written.
func one(n int64, err error) error {
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows", n)
	}
	return err
}
