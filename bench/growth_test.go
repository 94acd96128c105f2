package bench_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

var growth = flag.String("growth", "1000,20000", "the numbers of sessions that BenchmarkGrowth compares, of which the second counts as 1")

// The shape of a table that has grown: users have ten sessions each, and those
// who are there at the moment hold the latest.
const (
	sessionsOfUser = 10
	present        = 10_000
	sweptAtOnce    = 100 // in one transaction on each database, after which a sweep would rest
	sweptInRound   = 1_000
)

// BenchmarkGrowth does the same on tables of several sizes, which lie side by
// side on one server. They take turns in each round, and what is reported is the
// median of the rounds: of the time of a call, and of its ratio to that on the
// second of the tables.
//
//	go test ./bench -run '^$' -bench Growth/postgres -benchtime 100x -timeout 4h -growth 1000,100000,1000000,10000000
func BenchmarkGrowth(b *testing.B) {
	for _, d := range databases() {
		b.Run(d.name, func(b *testing.B) {
			var tables []*grown
			for _, text := range strings.Split(*growth, ",") {
				size, err := strconv.Atoi(text)
				if err != nil || size < sessionsOfUser {
					b.Fatalf("-growth: %q is no number of sessions", text)
				}
				tables = append(tables, grow(b, d, size))
			}
			for _, w := range tasks() {
				b.Run(w.name, func(b *testing.B) { compare(b, tables, w) })
			}
		})
	}
}

// A grown is a database with that many sessions.
type grown struct {
	d       database
	db      *gorm.DB
	adapter *gormadapter.Adapter
	size    int
	added   int // sessions that have been made to expire
}

// grow makes the tables, and fills them.
func grow(b *testing.B, d database, size int) *grown {
	b.Helper()
	g := &grown{d: d, db: d.open(b), size: size}
	g.adapter = gormadapter.New(g.db)
	if err := g.adapter.Synchronize(b.Context()); err != nil {
		b.Fatal(err)
	}
	add := func() {
		g.exec(b, fmt.Sprintf("INSERT INTO users (id, email) SELECT %s, %s FROM %s", g.text("n", "user"), g.text("n", "email"), g.numbers(size/sessionsOfUser)))
		g.insert(b, size, "n", "86400 + n % 2592000")
	}
	if d.database == "postgres" {
		g.withoutKeys(b, add)
	} else {
		add()
	}
	for _, table := range []string{"users", "sessions"} {
		g.analyze(b, table)
	}
	g.warm(b)
	return g
}

// insert stores sessions whose numbers the SQL makes of n, and which expire so
// many seconds from now.
func (g *grown) insert(b *testing.B, rows int, number, seconds string) {
	b.Helper()
	user := fmt.Sprintf("(%s) %% %d", number, g.size/sessionsOfUser)
	g.exec(b, fmt.Sprintf("INSERT INTO sessions (id, session_token, user_id, expires) SELECT %s, %s, %s, %s FROM %s",
		g.text(number, "session"), g.text(number, "token"), g.text(user, "user"), g.instant(seconds), g.numbers(rows)))
}

func (g *grown) exec(b *testing.B, statement string) {
	b.Helper()
	if err := g.db.Exec(statement).Error; err != nil {
		b.Fatalf("%v\n%s", err, statement)
	}
}

// analyze is not prepared: on MariaDB the driver waits for ever for the end of
// the answer.
func (g *grown) analyze(b *testing.B, table string) {
	b.Helper()
	verb := map[string]string{"sqlite": "ANALYZE ", "postgres": "VACUUM ANALYZE "}[g.d.database]
	if verb == "" {
		verb = "ANALYZE TABLE "
	}
	pool, err := g.db.DB()
	if err == nil {
		_, err = pool.ExecContext(b.Context(), verb+table)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// warm has the server read what it will keep of the tables, as after some time of
// use: on PostgreSQL all that fits into its shared_buffers, on the others the
// sessions of those who are there.
func (g *grown) warm(b *testing.B) {
	b.Helper()
	var there bool
	if g.d.database == "postgres" {
		if err := g.db.Raw("SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_prewarm')").Scan(&there).Error; err != nil {
			b.Fatal(err)
		}
	}
	if there {
		g.exec(b, "CREATE EXTENSION pg_prewarm")
		g.exec(b, "SELECT pg_prewarm(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')")
	}
	for i := range min(g.size, present) {
		if _, _, err := g.adapter.GetSessionAndUser(b.Context(), name(g.size-1-i, "token")); err != nil {
			b.Fatal(err)
		}
	}
}

// withoutKeys adds rows to tables whose keys are taken away meanwhile, and made
// again as they were: with them it takes hours.
func (g *grown) withoutKeys(b *testing.B, add func()) {
	b.Helper()
	type key struct{ Drop, Make string }
	var keys []key
	const (
		constraints = "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop, format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid IN ('users'::regclass, 'sessions'::regclass, 'accounts'::regclass, 'authenticators'::regclass) AND contype IN ('f', 'p') ORDER BY contype, conname"
		indexes     = "SELECT format('DROP INDEX %s', indexrelid::regclass) AS drop, pg_get_indexdef(indexrelid) AS make FROM pg_index WHERE indrelid IN ('users'::regclass, 'sessions'::regclass) AND NOT indisprimary ORDER BY indexrelid"
	)
	for _, query := range []string{indexes, constraints} { // foreign keys are dropped before primary ones
		var found []key
		if err := g.db.Raw(query).Scan(&found).Error; err != nil {
			b.Fatal(err)
		}
		keys = append(keys, found...)
	}
	for _, k := range keys {
		g.exec(b, k.Drop)
	}
	add()
	for _, k := range slices.Backward(keys) {
		g.exec(b, k.Make)
	}
	if plan, err := g.adapter.Plan(b.Context()); err != nil || len(plan.Statements)+len(plan.Findings) > 0 {
		b.Fatal("the tables are not as they were: ", plan, err)
	}
}

func (g *grown) numbers(n int) string { return fmt.Sprintf(g.d.numbers, n-1) }

// factor scatters numbers over 32 bits, each to a place of its own.
const factor = 2654435761

// text is the SQL of what name returns.
func (g *grown) text(number, what string) string {
	scattered := fmt.Sprintf("((%s) * %d & 4294967295)", number, factor)
	switch g.d.database {
	case "sqlite":
		return fmt.Sprintf("printf('%%08x', %s) || '-0000-4000-8000-%s'", scattered, what)
	case "postgres":
		scattered = fmt.Sprintf("((%s)::bigint * %d & 4294967295)", number, factor)
		return fmt.Sprintf("lpad(to_hex(%s), 8, '0') || '-0000-4000-8000-%s'", scattered, what)
	}
	return fmt.Sprintf("concat(lower(lpad(hex(%s), 8, '0')), '-0000-4000-8000-%s')", scattered, what)
}

// name is an id or a token, in no order of the numbers, as real ones.
func name(number int, what string) string {
	return fmt.Sprintf("%08x-0000-4000-8000-%s", uint32(number*factor), what)
}

// instant is the SQL of one that many seconds from now.
func (g *grown) instant(seconds string) string {
	switch g.d.database {
	case "sqlite":
		return fmt.Sprintf("strftime('%%Y-%%m-%%dT%%H:%%M:%%f+00:00', 'now', (%s) || ' seconds')", seconds)
	case "postgres":
		return fmt.Sprintf("now() + (%s) * interval '1 second'", seconds)
	}
	return fmt.Sprintf("utc_timestamp(3) + interval (%s) second", seconds)
}

func (g *grown) anyUser() string { return name(rand.N(g.size/sessionsOfUser), "user") }

// A task is done calls times in each round.
type task struct {
	name   string
	calls  int
	before func(b *testing.B, g *grown)
	do     func(ctx context.Context, g *grown) error
}

func tasks() []task {
	look := func(token func(g *grown) string) func(ctx context.Context, g *grown) error {
		return func(ctx context.Context, g *grown) error {
			_, _, err := g.adapter.GetSessionAndUser(ctx, token(g))
			return err
		}
	}
	missing := look(func(g *grown) string { return name(g.size+rand.N(g.size), "nobody") })
	month := time.Now().Add(30 * 24 * time.Hour)
	return []task{
		{name: "GetSessionAndUser-present", calls: 200, do: look(func(g *grown) string { return name(g.size-1-rand.N(min(g.size, present)), "token") })},
		{name: "GetSessionAndUser-any", calls: 200, do: look(func(g *grown) string { return name(rand.N(g.size), "token") })},
		{name: "GetSessionAndUser-missing", calls: 200, do: func(ctx context.Context, g *grown) error {
			if err := missing(ctx, g); !errors.Is(err, authdb.ErrNotFound) {
				return fmt.Errorf("it is there: %w", err)
			}
			return nil
		}},
		{name: "GetUser-any", calls: 200, do: func(ctx context.Context, g *grown) error {
			_, err := g.adapter.GetUser(ctx, g.anyUser())
			return err
		}},
		{name: "ListSessionsByUserID-any", calls: 200, do: func(ctx context.Context, g *grown) error {
			_, err := g.adapter.ListSessionsByUserID(ctx, g.anyUser())
			return err
		}},
		{name: "CreateSession", calls: 200, do: func(ctx context.Context, g *grown) error {
			_, err := g.adapter.CreateSession(ctx, &authdb.Session{SessionToken: authdb.NewID(), UserID: g.anyUser(), Expires: month})
			return err
		}},
		{name: "UpdateSession-present", calls: 200, do: func(ctx context.Context, g *grown) error {
			later := authdb.SessionPatch{Expires: authdb.Set(month.Add(rand.N(time.Hour)))}
			_, err := g.adapter.UpdateSession(ctx, name(g.size-1-rand.N(min(g.size, present)), "token"), later)
			return err
		}},
		{name: "DeleteExpired-100", calls: sweptInRound / sweptAtOnce, before: func(b *testing.B, g *grown) {
			g.insert(b, sweptInRound, fmt.Sprintf("n + %d", g.size+g.added), "-n - 60")
			g.added += sweptInRound
		}, do: func(ctx context.Context, g *grown) error {
			swept, err := g.adapter.DeleteExpired(ctx, sweptAtOnce)
			if err == nil && swept.Sessions != sweptAtOnce {
				err = fmt.Errorf("it swept %d", swept.Sessions)
			}
			return err
		}},
		{name: "Synchronize", calls: 5, do: func(ctx context.Context, g *grown) error { return gormadapter.New(g.db).Synchronize(ctx) }},
		{name: "Check", calls: 5, do: func(ctx context.Context, g *grown) error { return gormadapter.New(g.db).Check(ctx) }},
	}
}

// compare has the tables take turns.
func compare(b *testing.B, tables []*grown, w task) {
	b.Helper()
	measure := func(g *grown) float64 {
		if w.before != nil {
			w.before(b, g)
		}
		began := time.Now()
		for range w.calls {
			if err := w.do(b.Context(), g); err != nil {
				b.Fatal(err)
			}
		}
		return float64(time.Since(began).Nanoseconds()) / float64(w.calls)
	}
	for _, g := range tables {
		measure(g)
	}
	times := make([][]float64, len(tables))
	for round := range b.N {
		for i := range tables {
			i = (i + round) % len(tables)
			times[i] = append(times[i], measure(tables[i]))
		}
	}
	one := min(1, len(tables)-1)
	for i, g := range tables {
		ratios := slices.Clone(times[i])
		for round := range ratios {
			ratios[round] /= times[one][round]
		}
		b.ReportMetric(median(times[i])/1e3, fmt.Sprintf("%d-us", g.size))
		b.ReportMetric(median(ratios), fmt.Sprintf("%d-ratio", g.size))
	}
	b.ReportMetric(0, "ns/op")
}

func median(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}
