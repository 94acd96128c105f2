package fromnextauth3_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// An old database in the making.
type oldDB struct {
	*gorm.DB
	t *testing.T
}

func newOldDB(t *testing.T, server string) oldDB {
	t.Helper()
	db := openDB(t, urlOf(t, server))
	testdb.RestoreSchema(t, pool(t, db), schemaOf[server])
	return oldDB{db, t}
}

func (o oldDB) add(row any) {
	o.t.Helper()
	if err := o.Create(row).Error; err != nil {
		o.t.Fatal(err)
	}
}

func (o oldDB) exec(sql string) {
	o.t.Helper()
	if err := o.Exec(sql).Error; err != nil {
		o.t.Fatal(err)
	}
}

func (o oldDB) user(id int32, email string) {
	o.t.Helper()
	u := &presets.NextAuth3User{ID: id, Name: ptr(fmt.Sprint("user ", id))}
	if email != "" {
		u.Email = &email
	}
	o.add(u)
}

func (o oldDB) account(id, user int32, provider, providerAccountID string) {
	o.t.Helper()
	o.add(&presets.NextAuth3Account{ID: id, UserID: user, Type: "oauth", Provider: provider, ProviderAccountID: providerAccountID, AccessToken: ptr("secret-at")})
}

func (o oldDB) session(id, user int32, token string, expires time.Time) {
	o.t.Helper()
	o.add(&presets.NextAuth3Session{ID: id, UserID: user, SessionToken: token, Expires: presets.NextAuth3Time{Time: expires}})
}

func (o oldDB) request(identifier, token string, expires time.Time) {
	o.t.Helper()
	o.add(&presets.NextAuth3VerificationRequest{Identifier: identifier, Token: token, Expires: presets.NextAuth3Time{Time: expires}})
}

// onEach runs the test on each server, through the contract and by many at once.
func onEach(t *testing.T, test func(t *testing.T, server string, how func(*gormadapter.Adapter) authdb.Adapter)) {
	for _, server := range servers {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			test(t, server, func(a *gormadapter.Adapter) authdb.Adapter { return a })
		})
		t.Run(server+" by the contract", func(t *testing.T) {
			t.Parallel()
			test(t, server, func(a *gormadapter.Adapter) authdb.Adapter { return contract{a} })
		})
	}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestRefused: what can't be moved is refused with its reason, a dry run says the
// same, and nobody gets what is somebody else's.
func TestRefused(t *testing.T) {
	onEach(t, func(t *testing.T, server string, how func(*gormadapter.Adapter) authdb.Adapter) {
		ctx := t.Context()
		to := how(synchronized(t, openDB(t, urlOf(t, server))))
		must(to.CreateUser(ctx, &authdb.User{ID: "somebody", Email: "taken@example.com"}))(t)
		must(to.CreateUser(ctx, &authdb.User{ID: "5", Email: "stranger@example.com"}))(t)
		must(to.CreateUser(ctx, &authdb.User{ID: "6", Name: "stranger without an address"}))(t)
		must(to.LinkAccount(ctx, &authdb.Account{UserID: "somebody", Type: "oauth", Provider: "p", ProviderAccountID: "theirs"}))(t)
		must(to.CreateSession(ctx, &authdb.Session{UserID: "somebody", SessionToken: "theirs", Expires: ahead}))(t)

		o := newOldDB(t, server)
		for id, email := range []string{1: "ada@example.com", 2: "bob@example.com", 3: "", 4: "taken@example.com", 5: "eve@example.com", 6: "", 7: "declined@example.com"} {
			if id > 0 {
				o.user(int32(id), email)
			}
		}
		o.account(1, 1, "p", "ada")
		o.account(2, 2, "p", "moved below")
		o.exec("UPDATE accounts SET provider_account_id = 'ada' WHERE id = 2") // with its compound_id
		o.account(3, 99, "p", "orphan")
		o.account(4, 1, strings.Repeat("long", 20), "x")
		o.account(5, 4, "p", "of a refused user")
		o.account(6, 5, "p", "of a stranger's number")
		o.account(7, 6, "p", "of a stranger's number without an address")
		o.account(8, 1, "p", "theirs")
		o.account(9, 2, "p", "ADA") // is another
		o.session(1, 1, "good", ahead)
		o.session(2, 1, "expired", now.Add(-time.Second))
		o.session(3, 99, "orphan", ahead)
		o.session(4, 5, "of a stranger's number", ahead)
		o.session(5, 1, "theirs", ahead)
		o.request("ada@example.com", "good", ahead)
		o.request("ada@example.com", "expired", now.Add(-time.Second))

		opts := fromnextauth3.Options{Complete: fromnextauth3.Complete{User: func(_ *presets.NextAuth3User, u *authdb.User) error {
			if u.Email == "declined@example.com" {
				return fromnextauth3.ErrDeclined
			}
			return nil
		}}}
		refused := []fromnextauth3.Refusal{
			{Record: "User", ID: 4, Reason: fromnextauth3.Taken},
			{Record: "User", ID: 5, Reason: fromnextauth3.Taken},
			{Record: "User", ID: 6, Reason: fromnextauth3.Taken},
			{Record: "User", ID: 7, Reason: fromnextauth3.Declined},
			{Record: "Account", ID: 2, Reason: fromnextauth3.Duplicate},
			{Record: "Account", ID: 3, Reason: fromnextauth3.NoUser},
			{Record: "Account", ID: 4, Reason: fromnextauth3.Invalid},
			{Record: "Account", ID: 5, Reason: fromnextauth3.NoUser},
			{Record: "Account", ID: 6, Reason: fromnextauth3.NoUser},
			{Record: "Account", ID: 7, Reason: fromnextauth3.NoUser},
			{Record: "Account", ID: 8, Reason: fromnextauth3.Taken},
			{Record: "Session", ID: 3, Reason: fromnextauth3.NoUser},
			{Record: "Session", ID: 4, Reason: fromnextauth3.NoUser},
			{Record: "Session", ID: 5, Reason: fromnextauth3.Taken},
		}
		want := fromnextauth3.Report{
			Users:              fromnextauth3.Counts{Rows: 7, Created: 3, Refused: 4},
			Accounts:           fromnextauth3.Counts{Rows: 9, Created: 2, Refused: 7},
			Sessions:           fromnextauth3.Counts{Rows: 5, Created: 1, Expired: 1, Refused: 3},
			VerificationTokens: fromnextauth3.Counts{Rows: 2, Created: 1, Expired: 1},
			Refused:            refused,
		}
		for _, dry := range []bool{true, false} {
			opts.DryRun = dry
			got := mustRun(t, o.DB, to, opts)
			if _, wrapped := to.(contract); wrapped && dry {
				// It can't know how long a column is.
				got.Accounts.Created, got.Accounts.Refused = got.Accounts.Created-1, got.Accounts.Refused+1
				got.Refused = slices.Insert(got.Refused, 6, refused[6])
			}
			same(t, fmt.Sprint("dry: ", dry), got, want)
		}
		if a, err := to.GetAccount(ctx, "p", "ada"); err != nil || a.UserID != "1" || a.ID != "1" {
			t.Errorf("the duplicate has won: %+v, %v", a, err)
		}
		if a, err := to.GetAccount(ctx, "p", "theirs"); err != nil || a.UserID != "somebody" {
			t.Errorf("an account was taken away: %+v, %v", a, err)
		}
		if _, u, err := to.GetSessionAndUser(ctx, "theirs"); err != nil || u.ID != "somebody" {
			t.Errorf("a session was taken away: %v, %v", u, err)
		}
		if u, err := to.GetUser(ctx, "6"); err != nil || u.Name != "stranger without an address" {
			t.Errorf("a stranger was changed: %v, %v", u, err)
		}
	})
}

// TestChanged: what changes on the old side between two runs is changed on the
// new one.
func TestChanged(t *testing.T) {
	onEach(t, func(t *testing.T, server string, how func(*gormadapter.Adapter) authdb.Adapter) {
		ctx := t.Context()
		to := how(synchronized(t, openDB(t, urlOf(t, server))))
		o := newOldDB(t, server)
		for i := int32(1); i <= 5; i++ {
			o.user(i, fmt.Sprintf("user%d@example.com", i))
			o.account(i, i, "p", fmt.Sprint(i))
			o.session(i, i, fmt.Sprint("token ", i), ahead)
		}
		mustRun(t, o.DB, to, fromnextauth3.Options{})
		o.exec("UPDATE users SET name = 'Ada' WHERE id = 1")
		o.exec("UPDATE users SET image = 'https://img.example' WHERE id = 2")
		o.exec("UPDATE users SET email = 'moved@example.com' WHERE id = 3")
		o.exec("UPDATE users SET email_verified = '2026-11-20 10:00:00' WHERE id = 4")
		o.exec("UPDATE accounts SET refresh_token = 'r' WHERE id = 1")
		o.exec("UPDATE accounts SET access_token = NULL WHERE id = 2")
		o.exec("UPDATE accounts SET access_token_expires = '2027-01-01 00:00:00' WHERE id = 4")
		o.exec("UPDATE sessions SET expires = '2037-01-01 00:00:00' WHERE id = 2")
		want := fromnextauth3.Report{
			Users:    fromnextauth3.Counts{Rows: 5, Updated: 3, Present: 1, Refused: 1},
			Accounts: fromnextauth3.Counts{Rows: 5, Updated: 3, Present: 1, Refused: 1},
			Sessions: fromnextauth3.Counts{Rows: 5, Updated: 1, Present: 3, Refused: 1},
			Refused: []fromnextauth3.Refusal{
				{Record: "User", ID: 3, Reason: fromnextauth3.Taken},
				{Record: "Account", ID: 3, Reason: fromnextauth3.NoUser},
				{Record: "Session", ID: 3, Reason: fromnextauth3.NoUser},
			},
		}
		same(t, "dry run", mustRun(t, o.DB, to, fromnextauth3.Options{DryRun: true}), want)
		same(t, "run", mustRun(t, o.DB, to, fromnextauth3.Options{}), want)
		for _, c := range []*fromnextauth3.Counts{&want.Users, &want.Accounts, &want.Sessions} {
			c.Updated, c.Present = 0, 4
		}
		same(t, "run again", mustRun(t, o.DB, to, fromnextauth3.Options{}), want)

		for id, want := range map[string]authdb.User{
			"1": {ID: "1", Name: "Ada", Email: "user1@example.com"},
			"2": {ID: "2", Name: "user 2", Email: "user2@example.com", Image: "https://img.example"},
			"3": {ID: "3", Name: "user 3", Email: "user3@example.com"},
			"4": {ID: "4", Name: "user 4", Email: "user4@example.com", EmailVerified: ptr(time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))},
		} {
			same(t, "user "+id, must(to.GetUser(ctx, id))(t), &want)
		}
		for id, want := range map[string]authdb.Account{
			"1": {RefreshToken: "r", AccessToken: "secret-at"},
			"2": {},
			"4": {AccessToken: "secret-at", ExpiresAt: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).Unix()},
		} {
			want.ID, want.UserID, want.Type, want.Provider, want.ProviderAccountID = id, id, "oauth", "p", id
			same(t, "account "+id, must(to.GetAccount(ctx, "p", id))(t), &want)
		}
		s, _, err := to.GetSessionAndUser(ctx, "token 2")
		if err != nil || s.Expires.Year() != 2037 {
			t.Errorf("the session is %+v, %v", s, err)
		}
	})
}

// TestSecrets: a target that hashes and encrypts does so with what is moved.
func TestSecrets(t *testing.T) {
	onEach(t, func(t *testing.T, server string, how func(*gormadapter.Adapter) authdb.Adapter) {
		ctx := t.Context()
		db := openDB(t, urlOf(t, server))
		key := authdb.SecretKey{ID: "k1", Key: []byte("0123456789abcdef0123456789ABCDEF")}
		to := how(synchronized(t, db,
			authdb.WithHashedTokens(authdb.HashedTokens{Keys: []authdb.SecretKey{key}}),
			authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: []authdb.SecretKey{key}})))
		o := newOldDB(t, server)
		o.user(1, "ada@example.com")
		o.account(1, 1, "p", "1")
		o.session(1, 1, "secret-st", ahead)
		o.request("ada@example.com", "secret-vt", ahead)
		mustRun(t, o.DB, to, fromnextauth3.Options{})
		again := mustRun(t, o.DB, to, fromnextauth3.Options{})
		one := fromnextauth3.Counts{Rows: 1, Present: 1}
		same(t, "again", again, fromnextauth3.Report{Users: one, Accounts: one, Sessions: one, VerificationTokens: one})
		if all := dumpOf(t, db, "users", "accounts", "sessions", "verification_tokens"); strings.Contains(all, "secret-") {
			t.Errorf("a secret is stored as it is: %s", all)
		}
		if a := must(to.GetAccount(ctx, "p", "1"))(t); a.AccessToken != "secret-at" {
			t.Errorf("the account is %+v", a)
		}
		if _, _, err := to.GetSessionAndUser(ctx, "secret-st"); err != nil {
			t.Error(err)
		}
		must(to.UseVerificationToken(ctx, "ada@example.com", "secret-vt"))(t)
	})
}

// TestMemory moves into an adapter that has nothing to do with GORM.
func TestMemory(t *testing.T) {
	from := openDB(t, urlOf(t, sqlite))
	testdb.Restore(t, pool(t, from), "next-auth-v3-sqlite")
	moved(t, from, adaptertest.NewMemory(authdb.WithClock(clock)))
}

// TestMisuse: what can't work at all is said at once, without a stored value.
func TestMisuse(t *testing.T) {
	o := newOldDB(t, sqlite)
	o.user(1, "ada@example.com")
	o.session(1, 1, "secret-st", ahead)
	to := synchronized(t, openDB(t, urlOf(t, sqlite)))
	run := func(from *gorm.DB, to authdb.Adapter, opts fromnextauth3.Options) error {
		_, err := fromnextauth3.Run(t.Context(), from, to, opts)
		return err
	}
	numbered := openDB(t, urlOf(t, sqlite))
	testdb.RestoreSchema(t, pool(t, numbered), "next-auth-v3-sqlite")
	boom := errors.New("boom")
	for name, test := range map[string]struct{ got, want error }{
		"new tables as the old":  {run(to.DB(t.Context()), to, fromnextauth3.Options{}), authdb.ErrSchema},
		"no old tables":          {run(openDB(t, urlOf(t, sqlite)), to, fromnextauth3.Options{}), authdb.ErrSchema},
		"other prefix":           {run(o.DB, to, fromnextauth3.Options{TablePrefix: "v3_"}), authdb.ErrSchema},
		"no new tables":          {run(o.DB, gormadapter.New(o.DB, beside()...), fromnextauth3.Options{}), authdb.ErrSchema},
		"onto itself":            {run(o.DB, oldSide(o.DB), fromnextauth3.Options{}), authdb.ErrInvalid},
		"numbered users":         {run(o.DB, oldSide(numbered), fromnextauth3.Options{}), authdb.ErrInvalid},
		"negative batch":         {run(o.DB, to, fromnextauth3.Options{BatchSize: -1}), authdb.ErrInvalid},
		"no id":                  {run(o.DB, to, fromnextauth3.Options{NewID: func(string, int32) string { return "" }}), authdb.ErrInvalid},
		"error of a function":    {run(o.DB, to, fromnextauth3.Options{Complete: fromnextauth3.Complete{User: func(*presets.NextAuth3User, *authdb.User) error { return boom }}}), boom},
		"no adapter":             {run(o.DB, nil, fromnextauth3.Options{}), authdb.ErrInvalid},
		"broken adapter":         {run(o.DB, gormadapter.New(nil), fromnextauth3.Options{}), nil},
		"no database":            {run(nil, to, fromnextauth3.Options{}), nil},
		"unreadable old instant": {unreadable(t, run, to), nil},
	} {
		if test.got == nil || test.want != nil && !errors.Is(test.got, test.want) {
			t.Errorf("%s: %v", name, test.got)
			continue
		}
		t.Logf("%s: %v", name, test.got)
		if text := test.got.Error(); strings.Contains(text, "ada@") || strings.Contains(text, "secret") || !strings.HasPrefix(text, "fromnextauth3: ") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func unreadable(t *testing.T, run func(*gorm.DB, authdb.Adapter, fromnextauth3.Options) error, to authdb.Adapter) error {
	o := newOldDB(t, sqlite)
	o.user(1, "ada2@example.com")
	o.session(1, 1, "secret-st2", ahead)
	o.exec("UPDATE sessions SET user_id = 'secret'")
	return run(o.DB, to, fromnextauth3.Options{})
}
