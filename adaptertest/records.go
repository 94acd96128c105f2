package adaptertest

import (
	"time"

	"github.com/authdb/authdb"
)

// verifiedAt is the EmailVerified of the rules' users.
var verifiedAt = time.Date(2024, time.February, 29, 12, 34, 56, 789e6, time.UTC)

// newUser returns a user with every field but the ID.
func (r *rig) newUser(edits ...func(*authdb.User)) *authdb.User {
	at := r.truncateVerified(verifiedAt)
	u := &authdb.User{
		Name:          r.fresh("Grace Brewster Murray Hopper"),
		Email:         r.freshEmail(),
		EmailVerified: &at,
		Image:         "https://example.com/" + r.fresh("image") + ".png",
	}
	for _, edit := range edits {
		edit(u)
	}
	return u
}

// addUser stores a user.
func (r *rig) addUser(edits ...func(*authdb.User)) *authdb.User {
	r.Helper()
	u, err := r.CreateUser(r.ctx, r.newUser(edits...))
	r.setup(err, "CreateUser")
	if len(u.ID) >= 16 { // a shorter one may stand in any error
		r.hide(u.ID)
	}
	return u
}

// newAccount returns an account with every field but the ID.
func (r *rig) newAccount(userID string, edits ...func(*authdb.Account)) *authdb.Account {
	a := &authdb.Account{
		UserID:            userID,
		Type:              authdb.AccountOIDC,
		Provider:          r.fresh("provider"),
		ProviderAccountID: r.fresh("account"),
		RefreshToken:      r.fresh("refresh"),
		AccessToken:       r.fresh("access"),
		ExpiresAt:         1_709_210_096,
		TokenType:         "bearer",
		Scope:             "openid " + r.fresh("scope"),
		IDToken:           r.fresh("id-token"),
		SessionState:      r.fresh("state"),
	}
	for _, edit := range edits {
		edit(a)
	}
	return a
}

// addAccount stores an account.
func (r *rig) addAccount(userID string, edits ...func(*authdb.Account)) *authdb.Account {
	r.Helper()
	a, err := r.LinkAccount(r.ctx, r.newAccount(userID, edits...))
	r.setup(err, "LinkAccount")
	return a
}

// newSession returns a session that has not expired, without ID.
func (r *rig) newSession(userID string, edits ...func(*authdb.Session)) *authdb.Session {
	s := &authdb.Session{SessionToken: r.fresh("session"), UserID: userID, Expires: r.future()}
	for _, edit := range edits {
		edit(s)
	}
	return s
}

// addSession stores a session.
func (r *rig) addSession(userID string, edits ...func(*authdb.Session)) *authdb.Session {
	r.Helper()
	s, err := r.CreateSession(r.ctx, r.newSession(userID, edits...))
	r.setup(err, "CreateSession")
	return s
}

// expires is an edit of a session.
func expires(at time.Time) func(*authdb.Session) {
	return func(s *authdb.Session) { s.Expires = at }
}

func sessionToken(token string) func(*authdb.Session) {
	return func(s *authdb.Session) { s.SessionToken = token }
}

// newToken returns a verification token that has not expired.
func (r *rig) newToken(edits ...func(*authdb.VerificationToken)) *authdb.VerificationToken {
	t := &authdb.VerificationToken{Identifier: r.freshEmail(), Token: r.fresh("token"), Expires: r.future()}
	for _, edit := range edits {
		edit(t)
	}
	return t
}

// addToken stores a verification token.
func (r *rig) addToken(edits ...func(*authdb.VerificationToken)) *authdb.VerificationToken {
	r.Helper()
	t, err := r.CreateVerificationToken(r.ctx, r.newToken(edits...))
	r.setup(err, "CreateVerificationToken")
	return t
}

// tokenExpires is an edit of a verification token.
func tokenExpires(at time.Time) func(*authdb.VerificationToken) {
	return func(t *authdb.VerificationToken) { t.Expires = at }
}

// newAuthenticator returns an authenticator with every field.
func (r *rig) newAuthenticator(userID string, edits ...func(*authdb.Authenticator)) *authdb.Authenticator {
	a := &authdb.Authenticator{
		CredentialID:         r.fresh("credential") + "+/==",
		UserID:               userID,
		ProviderAccountID:    r.fresh("account"),
		CredentialPublicKey:  r.fresh("public-key"),
		Counter:              7,
		CredentialDeviceType: "multiDevice",
		CredentialBackedUp:   true,
		Transports:           "internal,hybrid",
	}
	for _, edit := range edits {
		edit(a)
	}
	return a
}

// addAuthenticator stores an authenticator.
func (r *rig) addAuthenticator(userID string, edits ...func(*authdb.Authenticator)) *authdb.Authenticator {
	r.Helper()
	a, err := r.CreateAuthenticator(r.ctx, r.newAuthenticator(userID, edits...))
	r.setup(err, "CreateAuthenticator")
	return a
}
