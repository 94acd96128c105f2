package authjs

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	securePrefix = "__Secure-"
	hostPrefix   = "__Host-"
	nameV5       = "authjs.session-token"
	nameV4       = "next-auth.session-token"

	// A cookie of Auth.js has 4096 bytes, of which these are left to the value.
	chunkV5 = 3936
	chunkV4 = 3933

	// maxToken bounds what is put together and decrypted, and maxChunks of how
	// many pieces.
	maxToken  = 64 << 10
	maxChunks = 32
)

// defaultNames are those of Auth.js and NextAuth, the more trusted first: nobody
// but the host itself sets one with __Host-, and nothing without TLS one with
// __Secure-.
func defaultNames() []string {
	return []string{
		hostPrefix + nameV5, securePrefix + nameV5, hostPrefix + nameV4, securePrefix + nameV4,
		nameV5, nameV4,
	}
}

// cookieNames are the names that a session cookie may have here.
func (a *Auth) cookieNames() []string {
	if a.cfg.CookieName != "" {
		return []string{a.cfg.CookieName}
	}
	return slices.DeleteFunc(defaultNames(), func(name string) bool {
		version := V4
		if strings.HasSuffix(name, nameV5) {
			version = V5
		}
		return a.cfg.Version != 0 && version != a.cfg.Version ||
			a.base != nil && isSecure(name) != (a.base.Scheme == "https")
	})
}

// isSecure reports whether the browser keeps the cookie for TLS alone.
func isSecure(name string) bool {
	return strings.HasPrefix(name, securePrefix) || strings.HasPrefix(name, hostPrefix)
}

// secure reports whether cookies that are written are Secure.
func (a *Auth) secure(r *http.Request) bool {
	switch {
	case a.base != nil:
		return a.base.Scheme == "https"
	case a.cfg.CookieName != "" && isSecure(a.cfg.CookieName):
		return true
	}
	// Whoever says so by itself only keeps its own cookie to itself.
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}

// prefixed returns Auth.js's name of a cookie.
func (a *Auth) prefixed(r *http.Request, prefix, name string) string {
	if a.issuedVersion() == V4 {
		name = "next-auth" + strings.TrimPrefix(name, "authjs")
	}
	if a.secure(r) {
		return prefix + name
	}
	return name
}

// A pair is a cookie of a request.
type pair struct{ name, value string }

// cookies reads the request's cookies as Auth.js does: of two with one name the
// first counts, quotes are part of a value, and what is no percent-encoding is
// left as it is. net/http's own reading differs in all of that.
func cookies(r *http.Request) []pair {
	var all []pair
	seen := map[string]bool{}
	for _, header := range r.Header["Cookie"] {
		for part := range strings.SplitSeq(header, ";") {
			name, value, ok := strings.Cut(part, "=")
			name, value = strings.Trim(name, " \t"), strings.Trim(value, " \t")
			if !ok || seen[name] {
				continue
			}
			seen[name] = true
			if strings.Contains(value, "%") {
				if decoded, err := url.PathUnescape(value); err == nil && utf8.ValidString(decoded) {
					value = decoded
				}
			}
			all = append(all, pair{name, value})
		}
	}
	return all
}

// A candidate is what may be a session token.
type candidate struct {
	cookie string // the name, without the number of a chunk
	token  string
}

// candidates returns what the cookies have, the more trusted first. Auth.js puts
// whatever begins with the name together, and so breaks on a chunk that was left
// over beside a token in one piece, and on another cookie of a longer name. Here
// a token is in one piece, or in chunks from 0 on without a gap.
func (a *Auth) candidates(r *http.Request) (all []candidate) {
	pairs := cookies(r)
	for _, name := range a.names {
		chunks := map[int]string{}
		for _, p := range pairs {
			switch n, ok := chunkOf(name, p.name); {
			case p.value == "":
			case p.name == name && len(p.value) <= maxToken:
				all = append(all, candidate{name, p.value})
			case ok && len(chunks) <= maxChunks: // one too many says that it is none
				chunks[n] = p.value
			}
		}
		if token := join(chunks); token != "" {
			all = append(all, candidate{name, token})
		}
	}
	return all
}

// chunkOf returns the number of a chunk of the cookie with that name.
func chunkOf(name, chunk string) (int, bool) {
	digits, ok := strings.CutPrefix(chunk, name+".")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n >= 0 && strconv.Itoa(n) == digits
}

// join puts chunks together. With a gap, or where it is too much, it is nothing.
func join(chunks map[int]string) string {
	if len(chunks) > maxChunks {
		return ""
	}
	var token strings.Builder
	for n := range len(chunks) {
		piece, ok := chunks[n]
		if !ok || token.Len()+len(piece) > maxToken {
			return ""
		}
		token.WriteString(piece)
	}
	return token.String()
}

// isCookieName reports whether the text is a token of RFC 9110.
func isCookieName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?={}`, c) >= 0 {
			return false
		}
	}
	return name != ""
}

// setCookie sends a cookie with the attributes that Auth.js gives it, in its
// order. An instant of zero is none: the browser forgets it when it ends.
func (a *Auth) setCookie(w http.ResponseWriter, name, value string, expires time.Time, secure bool) {
	a.writeCookie(w, name, value, expires, secure, false)
}

// clearCookie has the browser forget a cookie, as Auth.js does.
func (a *Auth) clearCookie(w http.ResponseWriter, name string, secure bool) {
	a.writeCookie(w, name, "", time.Time{}, secure, true)
}

func (a *Auth) writeCookie(w http.ResponseWriter, name, value string, expires time.Time, secure, gone bool) {
	var b strings.Builder
	b.WriteString(name + "=" + encodeURIComponent(value))
	if gone {
		b.WriteString("; Max-Age=0")
	}
	if a.cfg.CookieDomain != "" && !strings.HasPrefix(name, hostPrefix) {
		b.WriteString("; Domain=" + a.cfg.CookieDomain)
	}
	b.WriteString("; Path=/")
	if !expires.IsZero() {
		b.WriteString("; Expires=" + expires.UTC().Format(http.TimeFormat))
	}
	b.WriteString("; HttpOnly")
	if secure || isSecure(name) {
		b.WriteString("; Secure")
	}
	b.WriteString("; SameSite=Lax")
	w.Header().Add("Set-Cookie", b.String())
}

// setSession sends a session token, in chunks if it is long, and has the browser
// forget pieces that it had before and that are not overwritten.
func (a *Auth) setSession(w http.ResponseWriter, r *http.Request, name, token string, expires time.Time, chunk int) {
	secure := a.secure(r)
	withdraw(w, name)
	now := map[string]string{name: token}
	if chunk > 0 && len(token) > chunk {
		now = map[string]string{}
		for i, piece := range slices.Collect(slices.Chunk([]byte(token), chunk)) {
			now[name+"."+strconv.Itoa(i)] = string(piece)
		}
	}
	for _, old := range a.pieces(r, name) {
		if _, ok := now[old]; !ok {
			a.clearCookie(w, old, secure)
		}
	}
	if token, ok := now[name]; ok {
		a.setCookie(w, name, token, expires, secure)
		return
	}
	for i := range len(now) {
		piece := name + "." + strconv.Itoa(i)
		a.setCookie(w, piece, now[piece], expires, secure)
	}
}

// pieces are the names of the request's cookies that are of the session cookie.
func (a *Auth) pieces(r *http.Request, name string) (names []string) {
	for _, p := range cookies(r) {
		if isPiece(name, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// isPiece reports whether a cookie is the session cookie, or a chunk of it.
func isPiece(name, cookie string) bool {
	digits, chunk := strings.CutPrefix(cookie, name+".")
	return cookie == name || chunk && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// withdraw takes back what the answer so far says of the session cookie: of a
// session that is renewed and then ended no piece is to be left.
func withdraw(w http.ResponseWriter, name string) {
	header := w.Header()
	left := slices.DeleteFunc(header["Set-Cookie"], func(set string) bool {
		cookie, _, _ := strings.Cut(set, "=")
		return isPiece(name, cookie)
	})
	if header["Set-Cookie"] = left; len(left) == 0 {
		header.Del("Set-Cookie")
	}
}

// encodeURIComponent is JavaScript's.
func encodeURIComponent(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.!~*'()", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
