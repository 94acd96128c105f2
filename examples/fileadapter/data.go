package fileadapter

import (
	"maps"

	"github.com/authdb/authdb"
)

// data is what the adapter keeps. A record in it is never changed, only replaced.
type data struct {
	users    map[string]*authdb.User
	accounts map[accountKey]*authdb.Account
	sessions map[string]*authdb.Session
	tokens   map[tokenKey]*authdb.VerificationToken
}

type accountKey struct{ Provider, ID string }

type tokenKey struct{ Identifier, Token string }

func newData() data {
	return data{
		users:    make(map[string]*authdb.User),
		accounts: make(map[accountKey]*authdb.Account),
		sessions: make(map[string]*authdb.Session),
		tokens:   make(map[tokenKey]*authdb.VerificationToken),
	}
}

// A change is all that one call does to the data.
type change struct {
	// Records to keep, in the place of those with the same key.
	Users    []*authdb.User              `json:",omitempty"`
	Accounts []*authdb.Account           `json:",omitempty"`
	Sessions []*authdb.Session           `json:",omitempty"`
	Tokens   []*authdb.VerificationToken `json:",omitempty"`

	// Keys of records to remove; of a user, with all that is theirs.
	NoUsers    []string     `json:",omitempty"`
	NoAccounts []accountKey `json:",omitempty"`
	NoSessions []string     `json:",omitempty"`
	NoTokens   []tokenKey   `json:",omitempty"`
}

// apply makes the change.
func (d *data) apply(c change) {
	for _, u := range c.Users {
		d.users[u.ID] = u
	}
	for _, a := range c.Accounts {
		d.accounts[accountKey{a.Provider, a.ProviderAccountID}] = a
	}
	for _, s := range c.Sessions {
		d.sessions[s.SessionToken] = s
	}
	for _, t := range c.Tokens {
		d.tokens[tokenKey{t.Identifier, t.Token}] = t
	}
	for _, id := range c.NoUsers {
		delete(d.users, id)
		maps.DeleteFunc(d.accounts, func(_ accountKey, a *authdb.Account) bool { return a.UserID == id })
		maps.DeleteFunc(d.sessions, func(_ string, s *authdb.Session) bool { return s.UserID == id })
	}
	for _, key := range c.NoAccounts {
		delete(d.accounts, key)
	}
	for _, token := range c.NoSessions {
		delete(d.sessions, token)
	}
	for _, key := range c.NoTokens {
		delete(d.tokens, key)
	}
}
