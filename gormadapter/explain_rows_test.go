package gormadapter_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// A crowd is a database with so many rows that no planner takes a table for a
// small one. The keys of the row n tell n.
type crowd struct {
	db     *gorm.DB
	models authdb.Models
}

// Each user has one of each kind and two sessions, and the first sessions and
// tokens have expired.
const (
	crowdUsers    = 10_000
	crowdSessions = 2 * crowdUsers
	crowdExpired  = 2_000
)

// sessions is how many there are. To delete 500 rows by their keys PostgreSQL
// reads a table of less than some 75,000, which is cheaper.
func (c crowd) sessions() int {
	if c.db.Name() == "postgres" {
		return 10 * crowdUsers
	}
	return crowdSessions
}

// id is that of the user n, and of what else has the number and an id.
func (crowd) id(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func (crowd) email(n int) string      { return fmt.Sprintf("%d@example.com", n) }
func (crowd) subject(n int) string    { return fmt.Sprintf("subject-%d", n) }
func (crowd) token(n int) string      { return fmt.Sprintf("token-%d", n) }
func (crowd) credential(n int) string { return fmt.Sprintf("credential-%d", n) }

// crowdProvider is that of all accounts.
const crowdProvider = "google"

// gather fills the tables: one row of each through the adapter, for the form of
// what is in it, and the others from that.
func gather(t testing.TB, db *gorm.DB, a *gormadapter.Adapter, m authdb.Models) crowd {
	t.Helper()
	c, ctx, later := crowd{db, m}, t.Context(), time.Now().Add(time.Hour)
	first, err := a.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com"})
	must(t, err)
	_, err = a.LinkAccount(ctx, &authdb.Account{UserID: first.ID, Type: "oidc", Provider: crowdProvider, ProviderAccountID: "first", AccessToken: "access", RefreshToken: "refresh"})
	must(t, err)
	_, err = a.CreateSession(ctx, &authdb.Session{SessionToken: "first", UserID: first.ID, Expires: later})
	must(t, err)
	_, err = a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: "ada@example.com", Token: "first", Expires: later})
	must(t, err)
	if store, ok := authdb.As[authdb.AuthenticatorStore](a); ok {
		_, err = store.CreateAuthenticator(ctx, &authdb.Authenticator{CredentialID: "first", UserID: first.ID, ProviderAccountID: "first", CredentialPublicKey: "key", CredentialDeviceType: "singleDevice"})
		must(t, err)
	}
	c.multiply(t, m.User, &models.User{}, crowdUsers, map[string]string{"ID": c.idOf("n"), "Email": numbered(db, "", "@example.com")})
	c.multiply(t, m.Account, &models.Account{}, crowdUsers, map[string]string{"ID": c.idOf("n"), "UserID": c.idOf("n"), "ProviderAccountID": numbered(db, "subject-", "")})
	c.multiply(t, m.Session, &models.Session{}, c.sessions(), map[string]string{
		"ID": c.idOf("n"), "UserID": c.idOf(fmt.Sprintf("(n %% %d)", crowdUsers)), "SessionToken": numbered(db, "token-", ""),
	})
	c.multiply(t, m.VerificationToken, &models.VerificationToken{}, crowdUsers, map[string]string{
		"RowID": c.idOf("n"), "Identifier": numbered(db, "", "@example.com"), "Token": numbered(db, "token-", ""),
	})
	c.multiply(t, m.Authenticator, &models.Authenticator{}, crowdUsers, map[string]string{"CredentialID": numbered(db, "credential-", ""), "UserID": c.idOf("n")})
	return c
}

// numbered is the SQL of a text with the number n in it.
func numbered(db *gorm.DB, before, after string) string {
	if db.Name() == "mysql" {
		return fmt.Sprintf("concat('%s', n, '%s')", before, after)
	}
	return fmt.Sprintf("'%s' || n || '%s'", before, after)
}

func (c crowd) idOf(n string) string {
	const before = "00000000-0000-4000-8000-"
	switch c.db.Name() {
	case "mysql":
		return fmt.Sprintf("concat('%s', lpad(%s, 12, '0'))", before, n)
	case "postgres":
		return fmt.Sprintf("'%s' || lpad(CAST(%s AS text), 12, '0')", before, n)
	}
	return fmt.Sprintf("'%s' || printf('%%012d', %s)", before, n)
}

// expires is the SQL of an instant for each row, a minute after that of the row
// before, in the form of what is stored: digits, or what the column's type says.
func (c crowd) expires(stored string) string {
	minutes, digits := fmt.Sprintf("(n - %d)", crowdExpired), strings.Trim(stored, "0123456789") == ""
	switch {
	case c.db.Name() == "mysql" && digits:
		return "unix_timestamp() * 1000 + 60000 * " + minutes
	case c.db.Name() == "mysql":
		return "utc_timestamp(3) + interval " + minutes + " minute"
	case c.db.Name() == "postgres" && digits:
		return "CAST(extract(epoch FROM now()) AS bigint) * 1000 + CAST(60000 AS bigint) * " + minutes
	case c.db.Name() == "postgres":
		return "now() + interval '1 minute' * " + minutes
	}
	return "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', " + minutes + " || ' minutes')"
}

// multiply makes rows from the one that is there, other than it in these fields.
// They come in no order of their keys, as real ones.
func (c crowd) multiply(t testing.TB, row, standard any, rows int, fields map[string]string) {
	t.Helper()
	s := c.schema(t, row, standard)
	if s == nil {
		return
	}
	stmt := &gorm.Statement{DB: c.db}
	table := stmt.Quote(s.Table)
	var columns, values []string
	for _, name := range s.DBNames {
		column := stmt.Quote(name)
		value, f := column, s.FieldsByDBName[name]
		if expr, ok := fields[f.Name]; ok {
			value = expr
			if c.db.Name() == "postgres" && f.DataType == "uuid" {
				value = "CAST(" + value + " AS uuid)"
			}
		}
		if f.Name == "Expires" {
			var stored string
			text := map[string]string{"mysql": "char"}[c.db.Name()]
			must(t, c.db.Raw(fmt.Sprintf("SELECT CAST(%s AS %s) FROM %s", column, cmp.Or(text, "text"), table)).Scan(&stored).Error)
			value = c.expires(stored)
		}
		columns, values = append(columns, column), append(values, value)
	}
	digits := "SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9"
	numbers := fmt.Sprintf("(SELECT (7919 * (a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d)) %% %d AS n FROM (%[2]s) a, (%[2]s) b, (%[2]s) c, (%[2]s) d, (%[2]s) e WHERE a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d < %[1]d) x", rows, digits)
	must(t, c.db.Exec(fmt.Sprintf("INSERT INTO %[1]s (%[2]s) SELECT %[3]s FROM %[1]s CROSS JOIN %[4]s", table, strings.Join(columns, ", "), strings.Join(values, ", "), numbers)).Error)
	analyze := map[string]string{"sqlite": "ANALYZE ", "postgres": "VACUUM ANALYZE ", "mysql": "ANALYZE TABLE "}[c.db.Name()]
	_, err := pool(t, c.db).ExecContext(t.Context(), analyze+table)
	must(t, err)
}

// schema is that of the row type on this database, or nil if the table is absent.
func (c crowd) schema(t testing.TB, row, standard any) *schema.Schema {
	t.Helper()
	if by, ok := row.(authdb.ByDatabase); ok {
		row = by[c.db.Name()]
	}
	switch row {
	case authdb.Absent:
		return nil
	case nil:
		row = standard
	}
	stmt := &gorm.Statement{DB: c.db}
	must(t, stmt.Parse(row))
	return stmt.Schema
}
