package datasource

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/authdb/authdb"
)

// mark stands in passwords. It is part of no text of ours.
const mark = "Zq7XwVk"

// FuzzConfig: whatever a URL holds, Parse says what it is or refuses it with
// ErrInvalid; what it says can be written as a URL and read again; and a
// password is in no error and in nothing that prints a Config.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{
		":memory:", ":memory:?synchronize=true", "sqlite://localhost/:memory:", "sqlite:a%3Fb%23c%25d+e@f.db",
		"file:x.db?_pragma=busy_timeout(1)&_pragma=foreign_keys%3D0&_txlock=exclusive", "sqlite:///absolute.db",
		"postgres://user:p%40%3A%2F%3F%23%25@host:1234/db?sslmode=require", "postgres://a:1,b:1/db", "postgres://[::1]:1234/db",
		"postgres:///db?host=/run/postgresql&synchronize=0", "mysql://u:p@/db?host=/run/mysqld.sock&tls=false&parseTime=true",
		"mysql://u@host/a%2Fb?charset=utf8mb4&loc=Local", "cockroachdb://host/db", "postgres://u:a/b@host", "mysql:x", "",
	} {
		f.Add(text, "hunter2")
	}
	f.Fuzz(func(t *testing.T, text, password string) {
		c, err := Parse(text)
		switch {
		case err == nil:
			rereads(t, c)
		case !errors.Is(err, authdb.ErrInvalid):
			t.Errorf("not ErrInvalid: %v", err)
		case !reflect.DeepEqual(c, Config{}):
			t.Errorf("beside an error: %#v", c.Params)
		}
		resolves(t, Config{URL: text})
		for _, scheme := range []string{"postgres", "mysql"} {
			secret := password + mark + password
			keeps(t, Config{URL: scheme + "://user:" + secret + "@" + text})
			keeps(t, Config{URL: scheme + "://user:" + url.PathEscape(secret) + "@" + text})
			keeps(t, Config{Type: scheme, Username: "user", Password: secret, Database: text})
		}
	})
}

// rereads writes the Config as a URL, and reads that.
func rereads(t *testing.T, c Config) {
	t.Helper()
	again, err := Parse(written(c))
	if err != nil {
		t.Fatalf("%q is refused: %v", written(c), err)
	}
	if !reflect.DeepEqual(again, c) {
		t.Errorf("%q was read as\n%#v, and is\n%#v", written(c), plain(again), plain(c))
	}
}

// plain is a Config that prints all it holds.
type plain Config

// written is the URL of a Config with everything in it percent-encoded.
func written(c Config) string {
	var b strings.Builder
	b.WriteString(c.Type + ":")
	if c.Type == sqliteDatabase.name {
		b.WriteString(encoded(c.Database))
	} else {
		b.WriteString("//" + encoded(c.Username) + ":" + encoded(c.Password) + "@")
		if c.Port != 0 {
			b.WriteString(":" + strconv.Itoa(c.Port))
		}
		b.WriteString("/" + encoded(c.Database))
	}
	b.WriteString("?synchronize=" + strconv.FormatBool(c.Synchronize))
	if c.Host != "" {
		b.WriteString("&host=" + encoded(c.Host))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		b.WriteString("&" + encoded(name) + "=" + encoded(c.Params[name]))
	}
	return b.String()
}

func encoded(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// resolves takes a Config apart as Open does, and what comes of it once more.
func resolves(t *testing.T, c Config) {
	t.Helper()
	once, _, err := c.resolve()
	if err != nil {
		if !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("not ErrInvalid: %v", err)
		}
		return
	}
	twice, db, err := once.resolve()
	if err != nil || !reflect.DeepEqual(once, twice) {
		t.Fatalf("resolved:\n%#v, and again:\n%#v, %v", plain(once), plain(twice), err)
	}
	// The files of SQLite are opened here, and nothing else.
	if db.server() {
		if _, err := db.connector(once); err != nil && !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("the connector: %v, not ErrInvalid", err)
		}
	}
}

// keeps checks that nothing tells the password.
func keeps(t *testing.T, c Config) {
	t.Helper()
	shown := fmt.Sprintf("%v %+v %#v %s", c, c, c, c.LogValue())
	if text, err := json.Marshal(c); err == nil {
		shown += string(text)
	}
	resolved, db, err := c.resolve()
	if err == nil {
		shown += fmt.Sprintf("%v %+v", resolved, resolved.LogValue())
		_, err = db.connector(resolved)
	}
	if err != nil {
		shown += fmt.Sprintf("%v %+v %#v", err, err, err)
		for inner := err; inner != nil; inner = errors.Unwrap(inner) {
			shown += inner.Error()
		}
	}
	if strings.Contains(shown, mark) {
		t.Errorf("the password is told: %q", shown)
	}
}
