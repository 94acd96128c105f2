package testdb

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A guard owns what a server leaves behind, its processes and its folder, and
// sees to it that neither outlives this process.
//
// A process that is killed runs no code of its own any more, so the guard is two
// shells outside it. The keeper reads from a pipe whose other end only this
// process holds, and so learns from the kernel that it is gone. All that the
// guard starts is in the keeper's process group, which it then kills, itself
// included: a group can't be mistaken as a stale process number can. The sweeper
// waits in the same way for the end of the keeper, and removes the folder, which
// nobody can be writing to by then.
type guard struct {
	dir     string
	account *syscall.Credential // whom the server runs as; nil is whoever we are

	life            *os.File // the end of the pipe that says that we live
	keeper, sweeper *exec.Cmd
}

// PostgreSQL takes SIGQUIT as "stop at once" and then leaves no shared memory
// behind; it is given 5 s for it. Nobody else needs more than SIGKILL.
const keeperScript = `
trap '' HUP INT TERM
trap : QUIT
read -r _
kill -QUIT 0
i=0
while [ $i -lt 50 ] && kill -0 "$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)" 2>/dev/null; do
	i=$((i + 1))
	sleep 0.1
done
kill -KILL 0
`

// A PostgreSQL that was killed has left the number of its segment of shared
// memory in line 7 of this file. What was killed may take a moment to die.
const sweeperScript = `
trap '' HUP INT TERM QUIT
read -r _
segment=$(sed -n '7s/.* //p' "$1/data/postmaster.pid" 2>/dev/null)
[ -z "$segment" ] || ipcrm -m "$segment" 2>/dev/null
i=0
until rm -rf "$1" || [ $i -ge 50 ]; do
	i=$((i + 1))
	sleep 0.1
done
`

// newGuard returns a guard for a server that runs as the given account, if we are
// root and there is such an account, and as ourselves otherwise.
func newGuard(account string) (_ *guard, err error) {
	g := &guard{}
	if g.account, err = credential(account); err != nil {
		return nil, err
	}
	if g.dir, err = os.MkdirTemp("", "authdb-testdb-"); err != nil {
		return nil, err
	}
	if err := g.watch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(g.dir))
	}
	if err := g.give(g.dir); err != nil {
		g.release()
		return nil, err
	}
	return g, nil
}

// watch starts the keeper and the sweeper.
func (g *guard) watch() error {
	ours, life, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ours.Close()
	keepers, keeperLife, err := os.Pipe()
	if err != nil {
		return errors.Join(err, life.Close())
	}
	defer keepers.Close()
	defer keeperLife.Close()

	g.sweeper = shell(sweeperScript, g.dir)
	g.sweeper.Stdin = keepers
	if err := g.sweeper.Start(); err != nil {
		return errors.Join(err, life.Close())
	}
	g.keeper = shell(keeperScript, g.dir)
	g.keeper.Stdin = ours
	g.keeper.ExtraFiles = []*os.File{keeperLife}
	if err := g.keeper.Start(); err != nil {
		return errors.Join(err, life.Close())
	}
	g.life = life
	return nil
}

// shell returns a shell in a process group of its own, so that what is meant for
// this process (Ctrl-C, the timeout of a test) does not reach it.
func shell(script, dir string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", script, "authdb-testdb", dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// command returns a command that runs in the guard's folder, as its account, and
// not longer than this process.
func (g *guard) command(argv []string) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = g.dir
	cmd.Env = []string{"PATH=" + searchPath(), "HOME=" + g.dir, "TMPDIR=" + g.dir, "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.keeper.Process.Pid, Credential: g.account}
	return cmd
}

// release ends what runs in the guard, removes its folder and returns when both
// are done.
func (g *guard) release() {
	_ = g.life.Close()
	_ = g.keeper.Wait() // kills itself at the end
	_ = g.sweeper.Wait()
}

// write makes a file in the guard's folder that only the server may read.
func (g *guard) write(name, content string) (path string, err error) {
	path = filepath.Join(g.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return "", err
	}
	return path, g.give(path)
}

// mkdir makes a folder in the guard's folder that is the server's alone.
func (g *guard) mkdir(name string) error {
	path := filepath.Join(g.dir, name)
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	return g.give(path)
}

// give makes path the server's.
func (g *guard) give(path string) error {
	if g.account == nil {
		return nil
	}
	return os.Chown(path, int(g.account.Uid), int(g.account.Gid))
}

// run runs a command to its end. Its error shows what the command said last.
func run(cmd *exec.Cmd) error {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, tail(said.String()))
	}
	return nil
}

// tail returns the last lines of what a program said, where it says what is wrong.
func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// credential returns whom to run a server as: nil unless we are root and the
// account exists.
func credential(account string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 || account == "" {
		return nil, nil
	}
	u, err := user.Lookup(account)
	if unknown := user.UnknownUserError(""); errors.As(err, &unknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// searchPath is where servers' programs are looked for: PATH, and the folders
// that an ordinary user's PATH lacks.
func searchPath() string {
	return os.Getenv("PATH") + ":/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/bin"
}

// lookPath returns the first of the programs that is installed, or "".
func lookPath(programs ...string) string {
	for _, p := range programs {
		for _, dir := range filepath.SplitList(searchPath()) {
			path := filepath.Join(dir, p)
			if executable(path) {
				return path
			}
		}
	}
	return ""
}

// executable reports whether path is a program.
func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}
