package redisadapter

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// once is a command that the client sends once: it would send it again when the
// answer does not come, and a token that was used by the first would be unknown to
// the second.
type once struct{ *redis.Cmd }

// NoRetry is asked by the client.
func (once) NoRetry() bool { return true }

// How often a command is sent, and how long the first pause is.
const (
	attempts = 4 // as the client sends others by default
	pause    = 8 * time.Millisecond
)

// write sends a command that changes something, and sends it again after an error
// by which the server did nothing. If nobody knows whether it did, the error is
// an unknownOutcome, and only what may be done twice is sent again.
func (s *Store) write(ctx context.Context, again bool, args ...any) (any, error) {
	var lost error
	for i := 0; ; i++ {
		cmd := once{redis.NewCmd(ctx, args...)}
		_ = s.client.Process(ctx, cmd)
		answer, err := cmd.Result()
		class := classify(err)
		if class == ambiguous {
			lost = err
		}
		retry := class == refused || class == ambiguous && again
		if !retry || i+1 == attempts || ctx.Err() != nil {
			if err != nil && lost != nil && !errors.Is(err, redis.Nil) {
				err = &unknownOutcome{lost}
			}
			return answer, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause << i):
		}
	}
}

// script sends a script with one key.
func (s *Store) script(ctx context.Context, again bool, script, key string, args ...any) (any, error) {
	return s.write(ctx, again, append([]any{"EVAL", script, 1, key}, args...)...)
}

// A class is what an error says of the command.
type class int

const (
	settled   class = iota // no error, or one that would come again
	refused                // it was not carried out, and may be soon
	ambiguous              // it may have been carried out
)

// soon are the codes of servers that are busy with themselves.
var soon = []string{"LOADING", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "NOREPLICAS"}

func classify(err error) class {
	var (
		answer redis.Error
		dial   *net.OpError
	)
	switch {
	case err == nil, errors.Is(err, redis.Nil), errors.Is(err, redis.ErrClosed):
		return settled
	case errors.As(err, &answer):
		for _, code := range soon {
			if redis.HasErrorPrefix(err, code+" ") {
				return refused
			}
		}
		return settled
	case errors.As(err, &dial) && dial.Op == "dial", errors.Is(err, redis.ErrPoolTimeout), errors.Is(err, redis.ErrPoolExhausted):
		return refused
	}
	return ambiguous
}
