package fromnextauth3_test

import (
	"testing"

	"github.com/google/uuid"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// uuids is a NewID for columns of UUIDs: the same each time.
func uuids(record string, old int32) string {
	space := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	return uuid.NewSHA1(space, append([]byte(record), byte(old>>24), byte(old>>16), byte(old>>8), byte(old))).String()
}

// TestOrigins moves into the tables that Auth.js's adapters of today made.
func TestOrigins(t *testing.T) {
	for _, test := range []struct {
		dump      string
		to        authdb.Models
		newID     func(string, int32) string
		addresses bool // every user has one
	}{
		{"prisma-sqlite", presets.Prisma(), nil, false},
		{"prisma-pg", presets.Prisma(), nil, true},
		{"mikro-orm-mariadb", presets.MikroORM(), nil, false},
		{"drizzle-sqlite", presets.Drizzle(), nil, false},
		{"drizzle-pg", presets.Drizzle(), nil, false},
		{"drizzle-mariadb", presets.Drizzle(), nil, false}, // seconds
		{"typeorm-sqlite", presets.TypeORM(), uuids, false},
		{"typeorm-pg", presets.TypeORM(), uuids, false},
		{"typeorm-mariadb", presets.TypeORM(), uuids, false},
		{"kysely-sqlite", presets.Kysely(), uuids, true}, // whose accounts have no unique key
		{"kysely-pg", presets.Kysely(), uuids, true},
		{"sequelize-pg", presets.Sequelize(), uuids, false},
		{"mikro-orm-sqlite", presets.MikroORM(), nil, false},
		{"supabase-pg", presets.Supabase(), uuids, false},
		{"d1-sqlite", presets.D1(), nil, false},
	} {
		t.Run(test.dump, func(t *testing.T) {
			t.Parallel()
			from := openDB(t, urlOf(t, sqlite))
			testdb.Restore(t, pool(t, from), "next-auth-v3-sqlite")
			server := sqlite
			switch {
			case test.dump[len(test.dump)-3:] == "-pg":
				server = testdb.Postgres
			case test.dump[len(test.dump)-8:] == "-mariadb":
				server = testdb.MariaDB
			}
			db := openDB(t, urlOf(t, server))
			testdb.RestoreSchema(t, pool(t, db), test.dump)
			to := gormadapter.New(db.Session(&gorm.Session{Logger: logger.Discard}), authdb.WithModels(test.to), authdb.WithClock(clock))
			opts := fromnextauth3.Options{NewID: test.newID}
			created := func(n int64) fromnextauth3.Counts { return fromnextauth3.Counts{Rows: n, Created: n} }
			want := fromnextauth3.Report{Users: created(3), Accounts: created(2), Sessions: created(1), VerificationTokens: created(1)}
			if test.addresses {
				want.Users.Created, want.Users.Refused = 2, 1
				want.Refused = []fromnextauth3.Refusal{{Record: "User", ID: 3, Reason: fromnextauth3.Invalid}}
			}
			same(t, "dry", mustRun(t, from, to, fromnextauth3.Options{NewID: test.newID, DryRun: true}), want)
			same(t, "wet", mustRun(t, from, to, opts), want)
			for _, c := range []*fromnextauth3.Counts{&want.Users, &want.Accounts, &want.Sessions, &want.VerificationTokens} {
				c.Created, c.Present = 0, c.Created
			}
			same(t, "again", mustRun(t, from, to, opts), want)
			session, link := oldTokens(t, from)
			_, ada, err := to.GetSessionAndUser(t.Context(), session)
			if err != nil || ada.Email != "ada@example.com" {
				t.Fatalf("%v, %v", ada, err)
			}
			if user, err := to.GetUserByAccount(t.Context(), "github", "424242"); err != nil || user.ID != ada.ID {
				t.Errorf("%v, %v", user, err)
			}
			must(to.UseVerificationToken(t.Context(), "bob@example.com", link))(t)
		})
	}
}

// TestNumbered: where the database numbers the users, nothing is moved.
func TestNumbered(t *testing.T) {
	from := openDB(t, urlOf(t, sqlite))
	testdb.Restore(t, pool(t, from), "next-auth-v3-sqlite")
	db := openDB(t, urlOf(t, testdb.Postgres))
	testdb.RestoreSchema(t, pool(t, db), "pg-pg")
	_, err := fromnextauth3.Run(t.Context(), from, gormadapter.New(db, authdb.WithModels(presets.PG())), fromnextauth3.Options{Now: clock})
	if err == nil {
		t.Error("moved")
	}
	t.Log(err)
}

// TestElsewhere reads the old tables through connections in another zone than
// those who wrote them.
func TestElsewhere(t *testing.T) {
	for server, open := range map[string]func(testdb.Database) gorm.Dialector{
		testdb.Postgres: func(s testdb.Database) gorm.Dialector { return postgres.Open(s.DSN + "&TimeZone=Asia/Kolkata") },
		testdb.MariaDB: func(s testdb.Database) gorm.Dialector {
			return mysql.Open(s.DSN + "?parseTime=true&loc=Local&time_zone=%27%2B05%3A30%27")
		},
		testdb.MySQL: func(s testdb.Database) gorm.Dialector {
			return mysql.Open(s.DSN + "?parseTime=true&loc=Local&time_zone=%27%2B05%3A30%27")
		},
	} {
		for _, dump := range dumpsFor(server) {
			t.Run(server+"/"+dump, func(t *testing.T) {
				t.Parallel()
				where := testdb.New(t, server)
				plain := openDB(t, where.URL)
				testdb.Restore(t, pool(t, plain), dump)
				from, err := gorm.Open(open(where), &gorm.Config{Logger: logger.Discard})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { pool(t, from).Close() })
				to := synchronized(t, openDB(t, urlOf(t, sqlite)))
				complete(t, mustRun(t, from, to, fromnextauth3.Options{}))
				signsIn(t, plain, to)
			})
		}
	}
}
