package authjs_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/authdb/authdb/authjs"
)

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// sealed makes a token of any claims and options with the key of NextAuth 4, which
// is that of the secret "secret".
func sealed(t testing.TB, claims string, opts *jose.EncrypterOptions) string {
	t.Helper()
	k := []byte{}
	if _, err := fmt.Sscanf("9ab5058ebf5be88f82f4aee99d22cf8be7a34a4af1836299d0668f4d83020f5a", "%x", &k); err != nil {
		t.Fatal(err)
	}
	e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.DIRECT, Key: k}, opts)
	if err != nil {
		t.Fatal(err)
	}
	jwe, err := e.Encrypt([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwe.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// badTokens are what a cookie may hold and no session is.
func badTokens(t testing.TB) map[string]string {
	t.Helper()
	a := newAuth(t, authjs.Config{Secrets: []string{"secret"}})
	_, good, _ := strings.Cut(issued(t, a, authjs.SignIn{User: ada()})[0], "=")
	parts := strings.Split(good, ".")
	with := func(i int, part string) string {
		changed := append([]string{}, parts...)
		changed[i] = part
		return strings.Join(changed, ".")
	}
	flipped := func(i int) string {
		b := []byte(parts[i])
		b[0] ^= 1
		return with(i, string(b))
	}
	long := int(present.Unix())
	bad := map[string]string{
		"one letter": "e", "dots": "....", "two dots": "..", "only a header": parts[0] + "....",
		"an empty object": b64("{}") + "....", "no JSON": b64("{x") + "....", "an array": b64("[1]") + "....", "null": b64("null") + "....",
		"a header of numbers":    b64(`{"alg":1,"enc":2}`) + "....",
		"truncated by one":       good[:len(good)-1],
		"truncated to half":      good[:len(good)/2],
		"without a tag":          with(4, ""),
		"without an IV":          with(2, ""),
		"without a text":         with(3, ""),
		"a short tag":            with(4, parts[4][:20]),
		"another tag":            flipped(4),
		"another text":           flipped(3),
		"another IV":             flipped(2),
		"another header":         with(0, b64(`{"alg":"dir","enc":"A256CBC-HS512","kid":"x"}`)),
		"a header with a member": with(0, b64(`{"alg":"dir","enc":"A256CBC-HS512","x":1}`)),
		"an encrypted key":       with(1, b64("key")),
		"a part more":            good + ".x",
		"padding":                with(4, parts[4]+"="),
		"not base64url":          with(3, "ä"+parts[3][1:]),
		"standard base64":        with(3, strings.Repeat("+/", 20)),
		"white space":            with(3, parts[3]+" "),
		"a line end":             with(3, parts[3]+"\n"),
		"alg none":               b64(`{"alg":"none"}`) + "." + b64(`{"sub":"1"}`) + ".",
		"alg none, encrypted":    with(0, b64(`{"alg":"none","enc":"A256CBC-HS512"}`)),
		"alg RSA":                with(0, b64(`{"alg":"RSA-OAEP","enc":"A256GCM"}`)),
		"alg A256KW":             with(0, b64(`{"alg":"A256KW","enc":"A256GCM"}`)),
		"alg PBES2":              with(0, b64(`{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":2000000000,"p2s":"AAAA"}`)),
		"alg DIR":                with(0, b64(`{"alg":"DIR","enc":"A256GCM"}`)),
		"no alg":                 with(0, b64(`{"enc":"A256GCM"}`)),
		"enc A128GCM":            with(0, b64(`{"alg":"dir","enc":"A128GCM"}`)),
		"no enc":                 with(0, b64(`{"alg":"dir"}`)),
		"an unknown crit":        with(0, b64(`{"alg":"dir","enc":"A256GCM","crit":["x"],"x":1}`)),
		"an empty crit":          with(0, b64(`{"alg":"dir","enc":"A256GCM","crit":[]}`)),
		"an empty kid":           with(0, b64(`{"alg":"dir","enc":"A256CBC-HS512","kid":""}`)),
		"a kid that is a number": with(0, b64(`{"alg":"dir","enc":"A256CBC-HS512","kid":7}`)),
		"zip of Auth.js 5":       with(0, b64(`{"alg":"dir","enc":"A256CBC-HS512","zip":"DEF"}`)),
		"an unknown zip":         with(0, b64(`{"alg":"dir","enc":"A256GCM","zip":"GZ"}`)),
		"zip that is no JWS":     sealed(t, `{"sub":"1"}`, &jose.EncrypterOptions{Compression: jose.DEFLATE}),
		"a bomb":                 sealed(t, strings.Repeat("a", 30<<20), &jose.EncrypterOptions{Compression: jose.DEFLATE}),
		"JSON serialization":     "eyJ{.{.{.{.{",
		"signed by HS256":        b64(`{"alg":"HS256"}`) + "." + b64(`{"sub":"1"}`) + "." + b64("x"),
		"signed by RS256":        b64(`{"alg":"RS256"}`) + "." + b64(`{"sub":"1"}`) + "." + b64("x"),
		"signed by nobody":       b64(`{"alg":"HS512"}`) + "." + b64(`{"sub":"1"}`) + "." + b64(strings.Repeat("x", 64)),
		"longer than a cookie":   strings.Repeat(good, 300),
		"100 KiB of a header":    strings.Repeat("eyJ", 35<<10) + "....",
	}
	for name, claims := range map[string]string{
		"claims: no JSON": "{", "claims: an array": `[1]`, "claims: null": `null`, "claims: a text": `"x"`, "claims: nothing": ``,
		"claims: exp is a text":      `{"exp":"4102444800"}`,
		"claims: exp is null":        `{"exp":null}`,
		"claims: exp is past":        fmt.Sprintf(`{"exp":%d}`, long-15),
		"claims: exp is negative":    `{"exp":-1e300}`,
		"claims: exp is beyond all":  `{"exp":1e999}`,
		"claims: iat is a text":      `{"iat":"now"}`,
		"claims: nbf is a text":      `{"nbf":"now"}`,
		"claims: nbf lies ahead":     fmt.Sprintf(`{"nbf":%d}`, long+16),
		"claims: something after it": `{"sub":"1"} {"sub":"2"}`,
		"claims: of PKCE":            `{"code_verifier":"x"}`,
		"claims: of a state":         `{"value":"x","provider":"google"}`,
		"claims: of an older state":  `{"state":"x"}`,
		"claims: of a nonce":         `{"nonce":"x"}`,
	} {
		bad[name] = sealed(t, claims, nil)
	}
	return bad
}

// TestBadTokens: none is a session, none panics, and none is an outage; a log and
// an error never quote one.
func TestBadTokens(t *testing.T) {
	var log strings.Builder
	m, _ := inMemory(t)
	a := newAuth(t, authjs.Config{Secrets: []string{"secret"}, Adapter: m, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	bad := badTokens(t)
	if len(bad) < 60 {
		t.Errorf("%d bad tokens, want 60 at least", len(bad))
	}
	for name, token := range bad {
		for _, cookie := range []string{"authjs.session-token", "next-auth.session-token"} {
			r := request()
			r.Header["Cookie"] = []string{cookie + "=" + token}
			s, err := a.Session(t.Context(), r)
			if !errors.Is(err, authjs.ErrNoSession) || s != nil {
				t.Errorf("%s: %+v, %v", name, s, err)
			}
			if err != nil && len(token) > 8 && strings.Contains(err.Error(), token[:8]) {
				t.Errorf("%s: the error quotes it: %v", name, err)
			}
			bearer := request()
			bearer.Header["Authorization"] = []string{"Bearer " + token}
			noSession(t, a, bearer, name+", as Bearer")
		}
	}
	if strings.Contains(log.String(), "eyJ") {
		t.Errorf("the log quotes a token:\n%s", log.String())
	}
	if n := strings.Count(log.String(), "\n"); n == 0 || n > 4 {
		t.Errorf("%d lines of log, of %d bad tokens:\n%s", n, len(bad), log.String())
	}
}

// TestBadCookies are headers that are not as Auth.js writes them.
func TestBadCookies(t *testing.T) {
	m, _ := inMemory(t)
	a := newAuth(t, authjs.Config{Secrets: []string{"secret"}, Adapter: m})
	_, good, _ := strings.Cut(issued(t, newAuth(t, authjs.Config{Secrets: []string{"secret"}}), authjs.SignIn{User: ada()})[0], "=")
	var many strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&many, "authjs.session-token.%d=x; ", i)
	}
	for name, header := range map[string]string{
		"nothing": "", "semicolons": ";;;;", "no value": "authjs.session-token", "an empty value": "authjs.session-token=",
		"percent garbage":         "authjs.session-token=%zz%",
		"a percent of no UTF-8":   "authjs.session-token=%ff%fe",
		"NUL":                     "authjs.session-token=\x00",
		"an encoded NUL":          "authjs.session-token=%00",
		"header splitting":        "authjs.session-token=a%0d%0aSet-Cookie:%20x=y",
		"header splitting, raw":   "authjs.session-token=a\r\nSet-Cookie: x=y",
		"10,000 chunks":           many.String(),
		"chunks from 1 on":        "authjs.session-token.1=" + good,
		"a chunk twice":           "authjs.session-token.0=x; authjs.session-token.0=" + good,
		"a chunk of no number":    "authjs.session-token.x=" + good,
		"a chunk of minus one":    "authjs.session-token.-1=" + good,
		"a chunk with a zero":     "authjs.session-token.00=" + good,
		"a chunk of a fraction":   "authjs.session-token.0.0=" + good,
		"chunk 99999999999999999": "authjs.session-token.99999999999999999999=" + good,
		"a gap":                   "authjs.session-token.0=" + good + "; authjs.session-token.2=x",
		"a cookie of 100 KiB":     "authjs.session-token=" + strings.Repeat("x", 100<<10),
		"chunks of 100 KiB":       "authjs.session-token.0=" + strings.Repeat("x", 50<<10) + "; authjs.session-token.1=" + strings.Repeat("x", 50<<10),
		"another cookie's salt":   "__Secure-authjs.session-token=" + good,
		"quotes":                  `authjs.session-token="` + good + `"`,
	} {
		r := request()
		r.Header["Cookie"] = []string{header}
		began := time.Now()
		noSession(t, a, r, name)
		if took := time.Since(began); took > 5*time.Second { // far above what any machine takes
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// TestWrongSecret is said once, to whoever runs the server, and is not an outage.
func TestWrongSecret(t *testing.T) {
	var log strings.Builder
	issuer := newAuth(t, authjs.Config{})
	v4 := newAuth(t, authjs.Config{Version: authjs.V4})
	a := newAuth(t, authjs.Config{Secrets: []string{"another"}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for range 3 {
		_, err := a.Session(t.Context(), request(issued(t, issuer, authjs.SignIn{User: ada()})...))
		if !errors.Is(err, authjs.ErrSecret) || !errors.Is(err, authjs.ErrNoSession) {
			t.Errorf("%v", err)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || strings.Contains(log.String(), "another") {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
	if _, err := a.Session(t.Context(), request(issued(t, v4, authjs.SignIn{User: ada()})...)); !errors.Is(err, authjs.ErrSecret) {
		t.Errorf("NextAuth 4: %v", err)
	}
	m, _ := inMemory(t)
	none := newAuth(t, authjs.Config{Adapter: m, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if _, err := none.Session(t.Context(), request(issued(t, issuer, authjs.SignIn{User: ada()})...)); !errors.Is(err, authjs.ErrSecret) || !errors.Is(err, authjs.ErrNoSession) {
		t.Errorf("without Secrets: %v", err)
	}
}

// TestChanged: what was changed under a key that we have is no sign of a wrong
// secret.
func TestChanged(t *testing.T) {
	a := newAuth(t, authjs.Config{})
	cookie := issued(t, a, authjs.SignIn{User: ada()})[0]
	_, err := a.Session(t.Context(), request(cookie[:len(cookie)-4]+"AAAA"))
	if !errors.Is(err, authjs.ErrNoSession) || errors.Is(err, authjs.ErrSecret) {
		t.Errorf("%v", err)
	}
}

// signed makes a token as NextAuth 3 does, with the secret "secret".
func signed(t *testing.T, claims string) string {
	t.Helper()
	k := []byte{}
	if _, err := fmt.Sscanf("313e9ae9a4abe0c0831e0016211ecdfaec1940f83a1bb27564c0cc061ab52048dcd2f550a5c609519dcaa8994bdc480f28bca179254016d0c506c87214b27cc4", "%x", &k); err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS512, Key: k}, nil)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign([]byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestNextAuth3 has no tolerance, and goes by the age of a token.
func TestNextAuth3(t *testing.T) {
	a := newAuth(t, authjs.Config{Secrets: []string{"secret"}, MaxAge: time.Hour})
	at := present.Unix()
	for claims, good := range map[string]bool{
		fmt.Sprintf(`{"sub":"1","iat":%d,"exp":%d}`, at, at+60):               true,
		fmt.Sprintf(`{"sub":"1","iat":%d}`, at-3600):                          true,
		fmt.Sprintf(`{"sub":"1","iat":%d}`, at-3601):                          false,
		fmt.Sprintf(`{"sub":"1","iat":%d,"exp":%d}`, at-60, at):               false,
		fmt.Sprintf(`{"sub":"1","iat":%d,"exp":%d}`, at+1, at+60):             false,
		fmt.Sprintf(`{"sub":"1","iat":%d,"exp":%d,"nbf":%d}`, at, at+9, at+1): false,
		fmt.Sprintf(`{"code_verifier":"x","iat":%d}`, at):                     false,
		fmt.Sprintf(`{"role":"x","iat":%d}`, at):                              true, // what a jwt callback has left
		fmt.Sprintf(`{"sub":"1","exp":%d}`, at+60):                            false,
	} {
		for name, token := range map[string]string{"signed": signed(t, claims), "encrypted": sealed(t, signed(t, claims), &jose.EncrypterOptions{Compression: jose.DEFLATE})} {
			s, err := a.Session(t.Context(), request("next-auth.session-token="+token))
			if (err == nil) != good || err != nil && !errors.Is(err, authjs.ErrNoSession) {
				t.Errorf("%s: %s: %+v, %v", name, claims, s, err)
			}
		}
	}
}

// TestRotation: any of the secrets decrypts, the first encrypts.
func TestRotation(t *testing.T) {
	old, both, fresh := newAuth(t, authjs.Config{Secrets: []string{"old"}}), newAuth(t, authjs.Config{Secrets: []string{"new", "old"}}), newAuth(t, authjs.Config{Secrets: []string{"new"}})
	before, after := issued(t, old, authjs.SignIn{User: ada()}), issued(t, both, authjs.SignIn{User: ada()})
	for what, x := range map[string]struct {
		a       *authjs.Auth
		cookies []string
		good    bool
	}{
		"old by both": {both, before, true}, "new by both": {both, after, true},
		"new by new": {fresh, after, true}, "old by new": {fresh, before, false}, "new by old": {old, after, false},
	} {
		if _, err := x.a.Session(t.Context(), request(x.cookies...)); (err == nil) != x.good {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// FuzzSession: whatever the headers are, it is a session of the one who was
// signed in, or none.
func FuzzSession(f *testing.F) {
	a := newAuth(f, authjs.Config{Secrets: []string{"secret"}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	for _, token := range badTokens(f) {
		if len(token) < 4<<10 {
			f.Add("authjs.session-token="+token, "Bearer "+token)
		}
	}
	f.Add(strings.Join(chunked(f, newAuth(f, authjs.Config{Secrets: []string{"secret"}})), "; "), "")
	f.Fuzz(func(t *testing.T, cookie, authorization string) {
		r := request()
		r.Header["Cookie"], r.Header["Authorization"] = []string{cookie}, []string{authorization}
		s, err := a.Session(t.Context(), r)
		if err == nil && s.Strategy != authjs.StrategyJWT || err != nil && !errors.Is(err, authjs.ErrNoSession) {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

// FuzzChunks puts together what was cut, wherever, and in whatever order.
func FuzzChunks(f *testing.F) {
	m, user := inMemory(f)
	f.Add("a-token-of-some-length", uint8(3), uint8(1))
	f.Add("x", uint8(1), uint8(0))
	f.Fuzz(func(t *testing.T, token string, pieces, turn uint8) {
		n := int(pieces%40) + 1
		if strings.ContainsAny(token, "; \t%") || strings.Contains(token, "=") || len(token) < n || len(token) > 255 || strings.HasPrefix(token, "eyJ") {
			return
		}
		for _, r := range token {
			if r < 0x21 || r > 0x7e {
				return
			}
		}
		store(t, m, user.ID, token, present.Add(time.Hour))
		defer func() { _ = m.DeleteSession(t.Context(), token) }()
		chunks := map[int]string{}
		for i := range n {
			chunks[i] = fmt.Sprintf("authjs.session-token.%d=%s", i, token[i*len(token)/n:(i+1)*len(token)/n])
		}
		var cookies []string
		for i := range n {
			cookies = append(cookies, chunks[(i+int(turn))%n])
		}
		a := newAuth(t, authjs.Config{Adapter: m, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		s, err := a.Session(t.Context(), request(cookies...))
		if n <= 32 && (err != nil || s.User.ID != user.ID) {
			t.Errorf("%d chunks of %d bytes: %v", n, len(token), err)
		}
		if n > 32 && err == nil {
			t.Errorf("%d chunks", n)
		}
		for missing := range maps.Keys(chunks) {
			var rest []string
			for i, c := range chunks {
				if i != missing {
					rest = append(rest, c)
				}
			}
			if s, err := a.Session(t.Context(), request(rest...)); err == nil && s.Stored.SessionToken == token {
				t.Errorf("without chunk %d of %d", missing, n)
			}
			break
		}
	})
}
