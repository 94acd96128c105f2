package cacheadapter_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/cacheadapter"
)

// TestReadersAndRevokers has two processes read, revoke and change through one cache.
// A read that begins after a change has returned sees it, whichever of them made it.
func TestReadersAndRevokers(t *testing.T) {
	for name, open := range caches {
		t.Run(name, func(t *testing.T) {
			process, pause := open(t), time.Millisecond
			if name == "redis" {
				pause = 8 * time.Millisecond // or little is read between two changes
			}
			// The database answers, and what it said takes a while to arrive.
			slow := &probe{Memory: new(adaptertest.Memory), then: func(context.Context, error) error {
				time.Sleep(rand.N(300 * time.Microsecond))
				return nil
			}}
			var adapters []*cacheadapter.Adapter
			for range 2 {
				adapters = append(adapters, cached(t, slow, cacheadapter.Options{
					MaxAge: cacheadapter.Longest, NegativeMaxAge: cacheadapter.Longest, Cache: process(),
				}))
			}
			const browsers, readers, rounds = 4, 12, 100
			var ended atomic.Bool
			var revoking, reading sync.WaitGroup
			all := make([]*tab, browsers)
			for i := range all {
				all[i] = &tab{T: t, name: strconv.Itoa(i), adapters: adapters, pause: pause}
				revoking.Go(func() { all[i].live(rounds) })
			}
			for range readers {
				reading.Go(func() {
					for !ended.Load() {
						all[rand.N(browsers)].read()
					}
				})
			}
			revoking.Wait()
			ended.Store(true)
			reading.Wait()
			var hits uint64
			for _, a := range adapters {
				s := a.Stats()
				t.Logf("%+v", s)
				if hits += s.Hits + s.NegativeHits; s.ReadsFailed+s.ForgetsFailed > 0 {
					t.Errorf("the cache failed: %+v", s)
				}
			}
			if hits < 200 {
				t.Errorf("%d hits prove little", hits)
			}
		})
	}
}

// A tab is where somebody signs in and out again. Its sessions are
// numbered, and so are the names of its user.
type tab struct {
	*testing.T
	name     string
	adapters []*cacheadapter.Adapter
	pause    time.Duration

	// The last session and the last name of which this is so.
	signedIn, leaving, left, named atomic.Int64
}

func (b *tab) any() *cacheadapter.Adapter { return b.adapters[rand.N(len(b.adapters))] }

func (b *tab) token(n int64) string { return fmt.Sprintf("token-%s-%d", b.name, n) }

func (b *tab) live(rounds int64) {
	ctx := b.Context()
	for n := int64(1); n <= rounds; n++ {
		user, err := b.any().CreateUser(ctx, &authdb.User{Name: strconv.FormatInt(b.named.Load(), 10)})
		if err != nil {
			b.Error(err)
			return
		}
		_, err = b.any().CreateSession(ctx, &authdb.Session{SessionToken: b.token(n), UserID: user.ID, Expires: time.Now().Add(time.Hour)})
		b.signedIn.Store(n)
		for range 2 {
			time.Sleep(rand.N(b.pause))
			name := b.named.Load() + 1
			_, failed := b.any().UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set(strconv.FormatInt(name, 10))})
			b.named.Store(name)
			err = errors.Join(err, failed)
		}
		time.Sleep(rand.N(b.pause))
		b.leaving.Store(n)
		err = errors.Join(err, b.signOut(ctx, n, user.ID))
		b.left.Store(n)
		if err != nil {
			b.Error(err)
		}
	}
}

func (b *tab) signOut(ctx context.Context, n int64, userID string) error {
	a := b.any()
	switch rand.N(4) {
	case 0:
		return a.DeleteSession(ctx, b.token(n))
	case 1:
		_, err := a.DeleteSessionsByUserID(ctx, userID)
		return err
	case 2:
		return a.DeleteUser(ctx, userID)
	}
	return a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error { return tx.DeleteSession(ctx, b.token(n)) })
}

// read reads a session around the present one, and checks the answer.
func (b *tab) read() {
	n := b.signedIn.Load() + rand.N(int64(3)) - 1
	left, signedIn, named := b.left.Load() >= n, b.signedIn.Load() >= n, b.named.Load()
	_, user, err := b.any().GetSessionAndUser(b.Context(), b.token(n))
	switch {
	case err == nil && left:
		b.Errorf("session %s: is signed in after the sign-out", b.token(n))
	case err == nil:
		if name, _ := strconv.ParseInt(user.Name, 10, 64); name < named && b.leaving.Load() < n {
			b.Errorf("session %s: the user is called %d after the name was %d", b.token(n), name, named)
		}
	case !errors.Is(err, authdb.ErrNotFound):
		b.Error(err)
	case n > 0 && signedIn && b.leaving.Load() < n:
		b.Errorf("session %s: is not signed in after the sign-in", b.token(n))
	}
}
