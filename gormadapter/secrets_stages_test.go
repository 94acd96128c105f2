package gormadapter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// TestStoredHashIsNoToken: an adapter without the option, of a process that does
// not have it yet or any more, takes no stored hash for a token.
func TestStoredHashIsNoToken(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		rows := authdb.WithModels(authdb.Models{Session: &detailedSession{}})
		hashed := synchronized(t, db, rows, hashing(false, "h1"))
		user := somebody(t, hashed)
		a, ctx, later := gormadapter.New(db, rows), t.Context(), time.Now().Add(time.Hour)
		session, token := hmacOf("h1", "raw-session"), hmacOf("h1", "ada@example.com\x00raw-token")
		for _, stored := range []string{session, strings.ToUpper(session)} {
			if _, _, err := a.GetSessionAndUser(ctx, stored); !errors.Is(err, authdb.ErrNotFound) {
				t.Errorf("GetSessionAndUser: %v", err)
			}
			if _, err := a.UpdateSession(ctx, stored, authdb.SessionPatch{Expires: authdb.Set(later)}); !errors.Is(err, authdb.ErrNotFound) {
				t.Errorf("UpdateSession: %v", err)
			}
			if wrote, err := a.TouchSession(ctx, &authdb.Session{SessionToken: stored}, 0); wrote || err != nil {
				t.Errorf("TouchSession: %v, %v", wrote, err)
			}
			must(t, a.DeleteSession(ctx, stored))
			if _, err := a.CreateSession(ctx, &authdb.Session{SessionToken: stored, UserID: user.ID, Expires: later}); !errors.Is(err, authdb.ErrInvalid) || strings.Contains(err.Error(), stored) {
				t.Errorf("CreateSession: %v", err)
			}
		}
		if _, err := a.UseVerificationToken(ctx, "ada@example.com", token); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("UseVerificationToken: %v", err)
		}
		if _, err := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: "ada@example.com", Token: token, Expires: later}); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("CreateVerificationToken: %v", err)
		}
		n, err := a.DeleteSessionsByUserID(ctx, user.ID, session)
		if n != 1 || err != nil {
			t.Errorf("a hash spares a session: %d, %v", n, err)
		}
		broken := gormadapter.New(nil, rows)
		if _, _, err := broken.GetSessionAndUser(ctx, session); err == nil || errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("a configuration error: %v", err)
		}
	})
}

type detailedSession struct {
	models.Session
	models.SessionDetails
}

func (detailedSession) TableName() string { return "sessions" }

// TestRotationEnds: a session that is extended again and again goes over to the
// first key, so that the old one can be dropped, and a conversion counts those
// that have not.
func TestRotationEnds(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		before := synchronized(t, db, hashing(false, "h1"))
		user := somebody(t, before)
		_, err := before.CreateSession(t.Context(), &authdb.Session{SessionToken: "idle", UserID: user.ID, Expires: time.Now().Add(time.Hour)})
		must(t, err)
		both := gormadapter.New(db, hashing(false, "h2", "h1"))
		outdated := func(want int64) {
			t.Helper()
			if last, err := convert(t, both); err != nil || last["Session"].Outdated != want || last["Session"].Rewritten != 0 {
				t.Errorf("%+v, %v, want %d outdated", last["Session"], err, want)
			}
		}
		outdated(2)
		got, err := both.UpdateSession(t.Context(), "raw-session", authdb.SessionPatch{})
		if err != nil || got.SessionToken != "raw-session" {
			t.Errorf("%+v, %v", got, err)
		}
		outdated(2) // it was only read
		later := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Second)
		got, err = both.UpdateSession(t.Context(), "raw-session", authdb.SessionPatch{Expires: authdb.Set(later)})
		if err != nil || got.SessionToken != "raw-session" || !got.Expires.Equal(later) {
			t.Errorf("%+v, %v", got, err)
		}
		outdated(1)
		if got := strings.Join(valuesOf(t, db, "sessions", "session_token"), " "); !strings.Contains(got, hmacOf("h2", "raw-session")) {
			t.Errorf("stored: %s", got)
		}
		after := gormadapter.New(db, hashing(false, "h2"))
		if s, _, err := after.GetSessionAndUser(t.Context(), "raw-session"); err != nil || !s.Expires.Equal(later) {
			t.Errorf("by the new key alone: %+v, %v", s, err)
		}
		if _, _, err := after.GetSessionAndUser(t.Context(), "idle"); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("an idle one: %v", err)
		}
		// A process that has the keys the other way round gives it back, and signing
		// out is by all of them, in both directions.
		log := new(journal)
		reversed := gormadapter.New(db.Session(&gorm.Session{Logger: log}), hashing(false, "h1", "h2"))
		_, err = reversed.UpdateSession(t.Context(), "raw-session", authdb.SessionPatch{Expires: authdb.Set(later)})
		must(t, err)
		log.take()
		must(t, reversed.DeleteSession(t.Context(), "raw-session"))
		if got := log.take(); len(got) < 3 {
			t.Errorf("%d statements, and a row may move either way:\n%s", len(got), strings.Join(got, "\n"))
		}
		if _, _, err := both.GetSessionAndUser(t.Context(), "raw-session"); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("signed out: %v", err)
		}
	})
}

// TestWritePlain is the stage before, in which other processes can't read what is
// hashed or encrypted: nothing is, and everything is found. The last stage of
// encryption is the same.
func TestWritePlain(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		plain := synchronized(t, db)
		prepared := gormadapter.New(db,
			authdb.WithHashedTokens(authdb.HashedTokens{Keys: keys("h1"), WritePlain: true}),
			authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: keys("e1"), WritePlain: true}))
		hidden := gormadapter.New(db, hidden()...)
		somebody(t, prepared)
		account := func(a *gormadapter.Adapter) string {
			t.Helper()
			account, err := a.GetAccount(t.Context(), "google", "1")
			must(t, err)
			return account.AccessToken
		}
		for name, a := range map[string]*gormadapter.Adapter{"the old": plain, "the new": prepared} {
			if _, _, err := a.GetSessionAndUser(t.Context(), "raw-session"); err != nil || account(a) != "raw-access" {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := convert(t, prepared)
		must(t, err)
		if _, _, err := plain.GetSessionAndUser(t.Context(), "raw-session"); err != nil {
			t.Errorf("a conversion in the first stage: %v", err)
		}
		// The next stage has begun elsewhere.
		_, err = convert(t, hidden)
		must(t, err)
		if _, _, err := prepared.GetSessionAndUser(t.Context(), "raw-session"); err != nil || account(prepared) != "raw-access" || account(plain) == "raw-access" {
			t.Errorf("what others have hashed and encrypted: %v", err)
		}
		if _, err := prepared.UpdateSession(t.Context(), "raw-session", authdb.SessionPatch{Expires: authdb.Set(time.Now().Add(time.Hour))}); err != nil {
			t.Error(err)
		}
		if _, _, err := hidden.GetSessionAndUser(t.Context(), "raw-session"); err != nil {
			t.Errorf("extended in the first stage: %v", err)
		}
		// And back: what was encrypted is decrypted.
		last, err := convert(t, prepared)
		if err != nil || last["Account"].Rewritten != 1 || account(plain) != "raw-access" {
			t.Errorf("%+v, %v", last, err)
		}
		if last["Session"].Outdated != 1 || last["Session"].Rewritten != 0 {
			t.Errorf("%+v", last["Session"])
		}
		if _, err := prepared.UpdateAccount(t.Context(), "google", "1", authdb.AccountPatch{AccessToken: authdb.Set("aes256gcm:e1:x")}); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("a token that would be taken for an encrypted one: %v", err)
		}
	})
}

// TestDerivedPrimaryKey: rows are converted and swept by a primary key that no
// record has.
func TestDerivedPrimaryKey(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		rows := authdb.WithModels(authdb.Models{Account: &compoundAccount{}})
		const n = 250 // more than a batch
		plainRows(t, db, n, rows)
		a := synchronized(t, db, rows, encrypting("e1"))
		last, err := convert(t, a)
		if err != nil || last["Account"].Rewritten != n || last["Account"].Read != n {
			t.Errorf("%+v, %v", last["Account"], err)
		}
		account, err := a.GetAccount(t.Context(), "google", plainAccount(7))
		if err != nil || account.AccessToken != "raw-access" {
			t.Errorf("%+v, %v", account, err)
		}
	})
}

type compoundAccount struct {
	CompoundID        string `gorm:"primaryKey;size:400" auth:"Provider+ProviderAccountID"`
	UserID            string `gorm:"size:64;not null;index"`
	Type              string `gorm:"size:64;not null"`
	Provider          string `gorm:"size:64;not null;uniqueIndex:compound_provider,priority:1"`
	ProviderAccountID string `gorm:"size:255;not null;uniqueIndex:compound_provider,priority:2"`
	AccessToken       *string
	RefreshToken      *string
	IDToken           *string
}

// BeforeCreate is GORM's hook.
func (c *compoundAccount) BeforeCreate(*gorm.DB) error {
	c.CompoundID = c.Provider + ":" + c.ProviderAccountID
	return nil
}
