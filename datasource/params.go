package datasource

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/authdb/authdb"
)

// Parameters of a connection go by name. Who mistypes one is told the nearest
// name that there is.

// nearest returns the candidate that name was probably meant to be, or "".
func nearest(name string, candidates []string) string {
	best, bestDistance := "", len(name)/3+1
	for _, candidate := range candidates {
		if d := distance(fold(name), fold(candidate)); d < bestDistance || d == bestDistance && best == "" {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// didYouMean returns the nearest candidate as an addition to a message, or "".
func didYouMean(name string, candidates []string) string {
	if !isName(name) {
		return ""
	}
	if best := nearest(name, candidates); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}

// fold leaves out what spellings of one name differ in.
func fold(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
}

// distance is the number of letters that were left out, added, replaced or
// swapped with their neighbour (optimal string alignment).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// refusals says of parameters why they can't be given, by their name in lower
// case.
type refusals map[string]string

// check refuses parameters by name, and names that could not be one.
func (refused refusals) check(params map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if why, ok := refused[strings.ToLower(name)]; ok {
			return invalid("Params: %q: %s", strings.ToLower(name), why)
		}
		if !isName(name) {
			return invalid("Params: a name is not one of a parameter: letters, digits, %q", "_.-")
		}
		if hasControl(params[name]) {
			return invalid("Params: the value of %q holds a control character or is not UTF-8", name)
		}
	}
	return nil
}

// synchronizeRefused is said of the parameter in Params. A URL may have it.
const synchronizeRefused = "it is the field Synchronize"

// andFields refuses the parameters that are fields of Config as well.
func (refused refusals) andFields() refusals {
	all := maps.Clone(refused)
	for name, field := range map[string]string{
		"host": "Host", "hostaddr": "Host", "port": "Port", "user": "Username", "username": "Username",
		"password": "Password", "passwd": "Password", "database": "Database", "dbname": "Database",
	} {
		all[name] = "belongs into the field " + field
	}
	all[synchronizeName] = synchronizeRefused
	return all
}

// refusedByServer says which of the parameters the server did not know, or
// take, by looking for their names in its message, which itself is never shown.
func refusedByServer(params map[string]string, known []string, message string) string {
	for _, name := range slices.Sorted(maps.Keys(params)) {
		for _, quote := range []string{`"`, "'", "`"} {
			if strings.Contains(message, quote+name+quote) {
				return fmt.Sprintf("%s%s", quoteName(name), didYouMean(name, slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == name })))
			}
		}
	}
	return ""
}

// refusedValue is the error for a parameter that a driver did not accept.
func refusedValue(title, name, values string, cause error) error {
	text := fmt.Sprintf("Params: %s does not accept the value of %s", title, quoteName(name))
	if values != "" {
		text += ": it is " + values
	}
	return &failure{text, []error{authdb.ErrInvalid, cause}}
}
