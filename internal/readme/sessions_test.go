package readme_test

import (
	"context"
	"log"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// Browser is a session that says where and when it is used.
type Browser struct {
	models.Session
	models.SessionDetails // CreatedAt, LastSeen, UserAgent, IP
}

var _, _ = managed, manage

func managed(db *gorm.DB) *gormadapter.Adapter {
	return gormadapter.New(db, authdb.WithModels(authdb.Models{Session: &Browser{}}))
}

func manage(ctx context.Context, adapter *gormadapter.Adapter, token, userID, userAgent, otherID string, expires time.Time) error {
	// At sign-in:
	session, err := adapter.CreateSession(ctx, &authdb.Session{
		SessionToken: token, UserID: userID, Expires: expires,
		Extra: map[string]any{"UserAgent": &userAgent},
	})
	if err != nil {
		return err
	}

	// On every request, of which one in five minutes writes:
	_, err = adapter.TouchSession(ctx, session, 5*time.Minute)
	if err != nil {
		return err
	}

	// On a page of the user's:
	sessions, err := adapter.ListSessionsByUserID(ctx, userID)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		log.Println(s.ID, s.Extra["UserAgent"], s.Extra["LastSeen"])
	}
	if err := adapter.DeleteSessionByID(ctx, userID, otherID); err != nil { // one
		return err
	}
	if _, err := adapter.DeleteSessionsByUserID(ctx, userID, token); err != nil { // all others
		return err
	}

	// From the start of the program to its end:
	go func() {
		_ = authdb.Sweep(ctx, adapter, 10*time.Minute, func(swept authdb.Swept, err error) {
			log.Println(swept.Sessions, swept.VerificationTokens, err)
		})
	}()
	return nil
}
