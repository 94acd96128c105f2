package testdb

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// ErrNotInstalled is what Launch returns, wrapped, for a server whose programs
// the machine doesn't have. The error says how to get them.
var ErrNotInstalled = errNotInstalled

// An Instance is a server of a program's own, as a Server is a test's, to be
// killed and started again. It ends with the process at the latest.
type Instance struct{ server *server }

// Launch starts a new, empty server. A transaction that it has committed
// survives Kill. It uses none that the environment names: those are other
// people's as well.
func Launch(server string) (*Instance, error) {
	if !slices.Contains(Names(), server) {
		return nil, fmt.Errorf("testdb: no server is called %q", server)
	}
	s, err := start(server)
	if err != nil {
		return nil, err
	}
	return &Instance{s}, nil
}

// Version is what the server calls itself: "PostgreSQL 15.18".
func (i *Instance) Version() string { return i.server.version }

// DB makes an empty database. It goes with the server.
func (i *Instance) DB() (Database, error) { return i.server.createDatabase() }

// Kill kills the server with all its processes, as kill -9 does. Its port and
// data stay for Start.
func (i *Instance) Kill() error { return i.server.kill() }

// Start starts the killed server again, on the same port and data, and waits until
// it answers.
func (i *Instance) Start() error {
	if i.server.running() {
		return nil
	}
	return i.server.restart()
}

// Stop ends the server and removes its data.
func (i *Instance) Stop() { i.server.stop() }

// Fill keeps the server from making any file larger than its largest is now, as a
// full disk would keep it from growing. Where the system can't do that, it is
// errors.ErrUnsupported.
func (i *Instance) Fill() error {
	data := filepath.Join(i.server.guard.dir, "data")
	for range 10 {
		before, err := largest(data)
		if err == nil {
			err = i.limitFiles(strconv.FormatInt(before, 10))
		}
		if err != nil {
			return err
		}
		// What is beyond the limit could not be written at all any more, and there
		// are servers that try for ever.
		if after, err := largest(data); err != nil || after <= before {
			return err
		}
	}
	return errors.Join(errors.New("testdb: the server's files grow too fast"), i.Free())
}

// Free ends what Fill began.
func (i *Instance) Free() error { return i.limitFiles("unlimited") }

// largest returns the size of the largest file in a folder.
func largest(folder string) (size int64, err error) {
	err = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return ignoreGone(err)
		}
		info, err := entry.Info()
		if err == nil {
			size = max(size, info.Size())
		}
		return ignoreGone(err)
	})
	return size, err
}

// ignoreGone is for folders in which a server is at work.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// limitFiles sets how large a file the processes of the server may write.
func (i *Instance) limitFiles(limit string) error {
	p := i.server.setProcess(nil)
	i.server.setProcess(p)
	if p == nil {
		return errors.New("testdb: the server does not run")
	}
	program := lookPath("prlimit")
	if program == "" {
		return fmt.Errorf("testdb: no program prlimit: %w", errors.ErrUnsupported)
	}
	pids, err := children(p.cmd.Process.Pid)
	if err != nil {
		return err
	}
	// The parent comes first, so that what it starts meanwhile has the limit too.
	for n, pid := range append([]int{p.cmd.Process.Pid}, pids...) {
		err := run(i.server.guard.command([]string{program, "--pid", strconv.Itoa(pid), "--fsize=" + limit + ":"}))
		if err != nil && (n == 0 || syscall.Kill(pid, 0) == nil) { // a child may have ended
			return err
		}
	}
	return nil
}
