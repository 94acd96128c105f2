package reliability

import "context"

// serverKilled kills the server with SIGKILL under the writers' calls, and starts
// it again.
func serverKilled() fault {
	return fault{
		name: "server killed", rounds: 200, origins: 50, unit: "kills",
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
		name: "writing process killed", rounds: 200, origins: 50, unit: "kills", apart: true,
		strike: func(_ context.Context, sc *scene) error {
			return sc.load.(*troop).kill()
		},
	}
}
