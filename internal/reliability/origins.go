package reliability

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/authdb/authdb/internal/testdb"
)

// An origin is an adapter of Auth.js, to be put under the same load.
type origin struct {
	name   string // as interop/origins calls it
	title  string // of its package
	schema schema
}

func origins() []origin {
	columns := schema{
		email: "email", userID: "userId", account: "providerAccountId", session: "sessionToken",
		name: "name", second: "'there'", // their updates of sessions are not looked at
	}
	typeorm, drizzle := columns, columns
	typeorm.users, typeorm.accounts, typeorm.sessions, typeorm.tokens = "users", "accounts", "sessions", "verification_tokens"
	drizzle.users, drizzle.accounts, drizzle.sessions, drizzle.tokens = "user", "account", "session", "verificationToken"
	return []origin{
		{"typeorm", "@auth/typeorm-adapter", typeorm},
		{"drizzle", "@auth/drizzle-adapter", drizzle},
	}
}

// migrate makes the tables as the origin does.
func (c Config) migrate(s *stage, o origin) error {
	s.origin, s.schema = o.name, o.schema
	p, err := c.originPeer(s, nil)
	if err != nil {
		return err
	}
	if _, err := p.ask(order{Do: "migrate"}); err != nil {
		return err
	}
	return p.close()
}

// originPeer starts a process of Node.js with the origin's adapter.
func (c Config) originPeer(s *stage, l *ledger) (*process, error) {
	node, err := testdb.FindNode(c.Interop)
	if err != nil {
		return nil, err
	}
	where := url.URL{
		Scheme: "mysql", User: url.UserPassword(s.where.Username, s.where.Password),
		Host: fmt.Sprintf("%s:%d", s.where.Host, s.where.Port), Path: "/" + s.where.Name,
	}
	cmd := exec.Command(node, "load.mjs", s.origin, s.server, where.String())
	cmd.Dir = c.Interop
	cmd.Env = append(os.Environ(), "TZ=UTC", "NODE_ENV=production", "NODE_OPTIONS=")
	return spawn(cmd, l)
}

// packageVersion is the package with the version that is installed.
func (c Config) packageVersion(name string) string {
	var p struct{ Version string }
	text, err := os.ReadFile(filepath.Join(c.Interop, "node_modules", name, "package.json"))
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return name
	}
	return name + " " + p.Version
}
