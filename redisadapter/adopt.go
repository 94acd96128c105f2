package redisadapter

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
)

// Adopted says what Adopt did.
type Adopted struct {
	Sessions           int64 // were given an end, and a place in the index of their user
	VerificationTokens int64 // were given an end
	Unreadable         int64 // were left as they are
}

// Adopt is for a Redis to which Auth.js writes too: its records stay for ever, and
// of a user's sessions it knows the latest alone. It goes through all keys of the
// layout, gives those that have no end the one which their Expires asks for, and
// sessions a place in the index, so that they are listed and revoked. Call it from
// time to time, by one process or several: it may be stopped and called again, and
// changes nothing that it has changed before. Beside an error it says what was done
// before it.
func (s *Store) Adopt(ctx context.Context) (Adopted, error) {
	var sessions, tokens, unreadable atomic.Int64
	err := s.begin(ctx)
	for _, kind := range []struct {
		prefix string
		n      *atomic.Int64
		adopt  func(context.Context, string) error
	}{
		{s.layout.Session, &sessions, s.adoptSession},
		{s.layout.VerificationToken, &tokens, s.adoptToken},
	} {
		if err != nil {
			break
		}
		err = s.eachServer(ctx, func(ctx context.Context, client redis.UniversalClient) error {
			return s.eachEndless(ctx, client, kind.prefix, func(key string) error {
				err := kind.adopt(ctx, key)
				switch {
				case errors.Is(err, authdb.ErrSchema):
					unreadable.Add(1)
					return nil
				case errors.Is(err, authdb.ErrNotFound): // somebody was faster
					return nil
				case err == nil:
					kind.n.Add(1)
				}
				return err
			})
		})
	}
	return Adopted{sessions.Load(), tokens.Load(), unreadable.Load()}, wrap(ctx, "adopt", err)
}

// eachEndless calls f with the keys of a server that begin with the prefix and have
// no end.
func (s *Store) eachEndless(ctx context.Context, client redis.UniversalClient, prefix string, f func(key string) error) error {
	pattern := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(prefix) + "*"
	keys := client.Scan(ctx, 0, pattern, 500).Iterator()
	for keys.Next(ctx) {
		key := keys.Val()
		if _, ok := s.layout.under(prefix, strings.TrimPrefix(key, prefix)); !ok {
			continue
		}
		left, err := s.client.PTTL(ctx, key).Result()
		if err != nil {
			return err
		}
		if left != -1 { // -1 ns: the key has no end
			continue
		}
		if err := f(key); err != nil {
			return err
		}
	}
	return keys.Err()
}

func (s *Store) adoptSession(ctx context.Context, key string) error {
	value, err := s.get(ctx, key)
	if err != nil {
		return err
	}
	form := strings.TrimPrefix(key, s.layout.Session)
	session, _, err := decodeSession(value, form)
	if err != nil {
		return err
	}
	stays, until := s.stay(session.Expires)
	if err := s.index(ctx, session.UserID, form, until, stays); err != nil {
		return err
	}
	return s.end(ctx, key, value, stays)
}

func (s *Store) adoptToken(ctx context.Context, key string) error {
	value, err := s.get(ctx, key)
	if err != nil {
		return err
	}
	r, err := decode(value)
	if err != nil {
		return err
	}
	expires, err := r.instant("expires")
	if err != nil {
		return err
	}
	stays, _ := s.stay(expires)
	return s.end(ctx, key, value, stays)
}

// end gives a record an end, if it is as it was read.
func (s *Store) end(ctx context.Context, key, value string, stays int64) error {
	swapped, err := s.script(ctx, true, swapScript, key, value, value, stays)
	if err == nil && swapped != int64(1) {
		return authdb.ErrNotFound
	}
	return err
}
