package redisadapter_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/redisadapter"
)

// peerVariable holds the orders of a process that races.
const peerVariable = "AUTHDB_REDIS_PEER"

// TestMain is also what a racing process does.
func TestMain(m *testing.M) {
	if orders := os.Getenv(peerVariable); orders != "" {
		if err := race(orders, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "peer:", err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	redis.SetLogger(quiet{}) // servers are killed here
	os.Exit(m.Run())
}

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// peerOrders say where a racing process finds the tokens.
type peerOrders struct{ URL, Base string }

const (
	processes = 4
	racers    = 64 // in each process
)

// raced is how many tokens are raced for. The race detector makes it slow.
var raced = flag.Int("raced", 200, "how many tokens processes race for; the report's figures are of 1000")

// TestRace has callers in several processes want the same token, one token after
// another: each has one winner.
func TestRace(t *testing.T) {
	server := testdb.SharedRedis(t)
	client := server.Client(t)
	base := "test:" + uuid.NewString() + ":"
	s := redisadapter.NewWithLayout(client, redisadapter.Layout{Base: base})
	orders, err := json.Marshal(peerOrders{server.URL, base})
	if err != nil {
		t.Fatal(err)
	}
	peers := make([]*racer, processes)
	for i := range peers {
		peers[i] = startRacer(t, string(orders))
	}
	began, winners, wrong := time.Now(), 0, 0
	for i := range *raced {
		token := &authdb.VerificationToken{Identifier: "ada@example.com", Token: fmt.Sprintf("raced-%d", i), Expires: time.Now().Add(time.Hour)}
		if i%4 == 3 {
			token.Identifier = "urn:ada" // by the script
		}
		if _, err := s.CreateVerificationToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		won := 0
		for _, p := range peers {
			p.order(t, token)
		}
		for _, p := range peers {
			won += p.won(t)
		}
		winners += won
		if won != 1 {
			wrong++
		}
	}
	t.Logf("%d tokens, %d racers in %d processes: %d winners, %d tokens without exactly one; %v", *raced, processes*racers, processes, winners, wrong, time.Since(began).Round(time.Millisecond))
	if winners != *raced || wrong != 0 {
		t.Errorf("%d winners of %d tokens", winners, *raced)
	}
	if keys := client.Keys(t.Context(), base+"*").Val(); len(keys) != 0 {
		t.Errorf("left: %q", keys)
	}
}

// A racer is a process that races, seen from outside.
type racer struct {
	in  *json.Encoder
	out *bufio.Reader
}

func startRacer(t *testing.T, orders string) *racer {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), peerVariable+"="+orders)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &racer{json.NewEncoder(in), bufio.NewReader(out)}
}

func (p *racer) order(t *testing.T, token *authdb.VerificationToken) {
	t.Helper()
	if err := p.in.Encode(token); err != nil {
		t.Fatal(err)
	}
}

// won says how many of the process's callers have the token.
func (p *racer) won(t *testing.T) (n int) {
	t.Helper()
	if _, err := fmt.Fscanln(p.out, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// race uses each token that it reads, by many callers at once, and writes how many
// have it.
func race(orders string, in io.Reader, out io.Writer) error {
	var o peerOrders
	if err := json.Unmarshal([]byte(orders), &o); err != nil {
		return err
	}
	options, err := redis.ParseURL(o.URL)
	if err != nil {
		return err
	}
	options.PoolSize = racers
	client := redis.NewClient(options)
	defer client.Close()
	s := redisadapter.NewWithLayout(client, redisadapter.Layout{Base: o.Base})
	for tokens := json.NewDecoder(in); ; {
		var token authdb.VerificationToken
		if err := tokens.Decode(&token); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var (
			wait sync.WaitGroup
			mu   sync.Mutex
			won  int
			errs error
		)
		for range racers {
			wait.Go(func() {
				_, err := s.UseVerificationToken(context.Background(), token.Identifier, token.Token)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, authdb.ErrNotFound) {
					errs = errors.Join(errs, err)
				}
			})
		}
		wait.Wait()
		if errs != nil {
			return errs
		}
		if _, err := fmt.Fprintln(out, won); err != nil {
			return err
		}
	}
}
