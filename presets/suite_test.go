package presets_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// TestAdapter runs the contract on the tables of every origin, as its own
// migrations make them.
func TestAdapter(t *testing.T) {
	onEachDump(t, func(t *testing.T, c connection, dump string) {
		runSuite(t, c, dump, presetOf(t, dump))
	})
}

// TestAdapterOptions runs it where a preset has been told something.
func TestAdapterOptions(t *testing.T) {
	newYork := presets.Location(zone("America/New_York"))
	repeated := []adaptertest.Option{adaptertest.Without(twice.without[0], twice.reason)}
	for _, x := range []struct {
		dump    string
		models  authdb.Models
		options []adaptertest.Option
	}{
		{"prisma-sqlite", presets.Prisma(presets.UnixMilli()), nil},
		{"kysely-mariadb", presets.Kysely(newYork), repeated},
		{"mikro-orm-mariadb", presets.MikroORM(newYork), repeated},
		{"mikro-orm-pg", presets.MikroORM(newYork), nil},
	} {
		for _, c := range connections() {
			if slices.Contains(testdb.DumpsFor(c.server), x.dump) {
				t.Run(c.name+"/"+x.dump, func(t *testing.T) {
					t.Parallel()
					runSuite(t, c, x.dump, x.models, x.options...)
				})
			}
		}
	}
}

// TestAdapterUnchecked runs it on adapters that know of the database only what
// the preset says. The lengths of columns they don't know.
func TestAdapterUnchecked(t *testing.T) {
	for _, c := range connections() {
		for _, dump := range []string{
			"typeorm-sqlite", "prisma-sqlite", "d1-sqlite", "next-auth-v3-sqlite",
			"prisma-pg", "drizzle-pg", "kysely-pg", "supabase-pg", "next-auth-v3-pg",
			"drizzle-mariadb", "mikro-orm-mariadb",
		} {
			if slices.Contains(testdb.DumpsFor(c.server), dump) {
				t.Run(c.name+"/"+dump, func(t *testing.T) {
					t.Parallel()
					db := c.open(t)
					restoreEmpty(t, db, dump)
					var more []adaptertest.Option
					if db.Name() == "mysql" {
						more = unnamed()
					}
					run(t, db, dump, func(opts ...authdb.Option) authdb.Adapter { return gormadapter.New(db.DB, opts...) }, presetOf(t, dump), more...)
				})
			}
		}
	}
}

// unnamed are the rules that want an error to name the field, where it is the
// database that refuses the text.
func unnamed() (options []adaptertest.Option) {
	for _, rule := range []string{
		"User: an ID that could not be stored is ErrInvalid",
		"User: text longer than its column is ErrInvalid",
		"Account: text longer than its column is ErrInvalid",
		"Session: text longer than its column is ErrInvalid",
		"VerificationToken: text longer than its column is ErrInvalid",
		"Authenticator: text longer than its column is ErrInvalid",
		"UpdateUser returns ErrInvalid for what can't be stored, and changes nothing",
		"UpdateAccount returns ErrInvalid for what can't be stored, and changes nothing",
	} {
		options = append(options, adaptertest.Without(rule, "the adapter has not looked how long columns are, and the database does not say which one it was"))
	}
	return options
}

func runSuite(t *testing.T, c connection, dump string, models authdb.Models, more ...adaptertest.Option) {
	t.Helper()
	db := c.open(t)
	restoreEmpty(t, db, dump)
	run(t, db, dump, func(opts ...authdb.Option) authdb.Adapter { return checked(t, db.DB, opts...) }, models, more...)
}

func run(t *testing.T, db database, dump string, open func(...authdb.Option) authdb.Adapter, models authdb.Models, more ...adaptertest.Option) {
	t.Helper()
	clock := adaptertest.NewClock(time.Now())
	options := []authdb.Option{authdb.WithModels(models), authdb.WithClock(clock.Now)}
	adapter := open(options...)
	suite := append(told(t, db, dump), adaptertest.WithClock(clock),
		adaptertest.Require("Sweeper", "SessionLister", "VerificationTokenReader", "AccountLister", "AccountUpdater", "Validator", "Checker"),
		adaptertest.Misconfigured(func(testing.TB) authdb.Adapter { return gormadapter.New(nil, options...) }))
	if models.Authenticator != authdb.Absent {
		suite = append(suite, adaptertest.Require("AuthenticatorStore"))
	}
	adaptertest.Run(t, func(testing.TB) authdb.Adapter { return adapter }, append(suite, more...)...)
}

// told is what the suite has to be told of the tables: facts, which have rules
// of their own, and the rules that they make impossible, but for those that are
// kept nevertheless.
func told(t *testing.T, db database, dump string, kept ...string) []adaptertest.Option {
	t.Helper()
	options := lengths(t, db, presetOf(t, dump))
	for _, x := range traits {
		if !x.has(dump, db.server) {
			continue
		}
		options = append(options, x.options...)
		for _, rule := range x.without {
			if !slices.Contains(kept, rule) {
				options = append(options, adaptertest.Without(rule, x.reason))
			}
		}
	}
	return options
}

// lengths says how long the text columns are, as the catalogue has them.
// SQLite does not mind.
func lengths(t *testing.T, db database, models authdb.Models) []adaptertest.Option {
	t.Helper()
	var options []adaptertest.Option
	rows := reflect.ValueOf(models)
	for _, record := range []any{authdb.User{}, authdb.Account{}, authdb.Session{}, authdb.VerificationToken{}, authdb.Authenticator{}} {
		name := reflect.TypeOf(record).Name()
		row := rows.FieldByName(name).Interface()
		if by, ok := row.(authdb.ByDatabase); ok {
			row = by[db.Name()]
		}
		if row == authdb.Absent {
			continue
		}
		s, err := schema.Parse(row, &sync.Map{}, db.NamingStrategy)
		ok(t, "Parse", err)
		var drops []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(record)) {
			column := s.LookUpField(f.Name)
			switch {
			case f.Name == "Extra":
			case column == nil || f.Name == "ID" && name == "VerificationToken":
				drops = append(drops, f.Name)
			case f.Type.Kind() == reflect.String:
				options = append(options, adaptertest.Length(name, f.Name, length(t, db, s.Table, column.DBName)))
			}
		}
		options = append(options, adaptertest.Drops(name, drops...))
	}
	return options
}

func length(t *testing.T, db database, table, column string) int {
	t.Helper()
	if db.server == "sqlite" {
		return 0
	}
	condition := "table_schema = DATABASE()"
	if db.server == testdb.Postgres {
		condition = "table_schema IN ('public', 'next_auth')"
	}
	var n *int
	query := fmt.Sprintf("SELECT CASE WHEN data_type LIKE '%%char%%' THEN character_maximum_length END FROM information_schema.columns WHERE %s AND table_name = '%s' AND column_name = '%s'",
		condition, table, column)
	ok(t, query, db.plain.QueryRowContext(t.Context(), query).Scan(&n))
	if n == nil {
		return 0
	}
	return *n
}

// A trait is something about the tables that the suite has to know.
type trait struct {
	reason  string
	has     func(dump, server string) bool
	options []adaptertest.Option
	without []string
}

// of are the dumps that begin with one of the names.
func of(names ...string) func(dump, server string) bool {
	return func(dump, _ string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return isOf(dump, name) })
	}
}

// on are the dumps of one kind of database that begin with one of the names.
func on(kind string, names ...string) func(dump, server string) bool {
	return func(dump, server string) bool { return strings.HasSuffix(dump, "-"+kind) && of(names...)(dump, server) }
}

// either is the case if one of the conditions is.
func either(conditions ...func(dump, server string) bool) func(dump, server string) bool {
	return func(dump, server string) bool {
		return slices.ContainsFunc(conditions, func(has func(dump, server string) bool) bool { return has(dump, server) })
	}
}

var traits = []trait{
	{
		reason:  "the database numbers the users",
		has:     of("pg", "neon", "next-auth-v3"),
		options: []adaptertest.Option{adaptertest.NumberedIDs()},
	},
	{
		reason:  "ids are UUIDs",
		has:     of("typeorm", "sequelize", "kysely", "supabase", "hasura"),
		options: []adaptertest.Option{adaptertest.UUIDs()},
	},
	{
		reason: "instants are whole seconds",
		has: either(on("mariadb", "sequelize", "mikro-orm", "next-auth-v3-type-mariadb"),
			on("pg", "mikro-orm")),
		options: []adaptertest.Option{adaptertest.TimePrecision(time.Second)},
	},
	{
		reason:  "expiries are whole seconds",
		has:     on("mariadb", "drizzle"),
		options: []adaptertest.Option{adaptertest.TimePrecision(time.Second, "Expires")},
	},
	{
		reason: "TIMESTAMP holds the years 1970 to 2038",
		has:    on("mariadb", "drizzle", "next-auth-v3"),
		without: []string{
			"Instants may lie before 1970",
			"Instants may lie after 2038",
			"Instants are those of the years 1000 to 9999",
		},
	},
	{
		reason: "access_token_expires is a TIMESTAMP, which ends in 2038",
		has:    on("mariadb", "next-auth-v3"),
		without: []string{
			"ExpiresAt holds seconds beyond the year 2038",
		},
	},
	{
		reason: "expires_at is an integer of 32 bits",
		has: either(of("prisma", "prisma-next-auth-4", "hasura"), on("pg", "sequelize", "drizzle", "mikro-orm"),
			on("mariadb", "sequelize", "drizzle", "mikro-orm")),
		without: []string{"ExpiresAt holds seconds beyond the year 2038"},
	},
	{
		reason:  "counter is an integer of 32 bits",
		has:     either(of("prisma"), on("pg", "drizzle"), on("mariadb", "drizzle")),
		without: []string{"Counters go up to 4294967295"},
	},
	{
		reason: "every user has an address: the column holds no NULL",
		has:    either(of("kysely", "hasura"), on("pg", "prisma")),
		without: []string{
			"Any number of users may have no email address",
			"A user may have nothing but an ID",
			"UpdateUser takes an empty email address for none",
			"Of concurrent registrations of one person without an address all get the one user, and one is told Created",
		},
	},
	{
		reason:  "a unique key is on the token alone",
		has:     of("prisma-next-auth-4", "sequelize", "kysely", "d1", "mikro-orm", "supabase", "hasura", "next-auth-v3"),
		without: []string{"The same token for two identifiers is two tokens"},
	},
	{
		reason:  "unique keys fold case and accents, by the collation of the database",
		has:     func(_, server string) bool { return server == testdb.MariaDB || server == testdb.MySQL },
		options: []adaptertest.Option{adaptertest.FoldsEmail()},
		without: []string{
			"SessionToken in another case, with other accents, width or white space is another key",
		},
	},
	{
		reason: "the unique key on the token folds case and accents",
		has:    on("mariadb", "prisma-next-auth-4", "sequelize", "kysely", "mikro-orm", "next-auth-v3"),
		without: []string{
			"Token in another case, with other accents, width or white space is another key",
		},
	},
	{
		reason:  "the primary key of text ids folds case and accents",
		has:     on("mariadb", "drizzle", "mikro-orm", "prisma", "prisma-next-auth-4"),
		without: []string{"User.ID in another case, with other accents, width or white space is another key"},
	},
	{
		reason:  "the unique key on the credential folds case and accents",
		has:     on("mariadb", "drizzle", "prisma"),
		without: []string{"CredentialID in another case, with other accents, width or white space is another key"},
	},
	{
		reason: "a user has one account: a unique key is on userId",
		has:    on("mariadb", "prisma"),
		without: []string{
			"An account is of any type",
			"The key of an account is the provider together with the provider's id",
			"GetAccount returns the account, or ErrNotFound",
			"UnlinkAccount leaves the user and all other accounts",
			"DeleteUser removes the accounts of the user",
			"ListAccountsByUserID leaves out what was unlinked",
			"ListAccountsByUserID returns the user's accounts in order of Provider and ProviderAccountID",
			"UpdateAccount leaves other accounts as they are",
			"An account never outlives its user, also if it is linked while the user is deleted",
			"Of concurrent callers of LinkAccount with one account one wins, the others get ErrDuplicate",
			"LockAccount returns the account, or ErrNotFound",
			"LockAccount holds up nobody who wants something else",
			"Concurrent registrations of one person with several accounts leave one user with all of them",
			"Register links an account to the user who has the address, where the policy says so",
			"Unlink removes an account, but not the last way to sign in",
			"Unlink of an account that is not the user's is ErrNotFound, and removes nothing",
			"Of concurrent Unlinks of a user's last two accounts one succeeds, the other gets ErrLastSignIn",
		},
	},
	{
		reason:  "accounts have no index on the provider and its id: who links one reads all, and waits for those that others have locked",
		has:     on("mariadb", "typeorm", "sequelize", "kysely"),
		without: []string{"LockAccount holds up nobody who wants something else"},
	},
	{
		reason: "an account's type is one of the table provider_type",
		has:    of("hasura"),
		without: []string{
			"An account is of any type",
			"An account may have nothing but what is required",
			"Account: text as long as its column is kept",
			"Account: text comes back byte for byte",
			"Account: text that providers and people fill is not limited",
		},
	},
	{
		reason:  "tokens are TEXT, which is 64 KiB",
		has:     on("mariadb", "sequelize", "mikro-orm", "prisma", "prisma-next-auth-4", "next-auth-v3"),
		without: []string{"Account: text that providers and people fill is not limited"},
	},
}

// twice is the trait of columns for which the preset was told a zone that has
// daylight saving.
var twice = trait{
	reason:  "the column holds the clock on the wall (presets.Location), which shows an hour twice",
	has:     on("mariadb", "kysely", "mikro-orm"),
	without: []string{"Instants in the hours that clocks skip or repeat come back as they were"},
}
