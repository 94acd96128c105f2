package datasource_test

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
)

// secret stands in passwords. No error, log line or printed Config may hold it.
const secret = "hunter2SECRET"

func TestParse(t *testing.T) {
	type params = map[string]string
	for _, test := range []struct {
		url  string
		want datasource.Config
	}{
		{":memory:", datasource.Config{Type: "sqlite", Database: ":memory:"}},
		{":memory:?synchronize=true", datasource.Config{Type: "sqlite", Database: ":memory:", Synchronize: true}},
		{"sqlite::memory:", datasource.Config{Type: "sqlite", Database: ":memory:"}},
		{"sqlite3::memory:", datasource.Config{Type: "sqlite", Database: ":memory:"}},
		{"file::memory:", datasource.Config{Type: "sqlite", Database: ":memory:"}},
		{"sqlite://:memory:", datasource.Config{Type: "sqlite", Database: ":memory:"}},
		{"sqlite:///:memory:", datasource.Config{Type: "sqlite", Database: ":memory:"}},
		{"sqlite://localhost/:memory:", datasource.Config{Type: "sqlite", Database: ":memory:"}},
		{"sqlite://localhost/:memory:?synchronize=1", datasource.Config{Type: "sqlite", Database: ":memory:", Synchronize: true}},
		{"sqlite:relative.db", datasource.Config{Type: "sqlite", Database: "relative.db"}},
		{"sqlite:./data/relative.db", datasource.Config{Type: "sqlite", Database: "./data/relative.db"}},
		{"file:relative.db", datasource.Config{Type: "sqlite", Database: "relative.db"}},
		{"sqlite:/absolute.db", datasource.Config{Type: "sqlite", Database: "/absolute.db"}},
		{"sqlite:///absolute.db", datasource.Config{Type: "sqlite", Database: "/absolute.db"}},
		{"file:///absolute.db", datasource.Config{Type: "sqlite", Database: "/absolute.db"}},
		{"sqlite://localhost/absolute.db", datasource.Config{Type: "sqlite", Database: "/absolute.db"}},
		{"SQLite:a b.db", datasource.Config{Type: "sqlite", Database: "a b.db"}},
		{"sqlite:a%3Fb%23c%25d+e@f.db", datasource.Config{Type: "sqlite", Database: "a?b#c%d+e@f.db"}},
		{"sqlite:x.db?synchronize=false&busy_timeout=1", datasource.Config{Type: "sqlite", Database: "x.db", Params: params{"busy_timeout": "1"}}},
		{"sqlite:x.db?_busy_timeout=1&_fk=0", datasource.Config{Type: "sqlite", Database: "x.db", Params: params{"busy_timeout": "1", "foreign_keys": "0"}}},
		{"file:x.db?_pragma=busy_timeout(1)&_pragma=foreign_keys%3D0&_txlock=exclusive", datasource.Config{Type: "sqlite", Database: "x.db", Params: params{"busy_timeout": "1", "foreign_keys": "0", "txlock": "exclusive"}}},

		{"postgres://host/db", datasource.Config{Type: "postgres", Host: "host", Database: "db"}},
		{"postgresql://user@host/db", datasource.Config{Type: "postgres", Username: "user", Host: "host", Database: "db"}},
		{"postgres://user:pass@host:1234/db", datasource.Config{Type: "postgres", Username: "user", Password: "pass", Host: "host", Port: 1234, Database: "db"}},
		{"postgres://user:p%40%3A%2F%3F%23%25@host/db", datasource.Config{Type: "postgres", Username: "user", Password: "p@:/?#%", Host: "host", Database: "db"}},
		{"postgres://user:a:b@host/db", datasource.Config{Type: "postgres", Username: "user", Password: "a:b", Host: "host", Database: "db"}},
		{"postgres://user:a+b&c=d[e]@host/db", datasource.Config{Type: "postgres", Username: "user", Password: "a+b&c=d[e]", Host: "host", Database: "db"}},
		{"postgres://user%40tenant:x@host/db", datasource.Config{Type: "postgres", Username: "user@tenant", Password: "x", Host: "host", Database: "db"}},
		{"postgres://[::1]:1234/db", datasource.Config{Type: "postgres", Host: "::1", Port: 1234, Database: "db"}},
		{"postgres://[::1]/db", datasource.Config{Type: "postgres", Host: "::1", Database: "db"}},
		{"postgres://a:1,b:1/db", datasource.Config{Type: "postgres", Host: "a,b", Port: 1, Database: "db"}},
		{"postgres:///db?host=/run/postgresql", datasource.Config{Type: "postgres", Host: "/run/postgresql", Database: "db"}},
		{"mysql://u:p@/db?host=/run/mysqld.sock&tls=false", datasource.Config{Type: "mysql", Username: "u", Password: "p", Host: "/run/mysqld.sock", Database: "db", Params: params{"tls": "false"}}},
		{"postgres://host", datasource.Config{Type: "postgres", Host: "host"}},
		{"postgres://host/a%2Fb?sslmode=require&synchronize=true&TimeZone=%2B02:00", datasource.Config{Type: "postgres", Host: "host", Database: "a/b", Synchronize: true, Params: params{"sslmode": "require", "TimeZone": "+02:00"}}},
		{"mysql://user:pass@host:1234/db?tls=preferred&time_zone='+00:00'", datasource.Config{Type: "mysql", Username: "user", Password: "pass", Host: "host", Port: 1234, Database: "db", Params: params{"tls": "preferred", "time_zone": "'+00:00'"}}},
		{"mariadb://user:p%C3%A4ss@host/db", datasource.Config{Type: "mysql", Username: "user", Password: "päss", Host: "host", Database: "db"}},
		{"MYSQL://user:päss@host/db?", datasource.Config{Type: "mysql", Username: "user", Password: "päss", Host: "host", Database: "db"}},
	} {
		got, err := datasource.Parse(test.url)
		if err != nil {
			t.Errorf("%s: %v", test.url, err)
			continue
		}
		if !reflect.DeepEqual(fields(got), fields(test.want)) {
			t.Errorf("%s\n got %#v\nwant %#v", test.url, fields(got), fields(test.want))
		}
	}
}

// fields is a Config that prints everything.
func fields(c datasource.Config) any {
	type config datasource.Config
	return config(c)
}

func TestParseErrors(t *testing.T) {
	for url, want := range map[string]string{
		"":                                    "URL: empty",
		secret:                                "no scheme",
		"x:" + secret:                         "the scheme is unknown",
		secret + ":x":                         "the scheme is unknown",
		`"postgres://u:` + secret + `@h/d"`:   "the scheme is unknown",
		" postgres://u:" + secret + "@h/d":    "white space",
		"postgres://u:" + secret + "@h/d\n":   "control character",
		"postgres://u:" + secret + "\xff@h/d": "not UTF-8",
		"cockroachdb://u:" + secret + "@h/d":  `"cockroachdb" is not supported`,
		"mongodb://u:" + secret + "@h/d":      `"mongodb" is not supported`,
		"mysql2://u:" + secret + "@h/d":       "the scheme is unknown",
		"u:" + secret + "@tcp(h:3306)/d":      "the scheme is unknown",
		"host=h password=" + secret:           "no scheme",

		"postgres:u:" + secret + "@h/d":           "two slashes",
		"postgres:/u:" + secret + "@h/d":          "two slashes",
		"postgres://u:" + secret + "@x@h/d":       "percent-encode",
		"postgres://u:" + secret + "/x@h/d":       "percent-encode",
		"postgres://u:1/" + secret + "@h/d":       "percent-encode",
		"postgres://u:" + secret + "?x@h/d":       "percent-encode",
		"postgres://u:1?" + secret + "@h/d":       "percent-encode",
		"postgres://u:" + secret + "#x@h/d":       "percent-encode",
		"postgres://u:1#" + secret + "@h/d":       "percent-encode",
		"postgres://u:" + secret + "%@h/d":        `"%"`,
		"postgres://u:%zz" + secret + "@h/d":      `"%"`,
		"postgres://u:" + secret + " x@h/d":       "space",
		"postgres://u:" + secret + "@h/d#":        "percent-encode",
		"postgres://u:" + secret + "/d":           "not a port",
		"postgres://u:" + secret + "@h:x/d":       "not a port",
		"postgres://u:" + secret + "@h:0/d":       "not a port",
		"postgres://u:" + secret + "@h:65536/d":   "not a port",
		"postgres://u:" + secret + "@[::1/d":      "bracket",
		"postgres://u:" + secret + "@a:1,b:2/d":   "different ports",
		"postgres://u:" + secret + "@h/a/b":       `"/" in the database's name`,
		"postgres://u:" + secret + "@h/%":         `"%"`,
		"postgres://u:" + secret + "@h/d?x":       "has no value",
		"postgres://u:" + secret + "@h/d?x=1&x=2": `"x" is there twice`,
		"postgres://u:" + secret + "@h/d?x=%":     `"%"`,
		"postgres://u:" + secret + "@h/d?%=x":     `"%"`,
		"postgres://u:" + secret + "@h/d?host=/x": "names a host twice",

		"postgres://u:" + secret + "@h/d?synchronize=yes":                        "neither true nor false",
		"postgres://u:" + secret + "@h/d?synchronize=":                           "neither true nor false",
		"postgres://u:" + secret + "@h/d?synchronize":                            "has no value",
		"postgres://u:" + secret + "@h/d?synchronize=true&synchronize=" + secret: "twice",

		"sqlite://relative.db":                  "write sqlite:relative.db",
		"sqlite://u:" + secret + "@localhost/x": "a host, which SQLite has none of",
		"sqlite:x#" + secret:                    "%23",
		"sqlite:%" + secret:                     `"%"`,
		"sqlite:x?foreign_key=" + secret:        `"foreign_keys"`,
		"sqlite:x?_foreign_key=1":               `"foreign_keys"`,
		"sqlite:x?" + "u:" + secret + "=1":      "a text that is not shown",
		"sqlite:x?foreign_keys=" + secret:       "it is not one of 1, 0",
		"sqlite:x?busy_timeout=" + secret:       "not a whole number",
		"sqlite:x?_pragma=" + secret:            "name(value)",
		"sqlite:x?_pragma=foreign_keys(1);x":    "name(value)",
		"sqlite:x?_fk=1&foreign_keys=1":         "twice",
		"sqlite:x?cache=shared":                 "shared cache",
		"sqlite:x?mode=memory":                  ":memory:",
		"sqlite:x?mode=ro":                      "not one of rw, rwc",
		"sqlite:x?vfs=unix-none":                "library's to choose",
		"sqlite:x?key=" + secret:                "encryption",
	} {
		c, err := datasource.Parse(url)
		if err == nil {
			t.Errorf("%q: no error", url)
			continue
		}
		if !reflect.DeepEqual(fields(c), fields(datasource.Config{})) {
			t.Errorf("%q: not the zero Config with the error", url)
		}
		if !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("%q: not ErrInvalid: %v", url, err)
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, want something with %q", url, err, want)
		}
		if leaks(err) {
			t.Errorf("the error quotes the secret: %v", err)
		}
	}
}

// leaks reports whether an error shows the secret, however it is printed.
func leaks(err error) bool {
	all := fmt.Sprintf("%v\n%+v\n%s\n%q\n%#v", err, err, err, err, err)
	return strings.Contains(all, secret)
}

// What net/url encodes is read back, whatever it is.
func TestParseUserPassword(t *testing.T) {
	for r := rune(0x20); r < 0x200; r++ {
		if unicode.IsControl(r) {
			continue
		}
		want := "a" + string(r) + "b" + string(r)
		u := url.URL{Scheme: "mysql", User: url.UserPassword(want, want), Host: "h:1", Path: "/" + strings.NewReplacer("/", "", "@", "").Replace(want)} // it leaves an "@" there as it is
		c, err := datasource.Parse(u.String())
		if err != nil || c.Username != want || c.Password != want || c.Database != u.Path[1:] {
			t.Errorf("%q: %#v, %v", u.String(), fields(c), err)
		}
	}
}

// FuzzParse puts a marked password between everything else: it is read as a
// part of the Config or is not shown.
func FuzzParse(f *testing.F) {
	for _, part := range []string{"", "@", ":", "/", "?", "#", "%", "%40", "&", "=", "[", ",", " ", "\n", "?a=", "/x?a=b&c", "//", "\\", "+", "\xff", ";"} {
		for _, scheme := range []string{"postgres://", "mysql://", "sqlite:", "sqlite://", "file:///", ":memory:", "", "x:"} {
			f.Add(scheme, "user:"+part, part, "@host:5432/db?sslmode=disable")
			f.Add(scheme, part+":", part, part+"@host")
		}
	}
	f.Fuzz(func(t *testing.T, scheme, before, after, rest string) {
		url := scheme + before + secret + after + rest
		// What stands before an "@" may be meant as a password.
		password := !strings.Contains(scheme+before, "@") && strings.Contains(after+rest, "@")
		c, err := datasource.Parse(url)
		switch {
		case err != nil && !errors.Is(err, authdb.ErrInvalid):
			t.Errorf("%q: not ErrInvalid: %v", url, err)
		case err != nil && password && !strings.HasPrefix(scheme, "sqlite") && leaks(err):
			t.Errorf("%q: %v", url, err)
		case err == nil && password && c.Type != "sqlite" && !strings.Contains(c.Username+c.Password, secret):
			t.Errorf("%q: read as %v", url, fields(c))
		case err == nil && strings.Contains(c.Password, secret) && !strings.Contains(before, secret):
			if printed := fmt.Sprintf("%v %+v %#v %d %s", c, c, c, c, &c); strings.Contains(printed, secret) {
				t.Errorf("%q: printed: %s", url, printed)
			}
		}
	})
}
