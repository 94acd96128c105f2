// Package datasource turns one configuration value into a database, and into an
// adapter on it:
//
//	adapter, err := datasource.Open(ctx, datasource.Config{
//		Type: "sqlite", Database: ":memory:", Synchronize: true,
//	})
//	if err != nil {
//		return err
//	}
//	defer adapter.Close()
//
// or, for what stands in one variable of the environment,
//
//	adapter, err := datasource.Open(ctx, datasource.Config{
//		URL: "postgres://app:secret@db.example.com/app?sslmode=require",
//	})
//
// [Parse] reads such a URL into a Config. It is the package that imports the
// drivers; who brings a *gorm.DB along calls gormadapter.New instead and needs
// none of them.
//
// # What is set, and Params
//
// Each connection is set up so that nothing is lost: every byte of UTF-8, every
// instant, in UTC, and every error. [Config.Params] changes that, or adds to
// it.
//
// SQLite is opened with foreign keys, transactions that begin by asking for
// their turn to write (txlock=immediate), a wait of five seconds for locks
// (busy_timeout), and a file in WAL mode with synchronous=normal, which
// survives the process at any moment and may lose the last transactions when
// the machine loses power. Plain values of time.Time are kept in UTC, in
// SQLite's text form with its offset (time_format, timezone). The parameters
// are auto_vacuum, busy_timeout, cache_size, foreign_keys, journal_mode,
// journal_size_limit, mmap_size, mode (rw: the file must exist), secure_delete,
// synchronous, temp_store, time_format, timezone, txlock and
// wal_autocheckpoint; the spellings of the Go drivers (_busy_timeout, _pragma,
// ...) are understood, and any other name is an error.
//
// PostgreSQL is asked for the time zone UTC, and gives up connecting to a host
// after ten seconds (connect_timeout). The parameters are those of pgx: sslmode
// and its like, default_query_exec_mode (exec or cache_describe behind a pooler
// such as PgBouncer), and any setting of the server, such as search_path. The
// variables of the environment that libpq reads (PGSSLMODE, PGPASSWORD, ...)
// and the password file stand in for what neither fields nor Params say, but
// for Host, Port and Database.
//
// MySQL and MariaDB are asked for utf8mb4 (charset, collation), the time zone
// +00:00, STRICT_TRANS_TABLES in addition to the server's own sql_mode (without
// it the server cuts what is too long, and says nothing), and the number of
// rows found, not changed, by an update (clientFoundRows); connecting takes ten
// seconds at most (timeout). The parameters are those of go-sql-driver: tls and
// its like, and any variable of the server, whose text stands in single quotes,
// as in time_zone='+02:00'.
//
// A name that a server refuses is an error that says which it may have been.
// Calls are bounded by their context alone.
//
// # Secrets
//
// No error, no log line and no printed [Config] shows a password. The errors
// name what is to be corrected and the server's code (SQLSTATE or number), and
// never repeat a driver's or a server's words, which quote what they were
// given. Those errors are still there for errors.As: log them with care.
//
// # Another driver called "sqlite"
//
// SQLite is modernc.org/sqlite, which needs no C compiler. It registers itself
// with database/sql as "sqlite". So does github.com/glebarez/go-sqlite, which
// github.com/glebarez/sqlite brings along: a program with both panics at its
// start ("sql: Register called twice for driver sqlite"). Such a program opens
// its database itself, passes it to gormadapter.New, and leaves this package
// out. The driver called "sqlite3" (github.com/mattn/go-sqlite3) does no harm:
// GORM's dialect imports it, and it is not used.
package datasource
