package bench_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

var later = time.Now().UTC().Truncate(time.Millisecond).Add(30 * 24 * time.Hour)

// userOf, and its like, are the records that go by a key.
func userOf(key string) *authdb.User {
	return &authdb.User{ID: "user-" + key, Name: "Ada Lovelace", Email: key + "@example.com", EmailVerified: &later, Image: "https://example.com/" + key + ".png"}
}

func accountOf(key string) *authdb.Account {
	return &authdb.Account{
		UserID: "user-" + key, Type: authdb.AccountOIDC, Provider: "google", ProviderAccountID: "sub-" + key,
		AccessToken: "access-token-of-" + key, RefreshToken: "refresh-token-of-" + key, ExpiresAt: later.Unix(), TokenType: "bearer", Scope: "openid email profile",
	}
}

func sessionOf(key string) *authdb.Session {
	return &authdb.Session{SessionToken: "session-" + key, UserID: "user-" + key, Expires: later}
}

func tokenOf(key string) *authdb.VerificationToken {
	return &authdb.VerificationToken{Identifier: key + "@example.com", Token: "token-" + key, Expires: later}
}

func authenticatorOf(key string) *authdb.Authenticator {
	return &authdb.Authenticator{
		CredentialID: "credential-" + key, UserID: "user-" + key, ProviderAccountID: "credential-" + key,
		CredentialPublicKey: "pQECAyYgASFYIA", Counter: 1, CredentialDeviceType: "multiDevice", Transports: "internal",
	}
}

// fill stores the known users and what is theirs.
func fill(b testing.TB, a *gormadapter.Adapter, user func(key string) *authdb.User) {
	b.Helper()
	storeAll(b, a, keysFrom("", known()), everything(user))
}

// everything stores a user with all that is theirs.
func everything(user func(key string) *authdb.User) func(ctx context.Context, tx authdb.Adapter, key string) error {
	return func(ctx context.Context, tx authdb.Adapter, key string) error {
		_, err := tx.CreateUser(ctx, user(key))
		if err == nil {
			_, err = tx.LinkAccount(ctx, accountOf(key))
		}
		if err == nil {
			_, err = tx.CreateSession(ctx, sessionOf(key))
		}
		if err == nil {
			_, err = tx.(authdb.AuthenticatorStore).CreateAuthenticator(ctx, authenticatorOf(key))
		}
		return err
	}
}

// storeAll stores a record for each of the keys.
func storeAll(b testing.TB, a *gormadapter.Adapter, keys []string, each func(ctx context.Context, tx authdb.Adapter, key string) error) {
	b.Helper()
	err := a.InTx(b.Context(), func(ctx context.Context, tx authdb.Adapter) error {
		for _, key := range keys {
			if err := each(ctx, tx, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

func keysFrom(prefix string, n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = prefix + strconv.Itoa(i)
	}
	return keys
}

// someKeys are of users that are there.
func someKeys(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = strconv.Itoa(rand.N(known()))
	}
	return keys
}

func withoutID(u *authdb.User) *authdb.User {
	u.ID = ""
	return u
}

func ofUser(a *authdb.Account, id string) *authdb.Account {
	a.UserID = id
	return a
}

func passkeyOf(key, userID string) *authdb.Authenticator {
	a := authenticatorOf(key)
	a.UserID = userID
	return a
}

func someName() string { return "Ada " + strconv.Itoa(rand.Int()) }

func someTime() time.Time { return later.Add(time.Duration(rand.N(1_000_000)) * time.Millisecond) }
