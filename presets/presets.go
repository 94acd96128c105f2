// Package presets opens databases that Auth.js made: it has the row types and
// the layout of every table that Auth.js's own SQL adapters create.
//
//	adapter := gormadapter.New(db, authdb.WithModels(presets.Prisma()))
//
// What is read is what those adapters wrote, and what is written they read: ids,
// instants and generated columns have the form that the origin gives them, byte
// for byte, by column and database.
//
//	                               SQLite  PostgreSQL  MySQL
//	@auth/typeorm-adapter          x       x           x      TypeORM
//	@auth/sequelize-adapter        x       x           x      Sequelize
//	@auth/prisma-adapter           x       x           x      Prisma, PrismaNextAuth4
//	@auth/drizzle-adapter          x       x           x      Drizzle
//	@auth/pg-adapter                       x                  PG
//	@auth/neon-adapter                     x                  Neon
//	@auth/kysely-adapter           x       x           x      Kysely
//	@auth/d1-adapter               x                          D1
//	@auth/mikro-orm-adapter        x       x           x      MikroORM
//	@auth/supabase-adapter                 x                  Supabase
//	@auth/hasura-adapter                   x                  Hasura
//	next-auth 3, with its TypeORM  x       x           x      NextAuth3
//
// MySQL is MariaDB as well. On a database that has no mark the adapter says that
// there are no such tables. Only Prisma and Drizzle have authenticators. What
// else is peculiar to an origin is said at its function. [Detect] finds the
// origin of tables by looking at them.
//
// # Keys that no database guards
//
// Where an origin has no unique key to rest on, Layout.Unguarded says so, and
// the adapter keeps the key unique among all Go processes. The origin's own
// adapter takes no part in that.
//
// # More columns
//
// A struct that embeds a row has its columns and is in its table:
//
//	type Member struct {
//		presets.DrizzleUser
//		Role string
//	}
//
//	m := presets.Drizzle()
//	m.User = &Member{}
//
// A struct that embeds a row with a hook, and has that hook itself, calls the
// row's.
//
// # Never AutoMigrate
//
// The rows say how the tables are read and written, and not how they are made.
// db.AutoMigrate changes the types of columns and drops unique keys, and what
// made the tables may then drop columns. Its own migrations change them.
//
// # Rows without the adapter
//
// db.Create and the like store the rows in the right form too. Where an option
// ([Location], [UnixMilli]) makes a difference they want to know it:
//
//	db = models.WithLayout(db, presets.Kysely(presets.Location(berlin)).Layout)
package presets

import (
	"time"

	"github.com/authdb/authdb"
)

// An Option is one that every preset takes.
type Option interface {
	PrismaOption
	ZoneOption
}

// A PrismaOption is one that [Prisma] and [PrismaNextAuth4] take: an [Option], or
// [UnixMilli].
type PrismaOption interface {
	applier
	prisma()
}

// A ZoneOption is one that [Kysely] and [MikroORM] take: an [Option], or
// [Location].
type ZoneOption interface {
	applier
	zoned()
}

type applier interface{ apply(*authdb.Layout) }

// Schema names what holds the tables: a schema of PostgreSQL, a database of
// MySQL, an attached database of SQLite. Default: where the connection looks,
// and next_auth for Supabase.
func Schema(name string) Option { return schemaName(name) }

type schemaName string

func (schemaName) prisma() {}
func (schemaName) zoned()  {}

func (s schemaName) apply(l *authdb.Layout) { l.Schema = string(s) }

// Location is the zone of the Node process, as its variable TZ or the machine
// it runs on has it: on MySQL, Kysely and MikroORM store instants as that zone's
// wall clock. On other databases it makes no difference. Default: UTC.
//
// A wall clock shows one hour of the year twice. What was written in that hour
// is read as JavaScript reads it: as the first of the two.
func Location(zone *time.Location) ZoneOption { return location{zone} }

type location struct{ zone *time.Location }

func (location) zoned() {}

func (o location) apply(l *authdb.Layout) { l.Location = o.zone }

// layout applies the options of a preset.
func layout[O applier](l authdb.Layout, opts []O) authdb.Layout {
	for _, opt := range opts {
		opt.apply(&l)
	}
	return l
}

// Tokens are the columns of an account that the provider fills. ExpiresAt, Unix
// seconds, is an integer of 32 bits in some origins.
type Tokens[Seconds int32 | int64] struct {
	RefreshToken *string  `gorm:"column:refresh_token"`
	AccessToken  *string  `gorm:"column:access_token"`
	ExpiresAt    *Seconds `gorm:"column:expires_at"`
	TokenType    *string  `gorm:"column:token_type"`
	Scope        *string  `gorm:"column:scope"`
	IDToken      *string  `gorm:"column:id_token"`
	SessionState *string  `gorm:"column:session_state"`
}

// Authenticator is what the tables of authenticators have in common. Counter is
// an integer of 32 bits in some origins.
type Authenticator[Number int32 | int64] struct {
	CredentialID         string  `gorm:"column:credentialID;primaryKey"`
	UserID               string  `gorm:"column:userId;primaryKey"`
	ProviderAccountID    string  `gorm:"column:providerAccountId"`
	CredentialPublicKey  string  `gorm:"column:credentialPublicKey"`
	Counter              Number  `gorm:"column:counter"`
	CredentialDeviceType string  `gorm:"column:credentialDeviceType"`
	CredentialBackedUp   bool    `gorm:"column:credentialBackedUp"`
	Transports           *string `gorm:"column:transports"`
}
