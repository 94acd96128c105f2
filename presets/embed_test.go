package presets_test

import (
	"errors"
	"regexp"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// member and login have columns of the application's own.
type (
	member struct {
		presets.PrismaUser
		Role string `gorm:"column:role;default:member"`
	}
	login struct {
		presets.NextAuth3Account
		Note string `gorm:"column:note"`
	}
	visit struct {
		presets.NextAuth3Session
		Agent *string `gorm:"column:agent"`
	}
	// request has a hook of its own, which the row's is promoted behind.
	request struct {
		presets.TypeORMVerificationToken
		Origin string `gorm:"column:origin"`
	}
)

func (r *request) BeforeCreate(tx *gorm.DB) error {
	r.Origin = "hook"
	return r.TypeORMVerificationToken.BeforeCreate(tx)
}

// TestEmbedding adds columns to the tables of an origin.
func TestEmbedding(t *testing.T) {
	onServer(t, "sqlite", func(t *testing.T, c connection) {
		db := c.open(t)
		restoreEmpty(t, db, "prisma-sqlite")
		alter(t, db, "ALTER TABLE User ADD role TEXT")
		m := presets.Prisma()
		m.User = &member{}
		a := checked(t, db.DB, authdb.WithModels(m))
		user, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com", Extra: map[string]any{"Role": "admin"}})
		ok(t, "CreateUser", err)
		got, err := a.GetUserByEmail(t.Context(), "ada@example.com")
		ok(t, "GetUserByEmail", err)
		if got.Extra["Role"] != "admin" || !cuid.MatchString(user.ID) {
			t.Errorf("got %+v, with another ID than Prisma's", got)
		}
	})
}

// TestEmbeddedHooks keeps what the rows' hooks do.
func TestEmbeddedHooks(t *testing.T) {
	onServer(t, testdb.MariaDB, func(t *testing.T, c connection) {
		db := c.open(t)
		restoreEmpty(t, db, "next-auth-v3-mariadb")
		alter(t, db, "ALTER TABLE accounts ADD note TEXT", "ALTER TABLE sessions ADD agent TEXT")
		m := presets.NextAuth3()
		m.Account, m.Session = &login{}, &visit{}
		a := checked(t, db.DB, authdb.WithModels(m))
		user, err := a.CreateUser(t.Context(), &authdb.User{Name: "Ada"})
		ok(t, "CreateUser", err)
		_, err = a.LinkAccount(t.Context(), &authdb.Account{UserID: user.ID, Type: "oauth", Provider: "google", ProviderAccountID: "1098765432101234567890", Extra: map[string]any{"Note": "x"}})
		ok(t, "LinkAccount", err)
		if got := texts(t.Context(), t, db.conn(t), "SELECT compound_id FROM accounts"); got[0] != "708e340dac6a951668332d5cc471b700d9ab40796b6df2338e4c6d27671b17f1" {
			t.Errorf("compound_id is %q", got)
		}
		session, err := a.CreateSession(t.Context(), &authdb.Session{UserID: user.ID, SessionToken: "s", Expires: time.Now().Add(time.Hour)})
		ok(t, "CreateSession", err)
		if token, _ := session.Extra["AccessToken"].(string); !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(token) {
			t.Errorf("the access token is %q", token)
		}
		given, err := a.CreateSession(t.Context(), &authdb.Session{
			UserID: user.ID, SessionToken: "t", Expires: time.Now().Add(time.Hour), Extra: map[string]any{"AccessToken": "given"},
		})
		if err != nil || given.Extra["AccessToken"] != "given" {
			t.Errorf("a given access token became %v: %v", given, err)
		}
	})
	onServer(t, "sqlite", func(t *testing.T, c connection) {
		db := c.open(t)
		restoreEmpty(t, db, "typeorm-sqlite")
		alter(t, db, "ALTER TABLE verification_tokens ADD origin TEXT")
		m := presets.TypeORM()
		m.VerificationToken = &request{}
		a := checked(t, db.DB, authdb.WithModels(m))
		_, err := a.CreateVerificationToken(t.Context(), &authdb.VerificationToken{Identifier: "a", Token: "b", Expires: time.Now().Add(time.Hour)})
		ok(t, "CreateVerificationToken", err)
		if got := texts(t.Context(), t, db.conn(t), "SELECT length(id) || ' ' || origin FROM verification_tokens"); got[0] != "36 hook" {
			t.Errorf("stored %q", got)
		}
	})
}

func alter(t *testing.T, db database, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		_, err := db.plain.ExecContext(t.Context(), statement)
		ok(t, statement, err)
	}
}

// TestChanged has the instants at which rows were created and changed, of the
// origins that have such columns.
func TestChanged(t *testing.T) {
	for _, dump := range []string{
		"prisma-sqlite", "prisma-pg", "prisma-mariadb",
		"next-auth-v3-sqlite", "next-auth-v3-pg", "next-auth-v3-mariadb", "next-auth-v3-type-mariadb-mariadb",
	} {
		for _, c := range connections() {
			if !slices.Contains(testdb.DumpsFor(c.server), dump) {
				continue
			}
			t.Run(c.name+"/"+dump, func(t *testing.T) {
				db := c.open(t)
				restoreEmpty(t, db, dump)
				now := time.Date(2030, 7, 1, 12, 0, 0, 0, time.UTC)
				a := checked(t, db.DB, authdb.WithModels(presetOf(t, dump)), authdb.WithClock(func() time.Time { return now }))
				created := now
				user, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
				ok(t, "CreateUser", err)
				now = now.Add(time.Hour)
				_, err = a.UpdateUser(t.Context(), user.ID, authdb.UserPatch{Name: authdb.Set("Ada")})
				ok(t, "UpdateUser", err)
				got, err := a.GetUser(t.Context(), user.ID)
				ok(t, "GetUser", err)
				want := map[string]any{"CreatedAt": created, "UpdatedAt": now}
				for name, at := range want {
					if is, _ := got.Extra[name].(interface{ UTC() time.Time }); is == nil || !is.UTC().Equal(at.(time.Time)) {
						t.Errorf("%s is %v, want %v", name, got.Extra[name], at)
					}
				}
			})
		}
	}
}

// TestAddressRequired is what the suite has no rule for: users have an address
// where the column holds no NULL.
func TestAddressRequired(t *testing.T) {
	for _, dump := range []string{"kysely-sqlite", "kysely-pg", "kysely-mariadb", "prisma-pg", "hasura-pg"} {
		for _, c := range connections() {
			if !slices.Contains(testdb.DumpsFor(c.server), dump) {
				continue
			}
			t.Run(c.name+"/"+dump, func(t *testing.T) {
				db := c.open(t)
				restoreEmpty(t, db, dump)
				a := checked(t, db.DB, authdb.WithModels(presetOf(t, dump)))
				if _, err := a.CreateUser(t.Context(), &authdb.User{Name: "Ada"}); !errors.Is(err, authdb.ErrInvalid) {
					t.Errorf("CreateUser: %v, want ErrInvalid", err)
				}
				user, err := a.CreateUser(t.Context(), &authdb.User{Email: "ada@example.com"})
				ok(t, "CreateUser", err)
				for _, none := range []authdb.Field[string]{authdb.Set(""), authdb.Null[string]()} {
					if _, err := a.UpdateUser(t.Context(), user.ID, authdb.UserPatch{Email: none}); !errors.Is(err, authdb.ErrInvalid) {
						t.Errorf("UpdateUser: %v, want ErrInvalid", err)
					}
				}
			})
		}
	}
}

// TestNextAuth3Expiry has the seconds of the contract in a column of instants.
func TestNextAuth3Expiry(t *testing.T) {
	e := presets.NextAuth3ExpiryAt(1798761598)
	if v, err := e.Value(); v != int64(1798761598) || err != nil {
		t.Errorf("its value is %v: %v", v, err)
	}
	for _, src := range []any{int64(1798761598), "2026-12-31 23:59:58.765", time.UnixMilli(1798761598765).In(zone("Asia/Kolkata"))} {
		var got presets.NextAuth3Expiry
		if err := got.Scan(src); err != nil || got.Unix() != 1798761598 {
			t.Errorf("%v is read as %d: %v", src, got.Unix(), err)
		}
	}
}
