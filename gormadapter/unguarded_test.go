package gormadapter_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// looseUser and the others of its kind are default rows of which no unique key
// guards any key, and tokens and authenticators that have no primary key.
type (
	looseUser struct {
		ID            string  `gorm:"primaryKey;size:64"`
		Name          *string `gorm:"size:4294967295"`
		Email         *string `gorm:"size:320"`
		EmailVerified *models.Time
		Image         *string `gorm:"size:4294967295"`
	}
	looseAccount struct {
		ID                string  `gorm:"primaryKey;size:64"`
		UserID            string  `gorm:"size:64;not null"`
		Type              string  `gorm:"size:64;not null"`
		Provider          string  `gorm:"size:64;not null;index:loose_provider,priority:1"`
		ProviderAccountID string  `gorm:"size:255;not null;index:loose_provider,priority:2"`
		RefreshToken      *string `gorm:"size:4294967295"`
		AccessToken       *string `gorm:"size:4294967295"`
		ExpiresAt         *int64
		TokenType         *string `gorm:"size:4294967295"`
		Scope             *string `gorm:"size:4294967295"`
		IDToken           *string `gorm:"size:4294967295"`
		SessionState      *string `gorm:"size:4294967295"`
	}
	looseSession struct {
		ID           string      `gorm:"primaryKey;size:64"`
		SessionToken string      `gorm:"size:255;not null"`
		UserID       string      `gorm:"size:64;not null"`
		Expires      models.Time `gorm:"not null"`
	}
	looseToken struct {
		Identifier string      `gorm:"size:320;not null"`
		Token      string      `gorm:"size:255;not null"`
		Expires    models.Time `gorm:"not null"`
	}
	looseKey struct {
		CredentialID         string  `gorm:"size:1400;not null"`
		UserID               string  `gorm:"size:64;not null"`
		ProviderAccountID    string  `gorm:"size:255;not null"`
		CredentialPublicKey  string  `gorm:"size:4294967295;not null"`
		Counter              int64   `gorm:"not null"`
		CredentialDeviceType string  `gorm:"size:64;not null"`
		CredentialBackedUp   bool    `gorm:"not null"`
		Transports           *string `gorm:"size:4294967295"`
	}
)

// afterCreate is called inside the transaction that creates an account.
type afterCreate struct{}

func (*looseAccount) AfterCreate(tx *gorm.DB) error {
	if f, ok := tx.Statement.Context.Value(afterCreate{}).(func()); ok {
		f()
	}
	return nil
}

func looseModels() authdb.Models {
	return authdb.Models{
		User: looseUser{}, Account: looseAccount{}, Session: looseSession{}, VerificationToken: looseToken{}, Authenticator: looseKey{},
		Layout: authdb.Layout{Unguarded: []authdb.Key{
			authdb.KeyEmail, authdb.KeyAccount, authdb.KeySession, authdb.KeyVerificationToken, authdb.KeyAuthenticator,
		}},
	}
}

func makeLoose(t testing.TB, db *gorm.DB) {
	t.Helper()
	if db.Name() == "mysql" { // the primary key at least compares as the contract says
		collation := "utf8mb4_0900_bin"
		if strings.Contains(db.Dialector.(*mysql.Dialector).ServerVersion, "MariaDB") {
			collation = "utf8mb4_nopad_bin"
		}
		if err := db.Set("gorm:table_options", " COLLATE="+collation).AutoMigrate(looseUser{}); err != nil {
			t.Fatal(err)
		}
		if err := db.Exec("ALTER TABLE loose_users MODIFY email varchar(320) COLLATE utf8mb4_general_ci").Error; err != nil {
			t.Fatal(err)
		}
	}
	if err := db.AutoMigrate(looseUser{}, looseAccount{}, looseSession{}, looseToken{}, looseKey{}); err != nil {
		t.Fatal(err)
	}
}

// newLoose returns an adapter on the tables of makeLoose.
func newLoose(db *gorm.DB, opts ...authdb.Option) *gormadapter.Adapter {
	return gormadapter.New(db, append([]authdb.Option{authdb.WithModels(looseModels())}, opts...)...)
}

// onLoose runs the test on every database, with the tables and a user.
func onLoose(t *testing.T, test func(t *testing.T, db *gorm.DB, user string)) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		makeLoose(t, db)
		u, err := newLoose(db).CreateUser(t.Context(), &authdb.User{})
		if err != nil {
			t.Fatal(err)
		}
		test(t, db, u.ID)
	})
}

// placeOf returns what another pool on the same database opens.
func placeOf(db *gorm.DB) (driver, dsn string) {
	switch d := db.Dialector.(type) {
	case *postgres.Dialector:
		return "postgres", d.DSN
	case *mysql.Dialector:
		return "mysql", d.DSN
	case sqlite.Dialector:
		return d.DriverName, d.DSN
	case *sqlite.Dialector:
		return d.DriverName, d.DSN
	}
	return "", ""
}

func openPlace(driver, dsn string) (*gorm.DB, error) {
	var d gorm.Dialector
	switch driver {
	case "postgres":
		d = postgres.Open(dsn)
	case "mysql":
		d = mysql.Open(dsn)
	default:
		d = sqlite.Dialector{DriverName: driver, DSN: dsn}
	}
	return gorm.Open(d, &gorm.Config{Logger: logger.Discard})
}

// anotherPool opens the database again.
func anotherPool(t testing.TB, db *gorm.DB) *gorm.DB {
	t.Helper()
	again, err := openPlace(placeOf(db))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool(t, again).Close() })
	pool(t, again).SetMaxOpenConns(8)
	pool(t, again).SetMaxIdleConns(8)
	return again
}

// A claimant makes a record with a value for its key. Rows counts those that
// have it.
type claimant struct {
	name  string
	claim func(ctx context.Context, a *gormadapter.Adapter, user, value string) error
	rows  string
}

func claimants() []claimant {
	later := time.Now().Add(time.Hour)
	return []claimant{
		{"email", func(ctx context.Context, a *gormadapter.Adapter, _, value string) error {
			_, err := a.CreateUser(ctx, &authdb.User{Email: value})
			return err
		}, "SELECT count(*) FROM loose_users WHERE email = ?"},
		{"account", func(ctx context.Context, a *gormadapter.Adapter, user, value string) error {
			_, err := a.LinkAccount(ctx, accountOf(user, value))
			return err
		}, "SELECT count(*) FROM loose_accounts WHERE provider_account_id = ?"},
		{"session", func(ctx context.Context, a *gormadapter.Adapter, user, value string) error {
			_, err := a.CreateSession(ctx, &authdb.Session{SessionToken: value, UserID: user, Expires: later})
			return err
		}, "SELECT count(*) FROM loose_sessions WHERE session_token = ?"},
		{"token", func(ctx context.Context, a *gormadapter.Adapter, _, value string) error {
			_, err := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: "i", Token: value, Expires: later})
			return err
		}, "SELECT count(*) FROM loose_tokens WHERE token = ?"},
		{"authenticator", func(ctx context.Context, a *gormadapter.Adapter, user, value string) error {
			_, err := a.CreateAuthenticator(ctx, &authdb.Authenticator{
				CredentialID: value, UserID: user, ProviderAccountID: value, CredentialPublicKey: "k", CredentialDeviceType: "singleDevice",
			})
			return err
		}, "SELECT count(*) FROM loose_keys WHERE credential_id = ?"},
	}
}

func accountOf(user, value string) *authdb.Account {
	return &authdb.Account{UserID: user, Type: "oauth", Provider: "p", ProviderAccountID: value}
}

func count(t testing.TB, db *gorm.DB, query string, args ...any) (n int64) {
	t.Helper()
	if err := db.Raw(query, args...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// lockOf names the lock of a key's value. Adapters of other versions take the
// same.
func lockOf(table string, key authdb.Key, value ...string) string {
	digest := sha256.Sum256([]byte(strings.Join(append([]string{table, string(key)}, value...), "\x00")))
	return hex.EncodeToString(digest[:])
}

// lockAccount locks an account's key as the adapter does, until it is let go.
func lockAccount(t testing.TB, db *gorm.DB, value string) (letGo func()) {
	t.Helper()
	statements := map[string][2]string{
		"sqlite":   {"BEGIN IMMEDIATE", "COMMIT"},
		"postgres": {"SELECT pg_advisory_lock(('x' || left('%s', 16))::bit(64)::bigint)", "SELECT pg_advisory_unlock(('x' || left('%s', 16))::bit(64)::bigint)"},
		"mysql": {
			"DO GET_LOCK(CONCAT('authdb ', LEFT(SHA2(CONCAT(LOWER(DATABASE()), '%s'), 256), 56)), 0)",
			"DO RELEASE_LOCK(CONCAT('authdb ', LEFT(SHA2(CONCAT(LOWER(DATABASE()), '%s'), 256), 56)))",
		},
	}[db.Name()]
	conn, err := pool(t, db).Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	run := func(statement string) {
		if strings.Contains(statement, "%s") {
			statement = fmt.Sprintf(statement, lockOf("loose_accounts", authdb.KeyAccount, "p", value))
		}
		if _, err := conn.ExecContext(context.Background(), statement); err != nil {
			t.Error(err)
		}
	}
	run(statements[0])
	return func() {
		run(statements[1])
		conn.Close()
	}
}

// unlocked checks that nobody holds the lock of an account's key, nor a
// connection.
func unlocked(t testing.TB, db *gorm.DB, value string) {
	t.Helper()
	ask := map[string]string{
		"postgres": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
		"mysql":    "SELECT IS_USED_LOCK(CONCAT('authdb ', LEFT(SHA2(CONCAT(LOWER(DATABASE()), '" + lockOf("loose_accounts", authdb.KeyAccount, "p", value) + "'), 256), 56))) IS NOT NULL",
	}[db.Name()]
	for i := 0; ask != "" && count(t, db, ask) != 0; i++ {
		if i == 100 { // a server takes its time to notice that a client has gone
			t.Error("something is still locked")
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if n := pool(t, db).Stats().InUse; n != 0 {
		t.Errorf("%d connections did not come back", n)
	}
}

// TestUnguarded runs the contract on tables without unique keys.
func TestUnguarded(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		makeLoose(t, db)
		clock := adaptertest.NewClock(time.Now())
		a := newLoose(db, authdb.WithClock(clock.Now))
		adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a }, adaptertest.WithClock(clock),
			adaptertest.Require("AuthenticatorStore", "Sweeper", "SessionLister", "AccountLister", "AccountUpdater"))
	})
}
