package cacheadapter_test

import (
	"context"
	"errors"
	"reflect"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/cacheadapter"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

// hooked is an account whose token type is copied to the user.
type hooked struct{ models.Account }

func (h *hooked) AfterSave(tx *gorm.DB) error {
	return tx.Model(&models.User{}).Where("id = ?", h.UserID).Update("image", h.TokenType).Error
}

// noted is a session that the user is told of.
type noted struct {
	models.Session
	models.SessionDetails
}

func (n *noted) AfterCreate(tx *gorm.DB) error {
	return tx.Model(&models.User{}).Where("id = ?", n.UserID).Update("image", "last seen with "+n.ID).Error
}

// A signedIn is what a write is about: a user in two browsers, with an account, and
// a token that is nobody's.
type signedIn struct {
	user          *authdb.User
	phone, laptop *authdb.Session
	nobody        string
	account       *authdb.Account
}

var writes = map[string]func(ctx context.Context, a authdb.Adapter, in signedIn) error{
	"UpdateUser": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		_, err := a.UpdateUser(ctx, in.user.ID, authdb.UserPatch{Name: authdb.Set("Countess")})
		return err
	},
	"DeleteUser": func(ctx context.Context, a authdb.Adapter, in signedIn) error { return a.DeleteUser(ctx, in.user.ID) },
	"LinkAccount": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		account := *in.account
		account.ID, account.Provider, account.TokenType = "", "github", "copied"
		_, err := a.LinkAccount(ctx, &account)
		return err
	},
	"UpdateAccount": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		updater, _ := authdb.As[authdb.AccountUpdater](a)
		_, err := updater.UpdateAccount(ctx, in.account.Provider, in.account.ProviderAccountID, authdb.AccountPatch{TokenType: authdb.Set("copied")})
		return err
	},
	"CreateSession": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: in.nobody, UserID: in.user.ID, Expires: in.phone.Expires})
		return err
	},
	"UpdateSession": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		_, err := a.UpdateSession(ctx, in.phone.SessionToken, authdb.SessionPatch{Expires: authdb.Set(in.phone.Expires.Add(time.Hour))})
		return err
	},
	"DeleteSession": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		return a.DeleteSession(ctx, in.phone.SessionToken)
	},
	"DeleteSessionsByUserID": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		lister, _ := authdb.As[authdb.SessionLister](a)
		_, err := lister.DeleteSessionsByUserID(ctx, in.user.ID, in.laptop.SessionToken)
		return err
	},
	"DeleteSessionByID": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		revoker, _ := authdb.As[authdb.SessionRevoker](a)
		return revoker.DeleteSessionByID(ctx, in.user.ID, in.phone.ID)
	},
	"TouchSession": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		toucher, _ := authdb.As[authdb.SessionToucher](a)
		wrote, err := toucher.TouchSession(ctx, in.phone, time.Minute)
		if err == nil && !wrote {
			err = errors.New("wrote nothing")
		}
		return err
	},
	"a reset by Register": func(ctx context.Context, a authdb.Adapter, in signedIn) error {
		_, err := authdb.Register(ctx, a, &authdb.User{Email: in.user.Email, EmailVerified: &in.phone.Expires},
			&authdb.Account{Type: authdb.AccountOIDC, Provider: "trusted", ProviderAccountID: in.nobody},
			authdb.LinkPolicy{Trusted: []string{"trusted"}, ResetUnproven: true})
		return err
	},
}

// TestWrites compares what is answered after each write with what the database
// answers, with everything in the cache before.
func TestWrites(t *testing.T) {
	inside := onSQLite(t, authdb.Models{Account: &hooked{}, Session: &noted{}})
	ways := map[string]func(ctx context.Context, a *cacheadapter.Adapter, write func(context.Context, authdb.Adapter) error) error{
		"alone": func(ctx context.Context, a *cacheadapter.Adapter, write func(context.Context, authdb.Adapter) error) error {
			return write(ctx, a)
		},
		"in a transaction": func(ctx context.Context, a *cacheadapter.Adapter, write func(context.Context, authdb.Adapter) error) error {
			return a.InTx(ctx, write)
		},
		"in a savepoint": func(ctx context.Context, a *cacheadapter.Adapter, write func(context.Context, authdb.Adapter) error) error {
			return a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
				transactor, _ := authdb.As[authdb.Transactor](tx)
				return transactor.InTx(ctx, write)
			})
		},
	}
	for cache, open := range caches {
		adapter := cached(t, inside, cacheadapter.Options{MaxAge: cacheadapter.Longest, NegativeMaxAge: cacheadapter.Longest, Cache: open(t)()})
		for name, write := range writes {
			for way, do := range ways {
				t.Run(cache+"/"+name+"/"+way, func(t *testing.T) {
					in := signIn(t, inside)
					tokens := []string{in.phone.SessionToken, in.laptop.SessionToken, in.nobody}
					before := answers(t, adapter, tokens)
					if !reflect.DeepEqual(before, answers(t, adapter, tokens)) {
						t.Fatal("the cache does not answer as the database does")
					}
					err := do(t.Context(), adapter, func(ctx context.Context, a authdb.Adapter) error { return write(ctx, a, in) })
					if err != nil {
						t.Fatal(err)
					}
					want := answers(t, inside, tokens)
					if reflect.DeepEqual(before, want) {
						t.Fatal("the write changes nothing that is cached")
					}
					if got := answers(t, adapter, tokens); !reflect.DeepEqual(got, want) {
						t.Errorf("got  %v\nwant %v", got, want)
					}
				})
			}
		}
	}
}

func onSQLite(t *testing.T, rows authdb.Models, options ...authdb.Option) *gormadapter.Adapter {
	t.Helper()
	config, err := datasource.Parse("sqlite:" + testdb.SQLiteFile(t))
	if err != nil {
		t.Fatal(err)
	}
	db, err := datasource.OpenDB(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeDB(t, db) })
	db.Logger = logger.Discard
	adapter := gormadapter.New(db, append(options, authdb.WithModels(rows))...)
	if err := adapter.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	return adapter
}

func signIn(t *testing.T, a authdb.Adapter) (in signedIn) {
	t.Helper()
	ctx, in := t.Context(), signedIn{nobody: authdb.NewID()}
	var err [4]error
	in.user, err[0] = a.CreateUser(ctx, &authdb.User{Name: "Ada", Email: authdb.NewID() + "@example.com"})
	if err[0] != nil {
		t.Fatal(err[0])
	}
	expires := time.Now().Add(time.Hour)
	in.phone, err[1] = a.CreateSession(ctx, &authdb.Session{SessionToken: authdb.NewID(), UserID: in.user.ID, Expires: expires})
	in.laptop, err[2] = a.CreateSession(ctx, &authdb.Session{SessionToken: authdb.NewID(), UserID: in.user.ID, Expires: expires})
	in.account, err[3] = a.LinkAccount(ctx, &authdb.Account{Type: authdb.AccountOIDC, UserID: in.user.ID, Provider: "google", ProviderAccountID: authdb.NewID()})
	if err := errors.Join(err[:]...); err != nil {
		t.Fatal(err)
	}
	return in
}

// An answer is one to GetSessionAndUser.
type answer struct {
	session *authdb.Session
	user    *authdb.User
	missing bool
}

func answers(t *testing.T, a authdb.Adapter, tokens []string) (all []answer) {
	t.Helper()
	for _, token := range tokens {
		session, user, err := a.GetSessionAndUser(t.Context(), token)
		if err != nil && !errors.Is(err, authdb.ErrNotFound) {
			t.Fatal(err)
		}
		all = append(all, answer{session, user, err != nil})
	}
	return all
}

// TestReadsInATransaction asks the database, and sees what the transaction wrote.
func TestReadsInATransaction(t *testing.T) {
	inside := onSQLite(t, authdb.Models{})
	adapter := cached(t, inside, cacheadapter.Options{})
	in := signIn(t, inside)
	before := answers(t, adapter, []string{in.phone.SessionToken})
	undo := errors.New("undo")
	err := adapter.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
		if err := tx.DeleteSession(ctx, in.phone.SessionToken); err != nil {
			return err
		}
		if _, _, err := tx.GetSessionAndUser(ctx, in.phone.SessionToken); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("in the transaction: %v", err)
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
	if got := answers(t, adapter, []string{in.phone.SessionToken}); !reflect.DeepEqual(got, before) {
		t.Errorf("after the rollback: %v", got)
	}
	func() {
		defer func() { _ = recover() }()
		forgotten := adapter.Stats().Forgotten
		defer func() {
			if adapter.Stats().Forgotten != forgotten+1 {
				t.Error("a panic keeps what the transaction named from being forgotten")
			}
		}()
		_ = adapter.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
			_ = tx.DeleteSession(ctx, in.phone.SessionToken)
			panic("a defect")
		})
	}()
}

// TestUnknownOutcome forgets also where the write returned an error: it may have
// been done.
func TestUnknownOutcome(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	adapter := cached(t, lost{s.probe}, cacheadapter.Options{Clock: s.clock.Now})
	s.Adapter = adapter
	s.in(token, "Ada")
	if err := adapter.DeleteSession(t.Context(), token); !errors.Is(err, authdb.ErrUnknownOutcome) {
		t.Fatal(err)
	}
	s.out(token, authdb.ErrNotFound)
}

// lost loses the answer to what it has done.
type lost struct{ *probe }

func (l lost) DeleteSession(ctx context.Context, token string) error {
	_ = l.probe.DeleteSession(ctx, token)
	return authdb.ErrUnknownOutcome
}

func TestForgetUser(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	s.in(token, "Ada")
	s.probe.SoftDeleteUser(s.user.ID)
	s.in(token, "Ada")
	s.ok(s.ForgetUser(t.Context(), s.user.ID))
	s.out(token, authdb.ErrNotFound)
}

// TestLateChange: a database may go on with a statement whose caller has gone. What is
// read in between is not kept.
func TestLateChange(t *testing.T) {
	hidden := errors.New("the driver's own words for it")
	for name, err := range map[string]error{"lost": authdb.ErrUnknownOutcome, "canceled": context.Canceled, "canceled, and said otherwise": hidden} {
		for what, change := range map[string]struct {
			call func(ctx context.Context, a authdb.Adapter, in *stage) error
			seen func(s *stage)
		}{
			"of a session": {
				func(ctx context.Context, a authdb.Adapter, _ *stage) error { return a.DeleteSession(ctx, token) },
				func(s *stage) { s.out(token, authdb.ErrNotFound) },
			},
			"of a user": {
				func(ctx context.Context, a authdb.Adapter, in *stage) error { return a.DeleteUser(ctx, in.user.ID) },
				func(s *stage) { s.out(token, authdb.ErrNotFound) },
			},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				s := newStage(t, cacheadapter.Options{})
				shared := cacheadapter.Options{Clock: s.clock.Now, Cache: cacheadapter.NewMemory(0)}
				s.Adapter = cached(t, late{s.probe, err}, shared)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if errors.Is(err, hidden) {
					cancel()
				}
				if got := change.call(ctx, s.Adapter, s); !errors.Is(got, err) {
					t.Fatal(got)
				}
				s.in(token, "Ada")
				other := cached(t, s.probe, shared) // which knows nothing, and keeps what it reads
				_, _, got := other.GetSessionAndUser(t.Context(), token)
				s.ok(got)
				s.ok(change.call(t.Context(), s.probe, s)) // now it is done
				change.seen(s)
			})
		}
	}
}

// TestDoubtEnds: after MaxAge the cache is used again.
func TestDoubtEnds(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	s.Adapter = cached(t, late{s.probe, authdb.ErrUnknownOutcome}, cacheadapter.Options{Clock: s.clock.Now, MaxAge: time.Minute})
	asked := func() int64 {
		before := s.probe.asked.Load()
		s.in(token, "Ada")
		return s.probe.asked.Load() - before
	}
	_ = s.DeleteUser(t.Context(), s.user.ID)
	for range 2 {
		if asked() != 1 {
			t.Error("what may yet be changed is cached")
		}
	}
	s.clock.Advance(time.Minute)
	if asked() != 1 || asked() != 0 {
		t.Error("a minute later it is not cached")
	}
}

// TestManyDoubts: beyond ten thousand of them nothing is read from the cache.
func TestManyDoubts(t *testing.T) {
	s := newStage(t, cacheadapter.Options{})
	s.Adapter = cached(t, late{s.probe, authdb.ErrUnknownOutcome}, cacheadapter.Options{Clock: s.clock.Now})
	for i := range 10_001 {
		_ = s.DeleteUser(t.Context(), strconv.Itoa(i))
	}
	s.in(token, "Ada")
	before := s.probe.asked.Load()
	s.in(token, "Ada")
	if s.probe.asked.Load() == before {
		t.Error("the cache is read")
	}
	s.clock.Advance(time.Hour)
	_ = s.DeleteUser(t.Context(), "one more")
	s.in(token, "Ada")
	before = s.probe.asked.Load()
	s.in(token, "Ada")
	if s.probe.asked.Load() != before {
		t.Error("the cache is not read when the doubts are over")
	}
}

// late does nothing, and says that it may.
type late struct {
	*probe
	err error
}

func (l late) DeleteSession(context.Context, string) error { return l.err }
func (l late) DeleteUser(context.Context, string) error    { return l.err }
