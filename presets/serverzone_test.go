package presets_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"gorm.io/driver/mysql"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// newYork2027 makes the zone known to a server that has loaded none, with the
// spring and the autumn of one year.
var newYork2027 = []string{
	"INSERT INTO mysql.time_zone (Time_zone_id, Use_leap_seconds) VALUES (1, 'N')",
	"INSERT INTO mysql.time_zone_name (Name, Time_zone_id) VALUES ('America/New_York', 1)",
	"INSERT INTO mysql.time_zone_transition_type (Time_zone_id, Transition_type_id, `Offset`, Is_DST, Abbreviation) VALUES (1, 0, -18000, 0, 'EST'), (1, 1, -14400, 1, 'EDT')",
	"INSERT INTO mysql.time_zone_transition (Time_zone_id, Transition_time, Transition_type_id) VALUES (1, 0, 0), (1, UNIX_TIMESTAMP('2027-03-14 07:00:00'), 1), (1, UNIX_TIMESTAMP('2027-11-07 06:00:00'), 0)",
}

// TestServerZone has TIMESTAMP columns on servers that are not in UTC. What
// JavaScript writes there is text in UTC, in a session that is in the server's
// zone. Go writes the same, whatever zone its session is in.
func TestServerZone(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	for _, name := range []string{testdb.MariaDB, testdb.MySQL} {
		t.Run(name, func(t *testing.T) {
			server := testdb.Private(t, name)
			admin := plainPool(t, server.DB(t))
			run := func(t *testing.T, statement string) {
				t.Helper()
				_, err := admin.ExecContext(t.Context(), statement)
				ok(t, statement, err)
			}
			for _, statement := range append([]string{"SET time_zone = '+00:00'"}, newYork2027...) {
				run(t, statement)
			}
			for _, zone := range []string{"-05:00", "America/New_York"} {
				run(t, "SET GLOBAL time_zone = '"+zone+"'")
				for _, x := range stamps {
					for _, params := range []string{"?parseTime=true", inKolkata} {
						x.params, x.skips = params, zone != "-05:00"
						t.Run(zone+params+"/"+x.dump, func(t *testing.T) { x.agree(t, server.DB(t)) })
					}
				}
			}
		})
	}
}

func plainPool(t *testing.T, db testdb.Database) *sql.DB {
	t.Helper()
	pool := pool(t, openGORM(t, mysql.Open(db.DSN)))
	pool.SetMaxOpenConns(1)
	return pool
}

// A stamp is a dump with sessions that have a TIMESTAMP: how the other side
// writes it, and what it reads.
type stamp struct {
	dump, write, read string
	params            string // Go's
	skips             bool   // whether the server's zone skips an hour
}

var stamps = []stamp{
	{dump: "drizzle-mariadb", write: "UPDATE session SET expires = ?", read: "SELECT CAST(expires AS CHAR(19)) FROM session"},
	{dump: "next-auth-v3-mariadb", write: "UPDATE sessions SET expires = ?", read: "SELECT CAST(expires AS CHAR(19)) FROM sessions"},
}

// agree has both sides write what the other reads.
func (x stamp) agree(t *testing.T, db testdb.Database) {
	other := plainPool(t, db)
	testdb.RestoreSchema(t, other, x.dump)
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	a := checked(t, openGORM(t, mysql.Open(db.DSN+x.params)), authdb.WithModels(presetOf(t, x.dump)), authdb.WithClock(func() time.Time { return now }))
	u, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
	ok(t, "CreateUser", err)
	_, err = a.CreateSession(t.Context(), &authdb.Session{UserID: u.ID, SessionToken: "s", Expires: now.Add(time.Hour)})
	ok(t, "CreateSession", err)
	for _, text := range []string{
		"2027-01-31 23:59:58", "2027-07-01 12:00:00", "2027-03-14 01:59:59", "2027-03-14 03:00:00", "2027-03-14 07:30:00",
		"2027-11-07 01:30:00", "2027-11-07 06:30:00",
	} {
		x.reads(t, a, other, text)
		if stored, err := x.writes(t, a, other, text); err != nil || stored != text {
			t.Errorf("Go stores %s as %s: %v", text, stored, err)
		}
	}
	x.skipped(t, a, other, "2027-03-14 02:30:00", "2027-03-14 03:00:00")
}

// reads has Go read what the other side writes.
func (x stamp) reads(t *testing.T, a *gormadapter.Adapter, other *sql.DB, text string) {
	t.Helper()
	_, err := other.ExecContext(t.Context(), x.write, text)
	ok(t, x.write, err)
	got, _, err := a.GetSessionAndUser(t.Context(), "s")
	if err != nil || got.Expires.Format(time.DateTime) != text {
		t.Errorf("Go reads %v for %s: %v", got, text, err)
	}
}

// writes has Go write it, and returns what the other side reads.
func (x stamp) writes(t *testing.T, a *gormadapter.Adapter, other *sql.DB, text string) (stored string, err error) {
	t.Helper()
	_, err = other.ExecContext(t.Context(), x.write, "2027-12-31 00:00:00")
	ok(t, x.write, err)
	at, err := time.Parse(time.DateTime, text)
	ok(t, "Parse", err)
	_, err = a.UpdateSession(t.Context(), "s", authdb.SessionPatch{Expires: authdb.Set(at)})
	ok(t, x.read, other.QueryRowContext(t.Context(), x.read).Scan(&stored))
	return stored, err
}

// skipped has an hour that the server's zone may skip. Neither side can write it
// then. For a session in another zone MySQL takes the end of the hour instead.
func (x stamp) skipped(t *testing.T, a *gormadapter.Adapter, other *sql.DB, text, end string) {
	t.Helper()
	if _, err := other.ExecContext(t.Context(), x.write, text); (err != nil) != x.skips {
		t.Errorf("the other side writes %s: %v", text, err)
	}
	stored, err := x.writes(t, a, other, text)
	switch {
	case !x.skips && (err != nil || stored != text),
		x.skips && x.params == inKolkata && (err != nil || stored != end),
		x.skips && x.params != inKolkata && !errors.Is(err, authdb.ErrInvalid):
		t.Errorf("Go stores %s as %s: %v", text, stored, err)
	}
}
