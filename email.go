package authdb

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// NormalizeEmail returns the address that somebody typed in to sign in by
// mail, as Auth.js stores and looks it up: in Unicode's form NFKC, lower case,
// without surrounding white space, and with the domain cut at the first comma.
// It returns ErrInvalid for what is not one address: anything but one "@" with
// text on both sides, or a quotation mark. The error does not quote the address.
//
// Adapters take addresses as they are; it is the caller who normalises, once,
// before looking a user up or storing one.
func NormalizeEmail(address string) (string, error) {
	address = lower(norm.NFKC.String(address))
	address = strings.TrimFunc(address, isECMAScriptSpace)
	// NFKC goes first: it turns the look-alikes of "@" into one.
	local, domain, _ := strings.Cut(address, "@")
	domain, rest, _ := strings.Cut(domain, ",")
	switch {
	case address == "":
		return "", fmt.Errorf("%w: Email: empty", ErrInvalid)
	case strings.Contains(address, `"`):
		return "", fmt.Errorf("%w: Email: holds a quotation mark", ErrInvalid)
	case local == "" || domain == "" || strings.Contains(domain+rest, "@"):
		return "", fmt.Errorf("%w: Email: not of the form local@domain", ErrInvalid)
	}
	return local + "@" + domain, nil
}

// NormalizeProfileEmail returns the address that a provider's profile says, as
// Auth.js stores and looks it up: in lower case, and else as it is.
func NormalizeProfileEmail(address string) string { return lower(address) }

// lower is String.prototype.toLowerCase of ECMAScript, which Auth.js calls:
// Unicode's full mapping, with the final sigma and without a language.
func lower(s string) string { return cases.Lower(language.Und).String(s) }

// isECMAScriptSpace reports whether String.prototype.trim removes r: the white
// space and line terminators of ECMA-262, sections 12.2 and 12.3.
func isECMAScriptSpace(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', '\u2028', '\u2029', '\ufeff':
		return true
	}
	return unicode.Is(unicode.Zs, r)
}
