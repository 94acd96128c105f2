package datasource

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	gormpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

var postgresDatabase = database{
	name:      "postgres",
	title:     "PostgreSQL",
	aliases:   []string{"postgresql"},
	port:      5432,
	parse:     parseServer,
	canonical: canonicalPostgresParams,
	check:     checkServer,
	connector: postgresConnector,
	dialector: func(pool *sql.DB) gorm.Dialector {
		return gormpostgres.New(gormpostgres.Config{Conn: pool})
	},
	explain: explainPostgres,
}

// postgresDriverParams are what pgx takes for itself, with what it takes where
// that is soon said.
var postgresDriverParams = map[string]string{
	"channel_binding":            "disable, prefer, require",
	"connect_timeout":            "a number of seconds",
	"default_query_exec_mode":    "cache_statement, cache_describe, describe_exec, exec, simple_protocol",
	"description_cache_capacity": "a whole number",
	"krbspn":                     "",
	"krbsrvname":                 "",
	"max_protocol_version":       "3.0, 3.2, latest",
	"min_protocol_version":       "3.0, 3.2, latest",
	"passfile":                   "",
	"require_auth":               "",
	"service":                    "",
	"servicefile":                "",
	"sslcert":                    "the path of a file",
	"sslcertmode":                "disable, allow, require",
	"sslkey":                     "the path of a file",
	"sslmode":                    "disable, allow, prefer, require, verify-ca, verify-full",
	"sslnegotiation":             "postgres, direct",
	"sslpassword":                "",
	"sslrootcert":                "the path of a file",
	"sslsni":                     "0, 1",
	"statement_cache_capacity":   "a whole number",
	"target_session_attrs":       "any, read-write, read-only, primary, standby, prefer-standby",
}

// postgresServerParams are settings of the server that connections often carry,
// as something for a mistyped one to be near to. The server knows more.
var postgresServerParams = []string{
	"application_name", "client_encoding", "client_min_messages", "datestyle", "default_transaction_isolation",
	"idle_in_transaction_session_timeout", "intervalstyle", "lock_timeout", "options", "role", "search_path",
	"statement_timeout", "synchronous_commit", "timezone", "work_mem",
}

var postgresRefused = refusals{
	"ssl":    `it is called "sslmode" here: disable, prefer, require, verify-full`,
	"schema": `it is called "search_path" here`,
}.andFields()

// canonicalPostgresParams folds the names: those of settings have no case.
func canonicalPostgresParams(params map[string]string) (map[string]string, error) {
	if err := postgresRefused.check(params); err != nil {
		return nil, err
	}
	folded := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		lower := strings.ToLower(name)
		if _, twice := folded[lower]; twice {
			return nil, invalid("Params: %s is there twice", quoteName(lower))
		}
		folded[lower] = params[name]
	}
	return folded, nil
}

func postgresConnector(c Config) (driver.Connector, error) {
	settings := map[string]string{
		"host":            c.Host,
		"port":            strconv.Itoa(c.Port),
		"database":        c.Database,
		"connect_timeout": "10",
		"timezone":        "UTC",
	}
	if os.Getenv("PGAPPNAME") == "" {
		settings["application_name"] = "authdb"
	}
	if c.Username != "" {
		settings["user"] = c.Username
	}
	maps.Copy(settings, c.Params)
	parsed, err := pgx.ParseConfig(postgresSettings(settings))
	if err != nil {
		return nil, postgresParamError(c, err)
	}
	// The password never becomes part of a connection string: pgx keeps that
	// and quotes it in errors.
	if c.Password != "" {
		parsed.Password = c.Password
	}
	return stdlib.GetConnector(*parsed, stdlib.OptionAfterConnect(readInUTC)), nil
}

// readInUTC makes the driver return instants in UTC, as those of the other
// databases are, and not in the zone of the process.
func readInUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name:  "timestamptz",
		OID:   pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// postgresSettings writes a connection string of keywords and values.
func postgresSettings(settings map[string]string) string {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s='%s' ", name, escape.Replace(settings[name]))
	}
	return b.String()
}

// postgresParamError finds out which parameter the driver refused by giving it
// one at a time.
func postgresParamError(c Config, err error) error {
	alone := map[string]string{"host": c.Host} // on which it depends whether there is TLS
	if _, err := pgx.ParseConfig(postgresSettings(alone)); err != nil {
		return &failure{"PostgreSQL: the environment can't be used: look at the variables that begin with PG, and at the service file", []error{err}}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		if _, err := pgx.ParseConfig(postgresSettings(map[string]string{"host": c.Host, name: c.Params[name]})); err != nil {
			return refusedValue("PostgreSQL", name, postgresDriverParams[name], err)
		}
	}
	return &failure{"PostgreSQL: the parameters can't be used together: look at Params", []error{authdb.ErrInvalid, err}}
}

// SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
func explainPostgres(c Config, err error) (text string, config bool) {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		mode := c.Params["sslmode"]
		if (mode == "require" || strings.HasPrefix(mode, "verify-")) && strings.Contains(err.Error(), "server refused TLS connection") {
			return `the server speaks no TLS, which Params ask for with "sslmode"`, true
		}
		return "", false
	}
	explanation := "the server refused the connection: look at its log"
	switch refused.Code {
	case "28P01":
		explanation, config = fmt.Sprintf("the server did not accept the password of user %s: correct Username and Password", userName(c)), true
	case "28000":
		explanation, config = fmt.Sprintf("the server does not let user %s in: correct Username, use TLS (sslmode in Params), or change the server's pg_hba.conf", userName(c)), true
	case "3D000":
		explanation, config = fmt.Sprintf("there is no database %s: create it, or correct Database", quoteName(c.Database)), true
	case "42501":
		explanation, config = fmt.Sprintf("user %s may not connect to database %s: grant it, or correct Username", userName(c), quoteName(c.Database)), true
	case "42704", "08P01", "42602":
		explanation, config = "the server does not know a parameter: look at Params", true
		if name := refusedByServer(c.Params, postgresNames(), refused.Message); name != "" {
			explanation = "Params: the server does not know " + name
		}
	case "22023", "22007", "55P02":
		explanation, config = "the server does not accept a parameter's value: look at Params", true
		if name := refusedByServer(c.Params, nil, refused.Message); name != "" {
			explanation = "Params: the server does not accept the value of " + name
		}
	case "53300":
		explanation = "the server has no connection left: raise its max_connections, or lower MaxOpenConns of whoever uses it"
	case "57P03":
		explanation = "the server is starting or stopping: try again"
	}
	return fmt.Sprintf("%s (SQLSTATE %s)", explanation, quoteCode(refused.Code)), config
}

// quoteCode keeps a server from putting anything but a code into our errors.
func quoteCode(code string) string {
	if !isName(code) || len(code) != 5 {
		return "unknown"
	}
	return code
}

func userName(c Config) string {
	if c.Username == "" {
		return "of the environment"
	}
	return quoteName(c.Username)
}

func postgresNames() []string {
	return append(append(slices.Sorted(maps.Keys(postgresDriverParams)), postgresServerParams...), synchronizeName)
}
