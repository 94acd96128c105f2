package adaptertest

import (
	"maps"

	"github.com/authdb/authdb"
)

// A textField is a field of a record that holds text.
type textField[R any] struct {
	name     string
	of       func(*R) *string
	size     int // in characters, of the default row's column; 0 is unlimited
	required bool
}

var userText = []textField[authdb.User]{
	{"ID", func(u *authdb.User) *string { return &u.ID }, 64, false},
	{"Name", func(u *authdb.User) *string { return &u.Name }, 0, false},
	{"Email", func(u *authdb.User) *string { return &u.Email }, 320, false},
	{"Image", func(u *authdb.User) *string { return &u.Image }, 0, false},
}

var accountText = []textField[authdb.Account]{
	{"ID", func(a *authdb.Account) *string { return &a.ID }, 64, false},
	{"UserID", func(a *authdb.Account) *string { return &a.UserID }, 64, true},
	{"Type", func(a *authdb.Account) *string { return &a.Type }, 64, true},
	{"Provider", func(a *authdb.Account) *string { return &a.Provider }, 64, true},
	{"ProviderAccountID", func(a *authdb.Account) *string { return &a.ProviderAccountID }, 255, true},
	{"RefreshToken", func(a *authdb.Account) *string { return &a.RefreshToken }, 0, false},
	{"AccessToken", func(a *authdb.Account) *string { return &a.AccessToken }, 0, false},
	{"TokenType", func(a *authdb.Account) *string { return &a.TokenType }, 0, false},
	{"Scope", func(a *authdb.Account) *string { return &a.Scope }, 0, false},
	{"IDToken", func(a *authdb.Account) *string { return &a.IDToken }, 0, false},
	{"SessionState", func(a *authdb.Account) *string { return &a.SessionState }, 0, false},
}

var sessionText = []textField[authdb.Session]{
	{"ID", func(s *authdb.Session) *string { return &s.ID }, 64, false},
	{"SessionToken", func(s *authdb.Session) *string { return &s.SessionToken }, 255, true},
	{"UserID", func(s *authdb.Session) *string { return &s.UserID }, 64, true},
}

var verificationTokenText = []textField[authdb.VerificationToken]{
	{"Identifier", func(t *authdb.VerificationToken) *string { return &t.Identifier }, 320, true},
	{"Token", func(t *authdb.VerificationToken) *string { return &t.Token }, 255, true},
}

var authenticatorText = []textField[authdb.Authenticator]{
	{"CredentialID", func(a *authdb.Authenticator) *string { return &a.CredentialID }, 1400, true},
	{"UserID", func(a *authdb.Authenticator) *string { return &a.UserID }, 64, true},
	{"ProviderAccountID", func(a *authdb.Authenticator) *string { return &a.ProviderAccountID }, 255, true},
	{"CredentialPublicKey", func(a *authdb.Authenticator) *string { return &a.CredentialPublicKey }, 0, true},
	{"CredentialDeviceType", func(a *authdb.Authenticator) *string { return &a.CredentialDeviceType }, 64, true},
	{"Transports", func(a *authdb.Authenticator) *string { return &a.Transports }, 0, false},
}

// recordFields are the fields of each record, by which no further column can
// go.
var recordFields = map[string][]string{
	"User":              append(names(userText), "EmailVerified", "Extra"),
	"Account":           append(names(accountText), "ExpiresAt", "Extra"),
	"Session":           append(names(sessionText), "Expires", "Extra"),
	"VerificationToken": append(names(verificationTokenText), "Expires", "Extra"),
	"Authenticator":     append(names(authenticatorText), "Counter", "CredentialBackedUp", "Extra"),
}

func names[R any](fields []textField[R]) []string {
	list := make([]string, 0, len(fields))
	for _, f := range fields {
		list = append(list, f.name)
	}
	return list
}

// The clones share nothing with what they are made of but the values in Extra.

func cloneUser(u *authdb.User) *authdb.User {
	if u == nil {
		return nil
	}
	c := *u
	c.Extra = maps.Clone(u.Extra)
	if u.EmailVerified != nil {
		at := *u.EmailVerified
		c.EmailVerified = &at
	}
	return &c
}

func cloneAccount(a *authdb.Account) *authdb.Account {
	if a == nil {
		return nil
	}
	c := *a
	c.Extra = maps.Clone(a.Extra)
	return &c
}

func cloneSession(s *authdb.Session) *authdb.Session {
	if s == nil {
		return nil
	}
	c := *s
	c.Extra = maps.Clone(s.Extra)
	return &c
}

func cloneVerificationToken(t *authdb.VerificationToken) *authdb.VerificationToken {
	if t == nil {
		return nil
	}
	c := *t
	c.Extra = maps.Clone(t.Extra)
	return &c
}

func cloneAuthenticator(a *authdb.Authenticator) *authdb.Authenticator {
	if a == nil {
		return nil
	}
	c := *a
	c.Extra = maps.Clone(a.Extra)
	return &c
}
