package gormadapter_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// timed is a session whose expiry is held in a form of F.
type timed[F models.Former] struct {
	SessionToken string             `gorm:"primaryKey;size:255"`
	UserID       string             `gorm:"size:64;not null;index"`
	Expires      models.Instant[F]  `gorm:"not null"`
	Seen         *models.Instant[F] // a further column
}

func (timed[F]) TableName() string { return "timed" }

type (
	inDecimal struct{}
	inNumber  struct{}
	inISO     struct{}
	inSpaced  struct{}
	inSeconds struct{}
	inZoned   struct{}
	inLocal   struct{}
)

func (inDecimal) Form(string) models.Form {
	return models.Form{Type: "varchar(255)", Milli: true, Decimal: true}
}
func (inNumber) Form(string) models.Form { return models.Form{Type: "bigint", Milli: true} }
func (inISO) Form(database string) models.Form {
	return textOn(database, "2006-01-02T15:04:05.000Z07:00")
}

func (inSpaced) Form(database string) models.Form {
	return textOn(database, "2006-01-02 15:04:05.000 -07:00")
}

// textOn is text where the database has it for instants, which is SQLite, and
// a column without a zone elsewhere.
func textOn(database, layout string) models.Form {
	switch database {
	case "postgres":
		return models.Form{Type: "timestamp(3)"}
	case "mysql":
		return models.Form{Type: "datetime(3)", Text: "2006-01-02 15:04:05.000"}
	}
	return models.Form{Type: "datetime", Text: layout}
}

func (inSeconds) Form(database string) models.Form {
	f := textOn(database, "2006-01-02 15:04:05")
	f.Type, f.Precision = strings.Replace(f.Type, "(3)", "(0)", 1), time.Second
	return f
}

func (inZoned) Form(database string) models.Form {
	f := textOn(database, "2006-01-02 15:04:05.000")
	if f.Zoned = database == "mysql"; f.Zoned {
		f.Type = "timestamp(3)"
	}
	return f
}

func (inLocal) Form(database string) models.Form {
	f := textOn(database, "2006-01-02 15:04:05.000")
	f.Local = f.Text != ""
	return f
}

// TestInstants keeps sessions in every form on every database.
func TestInstants(t *testing.T) {
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			testInstants[inDecimal](t, d, 0)
			testInstants[inNumber](t, d, 0)
			testInstants[inISO](t, d, 0)
			testInstants[inSpaced](t, d, 0)
			testInstants[inSeconds](t, d, time.Second)
			testInstants[inZoned](t, d, 0)
			testInstants[inLocal](t, d, 0)
		})
	}
}

func testInstants[F models.Former](t *testing.T, d database, precision time.Duration) {
	t.Run(fmt.Sprintf("%T", *new(F)), func(t *testing.T) {
		db, _ := d.open(t)
		var form F
		location, err := time.LoadLocation("America/New_York")
		if err != nil {
			t.Fatal(err)
		}
		clock := adaptertest.NewClock(time.Date(2026, 11, 21, 12, 0, 0, int(500*time.Millisecond), time.UTC))
		adapter := gormadapter.New(db, authdb.WithClock(clock.Now), authdb.WithModels(authdb.Models{
			Session: &timed[F]{}, Layout: authdb.Layout{Location: location},
		}))
		if err := adapter.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		user := newUser(t, adapter)
		// Around the present, and where text sorts otherwise than numbers.
		present := clock.Now().Truncate(max(precision, time.Millisecond))
		step := max(precision, time.Millisecond)
		for token, expires := range map[string]time.Time{
			"long ago": time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC),
			"just":     present.Add(-step),
			"soon":     present.Add(step),
			"later":    time.Date(2026, 12, 31, 23, 59, 58, 765_999_999, time.FixedZone("", 3600)),
		} {
			made, err := adapter.CreateSession(t.Context(), &authdb.Session{
				SessionToken: token, UserID: user.ID, Expires: expires,
				Extra: map[string]any{"Seen": &models.Instant[F]{Time: expires}},
			})
			if err != nil {
				t.Fatal(err)
			}
			want := expires.UTC().Truncate(step)
			if !made.Expires.Equal(want) || made.Expires.Location() != time.UTC {
				t.Errorf("%s: made %v, want %v", token, made.Expires, want)
			}
			got, _, err := adapter.GetSessionAndUser(t.Context(), token)
			if expired := want.Before(clock.Now()); expired != errors.Is(err, authdb.ErrExpired) || !expired && err != nil {
				t.Errorf("%s: %v", token, err)
			}
			if err != nil {
				continue
			}
			if !got.Expires.Equal(want) {
				t.Errorf("%s: read %v, want %v", token, got.Expires, want)
			}
			if seen := got.Extra["Seen"].(*models.Instant[F]); !seen.Equal(want) {
				t.Errorf("%s: read %v in a further column, want %v", token, seen, want)
			}
		}
		if f := form.Form(db.Name()); f.Local {
			var raw string
			if err := db.Raw("SELECT CAST(expires AS CHAR(40)) FROM timed WHERE session_token = 'later'").Scan(&raw).Error; err != nil || !strings.HasPrefix(raw, "2026-12-31 17:59:58.765") {
				t.Errorf("holds %q (%v), want the clock of New York", raw, err)
			}
		}
		until := present.Add(time.Hour)
		if got, err := adapter.UpdateSession(t.Context(), "soon", authdb.SessionPatch{Expires: authdb.Set(until)}); err != nil || !got.Expires.Equal(until) {
			t.Errorf("updated to %v: %v", got, err)
		}
		if _, err := adapter.UpdateSession(t.Context(), "just", authdb.SessionPatch{Expires: authdb.Set(until)}); !errors.Is(err, authdb.ErrExpired) {
			t.Errorf("an expired session was renewed: %v", err)
		}
		clock.Advance(2 * step)
		swept, err := adapter.DeleteExpired(t.Context(), 10)
		if err != nil || swept.Sessions != 2 {
			t.Errorf("swept %+v: %v, want 2 sessions", swept, err)
		}
		if list, err := adapter.ListSessionsByUserID(t.Context(), user.ID); err != nil || len(list) != 2 || list[0].SessionToken != "later" {
			t.Errorf("left are %v: %v", list, err)
		}
	})
}

func newUser(t *testing.T, adapter authdb.Adapter) *authdb.User {
	t.Helper()
	user, err := adapter.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// TestForeignInstants reads and sweeps rows whose instants are in other forms
// than the adapter writes, and keeps what is none.
func TestForeignInstants(t *testing.T) {
	db := onSQLite(t)
	clock := adaptertest.NewClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	adapter := gormadapter.New(db, authdb.WithClock(clock.Now), authdb.WithModels(authdb.Models{Session: &timed[inISO]{}}))
	if err := adapter.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	user := newUser(t, adapter)
	for token, raw := range map[string]any{
		"old ms": 1577934245678, "old decimal": "1577934245678", "old offset": "2020-01-02T05:04:05.678+02:00",
		"old sequelize": "2020-01-02 03:04:05.678 +00:00", "old bare": "2020-01-02 03:04:05.678",
		"new ms": 1798761598765, "new decimal": "1798761598765", "new offset": "2026-12-31T23:59:58.765+00:00",
		"new sequelize": "2026-12-31 23:59:58.765 +00:00", "new bare": "2026-12-31 23:59:58.765", "none": "n/a",
	} {
		if err := db.Exec("INSERT INTO timed (session_token, user_id, expires) VALUES (?, ?, ?)", token, user.ID, raw).Error; err != nil {
			t.Fatal(err)
		}
		session, _, err := adapter.GetSessionAndUser(t.Context(), token)
		switch kind, _, _ := strings.Cut(token, " "); kind {
		case "old":
			if !errors.Is(err, authdb.ErrExpired) {
				t.Errorf("%s: %v, want ErrExpired", token, err)
			}
		case "new":
			if err != nil || session.Expires.UnixMilli() != 1798761598765 {
				t.Errorf("%s: %v, %v", token, session, err)
			}
		default:
			if !errors.Is(err, authdb.ErrSchema) {
				t.Errorf("%s: %v, want ErrSchema", token, err)
			}
		}
	}
	swept, err := adapter.DeleteExpired(t.Context(), 100)
	if err != nil || swept.Sessions != 5 {
		t.Errorf("swept %+v: %v, want 5 sessions", swept, err)
	}
	var left int64
	if db.Table("timed").Where("session_token LIKE 'new %' OR session_token = 'none'").Count(&left); left != 6 {
		t.Errorf("%d rows are left, want 6", left)
	}
}

// TestLearnedPrecision writes to columns that keep less than the row type
// says: databases round, and the adapter cuts off, once it knows.
func TestLearnedPrecision(t *testing.T) {
	for _, d := range databases()[2:] {
		t.Run(d.name, func(t *testing.T) {
			db, _ := d.open(t)
			adapter := gormadapter.New(db)
			if err := adapter.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			alter := "ALTER TABLE sessions MODIFY expires datetime NOT NULL"
			if db.Name() == "postgres" {
				alter = "ALTER TABLE sessions ALTER expires TYPE timestamptz(1)"
			}
			if err := db.Exec(alter).Error; err != nil {
				t.Fatal(err)
			}
			if err := adapter.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			expires := time.Date(2126, 12, 31, 23, 59, 58, int(999*time.Millisecond), time.UTC)
			want := expires.Truncate(time.Second)
			if db.Name() == "postgres" {
				want = expires.Truncate(100 * time.Millisecond)
			}
			made, err := adapter.CreateSession(t.Context(), &authdb.Session{SessionToken: "t", UserID: newUser(t, adapter).ID, Expires: expires})
			if err != nil || !made.Expires.Equal(want) {
				t.Errorf("made %v: %v, want %v", made, err, want)
			}
			if got, _, err := adapter.GetSessionAndUser(t.Context(), "t"); err != nil || !got.Expires.Equal(want) {
				t.Errorf("read %v: %v, want %v", got, err, want)
			}
		})
	}
}
