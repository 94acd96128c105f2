package presets_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// rows are those of a dump as records, of which only Extra is of other types.
type rows struct {
	User              []authdb.User
	Account           []authdb.Account
	Session           []authdb.Session
	VerificationToken []authdb.VerificationToken
	Authenticator     []authdb.Authenticator
}

// rowsOf returns the rows that testdata/rows.json has for the dump.
func rowsOf(t testing.TB, dump string) rows {
	t.Helper()
	text, err := os.ReadFile("testdata/rows.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]rows
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	found, ok := all[dump]
	if !ok {
		t.Fatalf("testdata/rows.json has no %s", dump)
	}
	return found
}

// TestRows reads every row that the origin's own adapter wrote.
func TestRows(t *testing.T) {
	onEachDump(t, func(t *testing.T, c connection, dump string) {
		db := c.open(t)
		testdb.Restore(t, db.plain, dump)
		now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
		adapter := checked(t, db.DB, authdb.WithModels(presetOf(t, dump)), authdb.WithClock(func() time.Time { return now }))
		readAll(t, adapter, rowsOf(t, dump))
	})
}

// readAll finds the rows by every look-up there is.
func readAll(t *testing.T, a *gormadapter.Adapter, want rows) {
	t.Helper()
	ctx := t.Context()
	users := map[string]authdb.User{}
	for _, u := range want.User {
		users[u.ID] = u
		got, err := a.GetUser(ctx, u.ID)
		same(t, "GetUser", got, err, u)
		if u.Email != "" {
			got, err := a.GetUserByEmail(ctx, u.Email)
			same(t, "GetUserByEmail", got, err, u)
		}
	}
	for _, x := range want.Account {
		got, err := a.GetAccount(ctx, x.Provider, x.ProviderAccountID)
		same(t, "GetAccount", got, err, x)
		user, err := a.GetUserByAccount(ctx, x.Provider, x.ProviderAccountID)
		same(t, "GetUserByAccount", user, err, users[x.UserID])
	}
	for _, s := range want.Session {
		session, user, err := a.GetSessionAndUser(ctx, s.SessionToken)
		same(t, "GetSessionAndUser", session, err, s)
		same(t, "GetSessionAndUser", user, err, users[s.UserID])
		list, err := a.ListSessionsByUserID(ctx, s.UserID)
		if len(list) != 1 {
			t.Fatalf("ListSessionsByUserID: %d, %v", len(list), err)
		}
		same(t, "ListSessionsByUserID", list[0], err, s)
	}
	for _, x := range want.Authenticator {
		got, err := a.GetAuthenticator(ctx, x.CredentialID)
		same(t, "GetAuthenticator", got, err, x)
	}
	for _, v := range want.VerificationToken {
		got, err := a.UseVerificationToken(ctx, v.Identifier, v.Token)
		same(t, "UseVerificationToken", got, err, v)
	}
}

// same compares a record with one of which Extra is as JSON has it.
func same[R any](t *testing.T, what string, got *R, err error, want R) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	g := *got
	extra := reflect.ValueOf(&g).Elem().FieldByName("Extra")
	extra.Set(reflect.ValueOf(plain(extra.Interface().(map[string]any))))
	if !reflect.DeepEqual(g, want) {
		t.Errorf("%s: got\n%+v, want\n%+v", what, g, want)
	}
}

// plain returns Extra as JSON would have it.
func plain(extra map[string]any) map[string]any {
	if len(extra) == 0 {
		return nil
	}
	m := map[string]any{}
	for name, v := range extra {
		rv := reflect.ValueOf(v)
		if rv.Kind() == reflect.Pointer && rv.IsNil() {
			m[name] = nil
			continue
		}
		if at, ok := v.(interface{ UTC() time.Time }); ok {
			v = at.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		m[name] = fmt.Sprint(reflect.Indirect(reflect.ValueOf(v)).Interface())
	}
	return m
}
