package authjs

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// vectors are what the packages of npm have made of the secret "secret".
type vectors struct {
	Secret       string
	V5           []struct{ Salt, Key, Kid string }
	V4Key        string
	V3SigningKey string
	Payload      string
	V5Token      string
	V4Token      string
	CSRF         []struct {
		Secrets []string
		Hash    string
	}
}

func readVectors(t testing.TB) (v vectors) {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestKeyVectors(t *testing.T) {
	v := readVectors(t)
	for _, x := range v.V5 {
		k, err := deriveKeys([]string{v.Secret}, []string{x.Salt})
		if err != nil {
			t.Fatal(err)
		}
		got := k.cbc[x.Salt][0]
		if x.Key != "" && hex.EncodeToString(got.bytes) != x.Key {
			t.Errorf("%s: key %x", x.Salt, got.bytes)
		}
		if got.id != x.Kid {
			t.Errorf("%s: kid %s, want %s", x.Salt, got.id, x.Kid)
		}
		if hex.EncodeToString(k.v4[0]) != v.V4Key || hex.EncodeToString(k.signing[0]) != v.V3SigningKey {
			t.Errorf("v4 %x, v3 %x", k.v4[0], k.signing[0])
		}
	}
}

func TestTokenVectors(t *testing.T) {
	v := readVectors(t)
	a, err := New(Config{Secrets: []string{"newer", v.Secret}})
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]Version{v.V5Token: V5, v.V4Token: V4} {
		got, version, err := a.open(token, []string{nameV5})
		if err != nil || string(got) != v.Payload || version != want {
			t.Errorf("version %d: %s, %d, %v", want, got, version, err)
		}
	}
}

func TestCSRFVectors(t *testing.T) {
	for _, x := range readVectors(t).CSRF {
		a, err := New(Config{Secrets: x.Secrets})
		if err != nil {
			t.Fatal(err)
		}
		if got := a.csrfHash(strings.Repeat("0", 64)); got != x.Hash {
			t.Errorf("%v: %s, want %s", x.Secrets, got, x.Hash)
		}
	}
}
