package presets_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

// TestForm writes what the origin's own adapter wrote, and compares what is
// stored: every column of every row, as text and by its type.
func TestForm(t *testing.T) {
	onEachDump(t, func(t *testing.T, c connection, dump string) {
		if c.name == testdb.MariaDB || c.name == testdb.MySQL {
			t.Skip("the connections in other zones write in the same way, and have more to get wrong")
		}
		origin := c.open(t)
		testdb.Restore(t, origin.plain, dump)
		wrote := rawRows(t, origin)
		for name, write := range writers {
			t.Run(name, func(t *testing.T) {
				db := c.open(t)
				restoreEmpty(t, db, dump)
				m := presetOf(t, dump)
				write(t, db, checked(t, db.DB, authdb.WithModels(m)), m, rowsOf(t, dump))
				compareRaw(t, dump, rawRows(t, db), wrote)
			})
		}
	})
}

// writers are the ways in which rows are written.
var writers = map[string]func(*testing.T, database, *gormadapter.Adapter, authdb.Models, rows){
	"created": func(t *testing.T, _ database, a *gormadapter.Adapter, _ authdb.Models, want rows) {
		writeAll(t, a, want)
	},
	"updated": func(t *testing.T, _ database, a *gormadapter.Adapter, _ authdb.Models, want rows) {
		writeAndUpdate(t, a, want)
	},
	"by the application": writeOwn,
}

// restoreEmpty restores the tables of the dump without rows, but for those that
// the origin's migration made.
func restoreEmpty(t *testing.T, db database, dump string) {
	t.Helper()
	testdb.RestoreSchema(t, db.plain, dump)
	if dump == "hasura-pg" {
		_, err := db.plain.ExecContext(t.Context(), "INSERT INTO provider_type (value) VALUES ('credentials'), ('email'), ('oauth'), ('oidc')")
		ok(t, "INSERT INTO provider_type", err)
	}
}

// writeAll stores the rows with ids of its own.
func writeAll(t *testing.T, a *gormadapter.Adapter, want rows) {
	t.Helper()
	ctx := t.Context()
	ids := map[string]string{}
	for _, u := range want.User {
		former := u.ID
		u.ID, u.Extra = "", nil
		got, err := a.CreateUser(ctx, &u)
		ok(t, "CreateUser", err)
		ids[former] = got.ID
	}
	for _, x := range want.Account {
		x.ID, x.UserID, x.Extra = "", ids[x.UserID], nil
		_, err := a.LinkAccount(ctx, &x)
		ok(t, "LinkAccount", err)
	}
	for _, s := range want.Session {
		s.ID, s.UserID, s.Extra = "", ids[s.UserID], nil
		_, err := a.CreateSession(ctx, &s)
		ok(t, "CreateSession", err)
	}
	for _, v := range want.VerificationToken {
		v.Extra = nil
		_, err := a.CreateVerificationToken(ctx, &v)
		ok(t, "CreateVerificationToken", err)
	}
	for _, x := range want.Authenticator {
		x.UserID = ids[x.UserID]
		_, err := a.CreateAuthenticator(ctx, &x)
		ok(t, "CreateAuthenticator", err)
	}
}

// writeAndUpdate stores other rows, and makes them the wanted ones by updates,
// as far as there are any.
func writeAndUpdate(t *testing.T, a *gormadapter.Adapter, want rows) {
	t.Helper()
	ctx := t.Context()
	other := rows{VerificationToken: want.VerificationToken}
	at := time.Date(2030, 2, 3, 4, 5, 6, 789e6, time.UTC)
	for i, u := range want.User {
		other.User = append(other.User, authdb.User{ID: u.ID, Name: "x", Email: fmt.Sprintf("x%d@example.com", i), EmailVerified: &at, Image: "x"})
	}
	for _, x := range want.Account {
		other.Account = append(other.Account, authdb.Account{UserID: x.UserID, Type: x.Type, Provider: x.Provider, ProviderAccountID: x.ProviderAccountID, Scope: "x"})
	}
	for _, s := range want.Session {
		other.Session = append(other.Session, authdb.Session{UserID: s.UserID, SessionToken: s.SessionToken, Expires: at})
	}
	for _, x := range want.Authenticator {
		x.Counter--
		other.Authenticator = append(other.Authenticator, x)
	}
	writeAll(t, a, other)
	for i, u := range want.User {
		stored, err := a.GetUserByEmail(ctx, fmt.Sprintf("x%d@example.com", i))
		ok(t, "GetUserByEmail", err)
		patch := authdb.UserPatch{Name: authdb.Set(u.Name), Email: authdb.Set(u.Email), Image: authdb.Set(u.Image), EmailVerified: authdb.Null[time.Time]()}
		if u.EmailVerified != nil {
			patch.EmailVerified = authdb.Set(*u.EmailVerified)
		}
		_, err = a.UpdateUser(ctx, stored.ID, patch)
		ok(t, "UpdateUser", err)
	}
	for _, x := range want.Account {
		_, err := a.UpdateAccount(ctx, x.Provider, x.ProviderAccountID, authdb.AccountPatch{
			RefreshToken: authdb.Set(x.RefreshToken), AccessToken: authdb.Set(x.AccessToken), ExpiresAt: authdb.Set(x.ExpiresAt),
			TokenType: authdb.Set(x.TokenType), Scope: authdb.Set(x.Scope), IDToken: authdb.Set(x.IDToken), SessionState: authdb.Set(x.SessionState),
		})
		ok(t, "UpdateAccount", err)
	}
	for _, s := range want.Session {
		_, err := a.UpdateSession(ctx, s.SessionToken, authdb.SessionPatch{Expires: authdb.Set(s.Expires)})
		ok(t, "UpdateSession", err)
	}
	for _, x := range want.Authenticator {
		_, err := a.UpdateAuthenticatorCounter(ctx, x.CredentialID, x.Counter)
		ok(t, "UpdateAuthenticatorCounter", err)
	}
}

// writeOwn stores the rows as an application does that uses GORM alone. The
// adapter only makes rows of records.
func writeOwn(t *testing.T, db database, a *gormadapter.Adapter, m authdb.Models, want rows) {
	t.Helper()
	own := models.WithLayout(db.DB, m.Layout)
	ids := map[string]string{}
	for _, u := range want.User {
		former := u.ID
		u.ID, u.Extra = given(former), nil
		ok(t, "Create", createOwn(own, a, m, m.User, &u))
		ids[former] = u.ID
	}
	for _, x := range want.Account {
		x.ID, x.UserID, x.Extra = given(x.ID), ids[x.UserID], nil
		ok(t, "Create", createOwn(own, a, m, m.Account, &x))
	}
	for _, s := range want.Session {
		s.ID, s.UserID, s.Extra = given(s.ID), ids[s.UserID], nil
		ok(t, "Create", createOwn(own, a, m, m.Session, &s))
	}
	for _, v := range want.VerificationToken {
		v.Extra = nil
		ok(t, "Create", createOwn(own, a, m, m.VerificationToken, &v))
	}
	for _, x := range want.Authenticator {
		x.UserID = ids[x.UserID]
		ok(t, "Create", createOwn(own, a, m, m.Authenticator, &x))
	}
}

// given is an id that the database does not number.
func given(id string) string {
	if _, err := strconv.Atoi(id); err == nil {
		return ""
	}
	return id
}

// createOwn makes a row of the record, stores it by GORM, and makes the record
// what was stored.
func createOwn(db *gorm.DB, a *gormadapter.Adapter, m authdb.Models, row, record any) error {
	if by, ok := row.(authdb.ByDatabase); ok {
		row = by[db.Name()]
	}
	own := reflect.New(reflect.TypeOf(row).Elem()).Interface()
	if err := a.Decode(record, own); err != nil {
		return err
	}
	tx := db
	if m.Layout.Schema != "" {
		tx = db.Table(m.Layout.Schema + "." + own.(interface{ TableName() string }).TableName())
	}
	if err := tx.Create(own).Error; err != nil {
		return err
	}
	return a.Encode(own, record)
}

func ok(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// made are the columns whose values are made anew: of theirs the form is
// compared, character by character.
var made = regexp.MustCompile(`(?i)\.(id|user_?id|created_?at|updated_?at)$|^sessions\.access_token$`)

// differ are the columns in which the adapter does not store what the origin
// did, and by what the origin's value becomes ours.
var differ = map[string]map[string]func(string) string{
	// The contract has whole seconds there.
	"next-auth-v3-sqlite":  {"accounts.access_token_expires": wholeSeconds},
	"next-auth-v3-pg":      {"accounts.access_token_expires": func(s string) string { return strings.Replace(s, ".765", "", 1) }},
	"next-auth-v3-mariadb": {"accounts.access_token_expires": wholeSeconds},
}

func wholeSeconds(s string) string { return strings.Replace(s, ".765", ".000", 1) }

func compareRaw(t *testing.T, dump string, got, want map[string][]string) {
	t.Helper()
	for _, column := range slices.Sorted(maps.Keys(want)) {
		adapt := differ[dump][column]
		if adapt == nil {
			adapt = func(s string) string { return s }
		}
		form := func(s string) string { return s }
		if made.MatchString(column) {
			form = shape
		}
		var g, w []string
		for _, s := range got[column] {
			g = append(g, form(s))
		}
		for _, s := range want[column] {
			w = append(w, form(adapt(s)))
		}
		slices.Sort(g)
		slices.Sort(w)
		if !slices.Equal(g, w) {
			t.Errorf("%s holds %q, want %q, as in %q", column, g, w, want[column])
		}
	}
}

// shapes are what is kept of a value that is made anew. PostgreSQL writes as
// many digits of a fraction as there are.
var shapes = []struct {
	value *regexp.Regexp
	shape string
}{
	{regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} `), "uuid "},
	{regexp.MustCompile(`^c[0-9a-z]{24} `), "cuid "},
	{regexp.MustCompile(`^[0-9a-f]{64} `), "64 hex digits "},
	{regexp.MustCompile(`\.\d+(\+00)? $`), "$1 "},
	{regexp.MustCompile(`\d`), "0"},
}

func shape(s string) string {
	for _, x := range shapes {
		s = x.value.ReplaceAllString(s, x.shape)
	}
	return s
}

// rawRows returns the values of all columns of all tables, each as text and
// with its type where the database has one for each value.
func rawRows(t *testing.T, db database) map[string][]string {
	t.Helper()
	ctx := t.Context()
	conn, err := db.conn(t), error(nil)
	tables, columns, value := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
		"SELECT name FROM pragma_table_info('%s')", "SELECT COALESCE(CAST(`%[1]s` AS TEXT), 'NULL') || ' ' || typeof(`%[1]s`) FROM `%[2]s`"
	switch db.server {
	case testdb.Postgres:
		_, err = conn.ExecContext(ctx, "SET TimeZone = 'UTC'")
		tables = `SELECT table_schema || '"."' || table_name FROM information_schema.tables WHERE table_schema IN ('public', 'next_auth')`
		columns = `SELECT column_name FROM information_schema.columns WHERE table_schema || '"."' || table_name = '%s'`
		value = `SELECT COALESCE("%[1]s"::text, 'NULL') || ' ' FROM "%[2]s"`
	case testdb.MariaDB, testdb.MySQL:
		_, err = conn.ExecContext(ctx, "SET time_zone = '+00:00'")
		tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
		columns = "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '%s'"
		value = "SELECT CONCAT(COALESCE(CAST(`%[1]s` AS CHAR), 'NULL'), ' ') FROM `%[2]s`"
	}
	ok(t, "SET", err)
	raw := map[string][]string{}
	for _, table := range texts(ctx, t, conn, tables) {
		for _, column := range texts(ctx, t, conn, fmt.Sprintf(columns, table)) {
			short := table[strings.LastIndex(table, `"`)+1:]
			raw[short+"."+column] = texts(ctx, t, conn, fmt.Sprintf(value, column, table))
		}
	}
	return raw
}

// texts returns the one column of a query.
func texts(ctx context.Context, t *testing.T, conn *sql.Conn, query string) []string {
	t.Helper()
	rows, err := conn.QueryContext(ctx, query)
	ok(t, query, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		ok(t, query, rows.Scan(&s))
		all = append(all, s)
	}
	ok(t, query, rows.Err())
	return all
}
