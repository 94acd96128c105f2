package redisadapter_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/redisadapter"
)

var kills = flag.Int("kills", 10, "how often redis-server is killed; the report's figures are of 100")

// TestKills kills redis-server again and again under load: what it has acknowledged
// is as it was acknowledged.
func TestKills(t *testing.T) {
	server := testdb.PrivateRedis(t)
	b := newBattle(t, server)
	b.fight(*kills)
	b.report()
	if b.doubles != 0 || b.back != 0 || b.lost != 0 || b.unlisted != 0 {
		t.Errorf("%d tokens used twice, %d revoked sessions came back, %d records lost, %d not listed", b.doubles, b.back, b.lost, b.unlisted)
	}
}

// TestKills_Forgetful: the same without the file sees what is lost, so the other
// would see it too.
func TestKills_Forgetful(t *testing.T) {
	server := testdb.PrivateRedis(t, "--appendonly", "no", "--save", "1 1")
	b := newBattle(t, server)
	b.snapshots = true
	b.fight(3)
	b.report()
	if b.back == 0 || b.doubles == 0 {
		t.Errorf("%d tokens used twice, %d revoked sessions came back: where is the harm?", b.doubles, b.back)
	}
}

// A battle is writers who go on while their server is killed, and what they were
// told.
type battle struct {
	*testing.T
	server *testdb.RedisServer
	client *redis.Client
	store  *redisadapter.Store
	next   atomic.Int64
	acks   atomic.Int64 // answers, that something was done

	// snapshots has the server keep what is there just before it is killed, and
	// forget the rest.
	snapshots bool

	mu       sync.Mutex
	used     map[string]int // how often a caller got the token
	revoked  []string       // sessions that callers were told are gone
	kept     map[string]string
	unknown  int
	refused  int
	kills    int
	checked  int
	doubles  int
	back     int
	lost     int
	unlisted int
}

func newBattle(t *testing.T, server *testdb.RedisServer) *battle {
	t.Helper()
	client := server.Client(t)
	return &battle{
		T: t, server: server, client: client, store: redisadapter.New(client),
		used: map[string]int{}, kept: map[string]string{},
	}
}

const (
	writers = 8
	between = 100 // acknowledgements between two kills, at least
)

func (b *battle) fight(kills int) {
	b.Helper()
	stop := make(chan struct{})
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					b.tokenRound()
					b.sessionRound(fmt.Sprint("user-", w))
				}
			}
		})
	}
	for range kills {
		goal := b.acks.Load() + between
		if b.snapshots {
			b.await(goal)
			_ = b.client.Save(b.Context()).Err() // and what comes after is lost
			goal += between
		}
		b.await(goal)
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		b.server.Kill()
		b.server.Start()
		b.kills++
		b.look()
	}
	close(stop)
	wait.Wait()
	b.look()
	b.lookAtTokens()
	b.lookAtLists()
}

// await returns when that much was acknowledged.
func (b *battle) await(goal int64) {
	b.Helper()
	for start := time.Now(); b.acks.Load() < goal; time.Sleep(time.Millisecond) {
		if time.Since(start) > 2*time.Minute {
			b.Fatal("the writers don't get on")
		}
	}
}

// tell notes what a caller was told, and reports whether the call was done.
func (b *battle) tell(err error) (done bool) {
	if err == nil {
		b.acks.Add(1)
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case errors.Is(err, authdb.ErrUnknownOutcome):
		b.unknown++
	case errors.Is(err, authdb.ErrNotFound):
	default:
		b.refused++
	}
	return false
}

// tokenRound makes a token, and has two callers use it until it is gone.
func (b *battle) tokenRound() {
	token := fmt.Sprint("token-", b.next.Add(1))
	_, err := b.store.CreateVerificationToken(b.Context(), &authdb.VerificationToken{Identifier: "ada", Token: token, Expires: time.Now().Add(time.Hour)})
	sure := b.tell(err) // that it is there
	if !sure && !errors.Is(err, authdb.ErrUnknownOutcome) {
		return
	}
	var (
		wait sync.WaitGroup
		open atomic.Bool // a caller does not know whether it got the token
	)
	for range 2 {
		wait.Go(func() {
			for range 1000 {
				_, err := b.store.UseVerificationToken(b.Context(), "ada", token)
				if b.tell(err) {
					b.mu.Lock()
					b.used[token]++
					b.mu.Unlock()
				}
				if errors.Is(err, authdb.ErrUnknownOutcome) {
					open.Store(true)
				}
				if err == nil || errors.Is(err, authdb.ErrNotFound) || errors.Is(err, authdb.ErrUnknownOutcome) {
					return
				}
			}
		})
	}
	wait.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checked++
	if b.used[token] == 0 && sure && !open.Load() {
		b.lost++
	}
	if b.used[token] == 0 {
		b.used[token] = 0 // it may still be there, once
	}
}

// sessionRound makes a session, and revokes it in one way or another, or keeps it.
func (b *battle) sessionRound(user string) {
	n := b.next.Add(1)
	token := fmt.Sprint("session-", n)
	if n%3 == 0 {
		user = fmt.Sprint("user-", n) // of one session, all of whose are revoked
	}
	_, err := b.store.CreateSession(b.Context(), &authdb.Session{SessionToken: token, UserID: user, Expires: time.Now().Add(time.Hour)})
	if !b.tell(err) && !errors.Is(err, authdb.ErrUnknownOutcome) {
		return
	}
	revoke := func() error { return b.store.DeleteSession(b.Context(), token) }
	switch {
	case n%3 == 0:
		revoke = func() error { _, err := b.store.DeleteSessionsByUserID(b.Context(), user); return err }
	case n%3 == 1 && err == nil:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.kept[token] = user
		return
	}
	for range 1000 {
		if b.tell(revoke()) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.revoked = append(b.revoked, token)
			return
		}
	}
}

// look compares what is there with what callers were told.
func (b *battle) look() {
	b.Helper()
	b.mu.Lock()
	var gone, there []string
	for _, token := range b.revoked {
		gone = append(gone, "user:session:"+token)
	}
	for token := range b.kept {
		there = append(there, "user:session:"+token)
	}
	b.mu.Unlock()
	back, kept := b.count(gone), b.count(there)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checked += len(gone) + len(there)
	b.back = max(b.back, back)
	b.lost += len(there) - kept
}

// count says how many of the keys are there.
func (b *battle) count(keys []string) int {
	b.Helper()
	if len(keys) == 0 {
		return 0
	}
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		n, err := b.client.Exists(b.Context(), keys...).Result()
		if err == nil {
			return int(n)
		}
		if time.Since(start) > time.Minute {
			b.Fatal(err)
		}
	}
}

// lookAtTokens tries to use all tokens again.
func (b *battle) lookAtTokens() {
	b.Helper()
	for token := range b.used {
		if _, err := b.store.UseVerificationToken(b.Context(), "ada", token); err == nil {
			b.used[token]++
		} else if !errors.Is(err, authdb.ErrNotFound) {
			b.Error(err)
		}
		if b.used[token] > 1 {
			b.doubles++
		}
	}
}

// lookAtLists compares the lists with the sessions that were kept.
func (b *battle) lookAtLists() {
	b.Helper()
	listed := map[string]bool{}
	for w := range writers {
		sessions, err := b.store.ListSessionsByUserID(b.Context(), fmt.Sprint("user-", w))
		if err != nil {
			b.Fatal(err)
		}
		for _, s := range sessions {
			listed[s.SessionToken] = true
		}
	}
	for token := range b.kept {
		if !listed[token] && !b.snapshots {
			b.unlisted++
		}
	}
}

func (b *battle) report() {
	b.Helper()
	b.Logf("%s: %d kills, %d acknowledged calls, %d unknown outcomes, %d refused; %d tokens, %d sessions revoked, %d kept, %d comparisons: %d tokens used twice, %d revoked sessions back, %d lost, %d not listed",
		b.server.Version, b.kills, b.acks.Load(), b.unknown, b.refused, len(b.used), len(b.revoked), len(b.kept), b.checked, b.doubles, b.back, b.lost, b.unlisted)
}
