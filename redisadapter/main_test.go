package redisadapter_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/redisadapter"
)

// A rig is a store on keys of its own, and what tests look at them with.
type rig struct {
	*testing.T
	*redisadapter.Store
	ctx    context.Context
	client redis.UniversalClient
	layout redisadapter.Layout
	now    time.Time
}

// newRig returns a rig on the shared server. Its clock stands still.
func newRig(t *testing.T) *rig {
	t.Helper()
	return rigOn(t, testdb.SharedRedis(t).Client(t), redisadapter.Layout{})
}

func rigOn(t *testing.T, client redis.UniversalClient, layout redisadapter.Layout) *rig {
	t.Helper()
	layout.Base = `test[*]\?:` + uuid.NewString() + ":" // letters that patterns have
	r := &rig{T: t, ctx: t.Context(), client: client, layout: layout, now: time.Now().UTC().Truncate(time.Millisecond)}
	r.Store = redisadapter.NewWithLayout(client, layout, authdb.WithClock(func() time.Time { return r.now }))
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) key(name string) string { return r.layout.Base + name }

// ok ends the test by an error.
func (r *rig) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// get returns what a key holds.
func (r *rig) get(key string) string {
	r.Helper()
	value, err := r.client.Get(r.ctx, r.key(key)).Result()
	r.ok(err)
	return value
}

func (r *rig) set(key, value string) {
	r.Helper()
	r.ok(r.client.Set(r.ctx, r.key(key), value, 0).Err())
}

func (r *rig) exists(key string) bool {
	r.Helper()
	n, err := r.client.Exists(r.ctx, r.key(key)).Result()
	r.ok(err)
	return n == 1
}

// left returns for how long a key stays; 0 is for ever.
func (r *rig) left(key string) time.Duration {
	r.Helper()
	left, err := r.client.Do(r.ctx, "PTTL", r.key(key)).Int64()
	r.ok(err)
	return time.Duration(min(max(left, 0), math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}

// indexed returns the tokens in the index of Ada.
func (r *rig) indexed() string {
	r.Helper()
	tokens, err := r.client.ZRange(r.ctx, r.key("user:sessions:ada"), 0, -1).Result()
	r.ok(err)
	return strings.Join(tokens, " ")
}

// session stores a session that expires in an hour.
func (r *rig) session(token, userID string) *authdb.Session {
	r.Helper()
	session, err := r.CreateSession(r.ctx, &authdb.Session{SessionToken: token, UserID: userID, Expires: r.now.Add(time.Hour)})
	r.ok(err)
	return session
}

// list returns the tokens of Ada's sessions.
func (r *rig) list() string {
	r.Helper()
	sessions, err := r.ListSessionsByUserID(r.ctx, "ada")
	r.ok(err)
	tokens := make([]string, len(sessions))
	for i, s := range sessions {
		tokens[i] = s.SessionToken
	}
	return strings.Join(tokens, " ")
}
