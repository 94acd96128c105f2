package authdb_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// TestOnly: an adapter refuses by name every option that it does not honour, also
// one that is added later.
func TestOnly(t *testing.T) {
	options := map[string]authdb.Option{
		"WithModels":          authdb.WithModels(authdb.Models{Session: authdb.Absent}),
		"WithIDs":             authdb.WithIDs(authdb.NewID),
		"WithSynchronize":     authdb.WithSynchronize(),
		"WithForeignKeys":     authdb.WithForeignKeys(),
		"WithForeignChanges":  authdb.WithForeignChanges(),
		"WithHashedTokens":    authdb.WithHashedTokens(authdb.HashedTokens{}),
		"WithTokenEncryption": authdb.WithTokenEncryption(authdb.TokenEncryption{}),
		"WithCloser":          authdb.WithCloser(io.NopCloser(nil)),
	}
	if fields := reflect.TypeFor[authdb.Options]().NumField(); fields != len(options)+len([]string{"Clock", "Err"}) {
		t.Errorf("Options has %d fields: does Only know of them all?", fields)
	}
	for name, option := range options {
		given := authdb.NewOptions(option, authdb.WithClock(time.Now))
		given.Err = nil // what is wrong with the empty keys
		if err := given.Only("WithNothing"); !errors.Is(err, authdb.ErrInvalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("Only without %s: %v, want ErrInvalid, and the name", name, err)
		}
		if err := given.Only("WithNothing", name); err != nil {
			t.Errorf("Only(%q): %v", name, err)
		}
	}
	if authdb.NewOptions(nil).Only() == nil {
		t.Error("Only lost what was wrong with the options themselves")
	}
}

// TestStorable: what the suite of adapters does not ask.
func TestStorable(t *testing.T) {
	for _, id := range []string{"a b", "é", "a\n", "\x7f"} {
		a := &authdb.Authenticator{
			CredentialID: id, UserID: "1", ProviderAccountID: "2", CredentialPublicKey: "3", CredentialDeviceType: "4",
		}
		if _, err := a.Storable(); !errors.Is(err, authdb.ErrInvalid) {
			t.Errorf("an authenticator %q: %v, want ErrInvalid", id, err)
		}
	}
	at := time.Date(2024, time.May, 6, 7, 8, 9, 123_456_789, time.FixedZone("", 3600))
	given := &authdb.User{EmailVerified: &at, Extra: map[string]any{"Role": "reader", "Points": 1}}
	stored, err := given.Storable()
	if err != nil {
		t.Fatal(err)
	}
	before := stored.Clone()
	authdb.UserPatch{EmailVerified: authdb.Set(time.Now()), Extra: map[string]any{"Role": "admin"}}.Apply(before)
	stored.Extra["Role"], *stored.EmailVerified = "nobody", time.Time{}
	if given.Extra["Role"] != "reader" || at.Nanosecond() != 123_456_789 || before.Extra["Role"] != "admin" || before.EmailVerified.IsZero() {
		t.Errorf("Storable, Clone and Apply share something: %v %v %v", given, at, before)
	}
	if before.Extra["Points"] != 1 {
		t.Errorf("Apply has lost what the patch does not set: %v", before.Extra)
	}
	forgotten := &authdb.VerificationToken{Identifier: "ada@example.com", Token: "secret"}
	if _, err := forgotten.Storable(); err == nil || !strings.Contains(err.Error(), "Expires: is required") {
		t.Errorf("a token without Expires: %v", err)
	}
}

// An adapter's CreateSession begins with this.
func ExampleSession_Storable() {
	session := &authdb.Session{SessionToken: "secret", UserID: "1", Expires: time.Date(2036, 1, 2, 3, 4, 5, 6789e3, time.UTC)}
	stored, err := session.Storable()
	fmt.Println(stored.Expires, err)

	session.UserID = ""
	_, err = session.Storable()
	fmt.Println(err)
	// Output:
	// 2036-01-02 03:04:05.006 +0000 UTC <nil>
	// authdb: invalid: UserID: is required
}
