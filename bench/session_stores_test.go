package bench_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/cacheadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/redisadapter"
)

// BenchmarkSessionStores compares GetSessionAndUser of adapters that keep sessions
// elsewhere with that of PostgreSQL alone. They take turns. One more way is one more
// line of ways: an adapter over the same users and sessions.
//
//	go test ./bench -run '^$' -bench SessionStores -benchtime 30x
func BenchmarkSessionStores(b *testing.B) {
	alone := postgresAlone().adapter(b)
	client := testdb.SharedRedis(b).Client(b)
	store := redisadapter.NewWithLayout(client, redisadapter.Layout{Base: "bench:" + uuid.NewString() + ":"})
	composed := must[*authdb.Composition](b)(authdb.Compose(authdb.Stores{Users: alone, Sessions: store},
		authdb.RuleOneRoundTrip, authdb.RuleOneTransaction, authdb.RuleNeverOutlives))
	cached := must[*cacheadapter.Adapter](b)(cacheadapter.New(composed, cacheadapter.Options{}))
	ways := []struct {
		name string
		get  work
	}{
		{"Redis and PostgreSQL", getSessionAndUser(composed)},
		{"Redis and PostgreSQL, with a cache", getSessionAndUser(cached)},
		{"Redis without users", func(ctx context.Context, token string) error {
			_, err := store.GetSession(ctx, token)
			return err
		}},
	}
	tokens := make([]string, 4096)
	for i := range tokens {
		tokens[i] = fmt.Sprintf("session-%d", i)
		user := must[*authdb.User](b)(alone.CreateUser(b.Context(), &authdb.User{Name: "Ada", Email: fmt.Sprintf("ada-%d@example.com", i)}))
		session := &authdb.Session{SessionToken: tokens[i], UserID: user.ID, Expires: time.Now().Add(time.Hour)}
		must[*authdb.Session](b)(alone.CreateSession(b.Context(), session))
		must[*authdb.Session](b)(composed.CreateSession(b.Context(), session))
	}
	keys := func(n int) []string {
		some := make([]string, n)
		for i := range some {
			some[i] = tokens[i%len(tokens)]
		}
		return some
	}
	for _, way := range ways {
		for _, goroutines := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s, %d at once", way.name, goroutines), func(b *testing.B) {
				duel{ours: way.get, raw: getSessionAndUser(alone), keys: keys}.rounds(b, goroutines)
			})
		}
	}
}

func getSessionAndUser(a authdb.SessionStore) work {
	return func(ctx context.Context, token string) error {
		_, _, err := a.GetSessionAndUser(ctx, token)
		return err
	}
}

func postgresAlone() database {
	for _, d := range databases() {
		if d.name == "postgres" {
			return d
		}
	}
	panic("PostgreSQL is no database any more")
}
