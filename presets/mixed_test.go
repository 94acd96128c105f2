package presets_test

import (
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/presets"
)

// TestMixed has sessions in both of Prisma's forms in one column, as a database
// has them whose engine was changed. None is swept before its time, nor found
// after it.
func TestMixed(t *testing.T) {
	for name, m := range map[string]authdb.Models{"text": presets.Prisma(), "milliseconds": presets.Prisma(presets.UnixMilli())} {
		t.Run(name, func(t *testing.T) {
			onServer(t, "sqlite", func(t *testing.T, c connection) {
				db := c.open(t)
				restoreEmpty(t, db, "prisma-sqlite")
				now := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
				a := checked(t, db.DB, authdb.WithModels(m), authdb.WithClock(func() time.Time { return now }))
				user, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
				ok(t, "CreateUser", err)
				for token, expires := range map[string]any{
					"number": now.Add(time.Hour).UnixMilli(), "text": "2026-08-01T13:00:00.000+00:00", "z": "2026-08-01T13:00:00.000Z",
					"spaced":     "2026-08-01 13:00:00.000 +00:00",
					"old number": now.Add(-time.Hour).UnixMilli(), "old text": "2026-08-01T11:00:00.000+00:00", "old z": "2026-08-01T11:00:00.000Z",
				} {
					_, err := db.plain.ExecContext(t.Context(), `INSERT INTO Session (id, sessionToken, userId, expires, createdAt, updatedAt) VALUES (?, ?, ?, ?, '2026-08-01T11:00:00.000+00:00', 0)`,
						token, token, user.ID, expires)
					ok(t, "INSERT", err)
				}
				swept, err := a.DeleteExpired(t.Context(), 100)
				ok(t, "DeleteExpired", err)
				for _, token := range []string{"number", "text", "z", "spaced"} {
					if _, _, err := a.GetSessionAndUser(t.Context(), token); err != nil {
						t.Errorf("%s: %v, after a sweep of %d", token, err, swept.Sessions)
					}
					if _, err := a.UpdateSession(t.Context(), token, authdb.SessionPatch{Expires: authdb.Set(now.Add(2 * time.Hour))}); err != nil {
						t.Errorf("%s: UpdateSession: %v", token, err)
					}
				}
				if swept.Sessions != 3 {
					t.Errorf("%d sessions were swept, want 3", swept.Sessions)
				}
			})
		})
	}
}
