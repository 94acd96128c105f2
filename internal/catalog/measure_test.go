package catalog_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb/internal/catalog"
)

// TestReadMeasures: what the types of columns limit their values to.
func TestReadMeasures(t *testing.T) {
	type measures struct {
		length    int
		precision time.Duration
	}
	onEach(t, func(t *testing.T, d database, db *gorm.DB) {
		want := map[string]measures{
			"varchar(64)": {length: 64}, "char(36)": {length: 36}, "text": {}, "numeric(7)": {},
			"timestamp": {precision: time.Second}, "timestamp(3)": {precision: time.Millisecond},
		}
		switch d.golden {
		case "sqlite":
			for typ := range want {
				want[typ] = measures{}
			}
		case "postgres":
			want["timestamp"] = measures{precision: time.Microsecond}
			want["timestamp(0) with time zone"] = measures{precision: time.Second}
		default:
			want["DATETIME(6)"] = measures{precision: time.Microsecond}
			want["enum('text', '(5)')"] = measures{}
		}
		for typ, w := range want {
			execAll(t, db, "DROP TABLE IF EXISTS measured", "CREATE TABLE measured (a "+typ+")")
			found, err := catalog.Read(t.Context(), db, "measured")
			if err != nil {
				t.Fatal(err)
			}
			if c := found["measured"].Column("a"); c.Length != w.length || c.Precision != w.precision {
				t.Errorf("%s: %d characters, %s, want %+v", typ, c.Length, c.Precision, w)
			}
		}
	})
}
