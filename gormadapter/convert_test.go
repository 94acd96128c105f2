package gormadapter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// plainRows stores n users with a session, a token and an account each, as they
// are.
func plainRows(t *testing.T, db *gorm.DB, n int, opts ...authdb.Option) {
	t.Helper()
	a := synchronized(t, db, opts...)
	later := time.Now().Add(time.Hour)
	var failed atomic.Value
	atOnce(8, func(worker int) {
		for i := worker; i < n; i += 8 {
			user, err := a.CreateUser(t.Context(), &authdb.User{Email: plainMail(i)})
			if err == nil {
				_, err = a.CreateSession(t.Context(), &authdb.Session{SessionToken: plainSession(i), UserID: user.ID, Expires: later})
			}
			if err == nil {
				_, err = a.CreateVerificationToken(t.Context(), &authdb.VerificationToken{Identifier: plainMail(i), Token: plainToken(i), Expires: later})
			}
			if err == nil {
				_, err = a.LinkAccount(t.Context(), googleAccount(user.ID, plainAccount(i)))
			}
			if err != nil {
				failed.Store(err)
			}
		}
	})
	if err := failed.Load(); err != nil {
		t.Fatal(err)
	}
}

func plainMail(i int) string    { return fmt.Sprintf("user%d@example.com", i) }
func plainSession(i int) string { return fmt.Sprintf("raw-session-%d", i) }
func plainToken(i int) string   { return fmt.Sprintf("raw-token-%d", i) }
func plainAccount(i int) string { return fmt.Sprintf("user%d", i) }

// convert runs a conversion and returns the last that it said of each record.
func convert(t *testing.T, a *gormadapter.Adapter) (map[string]authdb.SecretProgress, error) {
	t.Helper()
	last := map[string]authdb.SecretProgress{}
	err := a.ConvertSecrets(t.Context(), func(p authdb.SecretProgress) {
		if before := last[p.Record]; p.Read < before.Read || p.Rewritten < before.Rewritten || p.Total != before.Total && before.Total != 0 {
			t.Errorf("progress goes from %+v to %+v", before, p)
		}
		last[p.Record] = p
	})
	return last, err
}

// dump returns all that the database's tables hold, as text.
func dump(t *testing.T, db *gorm.DB, tables ...string) string {
	t.Helper()
	var all strings.Builder
	for _, table := range tables {
		var rows []map[string]any
		must(t, db.Table(table).Find(&rows).Error)
		for _, row := range rows {
			for name, value := range row {
				if b, ok := value.([]byte); ok {
					value = string(b)
				}
				fmt.Fprintf(&all, "%s.%s=%v\n", table, name, value)
			}
		}
	}
	return all.String()
}

// rawLines returns the lines of a dump whose value is neither hashed nor encrypted.
// Those that are may hold any four letters by chance.
func rawLines(dump string) (left []string) {
	for line := range strings.Lines(dump) {
		if strings.Contains(line, "=raw-") {
			left = append(left, line)
		}
	}
	return left
}

// TestConvertSecrets converts all kinds of rows from plain, and then to another
// key, and looks at all of them.
func TestConvertSecrets(t *testing.T) {
	const n = 230 // more than a batch
	tables := map[string][]string{
		"default": {"sessions", "verification_tokens", "accounts"}, "embedded": {"browsers", "invitations", "linkeds"},
		"renamed": {"visits", "magic_links", "logins"}, "numbered": {"account_sessions", "account_tokens", "account_links"},
	}
	for _, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for _, v := range variants() {
				t.Run(v.name, func(t *testing.T) {
					db, _ := d.open(t)
					rows := authdb.WithModels(v.models)
					plainRows(t, db, n, rows)
					if v.name == "numbered" { // also what is soft-deleted
						for _, table := range tables[v.name] {
							must(t, db.Exec("UPDATE "+table+" SET deleted_at = '2024-01-02 03:04:05' WHERE id % 2 = 0").Error)
						}
					}
					first := synchronized(t, db, rows, hashing(false, "h1"), encrypting("e1"))
					converted(t, first, n, n, n)
					if left := rawLines(dump(t, db, tables[v.name]...)); len(left) > 0 {
						t.Errorf("raw text is left: %q", left)
					}
					converted(t, first, n, 0, 0)
					second := synchronized(t, db, rows, hashing(true, "h2", "h1"), encrypting("e2", "e1"))
					converted(t, second, n, 0, n)
					if stored := dump(t, db, tables[v.name]...); strings.Contains(stored, ":e1:") {
						t.Error("ciphertexts under the older key are left")
					}
					if v.name == "numbered" {
						for _, table := range tables[v.name] {
							must(t, db.Exec("UPDATE "+table+" SET deleted_at = NULL").Error)
						}
					}
					allThere(t, synchronized(t, db, rows, hashing(false, "h1"), encrypting("e2")), n)
				})
			}
		})
	}
}

// converted converts, and compares how many rows were rewritten.
func converted(t *testing.T, a *gormadapter.Adapter, n, tokens, accounts int64) {
	t.Helper()
	last, err := convert(t, a)
	must(t, err)
	for record, want := range map[string]int64{"Session": tokens, "VerificationToken": tokens, "Account": accounts} {
		p := last[record]
		// A row whose key is the token may be met again where its hash sorts.
		if p.Total != n || p.Read < n || p.Read > 2*n || p.Rewritten != want || p.Skipped != 0 {
			t.Errorf("%+v, want %d rows, %d rewritten", p, n, want)
		}
	}
}

// allThere looks all rows up.
func allThere(t *testing.T, a *gormadapter.Adapter, n int) {
	t.Helper()
	for i := range n {
		s, u, err := a.GetSessionAndUser(t.Context(), plainSession(i))
		if err != nil || u.Email != plainMail(i) || s.SessionToken != plainSession(i) {
			t.Fatalf("session %d: %v", i, err)
		}
		if _, err := a.UseVerificationToken(t.Context(), plainMail(i), plainToken(i)); err != nil {
			t.Fatalf("token %d: %v", i, err)
		}
		account, err := a.GetAccount(t.Context(), "google", plainAccount(i))
		if err != nil || account.AccessToken != "raw-access" || account.RefreshToken != "raw-refresh" || account.IDToken != "" {
			t.Fatalf("account %d: %v", i, err)
		}
	}
}

// TestConvertDigests gives a key to what was hashed without.
func TestConvertDigests(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		somebody(t, synchronized(t, db, hashing(false)))
		a := synchronized(t, db, hashing(false, "h1"))
		last, err := convert(t, a)
		must(t, err)
		if last["Session"].Rewritten != 1 || last["VerificationToken"].Rewritten != 1 {
			t.Errorf("%+v", last)
		}
		if got := finds(t, a, "raw-session", "raw-token"); len(got) != 4 {
			t.Errorf("found by %q", got)
		}
	})
}

// TestConvertStopped ends a conversion after its first transaction, and begins
// it again.
func TestConvertStopped(t *testing.T) {
	const n = 230
	onEach(t, func(t *testing.T, db *gorm.DB) {
		plainRows(t, db, n)
		a := synchronized(t, db, hashing(false, "h1"), encrypting("e1"))
		for _, record := range []string{"Session", "VerificationToken", "Account"} {
			ctx, cancel := context.WithCancel(t.Context())
			err := a.ConvertSecrets(ctx, func(p authdb.SecretProgress) {
				if p.Record == record && p.Read >= 200 {
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("stopped at %s: %v", record, err)
			}
			cancel()
		}
		must(t, a.ConvertSecrets(t.Context(), nil))
		allThere(t, a, n)
	})
}

// TestConvertSkips leaves rows as they are that can't be converted, converts all
// others, and says so.
func TestConvertSkips(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		old := []authdb.Option{hashing(false, "h0"), encrypting("e0")}
		somebody(t, synchronized(t, db, old...))
		plainRows(t, db, 3)
		var sealed string
		must(t, db.Table("accounts").Where("provider_account_id = '1' AND access_token LIKE 'aes%'").Limit(1).Pluck("access_token", &sealed).Error)
		must(t, db.Exec("UPDATE accounts SET access_token = ? WHERE provider_account_id = 'user2'", sealed).Error)
		// The same session, plain beside its hash.
		a := synchronized(t, db, hashing(true, "h1"), encrypting("e1", "e0"))
		must(t, db.Exec("UPDATE sessions SET session_token = ? WHERE session_token = ?", hmacOf("h1", plainSession(0)), plainSession(1)).Error)
		last, err := convert(t, a)
		for _, want := range []error{authdb.ErrSecret, authdb.ErrDuplicate} {
			if !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		if err == nil || !strings.Contains(err.Error(), "Account: 1 rows") || !strings.Contains(err.Error(), "Session: 1 rows") || strings.Contains(err.Error(), sealed[14:30]) {
			t.Errorf("the error: %v", err)
		}
		for record, want := range map[string]authdb.SecretProgress{
			"Session":           {Total: 4, Read: 4, Rewritten: 1, Skipped: 1, Outdated: 1},
			"VerificationToken": {Total: 4, Read: 4, Rewritten: 3, Outdated: 1},
			"Account":           {Total: 4, Read: 4, Rewritten: 4, Skipped: 1}, // of the one it can't read, the rest
		} {
			want.Record = record
			if record == "VerificationToken" {
				want.Read = last[record].Read // their key changes
			}
			if last[record] != want {
				t.Errorf("%+v, want %+v", last[record], want)
			}
		}
		if tokens := valuesOf(t, db, "sessions", "session_token"); !strings.Contains(strings.Join(tokens, " "), plainSession(0)) {
			t.Error("the session that could not be converted is gone")
		}
	})
}

// TestNothingToConvert: without the options there is no conversion.
func TestNothingToConvert(t *testing.T) {
	a := gormadapter.New(onSQLite(t))
	if _, ok := authdb.As[authdb.SecretConverter](a); ok {
		t.Error("As finds a SecretConverter")
	}
	if err := a.ConvertSecrets(t.Context(), nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("ConvertSecrets: %v, want ErrUnsupported", err)
	}
}

// TestConvertDerived: what a hook makes of a token would be wrong afterwards.
func TestConvertDerived(t *testing.T) {
	type compoundToken struct {
		models.VerificationToken
		Compound string `gorm:"->:false;<-:create;size:600" auth:"Identifier+Token"`
	}
	a := synchronized(t, onSQLite(t), authdb.WithModels(authdb.Models{VerificationToken: &compoundToken{}}), hashing(false))
	if err := a.ConvertSecrets(t.Context(), nil); !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "Compound") {
		t.Errorf("%v, want ErrUnsupported", err)
	}
}
