package gormadapter_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// device is a session that says when it was last seen.
type device struct {
	models.Session
	models.SessionDetails
}

// TestManagedHashes touches and revokes sessions that are stored plain, by an
// older key and by the first, and not by what somebody has read.
func TestManagedHashes(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		rows := authdb.WithModels(authdb.Models{Session: &device{}})
		now := synchronized(t, db, rows, hashing(true, "h2", "h1"))
		user := newUser(t, now)
		for name, stores := range map[string]*gormadapter.Adapter{
			"plain": gormadapter.New(db, rows), "older": gormadapter.New(db, rows, hashing(false, "h1")), "first": now,
		} {
			later := time.Now().Add(time.Hour)
			made, err := stores.CreateSession(t.Context(), &authdb.Session{SessionToken: name, UserID: user.ID, Expires: later})
			must(t, err)
			s, _, err := now.GetSessionAndUser(t.Context(), name)
			must(t, err)
			for i, want := range []bool{true, false} {
				if wrote, err := now.TouchSession(t.Context(), s, time.Hour); err != nil || wrote != want {
					t.Errorf("%s: TouchSession %d: %v, %v", name, i, wrote, err)
				}
			}
			stored := ""
			must(t, db.Table("devices").Where("id = ?", made.ID).Pluck("session_token", &stored).Error)
			if name != "plain" {
				must(t, db.Exec("UPDATE devices SET last_seen = NULL").Error)
				if wrote, err := now.TouchSession(t.Context(), &authdb.Session{SessionToken: stored}, 0); wrote || err != nil {
					t.Errorf("%s: a stored hash touches a session: %v", name, err)
				}
			}
			must(t, now.DeleteSessionByID(t.Context(), user.ID, made.ID))
			if _, _, err := now.GetSessionAndUser(t.Context(), name); err == nil {
				t.Errorf("%s: the revoked session is still there", name)
			}
		}
	})
}
