package fromnextauth3_test

import (
	"errors"
	"reflect"
	"testing"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/internal/testdb"
)

// TestDumps moves what next-auth 3 itself has stored: beside itself in the same
// database, and into each other.
func TestDumps(t *testing.T) {
	for _, server := range servers {
		for _, dump := range dumpsFor(server) {
			for _, other := range append([]string{"beside"}, servers...) {
				t.Run(server+"/"+dump+"/to "+other, func(t *testing.T) {
					t.Parallel()
					from := openDB(t, urlOf(t, server))
					testdb.Restore(t, pool(t, from), dump)
					var a authdb.Adapter
					if other == "beside" {
						a = synchronized(t, from, beside()...)
					} else {
						a = synchronized(t, openDB(t, urlOf(t, other)))
					}
					moved(t, from, a)
				})
			}
		}
	}
}

// TestContract is TestDumps through the contract alone.
func TestContract(t *testing.T) {
	for _, server := range servers {
		dump := dumpsFor(server)[0]
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			from := openDB(t, urlOf(t, server))
			testdb.Restore(t, pool(t, from), dump)
			moved(t, from, contract{synchronized(t, from, beside()...)})
		})
	}
}

// moved moves the rows of a dump, dry and wet and wet again, and uses them all.
func moved(t *testing.T, from *gorm.DB, to authdb.Adapter) {
	t.Helper()
	counts := func(users, accounts, sessions, tokens fromnextauth3.Counts) fromnextauth3.Report {
		return fromnextauth3.Report{Users: users, Accounts: accounts, Sessions: sessions, VerificationTokens: tokens}
	}
	created := func(n int64) fromnextauth3.Counts { return fromnextauth3.Counts{Rows: n, Created: n} }
	present := func(n int64) fromnextauth3.Counts { return fromnextauth3.Counts{Rows: n, Present: n} }

	before := checksum(t, from, oldTables...)
	fresh := counts(created(3), created(2), created(1), created(1))
	same(t, "dry run", mustRun(t, from, to, fromnextauth3.Options{DryRun: true}), fresh)
	if _, err := to.GetUser(t.Context(), "1"); !errors.Is(err, authdb.ErrNotFound) {
		t.Fatalf("a dry run has written: %v", err)
	}
	inUse := mustRun(t, from, to, fromnextauth3.Options{InUse: true, BatchSize: 2})
	same(t, "run in use", inUse, counts(created(3), created(2), fromnextauth3.Counts{}, fromnextauth3.Counts{}))
	same(t, "last run", mustRun(t, from, to, fromnextauth3.Options{}), counts(present(3), present(2), created(1), created(1)))
	same(t, "run again", mustRun(t, from, to, fromnextauth3.Options{}), counts(present(3), present(2), present(1), present(1)))
	if checksum(t, from, oldTables...) != before {
		t.Error("the old tables were changed")
	}
	signsIn(t, from, to)
}

var oldTables = []string{"users", "accounts", "sessions", "verification_requests"}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}

// oldTokens are the secrets of a dump that Ada's browser and Bob's mail hold.
func oldTokens(t *testing.T, from *gorm.DB) (session, link string) {
	t.Helper()
	if err := from.Raw("SELECT session_token FROM sessions").Row().Scan(&session); err != nil {
		t.Fatal(err)
	}
	if err := from.Raw("SELECT token FROM verification_requests").Row().Scan(&link); err != nil {
		t.Fatal(err)
	}
	return session, link
}

// signsIn finds on the new side what the old one has, as an application does.
func signsIn(t *testing.T, from *gorm.DB, to authdb.Adapter) {
	t.Helper()
	ctx := t.Context()
	session, link := oldTokens(t, from)
	was := oldSide(from)
	wasSession, wasUser, err := was.GetSessionAndUser(ctx, session)
	if err != nil {
		t.Fatal(err)
	}
	s, ada, err := to.GetSessionAndUser(ctx, session)
	if err != nil {
		t.Fatalf("the session is lost: %v", err)
	}
	wasUser.Extra = nil
	same(t, "the session's user", ada, wasUser)
	same(t, "the session", s, &authdb.Session{ID: "1", SessionToken: session, UserID: "1", Expires: wasSession.Expires})
	for _, key := range [][2]string{{"google", "1098765432101234567890"}, {"github", "424242"}} {
		want, err := was.GetAccount(ctx, key[0], key[1])
		if err != nil {
			t.Fatal(err)
		}
		want.Extra = nil
		got, err := to.GetAccount(ctx, key[0], key[1])
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the account", got, want)
		if user, err := to.GetUserByAccount(ctx, key[0], key[1]); err != nil || user.ID != ada.ID {
			t.Errorf("the account of %s: %v, %v", key[0], user, err)
		}
	}
	bob, err := to.GetUserByEmail(ctx, "bob@example.com")
	if err != nil || bob.ID != "2" {
		t.Errorf("Bob: %v, %v", bob, err)
	}
	wasToken, err := was.UseVerificationToken(ctx, "bob@example.com", link)
	if err != nil {
		t.Fatal(err)
	}
	token, err := to.UseVerificationToken(ctx, "bob@example.com", link)
	if err != nil {
		t.Fatalf("the link is lost: %v", err)
	}
	if !token.Expires.Equal(wasToken.Expires) {
		t.Errorf("the link expires at %v, want %v", token.Expires, wasToken.Expires)
	}
	if _, err := to.UseVerificationToken(ctx, "bob@example.com", link); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("the link is good twice: %v", err)
	}
}
