package datasource

import (
	"net/url"
	"strconv"
	"strings"
)

// urlForms is what an error says of a URL that is none of them.
const urlForms = `a URL is postgres://user:password@host:5432/database, mysql://user:password@host:3306/database, ` +
	`sqlite:file.db, sqlite:///absolute/file.db or :memory:`

// encodeIt is the remedy for a URL that can be read in two ways.
const encodeIt = `percent-encode the "@" (%40), "/" (%2F), "?" (%3F), "#" (%23) and "%" (%25) in the username and the password ` +
	`(as url.UserPassword of net/url does), or use the fields of Config`

// memoryName is SQLite's name for a database in memory.
const memoryName = ":memory:"

// synchronizeName is the parameter of a URL that is the library's own. It has
// one spelling: what it does is too much to be done by mistake.
const synchronizeName = "synchronize"

// synchronize is what a URL says about the field of that name.
type synchronize struct{ given, value bool }

// Parse reads a URL into the fields of a Config, where they can be completed or
// changed. It takes
//
//	postgres://user:password@host:5432/database    postgresql: as well
//	mysql://user:password@host:3306/database       mariadb: as well
//	sqlite:relative.db                             file: and sqlite3: as well
//	sqlite:///absolute.db                          sqlite:/absolute.db as well
//	:memory:                                       sqlite::memory: and sqlite://localhost/:memory: as well
//
// each with parameters behind a question mark, which become Params, but for
// synchronize=true (or false, 1, 0), which sets the field, and
// host=/run/mysqld/mysqld.sock, which says where the server's socket is if the
// URL names no host.
//
// Everything is percent-encoded where it holds a character that means something
// in a URL; a plus sign is a plus sign. A URL that can be read in more than one
// way, because the password holds such a character as it is, is an error. The
// errors are ErrInvalid and quote nothing of a URL but names of parameters.
func Parse(url string) (Config, error) {
	c, _, err := parse(url)
	return c, err
}

func parse(text string) (Config, synchronize, error) {
	fail := func(err error) (Config, synchronize, error) { return Config{}, synchronize{}, err }
	switch {
	case text == "":
		return fail(invalid("URL: empty: %s", urlForms))
	case hasControl(text):
		return fail(invalid("URL: holds a control character, such as a line's end, or is not UTF-8: remove or percent-encode it"))
	case strings.TrimSpace(text) != text:
		return fail(invalid("URL: there is white space around it: remove it"))
	}
	if strings.HasPrefix(text, memoryName) {
		return finish(sqliteDatabase.name, text, parseSQLite)
	}
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok {
		return fail(invalid("URL: it has no scheme: %s", urlForms))
	}
	db, err := databaseOfScheme(scheme)
	if err != nil {
		return fail(err)
	}
	return finish(db.name, rest, db.parse)
}

func finish(typ, rest string, parse func(string) (Config, synchronize, error)) (Config, synchronize, error) {
	c, sync, err := parse(rest)
	if err != nil {
		return Config{}, synchronize{}, err
	}
	c.Type = typ
	c.Synchronize = sync.value
	return c, sync, nil
}

// parseServer reads //user:password@host:port/database?parameters.
func parseServer(rest string) (c Config, sync synchronize, err error) {
	rest, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return c, sync, invalid("URL: two slashes must follow the scheme: %s", urlForms)
	}
	if strings.Contains(rest, "#") || strings.Count(rest, "@") > 1 {
		return c, sync, invalid("URL: it can be read in more than one way: %s", encodeIt)
	}
	authority, tail := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, tail = rest[:i], rest[i:]
	}
	// An "@" behind the first slash or question mark: one of them may be part
	// of the password.
	if strings.Contains(tail, "@") {
		return c, sync, invalid("URL: it can be read in more than one way: %s", encodeIt)
	}
	if strings.ContainsAny(authority, " \"<>`") {
		return c, sync, invalid("URL: there is a space or a quotation mark before the database's name: remove or percent-encode it")
	}
	userinfo, hosts, ok := strings.Cut(authority, "@")
	if !ok {
		userinfo, hosts = "", authority
	}
	if err := parseUser(&c, userinfo); err != nil {
		return c, sync, err
	}
	if err := parseHosts(&c, hosts); err != nil {
		return c, sync, err
	}
	path, query, _ := strings.Cut(tail, "?")
	path = strings.TrimPrefix(path, "/")
	if strings.Contains(path, "/") {
		return c, sync, invalid(`URL: there is a "/" in the database's name: remove it, or percent-encode it (%%2F)`)
	}
	if c.Database, err = unescape("the database's name", path); err != nil {
		return c, sync, err
	}
	params, sync, err := parseQuery(query)
	if err != nil {
		return c, sync, err
	}
	if c.Params, err = plainParams(params); err != nil {
		return c, sync, err
	}
	return c, sync, socketFromParams(&c)
}

func parseUser(c *Config, userinfo string) (err error) {
	// A username can't hold a colon as it is, so whatever follows the first is
	// the password.
	username, password, _ := strings.Cut(userinfo, ":")
	if c.Username, err = unescape("the username", username); err != nil {
		return err
	}
	c.Password, err = unescape("the password", password)
	return err
}

// parseHosts reads host:port, or several with the same port.
func parseHosts(c *Config, hosts string) error {
	var names []string
	for i, part := range strings.Split(hosts, ",") {
		name, port := part, ""
		if colon := strings.LastIndex(part, ":"); colon > strings.LastIndex(part, "]") {
			name, port = part[:colon], part[colon+1:]
		}
		number := 0
		if port != "" {
			var err error
			if number, err = strconv.Atoi(port); err != nil || number < 1 || number > 65535 {
				return invalid("URL: what follows the host's colon is not a port between 1 and 65535. If it is part of the password: %s", encodeIt)
			}
		}
		if i > 0 && number != c.Port {
			return invalid("URL: the hosts have different ports, which is not supported")
		}
		c.Port = number
		if bare, ok := strings.CutPrefix(name, "["); ok {
			if name, ok = strings.CutSuffix(bare, "]"); !ok {
				return invalid("URL: the host's bracket is not closed")
			}
		}
		name, err := unescape("the host", name)
		if err != nil {
			return err
		}
		names = append(names, name)
	}
	c.Host = strings.Join(names, ",")
	return nil
}

// socketFromParams moves the parameter host into the field: it is how URLs name
// a socket, whose path is no host.
func socketFromParams(c *Config) error {
	host, ok := c.Params["host"]
	if !ok {
		return nil
	}
	if c.Host != "" {
		return invalid("URL: it names a host twice: remove the parameter host")
	}
	c.Host = host
	delete(c.Params, "host")
	if len(c.Params) == 0 {
		c.Params = nil
	}
	return nil
}

// parseSQLite reads a path or :memory:, with an authority before it that is
// empty or localhost, and parameters behind it.
func parseSQLite(rest string) (c Config, sync synchronize, err error) {
	if strings.Contains(rest, "#") {
		return c, sync, invalid(`URL: there is a "#" in it: percent-encode it (%%23) if it belongs to the file's name`)
	}
	path, query, _ := strings.Cut(rest, "?")
	if after, ok := strings.CutPrefix(path, "//"); ok {
		authority, absolute, _ := strings.Cut(after, "/")
		switch {
		case authority == memoryName && absolute == "":
			path = memoryName
		case authority != "" && authority != "localhost":
			return c, sync, invalid("URL: what follows two slashes is a host, which SQLite has none of: write sqlite:relative.db or sqlite:///absolute.db")
		case absolute == memoryName:
			path = memoryName
		default:
			path = "/" + absolute
		}
		if path == "/" {
			path = ""
		}
	}
	if c.Database, err = unescape("the file's name", path); err != nil {
		return c, sync, err
	}
	params, sync, err := parseQuery(query)
	if err != nil {
		return c, sync, err
	}
	c.Params, err = sqliteParamsOf(params)
	return c, sync, err
}

// A param is a parameter of a URL. Names may come more than once: SQLite's
// drivers have one that does.
type param struct{ name, value string }

// parseQuery reads the parameters, without those that are the library's.
func parseQuery(query string) (params []param, sync synchronize, err error) {
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if name, err = unescape("a parameter's name", name); err != nil {
			return nil, sync, err
		}
		if !ok {
			// It is not quoted: it may be the rest of something else.
			return nil, sync, invalid("URL: a parameter has no value: write name=value")
		}
		if value, err = unescape("the value of the parameter "+quoteName(name), value); err != nil {
			return nil, sync, err
		}
		if name != synchronizeName {
			if fold(name) == synchronizeName {
				return nil, sync, invalid("URL: %s is not a parameter (did you mean %q?)", quoteName(name), synchronizeName)
			}
			params = append(params, param{name, value})
			continue
		}
		if sync.given {
			return nil, sync, invalid("URL: synchronize is there twice")
		}
		sync.given = true
		switch value {
		case "true", "1":
			sync.value = true
		case "false", "0":
		default:
			return nil, sync, invalid("URL: synchronize is neither true nor false")
		}
	}
	return params, sync, nil
}

// plainParams makes a map of parameters that may come once.
func plainParams(params []param) (map[string]string, error) {
	all := map[string]string{}
	for _, p := range params {
		if _, twice := all[p.name]; twice {
			return nil, invalid("URL: the parameter %s is there twice", quoteName(p.name))
		}
		all[p.name] = p.value
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

// unescape decodes a part of a URL. It does not pass on the error of net/url,
// which quotes its argument.
func unescape(what, s string) (string, error) {
	decoded, err := url.PathUnescape(s)
	if err != nil {
		return "", invalid(`URL: in %s a "%%" is not followed by two hexadecimal digits: %s`, what, encodeIt)
	}
	return decoded, nil
}
