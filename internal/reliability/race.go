package reliability

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// tokensRaced has 64 callers in four processes want the same token, for one
// token after another.
func tokensRaced() fault {
	return fault{
		name: "tokens × 64 racers in 4 processes", rounds: 1000, origins: 1000, unit: "tokens",
		race: func(ctx context.Context, c Config, s *stage, r *Row) error {
			return withPeers(4, func() (*process, error) { return c.peer(s, nil) }, func(peers []*process) error {
				return raceTokens(ctx, s, peers, c.scaled(1000), 16, c.enough(), r)
			})
		},
	}
}

func raceTokens(ctx context.Context, s *stage, peers []*process, tokens, racers int, enough func() bool, r *Row) error {
	for i := range tokens {
		if r.Rounds > 0 && enough() {
			break
		}
		r.Rounds++
		token := fmt.Sprintf("raced-%d", i)
		if _, err := peers[0].ask(order{Do: "create", Token: token}); err != nil {
			return err
		}
		answers, err := askAll(peers, func(int) order { return order{Do: "use", Token: token, Callers: racers} })
		if err != nil {
			return err
		}
		used, failed := 0, 0
		for _, a := range answers {
			used += a.Used
			for kind, n := range a.Errors {
				r.Errors[kind] += n
				failed += n
			}
		}
		r.Calls += racers * len(peers)
		switch {
		case used > 1:
			r.Doubles++
			r.Details = append(r.Details, fmt.Sprintf("%s: used %d times", token, used))
		case used == 0 && failed == 0:
			r.Lost++
			r.Details = append(r.Details, token+": nobody got it")
		}
	}
	rows, err := s.rows(ctx)
	if err != nil {
		return err
	}
	r.Checked += r.Rounds
	for k := range rows {
		r.Lost++
		r.Details = append(r.Details, k+": still there")
	}
	return nil
}

// The people who race to be registered, how often each, and from where.
const (
	people        = 500
	registrations = 4
	processes     = 8
	batch         = 20 // people at a time
)

// peopleRaced registers each person four times at once, from as many processes.
func peopleRaced() fault {
	return fault{
		name: "racing registrations of 500 people by 8 processes", rounds: people * registrations, origins: people * registrations, unit: "registrations",
		race: func(ctx context.Context, c Config, s *stage, r *Row) error {
			return withPeers(processes, func() (*process, error) { return c.peer(s, nil) }, func(peers []*process) error {
				return racePeople(ctx, s, peers, c.scaled(people), c.enough(), r)
			})
		},
	}
}

func racePeople(ctx context.Context, s *stage, peers []*process, people int, enough func() bool, r *Row) error {
	told := map[string]map[string]bool{} // ids by name
	for first := 0; first < people; first += batch {
		if first > 0 && enough() {
			people = first
			break
		}
		answers, err := askAll(peers, func(peer int) order {
			o := order{Do: "register"}
			for i := first; i < min(first+batch, people); i++ {
				if (peer+i)%(len(peers)/registrations) == 0 {
					o.People = append(o.People, fmt.Sprintf("person-%d", i))
				}
			}
			r.Calls += len(o.People)
			r.Rounds = r.Calls
			return o
		})
		if err != nil {
			return err
		}
		for _, a := range answers {
			for name, id := range a.IDs {
				if told[name] == nil {
					told[name] = map[string]bool{}
				}
				told[name][id] = true
			}
			for kind, n := range a.Errors {
				r.Errors[kind] += n
			}
		}
	}
	return s.checkPeople(ctx, told, people, r)
}

// checkPeople wants one user of each person, with one account, whom all callers
// were given.
func (s *stage) checkPeople(ctx context.Context, told map[string]map[string]bool, people int, r *Row) error {
	users, accounts := map[string][]string{}, map[string][]string{}
	t := s.schema
	for query, into := range map[string]map[string][]string{
		fmt.Sprintf("SELECT '', %s, id FROM %s", t.name, t.users):                 users,
		fmt.Sprintf("SELECT '', %s, %s FROM %s", t.account, t.userID, t.accounts): accounts,
	} {
		if err := s.each(ctx, query, func(_, name, id string) { into[name] = append(into[name], id) }); err != nil {
			return err
		}
	}
	for i := range people {
		name := fmt.Sprintf("person-%d", i)
		r.Checked += len(users[name]) + len(accounts[name])
		if len(users[name]) > 1 || len(accounts[name]) > 1 || len(told[name]) > 1 {
			r.Doubles++
		}
		for id := range told[name] {
			if len(users[name]) != 1 || users[name][0] != id || len(accounts[name]) != 1 || accounts[name][0] != id {
				r.Lost++
				r.Details = append(r.Details, fmt.Sprintf("%s: %d users, %d accounts, %d ids told", name, len(users[name]), len(accounts[name]), len(told[name])))
				break
			}
		}
	}
	var err error
	r.Orphans, err = s.orphans(ctx)
	return err
}

// withPeers starts processes, and ends them.
func withPeers(n int, start func() (*process, error), do func([]*process) error) (err error) {
	var peers []*process
	defer func() {
		for _, p := range peers {
			err = errors.Join(err, p.close())
		}
	}()
	for range n {
		p, err := start()
		if err != nil {
			return err
		}
		peers = append(peers, p)
	}
	return do(peers)
}

// askAll gives each process its order, all at once.
func askAll(peers []*process, o func(peer int) order) ([]answer, error) {
	answers := make([]answer, len(peers))
	errs := make([]error, len(peers))
	var wait sync.WaitGroup
	for i, p := range peers {
		o := o(i)
		wait.Go(func() { answers[i], errs[i] = p.ask(o) })
	}
	wait.Wait()
	return answers, errors.Join(errs...)
}
