package datasource

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"modernc.org/sqlite"

	"github.com/authdb/authdb"
)

var sqliteDatabase = database{
	name:      "sqlite",
	title:     "SQLite",
	aliases:   []string{"sqlite3", "better-sqlite3"},
	schemes:   []string{"file"},
	prepare:   true,
	enforces:  func(c Config) bool { return !slices.Contains(sqliteOff, strings.ToLower(c.Params["foreign_keys"])) },
	parse:     parseSQLite,
	canonical: canonicalSQLiteParams,
	check:     checkSQLite,
	connector: sqliteConnector,
	dialector: func(pool *sql.DB) gorm.Dialector { return gormsqlite.New(gormsqlite.Config{Conn: pool}) },
	explain:   explainSQLite,
}

func checkSQLite(c Config) error {
	for _, field := range c.fields() {
		if field != "Database" {
			return invalid("%s: SQLite has none: leave it empty, or set Type to a server's", field)
		}
	}
	switch {
	case c.Database == "":
		return invalid("Database: missing: set it to the path of a file, or to %q", memoryName)
	case strings.HasPrefix(c.Database, "file:"), strings.HasPrefix(c.Database, "sqlite:"):
		return invalid("Database: looks like a URL: put it into URL, or write the path alone")
	case c.Database != memoryName && strings.HasPrefix(c.Database, memoryName):
		return invalid("Database: %q takes nothing behind it: use Params", memoryName)
	}
	return nil
}

func sqliteConnector(c Config) (driver.Connector, error) {
	if c.Database == memoryName {
		// The name belongs to the process: nobody else's may be the same.
		dsn := "file:/authdb-" + rand.Text() + "?" + sqliteQuery(c.Params, true)
		base, err := newSQLiteConnector(dsn)
		return &memoryConnector{Connector: base}, err
	}
	path, err := sqlitePath(c)
	if err != nil {
		return nil, err
	}
	base, err := newSQLiteConnector("file:" + path + "?" + sqliteQuery(c.Params, false))
	return &fileConnector{Connector: base}, err
}

func newSQLiteConnector(dsn string) (driver.Connector, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, &failure{"SQLite: the driver does not accept the parameters: look at Params", []error{authdb.ErrInvalid, err}}
	}
	return connector, nil
}

// sqlitePath returns the path of the file as a URI has it. It is absolute, so
// that every connection of the pool opens one file, wherever the process goes.
func sqlitePath(c Config) (string, error) {
	path := c.Database
	if runtime.GOOS == "windows" && len(path) > 2 && path[0] == '/' && path[2] == ':' {
		path = path[1:] // of file:///C:/x.db
	}
	show := func(resolved string) string { return shownPath(path, resolved) }
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", &failure{"SQLite: the working directory is unknown: make Database an absolute path", []error{err}}
	}
	folder := filepath.Dir(absolute)
	switch info, err := os.Stat(folder); {
	case errors.Is(err, os.ErrNotExist):
		return "", invalid("Database: the folder %q does not exist: create it", show(folder))
	case err != nil:
		return "", &failure{fmt.Sprintf("Database: the folder %q can't be read: look at its permissions", show(folder)), []error{err}}
	case !info.IsDir():
		return "", invalid("Database: %q is not a folder", show(folder))
	}
	if info, err := os.Stat(absolute); err == nil && info.IsDir() {
		return "", invalid("Database: %q is a folder: name a file", show(absolute))
	}
	path = filepath.ToSlash(absolute)
	if runtime.GOOS == "windows" {
		path = "/" + path
	}
	return (&url.URL{Path: path}).EscapedPath(), nil
}

// shownPath is the resolved path as an error may show it. It depends on the
// path as it was given: a part of it, such as the folder, may hold the half of
// a password and no longer look like one.
func shownPath(given, resolved string) string {
	if visiblePath(given) == hidden {
		return hidden
	}
	return resolved
}

// fileConnector opens connections to a file.
type fileConnector struct{ driver.Connector }

// sqliteOpenTimeout bounds how long a connection waits for processes that hold
// the file while they open or close it.
const sqliteOpenTimeout = 10 * time.Second

// Connect opens a connection. Switching to WAL needs the file alone, and fails
// with SQLITE_BUSY in spite of busy_timeout when several processes do it at
// once, so it is tried again.
func (f *fileConnector) Connect(ctx context.Context) (driver.Conn, error) {
	deadline := time.Now().Add(sqliteOpenTimeout)
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		conn, err := f.connect(ctx)
		if sqliteCode(err)&0xff != sqliteBusy || time.Now().After(deadline) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// connect waits for a connection no longer than the context says. The driver
// itself can't be interrupted while it waits for a lock.
func (f *fileConnector) connect(ctx context.Context) (driver.Conn, error) {
	type result struct {
		conn driver.Conn
		err  error
	}
	done := make(chan result, 1)
	go func() {
		conn, err := f.Connector.Connect(ctx)
		done <- result{conn, err}
	}()
	select {
	case r := <-done:
		return r.conn, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.err == nil {
				_ = r.conn.Close() // nobody waits for it any more
			}
		}()
		return nil, ctx.Err()
	}
}

// memoryConnector opens connections to a database in memory, which exists for
// as long as one of them does. It holds one that the pool does not know,
// because the pool closes its last one when it likes.
type memoryConnector struct {
	driver.Connector

	mu     sync.Mutex
	keeper driver.Conn
	closed bool
}

var _ io.Closer = (*memoryConnector)(nil)

// Connect opens a connection, and before the first one the keeper.
func (m *memoryConnector) Connect(ctx context.Context) (driver.Conn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, sql.ErrConnDone
	}
	if m.keeper == nil {
		keeper, err := m.Connector.Connect(ctx)
		if err != nil {
			return nil, err
		}
		m.keeper = keeper
	}
	return m.Connector.Connect(ctx)
}

// Close releases the database. The pool calls it when it is closed itself.
func (m *memoryConnector) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	if m.keeper == nil {
		return nil
	}
	keeper := m.keeper
	m.keeper = nil
	return keeper.Close()
}

// SQLite's result codes: https://www.sqlite.org/rescode.html
const (
	sqlitePerm     = 3
	sqliteBusy     = 5
	sqliteReadOnly = 8
	sqliteIOErr    = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteProtocol = 15
	sqliteNotADB   = 26
)

// sqliteCode returns the extended result code of an error, or 0.
func sqliteCode(err error) int {
	var coded *sqlite.Error
	if errors.As(err, &coded) {
		return coded.Code()
	}
	return 0
}

func explainSQLite(c Config, err error) (text string, config bool) {
	code := sqliteCode(err)
	explanation := "the database can't be opened"
	switch code & 0xff {
	case sqlitePerm, sqliteReadOnly, sqliteCantOpen:
		explanation, config = "the file can't be opened for writing: look at the permissions of the file, of its folder and of the -wal and -shm files beside it", true
		if c.Params["mode"] == "rw" {
			explanation = "the file does not exist, and Params say mode=rw; or it can't be opened for writing"
		}
	case sqliteNotADB:
		explanation, config = "the file is not an SQLite database, or an encrypted one: correct Database", true
	case sqliteCorrupt:
		explanation = "the file is damaged"
	case sqliteBusy:
		explanation = "another process has locked the database, for longer than the connection waited"
	case sqliteFull:
		explanation = "the disk is full"
	case sqliteIOErr, sqliteProtocol:
		explanation = "the disk could not be read or written; on a network's file system set Params to journal_mode=delete"
	case 0:
		return explanation, false
	}
	return fmt.Sprintf("%s (result code %d)", explanation, code), config
}
