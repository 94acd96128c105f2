package adaptertest

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/authdb/authdb"
)

var authenticatorBites = []bite{
	breaks("CreateAuthenticator stores the authenticator and returns it as stored", func(f *faulty, m *Memory) {
		f.createAuthenticator = storing(m.CreateAuthenticator, func(a *authdb.Authenticator) { a.CredentialBackedUp = false })
	}),
	breaks("An authenticator may have nothing but what is required", func(f *faulty, m *Memory) {
		f.createAuthenticator = func(ctx context.Context, a *authdb.Authenticator) (*authdb.Authenticator, error) {
			if a.Transports == "" {
				return nil, invalid("Transports", "required")
			}
			return m.CreateAuthenticator(ctx, a)
		}
	}),
	creatingAuthenticator.edits("A CredentialID that is not ASCII is ErrInvalid", func(a *authdb.Authenticator) { // as latin1 does
		a.CredentialID = strings.ReplaceAll(a.CredentialID, "é", "?")
	}),
	breaks("CreateAuthenticator returns ErrDuplicate if the credential is known already, to whomever it belongs", func(f *faulty, m *Memory) {
		f.createAuthenticator = instead(m.CreateAuthenticator, authdb.ErrDuplicate, func(a *authdb.Authenticator) (*authdb.Authenticator, error) {
			if old, _ := m.GetAuthenticator(context.Background(), a.CredentialID); old.UserID == a.UserID {
				return nil, authdb.ErrDuplicate
			}
			return cloneAuthenticator(a), nil
		})
	}),
	breaks("CreateAuthenticator returns ErrReference if there is no such user", func(f *faulty, m *Memory) {
		f.createAuthenticator = instead(m.CreateAuthenticator, authdb.ErrReference, func(a *authdb.Authenticator) (*authdb.Authenticator, error) {
			locked(m, func() { m.authenticators[a.CredentialID] = cloneAuthenticator(a) })
			return cloneAuthenticator(a), nil
		})
	}),
	breaks("GetAuthenticator returns the authenticator, or ErrNotFound", func(f *faulty, m *Memory) {
		f.getAuthenticator = instead(m.GetAuthenticator, authdb.ErrNotFound, func(string) (*authdb.Authenticator, error) { return nil, nil })
	}),
	breaks("GetAuthenticator returns the authenticator, or ErrNotFound", func(f *faulty, m *Memory) {
		f.getAuthenticator = instead(m.GetAuthenticator, authdb.ErrNotFound, func(string) (*authdb.Authenticator, error) {
			return nil, errors.New("faulty: no rows")
		})
	}),
	breaks("ListAuthenticatorsByUserID returns the user's authenticators in order of CredentialID", func(f *faulty, m *Memory) {
		f.listAuthenticators = func(ctx context.Context, id string) ([]*authdb.Authenticator, error) {
			list, err := m.ListAuthenticatorsByUserID(ctx, id)
			reverse(list)
			return list, err
		}
	}),
	breaks("ListAuthenticatorsByUserID returns the user's authenticators in order of CredentialID", func(f *faulty, m *Memory) {
		f.listAuthenticators = func(ctx context.Context, id string) ([]*authdb.Authenticator, error) { // of all users
			var all []*authdb.Authenticator
			for _, a := range maps.Clone(m.authenticators) {
				all = append(all, cloneAuthenticator(a))
			}
			return all, nil
		}
	}),
	breaks("The list of authenticators of a user with none, or an unknown one, is empty", func(f *faulty, m *Memory) {
		f.listAuthenticators = func(ctx context.Context, id string) ([]*authdb.Authenticator, error) {
			if _, err := m.GetUser(ctx, id); err != nil {
				return nil, err
			}
			return m.ListAuthenticatorsByUserID(ctx, id)
		}
	}),
	breaks("UpdateAuthenticatorCounter stores the counter as given, be it smaller, and returns the complete authenticator", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) { // never smaller
			a, err := m.GetAuthenticator(ctx, id)
			if err == nil && counter < a.Counter {
				return a, nil
			}
			return m.UpdateAuthenticatorCounter(ctx, id, counter)
		}
	}),
	breaks("UpdateAuthenticatorCounter stores the counter as given, be it smaller, and returns the complete authenticator", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) { // not read back
			_, err := m.UpdateAuthenticatorCounter(ctx, id, counter)
			return &authdb.Authenticator{CredentialID: id, Counter: counter}, err
		}
	}),
	breaks("Counters go up to 4294967295", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
			return m.UpdateAuthenticatorCounter(ctx, id, counter&0x7fffffff)
		}
	}),
	breaks("UpdateAuthenticatorCounter leaves other authenticators as they are", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
			a, err := m.UpdateAuthenticatorCounter(ctx, id, counter)
			locked(m, func() {
				for _, other := range m.authenticators {
					other.Counter = counter
				}
			})
			return a, err
		}
	}),
	breaks("UpdateAuthenticatorCounter of an unknown credential is ErrNotFound", func(f *faulty, m *Memory) {
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
			a, err := m.UpdateAuthenticatorCounter(ctx, id, counter)
			if errors.Is(err, authdb.ErrNotFound) {
				return &authdb.Authenticator{CredentialID: id, Counter: counter}, nil
			}
			return a, err
		}
	}),
}

func reverse[T any](list []T) {
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
}
