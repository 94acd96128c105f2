package bench_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/presets"
)

// A table is one to write SQL for by hand. Its columns are in the order of those of
// the default one.
type table struct {
	name             string
	columns, aliases []string // as they are called, and as the default ones are
}

func (t table) column(name string) string {
	for i, alias := range t.aliases {
		if alias == name {
			return t.columns[i]
		}
	}
	panic("no column " + name)
}

// all returns all columns, for a table under an alias.
func (t table) all(alias string) string {
	if alias != "" {
		alias += "."
	}
	return alias + strings.Join(t.columns, ", "+alias)
}

func (t table) selected(where string) string {
	return "SELECT " + t.all("") + " FROM " + t.name + " WHERE " + where
}

func (t table) deleted(where string) string { return "DELETE FROM " + t.name + " WHERE " + where }

func (t table) insert() string {
	return "INSERT INTO " + t.name + " (" + t.all("") + ") VALUES (?" + strings.Repeat(", ?", len(t.columns)-1) + ")"
}

// update begins an UPDATE that sets these columns.
func (t table) update(names ...string) string {
	for i, name := range names {
		names[i] = t.column(name) + " = ?"
	}
	return "UPDATE " + t.name + " SET " + strings.Join(names, ", ") + " WHERE "
}

// tables are all of an adapter's.
type tables struct {
	users, accounts, sessions, tokens, authenticators table

	withoutIDs int  // 1 if accounts and sessions have no id, which else comes first
	millis     bool // instants are numbers
	further    bool // users have furtherColumns
}

const (
	userColumns          = "id, name, email, email_verified, image"
	accountColumns       = "id, user_id, type, provider, provider_account_id, refresh_token, access_token, expires_at, token_type, scope, id_token, session_state"
	sessionColumns       = "id, session_token, user_id, expires"
	tokenColumns         = "identifier, token, expires"
	authenticatorColumns = "credential_id, user_id, provider_account_id, credential_public_key, counter, credential_device_type, credential_backed_up, transports"
)

func defaultTables() tables {
	of := func(name, columns string) table {
		names := strings.Split(columns, ", ")
		return table{name, names, names}
	}
	return tables{
		users: of("users", userColumns), accounts: of("accounts", accountColumns), sessions: of("sessions", sessionColumns),
		tokens: of("verification_tokens", tokenColumns), authenticators: of("authenticators", authenticatorColumns),
	}
}

// wideTables are the default ones, with 15 further columns of users.
func wideTables() tables {
	t := defaultTables()
	t.users.columns = append(t.users.columns, strings.Split(furtherColumns, ", ")...)
	t.further = true
	return t
}

// drizzleColumns are those of drizzleTables that the default ones call otherwise.
var drizzleColumns = map[string]string{
	"email_verified": "emailVerified", "user_id": "userId", "provider_account_id": "providerAccountId", "session_token": "sessionToken",
	"credential_id": "credentialID", "credential_public_key": "credentialPublicKey", "credential_device_type": "credentialDeviceType",
	"credential_backed_up": "credentialBackedUp",
}

// drizzleTables are those of Auth.js's adapter for Drizzle.
func drizzleTables(b testing.TB, d database, a *gormadapter.Adapter) tables {
	quote := func(name string) string { return a.DB(b.Context()).Statement.Quote(name) }
	t := defaultTables()
	for to, name := range map[*table]string{&t.users: "user", &t.accounts: "account", &t.sessions: "session", &t.tokens: "verificationToken", &t.authenticators: "authenticator"} {
		to.name = quote(name)
		if to == &t.accounts || to == &t.sessions {
			to.aliases = to.aliases[1:]
		}
		to.columns = nil
		for _, name := range to.aliases {
			if other, ok := drizzleColumns[name]; ok {
				name = other
			}
			to.columns = append(to.columns, quote(name))
		}
	}
	t.withoutIDs, t.millis = 1, d.database == "sqlite"
	return t
}

// createDrizzle makes the tables as Drizzle's migrations do, and returns an adapter on
// them.
func createDrizzle(b testing.TB, d database) *gormadapter.Adapter {
	b.Helper()
	types := map[string][]string{
		"sqlite":   {"TEXT", "text", "INSTANT", "integer", "EXPIRY", "integer", "BOOL", "integer", "'", "`"},
		"postgres": {"TEXT", "text", "INSTANT", "timestamp", "EXPIRY", "timestamp", "BOOL", "boolean", "'", `"`},
		"mysql":    {"TEXT", "varchar(255)", "INSTANT", "timestamp(3) NULL", "EXPIRY", "timestamp", "BOOL", "tinyint(1)", "'", "`"},
	}[d.database]
	db := d.adapter(b).DB(b.Context())
	const owner = "'userId' TEXT NOT NULL, "
	const owned = ", FOREIGN KEY ('userId') REFERENCES 'user'(id) ON DELETE CASCADE)"
	for _, text := range []string{
		"CREATE TABLE 'user' (id TEXT PRIMARY KEY, name TEXT, email TEXT UNIQUE, 'emailVerified' INSTANT, image TEXT)",
		"CREATE TABLE account (" + owner + "type TEXT NOT NULL, provider TEXT NOT NULL, 'providerAccountId' TEXT NOT NULL, refresh_token TEXT, access_token TEXT, expires_at integer, " +
			"token_type TEXT, scope TEXT, id_token TEXT, session_state TEXT, PRIMARY KEY (provider, 'providerAccountId')" + owned,
		"CREATE TABLE session ('sessionToken' TEXT PRIMARY KEY, " + owner + "expires EXPIRY NOT NULL" + owned,
		"CREATE TABLE 'verificationToken' (identifier TEXT NOT NULL, token TEXT NOT NULL, expires EXPIRY NOT NULL, PRIMARY KEY (identifier, token))",
		"CREATE TABLE authenticator ('credentialID' TEXT NOT NULL UNIQUE, " + owner + "'providerAccountId' TEXT NOT NULL, 'credentialPublicKey' TEXT NOT NULL, counter integer NOT NULL, " +
			"'credentialDeviceType' TEXT NOT NULL, 'credentialBackedUp' BOOL NOT NULL, transports TEXT, PRIMARY KEY ('userId', 'credentialID')" + owned,
	} {
		if err := db.Exec(strings.NewReplacer(types...).Replace(text)).Error; err != nil {
			b.Fatal(err)
		}
	}
	a := gormadapter.New(db, authdb.WithModels(presets.Drizzle()), authdb.WithForeignKeys())
	if err := a.Check(b.Context()); err != nil {
		b.Fatal(err)
	}
	return a
}

// instant is how a time is bound.
func (s *byHand) instant(at time.Time) any {
	if s.t.millis {
		return at.UnixMilli()
	}
	return s.d.instant(at)
}

// instantInto is where an instant is scanned into.
func (s *byHand) instantInto(at *time.Time) any {
	if s.t.millis {
		return &millis{at: at}
	}
	return at
}

func (s *byHand) nullInstantInto(at *sql.NullTime) any {
	if s.t.millis {
		return &millis{at: &at.Time, valid: &at.Valid}
	}
	return at
}

// millis scans milliseconds since 1970.
type millis struct {
	at    *time.Time
	valid *bool
}

// Scan implements sql.Scanner.
func (m *millis) Scan(src any) error {
	n, ok := src.(int64)
	if ok {
		*m.at = time.UnixMilli(n).UTC()
	}
	if m.valid != nil {
		*m.valid = ok
	}
	return nil
}
