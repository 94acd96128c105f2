package secret_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

func sealer(t *testing.T, ids ...string) *secret.Sealer {
	t.Helper()
	s, err := secret.NewSealer(authdb.TokenEncryption{Keys: keys(ids...)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var place = secret.Place{Provider: "google", ProviderAccountID: "42", Field: "AccessToken"}

func TestSeal(t *testing.T) {
	s := sealer(t, "k2", "k1")
	for _, plain := range []string{"x", "ya29.a0Af", strings.Repeat("é", 5000), "aes256gcm:k1:AAAA", "\xff"} {
		sealed := s.Seal(place, plain)
		if !strings.HasPrefix(sealed, "aes256gcm:k2:") || strings.ContainsAny(sealed, "+/=") || !s.Current(sealed) {
			t.Errorf("sealed as %.30q", sealed)
		}
		if again := s.Seal(place, plain); again == sealed {
			t.Error("the same twice: the nonce is not random")
		}
		if got, err := s.Open(place, sealed); got != plain || err != nil {
			t.Errorf("opened as %.30q: %v", got, err)
		}
	}
	if s.Seal(place, "") != "" || !s.Current("") {
		t.Error("nothing does not stay nothing")
	}
	if got, err := s.Open(place, ""); got != "" || err != nil {
		t.Errorf("nothing is opened as %q: %v", got, err)
	}
	if got, err := s.Open(place, "plain"); got != "plain" || err != nil || s.Current("plain") {
		t.Errorf("plain text is opened as %q: %v", got, err)
	}
}

func TestRotation(t *testing.T) {
	old := sealer(t, "k1").Seal(place, "secret")
	both := sealer(t, "k2", "k1")
	if got, err := both.Open(place, old); got != "secret" || err != nil {
		t.Errorf("under an older key: %q: %v", got, err)
	}
	if both.Current(old) {
		t.Error("an older key is current")
	}
	if _, err := sealer(t, "k2").Open(place, old); err == nil || !strings.Contains(err.Error(), "k1") {
		t.Errorf("under a key that is gone: %v, want an error with its ID", err)
	}
}

// TestMoved moves what is sealed to other places, and where the parts of a place
// would only add up to the same text.
func TestMoved(t *testing.T) {
	s := sealer(t, "k1")
	sealed := s.Seal(place, "secret")
	for _, other := range []secret.Place{
		{Provider: "google", ProviderAccountID: "43", Field: "AccessToken"},
		{Provider: "github", ProviderAccountID: "42", Field: "AccessToken"},
		{Provider: "google", ProviderAccountID: "42", Field: "RefreshToken"},
		{Provider: "google4", ProviderAccountID: "2", Field: "AccessToken"},
		{Provider: "google", ProviderAccountID: "42A", Field: "ccessToken"},
		{Provider: "google\x00\x00\x00\x0242", Field: "AccessToken"},
		{},
	} {
		if got, err := s.Open(other, sealed); err == nil {
			t.Errorf("opened as %q at %+v", got, other)
		}
	}
}

// TestDamaged opens what somebody has changed. No error quotes it.
func TestDamaged(t *testing.T) {
	s := sealer(t, "k1", "k2")
	sealed := s.Seal(place, "secret")
	prefix, text := sealed[:len("aes256gcm:k1:")], sealed[len("aes256gcm:k1:"):]
	changed := []string{
		"aes256gcm:", "aes256gcm:k1", "aes256gcm:k1:", "aes256gcm::" + text, "aes256gcm:k 1:" + text,
		"aes256gcm:" + strings.Repeat("k", 17) + ":" + text,
		"aes256gcm:k2:" + text, "aes256gcm:K1:" + text, // another key
		prefix + text[:len(text)-1], prefix + text[:15], prefix + text + "AAAA", prefix + text + "=", prefix + "!" + text[1:],
		prefix + text + "\n",
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw { // nonce, ciphertext and tag
		raw[i] ^= 1
		changed = append(changed, prefix+base64.RawURLEncoding.EncodeToString(raw))
		raw[i] ^= 1
	}
	for _, x := range changed {
		got, err := s.Open(place, x)
		if err == nil || got != "" {
			t.Errorf("%q is opened as %q", x, got)
		} else if strings.Contains(err.Error(), text[:8]) || strings.Contains(err.Error(), "kkkkk") {
			t.Errorf("the error quotes what is stored: %v", err)
		}
	}
}

func TestNewSealer(t *testing.T) {
	for _, e := range []authdb.TokenEncryption{{}, {Keys: []authdb.SecretKey{{ID: "k", Key: []byte("short")}}}} {
		if _, err := secret.NewSealer(e); err == nil {
			t.Errorf("%v: no error", e)
		}
	}
}

// TestSealWritesPlain reads what is encrypted, and encrypts nothing.
func TestSealWritesPlain(t *testing.T) {
	sealer, err := secret.NewSealer(authdb.TokenEncryption{Keys: keys("k1")})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := secret.NewSealer(authdb.TokenEncryption{Keys: keys("k1"), WritePlain: true})
	if err != nil {
		t.Fatal(err)
	}
	place := secret.Place{Provider: "google", ProviderAccountID: "1", Field: "AccessToken"}
	sealed := sealer.Seal(place, "ya29")
	if got := plain.Seal(place, "ya29"); got != "ya29" || !plain.Current(got) || plain.Current(sealed) || !plain.Current("") {
		t.Errorf("stored: %q", got)
	}
	if got, err := plain.Open(place, sealed); err != nil || got != "ya29" {
		t.Errorf("read: %q, %v", got, err)
	}
	if !secret.IsSealed(sealed) || secret.IsSealed("ya29") {
		t.Error("IsSealed")
	}
}
