package gormadapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// The row types of TestConfiguration, each with one fault.
type (
	withoutEmail struct {
		ID string
	}
	twoEmails struct {
		models.User
		Mail string `auth:"Email"`
	}
	taggedTwice struct {
		ID    string
		Email string `auth:"Email"`
		Mail  string `auth:"Email"`
	}
	mistagged struct {
		models.User
		Phone string `auth:"Telephone"`
	}
	numberEmail struct {
		ID    string
		Email int
	}
	boolEmail struct {
		ID    string
		Email bool
	}
	shadowed struct {
		models.User
		Email string `gorm:"column:mail"`
	}
	numberedUser struct {
		ID    uint
		Email string
	}
	unparsable struct {
		ID    string
		Email string `gorm:"serializer:nope"`
	}
)

func TestConfiguration(t *testing.T) {
	db := onSQLite(t)
	failed := db.Session(&gorm.Session{NewDB: true})
	_ = failed.AddError(errors.New("earlier"))
	for _, c := range []struct {
		name    string
		adapter *gormadapter.Adapter
		want    []string // in the error's text
	}{
		{"nil db", gormadapter.New(nil), []string{"nil *gorm.DB", "gorm.Open"}},
		{"empty db", gormadapter.New(&gorm.DB{}), []string{"nil *gorm.DB"}},
		{"db with an error", gormadapter.New(failed), []string{"earlier statement"}},
		{"nil clock", gormadapter.New(db, authdb.WithClock(nil)), []string{"WithClock(nil)"}},
		{"nil option", gormadapter.New(db, nil), []string{"nil Option"}},
		{"no struct", gormadapter.New(db, users(7)), []string{"int as User", "struct"}},
		{"no field", gormadapter.New(db, users(withoutEmail{})), []string{"withoutEmail as User", "no field stores Email", `auth:"Email"`}},
		{"tag and embedded field", gormadapter.New(db, users(&twoEmails{})), []string{"twoEmails", `"email"`, `"mail"`, "Email"}},
		{"tagged twice", gormadapter.New(db, users(taggedTwice{})), []string{"taggedTwice", `"email"`, `"mail"`}},
		{"tag of no field", gormadapter.New(db, users(mistagged{})), []string{"mistagged", "Telephone", "Phone"}},
		{"number for a text", gormadapter.New(db, users(numberEmail{})), []string{"numberEmail", "Email", "int"}},
		{"wrong type", gormadapter.New(db, users(boolEmail{})), []string{"boolEmail", "Email", "bool"}},
		{"shadowed", gormadapter.New(db, users(shadowed{})), []string{"shadowed", `"email"`, `"mail"`}},
		{"ids unlike", gormadapter.New(db, users(numberedUser{})), []string{"UserID", "uint"}},
		{"unknown serializer", gormadapter.New(db, users(unparsable{})), []string{"unparsable", "User"}},
		{"instants of no database", gormadapter.New(db, authdb.WithModels(authdb.Models{Layout: authdb.Layout{
			Instants: map[string]authdb.InstantForm{"postgresql": 7},
		}})), []string{"Layout.Instants", `"postgresql"`, "sqlite, postgres, mysql", "no form 7"}},
		{"nothing at all", gormadapter.New(db, authdb.WithModels(authdb.Models{
			User: authdb.Absent, Account: authdb.Absent, Session: authdb.Absent, VerificationToken: authdb.Absent, Authenticator: authdb.Absent,
		})), []string{"all of Models is Absent"}},
		{"nil pointer to a row", gormadapter.New(db, users((*member)(nil))), nil},
	} {
		err := c.adapter.Validate()
		if (err != nil) != (c.want != nil) {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, want := range c.want {
			if err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v\ndoes not say %s", c.name, err, want)
			}
		}
		if err == nil {
			continue
		}
		if _, got := c.adapter.GetUser(t.Context(), "x"); got == nil || got.Error() != err.Error() {
			t.Errorf("%s: GetUser: %v", c.name, got)
		}
		if got := c.adapter.Synchronize(t.Context()); got == nil || got.Error() != err.Error() {
			t.Errorf("%s: Synchronize: %v", c.name, got)
		}
		if got := c.adapter.Check(t.Context()); got == nil || got.Error() != err.Error() {
			t.Errorf("%s: Check: %v", c.name, got)
		}
	}
}

func users(row any) authdb.Option { return authdb.WithModels(authdb.Models{User: row}) }

// TestAbsent: what needs the missing table is not supported, and everything
// else works.
func TestAbsent(t *testing.T) {
	db := onSQLite(t)
	a := gormadapter.New(db, authdb.WithModels(authdb.Models{Authenticator: authdb.Absent, VerificationToken: authdb.Absent}))
	if err := a.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	if db.Migrator().HasTable("authenticators") {
		t.Error("the absent table was made")
	}
	adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a },
		adaptertest.Require("AccountStore", "SessionStore", "Sweeper"))
	if _, ok := authdb.As[authdb.AuthenticatorStore](a); ok {
		t.Error("As finds the absent store")
	}
	if _, ok := authdb.As[authdb.VerificationTokenReader](a); ok {
		t.Error("As finds a VerificationTokenReader without a table")
	}
	if _, err := a.GetAuthenticator(t.Context(), "x"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("GetAuthenticator: %v", err)
	}
}

// TestLayout: tables in another schema, with a prefix, and instants in columns
// that have no type for them.
func TestLayout(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		layout := authdb.Layout{TablePrefix: "auth_"}
		if db.Name() == "postgres" {
			layout.Schema = "next_auth"
			if err := db.Exec("CREATE SCHEMA next_auth").Error; err != nil {
				t.Fatal(err)
			}
		}
		a := gormadapter.New(db, authdb.WithModels(authdb.Models{Layout: layout}))
		if err := a.Synchronize(t.Context()); err != nil {
			t.Fatal(err)
		}
		adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a })
		var n int64
		table := "auth_users"
		if layout.Schema != "" {
			table = layout.Schema + "." + table
		}
		if _, err := a.CreateUser(t.Context(), &authdb.User{}); err != nil {
			t.Fatal(err)
		}
		if err := db.Table(table).Count(&n).Error; err != nil || n == 0 {
			t.Errorf("%s holds %d rows, %v", table, n, err)
		}
	})
}

// decimalSession holds its expiry as TypeORM does: milliseconds, in text.
type decimalSession struct {
	SessionToken string `gorm:"primaryKey;size:255"`
	UserID       string `gorm:"size:64"`
	Expires      string `gorm:"size:32"`
}

// isoToken holds its expiry as D1's adapter does.
type isoToken struct {
	Identifier string `gorm:"primaryKey;size:320"`
	Token      string `gorm:"primaryKey;size:255"`
	Expires    string `gorm:"size:32"`
}

func TestInstantForms(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		at := time.Date(2031, 2, 3, 4, 5, 6, 7_890_000, time.FixedZone("", -5*3600))
		for _, c := range []struct {
			form authdb.InstantForm
			want string
		}{
			{authdb.UnixMilli, "1927875906007"},
			{authdb.ISO8601, "2031-02-03T09:05:06.007Z"},
		} {
			layout := authdb.Layout{
				TablePrefix: map[authdb.InstantForm]string{authdb.UnixMilli: "m_", authdb.ISO8601: "i_"}[c.form],
				Instants:    map[string]authdb.InstantForm{db.Name(): c.form},
			}
			clock := adaptertest.NewClock(time.Now())
			a := gormadapter.New(db, authdb.WithClock(clock.Now), authdb.WithModels(authdb.Models{
				Session: &decimalSession{}, VerificationToken: &isoToken{}, Layout: layout,
			}))
			if err := a.Synchronize(t.Context()); err != nil {
				t.Fatal(err)
			}
			u, err := a.CreateUser(t.Context(), &authdb.User{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.CreateSession(t.Context(), &authdb.Session{SessionToken: "s", UserID: u.ID, Expires: at}); err != nil {
				t.Fatal(err)
			}
			var got string
			if err := db.Table(layout.TablePrefix + "decimal_sessions").Select("expires").Take(&got).Error; err != nil || got != c.want {
				t.Errorf("stored %q, want %q (%v)", got, c.want, err)
			}
			adaptertest.Run(t, func(testing.TB) authdb.Adapter { return a }, adaptertest.WithClock(clock), adaptertest.Drops("Session", "ID"))
		}
	})
}

func TestDecodeEncode(t *testing.T) {
	db := onSQLite(t)
	a := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &member{}}), authdb.WithSynchronize())
	ctx := t.Context()
	verified := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	m := member{Role: "admin", Nickname: ptr("Ada"), Tags: []string{"a", "b"}}
	m.Email, m.EmailVerified = ptr("ada@example.com"), &models.Time{Time: verified}
	user := new(authdb.User)
	if err := a.Encode(&m, user); err != nil {
		t.Fatal(err)
	}
	created, err := a.CreateUser(ctx, user)
	if err != nil {
		t.Fatal(err)
	}
	found, err := a.GetUser(ctx, created.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got member
	if err := a.Decode(found, &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != created.ID || *got.Email != "ada@example.com" || !got.EmailVerified.Equal(verified) ||
		got.Role != "admin" || *got.Nickname != "Ada" || len(got.Tags) != 2 || got.CreatedAt.IsZero() {
		t.Errorf("got %+v", got)
	}
	for _, c := range []struct{ record, row any }{
		{found, got},
		{*found, &got},
		{nil, &got},
		{found, nil},
		{(*authdb.User)(nil), &got},
		{found, (*member)(nil)},
		{found, &person{}},
		{&authdb.Session{}, &got},
	} {
		if err := a.Decode(c.record, c.row); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("Decode(%T, %T): %v", c.record, c.row, err)
		}
	}
}

// TestWithSynchronize: the first calls, all at once, find the tables; inside a
// transaction they are told what to do, and the transaction goes on.
func TestWithSynchronize(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		err := db.Transaction(func(tx *gorm.DB) error {
			a := gormadapter.New(tx, authdb.WithSynchronize())
			if _, err := a.CreateUser(t.Context(), &authdb.User{}); !errors.Is(err, authdb.ErrNotSynchronized) || !strings.Contains(err.Error(), "adapter.Synchronize(ctx)") {
				t.Errorf("in a transaction: %v", err)
			}
			return tx.Exec("SELECT 1").Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if db.Migrator().HasTable("users") {
			t.Fatal("the refused call made tables")
		}
		a := gormadapter.New(db, authdb.WithSynchronize())
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := a.GetUser(canceled, "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
		errs := make(chan error)
		for range 8 {
			go func() {
				_, err := a.CreateUser(t.Context(), &authdb.User{})
				errs <- err
			}()
		}
		for range 8 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

// TestIDs: who makes them, and what becomes of those that can't be held.
func TestIDs(t *testing.T) {
	db := onSQLite(t)
	made := func(id string) func() string { return func() string { return id } }
	layout := authdb.WithModels(authdb.Models{Layout: authdb.Layout{NewID: made("layout")}})
	for _, c := range []struct {
		options []authdb.Option
		given   string
		want    string
	}{
		{[]authdb.Option{authdb.WithIDs(made("option"))}, "", "option"},
		{[]authdb.Option{authdb.WithIDs(made("other"))}, "given", "given"},
		{[]authdb.Option{layout}, "", "layout"},
		{[]authdb.Option{layout, authdb.WithIDs(made("over layout"))}, "", "over layout"},
		{[]authdb.Option{authdb.WithIDs(made(""))}, "", ""},
		{[]authdb.Option{authdb.WithIDs(made(strings.Repeat("x", 65)))}, "", ""},
	} {
		a := gormadapter.New(db, append(c.options, authdb.WithSynchronize())...)
		u, err := a.CreateUser(t.Context(), &authdb.User{ID: c.given})
		switch {
		case c.want == "":
			if !errors.Is(err, authdb.ErrInvalid) || !strings.Contains(err.Error(), "WithIDs") {
				t.Errorf("a made id that can't be held: %v", err)
			}
		case err != nil || u.ID != c.want:
			t.Errorf("%q: %v, %v", c.want, u, err)
		}
	}
}
