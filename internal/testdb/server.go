package testdb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// errNotInstalled is what start returns, wrapped, for a server whose programs the
// machine doesn't have.
var errNotInstalled = errors.New("not installed")

// A server is a database server: one that start started, or one that the
// environment names.
type server struct {
	name    string // Postgres, MariaDB, MySQL or Redis
	version string // "PostgreSQL 15.18"
	engine  engine

	host               string
	port               int
	username, password string
	database           string // where to log in to make a database
	params             string // of the URL that the environment gave, on PostgreSQL

	guard *guard // nil if somebody else runs the server

	mu      sync.Mutex
	process *process // nil while the server does not run
}

// A process is a running server. ended is closed when it does not run any more.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// An engine is what differs between the servers.
type engine interface {
	// missing says how to install the server, or "" if it is installed.
	missing() string
	// account names the user who is to run the server for a root who must not.
	account() string
	// prepare makes the data of a new server, in the guard's folder.
	prepare(s *server) error
	// command returns the server's program and arguments.
	command(s *server) []string
	// parse reads a DSN of the environment into s.
	parse(s *server, dsn string) error
	// dsn returns what the driver takes for a database of s.
	dsn(s *server, database string) string
	// ask returns the version of the server, once it answers.
	ask(ctx context.Context, s *server) (version string, err error)
	create(ctx context.Context, s *server, database string) error
	drop(ctx context.Context, s *server, database string) error
}

// newEngine returns the engine called name, with its programs if they are found.
func newEngine(name string) engine {
	switch name {
	case Postgres:
		return newPostgres()
	case Redis:
		return newRedis()
	}
	return newMySQL(name)
}

// find returns the server that the environment names, else starts one.
func find(name string) (*server, error) {
	if dsn := os.Getenv(variable(name)); dsn != "" {
		return connect(name, dsn)
	}
	return start(name)
}

// variable returns the name of the variable that holds the DSN of a server.
func variable(name string) string {
	switch name {
	case Postgres:
		return "AUTHDB_TEST_POSTGRES"
	case MariaDB:
		return "AUTHDB_TEST_MARIADB"
	case Redis:
		return "AUTHDB_TEST_REDIS"
	default:
		return "AUTHDB_TEST_MYSQL"
	}
}

// connect returns the server that a DSN of the environment names.
func connect(name, dsn string) (*server, error) {
	s := &server{name: name, engine: newEngine(name)}
	err := s.engine.parse(s, dsn)
	if err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		s.version, err = s.engine.ask(ctx, s)
	}
	if err != nil {
		return nil, fmt.Errorf("testdb: the server of %s: %w", variable(name), err)
	}
	return s, nil
}

// start starts a new, empty server from the programs installed on the machine, on
// a free port of 127.0.0.1 and with its data in a temporary folder. The data are
// worth nothing, so it never waits for a disk. For root it runs as the user that
// its package made; PostgreSQL refuses root. It lives until stop, or as long as
// this process: see guard.
func start(name string) (*server, error) { return startWith(name, newEngine(name)) }

// startWith is start with the given programs.
func startWith(name string, e engine) (*server, error) {
	s := &server{
		name: name, engine: e, host: "127.0.0.1", username: "authdb",
		// A server that took the port we had found does not know this password, and so
		// is not mistaken for ours.
		password: rand.Text(),
	}
	if how := s.engine.missing(); how != "" {
		return nil, fmt.Errorf("testdb: %s is %w: %s, or set %s to the DSN of one that runs; ./scripts/test sees to it all",
			name, errNotInstalled, how, variable(name))
	}
	var err error
	if s.guard, err = newGuard(s.engine.account()); err != nil {
		return nil, fmt.Errorf("testdb: %s: %w", name, err)
	}
	if err := s.boot(); err != nil {
		s.stop()
		return nil, fmt.Errorf("testdb: %s: %w", name, err)
	}
	return s, nil
}

// boot makes the data of a new server and starts it.
func (s *server) boot() error {
	if err := s.engine.prepare(s); err != nil {
		return err
	}
	var err error
	for range 3 { // somebody may take a port between our finding and the server's using it
		if s.port, err = freePort(); err != nil {
			return err
		}
		if err = s.launch(); err == nil {
			return nil
		}
	}
	return err
}

// launch starts the server on its port and data and waits until it answers.
func (s *server) launch() error {
	path := filepath.Join(s.guard.dir, "log")
	log, err := os.Create(path)
	if err != nil {
		return err
	}
	defer log.Close()
	p := &process{cmd: s.guard.command(s.engine.command(s)), ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = p.cmd.Wait() // the log says how it ended
		close(p.ended)
	}()
	if s.version, err = s.await(p); err != nil {
		_ = p.kill()
		said, _ := os.ReadFile(path)
		return fmt.Errorf("%w; the server's last words:\n%s", err, tail(string(said)))
	}
	s.setProcess(p)
	return nil
}

// await returns the version of the server that p runs, as soon as it answers.
func (s *server) await(p *process) (version string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	for {
		version, err := s.engine.ask(ctx, s)
		if err == nil {
			return version, nil
		}
		select {
		case <-p.ended:
			return "", errors.New("the server does not stay up")
		case <-ctx.Done():
			return "", fmt.Errorf("the server does not answer: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// kill kills the server as kill -9 does, with all its processes. Its port and data
// stay.
func (s *server) kill() error {
	if p := s.setProcess(nil); p != nil {
		return p.kill()
	}
	return nil
}

// restart starts a killed server again. What the kill has orphaned may hold on
// to the data for a moment: PostgreSQL doesn't start until the last is gone.
func (s *server) restart() error {
	var err error
	for range 20 {
		if err = s.launch(); err == nil {
			return nil
		}
		time.Sleep(250 * time.Millisecond)
	}
	return err
}

// stop ends a server that start started, removes its folder and returns when both
// are gone. It leaves one of the environment alone.
func (s *server) stop() {
	if s.guard == nil {
		return
	}
	s.guard.release()
	if p := s.setProcess(nil); p != nil {
		<-p.ended
	}
}

// running reports whether there is a server to talk to.
func (s *server) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.guard == nil || s.process != nil
}

// setProcess replaces the process of the server and returns the one before.
func (s *server) setProcess(p *process) *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.process
	s.process = p
	return before
}

// kill kills the process and its children, and returns when it is gone. On
// PostgreSQL each connection has such a child, which would go on to answer for a
// moment. A stopped parent makes no more of them, and does not bury the dead, so
// that their numbers stay theirs until it is killed too.
func (p *process) kill() error {
	_ = p.cmd.Process.Signal(syscall.SIGSTOP) // it may have ended by itself
	pids, err := children(p.cmd.Process.Pid)
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	_ = p.cmd.Process.Kill()
	<-p.ended
	return err
}

// children returns the children of a process.
func children(parent int) ([]int, error) {
	list, err := exec.Command("ps", "-A", "-o", "ppid=,pid=").Output()
	if err != nil {
		return nil, fmt.Errorf("list processes (Debian, Ubuntu: apt-get install procps): %w", err)
	}
	var pids []int
	for line := range strings.Lines(string(list)) {
		var ppid, pid int
		if _, err := fmt.Sscan(line, &ppid, &pid); err == nil && ppid == parent {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// url returns the URL of a database on s in the form that datasource.Parse takes.
func (s *server) url(database string) string {
	u := url.URL{Scheme: s.name, User: url.UserPassword(s.username, s.password), Host: s.address(), Path: "/" + database}
	return u.String()
}

// address returns host:port.
func (s *server) address() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// lastPort is the last of which a port 10000 above is one too: a node of a Redis
// cluster takes that for itself.
const lastPort = 65535 - 10000

// freePort returns a port of 127.0.0.1 that nobody listens on.
func freePort() (int, error) {
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := l.Addr().(*net.TCPAddr).Port
		if err := l.Close(); err != nil || port <= lastPort {
			return port, err
		}
	}
}
