package datasource

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/logger"
)

// Config says which database to open, and how. It is either a URL, or the
// fields from Host to Database; Type goes with both.
//
// A Config is printed, logged and marshalled to JSON without its password, its
// URL and the values of its Params. (Only package fmt, printing another struct
// that holds a Config in an unexported field, asks no method of it.) JSON with
// TypeORM's names ({"type": "sqlite", "database": ":memory:", "synchronize":
// true}) unmarshals into it; an option that is no field is an error.
type Config struct {
	// Type is "sqlite", "postgres" or "mysql", or an alias: "sqlite3" and
	// "better-sqlite3", "postgresql", "mariadb". With a URL it may be left out.
	Type string

	// URL is what Parse takes, instead of the fields from Host to Database. The
	// parameters of both URL and Params apply; none may be in both.
	URL string

	// Host is a name, an address, or the absolute path of a Unix socket (of its
	// folder, on PostgreSQL). PostgreSQL takes several, separated by commas.
	// Default: "localhost".
	Host string

	// Port. Default: 5432 on PostgreSQL, 3306 on MySQL and MariaDB.
	Port int

	// Username is required on MySQL and MariaDB. Default on PostgreSQL: PGUSER,
	// or the name of the process's user.
	Username string

	// Password, as it is: nothing is encoded. Default on PostgreSQL:
	// PGPASSWORD, or the password file.
	Password string

	// Database is the name of the database, or the path of SQLite's file;
	// ":memory:" is a new database in memory, which nobody else sees and which
	// goes with Close. A relative path counts from the working directory at the
	// time of Open.
	Database string

	// Params are parameters of the connection; see the package's comment.
	Params map[string]string

	// Synchronize makes Open create the tables that are missing, and add to
	// those that are there: see authdb.Synchronizer. OpenDB, which knows no
	// tables, ignores it.
	Synchronize bool

	// MaxOpenConns bounds the pool. A negative number is no bound. Default: 20.
	MaxOpenConns int

	// MaxIdleConns bounds the connections that are kept without being used. A
	// negative number keeps none. Default: as many as may be open.
	MaxIdleConns int

	// ConnMaxLifetime closes a connection after this time. A negative time is
	// no limit. Default: 30 minutes, and no limit on SQLite.
	ConnMaxLifetime time.Duration

	// ConnMaxIdleTime closes a connection that was not used for this time. A
	// negative time is no limit. Default: 5 minutes, and no limit on SQLite.
	ConnMaxIdleTime time.Duration

	// Logger is where GORM logs. Default: GORM's own default, on standard
	// output, but without the values of statements and without a line for every
	// record that isn't there.
	Logger logger.Interface `json:"-"`
}

// The pool, where the Config does not say otherwise.
const (
	defaultMaxConns = 20
	// Shorter than what proxies and firewalls forget, and than the hours after
	// which servers hang up.
	defaultLifetime = 30 * time.Minute
	defaultIdleTime = 5 * time.Minute
)

// resolve returns the Config with its URL taken apart, and the database that it
// names, or what is wrong with it. It needs no I/O.
func (c Config) resolve() (Config, *database, error) {
	db, err := c.database()
	if err != nil {
		return Config{}, nil, err
	}
	if c.URL != "" {
		if c, err = c.mergeURL(); err != nil {
			return Config{}, nil, err
		}
	}
	c.Type = db.name
	if c.Params, err = db.canonical(c.Params); err != nil {
		return Config{}, nil, err
	}
	if err := c.checkText(); err != nil {
		return Config{}, nil, err
	}
	return c, db, db.check(c)
}

// database finds what Type, or the URL's scheme, names.
func (c Config) database() (*database, error) {
	if c.Type != "" {
		return databaseOfType(c.Type)
	}
	if c.URL == "" {
		return nil, invalid("Type: missing: set it to one of %s, or set URL", typeNames())
	}
	parsed, _, err := parse(c.URL)
	if err != nil {
		return nil, err
	}
	return databaseOfType(parsed.Type)
}

// mergeURL returns the Config with the fields that its URL says.
func (c Config) mergeURL() (Config, error) {
	parsed, sync, err := parse(c.URL)
	if err != nil {
		return Config{}, err
	}
	if db, err := databaseOfType(c.Type); c.Type != "" && (err != nil || db.name != parsed.Type) {
		return Config{}, invalid("Type and URL name different databases: leave Type out, or correct it")
	}
	if set := c.fields(); len(set) > 0 {
		return Config{}, invalid("URL stands instead of the fields, but %s is set too: put it into the URL, or use the fields alone", strings.Join(set, ", "))
	}
	if sync.given && !sync.value && c.Synchronize {
		return Config{}, invalid("Synchronize is set, but the URL says synchronize=false: keep one of them")
	}
	params := maps.Clone(parsed.Params)
	for name, value := range c.Params {
		if _, twice := params[name]; twice {
			return Config{}, invalid("Params: %s is in the URL too: keep one of them", quoteName(name))
		}
		if params == nil {
			params = map[string]string{}
		}
		params[name] = value
	}
	c.URL, c.Params = "", params
	c.Host, c.Port, c.Username, c.Password = parsed.Host, parsed.Port, parsed.Username, parsed.Password
	c.Database = parsed.Database
	c.Synchronize = c.Synchronize || parsed.Synchronize
	return c, nil
}

// fields names the fields that say where the database is, and are set.
func (c Config) fields() []string {
	var set []string
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"Host", c.Host != ""},
		{"Port", c.Port != 0},
		{"Username", c.Username != ""},
		{"Password", c.Password != ""},
		{"Database", c.Database != ""},
	} {
		if field.set {
			set = append(set, field.name)
		}
	}
	return set
}

// checkText refuses what no database takes, and what was probably meant to be
// something else. It quotes nothing: a URL with a password may stand anywhere.
func (c Config) checkText() error {
	for _, field := range []struct{ name, value string }{
		{"Host", c.Host},
		{"Username", c.Username},
		{"Database", c.Database},
	} {
		if hasControl(field.value) {
			return invalid("%s: holds a control character or is not UTF-8", field.name)
		}
		if strings.Contains(field.value, "://") {
			return invalid("%s: looks like a URL: put it into URL", field.name)
		}
	}
	// A NUL byte would end the password on the wire.
	if strings.ContainsRune(c.Password, 0) {
		return invalid("Password: holds a NUL byte")
	}
	if c.Port < 0 || c.Port > 65535 {
		return invalid("Port: %d is not between 1 and 65535", c.Port)
	}
	return nil
}

// attrs is what may be shown of a Config.
func (c Config) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("Type", visible(c.Type))}
	text := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, value))
		}
	}
	secret := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, hidden))
		}
	}
	secret("URL", c.URL)
	text("Host", visible(c.Host))
	if c.Port != 0 {
		attrs = append(attrs, slog.Int("Port", c.Port))
	}
	text("Username", visible(c.Username))
	secret("Password", c.Password)
	text("Database", visiblePath(c.Database))
	if len(c.Params) > 0 {
		names := slices.Sorted(maps.Keys(c.Params))
		for i, name := range names {
			names[i] = visible(name)
		}
		attrs = append(attrs, slog.Any("Params", names))
	}
	return append(attrs, slog.Bool("Synchronize", c.Synchronize))
}

// String returns the Config without its secrets.
func (c Config) String() string {
	var b strings.Builder
	b.WriteString("datasource.Config{")
	for i, attr := range c.attrs() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(attr.String())
	}
	b.WriteString("}")
	return b.String()
}

// GoString returns what String does.
func (c Config) GoString() string { return c.String() }

// Format prints what String returns, whatever the verb: some verbs would look
// into the struct.
func (c Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue logs the Config without its secrets.
func (c Config) LogValue() slog.Value { return slog.GroupValue(c.attrs()...) }

// MarshalJSON leaves the secrets out, so that a structured log holds none. It
// is no way to keep a Config.
func (c Config) MarshalJSON() ([]byte, error) {
	members := map[string]any{}
	for _, attr := range c.attrs() {
		members[attr.Key] = attr.Value.Any()
	}
	return json.Marshal(members)
}

// Compile-time proof that nothing prints a Config its own way.
var (
	_ fmt.Formatter  = Config{}
	_ fmt.Stringer   = Config{}
	_ fmt.GoStringer = Config{}
	_ slog.LogValuer = Config{}
	_ json.Marshaler = Config{}
)
