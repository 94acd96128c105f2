package gormadapter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// bulk stores and finds by CreateAll and FindAll, to run the contract on them.
type bulk struct {
	authdb.Adapter
	a *gormadapter.Adapter
}

func bulkOf(a *gormadapter.Adapter) bulk { return bulk{a, a} }

func (b bulk) As(target any) bool {
	switch t := target.(type) {
	case *authdb.Registrar:
		return false
	case *authdb.Transactor:
		*t = b
		return true
	}
	return b.a.As(target)
}

func (b bulk) InTx(ctx context.Context, f func(context.Context, authdb.Adapter) error) error {
	if f == nil {
		return b.a.InTx(ctx, nil)
	}
	return b.a.InTx(ctx, func(ctx context.Context, tx authdb.Adapter) error {
		return f(ctx, bulkOf(tx.(*gormadapter.Adapter)))
	})
}

func only[R any](found []*R, err error) (*R, error) {
	if err == nil && len(found) == 0 {
		err = authdb.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

func (b bulk) CreateUser(ctx context.Context, user *authdb.User) (*authdb.User, error) {
	if user == nil {
		return b.a.CreateUser(ctx, nil)
	}
	u := *user
	if u.ID == "" {
		u.ID = authdb.NewID()
	}
	if err := b.a.CreateAll(ctx, gormadapter.Records{Users: []*authdb.User{&u}}); err != nil {
		return nil, err
	}
	return b.GetUser(ctx, u.ID)
}

func (b bulk) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	found, err := b.a.FindAll(ctx, gormadapter.Records{Users: []*authdb.User{{ID: id}}})
	return only(found.Users, err)
}

func (b bulk) LinkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	if err := b.a.CreateAll(ctx, gormadapter.Records{Accounts: []*authdb.Account{account}}); err != nil {
		return nil, err
	}
	return stillThere(b.GetAccount(ctx, account.Provider, account.ProviderAccountID))
}

// stillThere is for what was created and is gone with its user.
func stillThere[R any](r *R, err error) (*R, error) {
	if errors.Is(err, authdb.ErrNotFound) {
		err = authdb.ErrReference
	}
	return r, err
}

func (b bulk) GetAccount(ctx context.Context, provider, id string) (*authdb.Account, error) {
	found, err := b.a.FindAll(ctx, gormadapter.Records{Accounts: []*authdb.Account{{Provider: provider, ProviderAccountID: id}}})
	return only(found.Accounts, err)
}

func (b bulk) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	if err := b.a.CreateAll(ctx, gormadapter.Records{Sessions: []*authdb.Session{session}}); err != nil {
		return nil, err
	}
	found, err := b.a.FindAll(ctx, gormadapter.Records{Sessions: []*authdb.Session{session}})
	return stillThere(only(found.Sessions, err))
}

func (b bulk) CreateVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	if err := b.a.CreateAll(ctx, gormadapter.Records{VerificationTokens: []*authdb.VerificationToken{token}}); err != nil {
		return nil, err
	}
	found, err := b.a.FindAll(ctx, gormadapter.Records{VerificationTokens: []*authdb.VerificationToken{token}})
	return only(found.VerificationTokens, err)
}

// TestAdapterBulk runs the contract with all that is created and looked up by its
// key going through CreateAll and FindAll.
func TestAdapterBulk(t *testing.T) {
	for n, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for i, v := range variants()[:3] { // numbered rows can't be found by the ids that they were given
				if n > 0 && i != n%3 {
					continue
				}
				v.name += ", bulk"
				v.wrap = func(a *gormadapter.Adapter) authdb.Adapter { return bulkOf(a) }
				if i == 0 || n == 0 {
					v.options = append(v.options, adaptertest.HashedTokens())
					v.further = hidden()
				}
				t.Run(v.name, func(t *testing.T) {
					db, _ := d.open(t)
					runSuite(t, db, v)
				})
			}
		})
	}
}

// people returns n users with an account, a session and a token each. Accounts of
// several providers have the same id.
func people(n int) (all gormadapter.Records) {
	for i := range n {
		id := fmt.Sprint(i)
		all.Users = append(all.Users, &authdb.User{ID: id, Email: id + "@example.com"})
		all.Accounts = append(all.Accounts, &authdb.Account{UserID: id, Type: "oauth", Provider: fmt.Sprint("p", i%10), ProviderAccountID: fmt.Sprint(i / 10)})
		all.Sessions = append(all.Sessions, &authdb.Session{UserID: id, SessionToken: "token " + id, Expires: time.Now().Add(time.Hour)})
		all.VerificationTokens = append(all.VerificationTokens, &authdb.VerificationToken{Identifier: id, Token: id, Expires: time.Now().Add(time.Hour)})
	}
	return all
}

// TestCreateAll stores all or nothing, and a bad one anywhere is an error of its
// own.
func TestCreateAll(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a := synchronized(t, db)
		ctx := t.Context()
		const n = 1100 // three statements
		for name, test := range map[string]struct {
			spoil func(all *gormadapter.Records)
			want  error
		}{
			"two of an address":     {func(all *gormadapter.Records) { all.Users[n-1].Email = "0@example.com" }, authdb.ErrDuplicate},
			"two of an account":     {func(all *gormadapter.Records) { all.Accounts[n-1] = all.Accounts[0] }, authdb.ErrDuplicate},
			"two of a token":        {func(all *gormadapter.Records) { all.VerificationTokens[n-1] = all.VerificationTokens[0] }, authdb.ErrDuplicate},
			"a session of nobody":   {func(all *gormadapter.Records) { all.Sessions[n-1].UserID = "nobody" }, authdb.ErrReference},
			"a session without end": {func(all *gormadapter.Records) { all.Sessions[n-1].Expires = time.Time{} }, authdb.ErrInvalid},
			"nil":                   {func(all *gormadapter.Records) { all.VerificationTokens[n-1] = nil }, authdb.ErrInvalid},
			"a long provider":       {func(all *gormadapter.Records) { all.Accounts[n-1].Provider = strings.Repeat("x", 65) }, authdb.ErrInvalid},
		} {
			all := people(n)
			test.spoil(&all)
			if err := a.CreateAll(ctx, all); !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", name, err, test.want)
			}
			if users := lineCount(t, db, "users"); users != 0 {
				t.Fatalf("%s: %d users are left", name, users)
			}
		}
		must(t, a.CreateAll(ctx, people(n)))
		must(t, a.CreateAll(ctx, gormadapter.Records{}))
		all := people(n + 5)
		all.Users = append(all.Users, &authdb.User{}, &authdb.User{ID: "A0"}, &authdb.User{ID: "\x00"})
		found, err := a.FindAll(ctx, all)
		must(t, err)
		if len(found.Users) != n || len(found.Accounts) != n || len(found.Sessions) != n || len(found.VerificationTokens) != n {
			t.Errorf("%d users, %d accounts, %d sessions and %d tokens are found", len(found.Users), len(found.Accounts), len(found.Sessions), len(found.VerificationTokens))
		}
		for _, s := range found.Sessions {
			if s.SessionToken != "token "+s.UserID {
				t.Fatalf("%+v", s)
			}
		}
	})
}

func lineCount(t *testing.T, db *gorm.DB, table string) (n int64) {
	t.Helper()
	must(t, db.Table(table).Count(&n).Error)
	return n
}

// TestCheckRecord says before what would be refused.
func TestCheckRecord(t *testing.T) {
	a := gormadapter.New(onSQLite(t))
	for _, record := range []any{
		&authdb.User{}, &authdb.User{ID: "given"},
		&authdb.Account{UserID: "u", Type: "t", Provider: "p", ProviderAccountID: "x"},
		&authdb.Session{UserID: "u", SessionToken: "t", Expires: time.Now()},
		&authdb.VerificationToken{Identifier: "i", Token: "t", Expires: time.Now()},
	} {
		if err := a.CheckRecord(record); err != nil {
			t.Errorf("%T: %v", record, err)
		}
	}
	for _, record := range []any{nil, (*authdb.User)(nil), authdb.User{}, &authdb.Account{}, &authdb.User{Name: "\xff"}, &authdb.Session{UserID: "u", SessionToken: strings.Repeat("x", 256), Expires: time.Now()}} {
		if err := a.CheckRecord(record); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("%T: %v", record, err)
		}
	}
	if err := a.CheckRecord(&struct{}{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
	if err := gormadapter.New(nil).CheckRecord(&authdb.User{}); err == nil {
		t.Error("a broken adapter takes it")
	}
}

// TestCreateAllUnguarded: where the tables guard nothing, the adapter does.
func TestCreateAllUnguarded(t *testing.T) {
	expires := time.Now().Add(time.Hour)
	onLoose(t, func(t *testing.T, db *gorm.DB, user string) {
		a, ctx := newLoose(db), t.Context()
		token := &authdb.VerificationToken{Identifier: "i", Token: "t", Expires: expires}
		if err := a.CreateAll(ctx, gormadapter.Records{VerificationTokens: []*authdb.VerificationToken{token, token}}); !errors.Is(err, authdb.ErrDuplicate) {
			t.Errorf("a token twice: %v", err)
		}
		good := &authdb.Session{UserID: user, SessionToken: "s", Expires: expires}
		bad := &authdb.Session{UserID: "nobody", SessionToken: "t", Expires: expires}
		if err := a.CreateAll(ctx, gormadapter.Records{Sessions: []*authdb.Session{good, bad}}); !errors.Is(err, authdb.ErrReference) {
			t.Errorf("a session of nobody: %v", err)
		}
		if _, _, err := a.GetSessionAndUser(ctx, "s"); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("one of two is stored: %v", err)
		}
	})
	onEach(t, func(t *testing.T, db *gorm.DB) {
		must(t, db.AutoMigrate(models.All()...)) // unique keys, and no foreign keys
		a, ctx := gormadapter.New(db), t.Context()
		_, err := a.CreateUser(ctx, &authdb.User{ID: "somebody"})
		must(t, err)
		good := &authdb.Session{UserID: "somebody", SessionToken: "s", Expires: expires}
		bad := &authdb.Session{UserID: "nobody", SessionToken: "t", Expires: expires}
		if err := a.CreateAll(ctx, gormadapter.Records{Sessions: []*authdb.Session{good, bad}}); !errors.Is(err, authdb.ErrReference) {
			t.Errorf("a session of nobody: %v", err)
		}
	})
}

// TestCreateAllHidden: a soft-deleted user gets nothing, foreign keys or not.
func TestCreateAllHidden(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		a, ctx := synchronized(t, db, authdb.WithModels(authdb.Models{User: &hideable{}})), t.Context()
		must(t, a.CreateAll(ctx, gormadapter.Records{Users: []*authdb.User{{ID: "gone"}}}))
		must(t, db.Delete(&hideable{}, "id = ?", "gone").Error)
		session := &authdb.Session{UserID: "gone", SessionToken: "s", Expires: time.Now().Add(time.Hour)}
		if err := a.CreateAll(ctx, gormadapter.Records{Sessions: []*authdb.Session{session}}); !errors.Is(err, authdb.ErrReference) {
			t.Errorf("a session of a user who is gone: %v", err)
		}
		found, err := a.FindAll(ctx, gormadapter.Records{Users: []*authdb.User{{ID: "gone"}}})
		if err != nil || len(found.Users) != 0 {
			t.Errorf("a user who is gone is found: %v", err)
		}
	})
}

// plainUser can't say that its address is NULL.
type plainUser struct {
	ID    string `gorm:"primaryKey;size:64"`
	Email string `gorm:"size:320;uniqueIndex"`
	Name  string
}

// TestCreateAllPlain: users without an address don't have the same one.
func TestCreateAllPlain(t *testing.T) {
	db := onSQLite(t)
	a := synchronized(t, db, authdb.WithModels(authdb.Models{User: &plainUser{}}))
	must(t, a.CreateAll(t.Context(), gormadapter.Records{Users: []*authdb.User{{ID: "1"}, {ID: "2"}}}))
	if n := lineCount(t, db.Where("email IS NULL AND name IS NULL"), "plain_users"); n != 2 {
		t.Errorf("%d users without an address", n)
	}
}

type hideable struct {
	models.User
	DeletedAt gorm.DeletedAt
}

// TestCreateAllStatements: many rows are few statements, unless one of them has a
// value that GORM would replace.
func TestCreateAllStatements(t *testing.T) {
	db, heard := onSQLite(t), &journal{}
	db.Logger = heard
	a := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &stamped{}}))
	must(t, a.Synchronize(t.Context()))
	all := people(1100)
	inserts := func(records gormadapter.Records) (n int) {
		heard.take()
		must(t, a.CreateAll(t.Context(), records))
		for _, s := range heard.take() {
			if strings.HasPrefix(s, "INSERT") {
				n++
			}
		}
		return n
	}
	if n := inserts(all); n != 4*3 {
		t.Errorf("%d INSERTs", n)
	}
	// 1,100 ids and sessions are three SELECTs each, accounts of ten providers too;
	// as many identifiers are asked for sixteen by sixteen.
	heard.take()
	found, err := a.FindAll(t.Context(), all)
	must(t, err)
	if len(found.Users) != 1100 || len(found.Accounts) != 1100 || len(found.Sessions) != 1100 || len(found.VerificationTokens) != 1100 {
		t.Error("not all are found")
	}
	selects, lists := 0, 0
	for _, s := range heard.take() {
		selects, lists = selects+strings.Count(s, "SELECT"), lists+strings.Count(s, " IN (")
	}
	if want := 3 + 3 + 3 + 69; selects != want || lists != 3+2*3+3+2*69 {
		t.Errorf("%d SELECTs with %d lists, want %d", selects, lists, want)
	}
	zero := &authdb.User{ID: "zero", Extra: map[string]any{"Level": 0, "Active": false}}
	if n := inserts(gormadapter.Records{Users: []*authdb.User{{ID: "other"}, zero}}); n != 2 {
		t.Errorf("%d INSERTs of two that are not alike", n)
	}
	if u, err := a.GetUser(t.Context(), "zero"); err != nil || u.Extra["Level"] != 0 || u.Extra["Active"] != false {
		t.Errorf("a zero that was given is stored as %v, %v", u, err)
	}
}
