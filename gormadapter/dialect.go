package gormadapter

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/authdb/authdb/internal/sqlcode"
)

// A dialect is what the databases differ in; all else is written once. It is
// found by the name of GORM's dialector.
type dialect struct {
	name string

	// forUpdate and forShare end a SELECT that locks its rows: exclusively,
	// and against deletion and change of key. Where they are empty, writing
	// transactions begin with beginImmediate and lock the database.
	forUpdate, forShare string
	beginImmediate      string

	// noSkipLocked are the codes by which a server refuses SKIP LOCKED behind
	// forUpdate, or isolationInTx.
	noSkipLocked []string

	// expiredBatch is how many rows a transaction of a sweep removes, so that it
	// is over before anybody notices.
	expiredBatch int64

	// locksWhatItReads says that a SELECT which locks its rows also waits for
	// those that it reads on the way, and may keep them: without an index on the
	// key, all rows.
	locksWhatItReads bool

	// endsSilently says that a statement which a time limit of the server's has
	// ended may be answered as one that found nothing to write.
	endsSilently bool

	// deletesByScan says that a DELETE of several rows by their keys may read the
	// whole table, if that is small, and wait for rows that others hold.
	deletesByScan bool

	// exact is the condition that two texts are the same byte for byte; its
	// two verbs are a column, and a placeholder or another column as
	// exactColumn writes it. It stands beside a plain "=", which uses the
	// index.
	exact, exactColumn string

	// instant selects a column of models.Time or models.Instant as text,
	// before a driver has its own idea of it; "" where the driver is right.
	instant string

	// sameInstant makes one form of the forms in which such a column can hold
	// an instant; "" where it has a type.
	sameInstant string

	// nativeUUID says that a column declared as uuid holds no text.
	nativeUUID bool

	// integerKey widens a number to be looked up.
	integerKey string

	// planAnew has the statements of a transaction planned for the tables as they
	// are, and not as they were when a statement was sent for the fifth time: what
	// fills a table would go on reading all of it.
	planAnew string

	// countsMatches says that an UPDATE counts the rows that it found, and
	// not only those that it changed.
	countsMatches bool

	// updatesReturn says that UPDATE has RETURNING, as GORM thinks MariaDB's has too.
	updatesReturn bool

	// isolation is what transactions are begun with, and isolationInTx those of
	// InTx, in which what is read after waiting for a lock has to be what the
	// others have left.
	isolation, isolationInTx sql.IsolationLevel

	// poisons says that a statement which fails takes the transaction with it,
	// until that goes back to a savepoint. Elsewhere a statement that breaks a
	// key is as if it had not been sent.
	poisons bool

	// settlesForeignKeys says that a foreign key in the catalogue is enforced on
	// every connection.
	settlesForeignKeys bool

	// integer casts text to a number, and what is none to NULL.
	integer string

	// keepsReturning says that an INSERT tells the values that the database
	// made.
	keepsReturning bool

	// codes reads the database's code from an error of its drivers, codeName is
	// what it is called, and classOf is what it means. outOfRange is what a driver
	// says of a number that a column can't hold, in the server's place.
	codes      sqlcode.Shape
	codeName   string
	classOf    func(code string, err error) class
	outOfRange *regexp.Regexp

	// keyLock is for keys that no unique key guards.
	keyLock keyLock

	// probes are what Check asks the connection.
	probes []probe
}

// mysqlLock names a lock, in 64 characters. Locks belong to the server.
const mysqlLock = "CONCAT('authdb ', LEFT(SHA2(CONCAT(LOWER(COALESCE(NULLIF(@database, ''), DATABASE())), @digest), 256), 56))"

// dialects returns the databases that the adapter knows.
func dialects() []dialect {
	return []dialect{
		{
			name:           "sqlite",
			codes:          sqlcode.SQLite,
			codeName:       "SQLite",
			classOf:        sqliteClass,
			beginImmediate: "BEGIN IMMEDIATE",
			expiredBatch:   100, // of which each touches a page in every index, while nobody else writes
			// A cast keeps its column's collation, a postfix COLLATE wins.
			exact:       "CAST(%s AS TEXT) = CAST(%s AS TEXT) COLLATE BINARY",
			exactColumn: "%s",
			instant:     "CAST(%s AS TEXT)",
			// Milliseconds, as a number or in decimal, or text.
			sameInstant: "CASE WHEN LTRIM(%[1]s, '-') NOT GLOB '*[^0-9]*' THEN strftime('%%Y-%%m-%%d %%H:%%M:%%f', %[1]s / 1000.0, 'unixepoch')" +
				" ELSE strftime('%%Y-%%m-%%d %%H:%%M:%%f', %[1]s) END",
			countsMatches:  true,
			updatesReturn:  true,
			integer:        "CASE WHEN LTRIM(%[1]s, '-') NOT GLOB '*[^0-9]*' THEN CAST(%[1]s AS INTEGER) END",
			keepsReturning: true,
		},
		{
			name:     "postgres",
			codes:    sqlcode.Postgres,
			codeName: "SQLSTATE",
			classOf:  func(code string, _ error) class { return postgresClasses[code] },
			// pgx's, where the server would say 22003
			outOfRange:   regexp.MustCompile(`^-?\d+ is (?:greater than maximum|less than minimum) value for int[248]$`),
			forUpdate:    " FOR UPDATE",
			forShare:     " FOR KEY SHARE",
			expiredBatch: 500,
			// citext and nondeterministic collations fold; text in "C" does not.
			exact:         `CAST(%s AS text) COLLATE "C" = CAST(%s AS text)`,
			exactColumn:   "%s",
			integer:       "CAST(CASE WHEN %[1]s ~ '^-?[0-9]{1,18}$' THEN %[1]s END AS bigint)",
			nativeUUID:    true,
			integerKey:    "CAST(%s AS bigint)",
			planAnew:      "SET LOCAL plan_cache_mode = force_custom_plan",
			countsMatches: true,
			updatesReturn: true,
			// At a stricter level DeleteUser would not see, and so not
			// delete, what was added while it waited for the user.
			isolation:          sql.LevelReadCommitted,
			isolationInTx:      sql.LevelReadCommitted,
			poisons:            true,
			keyLock:            keyLock{inTx: "SELECT pg_advisory_xact_lock(('x' || left(@digest, 16))::bit(64)::bigint)"},
			settlesForeignKeys: true,
			keepsReturning:     true,
		},
		{
			name:      "mysql",
			codes:     sqlcode.MySQL,
			codeName:  "error",
			classOf:   func(code string, _ error) class { return mysqlClasses[code] },
			forUpdate: " FOR UPDATE",
			// A syntax error, before MySQL 8 and MariaDB 10.6; not supported; and
			// binlog_format=STATEMENT.
			noSkipLocked:     []string{"1064", "1235", "1665"},
			locksWhatItReads: true,
			endsSilently:     true, // MariaDB, by max_statement_time
			deletesByScan:    true,
			expiredBatch:     250,
			// MariaDB has no FOR SHARE, and MySQL has both.
			forShare:           " LOCK IN SHARE MODE",
			settlesForeignKeys: true,
			// The server's own level shows a transaction what was there at its
			// first look.
			isolationInTx: sql.LevelReadCommitted,
			// Plain BINARY col would compare the bytes of the column's
			// character set with those of the connection's.
			exact:       "CAST(CONVERT(%s USING utf8mb4) AS BINARY) = CAST(%s AS BINARY)",
			exactColumn: "CONVERT(%s USING utf8mb4)",
			instant:     "CAST(%s AS CHAR)",
			integer:     "CAST(CASE WHEN %[1]s REGEXP '^-?[0-9]{1,18}$' THEN %[1]s END AS SIGNED)",
			keyLock: keyLock{
				take: "SELECT GET_LOCK(" + mysqlLock + ", 5), CONNECTION_ID()",
				drop: "DO RELEASE_LOCK(" + mysqlLock + ")",
				free: "SELECT RELEASE_LOCK(" + mysqlLock + "), IS_USED_LOCK(" + mysqlLock + ")",
				// They wait for rows of transactions that still run.
				look:       " LOCK IN SHARE MODE",
				lookInside: " FOR UPDATE",
			},
			probes: []probe{
				{
					query: "SELECT @@character_set_client",
					fits:  func(_ *Adapter, charset any) bool { return strings.HasPrefix(asText(charset), "utf8mb4") },
					fault: "the connection's character set is not utf8mb4, and text would be stored as something else: add charset=utf8mb4 to the DSN, or leave charset out",
				},
				{
					query: "SELECT @@sql_mode",
					fits:  func(_ *Adapter, mode any) bool { return strings.Contains(asText(mode), "STRICT_") },
					fault: "the connection's sql_mode is not strict, and the server would cut values silently: add STRICT_TRANS_TABLES to it",
				},
				{
					query: "SELECT CAST('2000-01-02 03:04:05' AS DATETIME)",
					fits: func(a *Adapter, at any) bool {
						_, ok := at.(time.Time)
						return ok || !a.plainTimes()
					},
					fault: "a row has a field of type time.Time, which the driver does not read: add parseTime=true to the DSN, or use models.Time",
				},
			},
		},
	}
}

func dialectOf(name string) (dialect, error) {
	all := dialects()
	i := slices.IndexFunc(all, func(d dialect) bool { return d.name == name })
	if i < 0 {
		var names []string
		for _, d := range all {
			names = append(names, d.name)
		}
		return dialect{}, fmt.Errorf("no support for GORM's dialector %q: use one of %s", name, strings.Join(names, ", "))
	}
	return all[i], nil
}

func asText(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(v)
}

// exactly is the condition that two expressions are the same text.
func (d dialect) exactly(left, right string) string { return fmt.Sprintf(d.exact, left, right) }

// cast applies a pattern with one verb, or none, to an expression.
func cast(pattern, expr string) string {
	if pattern == "" {
		return expr
	}
	return fmt.Sprintf(pattern, expr)
}
