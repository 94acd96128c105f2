package gormadapter_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// A plugin is one of GORM's as applications have them: around every statement, by
// the callbacks for what is done.
type plugin struct {
	mu     sync.Mutex
	before []string
	after  []string
	during func(tx *gorm.DB, callback string) // before the statement, unless nil
}

func (*plugin) Name() string { return "test" }

// Initialize implements gorm.Plugin.
func (p *plugin) Initialize(db *gorm.DB) error {
	c := db.Callback()
	begin := func(callback string) func(*gorm.DB) {
		return func(tx *gorm.DB) {
			p.mu.Lock()
			p.before = append(p.before, callback+" "+tx.Statement.Table)
			p.mu.Unlock()
			if p.during != nil {
				p.during(tx, callback)
			}
		}
	}
	end := func(callback string) func(*gorm.DB) {
		return func(tx *gorm.DB) {
			verb, _, _ := strings.Cut(tx.Statement.SQL.String(), " ")
			p.mu.Lock()
			defer p.mu.Unlock()
			p.after = append(p.after, callback+" "+verb)
		}
	}
	return errors.Join(
		c.Create().Before("gorm:create").Register("test:before", begin("create")), c.Create().After("gorm:create").Register("test:after", end("create")),
		c.Update().Before("gorm:update").Register("test:before", begin("update")), c.Update().After("gorm:update").Register("test:after", end("update")),
		c.Delete().Before("gorm:delete").Register("test:before", begin("delete")), c.Delete().After("gorm:delete").Register("test:after", end("delete")),
		c.Row().Before("gorm:row").Register("test:before", begin("row")), c.Row().After("gorm:row").Register("test:after", end("row")),
		c.Query().Before("gorm:query").Register("test:before", begin("query")), c.Query().After("gorm:query").Register("test:after", end("query")),
		c.Raw().Before("gorm:raw").Register("test:before", begin("raw")), c.Raw().After("gorm:raw").Register("test:after", end("raw")),
	)
}

func (p *plugin) take() (before, after []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, after, p.before, p.after = p.before, p.after, nil, nil
	return before, after
}

// withPlugin returns an adapter whose database has the plugin.
func withPlugin(t *testing.T, db *gorm.DB, p *plugin, opts ...authdb.Option) *gormadapter.Adapter {
	t.Helper()
	if err := db.Use(p); err != nil {
		t.Fatal(err)
	}
	a := synchronised(t, db, opts...)
	p.take() // what was sent to the catalogue
	return a
}

// TestPlugin: what is written once goes through GORM all the same. The callbacks for
// what is done see the statement and its table, whoever has written it.
func TestPlugin(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		p := new(plugin)
		a := withPlugin(t, db, p)
		ctx, later := t.Context(), time.Now().Add(time.Hour)
		var u *authdb.User
		reads := db.Name() == "mysql" // before an update
		for _, step := range []struct {
			name string
			call func() error
			want []string // the callback, the verb and the table
		}{
			{"CreateUser", func() (err error) { u, err = a.CreateUser(ctx, &authdb.User{Email: "ada@example.com"}); return err }, []string{"create INSERT users"}},
			{"GetUser", func() error { _, err := a.GetUser(ctx, u.ID); return err }, []string{"row SELECT users"}},
			{"UpdateUser", func() error {
				_, err := a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("Ada")})
				return err
			}, after(reads, "row SELECT users", "update UPDATE users")},
			{"GetSessionAndUser", func() error {
				if _, _, err := a.GetSessionAndUser(ctx, "nobody"); !errors.Is(err, authdb.ErrNotFound) {
					return err
				}
				return nil
			}, []string{"row SELECT sessions"}},
			{"CreateVerificationToken", func() error {
				_, err := a.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: "i", Token: "t", Expires: later})
				return err
			}, []string{"create INSERT verification_tokens"}},
			{"DeleteUser", func() error { return a.DeleteUser(ctx, u.ID) }, nil},
		} {
			if err := step.call(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			before, after := p.take()
			var got []string
			for i := range after {
				callback, table, _ := strings.Cut(before[i], " ")
				got = append(got, callback+strings.TrimPrefix(after[i], callback)+" "+table)
			}
			if len(before) != len(after) || len(got) == 0 || step.want != nil && !slices.Equal(got, step.want) {
				t.Errorf("%s: before %q, after %q, want %q", step.name, before, after, step.want)
			}
		}
	})
}

// after returns what is done, after something else if that is done too.
func after(also bool, first, second string) []string {
	if also {
		return []string{first, second}
	}
	return []string{second}
}

// TestPluginCondition: a plugin that adds a condition to what changes rows, as those
// for tenants do, is heard, though the adapter's own condition is written before.
func TestPluginCondition(t *testing.T) {
	onEach(t, func(t *testing.T, db *gorm.DB) {
		p := new(plugin)
		a := withPlugin(t, db, p)
		ctx := t.Context()
		u, err := a.CreateUser(ctx, &authdb.User{Name: "before"})
		if err != nil {
			t.Fatal(err)
		}
		token := &authdb.VerificationToken{Identifier: "i", Token: "t", Expires: time.Now().Add(time.Hour)}
		if _, err := a.CreateVerificationToken(ctx, token); err != nil {
			t.Fatal(err)
		}
		p.during = func(tx *gorm.DB, callback string) {
			if callback == "update" || callback == "delete" {
				tx.Statement.AddClause(clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "1 = ?", Vars: []any{0}}}})
			}
		}
		_, err = a.UpdateUser(ctx, u.ID, authdb.UserPatch{Name: authdb.Set("after")})
		if db.Name() != "mysql" && !errors.Is(err, authdb.ErrNotFound) { // which can't tell it from a row that has not changed
			t.Errorf("UpdateUser: %v, want ErrNotFound", err)
		}
		if _, err := a.UseVerificationToken(ctx, "i", "t"); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("UseVerificationToken: %v, want ErrNotFound", err)
		}
		if err := a.DeleteUser(ctx, u.ID); err != nil {
			t.Errorf("DeleteUser: %v", err)
		}
		p.during = nil
		if got, err := a.GetUser(ctx, u.ID); err != nil || got.Name != "before" {
			t.Errorf("the user is %v, %v", got, err)
		}
		if _, err := a.UseVerificationToken(ctx, "i", "t"); err != nil {
			t.Errorf("the token: %v", err)
		}
	})
}

// TestPluginError: what a plugin refuses is not sent, and its error is in the chain.
func TestPluginError(t *testing.T) {
	db := onSQLite(t)
	p := new(plugin)
	a := withPlugin(t, db, p)
	u, err := a.CreateUser(t.Context(), &authdb.User{})
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	p.during = func(tx *gorm.DB, _ string) { _ = tx.AddError(refused) }
	for name, call := range map[string]func() error{
		"GetUser": func() error { _, err := a.GetUser(t.Context(), u.ID); return err },
		"UpdateUser": func() error {
			_, err := a.UpdateUser(t.Context(), u.ID, authdb.UserPatch{Name: authdb.Set("x")})
			return err
		},
		"CreateUser": func() error { _, err := a.CreateUser(t.Context(), &authdb.User{}); return err },
		"DeleteUser": func() error { return a.DeleteUser(t.Context(), u.ID) },
	} {
		if err := call(); !errors.Is(err, refused) {
			t.Errorf("%s: %v, want the plugin's error", name, err)
		}
	}
	p.during = nil
	if got, err := a.GetUser(t.Context(), u.ID); err != nil || got.Name != "" {
		t.Errorf("the user is %v, %v", got, err)
	}
}

// tenanted is a row with a column that a plugin fills.
type tenanted struct {
	models.User
	Tenant string
}

// TestPluginColumn: a plugin may set a column of a row that is created.
func TestPluginColumn(t *testing.T) {
	db := onSQLite(t)
	if err := db.Use(&plugin{during: func(tx *gorm.DB, callback string) {
		if callback == "create" && tx.Statement.Table == "tenanteds" {
			tx.Statement.SetColumn("Tenant", "acme")
		}
	}}); err != nil {
		t.Fatal(err)
	}
	a := synchronised(t, db, authdb.WithModels(authdb.Models{User: tenanted{}}))
	u, err := a.CreateUser(context.Background(), &authdb.User{})
	if err != nil || u.Extra["Tenant"] != "acme" {
		t.Errorf("%v, %v", u, err)
	}
}
