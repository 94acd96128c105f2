package interop_test

import (
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// TestRestored stands in for the origins whose adapters speak to a service that
// no test can start: what such a service has stored is read, and more is written
// beside it.
func TestRestored(t *testing.T) {
	for name, models := range map[string]authdb.Models{"supabase": presets.Supabase(), "hasura": presets.Hasura()} {
		t.Run(name, func(t *testing.T) {
			_, dialect := where(t, testdb.Postgres, allZones[1])
			db := open(t, dialect)
			pool, err := db.DB()
			if err != nil {
				t.Fatal(err)
			}
			testdb.Restore(t, pool, name+"-pg")
			now := time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)
			adapter := gormadapter.New(db, authdb.WithModels(models), authdb.WithClock(func() time.Time { return now }))
			c := &talk{T: t, goSide: adapter, db: db, models: models}
			readsDump(c)
			writesBeside(c, now)
		})
	}
}

// readsDump reads what every dump holds.
func readsDump(c *talk) {
	verified := time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.UTC)
	ada := &authdb.User{
		ID: "2b4b1d6e-7c9e-4b7b-9d53-0a4c1f7a1111", Name: "Ada Lovelace", Email: "ada@example.com",
		EmailVerified: &verified, Image: "https://img.example/ada.png",
	}
	c.finds(ada)
	c.finds(&authdb.User{ID: "2b4b1d6e-7c9e-4b7b-9d53-0a4c1f7a2222", Name: "Bob", Email: "bob@example.com"})
	c.linked(&authdb.Account{
		UserID: ada.ID, Type: "oidc", Provider: "google", ProviderAccountID: "1098765432101234567890",
		RefreshToken: "rt-abc", AccessToken: "at-abc", ExpiresAt: 1798761598, TokenType: "bearer",
		Scope: "openid email profile", IDToken: "hdr.payload.sig", SessionState: "ss-1",
	})
	const token = "7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f"
	session, user, err := c.GetSessionAndUser(c.Context(), token)
	c.ok(err, "GetSessionAndUser")
	same(c, "the session's user", user, ada)
	c.sameSession("the session", session, &authdb.Session{
		SessionToken: token, UserID: ada.ID, Expires: time.Date(2026, 12, 31, 23, 59, 58, 765e6, time.UTC),
	})
	invited := &authdb.VerificationToken{
		Identifier: "bob@example.com", Token: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
		Expires: time.Date(2026, 11, 22, 10, 20, 30, 456e6, time.UTC),
	}
	used, err := c.UseVerificationToken(c.Context(), invited.Identifier, invited.Token)
	c.ok(err, "UseVerificationToken")
	same(c, "the token", used, invited)
	c.gone(invited)
	c.ok(c.DeleteUser(c.Context(), ada.ID), "DeleteUser")
	if n := c.rowsOf(ada.ID); n != 0 {
		c.Errorf("%d rows of Ada's are left", n)
	}
}

// writesBeside writes more and reads it again.
func writesBeside(c *talk, now time.Time) {
	u := c.user(c.person())
	c.finds(u)
	c.linked(c.link(c.account(u)))
	s := c.session(u, now.Add(time.Hour))
	got, _, err := c.GetSessionAndUser(c.Context(), s.SessionToken)
	c.ok(err, "GetSessionAndUser")
	c.sameSession("the session", got, s)
	_, made := c.token(now.Add(time.Hour))
	_, err = c.UseVerificationToken(c.Context(), made.Identifier, made.Token)
	c.ok(err, "UseVerificationToken")
	c.gone(made)
}
