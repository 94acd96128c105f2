package interop_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb/nextauth3"
)

// A v3Story is what one side is asked, and what it said and stored. What differs
// from run to run is put into words: ids, tokens, instants.
type v3Story struct {
	*testing.T
	on    string // the database
	db    *gorm.DB
	name  string // in addresses and ids
	side  v3Side
	other v3Side
	ada   string         // the user's id
	shown map[any]string // the access tokens, by session token
	lines []v3Line
}

type v3Line struct {
	what   string
	fields map[string]any
}

// ask has the side called, and writes down what the core would see. kind is what
// next-auth is to answer: undefined, null, value, or the name of an error.
func (s *v3Story) ask(kind string, o v3Options, method string, args ...any) object {
	s.Helper()
	return s.write(s.side, kind, o, method, args...)
}

// askOther is ask of the other side, about what this one has stored.
func (s *v3Story) askOther(kind, method string, args ...any) object {
	s.Helper()
	return s.write(s.other, kind, v3Defaults, method, args...)
}

func (s *v3Story) write(side v3Side, kind string, o v3Options, method string, args ...any) object {
	s.Helper()
	a := must(s.T)(side.call(o, method, args...))
	said := a.Kind + a.Thrown
	if said == "absent" { // which Go has for both
		if kind != "undefined" && kind != "null" {
			s.Errorf("%s of %s: nothing, want %s", method, s.name, kind)
		}
		said = kind
	}
	if method == "deleteSession" && said == "value" { // {raw, affected}
		said, a.Value = "undefined", nil
	}
	if said != kind {
		s.Errorf("%s of %s answers %s, want %s", method, s.name, said, kind)
	}
	if token, access := a.Value["sessionToken"], text(a.Value["accessToken"]); token != nil {
		if known, ok := s.shown[token]; ok && known != access {
			s.Errorf("%s of %s: the session has another access token than before", method, s.name)
		}
		s.shown[token] = access
	}
	fields := map[string]any{"kind": kind, "logged": fmt.Sprint(a.Logged)}
	for name, v := range a.Value {
		if name == "id" && strings.HasSuffix(method, "VerificationRequest") { // ours has none
			continue
		}
		if v = s.word(name, v); v != nil {
			fields[name] = v
		}
	}
	for i, request := range a.Sent {
		for name, v := range request {
			fields[fmt.Sprintf("sent %d %s", i, name)] = s.word("sent "+name, v)
		}
	}
	if method == "updateSession" {
		fields["shown"] = s.word("expires", a.Shown["expires"])
	}
	s.lines = append(s.lines, v3Line{fmt.Sprintf("%d %s", len(s.lines), method), fields})
	return a.Value
}

var hex64 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// word puts a value into words that are the same on both sides.
func (s *v3Story) word(name string, v any) any {
	if at, ok := v.(date); ok {
		return "now" + time.Until(at.Time).Round(time.Minute).String()
	}
	if v == nil || v == "" {
		return nil
	}
	w := fmt.Sprint(v)
	switch name {
	case "id":
		return "an id"
	case "userId":
		if w == s.ada {
			return "Ada's"
		}
	case "sessionToken", "accessToken":
		if hex64.MatchString(w) {
			return "32 bytes in hex"
		}
	case "compoundId":
		for _, account := range v3Accounts {
			if w == nextauth3.CompoundID("github", s.name+account) {
				return "of " + account
			}
		}
	case "token":
		for _, token := range v3Tokens {
			if sum := sha256.Sum256([]byte(s.name + token + v3Secret)); w == hex.EncodeToString(sum[:]) {
				return "the hash of " + token
			}
		}
	}
	return strings.ReplaceAll(w, s.name, "SIDE")
}

// v3Tables are the columns of each table, by the name that they have in records.
var v3Tables = map[string]map[string]string{
	"users": {"id": "id", "name": "name", "email": "email", "image": "image", "email_verified": "", "created_at": "", "updated_at": ""},
	"accounts": {
		"id": "id", "compound_id": "compoundId", "user_id": "userId", "provider_type": "providerType", "provider_id": "providerId",
		"provider_account_id": "providerAccountId", "refresh_token": "refreshToken", "access_token": "accessTokenOfProvider",
		"access_token_expires": "", "created_at": "", "updated_at": "",
	},
	"sessions": {
		"id": "id", "user_id": "userId", "session_token": "sessionToken", "access_token": "accessToken",
		"expires": "", "created_at": "", "updated_at": "",
	},
	"verification_requests": {
		"id": "id", "identifier": "identifier", "token": "token", "expires": "", "created_at": "", "updated_at": "",
	},
}

// rows writes down the rows of this side as they are stored, in order: of instants
// the form.
func (s *v3Story) rows(table, where string) {
	s.Helper()
	columns := v3Tables[table]
	names := slices.Sorted(maps.Keys(columns))
	form := map[string]string{"sqlite": "typeof(%[1]s) || ' ' || CAST(%[1]s AS TEXT)", "postgres": "%s::text", "mysql": "CAST(%s AS CHAR)"}[s.db.Name()]
	selected := make([]string, len(names))
	for i, name := range names {
		selected[i] = fmt.Sprintf(form, name)
	}
	query := fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %[2]s.id", strings.Join(selected, ", "), table, where)
	rows, err := s.db.Raw(query).Rows()
	if err != nil {
		s.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		values, places := make([]*string, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			s.Fatal(err)
		}
		fields := map[string]any{}
		for i, name := range names {
			fields[name] = s.stored(columns[name], values[i])
		}
		s.lines = append(s.lines, v3Line{fmt.Sprintf("%d a row of %s", len(s.lines), table), fields})
	}
	if err := rows.Err(); err != nil {
		s.Fatal(err)
	}
	s.lines = append(s.lines, v3Line{what: "the end of " + table})
}

var digits = regexp.MustCompile(`[0-9]`)

// stored puts the text of a column into words.
func (s *v3Story) stored(record string, value *string) any {
	if value == nil {
		return "NULL"
	}
	text, class := *value, ""
	if s.db.Name() == "sqlite" { // the storage class, which is to be the same
		class, text, _ = strings.Cut(text, " ")
	}
	if record != "" {
		return fmt.Sprint(class, " ", s.word(record, text))
	}
	if s.db.Name() == "postgres" { // which prints no more digits than it needs
		text = fraction.ReplaceAllString(text, "")
	}
	return class + " " + digits.ReplaceAllString(text, "0")
}

func sortedKeys(all ...map[string]any) []string {
	union := map[string]any{}
	for _, m := range all {
		maps.Copy(union, m)
	}
	return slices.Sorted(maps.Keys(union))
}
