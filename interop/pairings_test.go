package interop_test

import (
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

const file = "sqlite"

// A pairing is an origin on a database.
type pairing struct {
	origin   string // of package presets, and a file of folder origins
	database string // file, or a server of testdb
	variant  string // what is special, for the table
	peer     string // what the peer calls the database; default: database
	models   func(node *time.Location) authdb.Models
	facts
}

// Facts are what the two sides need to know of a pairing to understand each
// other. They are properties of the origin, and not of ours.
type facts struct {
	expires  time.Duration // precision of the expiry of sessions and tokens; default: milliseconds
	verified time.Duration // precision of User.EmailVerified; default: milliseconds

	text           int    // longest provider token in characters; 0: more than 5000
	numbered       bool   // ids are numbers in JavaScript
	secondsText    bool   // an account's expires_at is a string in JavaScript
	verifiedNumber bool   // JavaScript reads emailVerified as a number
	authenticators bool   // there is a table of them
	needsEmail     bool   // no user without an address can be stored
	learns         bool   // the preset can't know how exact the columns are: only Check can
	keeps          string // why JavaScript can't delete a user who has sessions or accounts
	racy           bool   // JavaScript reads a verification token first and deletes it then
	version3       bool   // NextAuth 3's contract
}

func (f facts) expiresPrecision() time.Duration  { return max(f.expires, time.Millisecond) }
func (f facts) verifiedPrecision() time.Duration { return max(f.verified, time.Millisecond) }

const (
	restrict = "the documented model has no ON DELETE: Prisma's deleteUser fails while the user has a session or an account"
	models4  = "NextAuth 4's models"
	noDelete = "NextAuth 3 has no deleteUser and no unlinkAccount"
)

// pairings returns all origins on all their databases.
func pairings() []pairing {
	typeorm := func(*time.Location) authdb.Models { return presets.TypeORM() }
	sequelize := func(*time.Location) authdb.Models { return presets.Sequelize() }
	prisma := func(*time.Location) authdb.Models { return presets.Prisma() }
	nextAuth4 := func(*time.Location) authdb.Models { return presets.PrismaNextAuth4() }
	drizzle := func(*time.Location) authdb.Models { return presets.Drizzle() }
	pg := func(*time.Location) authdb.Models { return presets.PG() }
	neon := func(*time.Location) authdb.Models { return presets.Neon() }
	kysely := func(node *time.Location) authdb.Models { return presets.Kysely(presets.Location(node)) }
	d1 := func(*time.Location) authdb.Models { return presets.D1() }
	mikro := func(node *time.Location) authdb.Models { return presets.MikroORM(presets.Location(node)) }
	v3 := func(*time.Location) authdb.Models { return presets.NextAuth3() }
	unix := func(*time.Location) authdb.Models { return presets.Prisma(presets.UnixMilli()) }

	const s = time.Second
	return []pairing{
		{origin: "typeorm", database: file, models: typeorm, facts: facts{racy: true}},
		{origin: "typeorm", database: testdb.Postgres, models: typeorm, facts: facts{racy: true}},
		{origin: "typeorm", database: testdb.MariaDB, models: typeorm, facts: facts{racy: true, text: 255}},
		{origin: "typeorm", database: testdb.MariaDB, variant: `type "mysql"`, peer: "mysql", models: typeorm, facts: facts{racy: true, text: 255}},
		{origin: "typeorm", database: testdb.MySQL, models: typeorm, facts: facts{racy: true, text: 255}},

		{origin: "sequelize", database: file, models: sequelize, facts: facts{racy: true}},
		{origin: "sequelize", database: testdb.Postgres, models: sequelize, facts: facts{racy: true, text: 255}},
		{origin: "sequelize", database: testdb.MariaDB, models: sequelize, facts: facts{racy: true, expires: s, verified: s, text: 255}},
		{origin: "sequelize", database: testdb.MySQL, models: sequelize, facts: facts{racy: true, expires: s, verified: s, text: 255}},

		{origin: "prisma", database: file, models: prisma, facts: facts{authenticators: true}},
		{origin: "prisma", database: file, variant: `timestampFormat "unixepoch-ms"`, peer: "sqlite-unixepoch-ms", models: unix, facts: facts{authenticators: true}},
		{origin: "prisma", database: testdb.Postgres, models: prisma, facts: facts{authenticators: true, needsEmail: true}},
		{origin: "prisma", database: testdb.MariaDB, models: prisma, facts: facts{racy: true, authenticators: true, keeps: restrict}},
		{origin: "prisma", database: testdb.MySQL, models: prisma, facts: facts{racy: true, authenticators: true, keeps: restrict}},

		{origin: "prisma-next-auth-4", database: file, variant: models4, models: nextAuth4},
		{origin: "prisma-next-auth-4", database: testdb.Postgres, variant: models4, models: nextAuth4},
		{origin: "prisma-next-auth-4", database: testdb.MariaDB, variant: models4, models: nextAuth4, facts: facts{racy: true}},
		{origin: "prisma-next-auth-4", database: testdb.MySQL, variant: models4, models: nextAuth4, facts: facts{racy: true}},

		{origin: "drizzle", database: file, models: drizzle, facts: facts{authenticators: true}},
		{origin: "drizzle", database: testdb.Postgres, models: drizzle, facts: facts{authenticators: true}},
		{origin: "drizzle", database: testdb.MariaDB, models: drizzle, facts: facts{racy: true, authenticators: true, expires: s, text: 255}},
		{origin: "drizzle", database: testdb.MySQL, models: drizzle, facts: facts{racy: true, authenticators: true, expires: s, text: 255}},

		{origin: "pg", database: testdb.Postgres, models: pg, facts: facts{numbered: true, secondsText: true}},
		{origin: "neon", database: testdb.Postgres, models: neon, facts: facts{numbered: true, secondsText: true}},

		{origin: "kysely", database: file, models: kysely, facts: facts{needsEmail: true}},
		{origin: "kysely", database: testdb.Postgres, models: kysely, facts: facts{needsEmail: true, secondsText: true}},
		{origin: "kysely", database: testdb.MariaDB, models: kysely, facts: facts{racy: true, needsEmail: true, text: 255}},
		{origin: "kysely", database: testdb.MySQL, models: kysely, facts: facts{racy: true, needsEmail: true, text: 255}},

		{origin: "d1", database: file, models: d1, facts: facts{racy: true}},

		{origin: "mikro-orm", database: file, models: mikro, facts: facts{racy: true, verifiedNumber: true}},
		{origin: "mikro-orm", database: testdb.Postgres, models: mikro, facts: facts{racy: true, expires: s, verified: s, text: 255}},
		{origin: "mikro-orm", database: testdb.MariaDB, models: mikro, facts: facts{racy: true, expires: s, verified: s, text: 255}},
		{origin: "mikro-orm", database: testdb.MySQL, models: mikro, facts: facts{racy: true, expires: s, verified: s, text: 255}},

		{origin: "next-auth-v3", database: file, models: v3, facts: facts{racy: true, version3: true, numbered: true, keeps: noDelete}},
		{origin: "next-auth-v3", database: testdb.Postgres, models: v3, facts: facts{racy: true, version3: true, numbered: true, keeps: noDelete}},
		{origin: "next-auth-v3", database: testdb.MariaDB, models: v3, facts: facts{racy: true, version3: true, numbered: true, keeps: noDelete}},
		{origin: "next-auth-v3", database: testdb.MariaDB, variant: `type "mariadb"`, peer: "mariadb-type-mariadb", models: v3, facts: facts{racy: true, version3: true, numbered: true, keeps: noDelete, learns: true, expires: s, verified: s}},
		{origin: "next-auth-v3", database: testdb.MySQL, models: v3, facts: facts{racy: true, version3: true, numbered: true, keeps: noDelete}},
	}
}
