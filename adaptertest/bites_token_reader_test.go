package adaptertest

import (
	"context"
	"errors"
	"strings"

	"github.com/authdb/authdb"
)

// reading makes an adapter whose GetVerificationToken is a look at what is stored.
func reading(look func(m *Memory, identifier, token string) (*authdb.VerificationToken, error)) func(f *faulty, m *Memory) {
	return func(f *faulty, m *Memory) {
		f.getToken = func(_ context.Context, identifier, token string) (t *authdb.VerificationToken, err error) {
			locked(m, func() { t, err = look(m, identifier, token) })
			return cloneVerificationToken(t), err
		}
	}
}

// anyToken returns a token for which the condition holds.
func anyToken(m *Memory, is func(key tokenKey) bool) (*authdb.VerificationToken, error) {
	for key, t := range m.tokens {
		if is(key) && !m.expired(t.Expires) {
			return t, nil
		}
	}
	return nil, authdb.ErrNotFound
}

var tokenReaderBites = []bite{
	breaks("GetVerificationToken returns the token as stored, and leaves it", func(f *faulty, m *Memory) {
		f.getToken = m.UseVerificationToken
	}),
	breaks("GetVerificationToken returns the token as stored, and leaves it", func(f *faulty, m *Memory) {
		f.getToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.GetVerificationToken(ctx, identifier, token)
			if err == nil { // what is stored of it
				t.Token = "sha256:" + t.Token
			}
			return t, err
		}
	}),
	breaks("GetVerificationToken of another identifier or token is ErrNotFound", reading(func(m *Memory, _, token string) (*authdb.VerificationToken, error) {
		return anyToken(m, func(key tokenKey) bool { return key.token == token })
	})),
	breaks("GetVerificationToken of another identifier or token is ErrNotFound", reading(func(m *Memory, identifier, _ string) (*authdb.VerificationToken, error) {
		return anyToken(m, func(key tokenKey) bool { return key.identifier == identifier })
	})),
	breaks("Token in another case finds and removes nothing", reading(func(m *Memory, identifier, token string) (*authdb.VerificationToken, error) {
		return anyToken(m, func(key tokenKey) bool { return key.identifier == identifier && strings.EqualFold(key.token, token) })
	})),
	breaks("Identifier in another case finds and removes nothing", reading(func(m *Memory, identifier, token string) (*authdb.VerificationToken, error) {
		return anyToken(m, func(key tokenKey) bool { return strings.EqualFold(key.identifier, identifier) && key.token == token })
	})),
	breaks("GetVerificationToken of a token that was used is ErrNotFound", func(f *faulty, m *Memory) { // a cache
		cache := make(map[tokenKey]*authdb.VerificationToken)
		f.createToken = func(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			t, err := m.CreateVerificationToken(ctx, t)
			if err == nil {
				cache[tokenKey{t.Identifier, t.Token}] = cloneVerificationToken(t)
			}
			return t, err
		}
		f.getToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.GetVerificationToken(ctx, identifier, token)
			if cached := cache[tokenKey{identifier, token}]; cached != nil && !errors.Is(err, authdb.ErrExpired) {
				return cloneVerificationToken(cached), ctx.Err()
			}
			return t, err
		}
	}),
	breaks("GetVerificationToken of an expired token is ErrExpired, and leaves it", reading(func(m *Memory, identifier, token string) (*authdb.VerificationToken, error) {
		if t := m.tokens[tokenKey{identifier, token}]; t != nil { // the caller is to look at Expires
			return t, nil
		}
		return nil, authdb.ErrNotFound
	})),
	breaks("GetVerificationToken of an expired token is ErrExpired, and leaves it", func(f *faulty, m *Memory) {
		f.getToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.GetVerificationToken(ctx, identifier, token)
			if errors.Is(err, authdb.ErrExpired) {
				_, _ = m.UseVerificationToken(ctx, identifier, token)
			}
			return t, err
		}
	}),
	breaks("GetVerificationToken of an expired token is ErrExpired, and leaves it", func(f *faulty, m *Memory) {
		f.getToken = instead2(m.GetVerificationToken, authdb.ErrExpired, func(string, string) (*authdb.VerificationToken, error) {
			return nil, authdb.ErrNotFound
		})
	}),
	breaks("GetVerificationToken knows a token whose Expires is now, and not one of a moment before", func(f *faulty, m *Memory) {
		f.getToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.GetVerificationToken(ctx, identifier, token)
			if err == nil && !t.Expires.After(m.options.Clock()) {
				return nil, authdb.ErrExpired
			}
			return t, err
		}
	}),
}
