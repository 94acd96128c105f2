package interop_test

import (
	"fmt"
	"net/url"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // registers "sqlite"

	"github.com/authdb/authdb/internal/testdb"
)

// Zones are what the clocks of everybody concerned are set to.
type zones struct {
	name     string
	node     string // TZ of the Node process
	postgres string // parameters of Go's connection
	mysql    string
}

// In the second, no two agree. The zone of the Go process is set in TestMain.
var allZones = []zones{
	{name: "UTC", node: "UTC", mysql: "?parseTime=true"},
	{
		name: "other zones", node: "America/New_York", postgres: "&timezone=America/St_Johns",
		mysql: "?parseTime=true&loc=Local&time_zone=%27-03%3A30%27",
	},
}

// where returns an empty database: as the peer takes it, and as GORM does.
func where(t *testing.T, server string, z zones) (string, gorm.Dialector) {
	t.Helper()
	if server == file {
		path := testdb.SQLiteFile(t)
		return path, sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + path + "?_pragma=busy_timeout(5000)"}
	}
	d := testdb.New(t, server)
	if server == testdb.Postgres {
		return d.DSN, postgres.Open(d.DSN + z.postgres)
	}
	u := url.URL{
		Scheme: "mysql", User: url.UserPassword(d.Username, d.Password),
		Host: fmt.Sprintf("%s:%d", d.Host, d.Port), Path: "/" + d.Name,
	}
	return u.String(), mysql.Open(d.DSN + z.mysql)
}

func open(t *testing.T, d gorm.Dialector) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return db
}
