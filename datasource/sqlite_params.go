package datasource

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A sqliteParam is a parameter of a connection to SQLite. The list is closed:
// SQLite itself ignores what it does not know, and a foreign_key=1 that does
// nothing would go unnoticed.
type sqliteParam struct {
	name    string
	aliases []string // how drivers spell it in their DSNs
	key     string   // in the DSN of ours; "" if it is a pragma
	values  []string // nil: an integer
	file    string   // the default for a file
	memory  string   // the default in memory
}

var (
	sqliteBool = []string{"1", "0", "true", "false", "on", "off", "yes", "no"}
	sqliteOff  = []string{"0", "false", "off", "no"}
)

var sqliteParams = []sqliteParam{
	{name: "auto_vacuum", aliases: []string{"_auto_vacuum", "_vacuum"}, values: []string{"none", "full", "incremental", "0", "1", "2"}},
	// How long a connection waits for a lock, in milliseconds.
	{name: "busy_timeout", aliases: []string{"_busy_timeout", "_timeout"}, file: "5000", memory: "5000"},
	{name: "cache_size", aliases: []string{"_cache_size"}},
	{name: "foreign_keys", aliases: []string{"_foreign_keys", "_fk"}, values: sqliteBool, file: "1", memory: "1"},
	// Readers don't wait for a writer in WAL mode. A database in memory has no
	// such mode.
	{name: "journal_mode", aliases: []string{"_journal_mode", "_journal"}, values: []string{"wal", "delete", "truncate", "persist", "memory", "off"}, file: "wal"},
	{name: "journal_size_limit"},
	{name: "mmap_size"},
	{name: "mode", key: "mode", values: []string{"rw", "rwc"}},
	{name: "secure_delete", aliases: []string{"_secure_delete"}, values: append(slices.Clone(sqliteBool), "fast")},
	// In WAL mode this can't corrupt the database, and can lose the last
	// transactions when the machine (not the process) stops.
	{name: "synchronous", aliases: []string{"_synchronous", "_sync"}, values: []string{"off", "normal", "full", "extra", "0", "1", "2", "3"}, file: "normal"},
	{name: "temp_store", values: []string{"default", "file", "memory", "0", "1", "2"}},
	// How a plain time.Time is written: in UTC and a form that sorts and is
	// read back. The driver's default is Go's debug format.
	{name: "time_format", aliases: []string{"_time_format"}, key: "_time_format", values: []string{"sqlite", "datetime"}, file: "sqlite", memory: "sqlite"},
	{name: "timezone", aliases: []string{"_timezone", "_loc"}, key: "_timezone", values: []string{"utc"}, file: "UTC", memory: "UTC"},
	// A transaction that begins by reading can't wait for its turn to write: it
	// fails at once with "database is locked".
	{name: "txlock", aliases: []string{"_txlock"}, key: "_txlock", values: []string{"immediate", "exclusive", "deferred"}, file: "immediate", memory: "immediate"},
	{name: "wal_autocheckpoint"},
}

// sqliteRefused are parameters of other ways to open SQLite.
var sqliteRefused = refusals{
	"cache":    "a shared cache makes concurrent transactions fail: leave it out, for a database in memory as well",
	"vfs":      "it is the library's to choose: leave it out",
	"_vfs":     "it is the library's to choose: leave it out",
	"key":      "encryption is not supported",
	"_key":     "encryption is not supported",
	"password": "SQLite has no password",

	synchronizeName: synchronizeRefused,
}

// sqliteParamsOf makes Params of a URL's parameters. The Go drivers' _pragma,
// which may come many times, becomes the parameters that it sets.
func sqliteParamsOf(params []param) (map[string]string, error) {
	all := map[string]string{}
	for _, p := range params {
		name, value, err := canonicalSQLite(p)
		if err != nil {
			return nil, err
		}
		if _, twice := all[name]; twice {
			return nil, invalid("URL: the parameter %q is there twice", name)
		}
		all[name] = value
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

// canonicalSQLiteParams is sqliteParamsOf for Params.
func canonicalSQLiteParams(params map[string]string) (map[string]string, error) {
	var list []param
	for _, name := range slices.Sorted(maps.Keys(params)) {
		list = append(list, param{name, params[name]})
	}
	return sqliteParamsOf(list)
}

// sqlitePragma is foreign_keys(1) or foreign_keys=1.
var sqlitePragma = regexp.MustCompile(`^\s*(\w+)\s*(?:=\s*([\w+-]+)|\(\s*([\w+-]+)\s*\))\s*$`)

// canonicalSQLite returns a parameter under its one name.
func canonicalSQLite(p param) (name, value string, err error) {
	if p.name == "_pragma" {
		m := sqlitePragma.FindStringSubmatch(p.value)
		if m == nil {
			return "", "", invalid(`Params: "_pragma": it is not of the form name(value)`)
		}
		p = param{m[1], m[2] + m[3]}
	}
	folded := strings.ToLower(p.name)
	if why, refused := sqliteRefused[folded]; refused {
		return "", "", invalid("Params: %q: %s", folded, why)
	}
	known := make([]string, 0, len(sqliteParams))
	for _, known1 := range sqliteParams {
		if folded == known1.name || slices.Contains(known1.aliases, folded) {
			return known1.name, p.value, known1.check(p.value)
		}
		known = append(known, known1.name)
	}
	return "", "", invalid("Params: SQLite has no parameter %s%s: it is one of %s",
		quoteName(p.name), didYouMean(strings.TrimPrefix(p.name, "_"), append(known, synchronizeName)), strings.Join(known, ", "))
}

// check refuses a value that the parameter can't have. SQLite would ignore it.
func (p sqliteParam) check(value string) error {
	if p.values == nil {
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return invalid("Params: %q: it is not a whole number", p.name)
		}
		return nil
	}
	if p.name == "mode" && value == "memory" {
		return invalid(`Params: "mode": for a database in memory set Database to %q; every Open makes one of its own`, memoryName)
	}
	if !slices.Contains(p.values, strings.ToLower(value)) {
		return invalid("Params: %q: it is not one of %s", p.name, strings.Join(p.values, ", "))
	}
	return nil
}

// sqliteQuery returns the parameters, and the defaults of what they leave out,
// as the query of a DSN.
func sqliteQuery(params map[string]string, memory bool) string {
	query := url.Values{}
	for _, p := range sqliteParams {
		value := p.file
		if memory {
			value = p.memory
		}
		if given, ok := params[p.name]; ok {
			value = given
		}
		if value == "" || memory && p.name == "mode" {
			continue
		}
		switch p.key {
		case "":
			query.Add("_pragma", p.name+"("+value+")")
		case "_timezone":
			query.Add(p.key, strings.ToUpper(value))
		default:
			query.Add(p.key, strings.ToLower(value))
		}
	}
	if memory {
		query.Add("vfs", "memdb")
	}
	return query.Encode()
}
