package gormadapter_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

func hashing(plain bool, ids ...string) authdb.Option {
	return authdb.WithHashedTokens(authdb.HashedTokens{Keys: keys(ids...), Plain: plain})
}

func encrypting(ids ...string) authdb.Option {
	return authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: keys(ids...)})
}

// hmacOf is the formula of docs/secrets.md, written out.
func hmacOf(id, message string) string {
	digest := sha256.Sum256([]byte(message))
	mac := hmac.New(sha256.New, key(id).Key)
	mac.Write(digest[:])
	return "hmac:" + id + ":" + hex.EncodeToString(mac.Sum(nil))
}

// valuesOf returns the values of a column, "NULL" for NULL.
func valuesOf(t *testing.T, db *gorm.DB, table, name string) (values []string) {
	t.Helper()
	if err := db.Table(table).Order("1").Pluck("COALESCE("+name+", 'NULL')", &values).Error; err != nil {
		t.Fatal(err)
	}
	return values
}

// somebody is a user with one of each: a session "raw-session", a token
// "raw-token", and an account of google's.
func somebody(t *testing.T, a authdb.Adapter) *authdb.User {
	t.Helper()
	user := newUser(t, a)
	later := time.Now().Add(time.Hour)
	_, err := a.CreateSession(t.Context(), &authdb.Session{SessionToken: "raw-session", UserID: user.ID, Expires: later})
	must(t, err)
	_, err = a.CreateVerificationToken(t.Context(), &authdb.VerificationToken{Identifier: "ada@example.com", Token: "raw-token", Expires: later})
	must(t, err)
	_, err = a.LinkAccount(t.Context(), googleAccount(user.ID, "1"))
	must(t, err)
	return user
}

func googleAccount(userID, id string) *authdb.Account {
	return &authdb.Account{
		UserID: userID, Type: "oidc", Provider: "google", ProviderAccountID: id,
		AccessToken: "raw-access", RefreshToken: "raw-refresh", Scope: "openid",
	}
}

func emptyTables(t *testing.T, db *gorm.DB) {
	t.Helper()
	for _, table := range []string{"verification_tokens", "sessions", "accounts", "users"} {
		must(t, db.Exec("DELETE FROM "+table).Error)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func synchronized(t *testing.T, db *gorm.DB, opts ...authdb.Option) *gormadapter.Adapter {
	t.Helper()
	a := gormadapter.New(db, opts...)
	must(t, a.Synchronize(t.Context()))
	return a
}

// TestStoredSecrets looks at what is stored.
func TestStoredSecrets(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronized(t, db, hidden()...)
		somebody(t, a)
		for _, x := range []struct{ table, column, want string }{
			{"sessions", "session_token", hmacOf("h1", "raw-session")},
			{"verification_tokens", "token", hmacOf("h1", "ada@example.com\x00raw-token")},
			{"accounts", "id_token", "NULL"},
			{"accounts", "scope", "openid"},
		} {
			if got := valuesOf(t, db, x.table, x.column); len(got) != 1 || got[0] != x.want {
				t.Errorf("%s.%s: %q, want %q", x.table, x.column, got, x.want)
			}
		}
		for _, name := range []string{"access_token", "refresh_token"} {
			if got := valuesOf(t, db, "accounts", name); !strings.HasPrefix(got[0], "aes256gcm:e1:") {
				t.Errorf("%s: %q", name, got)
			}
		}
		_, err := a.UpdateAccount(t.Context(), "google", "1", authdb.AccountPatch{
			IDToken: authdb.Set("raw-id"), RefreshToken: authdb.Null[string](), Scope: authdb.Set("email"),
		})
		must(t, err)
		if got := valuesOf(t, db, "accounts", "id_token"); !strings.HasPrefix(got[0], "aes256gcm:e1:") {
			t.Errorf("id_token after the update: %q", got)
		}
		if got := valuesOf(t, db, "accounts", "refresh_token"); got[0] != "NULL" {
			t.Errorf("refresh_token after the update: %q", got)
		}
	})
}

// finds returns the ways by which the adapter finds the session and the token.
func finds(t *testing.T, a *gormadapter.Adapter, session, token string) (ways []string) {
	t.Helper()
	ctx := t.Context()
	ask := func(way string, err error) {
		t.Helper()
		if err == nil {
			ways = append(ways, way)
		} else if !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("%s: %v", way, err)
		}
	}
	got, _, err := a.GetSessionAndUser(ctx, session)
	if ask("get", err); err == nil && got.SessionToken != session {
		t.Errorf("GetSessionAndUser returns another token than it was given")
	}
	got, err = a.UpdateSession(ctx, session, authdb.SessionPatch{})
	if ask("read", err); err == nil && got.SessionToken != session {
		t.Errorf("UpdateSession returns another token than it was given")
	}
	got, err = a.UpdateSession(ctx, session, authdb.SessionPatch{Expires: authdb.Set(time.Now().Add(2 * time.Hour))})
	if ask("update", err); err == nil && got.SessionToken != session {
		t.Errorf("UpdateSession returns another token than it was given")
	}
	seen, looked := a.GetVerificationToken(ctx, "ada@example.com", token)
	if looked == nil && seen.Token != token {
		t.Errorf("GetVerificationToken returns another token than it was given")
	}
	used, err := a.UseVerificationToken(ctx, "ada@example.com", token)
	if (looked == nil) != (err == nil) {
		t.Errorf("GetVerificationToken: %v, and UseVerificationToken: %v", looked, err)
	}
	if ask("use", err); err == nil && used.Token != token {
		t.Errorf("UseVerificationToken returns another token than it was given")
	}
	return ways
}

// TestFormsFound stores under one configuration and looks under another: in the
// middle of migrations and rotations nobody is signed out, and at their end
// what was left is not accepted.
func TestFormsFound(t *testing.T) {
	plain := []authdb.Option{}
	with := func(o authdb.Option) []authdb.Option { return []authdb.Option{o} }
	cases := []struct {
		name     string
		old, now []authdb.Option
		found    bool
	}{
		{"plain, then SHA-256 and plain", plain, with(hashing(true)), true},
		{"plain, then SHA-256", plain, with(hashing(false)), false},
		{"plain, then a key and plain", plain, with(hashing(true, "h1")), true},
		{"plain, then a key", plain, with(hashing(false, "h1")), false},
		{"SHA-256, then a key and plain", with(hashing(false)), with(hashing(true, "h1")), true},
		{"SHA-256, then a key", with(hashing(false)), with(hashing(false, "h1")), false},
		{"a key, then another before it", with(hashing(false, "h1")), with(hashing(false, "h2", "h1")), true},
		{"a key, then another after it", with(hashing(false, "h1")), with(hashing(true, "h1", "h2")), true},
		{"a key, then another instead", with(hashing(false, "h1")), with(hashing(true, "h2")), false},
		{"a key, then plain", with(hashing(false, "h1")), plain, false},
	}
	onEach(t, func(t *testing.T, db *gorm.DB) {
		for _, x := range cases {
			old, now := synchronized(t, db, x.old...), synchronized(t, db, x.now...)
			emptyTables(t, db)
			user := somebody(t, old)
			want := []string{}
			if x.found {
				want = []string{"get", "read", "update", "use"}
			}
			if got := finds(t, now, "raw-session", "raw-token"); !slices.Equal(got, want) {
				t.Errorf("%s: found by %q, want %q", x.name, got, want)
			}
			if n, err := now.DeleteSessionsByUserID(t.Context(), user.ID, "raw-session"); err != nil || (n == 0) != x.found {
				t.Errorf("%s: removed %d sessions but the one: %v", x.name, n, err)
			}
			must(t, now.DeleteSession(t.Context(), "raw-session"))
			if left := valuesOf(t, db, "sessions", "session_token"); len(left) > 0 {
				t.Errorf("%s: the session is still there", x.name)
			}
		}
	})
}

// TestPresentedHash presents what somebody has read in the database.
func TestPresentedHash(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		for name, stores := range map[string]authdb.Option{"SHA-256": hashing(true), "a key": hashing(true, "h1")} {
			a := synchronized(t, db, stores)
			emptyTables(t, db)
			user := somebody(t, a)
			session, token := valuesOf(t, db, "sessions", "session_token")[0], valuesOf(t, db, "verification_tokens", "token")[0]
			for _, now := range []authdb.Option{hashing(true), hashing(true, "h1"), hashing(true, "h2", "h1"), hashing(false, "h1")} {
				a := synchronized(t, db, now)
				for _, spell := range []func(string) string{strings.Clone, strings.ToUpper, func(s string) string { return s + " " }} {
					if got := finds(t, a, spell(session), spell(token)); len(got) > 0 {
						t.Errorf("%s: a stored hash is accepted by %q", name, got)
					}
					must(t, a.DeleteSession(t.Context(), spell(session)))
				}
				if n := len(valuesOf(t, db, "sessions", "session_token")); n != 1 {
					t.Fatalf("%s: a stored hash has signed somebody out", name)
				}
			}
			n, err := synchronized(t, db, stores).DeleteSessionsByUserID(t.Context(), user.ID, session)
			if n != 1 || err != nil {
				t.Errorf("%s: a stored hash spares a session: %d removed: %v", name, n, err)
			}
		}
	})
}

// TestSecretStatements: with one key, every method is as many statements as
// without, but for an update of an account whose tokens are encrypted: what it
// leaves has to be readable, and is looked at before.
func TestSecretStatements(t *testing.T) {
	onEach(t, func(t *testing.T, plain *gorm.DB) {
		db, sent := throughWire(t, plain)
		costs := costsOf(each(1), each(1))
		costs.updateAccount = each(4)
		countStatements(t, synchronized(t, db, append(hidden(), authdb.WithForeignKeys())...), db, sent, costs)
	})
}

// TestUsedInAllForms: a token that was made twice, by processes with different
// options, is used once.
func TestUsedInAllForms(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		now := synchronized(t, db, hashing(true, "h2", "h1"))
		token := &authdb.VerificationToken{Identifier: "ada@example.com", Token: "123456", Expires: time.Now().Add(time.Hour)}
		for _, made := range [][]authdb.Option{nil, {hashing(false)}, {hashing(false, "h1")}, {hashing(false, "h2")}} {
			_, err := synchronized(t, db, made...).CreateVerificationToken(t.Context(), token)
			must(t, err)
		}
		_, err := now.UseVerificationToken(t.Context(), "ada@example.com", "123456")
		must(t, err)
		if left := valuesOf(t, db, "verification_tokens", "token"); len(left) > 0 {
			t.Errorf("%d forms are left", len(left))
		}
	})
}

// TestMovedSecrets: ciphertexts that somebody has put elsewhere, or changed.
func TestMovedSecrets(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronized(t, db, encrypting("e1"))
		user := newUser(t, a)
		for _, id := range []string{"1", "2"} {
			_, err := a.LinkAccount(t.Context(), googleAccount(user.ID, id))
			must(t, err)
		}
		sealed := valuesOf(t, db, "accounts", "access_token")[0]
		ofOther := ""
		must(t, db.Table("accounts").Where("provider_account_id = '2'").Pluck("access_token", &ofOther).Error)
		for name, edit := range map[string]map[string]any{
			"another row's":      {"access_token": ofOther},
			"another field's":    {"refresh_token": gorm.Expr("access_token")},
			"an unknown key's":   {"access_token": strings.Replace(sealed, ":e1:", ":e9:", 1)},
			"cut off":            {"access_token": sealed[:40]},
			"of another account": {"provider_account_id": "3"},
		} {
			where := db.Table("accounts").Where("provider_account_id = '1'")
			before := map[string]any{}
			must(t, where.Session(&gorm.Session{}).Select("access_token", "refresh_token").Take(&before).Error)
			must(t, where.Session(&gorm.Session{}).Updates(edit).Error)
			id := "1"
			if to, ok := edit["provider_account_id"]; ok {
				id = to.(string)
			}
			_, err := a.GetAccount(t.Context(), "google", id)
			unreadable(t, name+", GetAccount", err, sealed)
			_, err = a.ListAccountsByUserID(t.Context(), user.ID)
			unreadable(t, name+", ListAccountsByUserID", err, sealed)
			_, err = a.UpdateAccount(t.Context(), "google", id, authdb.AccountPatch{Scope: authdb.Set("changed")})
			unreadable(t, name+", UpdateAccount", err, sealed)
			if scopes := valuesOf(t, db, "accounts", "scope"); slices.Contains(scopes, "changed") {
				t.Errorf("%s: UpdateAccount returned an error and changed the row", name)
			}
			_, err = a.UpdateAccount(t.Context(), "google", id, authdb.AccountPatch{AccessToken: authdb.Set("new"), RefreshToken: authdb.Set("new")})
			must(t, err)
			before["provider_account_id"] = "1"
			must(t, db.Table("accounts").Where("provider_account_id = ?", id).Updates(before).Error)
		}
		if u, err := a.GetUserByAccount(t.Context(), "google", "1"); err != nil || u.ID != user.ID {
			t.Errorf("GetUserByAccount: %v", err)
		}
	})
}

func unreadable(t *testing.T, what string, err error, sealed string) {
	t.Helper()
	if !errors.Is(err, authdb.ErrSecret) {
		t.Errorf("%s: %v, want ErrSecret", what, err)
		return
	}
	if strings.Contains(err.Error(), sealed[14:24]) || !strings.Contains(err.Error(), "Token") {
		t.Errorf("%s: the error quotes what is stored, or names no field: %v", what, err)
	}
}

// TestSecretsInTransactions: the adapter that InTx gives, and LockAccount.
func TestSecretsInTransactions(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronized(t, db, hashing(true, "h2", "h1"), encrypting("e2", "e1"))
		somebody(t, synchronized(t, db, hidden()...))
		must(t, a.InTx(t.Context(), func(ctx context.Context, tx authdb.Adapter) error {
			if locker, ok := authdb.As[authdb.AccountLocker](tx); ok {
				account, err := locker.LockAccount(ctx, "google", "1")
				if err != nil || account.AccessToken != "raw-access" {
					t.Errorf("LockAccount: %v", err)
				}
			}
			s, _, err := tx.GetSessionAndUser(ctx, "raw-session")
			if err != nil || s.SessionToken != "raw-session" {
				t.Errorf("GetSessionAndUser: %v", err)
			}
			if _, err := tx.UseVerificationToken(ctx, "ada@example.com", "raw-token"); err != nil {
				t.Errorf("UseVerificationToken: %v", err)
			}
			converter, ok := authdb.As[authdb.SecretConverter](tx)
			if !ok {
				t.Fatal("As finds no SecretConverter")
			}
			if err := converter.ConvertSecrets(ctx, nil); !errors.Is(err, authdb.ErrInvalid) {
				t.Errorf("ConvertSecrets in a transaction: %v, want ErrInvalid", err)
			}
			return nil
		}))
	})
}
