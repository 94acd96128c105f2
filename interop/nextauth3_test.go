package interop_test

import (
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

const (
	v3Secret  = "interop"
	v3BaseURL = "https://app.example.com"
)

// v3Options are what a call tells getAdapter, in seconds. A negative age is
// version 3's 0.
type v3Options struct {
	maxAge, updateAge int
	fails             bool // sendVerificationRequest does
}

var v3Defaults = v3Options{maxAge: 30 * 86400, updateAge: 86400}

// A v3Answer is what version 3's core would see of a call.
type v3Answer struct {
	Kind   string // undefined, null or value
	Value  object
	Thrown string
	Logged []string
	Sent   []object
	Shown  object // the first argument afterwards
}

// A v3Side is one of the two that the contract is asked of.
type v3Side interface {
	call(options v3Options, method string, args ...any) (v3Answer, error)
}

// TestNextAuth3 has the contract of NextAuth 3 asked of next-auth 3 itself and of
// package nextauth3, with the same calls, on one database: what they answer, throw,
// log, send and store is the same, but for what the package says.
func TestNextAuth3(t *testing.T) {
	node := testdb.Node(t, ".")
	for _, database := range []string{file, testdb.Postgres, testdb.MariaDB, testdb.MySQL} {
		for _, z := range allZones {
			t.Run(database+", "+z.name, func(t *testing.T) {
				t.Parallel()
				there, dialect := where(t, database, z)
				js := start(t, node, "next-auth-v3-own", database, there, z.node)
				if _, err := js.call("migrate"); err != nil {
					t.Fatalf("NextAuth makes its tables: %v", err)
				}
				db := open(t, dialect)
				adapter := gormadapter.New(db, authdb.WithModels(presets.NextAuth3()))
				if err := adapter.Check(t.Context()); err != nil {
					t.Fatal(err)
				}
				theirs, ours := v3Node{js}, v3Go{t.Context(), adapter}
				want := &v3Story{T: t, on: database, db: db, name: "sidejs", side: theirs, other: ours, shown: map[any]string{}}
				got := &v3Story{T: t, on: database, db: db, name: "sidego", side: ours, other: theirs, shown: map[any]string{}}
				tell(want)
				tell(got)
				compare(t, want, got)
				t.Run("differences", func(t *testing.T) { v3Differences(t, db, theirs, ours) })
				if _, err := js.call("close"); err != nil {
					t.Errorf("close: %v", err)
				}
			})
		}
	}
}

// compare compares two stories, line by line.
func compare(t *testing.T, want, got *v3Story) {
	t.Helper()
	if len(want.lines) != len(got.lines) {
		t.Fatalf("there are %d lines of NextAuth's, and %d of ours", len(want.lines), len(got.lines))
	}
	for i, line := range want.lines {
		for _, field := range sortedKeys(line.fields, got.lines[i].fields) {
			if w, g := line.fields[field], got.lines[i].fields[field]; !reflect.DeepEqual(w, g) {
				t.Errorf("%s: %s: NextAuth has %v, and we have %v", line.what, field, w, g)
			}
		}
	}
	answers, rows, fields := want.size()
	t.Logf("%d answers and %d rows, %d fields", answers, rows, fields)
}

// v3Differences has what the package says it does otherwise: each is done by
// NextAuth, and not by us.
func v3Differences(t *testing.T, db *gorm.DB, theirs, ours v3Side) {
	count := func(table, where string, args ...any) (n int64) {
		t.Helper()
		if err := db.Table(table).Where(where, args...).Count(&n).Error; err != nil {
			t.Fatal(err)
		}
		return n
	}
	user := func(side v3Side, email string) v3Answer {
		return must(t)(side.call(v3Defaults, "createUser", object{"email": email}))
	}
	for name, side := range map[string]v3Side{"NextAuth": theirs, "ours": ours} {
		t.Run(name, func(t *testing.T) {
			ask := func(method string, args ...any) v3Answer {
				t.Helper()
				return must(t)(side.call(v3Defaults, method, args...))
			}
			does := map[bool]int64{true: 1}[side == theirs]

			ask("updateUser", object{"id": 70000 + does, "email": name + "-revived@example.com"})
			if n := count("users", "email = ?", name+"-revived@example.com"); n != does {
				t.Errorf("updateUser of nobody: %d rows, want %d", n, does)
			}
			ada := user(side, name+"-differences@example.com").Value
			session := ask("createSession", ada).Value
			ask("deleteSession", session["sessionToken"])
			session["expires"] = encode(time.Now().Add(time.Hour))
			ask("updateSession", session)
			if n := count("sessions", "session_token = ?", session["sessionToken"]); n != does {
				t.Errorf("updateSession after deleteSession: %d rows, want %d", n, does)
			}
			orphan := ask("createSession", object{"id": 80000})
			if n := count("sessions", "user_id = 80000"); n != does {
				t.Errorf("createSession for nobody: %d rows, want %d: %v", n, does, orphan.Thrown)
			}
			if err := db.Exec("DELETE FROM sessions WHERE user_id = 80000").Error; err != nil {
				t.Fatal(err)
			}

			ask("linkAccount", ada["id"], "github", "oauth", name, nil, nil, nil)
			ask("unlinkAccount", ada["id"], "github", name)
			if n := count("accounts", "provider_account_id = ?", name); n != does {
				t.Errorf("unlinkAccount: %d rows, want %d", n, does)
			}
			ask("deleteUser", ada["id"])
			if n := count("users", "email = ?", name+"-differences@example.com"); n != does {
				t.Errorf("deleteUser: %d rows, want %d", n, does)
			}
			if deleted := ask("deleteSession", "unknown"); deleted.Kind != map[bool]string{true: "value", false: "undefined"}[side == theirs] {
				t.Errorf("deleteSession returns %s", deleted.Kind)
			}
		})
	}
}

// must ends the test if a side could not be asked.
func must(t *testing.T) func(v3Answer, error) v3Answer {
	return func(answer v3Answer, err error) v3Answer {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

// v3Node asks next-auth 3, in a process of Node.js.
type v3Node struct{ js *peer }

func (s v3Node) call(o v3Options, method string, args ...any) (v3Answer, error) {
	options := object{
		"session": object{"maxAge": max(o.maxAge, 0), "updateAge": max(o.updateAge, 0)},
		"secret":  v3Secret, "baseUrl": v3BaseURL, "fails": o.fails,
	}
	sent := []any{options, method}
	for _, arg := range args {
		sent = append(sent, forNode(arg))
	}
	said, err := s.js.call("call", sent...)
	if err != nil {
		return v3Answer{}, err
	}
	a := said.(object)
	answer := v3Answer{Logged: []string{}}
	answer.Kind, _ = a["kind"].(string)
	answer.Value, _ = a["value"].(object)
	answer.Thrown, _ = a["thrown"].(string)
	for _, code := range a["logged"].([]any) {
		answer.Logged = append(answer.Logged, code.(string))
	}
	for _, request := range a["sent"].([]any) {
		answer.Sent = append(answer.Sent, request.(object))
	}
	if args := a["args"].([]any); len(args) > 0 {
		answer.Shown, _ = args[0].(object)
	}
	return answer, nil
}

// forNode turns what a peer has returned into what it takes.
func forNode(v any) any {
	switch v := v.(type) {
	case date:
		return encode(v.Time)
	case object:
		sent := object{}
		for name, member := range v {
			sent[name] = forNode(member)
		}
		return sent
	}
	return v
}

// size says how much was compared.
func (s *v3Story) size() (answers, rows, fields int) {
	for _, line := range s.lines {
		fields += len(line.fields)
		switch _, answered := line.fields["kind"]; {
		case answered:
			answers++
		case len(line.fields) > 0:
			rows++
		}
	}
	return answers, rows, fields
}
