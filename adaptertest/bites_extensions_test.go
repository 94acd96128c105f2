package adaptertest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/authdb/authdb"
)

// sortedBy makes an adapter whose lists of sessions are sorted by token.
func sortedBy(compare func(x, y string) int) func(f *faulty, m *Memory) {
	return func(f *faulty, m *Memory) {
		f.listSessions = func(ctx context.Context, id string) ([]*authdb.Session, error) {
			list, err := m.ListSessionsByUserID(ctx, id)
			slices.SortFunc(list, func(x, y *authdb.Session) int { return compare(x.SessionToken, y.SessionToken) })
			return list, err
		}
	}
}

var sessionListerBites = []bite{
	breaks("ListSessionsByUserID returns the sessions of the user, those that last longest first", sortedBy(strings.Compare)),
	breaks("ListSessionsByUserID returns the sessions of the user, those that last longest first",
		sortedBy(func(x, y string) int { return strings.Compare(y, x) })),
	breaks("ListSessionsByUserID returns the sessions of the user, those that last longest first", func(f *faulty, m *Memory) {
		f.listSessions = func(ctx context.Context, id string) ([]*authdb.Session, error) {
			list, err := m.ListSessionsByUserID(ctx, id)
			reverse(list)
			return list, err
		}
	}),
	breaks("ListSessionsByUserID returns the sessions of the user, those that last longest first", func(f *faulty, m *Memory) {
		f.listSessions = func(ctx context.Context, _ string) ([]*authdb.Session, error) { // of all users
			all := []*authdb.Session{}
			for token := range maps.Clone(m.sessions) {
				if s, _, err := m.GetSessionAndUser(ctx, token); err == nil {
					all = append(all, s)
				}
			}
			return all, nil
		}
	}),
	breaks("ListSessionsByUserID leaves out what has expired", func(f *faulty, m *Memory) {
		f.listSessions = func(_ context.Context, id string) ([]*authdb.Session, error) {
			list := []*authdb.Session{}
			for _, s := range maps.Clone(m.sessions) {
				if s.UserID == id {
					list = append(list, cloneSession(s))
				}
			}
			return list, nil
		}
	}),
	breaks("ListSessionsByUserID knows a session whose Expires is now, and not one of a moment before", func(f *faulty, m *Memory) {
		f.listSessions = func(ctx context.Context, id string) ([]*authdb.Session, error) {
			list, err := m.ListSessionsByUserID(ctx, id)
			kept := []*authdb.Session{}
			for _, s := range list {
				if s.Expires.After(m.options.Clock()) {
					kept = append(kept, s)
				}
			}
			return kept, err
		}
	}),
	breaksIn("hashed", "Sessions in lists have an empty SessionToken where tokens are hashed", func(f *faulty, m *Memory) {
		f.listSessions = func(ctx context.Context, id string) ([]*authdb.Session, error) { // what is stored
			list, err := m.ListSessionsByUserID(ctx, id)
			for _, s := range list {
				s.SessionToken = "sha256:" + s.SessionToken
			}
			return list, err
		}
	}),
	breaks("The list of sessions of a user with none, or an unknown one, is empty", func(f *faulty, m *Memory) {
		f.listSessions = func(ctx context.Context, id string) ([]*authdb.Session, error) {
			list, err := m.ListSessionsByUserID(ctx, id)
			if len(list) == 0 {
				return nil, authdb.ErrNotFound
			}
			return list, err
		}
	}),
	breaks("DeleteSessionsByUserID removes all sessions of the user, expired ones too, and says how many", func(f *faulty, m *Memory) {
		f.deleteSessions = func(ctx context.Context, id string, except ...string) (int64, error) {
			for token, s := range maps.Clone(m.sessions) {
				if s.UserID == id && m.expired(s.Expires) {
					except = append(except, token)
				}
			}
			return m.DeleteSessionsByUserID(ctx, id, except...)
		}
	}),
	breaks("DeleteSessionsByUserID removes all sessions of the user, expired ones too, and says how many", func(f *faulty, m *Memory) {
		f.deleteSessions = func(ctx context.Context, id string, except ...string) (int64, error) {
			_, err := m.DeleteSessionsByUserID(ctx, id, except...)
			return 0, err
		}
	}),
	breaks("DeleteSessionsByUserID spares the sessions with the given tokens", func(f *faulty, m *Memory) {
		f.deleteSessions = func(ctx context.Context, id string, except ...string) (int64, error) {
			return m.DeleteSessionsByUserID(ctx, id, except[:min(1, len(except))]...)
		}
	}),
	breaks("DeleteSessionsByUserID spares nothing for a token that is not the user's", func(f *faulty, m *Memory) {
		f.deleteSessions = func(ctx context.Context, id string, except ...string) (int64, error) { // in a collation
			for token := range maps.Clone(m.sessions) {
				for _, e := range except {
					if strings.EqualFold(token, e) {
						except = append(except, token)
					}
				}
			}
			return m.DeleteSessionsByUserID(ctx, id, except...)
		}
	}),
	breaks("DeleteSessionsByUserID spares nothing for a token that is not the user's", func(f *faulty, m *Memory) {
		f.deleteSessions = func(ctx context.Context, id string, except ...string) (int64, error) {
			if strings.Contains(strings.Join(except, ""), "\x00") {
				return 0, errors.New("faulty: invalid byte sequence")
			}
			return m.DeleteSessionsByUserID(ctx, id, except...)
		}
	}),
	breaks("DeleteSessionsByUserID takes any number of tokens", func(f *faulty, m *Memory) {
		f.deleteSessions = func(ctx context.Context, id string, except ...string) (int64, error) {
			if len(except) > 999 {
				return 0, errors.New("faulty: too many SQL variables")
			}
			return m.DeleteSessionsByUserID(ctx, id, except...)
		}
	}),
	breaks("DeleteSessionsByUserID of an unknown user removes nothing", func(f *faulty, m *Memory) {
		f.deleteSessions = func(ctx context.Context, id string, except ...string) (int64, error) {
			if id == "" { // a condition that was left out
				for _, s := range maps.Clone(m.sessions) {
					_ = m.DeleteSession(ctx, s.SessionToken)
				}
			}
			return m.DeleteSessionsByUserID(ctx, id, except...)
		}
	}),
}

var accountListerBites = []bite{
	breaks("ListAccountsByUserID returns the user's accounts in order of Provider and ProviderAccountID", func(f *faulty, m *Memory) {
		f.listAccounts = func(ctx context.Context, id string) ([]*authdb.Account, error) {
			list, err := m.ListAccountsByUserID(ctx, id)
			reverse(list)
			return list, err
		}
	}),
	breaks("The list of accounts of a user with none, or an unknown one, is empty", func(f *faulty, m *Memory) {
		f.listAccounts = func(ctx context.Context, id string) ([]*authdb.Account, error) {
			if _, err := m.GetUser(ctx, id); err != nil {
				return nil, err
			}
			return m.ListAccountsByUserID(ctx, id)
		}
	}),
	breaks("ListAccountsByUserID leaves out what was unlinked", func(f *faulty, m *Memory) {
		cache := make(map[string][]*authdb.Account)
		f.linkAccount = func(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
			a, err := m.LinkAccount(ctx, a)
			if err == nil {
				cache[a.UserID] = append(cache[a.UserID], a)
			}
			return a, err
		}
		f.listAccounts = func(_ context.Context, id string) ([]*authdb.Account, error) { return cache[id], nil }
	}),
}

// patchingAccount edits the patch of UpdateAccount.
func patchingAccount(m *Memory, edit func(*authdb.AccountPatch)) func(context.Context, string, string, authdb.AccountPatch) (*authdb.Account, error) {
	return func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
		edit(&patch)
		return m.UpdateAccount(ctx, provider, id, patch)
	}
}

var accountUpdaterBites = append([]bite{
	breaks("UpdateAccount changes exactly the members set in the patch and returns the complete account", func(f *faulty, m *Memory) {
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			a, err := m.UpdateAccount(ctx, provider, id, patch)
			if err == nil { // not read back
				a.Type = ""
			}
			return a, err
		}
	}),
	breaks("UpdateAccount changes exactly the members set in the patch and returns the complete account", func(f *faulty, m *Memory) {
		f.updateAccount = patchingAccount(m, func(p *authdb.AccountPatch) { // absent is NULL
			if !p.RefreshToken.IsSet() {
				p.RefreshToken = authdb.Null[string]()
			}
		})
	}),
	breaks("UpdateAccount empties what the patch sets to Null", func(f *faulty, m *Memory) {
		f.updateAccount = patchingAccount(m, func(p *authdb.AccountPatch) {
			if p.ExpiresAt.IsNull() {
				p.ExpiresAt = authdb.Field[int64]{}
			}
		})
	}),
	breaks("An empty AccountPatch reads", func(f *faulty, m *Memory) {
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			a, err := m.UpdateAccount(ctx, provider, id, patch)
			if errors.Is(err, authdb.ErrNotFound) {
				return &authdb.Account{}, nil
			}
			return a, err
		}
	}),
	breaks("UpdateAccount with what is stored already succeeds", func(f *faulty, m *Memory) { // no rows affected
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			if a, err := m.GetAccount(ctx, provider, id); err == nil && a.Scope == patch.Scope.Value() {
				return nil, authdb.ErrNotFound
			}
			return m.UpdateAccount(ctx, provider, id, patch)
		}
	}),
	breaks("UpdateAccount leaves other accounts as they are", func(f *faulty, m *Memory) {
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			a, err := m.UpdateAccount(ctx, provider, id, patch)
			locked(m, func() { // by the provider alone
				for key, other := range m.accounts {
					if key.provider == provider {
						apply(&other.Scope, patch.Scope)
					}
				}
			})
			return a, err
		}
	}),
	breaks("UpdateAccount of an unknown account is ErrNotFound, and links nothing", func(f *faulty, m *Memory) {
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			a, err := m.UpdateAccount(ctx, provider, id, patch)
			if errors.Is(err, authdb.ErrNotFound) {
				return &authdb.Account{Provider: provider, ProviderAccountID: id}, nil
			}
			return a, err
		}
	}),
}, patchTextBites()...)

// patchTextBites forget one member of the patch each.
func patchTextBites() []bite {
	var bites []bite
	for _, field := range patchText {
		bites = append(bites,
			breaks("UpdateAccount changes exactly the members set in the patch and returns the complete account", func(f *faulty, m *Memory) {
				f.updateAccount = patchingAccount(m, func(p *authdb.AccountPatch) { *field.patch(p) = authdb.Field[string]{} })
			}),
			breaks("UpdateAccount empties what the patch sets to Null", func(f *faulty, m *Memory) {
				f.updateAccount = patchingAccount(m, func(p *authdb.AccountPatch) {
					if field.patch(p).IsNull() {
						*field.patch(p) = authdb.Field[string]{}
					}
				})
			}),
			breaks("UpdateAccount returns ErrInvalid for what can't be stored, and changes nothing", func(f *faulty, m *Memory) {
				f.updateAccount = patchingAccount(m, func(p *authdb.AccountPatch) {
					if value := field.patch(p).Value(); strings.Contains(value, "\x00") {
						*field.patch(p) = authdb.Set(strings.ReplaceAll(value, "\x00", ""))
					}
				})
			}),
		)
	}
	return bites
}

// sweeping replaces DeleteExpired by a plain one with its own idea of what has
// expired.
func sweeping(f *faulty, m *Memory, session func(*authdb.Session) bool, token func(*authdb.VerificationToken) bool) {
	f.deleteExpired = func(_ context.Context, limit int) (swept authdb.Swept, err error) {
		if limit <= 0 {
			return swept, authdb.ErrInvalid
		}
		locked(m, func() {
			before := len(m.sessions)
			maps.DeleteFunc(m.sessions, func(_ string, s *authdb.Session) bool { return session(s) })
			swept.Sessions = int64(before - len(m.sessions))
			before = len(m.tokens)
			maps.DeleteFunc(m.tokens, func(_ tokenKey, t *authdb.VerificationToken) bool { return token(t) })
			swept.VerificationTokens = int64(before - len(m.tokens))
		})
		return swept, nil
	}
}

func noSession(*authdb.Session) bool         { return false }
func noToken(*authdb.VerificationToken) bool { return false }

var sweeperBites = []bite{
	breaks("DeleteExpired removes expired sessions and says how many", func(f *faulty, m *Memory) {
		sweeping(f, m, noSession, noToken)
	}),
	breaks("DeleteExpired removes expired sessions and says how many", func(f *faulty, m *Memory) {
		f.deleteExpired = func(ctx context.Context, limit int) (authdb.Swept, error) {
			_, err := m.DeleteExpired(ctx, limit)
			return authdb.Swept{}, err
		}
	}),
	breaks("DeleteExpired removes expired verification tokens and says how many", func(f *faulty, m *Memory) {
		sweeping(f, m, func(s *authdb.Session) bool { return m.expired(s.Expires) }, noToken)
	}),
	breaks("DeleteExpired never removes a session that has not expired", func(f *faulty, m *Memory) {
		sweeping(f, m, func(*authdb.Session) bool { return true }, noToken)
	}),
	breaks("DeleteExpired never removes a verification token that has not expired", func(f *faulty, m *Memory) {
		sweeping(f, m, noSession, func(*authdb.VerificationToken) bool { return true })
	}),
	breaks("DeleteExpired goes by Expires to the moment", func(f *faulty, m *Memory) { // <= now
		sweeping(f, m, func(s *authdb.Session) bool { return !s.Expires.After(m.options.Clock()) }, noToken)
	}),
	breaks("DeleteExpired removes at most limit sessions", func(f *faulty, m *Memory) {
		sweeping(f, m, func(s *authdb.Session) bool { return m.expired(s.Expires) }, noToken)
	}),
	breaks("DeleteExpired removes at most limit verification tokens", func(f *faulty, m *Memory) {
		sweeping(f, m, noSession, func(t *authdb.VerificationToken) bool { return m.expired(t.Expires) })
	}),
	breaks("A limit of zero or less is ErrInvalid", func(f *faulty, m *Memory) { // no limit
		f.deleteExpired = func(ctx context.Context, limit int) (authdb.Swept, error) {
			if limit < 0 {
				return authdb.Swept{}, nil
			}
			return m.DeleteExpired(ctx, limit)
		}
	}),
	breaks("A limit of zero or less is ErrInvalid", func(f *faulty, m *Memory) {
		f.deleteExpired = func(ctx context.Context, limit int) (authdb.Swept, error) {
			if limit == 0 {
				return authdb.Swept{}, nil
			}
			return m.DeleteExpired(ctx, limit)
		}
	}),
	breaks("An expired session that was looked at is left for DeleteExpired", sweepsOnSight),
}
