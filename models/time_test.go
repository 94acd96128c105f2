package models_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite"

	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
)

func open(t testing.TB, dialector gorm.Dialector) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(dialector, &gorm.Config{Logger: logger.Discard})
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

// onEach runs the test on every database, with connections set up so that a
// plain time.Time would come back as another instant, or not at all.
func onEach(t *testing.T, test func(t *testing.T, db *gorm.DB)) {
	for name, dialector := range map[string]func(*testing.T) gorm.Dialector{
		"sqlite-modernc": func(t *testing.T) gorm.Dialector {
			return sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + testdb.SQLiteFile(t)}
		},
		"sqlite-mattn": func(t *testing.T) gorm.Dialector {
			if !cgo {
				t.Skip("mattn/go-sqlite3 needs cgo")
			}
			return sqlite.Open("file:" + testdb.SQLiteFile(t) + "?_loc=America%2FNew_York")
		},
		"postgres":           func(t *testing.T) gorm.Dialector { return postgres.Open(testdb.New(t, testdb.Postgres).DSN) },
		"postgres elsewhere": func(t *testing.T) gorm.Dialector { return elsewhere(testdb.New(t, testdb.Postgres)) },
		"mariadb":            func(t *testing.T) gorm.Dialector { return mysql.Open(testdb.New(t, testdb.MariaDB).DSN) },
		"mariadb parseTime": func(t *testing.T) gorm.Dialector {
			return mysql.Open(testdb.New(t, testdb.MariaDB).DSN + "?parseTime=true&time_zone=%27-05%3A00%27")
		},
		"mysql": func(t *testing.T) gorm.Dialector {
			return mysql.Open(testdb.New(t, testdb.MySQL).DSN + "?time_zone=%27-05%3A00%27")
		},
		"mysql parseTime": func(t *testing.T) gorm.Dialector {
			return mysql.Open(testdb.New(t, testdb.MySQL).DSN + "?parseTime=true")
		},
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t, dialector(t))) })
	}
}

func elsewhere(d testdb.Database) gorm.Dialector {
	return postgres.Open(fmt.Sprintf("host=%s port=%d user=%s password='%s' dbname=%s sslmode=disable TimeZone=America/New_York",
		d.Host, d.Port, d.Username, d.Password, d.Name))
}

// instants are what is written and what is read back.
func instants() []struct{ in, out time.Time } {
	utc := func(y int, m time.Month, d, h, min, s, ms int) time.Time {
		return time.Date(y, m, d, h, min, s, ms*int(time.Millisecond), time.UTC)
	}
	newYork := time.FixedZone("somewhere", -5*60*60)
	return []struct{ in, out time.Time }{
		{utc(2026, 11, 21, 3, 4, 5, 678), utc(2026, 11, 21, 3, 4, 5, 678)},
		{utc(2026, 11, 21, 3, 4, 5, 0), utc(2026, 11, 21, 3, 4, 5, 0)},
		{utc(2026, 11, 21, 3, 4, 5, 700), utc(2026, 11, 21, 3, 4, 5, 700)},
		{utc(2026, 11, 21, 3, 4, 5, 999).Add(999_999), utc(2026, 11, 21, 3, 4, 5, 999)}, // cut, not rounded
		{utc(2026, 11, 21, 3, 4, 5, 678).In(newYork), utc(2026, 11, 21, 3, 4, 5, 678)},
		{utc(2026, 3, 8, 7, 30, 0, 1).In(newYork), utc(2026, 3, 8, 7, 30, 0, 1)},
		{utc(1969, 12, 31, 23, 59, 59, 999), utc(1969, 12, 31, 23, 59, 59, 999)},
		{utc(1900, 1, 1, 0, 0, 0, 1).Add(-1), utc(1900, 1, 1, 0, 0, 0, 0)},
		{utc(1000, 1, 1, 0, 0, 0, 0), utc(1000, 1, 1, 0, 0, 0, 0)},
		{utc(2038, 1, 20, 0, 0, 0, 5), utc(2038, 1, 20, 0, 0, 0, 5)},
		{utc(9999, 12, 31, 23, 59, 59, 999), utc(9999, 12, 31, 23, 59, 59, 999)},
	}
}

type event struct {
	ID   int
	At   models.Time  `gorm:"size:64;not null"`
	Seen *models.Time `gorm:"size:64"`
}

func TestTime(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&event{}); err != nil {
			t.Fatal(err)
		}
		for _, c := range instants() {
			seen := models.Time{Time: c.in}
			row := event{At: models.Time{Time: c.in}, Seen: &seen}
			if err := db.Create(&row).Error; err != nil {
				t.Fatalf("%v: %v", c.in, err)
			}
			var got event
			if err := db.Take(&got, row.ID).Error; err != nil {
				t.Fatalf("%v: %v", c.in, err)
			}
			if got.At.Time != c.out || got.Seen.Time != c.out {
				t.Errorf("%v came back as %v and %v, want %v", c.in, got.At, got.Seen, c.out)
			}
			// A struct's field, a value and a condition take the same way.
			var n int64
			if err := db.Model(&event{}).Where("at = ? AND seen = ?", got.At, got.Seen).Where(&event{ID: row.ID, At: row.At}).Count(&n).Error; err != nil || n != 1 {
				t.Errorf("%v is found %d times: %v", c.in, n, err)
			}
		}
		order(t, db)
		null(t, db)
	})
}

// order compares in the database.
func order(t *testing.T, db *gorm.DB) {
	t.Helper()
	var n int64
	past := models.NewTime(time.Date(1969, 12, 31, 23, 59, 59, 999e6, time.UTC))
	if err := db.Model(&event{}).Where("at < ?", past).Count(&n).Error; err != nil || n != 2 {
		t.Errorf("%d instants are before the last of 1969, want 2: %v", n, err)
	}
	var list []event
	if err := db.Order("at").Find(&list).Error; err != nil {
		t.Fatal(err)
	}
	for i := range list[1:] {
		if list[i+1].At.Before(list[i].At.Time) {
			t.Errorf("%v sorts before %v", list[i].At, list[i+1].At)
		}
	}
}

func null(t *testing.T, db *gorm.DB) {
	t.Helper()
	row := event{At: models.NewTime(time.Now())}
	if err := db.Create(&row).Error; err != nil {
		t.Fatal(err)
	}
	var got event
	if err := db.Take(&got, row.ID).Error; err != nil || got.Seen != nil {
		t.Errorf("NULL came back as %v: %v", got.Seen, err)
	}
	seen := models.NewTime(time.Now())
	if err := db.Model(&got).Select("Seen").Updates(&event{Seen: &seen}).Error; err != nil {
		t.Fatal(err)
	}
	var again event
	if err := db.Take(&again, row.ID).Error; err != nil || again.Seen == nil || again.Seen.Time != seen.Time {
		t.Errorf("an update wrote %v: %v", again.Seen, err)
	}
}

// TestTimeText has the form on SQLite, by which the text sorts and others read
// it.
func TestTimeText(t *testing.T) {
	db := open(t, sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + testdb.SQLiteFile(t)})
	if err := db.AutoMigrate(&event{}); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 3, 4, 5, 7e6, time.FixedZone("", 3600))
	if err := db.Create(&event{At: models.Time{Time: at}}).Error; err != nil {
		t.Fatal(err)
	}
	var text string
	if err := db.Raw("SELECT CAST(at AS TEXT) FROM events").Row().Scan(&text); err != nil {
		t.Fatal(err)
	}
	if want := "2026-11-21T02:04:05.007+00:00"; text != want {
		t.Errorf("stored %q, want %q", text, want)
	}
}

func TestTimeScan(t *testing.T) {
	want := time.Date(2026, 11, 21, 2, 57, 53, 241e6, time.UTC)
	for _, src := range []any{
		want.Add(194_829), want.In(time.FixedZone("", -5*3600)),
		"2026-11-21T02:57:53.241+00:00", "2026-11-21T02:57:53.241Z", "2026-11-20T21:57:53.241-05:00",
		"2026-11-21 02:57:53.241+00:00", "2026-11-21 02:57:53.241 +00:00", "2026-11-21 02:57:53.241", "2026-11-21T02:57:53.241194829",
		[]byte("2026-11-21 02:57:53.241000"), []byte("2026-11-21T02:57:53.241+00:00"),
	} {
		var got models.Time
		if err := got.Scan(src); err != nil || got.Time != want {
			t.Errorf("%v: %v, %v", src, got, err)
		}
	}
	for _, src := range []any{"", "secret", "0000-00-01", 1798761598765, true, []byte{}} {
		var got models.Time
		err := got.Scan(src)
		if err == nil || !got.IsZero() {
			t.Errorf("%v: no error, and %v", src, got)
		}
		if err != nil && src == "secret" && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error quotes what the column holds: %v", err)
		}
	}
	for _, src := range []any{nil, "0000-00-00 00:00:00", []byte("0000-00-00 00:00:00.000"), time.Time{}} {
		got := models.NewTime(time.Now())
		if err := got.Scan(src); err != nil || !got.IsZero() {
			t.Errorf("%v: %v, %v", src, got, err)
		}
	}
}

func TestTimeValue(t *testing.T) {
	in := time.Date(2026, 11, 21, 3, 4, 5, 678_999_999, time.FixedZone("", 3600))
	v, err := models.Time{Time: in}.Value()
	if want := time.Date(2026, 11, 21, 2, 4, 5, 678e6, time.UTC); err != nil || v != want {
		t.Errorf("%v, %v, want %v", v, err, want)
	}
	var _ sql.Scanner = new(models.Time)
}
