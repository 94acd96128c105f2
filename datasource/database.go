package datasource

import (
	"database/sql"
	"database/sql/driver"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// A database is what differs between the databases that can be opened.
type database struct {
	name    string   // as Type and GORM call it
	title   string   // as people do
	aliases []string // further names for Type
	schemes []string // of its URLs, besides name and aliases
	port    int      // the default; 0 if there is no server

	// prepare says that GORM is to keep prepared statements. PostgreSQL's
	// driver does that itself, in a way that can be configured for poolers.
	prepare bool

	// enforces reports whether every connection enforces foreign keys. Without it
	// they do.
	enforces func(c Config) bool

	// parse reads what follows the scheme and its colon.
	parse func(rest string) (Config, synchronize, error)
	// canonical returns the parameters under their one name, or refuses them.
	canonical func(params map[string]string) (map[string]string, error)
	// check refuses fields that make no sense.
	check func(c Config) error
	// connector makes the connections of the pool. If it is an io.Closer, the
	// pool closes it.
	connector func(c Config) (driver.Connector, error)
	dialector func(pool *sql.DB) gorm.Dialector
	// explain says what an error of the driver means and what to do about it,
	// and whether that is to correct the Config.
	explain func(c Config, err error) (text string, config bool)
}

// server reports whether it is a process of its own, with an address.
func (db *database) server() bool { return db.port != 0 }

// databases returns all there are, in the order in which errors list them.
func databases() []*database { return []*database{&sqliteDatabase, &postgresDatabase, &mysqlDatabase} }

// unsupported are databases that TypeORM knows, or that speak the protocol of
// one of ours, with what is to be said about them.
var unsupported = map[string]string{
	"cockroachdb":     "its SQL is not PostgreSQL's where locks and catalogues are concerned",
	"aurora-mysql":    `that is the Data API: use "mysql" with the cluster's endpoint`,
	"aurora-postgres": `that is the Data API: use "postgres" with the cluster's endpoint`,
	"sqljs":           `that is SQLite in a browser: use "sqlite"`,
	"mongodb":         "it is not an SQL database",
	"mssql":           "there is no adapter for it",
	"oracle":          "there is no adapter for it",
	"sap":             "there is no adapter for it",
	"spanner":         "there is no adapter for it",
}

// databaseOfType finds a database by a Type.
func databaseOfType(typ string) (*database, error) {
	folded := strings.ToLower(typ)
	var names []string
	for _, db := range databases() {
		names = append(append(names, db.name), db.aliases...)
		if folded == db.name || slices.Contains(db.aliases, folded) {
			return db, nil
		}
	}
	if why, known := unsupported[folded]; known {
		return nil, invalid("Type: %q is not supported: %s: it is one of %s", folded, why, typeNames())
	}
	return nil, invalid("Type: unknown: %s%s: it is one of %s", quoteName(typ), didYouMean(typ, names), typeNames())
}

// databaseOfScheme finds a database by the scheme of a URL. What stands before
// the first colon may be anything, so it is not quoted.
func databaseOfScheme(scheme string) (*database, error) {
	folded := strings.ToLower(scheme)
	for _, db := range databases() {
		if folded == db.name || slices.Contains(db.aliases, folded) || slices.Contains(db.schemes, folded) {
			return db, nil
		}
	}
	if why, known := unsupported[folded]; known {
		return nil, invalid("URL: %q is not supported: %s: %s", folded, why, urlForms)
	}
	return nil, invalid("URL: the scheme is unknown: %s", urlForms)
}

func typeNames() string {
	var names []string
	for _, db := range databases() {
		name := `"` + db.name + `"`
		for i, alias := range db.aliases {
			if i == 0 {
				name += " (or "
			} else {
				name += ", "
			}
			name += `"` + alias + `"`
		}
		if len(db.aliases) > 0 {
			name += ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
