package readme_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
)

// fromStore stands for the application's secret store.
func fromStore(name string) []byte { return bytes.Repeat([]byte(name+"."), 32)[:32] }

func openHidden(db *gorm.DB) *gormadapter.Adapter {
	session := authdb.SecretKey{ID: "s1", Key: fromStore("session key")} // 32 random bytes
	tokens := authdb.SecretKey{ID: "t1", Key: fromStore("token key")}    // others

	adapter := gormadapter.New(db,
		authdb.WithHashedTokens(authdb.HashedTokens{Keys: []authdb.SecretKey{session}}),
		authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: []authdb.SecretKey{tokens}}),
	)
	return adapter
}

func openPreparing(db *gorm.DB, keys, others []authdb.SecretKey) *gormadapter.Adapter {
	adapter := gormadapter.New(db,
		authdb.WithHashedTokens(authdb.HashedTokens{Keys: keys, WritePlain: true}),
		authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: others, WritePlain: true}),
	)
	return adapter
}

func openMigrating(db *gorm.DB, keys, others []authdb.SecretKey) *gormadapter.Adapter {
	adapter := gormadapter.New(db,
		authdb.WithHashedTokens(authdb.HashedTokens{Keys: keys, Plain: true}),
		authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: others}),
	)
	return adapter
}

func openRotating(db *gorm.DB) *gormadapter.Adapter {
	return gormadapter.New(db,
		authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: []authdb.SecretKey{
			{ID: "t2", Key: fromStore("new token key")}, // writes
			{ID: "t1", Key: fromStore("token key")},     // is still read
		}}),
	)
}

func convertSecrets(ctx context.Context, adapter *gormadapter.Adapter) error {
	err := adapter.ConvertSecrets(ctx, func(p authdb.SecretProgress) {
		log.Printf("%s: %d of about %d rows read, %d rewritten, %d skipped, %d outdated", p.Record, p.Read, p.Total, p.Rewritten, p.Skipped, p.Outdated)
	})
	if errors.Is(err, authdb.ErrSecret) {
		log.Print(err) // what could not be read, and was left as it is
	}
	return err
}

// A stored is a row of secrets, as Go stores it.
type stored struct {
	Session, Verification, Sealed string
}

// storeSecrets stores one of each and returns what the database holds then.
func storeSecrets(t *testing.T, db *gorm.DB) stored {
	t.Helper()
	adapter, ctx, later := openHidden(db), t.Context(), time.Now().Add(time.Hour)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	user, err := adapter.CreateUser(ctx, &authdb.User{})
	must(err)
	_, err = adapter.CreateSession(ctx, &authdb.Session{SessionToken: "a tökén", UserID: user.ID, Expires: later})
	must(err)
	_, err = adapter.CreateVerificationToken(ctx, &authdb.VerificationToken{Identifier: "ada@exämple.com", Token: "123456", Expires: later})
	must(err)
	_, err = adapter.LinkAccount(ctx, &authdb.Account{UserID: user.ID, Type: "oidc", Provider: "googlé", ProviderAccountID: "42", AccessToken: "ya29.ü"})
	must(err)
	var row stored
	must(db.Raw("SELECT session_token FROM sessions").Scan(&row.Session).Error)
	must(db.Raw("SELECT token FROM verification_tokens").Scan(&row.Verification).Error)
	must(db.Raw("SELECT access_token FROM accounts").Scan(&row.Sealed).Error)
	return row
}

// script uses the document's JavaScript on what Go has stored, and seals
// something for Go.
const script = `
const [session, token] = JSON.parse(process.argv[2]).map(([id, key]) => ({ id, key: Buffer.from(key, "base64") }));
const sealed = process.argv[3];
console.log(JSON.stringify([
  sessionForm(session, "a tökén"),
  verificationForm(session, "ada@exämple.com", "123456"),
  open([token], "googlé", "42", "AccessToken", sealed),
  open([token], "googlé", "42", "AccessToken", "plain"),
  seal(token, "googlé", "42", "AccessToken", "from JavaScript: ü"),
  sessionForm(undefined, "a tökén"),
  ...(await refusals(session)),
]));

// What reaches an adapter that refuses stored hashes.
async function refusals(key) {
  const reached = [];
  const note = (name) => async (argument) => (reached.push(name + " " + (argument.sessionToken ?? argument.token ?? argument)), "found");
  const adapter = refusing({ createUser: 1, getSessionAndUser: note("get"), updateSession: note("update"), deleteSession: note("delete"), useVerificationToken: note("use") });
  for (const token of ["a-token", sessionForm(key, "a-token"), sessionForm(undefined, "a-token").toUpperCase()]) {
    await adapter.getSessionAndUser(token);
    await adapter.updateSession({ sessionToken: token });
    await adapter.deleteSession(token);
    await adapter.useVerificationToken({ identifier: "ada", token });
  }
  return [adapter.createUser + ": " + reached.join(", ")];
}
`

// TestJavaScript runs what the document has for JavaScript against what Go
// stores.
func TestJavaScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node.js is not installed")
	}
	cfg, err := datasource.Parse(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db, err := datasource.OpenDB(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := openHidden(db).Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	row := storeSecrets(t, db)
	code := blocks(read(t, "docs/secrets.md"), "js")
	if len(code) != 2 {
		t.Fatalf("docs/secrets.md has %d blocks of JavaScript, want two", len(code))
	}
	file := filepath.Join(t.TempDir(), "secrets.mjs")
	if err := os.WriteFile(file, []byte(strings.Join(slices.Concat(code...), "\n")+script), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := json.Marshal([][2]string{{"s1", base64.StdEncoding.EncodeToString(fromStore("session key"))}, {"t1", base64.StdEncoding.EncodeToString(fromStore("token key"))}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), node, file, string(keys), row.Sealed).CombinedOutput()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, out)
	}
	var got []string
	if err := json.Unmarshal(out, &got); err != nil || len(got) != 7 {
		t.Fatalf("node printed %s: %v", out, err)
	}
	for i, want := range []string{row.Session, row.Verification, "ya29.ü", "plain"} {
		if got[i] != want {
			t.Errorf("JavaScript has %q, and Go %q", got[i], want)
		}
	}
	if want := "1: get a-token, update a-token, delete a-token, use a-token"; got[6] != want {
		t.Errorf("what is not refused: %s, want %s", got[6], want)
	}
	if err := db.Exec("UPDATE accounts SET access_token = ?", got[4]).Error; err != nil {
		t.Fatal(err)
	}
	account, err := openHidden(db).GetAccount(t.Context(), "googlé", "42")
	if err != nil || account.AccessToken != "from JavaScript: ü" {
		t.Errorf("Go reads %v: %v", account, err)
	}
	if err := db.Exec("UPDATE sessions SET session_token = ?", got[5]).Error; err != nil {
		t.Fatal(err)
	}
	plain := gormadapter.New(db, authdb.WithHashedTokens(authdb.HashedTokens{}))
	if _, _, err := plain.GetSessionAndUser(t.Context(), "a tökén"); err != nil {
		t.Errorf("SHA-256 by JavaScript: %v", err)
	}
}

// TestDocumentedSteps goes the way of docs/secrets.md: plain, both, hashed; then
// to another key.
func TestDocumentedSteps(t *testing.T) {
	cfg, err := datasource.Parse(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db, err := datasource.OpenDB(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	before := gormadapter.New(db)
	if err := before.Synchronize(t.Context()); err != nil {
		t.Fatal(err)
	}
	user, err := before.CreateUser(t.Context(), &authdb.User{})
	if err == nil {
		_, err = before.CreateSession(t.Context(), &authdb.Session{SessionToken: "plain", UserID: user.ID, Expires: time.Now().Add(time.Hour)})
	}
	if err == nil {
		_, err = before.LinkAccount(t.Context(), &authdb.Account{UserID: user.ID, Type: "oidc", Provider: "google", ProviderAccountID: "1", AccessToken: "ya29"})
	}
	if err != nil {
		t.Fatal(err)
	}
	session := []authdb.SecretKey{{ID: "s1", Key: fromStore("session key")}}
	tokens := []authdb.SecretKey{{ID: "t1", Key: fromStore("token key")}}
	last := before // still runs, while the next one is deployed
	for step, adapter := range []*gormadapter.Adapter{openPreparing(db, session, tokens), openMigrating(db, session, tokens), openHidden(db)} {
		_, err := adapter.CreateSession(t.Context(), &authdb.Session{SessionToken: fmt.Sprint("new", step), UserID: user.ID, Expires: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{"plain", fmt.Sprint("new", step)} {
			for which, a := range map[string]*gormadapter.Adapter{"before": last, "now": adapter} {
				if _, _, err := a.GetSessionAndUser(t.Context(), token); err != nil {
					t.Errorf("step %d, as deployed %s: %s is signed out: %v", step, which, token, err)
				}
			}
		}
		last = adapter
		if err := convertSecrets(t.Context(), adapter); err != nil {
			t.Errorf("step %d: %v", step, err)
		}
	}
	rotating := openRotating(db)
	if err := convertSecrets(t.Context(), rotating); err != nil {
		t.Errorf("change of key: %v", err)
	}
	if _, err := openHidden(db).GetAccount(t.Context(), "google", "1"); !errors.Is(err, authdb.ErrSecret) {
		t.Errorf("under the old key alone: %v, want ErrSecret", err)
	}
	if a, err := rotating.GetAccount(t.Context(), "google", "1"); err != nil || a.AccessToken != "ya29" {
		t.Errorf("under the new key: %v", err)
	}
}
