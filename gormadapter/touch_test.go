package gormadapter_test

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// wholeSeconds holds whole seconds, as text.
type wholeSeconds struct{}

func (wholeSeconds) Form(string) models.Form {
	return models.Form{Type: "varchar(40)", Text: "2006-01-02 15:04:05", Precision: time.Second}
}

// The rows of sessions that say when they were last seen, or can't.
type (
	seenModel struct {
		models.Session
		LastSeen models.Time `gorm:"size:64"`
	}
	seenTime struct {
		models.Session
		LastSeen time.Time `gorm:"precision:3"`
	}
	seenPointer struct {
		models.Session
		LastSeen *time.Time `gorm:"precision:3"`
	}
	seenNull struct {
		models.Session
		LastSeen sql.NullTime `gorm:"precision:3"`
	}
	seenSeconds struct {
		models.Session
		LastSeen *models.Instant[wholeSeconds]
	}
	seenNumber struct {
		models.Session
		LastSeen int64
	}
	seenText struct {
		models.Session
		LastSeen string
	}
	detailed struct {
		models.Session
		models.SessionDetails
	}
)

func (detailed) TableName() string { return "sessions" }

// TestTouchSessionTypes goes through the types in which a row can hold LastSeen.
func TestTouchSessionTypes(t *testing.T) {
	for _, row := range []any{&detailed{}, &seenModel{}, &seenTime{}, &seenPointer{}, &seenNull{}, &seenSeconds{}} {
		t.Run(reflect.TypeOf(row).Elem().Name(), func(t *testing.T) {
			onEach(t, func(t *testing.T, db *gorm.DB) { touchesAs(t, db, row) })
		})
	}
	for _, row := range []any{&models.Session{}, &seenNumber{}, &seenText{}} {
		adapter := gormadapter.New(onSQLite(t), authdb.WithModels(authdb.Models{Session: row}))
		if _, ok := authdb.As[authdb.SessionToucher](adapter); ok {
			t.Errorf("As finds a SessionToucher for %T", row)
		}
		if wrote, err := adapter.TouchSession(t.Context(), &authdb.Session{SessionToken: "x"}, time.Minute); wrote || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%T: %t, %v, want ErrUnsupported", row, wrote, err)
		}
	}
}

func touchesAs(t *testing.T, db *gorm.DB, row any) {
	t.Helper()
	clock := adaptertest.NewClock(time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC))
	adapter := synchronized(t, db, authdb.WithModels(authdb.Models{Session: row}), authdb.WithClock(clock.Now))
	if _, ok := authdb.As[authdb.SessionToucher](adapter); !ok {
		t.Fatal("As finds no SessionToucher")
	}
	session := &authdb.Session{SessionToken: "secret", UserID: newUser(t, adapter).ID, Expires: clock.Now().Add(time.Hour)}
	if _, ok := row.(*seenTime); ok { // whose zero MySQL refuses
		session.Extra = map[string]any{"LastSeen": clock.Now().Add(-time.Hour)}
	}
	session, err := adapter.CreateSession(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	count := func(*gorm.DB) { sent++ }
	if err := db.Callback().Update().Before("gorm:update").Register("test:count", count); err != nil {
		t.Fatal(err)
	}
	const every = time.Minute
	for _, step := range []struct {
		later time.Duration
		wrote bool
	}{{0, true}, {every - time.Second, false}, {time.Second, true}, {time.Second, false}, {every, true}} {
		clock.Advance(step.later)
		fresh, _, err := adapter.GetSessionAndUser(t.Context(), "secret")
		if err != nil {
			t.Fatal(err)
		}
		sent = 0
		if wrote, err := adapter.TouchSession(t.Context(), fresh, every); err != nil || wrote != step.wrote {
			t.Errorf("after %v: %t, %v, want %t", step.later, wrote, err, step.wrote)
		}
		if want := map[bool]int{true: 1, false: 0}[step.wrote]; sent != want {
			t.Errorf("after %v: %d statements, want %d", step.later, sent, want)
		}
		if wrote, err := adapter.TouchSession(t.Context(), session, every); err != nil || wrote {
			t.Errorf("a session as it was read long ago: %t, %v", wrote, err)
		}
	}
	got, _, err := adapter.GetSessionAndUser(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.Indirect(reflect.ValueOf(got.Extra["LastSeen"])).Interface()
	if null, ok := v.(sql.NullTime); ok {
		v = null.Time
	}
	if at, ok := v.(interface{ Equal(time.Time) bool }); !ok || !at.Equal(clock.Now()) {
		t.Errorf("LastSeen is %v, want %v", v, clock.Now())
	}
	// The token is compared exactly, and an expired session is not touched.
	for _, token := range []string{"SECRET", "secret ", "", "\x00"} {
		if wrote, err := adapter.TouchSession(t.Context(), &authdb.Session{SessionToken: token}, 0); err != nil || wrote {
			t.Errorf("%q: %t, %v", token, wrote, err)
		}
	}
	clock.Set(session.Expires.Add(time.Millisecond))
	if wrote, err := adapter.TouchSession(t.Context(), session, 0); err != nil || wrote {
		t.Errorf("an expired session: %t, %v", wrote, err)
	}
}

// hooked counts the hooks of a session's row.
type hooked struct {
	models.Session
	models.SessionDetails
	UpdatedAt time.Time `gorm:"precision:3"`
}

var hookedCalls = make(chan string, 100)

func (*hooked) BeforeSave(*gorm.DB) error   { hookedCalls <- "save"; return nil }
func (*hooked) BeforeUpdate(*gorm.DB) error { hookedCalls <- "update"; return nil }
func (*hooked) AfterUpdate(*gorm.DB) error  { hookedCalls <- "updated"; return nil }
func (h *hooked) BeforeDelete(*gorm.DB) error {
	hookedCalls <- "delete " + h.SessionToken
	return nil
}

func hooksCalled() (all []string) {
	for {
		select {
		case c := <-hookedCalls:
			all = append(all, c)
		default:
			return all
		}
	}
}

// TestTouchSessionHooks calls none, and leaves UpdatedAt alone; a session that is
// revoked by its ID has its hooks.
func TestTouchSessionHooks(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		clock := adaptertest.NewClock(time.Now())
		adapter := synchronized(t, db, authdb.WithModels(authdb.Models{Session: &hooked{}}), authdb.WithClock(clock.Now))
		user := newUser(t, adapter)
		session, err := adapter.CreateSession(t.Context(), &authdb.Session{SessionToken: "secret", UserID: user.ID, Expires: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		hooksCalled()
		clock.Advance(time.Minute)
		if wrote, err := adapter.TouchSession(t.Context(), session, time.Second); err != nil || !wrote {
			t.Errorf("%t, %v", wrote, err)
		}
		got, _, err := adapter.GetSessionAndUser(t.Context(), "secret")
		if err != nil || !got.Extra["UpdatedAt"].(time.Time).Equal(session.Extra["UpdatedAt"].(time.Time)) {
			t.Errorf("UpdatedAt was %v, and is %v: %v", session.Extra["UpdatedAt"], got.Extra["UpdatedAt"], err)
		}
		if all := hooksCalled(); len(all) > 0 {
			t.Errorf("touching calls %v", all)
		}
		if err := adapter.DeleteSessionByID(t.Context(), authdb.NewID(), session.ID); err != nil || len(hooksCalled()) > 0 {
			t.Errorf("somebody else's session: %v", err)
		}
		if err := adapter.DeleteSessionByID(t.Context(), user.ID, session.ID); err != nil {
			t.Error(err)
		}
		if all := fmt.Sprint(hooksCalled()); all != "[delete secret]" {
			t.Errorf("revoking calls %v", all)
		}
	})
}

// TestTouchHashedSession finds the session under whatever key its token is
// stored.
func TestTouchHashedSession(t *testing.T) {
	db := onSQLite(t)
	rows := authdb.WithModels(authdb.Models{Session: &detailed{}})
	plain := synchronized(t, db, rows)
	user := newUser(t, plain)
	keys := []authdb.SecretKey{{ID: "new", Key: []byte("0123456789abcdef0123456789abcdef")}, {ID: "old", Key: []byte("fedcba9876543210fedcba9876543210")}}
	old := gormadapter.New(db, rows, authdb.WithHashedTokens(authdb.HashedTokens{Keys: keys[1:]}))
	both := gormadapter.New(db, rows, authdb.WithHashedTokens(authdb.HashedTokens{Keys: keys, Plain: true}))
	for token, adapter := range map[string]*gormadapter.Adapter{"plain": plain, "old": old, "new": both} {
		if _, err := adapter.CreateSession(t.Context(), &authdb.Session{SessionToken: token, UserID: user.ID, Expires: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, token := range []string{"plain", "old", "new"} {
		session, _, err := both.GetSessionAndUser(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []bool{true, false} {
			if wrote, err := both.TouchSession(t.Context(), session, time.Minute); err != nil || wrote != want {
				t.Errorf("%s, time %d: %t, %v", token, i, wrote, err)
			}
		}
	}
}

// TestSessionDetails adds the columns to a table that is there, and fills
// CreatedAt in.
func TestSessionDetails(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		before := synchronized(t, db)
		user := newUser(t, before)
		session := &authdb.Session{SessionToken: "before", UserID: user.ID, Expires: time.Now().Add(time.Hour)}
		if _, err := before.CreateSession(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		now := time.Now().UTC().Truncate(time.Millisecond)
		adapter := synchronized(t, db, authdb.WithModels(authdb.Models{Session: &detailed{}}), authdb.WithClock(func() time.Time { return now }))
		if got, _, err := adapter.GetSessionAndUser(t.Context(), "before"); err != nil || got.Extra["CreatedAt"] != (*models.Time)(nil) {
			t.Errorf("a session of before: %+v, %v", got, err)
		}
		session.SessionToken, session.Extra = "after", map[string]any{"UserAgent": ptr("Firefox"), "IP": ptr("2001:db8::1")}
		if _, err := adapter.CreateSession(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		got, _, err := adapter.GetSessionAndUser(t.Context(), "after")
		if err != nil {
			t.Fatal(err)
		}
		created, _ := got.Extra["CreatedAt"].(*models.Time)
		if agent, ok := got.Extra["UserAgent"].(*string); created == nil || !created.Equal(now) || !ok || *agent != "Firefox" || got.Extra["LastSeen"] != (*models.Time)(nil) {
			t.Errorf("got %+v, created %v", got.Extra, created)
		}
	})
}

// TestRevokeNeedsID declines what rows without an ID can't do.
func TestRevokeNeedsID(t *testing.T) {
	type bare struct {
		SessionToken string      `gorm:"primaryKey;size:255"`
		UserID       string      `gorm:"size:64;index"`
		Expires      models.Time `gorm:"size:64"`
	}
	adapter := gormadapter.New(onSQLite(t), authdb.WithModels(authdb.Models{Session: &bare{}, Authenticator: authdb.Absent}))
	if _, ok := authdb.As[authdb.SessionRevoker](adapter); ok {
		t.Error("As finds a SessionRevoker for rows without an ID")
	}
	if err := adapter.DeleteSessionByID(t.Context(), "x", "x"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v, want ErrUnsupported", err)
	}
	if _, ok := authdb.As[authdb.AuthenticatorRemover](adapter); ok {
		t.Error("As finds an AuthenticatorRemover without a table")
	}
}
