package reliability

import (
	"context"

	"github.com/authdb/authdb/internal/testdb"
)

// serverKilled kills the server with SIGKILL under the writers' calls, and starts
// it again.
func serverKilled() fault {
	return fault{
		name: "server killed", rounds: 200, unit: "kills",
		on: map[string]string{sqlite: "-"},
		strike: func(_ context.Context, sc *scene) error {
			if err := sc.instance.Kill(); err != nil {
				return err
			}
			return sc.instance.Start()
		},
	}
}

// processKilled kills the process in which the writers are.
func processKilled() fault {
	return fault{
		name: "writing process killed", rounds: 200, unit: "kills", apart: true,
		on: map[string]string{testdb.Postgres: "-", testdb.MariaDB: "-", testdb.MySQL: "-"},
		strike: func(_ context.Context, sc *scene) error {
			return sc.load.(*troop).kill()
		},
	}
}
