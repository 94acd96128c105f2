package datasource

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

var mysqlDatabase = database{
	name:      "mysql",
	title:     "MySQL/MariaDB",
	aliases:   []string{"mariadb"},
	port:      3306,
	prepare:   true,
	parse:     parseServer,
	canonical: canonicalMySQLParams,
	check:     checkMySQL,
	connector: mysqlConnector,
	// Without a DSN, which would hold the password.
	dialector: func(pool *sql.DB) gorm.Dialector { return gormmysql.New(gormmysql.Config{Conn: pool}) },
	explain:   explainMySQL,
}

// mysqlDriverParams are what go-sql-driver takes for itself, with what it takes
// where that is soon said.
var mysqlDriverParams = map[string]string{
	"allowAllFiles":            "true, false",
	"allowCleartextPasswords":  "true, false",
	"allowFallbackToPlaintext": "true, false",
	"allowNativePasswords":     "true, false",
	"allowOldPasswords":        "true, false",
	"charset":                  "",
	"checkConnLiveness":        "true, false",
	"clientFoundRows":          "true, false",
	"collation":                "",
	"columnsWithAlias":         "true, false",
	"compress":                 "true, false",
	"connectionAttributes":     "",
	"interpolateParams":        "true, false",
	"loc":                      "the name of a time zone",
	"maxAllowedPacket":         "a number of bytes",
	"multiStatements":          "true, false",
	"parseTime":                "true, false",
	"readTimeout":              "a time such as 30s",
	"rejectReadOnly":           "true, false",
	"serverPubKey":             "the name of a registered key",
	"timeout":                  "a time such as 10s",
	"timeTruncate":             "a time such as 1ms",
	"tls":                      "true, false, skip-verify, preferred, or the name of a registered configuration",
	"writeTimeout":             "a time such as 30s",
}

// mysqlServerParams are variables of the server that connections often set, as
// something for a mistyped one to be near to. The server knows more.
var mysqlServerParams = []string{
	"autocommit", "foreign_key_checks", "innodb_lock_wait_timeout", "interactive_timeout", "lock_wait_timeout",
	"max_execution_time", "max_statement_time", "net_read_timeout", "net_write_timeout", "sql_mode", "time_zone",
	"transaction_isolation", "tx_isolation", "wait_timeout",
}

var mysqlRefused = refusals{
	"ssl":     `it is called "tls" here: true, preferred, skip-verify`,
	"sslmode": `it is called "tls" here: true, preferred, skip-verify`,
	"usessl":  `it is called "tls" here: true, preferred, skip-verify`,
	// The driver panics on it.
	"strict": `it is part of "sql_mode" here, and on`,
	"socket": "make the path of the socket the Host",
}.andFields()

// strictMode adds to the server's sql_mode what makes it refuse a value that
// does not fit, where it would cut it and go on.
const strictMode = "CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_TRANS_TABLES')"

func canonicalMySQLParams(params map[string]string) (map[string]string, error) {
	if err := mysqlRefused.check(params); err != nil {
		return nil, err
	}
	for _, name := range []string{"charset", "collation"} {
		// They become part of a statement as they are.
		if value, ok := params[name]; ok && !isName(strings.ReplaceAll(value, ",", "")) {
			return nil, invalid("Params: %q: it is not the name of one", name)
		}
	}
	return params, nil
}

func checkMySQL(c Config) error {
	if err := checkServer(c); err != nil {
		return err
	}
	socket := strings.HasPrefix(c.Host, "/")
	switch {
	case c.Username == "":
		return invalid("Username: missing")
	case socket && c.Port != 0:
		return invalid("Port: a socket has none: leave it empty, or set Host to a name or an address")
	case !socket && strings.Contains(c.Host, ","):
		return invalid("Host: MySQL takes one")
	}
	return nil
}

func mysqlConnector(c Config) (driver.Connector, error) {
	parsed, err := mysqlConfig(c)
	if err != nil {
		return nil, err
	}
	base, err := mysql.NewConnector(parsed)
	if err != nil {
		return nil, mysqlParamError(c, err)
	}
	return &boundedConnector{base, parsed.Timeout}, nil
}

// mysqlConfig sets what makes MySQL keep every byte and every instant as it was
// given.
func mysqlConfig(c Config) (*mysql.Config, error) {
	params := map[string]string{
		"charset":         "utf8mb4",
		"collation":       "utf8mb4_bin",
		"clientFoundRows": "true", // an update that changes nothing still found its row
		"loc":             "UTC",
		"parseTime":       "true",
		"sql_mode":        strictMode,
		"time_zone":       "'+00:00'",
		"timeout":         "10s",
	}
	if c.Params["charset"] != "" {
		delete(params, "collation") // it may not be one of that charset
	}
	maps.Copy(params, c.Params)
	parsed, err := mysql.ParseDSN(mysqlParamsDSN(params))
	if err != nil {
		return nil, mysqlParamError(c, err)
	}
	// It was made for the host of the DSN, which had none; NewConnector makes
	// it anew from TLSConfig.
	parsed.TLS = nil
	parsed.User, parsed.Passwd, parsed.DBName = c.Username, c.Password, c.Database
	if strings.HasPrefix(c.Host, "/") {
		parsed.Net, parsed.Addr = "unix", c.Host
	} else {
		parsed.Net, parsed.Addr = "tcp", net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	}
	// It would print the server's words on standard error. What it says comes
	// back as an error, too.
	parsed.Logger = &mysql.NopLogger{}
	return parsed, nil
}

// mysqlParamsDSN writes a DSN that holds parameters alone.
func mysqlParamsDSN(params map[string]string) string {
	var b strings.Builder
	separator := "/?"
	for _, name := range slices.Sorted(maps.Keys(params)) {
		b.WriteString(separator + name + "=")
		if name == "charset" {
			b.WriteString(params[name]) // a list, which the driver does not decode
		} else {
			b.WriteString(url.QueryEscape(params[name]))
		}
		separator = "&"
	}
	return b.String()
}

// mysqlParamError finds out which parameter the driver refused by giving it one
// at a time.
func mysqlParamError(c Config, err error) error {
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		if _, err := mysql.ParseDSN(mysqlParamsDSN(map[string]string{name: c.Params[name]})); err != nil {
			return refusedValue("MySQL/MariaDB", name, mysqlDriverParams[name], err)
		}
	}
	return &failure{"MySQL/MariaDB: the parameters can't be used together: look at Params", []error{authdb.ErrInvalid, err}}
}

// boundedConnector bounds the whole of connecting. The driver bounds the
// dialling alone, and waits for ever for a server that accepts and says
// nothing.
type boundedConnector struct {
	driver.Connector
	timeout time.Duration
}

func (b *boundedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	if b.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, b.timeout)
		defer cancel()
	}
	return b.Connector.Connect(ctx)
}

// Numbers: https://dev.mysql.com/doc/mysql-errors/en/server-error-reference.html
func explainMySQL(c Config, err error) (text string, config bool) {
	var refused *mysql.MySQLError
	if !errors.As(err, &refused) {
		return explainMySQLDriver(err)
	}
	explanation := "the server refused the connection: look at its log"
	switch refused.Number {
	case 1045, 1698:
		explanation, config = fmt.Sprintf("the server did not accept user %s with this password, from this host: correct Username and Password", userName(c)), true
	case 1044, 1142:
		explanation, config = fmt.Sprintf("user %s may not use database %s: grant it, or correct Username and Database", userName(c), quoteName(c.Database)), true
	case 1049:
		explanation, config = fmt.Sprintf("there is no database %s: create it, or correct Database", quoteName(c.Database)), true
	case 1129, 1130:
		explanation = "the server lets nobody in from this host"
	case 1193:
		explanation, config = "the server does not know a parameter: look at Params", true
		if name := refusedByServer(c.Params, mysqlNames(), refused.Message); name != "" {
			explanation = "Params: the server does not know " + name
		}
	case 1231, 1232, 1227, 1229, 1238, 1298:
		explanation, config = "the server does not accept a parameter: look at Params", true
		if name := refusedByServer(c.Params, nil, refused.Message); name != "" {
			explanation = "Params: the server does not accept the value of " + name
		}
	case 1064, 1054, 1327:
		explanation, config = `the server does not understand the value of a parameter: in Params, the text of a server's variable stands in single quotes, as in time_zone='+00:00'`, true
	case 1115, 1253, 1273:
		explanation, config = `the server does not know the "charset" or "collation" of Params`, true
	case 1820, 1862, 3118, 4151:
		explanation, config = fmt.Sprintf("the password of user %s has expired, or the user is locked", userName(c)), true
	case 1040, 1203, 1226:
		explanation = "the server has no connection left: raise its max_connections, or lower MaxOpenConns of whoever uses it"
	case 1053:
		explanation = "the server is stopping: try again"
	}
	return fmt.Sprintf("%s (error %d)", explanation, refused.Number), config
}

func explainMySQLDriver(err error) (text string, config bool) {
	switch {
	case strings.Contains(err.Error(), "unknown collation"): // the driver has no better sign
		return `the driver does not know the "collation" of Params`, true
	case errors.Is(err, mysql.ErrNoTLS):
		return `the server speaks no TLS, which Params ask for with "tls"`, true
	case errors.Is(err, mysql.ErrCleartextPassword):
		return `the server asks for the password in clear text: use TLS and allowCleartextPasswords=true in Params`, true
	case errors.Is(err, mysql.ErrNativePassword), errors.Is(err, mysql.ErrOldPassword), errors.Is(err, mysql.ErrUnknownPlugin):
		return "the server asks for a way to authenticate that the driver does not have, or that Params forbid", true
	}
	return "", false
}

func mysqlNames() []string {
	return append(append(slices.Sorted(maps.Keys(mysqlDriverParams)), mysqlServerParams...), synchronizeName)
}
