package datasource

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/authdb/authdb"
)

// jsonMembers are the fields of Config as JSON has them, each with what an error
// says that its value has to be.
var jsonMembers = map[string]string{
	"type":            "a text",
	"url":             "a text",
	"host":            "a text",
	"port":            "a whole number",
	"username":        "a text",
	"password":        "a text",
	"database":        "a text",
	"params":          "an object whose values are texts",
	"synchronize":     "true or false",
	"maxOpenConns":    "a whole number",
	"maxIdleConns":    "a whole number",
	"connMaxLifetime": "a whole number of nanoseconds",
	"connMaxIdleTime": "a whole number of nanoseconds",
}

// jsonElsewhere says of options of TypeORM, in lower case, how it is said here.
var jsonElsewhere = map[string]string{
	"ssl":          `set it in params: "sslmode" on PostgreSQL, "tls" on MySQL and MariaDB`,
	"schema":       `set it in params: "search_path" on PostgreSQL`,
	"charset":      "set it in params",
	"timezone":     "times are kept in UTC: leave it out",
	"extra":        "set the driver's parameters in params",
	"entityprefix": "tables are named by their row types: see authdb.WithModels",
	"user":         `it is called "username"`,
	"socketpath":   `make the path of the socket the "host"`,
	"poolsize":     `it is called "maxOpenConns"`,
	"logger":       "set the field Logger in the program",
	"logging":      "set the field Logger in the program",
}

// UnmarshalJSON reads the fields under their names, whatever the case of the
// letters, and refuses any other member: who sets ssl, or mistypes synchronize,
// has to know that nothing came of it. Where it returns an error, the Config is
// as it was.
func (c *Config) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return jsonError(err)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if err := checkMember(name); err != nil {
			return err
		}
	}
	type plain Config // has no method that would be called again
	read := plain(*c)
	read.Params = maps.Clone(c.Params) // JSON's are added to it
	if err := json.Unmarshal(data, &read); err != nil {
		return jsonError(err)
	}
	*c = Config(read)
	return nil
}

// checkMember refuses the name of a member that is no field's.
func checkMember(name string) error {
	known := slices.Sorted(maps.Keys(jsonMembers))
	if slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
		return nil
	}
	if how, ok := jsonElsewhere[fold(name)]; ok {
		return invalid("JSON: there is no member %s: %s", quoteName(name), how)
	}
	return invalid("JSON: there is no member %s%s: it is one of %s", quoteName(name), didYouMean(name, known), strings.Join(known, ", "))
}

// jsonError says what JSON was expected, and nothing of what was found.
func jsonError(err error) error {
	text := "JSON: it is not an object with the fields of a Config"
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		field, _, _ := strings.Cut(wrong.Field, ".")
		for name, what := range jsonMembers {
			if strings.EqualFold(name, field) {
				text = `JSON: "` + name + `": it is not ` + what
			}
		}
	}
	return &failure{text, []error{authdb.ErrInvalid, err}}
}

var _ json.Unmarshaler = (*Config)(nil)
