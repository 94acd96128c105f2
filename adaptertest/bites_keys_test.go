package adaptertest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/authdb/authdb"
)

// A way to match keys that are not the same.
type matching struct {
	sentence string
	match    func(stored, given string) bool
}

var matchings = []matching{
	{" that is empty finds and removes nothing", func(_, given string) bool { return given == "" }},
	{" in another case finds and removes nothing", func(stored, given string) bool { return asciiLower(stored) == asciiLower(given) }},
	{" with other accents, width or Unicode form finds and removes nothing", func(stored, given string) bool {
		return foldMarks.Replace(stored) == foldMarks.Replace(given)
	}},
	{" with other white space finds and removes nothing", func(stored, given string) bool {
		return strings.TrimRight(stored, " ") == strings.TrimRight(given, " ")
	}},
	{" that holds a NUL byte or is not UTF-8 finds and removes nothing", func(stored, given string) bool {
		return stored == strings.ToValidUTF8(strings.ReplaceAll(given, "\x00", ""), "")
	}},
	{" of 300 or 5000 characters finds and removes nothing", func(stored, given string) bool {
		return len(given) >= 300 && strings.HasPrefix(given, stored) // cut to the column's size
	}},
}

// foldMarks is a part of what collations do.
var foldMarks = strings.NewReplacer("é", "e", "\u0301", "", "\u200b", "", "Ｋ", "K")

// keyBites break every column in every way, in every kind of call.
func keyBites() []bite {
	var bites []bite
	for _, column := range keyColumns {
		for _, kind := range callKinds[column.name] {
			for _, way := range matchings {
				if column.name == "Email" && strings.Contains(way.sentence, "empty") {
					continue // see below
				}
				if column.name == "CredentialID" && strings.Contains(way.sentence, "accents") {
					way.match = func(stored, given string) bool { return strings.ReplaceAll(given, "é", "e") == stored }
				}
				bites = append(bites, breaks(column.name+way.sentence, func(f *faulty, m *Memory) {
					resolving(f, m, column.name, kind, func(given string) string { return resolve(m, column.name, given, way.match) })
				}))
			}
			bites = append(bites, breaks(column.name+" that holds a NUL byte or is not UTF-8 finds and removes nothing", func(f *faulty, m *Memory) {
				fails(f, column.name, kind) // what PostgreSQL says of a NUL byte
			}))
		}
		bites = append(bites, distinctBites(column)...)
	}
	return append(bites, breaks("Email that is empty finds and removes nothing", func(f *faulty, m *Memory) { // '' and NULL are one
		f.getUserByEmail = func(ctx context.Context, email string) (*authdb.User, error) {
			for _, u := range m.users {
				if u.Email == email {
					return cloneUser(u), nil
				}
			}
			return nil, authdb.ErrNotFound
		}
	}))
}

// callKinds are the kinds of calls that there are by a column.
var callKinds = map[string][]string{
	"User.ID":           {"find", "update", "list sessions", "list accounts", "list authenticators", "remove", "remove sessions"},
	"Email":             {"find"},
	"Provider":          {"find", "update", "remove"},
	"ProviderAccountID": {"find", "update", "remove"},
	"SessionToken":      {"find", "update", "remove"},
	"Identifier":        {"find"},
	"Token":             {"find"},
	"CredentialID":      {"find", "update"},
}

// storedKeys returns the keys of a column.
func storedKeys(m *Memory, column string) (keys []string) {
	locked(m, func() {
		switch column {
		case "User.ID", "Email":
			for id, u := range m.users {
				keys = append(keys, map[string]string{"User.ID": id, "Email": u.Email}[column])
			}
		case "Provider", "ProviderAccountID":
			for key := range m.accounts {
				keys = append(keys, map[string]string{"Provider": key.provider, "ProviderAccountID": key.id}[column])
			}
		case "SessionToken":
			for key := range m.sessions {
				keys = append(keys, key)
			}
		case "Identifier", "Token":
			for key := range m.tokens {
				keys = append(keys, map[string]string{"Identifier": key.identifier, "Token": key.token}[column])
			}
		case "CredentialID":
			for key := range m.authenticators {
				keys = append(keys, key)
			}
		}
	})
	return keys
}

// resolve returns the stored key that the given one is taken for.
func resolve(m *Memory, column, given string, match func(stored, given string) bool) string {
	keys := storedKeys(m, column)
	if slices.Contains(keys, given) {
		return given
	}
	for _, key := range keys {
		if key != "" && match(key, given) {
			return key
		}
	}
	return given
}

// resolving makes the calls of a kind by a column with another key.
func resolving(f *faulty, m *Memory, column, kind string, to func(string) string) {
	switch column {
	case "User.ID":
		resolvingUserID(f, m, kind, to)
	case "Email":
		f.getUserByEmail = func(ctx context.Context, email string) (*authdb.User, error) { return m.GetUserByEmail(ctx, to(email)) }
	case "Provider", "ProviderAccountID":
		resolvingPair(f, m, kind, func(provider, id string) (string, string) {
			if column == "Provider" {
				return to(provider), id
			}
			return provider, to(id)
		})
	case "SessionToken":
		resolvingSession(f, m, kind, to)
	case "Identifier":
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			return m.UseVerificationToken(ctx, to(identifier), token)
		}
	case "Token":
		f.useToken = func(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
			return m.UseVerificationToken(ctx, identifier, to(token))
		}
	case "CredentialID":
		if kind == "find" {
			f.getAuthenticator = func(ctx context.Context, id string) (*authdb.Authenticator, error) {
				return m.GetAuthenticator(ctx, to(id))
			}
			return
		}
		f.updateCounter = func(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
			return m.UpdateAuthenticatorCounter(ctx, to(id), counter)
		}
	}
}

func resolvingUserID(f *faulty, m *Memory, kind string, to func(string) string) {
	switch kind {
	case "find":
		f.getUser = func(ctx context.Context, id string) (*authdb.User, error) { return m.GetUser(ctx, to(id)) }
	case "update":
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			return m.UpdateUser(ctx, to(id), patch)
		}
	case "list sessions":
		f.listSessions = func(ctx context.Context, id string) ([]*authdb.Session, error) {
			return m.ListSessionsByUserID(ctx, to(id))
		}
	case "list accounts":
		f.listAccounts = func(ctx context.Context, id string) ([]*authdb.Account, error) {
			return m.ListAccountsByUserID(ctx, to(id))
		}
	case "list authenticators":
		f.listAuthenticators = func(ctx context.Context, id string) ([]*authdb.Authenticator, error) {
			return m.ListAuthenticatorsByUserID(ctx, to(id))
		}
	case "remove":
		f.deleteUser = func(ctx context.Context, id string) error { return m.DeleteUser(ctx, to(id)) }
	case "remove sessions":
		f.deleteSessions = func(ctx context.Context, id string, except ...string) (int64, error) {
			return m.DeleteSessionsByUserID(ctx, to(id), except...)
		}
	}
}

func resolvingPair(f *faulty, m *Memory, kind string, to func(string, string) (string, string)) {
	switch kind {
	case "find":
		f.getAccount = func(ctx context.Context, provider, id string) (*authdb.Account, error) {
			provider, id = to(provider, id)
			return m.GetAccount(ctx, provider, id)
		}
	case "update":
		f.updateAccount = func(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
			provider, id = to(provider, id)
			return m.UpdateAccount(ctx, provider, id, patch)
		}
	case "remove":
		f.unlinkAccount = func(ctx context.Context, provider, id string) error {
			provider, id = to(provider, id)
			return m.UnlinkAccount(ctx, provider, id)
		}
	}
}

func resolvingSession(f *faulty, m *Memory, kind string, to func(string) string) {
	switch kind {
	case "find":
		f.getSessionAndUser = func(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
			return m.GetSessionAndUser(ctx, to(token))
		}
	case "update":
		f.updateSession = func(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
			return m.UpdateSession(ctx, to(token), patch)
		}
	case "remove":
		f.deleteSession = func(ctx context.Context, token string) error { return m.DeleteSession(ctx, to(token)) }
	}
}

var errByteSequence = errors.New("faulty: invalid byte sequence")

// fails makes the calls of a kind by a column return an error for a NUL byte.
func fails(f *faulty, column, kind string) {
	refuse := func(key string) error {
		if strings.Contains(key, "\x00") {
			return errByteSequence
		}
		return nil
	}
	m := f.Memory
	switch column + " " + kind {
	case "User.ID remove":
		f.deleteUser = func(ctx context.Context, id string) error { return errors.Join(refuse(id), m.DeleteUser(ctx, id)) }
	case "SessionToken remove":
		f.deleteSession = func(ctx context.Context, token string) error {
			return errors.Join(refuse(token), m.DeleteSession(ctx, token))
		}
	case "Provider remove", "ProviderAccountID remove":
		f.unlinkAccount = func(ctx context.Context, provider, id string) error {
			return errors.Join(refuse(provider+id), m.UnlinkAccount(ctx, provider, id))
		}
	default: // finds too much, instead
		resolving(f, m, column, kind, func(given string) string { return strings.ReplaceAll(given, "\x00", "") })
	}
}

// distinctBites refuse a key that a stored one is taken for.
func distinctBites(column keyColumn) []bite {
	rule := column.name + " in another case, with other accents, width or white space is another key"
	taken := func(m *Memory, key string) bool {
		for _, way := range matchings[1:4] {
			if key != "" && resolve(m, column.name, key, way.match) != key {
				return true
			}
		}
		return false
	}
	return []bite{breaks(rule, func(f *faulty, m *Memory) {
		switch column.name {
		case "User.ID", "Email":
			f.createUser = unlessTaken(m.CreateUser, func(u *authdb.User) bool {
				return taken(m, map[string]string{"User.ID": u.ID, "Email": u.Email}[column.name])
			})
		case "Provider", "ProviderAccountID":
			f.linkAccount = unlessTaken(m.LinkAccount, func(a *authdb.Account) bool {
				return taken(m, map[string]string{"Provider": a.Provider, "ProviderAccountID": a.ProviderAccountID}[column.name])
			})
		case "SessionToken":
			f.createSession = unlessTaken(m.CreateSession, func(s *authdb.Session) bool { return taken(m, s.SessionToken) })
		case "Identifier", "Token":
			f.createToken = unlessTaken(m.CreateVerificationToken, func(t *authdb.VerificationToken) bool {
				return taken(m, map[string]string{"Identifier": t.Identifier, "Token": t.Token}[column.name])
			})
		case "CredentialID":
			f.createAuthenticator = unlessTaken(m.CreateAuthenticator, func(a *authdb.Authenticator) bool { return taken(m, a.CredentialID) })
		}
	})}
}

func unlessTaken[R any](next func(context.Context, *R) (*R, error), taken func(*R) bool) func(context.Context, *R) (*R, error) {
	return func(ctx context.Context, record *R) (*R, error) {
		if record != nil && taken(record) {
			return nil, authdb.ErrDuplicate
		}
		return next(ctx, record)
	}
}

// trimmed is what a careless database makes of an ID.
func trimmed(id string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimRight(id, "\u200b")))
}

var idBites = []bite{
	breaksIn("numbered", "A number in another spelling is no ID", func(f *faulty, m *Memory) {
		f.getUser = func(ctx context.Context, id string) (*authdb.User, error) {
			return m.GetUser(ctx, strings.TrimLeft(id, "0+"))
		}
	}),
	breaksIn("numbered", "A number in another spelling is no ID", func(f *faulty, m *Memory) {
		f.deleteUser = func(ctx context.Context, id string) error { return m.DeleteUser(ctx, strings.TrimSpace(id)) }
	}),
	breaksIn("numbered", "A number in another spelling is no ID", func(f *faulty, m *Memory) {
		f.updateUser = func(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
			if len(id) > 19 {
				return nil, errors.New("faulty: out of range")
			}
			return m.UpdateUser(ctx, id, patch)
		}
	}),
	breaksIn("uuids", "A UUID in another spelling is no ID", func(f *faulty, m *Memory) {
		f.getUser = func(ctx context.Context, id string) (*authdb.User, error) {
			return m.GetUser(ctx, strings.Trim(id, "{}"))
		}
	}),
	breaksIn("uuids", "A UUID in another spelling is no ID", func(f *faulty, m *Memory) {
		f.getUser = func(ctx context.Context, id string) (*authdb.User, error) {
			if id == "not-a-uuid" {
				return nil, errors.New("faulty: invalid input syntax")
			}
			return m.GetUser(ctx, id)
		}
	}),
	breaksIn("uuids", "A given ID that is not a UUID is ErrInvalid where ids are", func(f *faulty, m *Memory) {}),
	breaks("A session for another spelling of a user's ID is ErrReference", func(f *faulty, m *Memory) {
		f.createSession = storing(m.CreateSession, func(s *authdb.Session) { s.UserID = trimmed(s.UserID) })
	}),
	breaks("An account for another spelling of a user's ID is ErrReference", func(f *faulty, m *Memory) {
		f.linkAccount = storing(m.LinkAccount, func(a *authdb.Account) { a.UserID = trimmed(a.UserID) })
	}),
	breaks("An authenticator for another spelling of a user's ID is ErrReference", func(f *faulty, m *Memory) {
		f.createAuthenticator = storing(m.CreateAuthenticator, func(a *authdb.Authenticator) { a.UserID = trimmed(a.UserID) })
	}),
	breaks("A record for a user whose ID could not be stored is refused", func(f *faulty, m *Memory) {
		f.createSession = func(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
			if strings.Contains(s.UserID, "\x00") {
				return nil, errByteSequence
			}
			return m.CreateSession(ctx, s)
		}
	}),
	breaksIn("folding", "GetUserByEmail finds the address in another case of ASCII letters where the unique key ignores case", func(f *faulty, m *Memory) {}),
	breaksIn("folding", "An address in another case of ASCII letters is ErrDuplicate where the unique key ignores case", func(f *faulty, m *Memory) {}),
}
