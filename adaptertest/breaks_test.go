package adaptertest

import (
	"context"
	"errors"
	"maps"

	"github.com/authdb/authdb"
)

// breaks is a bite by an adapter with an edit.
func breaks(rule string, edit func(f *faulty, m *Memory)) bite {
	return bite{rule: rule, broken: func(m *Memory) authdb.Adapter {
		return edited(m, edit)
	}}
}

// breaksIn is breaks in another world, in which the adapter is sound but for
// the edit.
func breaksIn(where, rule string, edit func(f *faulty, m *Memory)) bite {
	b := breaks(rule, edit)
	b.world = where
	return b
}

// storing edits what is about to be stored.
func storing[R any](next func(context.Context, *R) (*R, error), edit func(*R)) func(context.Context, *R) (*R, error) {
	return func(ctx context.Context, record *R) (*R, error) {
		if record != nil {
			c := *record
			edit(&c)
			record = &c
		}
		return next(ctx, record)
	}
}

// returning edits the result of a call by one argument.
func returning[A, R any](next func(context.Context, A) (*R, error), edit func(*R)) func(context.Context, A) (*R, error) {
	return func(ctx context.Context, arg A) (*R, error) {
		result, err := next(ctx, arg)
		if err == nil {
			edit(result)
		}
		return result, err
	}
}

// instead answers one error with another call.
func instead[A, R any](next func(context.Context, A) (*R, error), of error, other func(A) (*R, error)) func(context.Context, A) (*R, error) {
	return func(ctx context.Context, arg A) (*R, error) {
		result, err := next(ctx, arg)
		if errors.Is(err, of) {
			return other(arg)
		}
		return result, err
	}
}

// instead2 is instead for a call by a pair.
func instead2[R any](next func(context.Context, string, string) (*R, error), of error, other func(a, b string) (*R, error)) func(context.Context, string, string) (*R, error) {
	return func(ctx context.Context, a, b string) (*R, error) {
		result, err := next(ctx, a, b)
		if errors.Is(err, of) {
			return other(a, b)
		}
		return result, err
	}
}

// locked runs f on the maps of the Memory.
func locked(m *Memory, f func()) {
	if m.enter(context.Background()) != nil {
		return
	}
	defer m.mu.Unlock()
	f()
}

// somebody returns any user.
func somebody(m *Memory) (user *authdb.User) {
	locked(m, func() {
		for _, u := range m.users {
			user = cloneUser(u)
		}
	})
	return user
}

// keepsWhat makes DeleteUser leave what the user has of one kind.
func keepsWhat(f *faulty, m *Memory, kind string) {
	f.deleteUser = func(ctx context.Context, id string) error {
		accounts, sessions, authenticators := maps.Clone(m.accounts), maps.Clone(m.sessions), maps.Clone(m.authenticators)
		err := m.DeleteUser(ctx, id)
		locked(m, func() {
			switch kind {
			case "accounts":
				m.accounts = accounts
			case "sessions":
				m.sessions = sessions
			case "authenticators":
				m.authenticators = authenticators
			}
		})
		return err
	}
}
