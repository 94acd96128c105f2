package secret_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

// key makes a key of its ID, the same every time.
func key(id string) authdb.SecretKey {
	return authdb.SecretKey{ID: id, Key: bytes.Repeat([]byte(id+"............"), 32)[:32]}
}

func keys(ids ...string) (all []authdb.SecretKey) {
	for _, id := range ids {
		all = append(all, key(id))
	}
	return all
}

func hasher(plain bool, ids ...string) *secret.Hasher {
	return secret.NewHasher(authdb.HashedTokens{Keys: keys(ids...), Plain: plain})
}

// TestForms holds the forms against the formulas of docs/secrets.md, written
// out.
func TestForms(t *testing.T) {
	for _, x := range []struct {
		token   secret.Token
		message string
	}{
		{secret.Session("a-token"), "a-token"},
		{secret.VerificationToken("ada@example.com", "123456"), "ada@example.com\x00123456"},
	} {
		digest := sha256.Sum256([]byte(x.message))
		if got, want := hasher(false).Form(x.token), "sha256:"+hex.EncodeToString(digest[:]); got != want {
			t.Errorf("of %q: %s, want %s", x.message, got, want)
		}
		mac := hmac.New(sha256.New, key("k1").Key)
		mac.Write(digest[:])
		if got, want := hasher(false, "k1", "k0").Form(x.token), "hmac:k1:"+hex.EncodeToString(mac.Sum(nil)); got != want {
			t.Errorf("of %q by a key: %s, want %s", x.message, got, want)
		}
	}
	longest := hasher(false, strings.Repeat("k", 16)).Form(secret.Session("x"))
	if len(longest) != 86 { // as the document says
		t.Errorf("the longest form has %d characters", len(longest))
	}
}

func TestVerificationTokensDiffer(t *testing.T) {
	h := hasher(false, "k1")
	forms := map[string]bool{}
	for _, token := range []secret.Token{
		secret.VerificationToken("ada@example.com", "123456"),
		secret.VerificationToken("bob@example.com", "123456"),
		secret.VerificationToken("ada@example.com1", "23456"),
		secret.Session("ada@example.com123456"),
		secret.Session("123456"),
	} {
		forms[h.Form(token)] = true
	}
	if len(forms) != 5 {
		t.Errorf("%d forms of 5 tokens", len(forms))
	}
}

func TestCandidates(t *testing.T) {
	token := secret.Session("a-token")
	sha, k1, k2 := hasher(false).Form(token), hasher(false, "k1").Form(token), hasher(false, "k2").Form(token)
	for _, x := range []struct {
		name  string
		plain bool
		ids   []string
		want  []string
	}{
		{"SHA-256", false, nil, []string{sha}},
		{"SHA-256, plain", true, nil, []string{sha, "a-token"}},
		{"one key", false, []string{"k1"}, []string{k1}},
		{"two keys", false, []string{"k2", "k1"}, []string{k2, k1}},
		{"two keys, plain", true, []string{"k2", "k1"}, []string{k2, k1, sha, "a-token"}},
	} {
		h := hasher(x.plain, x.ids...)
		got := h.Candidates(token)
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
		if got[0] != h.Form(token) {
			t.Errorf("%s: the first candidate is not what is stored", x.name)
		}
		if want := x.plain || len(x.ids) > 1; h.Moves() != want {
			t.Errorf("%s: Moves is %v", x.name, h.Moves())
		}
	}
}

// TestWritePlain finds all, stores tokens as they are, and changes nothing.
func TestWritePlain(t *testing.T) {
	token := secret.Session("a-token")
	k1, sha := hasher(false, "k1").Form(token), hasher(false).Form(token)
	h := secret.NewHasher(authdb.HashedTokens{Keys: keys("k1"), WritePlain: true})
	if got := h.Candidates(token); !slices.Equal(got, []string{k1, sha, "a-token"}) {
		t.Errorf("candidates: %q", got)
	}
	if h.Form(token) != "a-token" || h.Hashes() || !h.Moves() {
		t.Errorf("stored: %q", h.Form(token))
	}
	for _, stored := range []string{"a-token", k1, sha} {
		if got := h.Convert(secret.Session(stored)); got != stored {
			t.Errorf("%q becomes %q", stored, got)
		}
	}
	if !h.Current("a-token") || h.Current(k1) {
		t.Error("what is stored now is plain")
	}
}

// TestNoHasher stores tokens as they are, and never looks for what looks like a
// stored form.
func TestNoHasher(t *testing.T) {
	var h *secret.Hasher
	if got := h.Candidates(secret.Session("a-token")); !slices.Equal(got, []string{"a-token"}) || h.Hashes() || h.Moves() || h.Form(secret.Session("a-token")) != "a-token" {
		t.Errorf("candidates: %q", got)
	}
	for _, stored := range []string{hasher(false).Form(secret.Session("a-token")), hasher(false, "k1").Form(secret.Session("a-token"))} {
		if got := h.Candidates(secret.Session(stored)); len(got) != 0 {
			t.Errorf("%q: candidates: %q", stored, got)
		}
	}
}

func TestCurrent(t *testing.T) {
	token := secret.Session("a-token")
	sha, k1, k2 := hasher(false).Form(token), hasher(false, "k1").Form(token), hasher(false, "k2").Form(token)
	for _, x := range []struct {
		h      *secret.Hasher
		stored string
		want   bool
	}{
		{hasher(false), sha, true},
		{hasher(false), k1, false},
		{hasher(true, "k2", "k1"), k2, true},
		{hasher(true, "k2", "k1"), k1, false},
		{hasher(true, "k2", "k1"), sha, false},
	} {
		if got := x.h.Current(x.stored); got != x.want {
			t.Errorf("%s: %v", x.stored, got)
		}
	}
}

// TestPassTheHash presents what is stored, in all spellings that a column might
// take for it.
func TestPassTheHash(t *testing.T) {
	token := secret.Session("a-token")
	for _, stored := range []string{hasher(false).Form(token), hasher(false, "k1").Form(token), hasher(false, "OTHER_key-9").Form(token)} {
		for _, presented := range []string{stored, strings.ToUpper(stored), strings.ToUpper(stored[:4]) + stored[4:]} {
			if !secret.IsForm(presented) {
				t.Errorf("%q is taken for a plain token", presented)
			}
			for _, of := range []secret.Token{secret.Session(presented), secret.VerificationToken("ada@example.com", presented)} {
				for _, ids := range [][]string{nil, {"k1"}, {"k2", "k1"}} {
					if slices.Contains(hasher(true, ids...).Candidates(of), presented) {
						t.Errorf("keys %v: %q is a candidate itself", ids, presented)
					}
				}
			}
		}
	}
	for _, plain := range []string{
		"", "sha256:", "sha256:abc", "hmac:k1:", "hmac:" + strings.Repeat("0", 64), "hmac::" + strings.Repeat("0", 64),
		"hmac:a key:" + strings.Repeat("0", 64), "hmac:" + strings.Repeat("k", 17) + ":" + strings.Repeat("0", 64),
		strings.Repeat("0", 64), "sha256:" + strings.Repeat("g", 64), "md5:" + strings.Repeat("0", 64),
	} {
		if secret.IsForm(plain) {
			t.Errorf("%q is taken for a stored form", plain)
		}
	}
}

func TestConvert(t *testing.T) {
	token := secret.Session("a-token")
	sha, k1, k2 := hasher(false).Form(token), hasher(false, "k1").Form(token), hasher(false, "k2").Form(token)
	for _, x := range []struct {
		name         string
		h            *secret.Hasher
		stored, want string
	}{
		{"plain", hasher(false), "a-token", sha},
		{"plain by a key", hasher(true, "k2", "k1"), "a-token", k2},
		{"SHA-256 where there are no keys", hasher(false), sha, sha},
		{"SHA-256 by a key", hasher(false, "k1"), sha, k1},
		{"an older key", hasher(false, "k2", "k1"), k1, k1},
		{"the first key", hasher(false, "k2", "k1"), k2, k2},
		{"an unknown key", hasher(false, "k2"), k1, k1},
		{"a key where there are none", hasher(false), k1, k1},
	} {
		if got := x.h.Convert(secret.Session(x.stored)); got != x.want {
			t.Errorf("%s: %q becomes %q, want %q", x.name, x.stored, got, x.want)
		}
	}
}
