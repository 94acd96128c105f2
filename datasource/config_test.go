package datasource_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/authdb/authdb/datasource"
)

func checkText(tb testing.TB, want string, err error) {
	tb.Helper()
	if !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "datasource: ") {
		tb.Errorf("got %q, want something with %q", err, want)
	}
	if leaks(err) {
		tb.Errorf("the error quotes the secret: %v", err)
	}
}

func TestConfigErrors(t *testing.T) {
	type config = datasource.Config
	type params = map[string]string
	for _, test := range []struct {
		config config
		want   string
	}{
		{config{}, `Type: missing: set it to one of "sqlite" (or "sqlite3", "better-sqlite3"), "postgres" (or "postgresql"), "mysql" (or "mariadb")`},
		{config{Type: "postgre"}, `Type: unknown: "postgre" (did you mean "postgres"?): it is one of "sqlite"`},
		{config{Type: "redis"}, `Type: unknown: "redis": it is one of`},
		{config{Type: "postgres://u:" + secret + "@h/d"}, "not shown"},
		{config{Type: "cockroachdb"}, "not supported"},
		{config{Type: "Aurora-MySQL"}, "cluster's endpoint"},
		{config{Type: "sqljs", Database: ":memory:"}, `use "sqlite"`},

		{config{Type: "sqlite"}, "Database: missing"},
		{config{Type: "sqlite", Database: "x", Port: 1}, "Port: SQLite has none"},
		{config{Type: "sqlite", Database: "x", Host: "localhost"}, "Host: SQLite has none"},
		{config{Type: "sqlite", Database: "x", Password: secret}, "Password: SQLite has none"},
		{config{Type: "sqlite", Database: "postgres://u:" + secret + "@h/d"}, "Database: looks like a URL"},
		{config{Type: "sqlite", Database: "file:x.db"}, "Database: looks like a URL"},
		{config{Type: "sqlite", Database: ":memory:?x=" + secret}, "use Params"},
		{config{Type: "sqlite", Database: "x\x00" + secret}, "control character"},
		{config{Type: "sqlite", Database: "x", Params: params{"busy_timout": secret}}, `no parameter "busy_timout" (did you mean "busy_timeout"?): it is one of auto_vacuum`},
		{config{Type: "sqlite", Database: "x", Params: params{"txlock": secret}}, `"txlock": it is not one of immediate`},

		{config{Type: "postgres"}, "Database: missing"},
		{config{Type: "postgres", Database: "d", Password: secret}, "Username: missing"},
		{config{Type: "mysql", Database: "d"}, "Username: missing"},
		{config{Type: "mysql", Database: "d", Username: "u", Host: "/run/x", Port: 1}, "Port: a socket has none"},
		{config{Type: "mysql", Database: "d", Username: "u", Host: "a,b"}, "Host: MySQL takes one"},
		{config{Type: "postgres", Database: "d", Port: -1}, "Port: -1"},
		{config{Type: "postgres", Database: "d", Port: 65536}, "Port: 65536"},
		{config{Type: "postgres", Database: "d", Host: "u:" + secret + "@h"}, `Host: there is an "@"`},
		{config{Type: "postgres", Database: "d", Host: "h:" + secret}, "put the port into Port"},
		{config{Type: "postgres", Database: "d", Host: "h/" + secret}, "Host: it is neither"},
		{config{Type: "postgres", Database: "d", Username: "u", Password: secret + "\x00"}, "Password: holds a NUL byte"},
		{config{Type: "postgres", Database: "d", Username: "u\xff"}, "Username: holds a control character"},
		{config{Type: "postgres", Database: "d", Params: params{"password": secret}}, "belongs into the field Password"},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"user": secret}}, "belongs into the field Username"},
		{config{Type: "postgres", Database: "d", Params: params{"ssl": "true"}}, `called "sslmode" here`},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"ssl": "true"}}, `called "tls" here`},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"strict": "true"}}, `part of "sql_mode"`},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"charset": "x; " + secret}}, `"charset"`},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"x = " + secret: "1"}}, "a name is not one of a parameter"},
		{config{Type: "postgres", Database: "d", Params: params{"x": secret + "\x00"}}, `the value of "x" holds`},
		{config{Type: "postgres", Database: "d", Params: params{"SSLMode": "disable", "sslmode": "disable"}}, `"sslmode" is there twice`},
		{config{Type: "postgres", Database: "d", Params: params{"sslmode": secret}}, `"sslmode": it is disable, allow`},
		{config{Type: "postgres", Database: "d", Params: params{"connect_timeout": secret}}, `"connect_timeout": it is a number of seconds`},
		{config{Type: "postgres", Database: "d", Params: params{"default_query_exec_mode": secret}}, `"default_query_exec_mode": it is cache_statement`},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"parseTime": secret}}, `"parseTime": it is true, false`},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"timeout": secret}}, `"timeout": it is a time such as`},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"loc": secret}}, `"loc": it is the name`},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"tls": secret}}, `"tls": it is true, false`},

		{config{URL: "postgres://u:" + secret + "@h/d", Host: "h", Port: 1}, "Host, Port is set too"},
		{config{URL: "postgres://u@h/d", Password: secret}, "Password is set too"},
		{config{Type: "mysql", URL: "postgres://u:" + secret + "@h/d"}, "Type and URL name different"},
		{config{URL: "postgres://u:" + secret + "@h/d?sslmode=x", Params: params{"sslmode": "y"}}, "is in the URL too"},
		{config{URL: ":memory:?synchronize=false", Synchronize: true}, "synchronize=false"},
		{config{Type: "postgres", URL: secret}, "no scheme"},
		{config{URL: "postgres://u:" + secret + "@h"}, "Database: missing"},
		{config{URL: "sqlite:"}, "Database: missing"},
		{config{URL: "sqlite:x?synchronise=true"}, `"synchronise" (did you mean "synchronize"?)`},
		{config{URL: "sqlite:x?sycnhronize=true"}, `"sycnhronize" (did you mean "synchronize"?)`},
		{config{URL: "sqlite:x?synchronos=off"}, `"synchronos" (did you mean "synchronous"?)`},
		{config{URL: "sqlite:x?Synchronize=true"}, `"Synchronize" is not a parameter (did you mean "synchronize"?)`},
		{config{URL: "postgres://u:" + secret + "@h/d?Synchronize=true"}, `"Synchronize" is not a parameter (did you mean "synchronize"?)`},
		{config{URL: "mysql://u:" + secret + "@h/d?SYNCHRONIZE=" + secret}, `"SYNCHRONIZE" is not a parameter (did you mean "synchronize"?)`},
		{config{Type: "sqlite", Database: "x", Params: params{"sycnhronize": "true"}}, `(did you mean "synchronize"?)`},
		{config{Type: "sqlite", Database: "x", Params: params{"synchronize": "true"}}, `"synchronize": it is the field Synchronize`},
		{config{Type: "postgres", Database: "d", Params: params{"Synchronize": "true"}}, `"synchronize": it is the field Synchronize`},
		{config{Type: "mysql", Username: "u", Database: "d", Params: params{"synchronize": "true"}}, `"synchronize": it is the field Synchronize`},
		{config{URL: "postgres://h/d", Params: params{"synchronize": "true"}}, "it is the field Synchronize"},
	} {
		db, err := datasource.OpenDB(t.Context(), test.config)
		checkError(t, test.want, db, err)
	}
}

func TestConfigShowsNoSecret(t *testing.T) {
	configs := []datasource.Config{
		{Type: "postgres", Host: "h", Username: "u", Password: secret, Database: "d", Params: map[string]string{"sslpassword": secret}},
		{URL: "postgres://u:" + secret + "@h/d"},
		{Type: "u:" + secret, Host: "u:" + secret, Username: "u:" + secret, Database: secret + "@h", Params: map[string]string{"x:" + secret: ""}},
	}
	var out bytes.Buffer
	text := slog.New(slog.NewTextHandler(&out, nil))
	structured := slog.New(slog.NewJSONHandler(&out, nil))
	for _, c := range configs {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%T", "%!"} {
			fmt.Fprintf(&out, verb+"\n", c)
			fmt.Fprintf(&out, verb+"\n", &c)
			fmt.Fprintf(&out, verb+"\n", []any{c, map[string]any{"c": &c}, struct{ C datasource.Config }{c}})
		}
		fmt.Fprintln(&out, c.String(), c.GoString(), c.LogValue())
		text.Info("config", "c", c, "p", &c)
		structured.Info("config", "c", c, "p", &c, "l", []any{c})
		if err := json.NewEncoder(&out).Encode(map[string]any{"c": c, "p": &c}); err != nil {
			t.Error(err)
		}
	}
	if strings.Contains(out.String(), secret) || strings.Contains(out.String(), fmt.Sprintf("%x", secret)) {
		t.Errorf("the secret is shown:\n%s", out.String())
	}
	const want = `datasource.Config{Type=postgres, Host=h, Username=u, Password=xxxxx, Database=d, Params=[sslpassword], Synchronize=false}`
	if got := configs[0].String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The options of NextAuth's page, as JSON.
func TestConfigFromJSON(t *testing.T) {
	var c datasource.Config
	if err := json.Unmarshal([]byte(`{"type": "sqlite", "database": ":memory:", "synchronize": true}`), &c); err != nil {
		t.Fatal(err)
	}
	if c.Type != "sqlite" || c.Database != ":memory:" || !c.Synchronize {
		t.Error(fields(c))
	}
	openDB(t, c)
}

func TestConfigFromJSONErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{"sychronize": true}`:                        `no member "sychronize" (did you mean "synchronize"?): it is one of connMaxIdleTime, connMaxLifetime, database`,
		`{"entityPrefix": "` + secret + `"}`:          `no member "entityPrefix": tables are named by their row types`,
		`{"ssl": {"ca": "` + secret + `"}}`:           `no member "ssl": set it in params: "sslmode" on PostgreSQL, "tls" on MySQL`,
		`{"schema": "` + secret + `"}`:                `"search_path" on PostgreSQL`,
		`{"socketPath": "/x"}`:                        `"host"`,
		`{"poolSize": 3}`:                             `called "maxOpenConns"`,
		`{"user": "` + secret + `"}`:                  `called "username"`,
		`{"logger": "file"}`:                          "field Logger",
		`{"u:` + secret + `@h": 1}`:                   "not shown",
		`{"passwort": "` + secret + `"}`:              `(did you mean "password"?)`,
		`{"": 1}`:                                     "not shown",
		`{"port": "` + secret + `"}`:                  `"port": it is not a whole number`,
		`{"port": 54321987654321987654321}`:           `"port": it is not a whole number`,
		`{"password": 12345}`:                         `"password": it is not a text`,
		`{"params": {"` + secret + `": 1}}`:           `"params": it is not an object`,
		`{"connMaxLifetime": "30s"}`:                  "nanoseconds",
		`{"SYNCHRONIZE": "` + secret + `"}`:           `"synchronize": it is not true or false`,
		`"postgres://u:` + secret + `@h/d"`:           "not an object",
		`["` + secret + `"]`:                          "not an object",
		`{"host": "h", "params": {"x": "y"}, "z": 1}`: `no member "z"`,
	} {
		c := datasource.Config{Host: "before", Params: map[string]string{"a": "b"}}
		before := fmt.Sprint(fields(c))
		err := json.Unmarshal([]byte(text), &c)
		if err == nil {
			t.Errorf("%s: no error", text)
			continue
		}
		checkError(t, want, nil, err)
		if after := fmt.Sprint(fields(c)); after != before {
			t.Errorf("%s: the Config has become %s", text, after)
		}
	}
}

// Every field can be read, and every one that JSON leaves out stays.
func TestConfigFromJSONFields(t *testing.T) {
	params := map[string]string{"a": "b"}
	c := datasource.Config{Host: "before", Params: params}
	if err := json.Unmarshal([]byte(`{"Type": "mysql", "url": "u", "port": 1, "username": "n", "password": "p", "database": "d", "params": {"tls": "true"},
		"synchronize": true, "maxOpenConns": 2, "maxIdleConns": 3, "connMaxLifetime": 4, "connMaxIdleTime": 5}`), &c); err != nil {
		t.Fatal(err)
	}
	want := datasource.Config{
		Type: "mysql", URL: "u", Host: "before", Port: 1, Username: "n", Password: "p", Database: "d", Params: map[string]string{"a": "b", "tls": "true"},
		Synchronize: true, MaxOpenConns: 2, MaxIdleConns: 3, ConnMaxLifetime: 4, ConnMaxIdleTime: 5,
	}
	if !reflect.DeepEqual(fields(c), fields(want)) {
		t.Errorf("got %#v, want %#v", fields(c), fields(want))
	}
	if len(params) != 1 {
		t.Errorf("the map that was there before has become %v", params)
	}
	if err := json.Unmarshal([]byte("null"), &c); err != nil || c.Type != "mysql" {
		t.Errorf("null: %v, %v", err, fields(c))
	}
}

func TestCanceledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []datasource.Config{
		{Type: "sqlite", Database: ":memory:"},
		{Type: "sqlite", Database: t.TempDir() + "/x.db"},
		{URL: "postgres://u:" + secret + "@127.0.0.1:1/d"},
		{URL: "mysql://u:" + secret + "@127.0.0.1:1/d"},
	} {
		db, err := datasource.OpenDB(ctx, c)
		if db != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("%v: %v", c, err)
			continue
		}
		checkText(t, "context canceled", err)
	}
}
