package fromnextauth3_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// ahead is when what does not expire does.
var ahead = now.AddDate(10, 0, 0)

// schemaOf is the dump by which a server gets the old tables.
var schemaOf = map[string]string{
	sqlite:          "next-auth-v3-sqlite",
	testdb.Postgres: "next-auth-v3-pg",
	testdb.MariaDB:  "next-auth-v3-mariadb",
	testdb.MySQL:    "next-auth-v3-mariadb",
}

// generate makes the old tables and fills them with what n users have: an account
// or two, a browser, and every tenth an open link.
func generate(t testing.TB, db *gorm.DB, server string, n int) {
	t.Helper()
	testdb.RestoreSchema(t, pool(t, db), schemaOf[server])
	db = db.Session(&gorm.Session{Logger: logger.Discard})
	for from := 1; from <= n; from += 500 {
		var (
			users    []*presets.NextAuth3User
			accounts []*presets.NextAuth3Account
			sessions []*presets.NextAuth3Session
			requests []*presets.NextAuth3VerificationRequest
		)
		for i := from; i < min(from+500, n+1); i++ {
			id := int32(i)
			users = append(users, person(i))
			accounts = append(accounts, &presets.NextAuth3Account{
				UserID: id, Type: "oauth", Provider: "google", ProviderAccountID: fmt.Sprint("g", i),
				AccessToken: ptr(fmt.Sprint("access ", i)), RefreshToken: ptr(fmt.Sprint("refresh ", i)), ExpiresAt: ptr(presets.NextAuth3ExpiryAt(ahead.Unix())),
			})
			if i%3 == 0 {
				accounts = append(accounts, &presets.NextAuth3Account{UserID: id, Type: "oauth", Provider: "github", ProviderAccountID: fmt.Sprint(i)})
			}
			sessions = append(sessions, &presets.NextAuth3Session{
				UserID: id, SessionToken: secretOf("session", i), AccessToken: secretOf("access", i), Expires: presets.NextAuth3Time{Time: ahead},
			})
			if i%10 == 0 {
				requests = append(requests, &presets.NextAuth3VerificationRequest{
					Identifier: fmt.Sprintf("person%d@example.com", i), Token: secretOf("link", i), Expires: presets.NextAuth3Time{Time: ahead},
				})
			}
		}
		for _, rows := range []any{users, accounts, sessions, requests} {
			if err := db.Create(rows).Error; err != nil {
				t.Fatal(err)
			}
		}
	}
}

func person(i int) *presets.NextAuth3User {
	u := &presets.NextAuth3User{ID: int32(i), Name: ptr(fmt.Sprintf("Persön %d", i))}
	if i%20 != 0 {
		u.Email = ptr(fmt.Sprintf("person%d@example.com", i))
	}
	if i%2 == 0 {
		u.EmailVerified = &presets.NextAuth3Time{Time: now.Add(time.Duration(-i) * time.Second)}
	}
	if i%4 == 0 {
		u.Image = ptr(fmt.Sprintf("https://img.example/%d.png", i))
	}
	return u
}

// secretOf returns a token as next-auth makes them.
func secretOf(kind string, i int) string {
	sum := sha256.Sum256(fmt.Append(nil, kind, i))
	return hex.EncodeToString(sum[:])
}

func ptr[T any](v T) *T { return &v }
