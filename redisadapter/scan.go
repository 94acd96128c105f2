package redisadapter

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
)

// masters returns a client of the server, or in a cluster or ring one of each server
// that is written to.
func (s *Store) masters(ctx context.Context) ([]redis.UniversalClient, error) {
	found := make(chan redis.UniversalClient)
	each := func(ctx context.Context, client *redis.Client) error {
		select {
		case found <- client:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var err error
	go func() {
		defer close(found)
		switch client := s.client.(type) {
		case *redis.ClusterClient:
			err = client.ForEachMaster(ctx, each)
		case *redis.Ring:
			err = client.ForEachShard(ctx, each)
		default:
			found <- client
		}
	}()
	var clients []redis.UniversalClient
	for client := range found {
		clients = append(clients, client)
	}
	return clients, err
}

// A stored record, as a scan finds it.
type stored struct {
	name    string // the key without its prefix
	key     string
	value   string
	endless bool // it stays for ever
}

// errEnough ends a scan.
var errEnough = errors.New("enough")

// scan calls f with all records whose keys begin with the prefix. What comes or goes
// meanwhile may be among them or not.
func (s *Store) scan(ctx context.Context, prefix string, f func(stored) error) error {
	clients, err := s.masters(ctx)
	if err != nil {
		return err
	}
	pattern := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(prefix) + "*"
	for _, client := range clients {
		for cursor := uint64(0); ; {
			var keys []string
			if keys, cursor, err = client.Scan(ctx, cursor, pattern, 500).Result(); err != nil {
				return err
			}
			if err := s.page(ctx, prefix, keys, f); err != nil {
				if errors.Is(err, errEnough) {
					return nil
				}
				return err
			}
			if cursor == 0 {
				break
			}
		}
	}
	return nil
}

// page reads some of the keys of a scan.
func (s *Store) page(ctx context.Context, prefix string, keys []string, f func(stored) error) error {
	values, lefts := make([]*redis.StringCmd, len(keys)), make([]*redis.DurationCmd, len(keys))
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			values[i], lefts[i] = p.Get(ctx, key), p.PTTL(ctx, key)
		}
		return nil
	})
	if err != nil && classify(err) != settled {
		return err
	}
	for i, key := range keys {
		name := strings.TrimPrefix(key, prefix)
		if _, ok := s.layout.under(prefix, name); !ok {
			continue
		}
		switch err := values[i].Err(); {
		case errors.Is(err, redis.Nil), redis.HasErrorPrefix(err, "WRONGTYPE"):
			continue
		case err != nil:
			return err
		}
		// -1 ns is what the client makes of "no end"
		if err := f(stored{name, key, values[i].Val(), lefts[i].Val() == -1}); err != nil {
			return err
		}
	}
	return nil
}

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
	var adopted Adopted
	err := s.begin(ctx)
	if err == nil {
		err = s.scan(ctx, s.layout.Session, adopt(&adopted.Sessions, &adopted.Unreadable, func(r stored) error {
			session, _, err := decodeSession(r.value, r.name)
			if err != nil {
				return err
			}
			stays, until := s.stay(session.Expires)
			if err := s.index(ctx, session.UserID, r.name, until, stays); err != nil {
				return err
			}
			return s.swap(ctx, r.key, r.value, r.value, stays)
		}))
	}
	if err == nil {
		err = s.scan(ctx, s.layout.VerificationToken, adopt(&adopted.VerificationTokens, &adopted.Unreadable, func(r stored) error {
			expires, err := decodeExpires(r.value)
			if err != nil {
				return err
			}
			stays, _ := s.stay(expires)
			return s.swap(ctx, r.key, r.value, r.value, stays)
		}))
	}
	return adopted, wrap(ctx, "adopt", err)
}

// adopt calls f with what has no end, and counts.
func adopt(done, unreadable *int64, f func(stored) error) func(stored) error {
	return func(r stored) error {
		if !r.endless {
			return nil
		}
		err := f(r)
		switch {
		case err == nil:
			*done++
		case errors.Is(err, authdb.ErrSchema):
			*unreadable++
		case !errors.Is(err, errChanged):
			return err
		}
		return nil
	}
}

// DeleteExpired implements authdb.Sweeper. Redis does it by itself after the grace,
// but not with what Auth.js has written and Adopt has not seen. It goes through all
// keys of the layout, each time.
func (s *Store) DeleteExpired(ctx context.Context, limit int) (authdb.Swept, error) {
	var swept authdb.Swept
	err := s.begin(ctx)
	if err == nil && limit <= 0 {
		err = faultf(authdb.ErrInvalid, "limit: is %d, and has to be 1 or more", limit)
	}
	if err == nil {
		err = s.sweep(ctx, s.layout.Session, limit, &swept.Sessions)
	}
	if err == nil {
		err = s.sweep(ctx, s.layout.VerificationToken, limit, &swept.VerificationTokens)
	}
	return swept, wrap(ctx, "delete expired", err)
}

// sweep removes what has expired, unless somebody is changing it.
func (s *Store) sweep(ctx context.Context, prefix string, limit int, swept *int64) error {
	return s.scan(ctx, prefix, func(r stored) error {
		expires, err := decodeExpires(r.value)
		if err != nil || !expires.Before(s.now()) {
			return nil
		}
		removed, err := s.script(ctx, true, removeScript, r.key, r.value)
		if err != nil || removed != int64(1) {
			return err
		}
		if prefix == s.layout.Session {
			if session, _, err := decodeSession(r.value, r.name); err == nil {
				s.unlist(ctx, session.UserID, r.name)
			}
		}
		if *swept++; *swept == int64(limit) {
			return errEnough
		}
		return nil
	})
}
