package authdb_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/authdb/authdb"
)

// secretBytes is a key that can be searched for.
func secretBytes(s string) []byte { return bytes.Repeat([]byte(s), 32)[:32] }

// TestKeysAreNotPrinted prints and logs options in every way that a program
// does by accident.
func TestKeysAreNotPrinted(t *testing.T) {
	key := authdb.SecretKey{ID: "k1", Key: secretBytes("Geheim")}
	hashed, encrypted := authdb.HashedTokens{Keys: []authdb.SecretKey{key}}, authdb.TokenEncryption{Keys: []authdb.SecretKey{key}}
	options := authdb.NewOptions(authdb.WithHashedTokens(hashed), authdb.WithTokenEncryption(encrypted))
	var printed bytes.Buffer
	text, object := slog.New(slog.NewTextHandler(&printed, nil)), slog.New(slog.NewJSONHandler(&printed, nil))
	for _, v := range []any{key, &key, []authdb.SecretKey{key}, map[string]authdb.SecretKey{"k": key}, hashed, &hashed, encrypted, &encrypted, options, &options} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&printed, verb+"\n", v)
		}
		fmt.Fprintln(&printed, v)
		text.Info("x", "v", v)
		object.Info("x", "v", v)
		if b, err := json.Marshal(v); err == nil { // functions can't be marshalled
			printed.Write(b)
		}
	}
	for _, form := range []string{"Geheim", fmt.Sprintf("%x", "Geheim"), fmt.Sprintf("%X", "Geheim"), "R2VoZWlt" /* base64 */, "71 101 104"} {
		if i := strings.Index(printed.String(), form); i >= 0 {
			t.Errorf("a key was printed, as %q:\n%s", form, printed.String()[max(0, i-200):i+20])
		}
	}
	if !strings.Contains(printed.String(), "SecretKey(k1)") {
		t.Error("no ID was printed")
	}
}

// TestRefusedKeys: what is wrong with keys is an error of the options, which
// never has a key in it.
func TestRefusedKeys(t *testing.T) {
	good := authdb.SecretKey{ID: "k1", Key: secretBytes("Geheim")}
	id := func(id string) authdb.SecretKey { return authdb.SecretKey{ID: id, Key: secretBytes("another")} }
	bytesOf := func(b []byte) authdb.SecretKey { return authdb.SecretKey{ID: "k2", Key: b} }
	for _, x := range []struct {
		name string
		keys []authdb.SecretKey
		want string
	}{
		{"good", []authdb.SecretKey{good, id("k2"), {ID: "A-Z_09", Key: secretBytes("third")}}, ""},
		{"no ID", []authdb.SecretKey{id("")}, "Keys[0]: the ID"},
		{"a long ID", []authdb.SecretKey{good, id("Geheim-and-more-of-it")}, "Keys[1]: the ID"},
		{"a colon", []authdb.SecretKey{id("k:1")}, "Keys[0]: the ID"},
		{"no ASCII", []authdb.SecretKey{id("schlüssel")}, "Keys[0]: the ID"},
		{"no key", []authdb.SecretKey{bytesOf(nil)}, "0 bytes"},
		{"a short key", []authdb.SecretKey{bytesOf([]byte("Geheim"))}, "6 bytes"},
		{"a key in hex", []authdb.SecretKey{bytesOf([]byte(fmt.Sprintf("%x", secretBytes("Geheim"))))}, "64 bytes"},
		{"zeros", []authdb.SecretKey{bytesOf(make([]byte, 32))}, "one byte again and again"},
		{"an ID twice", []authdb.SecretKey{good, id("k1")}, `"k1" is there before`},
		{"an ID twice, in another case", []authdb.SecretKey{good, id("K1")}, `"K1" is there before`},
		{"a key twice", []authdb.SecretKey{good, bytesOf(secretBytes("Geheim"))}, `is that of "k1" as well`},
	} {
		for option, with := range map[string]authdb.Option{
			"WithHashedTokens":    authdb.WithHashedTokens(authdb.HashedTokens{Keys: x.keys}),
			"WithTokenEncryption": authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: x.keys}),
		} {
			err := authdb.NewOptions(with).Err
			switch {
			case x.want == "" && err != nil:
				t.Errorf("%s, %s: %v", option, x.name, err)
			case x.want != "" && (err == nil || !strings.Contains(err.Error(), option+": ") || !strings.Contains(err.Error(), x.want)):
				t.Errorf("%s, %s: %v, want %q", option, x.name, err, x.want)
			}
			if err != nil && strings.Contains(err.Error(), "Geheim") {
				t.Errorf("%s, %s: the error quotes a key: %v", option, x.name, err)
			}
		}
	}
	if err := authdb.NewOptions(authdb.WithTokenEncryption(authdb.TokenEncryption{})).Err; err == nil {
		t.Error("encryption without keys: no error")
	}
	if err := authdb.NewOptions(authdb.WithHashedTokens(authdb.HashedTokens{})).Err; err != nil {
		t.Errorf("hashing without keys: %v", err)
	}
}

// TestKeysAreKept: a caller may wipe its keys.
func TestKeysAreKept(t *testing.T) {
	key := authdb.SecretKey{ID: "k1", Key: secretBytes("Geheim")}
	given := []authdb.SecretKey{key}
	with := []authdb.Option{
		authdb.WithHashedTokens(authdb.HashedTokens{Keys: given}),
		authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: given}),
	}
	clear(key.Key)
	clear(given)
	options := authdb.NewOptions(with...)
	for _, kept := range [][]authdb.SecretKey{options.HashedTokens.Keys, options.TokenEncryption.Keys} {
		if kept[0].ID != "k1" || !bytes.Equal(kept[0].Key, secretBytes("Geheim")) {
			t.Errorf("kept %v", kept)
		}
	}
}
