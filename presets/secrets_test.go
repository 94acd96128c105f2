package presets_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm/schema"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
)

// hidden are the options under which nothing is stored that could be used; plain
// says that plain sessions are still accepted.
func hidden(plain bool) []authdb.Option {
	key := func(id string) []authdb.SecretKey {
		return []authdb.SecretKey{{ID: id, Key: bytes.Repeat([]byte(id+" is a secret "), 32)[:32]}}
	}
	return []authdb.Option{
		authdb.WithHashedTokens(authdb.HashedTokens{Keys: key("h1"), Plain: plain}),
		authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: key("e1")}),
	}
}

// keptByHashes are the rules that tables don't keep for tokens as they are, and
// keep for their hashes: these are of one case, and differ between identifiers.
var keptByHashes = []string{
	"The same token for two identifiers is two tokens",
	"SessionToken in another case, with other accents, width or white space is another key",
	"Token in another case, with other accents, width or white space is another key",
}

// TestAdapterSecrets runs the contract with hashed and encrypted tokens on tables
// that differ in what matters to them: ids, the lengths of columns, and keys.
func TestAdapterSecrets(t *testing.T) {
	onEachDump(t, func(t *testing.T, c connection, dump string) {
		if !slices.Contains([]string{"typeorm-sqlite", "prisma-pg", "next-auth-v3-pg", "sequelize-mariadb", "kysely-mariadb"}, dump) ||
			c.server == testdb.MySQL || strings.HasSuffix(c.name, " elsewhere") || c.name == "sqlite-mattn" {
			t.Skip("drivers, zones and the two MySQLs make no difference to secrets, and the tables of other origins are like these")
		}
		db := c.open(t)
		restoreEmpty(t, db, dump)
		clock := adaptertest.NewClock(time.Now())
		adapter := checked(t, db.DB, append(hidden(false), authdb.WithModels(presetOf(t, dump)), authdb.WithClock(clock.Now))...)
		options := append(told(t, db, dump, keptByHashes...), adaptertest.WithClock(clock), adaptertest.HashedTokens())
		if limited(t, db, presetOf(t, dump)) {
			options = append(options, adaptertest.Without("Account: text as long as its column is kept", "encrypted, it is longer"))
		}
		adaptertest.Run(t, func(testing.TB) authdb.Adapter { return adapter }, options...)
	})
}

// limited reports whether the tokens of providers are in columns of some length.
func limited(t *testing.T, db database, m authdb.Models) bool {
	t.Helper()
	row := m.Account
	if by, ok := row.(authdb.ByDatabase); ok {
		row = by[db.Name()]
	}
	s, err := schema.Parse(row, &sync.Map{}, db.NamingStrategy)
	ok(t, "Parse", err)
	for _, field := range []string{"RefreshToken", "AccessToken", "IDToken"} {
		if f := s.LookUpField(field); f != nil && length(t, db, s.Table, f.DBName) > 0 {
			return true
		}
	}
	return false
}

// TestConvertSecrets converts what the origin's own adapter has stored, and reads
// it before and after. Before, an adapter without the options reads the same.
func TestConvertSecrets(t *testing.T) {
	onEachDump(t, func(t *testing.T, c connection, dump string) {
		db := c.open(t)
		testdb.Restore(t, db.plain, dump)
		m := authdb.WithModels(presetOf(t, dump))
		early := authdb.WithClock(func() time.Time { return time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC) })
		want := rowsOf(t, dump)
		readSecrets(t, checked(t, db.DB, m, early), want)
		readSecrets(t, checked(t, db.DB, append(hidden(true), m, early)...), want)
		a := checked(t, db.DB, append(hidden(false), m, early)...)
		for _, rewritten := range []bool{true, false} { // for the second time there is nothing to do
			err := a.ConvertSecrets(t.Context(), func(p authdb.SecretProgress) {
				if p.Skipped > 0 || p.Rewritten > 0 && !rewritten {
					t.Errorf("%+v", p)
				}
			})
			ok(t, "ConvertSecrets", err)
			readSecrets(t, a, want)
		}
		raw := fmt.Sprint(rawRows(t, db))
		for _, s := range want.Session {
			if strings.Contains(raw, s.SessionToken) {
				t.Errorf("the token of a session is left")
			}
		}
		for _, x := range want.Account {
			for _, secret := range []string{x.AccessToken, x.RefreshToken, x.IDToken} {
				if secret != "" && strings.Contains(raw, secret) {
					t.Errorf("a provider's token is left")
				}
			}
		}
		for _, v := range want.VerificationToken {
			if strings.Contains(raw, v.Token) {
				t.Errorf("a verification token is left")
			}
			used, err := a.UseVerificationToken(t.Context(), v.Identifier, v.Token)
			ok(t, "UseVerificationToken", err)
			if used.Token != v.Token {
				t.Errorf("UseVerificationToken returns another token")
			}
		}
	})
}

// readSecrets looks at the sessions and accounts.
func readSecrets(t *testing.T, a *gormadapter.Adapter, want rows) {
	t.Helper()
	for _, s := range want.Session {
		got, _, err := a.GetSessionAndUser(t.Context(), s.SessionToken)
		ok(t, "GetSessionAndUser", err)
		if got.SessionToken != s.SessionToken {
			t.Errorf("GetSessionAndUser returns another token")
		}
	}
	for _, x := range want.Account {
		got, err := a.GetAccount(t.Context(), x.Provider, x.ProviderAccountID)
		ok(t, "GetAccount", err)
		if got.AccessToken != x.AccessToken || got.RefreshToken != x.RefreshToken || got.IDToken != x.IDToken {
			t.Errorf("GetAccount returns other tokens: %q, %q, %q", got.AccessToken, got.RefreshToken, got.IDToken)
		}
	}
}
