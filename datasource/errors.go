package datasource

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/authdb/authdb"
)

// failure prints what this package says and no word of a driver: drivers quote
// connection strings, and servers quote what they were sent. The driver's error
// is there for errors.Is and errors.As.
type failure struct {
	text   string
	causes []error
}

func (f *failure) Error() string { return "datasource: " + f.text }

func (f *failure) Unwrap() []error { return f.causes }

// invalid returns an error about the configuration. Nothing may be formatted
// into it that could be a password: see quoteName.
func invalid(format string, args ...any) error {
	return &failure{fmt.Sprintf(format, args...), []error{authdb.ErrInvalid}}
}

// hidden stands for a secret, and for what might be one.
const hidden = "xxxxx"

// quoteName quotes a name (of a parameter, a user, a type) if it looks like
// one. What stands in its place by mistake, such as a whole URL or
// "user:password", does not.
func quoteName(s string) string {
	if !isName(s) {
		return "(a text that is not shown)"
	}
	return `"` + s + `"`
}

func isName(s string) bool {
	for _, r := range s {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-", r) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// visible returns s if it can't hold a password by mistake, as part of a URL or
// of "user:password".
func visible(s string) string {
	if s == memoryName || !strings.ContainsAny(s, "@:") {
		return s
	}
	return hidden
}

// visiblePath is visible for what may be the path of a file. On Windows the
// colon of a drive is none of "user:password".
func visiblePath(path string) string {
	drive := filepath.VolumeName(path)
	rest := path[len(drive):]
	if len(drive) == 2 && rest != "" && os.IsPathSeparator(rest[0]) && visible(rest) == rest {
		return path
	}
	return visible(path)
}

// hasControl reports whether s holds a control character or is not UTF-8.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, unicode.IsControl) || !utf8.ValidString(s)
}

// connectError turns the driver's error into one without its words.
func connectError(ctx context.Context, db *database, c Config, err error) error {
	f := &failure{causes: []error{err}}
	where := db.title + db.where(c)
	switch {
	case ctx.Err() != nil:
		// The driver's error may be anything by now.
		f.causes = append(f.causes, ctx.Err())
		f.text = fmt.Sprintf("%s: %v before the database answered", where, ctx.Err())
	default:
		text, config := db.explain(c, err)
		if config {
			f.causes = append(f.causes, authdb.ErrInvalid)
		}
		if text == "" {
			text = networkText(err)
		}
		f.text = where + ": " + text
	}
	return f
}

// where says which server it was.
func (db *database) where(c Config) string {
	switch {
	case !db.server():
		return ""
	case strings.HasPrefix(c.Host, "/"):
		return " at socket " + c.Host
	}
	return " at " + address(c.Host, c.Port)
}

// networkText says what happened on the way to the server.
func networkText(err error) string {
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there: start the server, or correct Host and Port"
	case errors.Is(err, syscall.ENOENT):
		return "there is no such socket: start the server, or correct Host"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return "the system does not let this process connect there"
	case errors.As(err, &dns):
		return "the name of the host was not found: correct Host"
	case isTLS(err):
		return "the server's TLS certificate was not accepted: correct Host, or the TLS parameters in Params"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return "no answer in time: correct Host and Port, or look at the network and the server's load"
	}
	return "the connection failed: is it a server of this type that listens there, and does it run?"
}

func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		certificate  x509.CertificateInvalidError
		record       tls.RecordHeaderError
		alert        tls.AlertError
	)
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &certificate) || errors.As(err, &record) || errors.As(err, &alert)
}
