package authdb_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/authdb/authdb"
)

func TestNormalizeEmail(t *testing.T) {
	// The right side is what @auth/core 0.41.3 makes of the left.
	for in, want := range map[string]string{
		"Ada@Example.COM":              "ada@example.com",
		"\tada@example.com\n":          "ada@example.com",
		"\ufeffada@example.com\u00a0":  "ada@example.com",
		"ÁDA@exämple.com":              "áda@exämple.com",
		"ａｄａ＠example.com":              "ada@example.com",   // full width
		"ΣΟΦΟΣ@example.com":            "σοφος@example.com", // final sigma is not at the end of a word here
		"a@ΟΔΟΣ":                       "a@οδος",
		"İ@example.com":                "i̇@example.com",
		"ada@example.com,evil.example": "ada@example.com",
		"a,b@example.com":              "a,b@example.com",
		"ﬁ@example.com":                "fi@example.com",
	} {
		if got, err := authdb.NormalizeEmail(in); err != nil || got != want {
			t.Errorf("NormalizeEmail(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", " ", "ada", "@example.com", "ada@", "a@b@c", "ada＠evil@example.com", `"ada"@example.com`, "ada@,example.com",
		"ada@b,c@d",
	} {
		got, err := authdb.NormalizeEmail(in)
		if !errors.Is(err, authdb.ErrInvalid) || got != "" {
			t.Errorf("NormalizeEmail(%q) = %q, %v; want ErrInvalid", in, got, err)
		}
		if in = strings.TrimSpace(in); err != nil && len(in) > 1 && strings.Contains(err.Error(), in) {
			t.Errorf("the error quotes the address: %v", err)
		}
	}
}

func TestNormalizeProfileEmail(t *testing.T) {
	if got := authdb.NormalizeProfileEmail(" ÁDA@Example.com"); got != " áda@example.com" {
		t.Errorf("got %q", got)
	}
}

func ExampleNormalizeEmail() {
	email, err := authdb.NormalizeEmail("  Ada@Example.COM ")
	fmt.Println(email, err)
	// Output: ada@example.com <nil>
}
