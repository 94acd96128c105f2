package fromnextauth3_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/models"
	"github.com/authdb/authdb/presets"
)

// The rows of an application with columns of its own. The database numbers the
// accounts.
type (
	reader struct {
		models.User
		Old int32
	}
	connection struct {
		ID                int64   `gorm:"primaryKey"`
		UserID            string  `gorm:"size:64;not null"`
		Type              string  `gorm:"size:64;not null"`
		Provider          string  `gorm:"size:64;not null;uniqueIndex:key"`
		ProviderAccountID string  `gorm:"size:255;not null;uniqueIndex:key"`
		RefreshToken      *string `gorm:"size:4294967295"`
		AccessToken       *string `gorm:"size:4294967295"`
		ExpiresAt         *int64
		Old               int32
	}
	visit struct {
		models.Session
		models.SessionDetails
	}
	invitation struct {
		models.VerificationToken
		Since *models.Time `gorm:"size:64"`
	}
)

// TestComplete fills columns of the application's own from the old rows.
func TestComplete(t *testing.T) {
	at := time.Date(2026, 11, 21, 1, 44, 14, 0, time.UTC) // when all of the dump was made, to the second
	from := openDB(t, urlOf(t, sqlite))
	testdb.Restore(t, pool(t, from), "next-auth-v3-sqlite")
	session, link := oldTokens(t, from)
	to := synchronized(t, openDB(t, urlOf(t, sqlite)), authdb.WithModels(authdb.Models{
		User: &reader{}, Account: &connection{}, Session: &visit{}, VerificationToken: &invitation{},
	}))
	opts := fromnextauth3.Options{Complete: fromnextauth3.Complete{
		User: func(old *presets.NextAuth3User, u *authdb.User) error {
			u.Name, u.Extra = strings.ToUpper(u.Name), map[string]any{"Old": old.ID}
			return nil
		},
		Account: func(old *presets.NextAuth3Account, a *authdb.Account) error {
			a.Type, a.Extra = "oidc", map[string]any{"Old": old.ID}
			return nil
		},
		Session: func(old *presets.NextAuth3Session, s *authdb.Session) error {
			created := models.NewTime(old.CreatedAt.Time)
			s.Extra = map[string]any{"CreatedAt": &created}
			return nil
		},
		VerificationToken: func(old *presets.NextAuth3VerificationRequest, v *authdb.VerificationToken) error {
			since := models.NewTime(old.CreatedAt.Time)
			v.Extra = map[string]any{"Since": &since}
			return nil
		},
	}}
	complete(t, mustRun(t, from, to, opts))
	again := mustRun(t, from, to, opts)
	if again.Users.Present != 3 || again.Accounts.Present != 2 || again.Sessions.Present != 1 {
		t.Errorf("again: %+v", again)
	}
	s, u, err := to.GetSessionAndUser(t.Context(), session)
	if err != nil || u.Name != "ADA LOVELACE" || u.Extra["Old"] != int32(1) || !s.Extra["CreatedAt"].(*models.Time).Equal(at) {
		t.Errorf("%+v, %+v, %v", s, u, err)
	}
	if a := must(to.GetAccount(t.Context(), "github", "424242"))(t); a.Type != "oidc" || a.Extra["Old"] != int32(2) {
		t.Errorf("%+v", a)
	}
	if v := must(to.UseVerificationToken(t.Context(), "bob@example.com", link))(t); !v.Extra["Since"].(*models.Time).Equal(at) {
		t.Errorf("%+v", v)
	}
}

// TestProgress says after each batch how far it is.
func TestProgress(t *testing.T) {
	from := openDB(t, urlOf(t, sqlite))
	generate(t, from, sqlite, 25)
	var said []string
	report := mustRun(t, from, synchronized(t, openDB(t, urlOf(t, sqlite))), fromnextauth3.Options{
		BatchSize: 10,
		Progress: func(p fromnextauth3.Progress) {
			said = append(said, fmt.Sprintf("%s %d/%d %d", p.Record, p.Rows, p.Total, p.Created))
		},
	})
	complete(t, report)
	same(t, "what was said", said, []string{
		"User 10/25 10", "User 20/25 20", "User 25/25 25",
		"Account 10/33 10", "Account 20/33 20", "Account 30/33 30", "Account 33/33 33",
		"Session 10/25 10", "Session 20/25 20", "Session 25/25 25",
		"VerificationToken 2/2 2",
	})
}

// failing is an adapter whose database fails after some sessions, and after some
// look-ups.
type failing struct {
	authdb.Adapter
	left, looks *int
}

var errFailing = errors.New("the disk is full")

func (f failing) CreateSession(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
	if *f.left--; *f.left < 0 {
		return nil, errFailing
	}
	return f.Adapter.CreateSession(ctx, s)
}

func (f failing) GetAccount(ctx context.Context, provider, id string) (*authdb.Account, error) {
	if *f.looks--; *f.looks < 0 {
		return nil, errFailing
	}
	return f.Adapter.GetAccount(ctx, provider, id)
}

// repeating is an adapter whose transactions are all done twice.
type repeating struct{ authdb.Adapter }

func (r repeating) InTx(ctx context.Context, f func(context.Context, authdb.Adapter) error) error {
	inner := r.Adapter.(authdb.Transactor)
	err := inner.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		return errors.Join(f(ctx, tx), errFailing)
	})
	if !errors.Is(err, errFailing) {
		return err
	}
	return inner.InTx(ctx, f)
}

// TestRepeated counts what is done twice once.
func TestRepeated(t *testing.T) {
	o := newOldDB(t, sqlite)
	for i := int32(1); i <= 5; i++ {
		o.user(i, fmt.Sprintf("user%d@example.com", i))
	}
	o.account(1, 1, strings.Repeat("long", 20), "x")
	o.account(2, 1, "p", "x")
	report := mustRun(t, o.DB, repeating{synchronized(t, openDB(t, urlOf(t, sqlite)))}, fromnextauth3.Options{})
	same(t, "the report", report, fromnextauth3.Report{
		Users:    fromnextauth3.Counts{Rows: 5, Created: 5},
		Accounts: fromnextauth3.Counts{Rows: 2, Created: 1, Refused: 1},
		Refused:  []fromnextauth3.Refusal{{Record: "Account", ID: 1, Reason: fromnextauth3.Invalid}},
	})
}

// TestFailed: an error of the database ends the run, with a report of what was done,
// and the next one goes on.
func TestFailed(t *testing.T) {
	from := openDB(t, urlOf(t, sqlite))
	generate(t, from, sqlite, 25)
	to := synchronized(t, openDB(t, urlOf(t, sqlite)))
	left, looks := 15, 15
	opts := fromnextauth3.Options{BatchSize: 10, Now: clock}
	report, err := fromnextauth3.Run(t.Context(), from, failing{to, &left, &looks}, opts)
	if !errors.Is(err, errFailing) {
		t.Fatalf("the run ends with %v", err)
	}
	same(t, "accounts", report.Accounts, fromnextauth3.Counts{Rows: 10, Created: 10})
	looks = 1000
	report, err = fromnextauth3.Run(t.Context(), from, failing{to, &left, &looks}, opts)
	if !errors.Is(err, errFailing) {
		t.Fatalf("the run ends with %v", err)
	}
	same(t, "users", report.Users, fromnextauth3.Counts{Rows: 25, Present: 25})
	same(t, "sessions", report.Sessions, fromnextauth3.Counts{Rows: 10, Created: 10})
	report = mustRun(t, from, to, opts)
	complete(t, report)
	if report.Sessions.Present < 10 || report.Users.Present != 25 {
		t.Errorf("the next run: %+v", report)
	}
}

// TestLapsed: a session that was prolonged after its copy had expired lives on.
func TestLapsed(t *testing.T) {
	onEach(t, func(t *testing.T, server string, how func(*gormadapter.Adapter) authdb.Adapter) {
		o := newOldDB(t, server)
		o.user(1, "ada@example.com")
		o.session(1, 1, "token", now.Add(-time.Hour))
		to := how(synchronized(t, openDB(t, urlOf(t, server))))
		before := func() time.Time { return now.Add(-2 * time.Hour) }
		report := mustRun(t, o.DB, to, fromnextauth3.Options{Now: before})
		same(t, "at first", report.Sessions, fromnextauth3.Counts{Rows: 1, Created: 1})
		if _, _, err := to.GetSessionAndUser(t.Context(), "token"); !errors.Is(err, authdb.ErrExpired) {
			t.Fatal(err)
		}
		o.exec("UPDATE sessions SET expires = '2037-01-01 00:00:00' WHERE id = 1")
		report = mustRun(t, o.DB, to, fromnextauth3.Options{})
		same(t, "later", report.Sessions, fromnextauth3.Counts{Rows: 1, Updated: 1})
		if _, _, err := to.GetSessionAndUser(t.Context(), "token"); err != nil {
			t.Error(err)
		}
	})
}
