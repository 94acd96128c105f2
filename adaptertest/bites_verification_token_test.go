package adaptertest

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/authdb/authdb"
)

var tokenBites = []bite{
	breaks("CreateVerificationToken stores the token and returns it as stored", func(f *faulty, m *Memory) {
		f.createToken = returning(m.CreateVerificationToken, func(t *authdb.VerificationToken) { t.Identifier = strings.ToUpper(t.Identifier) })
	}),
	breaks("UseVerificationToken returns the token as stored", func(f *faulty, m *Memory) {
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			if err == nil { // not what was stored
				t.Expires = m.options.Clock()
			}
			return t, err
		}
	}),
	breaks("UseVerificationToken removes the token", func(f *faulty, m *Memory) {
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			if err == nil {
				return m.CreateVerificationToken(ctx, t)
			}
			return t, err
		}
	}),
	breaks("UseVerificationToken of an unknown token is ErrNotFound", func(f *faulty, m *Memory) {
		f.useToken = instead2(m.UseVerificationToken, authdb.ErrNotFound, func(string, string) (*authdb.VerificationToken, error) {
			return nil, authdb.ErrExpired
		})
	}),
	breaks("A wrong identifier removes nothing", func(f *faulty, m *Memory) { // deletes by token
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			locked(m, func() {
				maps.DeleteFunc(m.tokens, func(key tokenKey, _ *authdb.VerificationToken) bool { return key.token == token })
			})
			return t, err
		}
	}),
	breaks("A wrong token removes nothing", func(f *faulty, m *Memory) { // deletes by identifier
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			locked(m, func() {
				maps.DeleteFunc(m.tokens, func(key tokenKey, _ *authdb.VerificationToken) bool { return key.identifier == identifier })
			})
			return t, err
		}
	}),
	breaks("Earlier tokens of an identifier stay valid", func(f *faulty, m *Memory) {
		f.createToken = func(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			locked(m, func() {
				maps.DeleteFunc(m.tokens, func(key tokenKey, _ *authdb.VerificationToken) bool { return key.identifier == t.Identifier })
			})
			return m.CreateVerificationToken(ctx, t)
		}
	}),
	breaks("The same token for two identifiers is two tokens", func(f *faulty, m *Memory) { // the token alone is unique
		f.createToken = func(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			for key := range maps.Clone(m.tokens) {
				if key.token == t.Token {
					return nil, authdb.ErrDuplicate
				}
			}
			return m.CreateVerificationToken(ctx, t)
		}
	}),
	breaks("CreateVerificationToken returns ErrDuplicate if the pair is there already", func(f *faulty, m *Memory) {
		f.createToken = instead(m.CreateVerificationToken, authdb.ErrDuplicate, func(t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			return cloneVerificationToken(t), nil
		})
	}),
	breaks("A token that was used can be made again", func(f *faulty, m *Memory) {
		used := make(map[tokenKey]bool)
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			used[tokenKey{identifier, token}] = true
			return m.UseVerificationToken(ctx, identifier, token)
		}
		f.createToken = func(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			if used[tokenKey{t.Identifier, t.Token}] {
				return nil, authdb.ErrDuplicate
			}
			return m.CreateVerificationToken(ctx, t)
		}
	}),
	breaks("An expired token is removed and answers ErrExpired", func(f *faulty, m *Memory) { // left for the sweeper
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			if t := m.tokens[tokenKey{identifier, token}]; t != nil && m.expired(t.Expires) {
				return nil, authdb.ErrExpired
			}
			return m.UseVerificationToken(ctx, identifier, token)
		}
	}),
	breaks("An expired token is removed and answers ErrExpired", func(f *faulty, m *Memory) { // the caller is to look at Expires
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t := cloneVerificationToken(m.tokens[tokenKey{identifier, token}])
			got, err := m.UseVerificationToken(ctx, identifier, token)
			if errors.Is(err, authdb.ErrExpired) {
				return t, nil
			}
			return got, err
		}
	}),
	breaks("A token whose Expires is now has not expired, one of a moment before has", func(f *faulty, m *Memory) {
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			t, err := m.UseVerificationToken(ctx, identifier, token)
			if err == nil && !t.Expires.After(m.options.Clock()) {
				return nil, authdb.ErrExpired
			}
			return t, err
		}
	}),
}
