package testdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"
)

// mysqld is MariaDB or Oracle MySQL. They share protocol, driver and most
// settings, and differ in how their data are made.
type mysqld struct {
	name    string // MariaDB or MySQL
	program string // the server, "" if there is none
	install string // the program that makes MariaDB's data
}

func newMySQL(name string) *mysqld {
	m := &mysqld{name: name}
	// Each may be installed under the name that once was the other's.
	candidates := []string{lookPath("mariadbd"), lookPath("mysqld")}
	if name == MySQL {
		candidates = []string{unpackedMySQL(), lookPath("mysqld")}
	}
	for _, path := range candidates {
		if path != "" && flavour(path) == name {
			m.program = path
			break
		}
	}
	if name == MariaDB {
		m.install = lookPath("mariadb-install-db", "mysql_install_db")
	}
	return m
}

// unpackedMySQL returns where scripts/mysql puts the server, or "". A test runs in
// the folder of its package, so that is somewhere above.
func unpackedMySQL() string {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			if path := filepath.Join(dir, ".cache", "mysql", "mysqld"); executable(path) {
				return path
			}
			return ""
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

// flavour returns what the server at path is, MariaDB or MySQL, or "".
func flavour(path string) string {
	version, err := exec.Command(path, "--no-defaults", "--version").Output()
	switch {
	case err != nil:
		return ""
	case strings.Contains(string(version), "MariaDB"):
		return MariaDB
	default:
		return MySQL
	}
}

func (m *mysqld) missing() string {
	switch {
	case m.name == MySQL && m.program == "":
		return "run ./scripts/mysql (Debian, Ubuntu) or install Oracle's mysqld"
	case m.name == MariaDB && (m.program == "" || m.install == ""):
		return "install MariaDB (Debian, Ubuntu: apt-get install mariadb-server)"
	default:
		return ""
	}
}

// account returns "" for a server that its package's user can't run: one that was
// unpacked in a folder which only root can read. That one runs as root.
func (m *mysqld) account() string {
	const packages = "mysql"
	c, err := credential(packages)
	if c == nil || err != nil {
		return ""
	}
	cmd := exec.Command(m.program, "--no-defaults", "--version")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c}
	if cmd.Run() != nil {
		return ""
	}
	return packages
}

func (m *mysqld) prepare(s *server) error {
	data := filepath.Join(s.guard.dir, "data")
	if err := s.guard.mkdir("data"); err != nil {
		return err
	}
	argv := append(m.base(s), "--initialize-insecure")
	if m.name == MariaDB {
		argv = append([]string{m.install, "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--datadir=" + data, logSize}, asRoot(s)...)
	}
	if err := run(s.guard.command(argv)); err != nil {
		return err
	}
	_, err := s.guard.write("init.sql", fmt.Sprintf(
		"CREATE USER IF NOT EXISTS '%[1]s'@'%%' IDENTIFIED BY '%[2]s';\nGRANT ALL ON *.* TO '%[1]s'@'%%' WITH GRANT OPTION;\n",
		s.username, s.password))
	return err
}

// base returns the server's program with what making the data and serving them
// have in common.
func (m *mysqld) base(s *server) []string {
	argv := []string{
		m.program, "--no-defaults", "--datadir=" + filepath.Join(s.guard.dir, "data"),
		"--innodb-use-native-aio=0", // a machine has only so many of these
		// What is committed survives the server, which a test may kill, and not the
		// machine: 2 writes the log at every commit and 0 would not.
		"--innodb-flush-method=nosync", "--innodb-doublewrite=0", "--innodb-flush-log-at-trx-commit=2",
	}
	if m.name == MariaDB {
		argv = append(argv, logSize)
	}
	return append(argv, asRoot(s)...)
}

// logSize keeps MariaDB's log, of 96 MB else, from being the largest of its files.
const logSize = "--innodb-log-file-size=16M"

// asRoot returns the argument without which neither server runs as root.
func asRoot(s *server) []string {
	if os.Geteuid() == 0 && s.guard.account == nil {
		return []string{"--user=root"}
	}
	return nil
}

func (m *mysqld) command(s *server) []string {
	dir := s.guard.dir
	return append(m.base(s),
		"--bind-address=127.0.0.1", "--port="+strconv.Itoa(s.port),
		"--socket="+filepath.Join(dir, "sock"), "--pid-file="+filepath.Join(dir, "pid"), "--init-file="+filepath.Join(dir, "init.sql"),
		"--skip-name-resolve", "--character-set-server=utf8mb4", "--max-connections=400",
		"--innodb-buffer-pool-size=64M", "--disable-log-bin", "--performance-schema=OFF", "--loose-mysqlx=OFF",
		"--secure-file-priv="+dir) // a packaged server's default need not exist
}

func (m *mysqld) parse(s *server, dsn string) error {
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		return err
	}
	if c.Net != "tcp" || strings.Contains(dsn[strings.LastIndex(dsn, "/"):], "?") || c.DBName != "" {
		return errors.New("not a DSN of the form user:password@tcp(host:port)/, without database and parameters")
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return err
	}
	s.host, s.username, s.password = host, c.User, c.Passwd
	s.port, err = strconv.Atoi(port)
	return err
}

func (*mysqld) dsn(s *server, database string) string {
	return fmt.Sprintf("%s:%s@tcp(%s)/%s", s.username, s.password, s.address(), database)
}

func (m *mysqld) ask(ctx context.Context, s *server) (string, error) {
	var full string
	err := m.on(s, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT VERSION()").Scan(&full)
	})
	if err != nil {
		return "", err
	}
	product, name := "MySQL", MySQL
	if strings.Contains(full, "MariaDB") {
		product, name = "MariaDB", MariaDB
	}
	version, _, _ := strings.Cut(full, "-") // "10.11.19-MariaDB-0+deb12u1"
	if name != m.name {
		return "", fmt.Errorf("%s wanted, and this is %s %s", m.name, product, version)
	}
	return product + " " + version, nil
}

func (m *mysqld) create(ctx context.Context, s *server, database string) error {
	return m.on(s, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, "CREATE DATABASE "+database+" CHARACTER SET utf8mb4")
		return err
	})
}

// drop ends the connections to the database first: DROP DATABASE waits for their
// transactions, for up to a year.
func (m *mysqld) drop(ctx context.Context, s *server, database string) error {
	return m.on(s, func(db *sql.DB) error {
		db.SetMaxOpenConns(1) // so that the setting is the statement's
		if _, err := db.ExecContext(ctx, "SET SESSION lock_wait_timeout = 2"); err != nil {
			return err
		}
		for {
			err := m.disconnect(ctx, db, database)
			if err == nil {
				_, err = db.ExecContext(ctx, "DROP DATABASE IF EXISTS "+database)
			}
			// A lock wait timeout: somebody came back. Or MySQL could not say
			// in utf8mb3 what some connection runs at the moment.
			if e := (*mysql.MySQLError)(nil); !errors.As(err, &e) || e.Number != 1205 && e.Number != 3854 {
				return err
			}
		}
	})
}

// disconnect kills the connections that have database as their default.
func (*mysqld) disconnect(ctx context.Context, db *sql.DB, database string) error {
	rows, err := db.QueryContext(ctx, "SELECT id FROM information_schema.processlist WHERE db = ?", database)
	if err != nil {
		return err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range ids {
		// One that has gone by itself meanwhile (1094) is as good.
		_, err := db.ExecContext(ctx, "KILL "+strconv.FormatInt(id, 10))
		if e := (*mysql.MySQLError)(nil); err != nil && (!errors.As(err, &e) || e.Number != 1094) {
			return err
		}
	}
	return nil
}

// on runs do with a connection to the server.
func (m *mysqld) on(s *server, do func(*sql.DB) error) error {
	c := mysql.NewConfig()
	c.Net, c.Addr, c.User, c.Passwd = "tcp", s.address(), s.username, s.password
	c.Logger = &mysql.NopLogger{} // a server that does not answer yet is no news
	c.InterpolateParams = true
	c.Timeout = 10 * time.Second
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	return errors.Join(do(db), db.Close())
}
