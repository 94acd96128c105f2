package bench_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/authjs"
	"github.com/authdb/authdb/gormadapter"
)

// BenchmarkSession compares what it costs to find out who a request is from with
// the least that it can cost: the cryptography and reading the claims, or the
// query and reading its row, by hand, on the same driver. They take turns.
//
//	go test ./bench -run '^$' -bench Session -benchtime 30x
func BenchmarkSession(b *testing.B) {
	const secret = "a secret of at least 32 characters"
	user := &authdb.User{ID: "user-1", Name: "Ada", Email: "ada@example.com"}
	for _, v := range []struct {
		name    string
		version authjs.Version
		bare    func(b *testing.B, key []byte, token string)
		info    string
		salt    string
		size    int
	}{
		{"jwt of Auth.js 5", authjs.V5, bareCBC, "Auth.js Generated Encryption Key (authjs.session-token)", "authjs.session-token", 64},
		{"jwt of NextAuth 4", authjs.V4, bareGCM, "NextAuth.js Generated Encryption Key", "", 32},
	} {
		b.Run(v.name, func(b *testing.B) {
			auth, err := authjs.New(authjs.Config{Secrets: []string{secret}, Version: v.version})
			if err != nil {
				b.Fatal(err)
			}
			r := signedIn(b, auth, user)
			_, token, _ := strings.Cut(r.Header.Get("Cookie"), "=")
			key, err := hkdf.Key(sha256.New, []byte(secret), []byte(v.salt), v.info, v.size)
			if err != nil {
				b.Fatal(err)
			}
			takeTurns(b, 2000, func() { find(b, auth, r) }, func() { v.bare(b, key, token) })
		})
	}
	for _, d := range databases() {
		if d.name != "sqlite" && d.name != "postgres" {
			continue
		}
		b.Run(d.name, func(b *testing.B) {
			db := d.open(b)
			adapter := gormadapter.New(db)
			if err := adapter.Synchronize(b.Context()); err != nil {
				b.Fatal(err)
			}
			stored, err := adapter.CreateUser(b.Context(), user)
			if err != nil {
				b.Fatal(err)
			}
			auth, err := authjs.New(authjs.Config{Adapter: adapter})
			if err != nil {
				b.Fatal(err)
			}
			r := signedIn(b, auth, stored)
			_, token, _ := strings.Cut(r.Header.Get("Cookie"), "=")
			query := bareQuery(b, db)
			takeTurns(b, 500, func() { find(b, auth, r) }, func() { scanBare(b, query, token) })
			takeTurnsAs(b, "adapter", 500, func() {
				if _, _, err := adapter.GetSessionAndUser(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}, func() { scanBare(b, query, token) })
		})
	}
}

func signedIn(b *testing.B, auth *authjs.Auth, user *authdb.User) *http.Request {
	b.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	if _, err := auth.Issue(b.Context(), w, r, authjs.SignIn{User: user}); err != nil {
		b.Fatal(err)
	}
	r.AddCookie(w.Result().Cookies()[0])
	return r
}

func find(b *testing.B, auth *authjs.Auth, r *http.Request) {
	if s, err := auth.Session(context.Background(), r); err != nil || s.User.Name != "Ada" {
		b.Fatal(s, err)
	}
}

// takeTurns reports the median of the rounds' ratios, and of both times.
func takeTurns(b *testing.B, n int, ours, bare func()) {
	b.Helper()
	takeTurnsAs(b, "", n, ours, bare)
}

func takeTurnsAs(b *testing.B, name string, n int, ours, bare func()) {
	b.Helper()
	if name != "" {
		name += "-"
	}
	measure := func(f func()) float64 {
		began := time.Now()
		for range n {
			f()
		}
		return float64(time.Since(began).Nanoseconds()) / float64(n)
	}
	measure(ours)
	measure(bare)
	var ratios, times, bares []float64
	for i := range b.N {
		var x, y float64
		if i%2 == 0 {
			x, y = measure(ours), measure(bare)
		} else {
			y, x = measure(bare), measure(ours)
		}
		ratios, times, bares = append(ratios, x/y), append(times, x), append(bares, y)
	}
	b.ReportMetric(median(ratios), name+"ratio")
	b.ReportMetric(median(times)/1e3, name+"us")
	b.ReportMetric(median(bares)/1e3, name+"bare-us")
	b.ReportMetric(0, "ns/op")
}

type bareClaims struct {
	Sub, Name, Email, Picture string
	Exp, Iat                  int64
}

func claimsOf(b *testing.B, plain []byte) {
	var c bareClaims
	if err := json.Unmarshal(plain, &c); err != nil || c.Name != "Ada" {
		b.Fatal(err)
	}
}

func bytesOf(b *testing.B, s string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		b.Fatal(err)
	}
	return raw
}

// bareCBC opens A256CBC-HS512 with the standard library alone.
func bareCBC(b *testing.B, key []byte, token string) {
	parts := strings.Split(token, ".")
	iv, text, tag := bytesOf(b, parts[2]), bytesOf(b, parts[3]), bytesOf(b, parts[4])
	mac := hmac.New(sha512.New, key[:32])
	mac.Write([]byte(parts[0]))
	mac.Write(iv)
	mac.Write(text)
	_ = binary.Write(mac, binary.BigEndian, uint64(len(parts[0])*8))
	if !hmac.Equal(mac.Sum(nil)[:32], tag) {
		b.Fatal("the tag")
	}
	block, err := aes.NewCipher(key[32:])
	if err != nil {
		b.Fatal(err)
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(text, text)
	claimsOf(b, text[:len(text)-int(text[len(text)-1])])
}

func bareGCM(b *testing.B, key []byte, token string) {
	parts := strings.Split(token, ".")
	block, err := aes.NewCipher(key)
	if err != nil {
		b.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		b.Fatal(err)
	}
	plain, err := aead.Open(nil, bytesOf(b, parts[2]), append(bytesOf(b, parts[3]), bytesOf(b, parts[4])...), []byte(parts[0]))
	if err != nil {
		b.Fatal(err)
	}
	claimsOf(b, plain)
}

func bareQuery(b *testing.B, db *gorm.DB) *sql.Stmt {
	b.Helper()
	pool, err := db.DB()
	if err != nil {
		b.Fatal(err)
	}
	placeholder := map[string]string{"postgres": "$1", "sqlite": "?"}[db.Name()]
	stmt, err := pool.PrepareContext(b.Context(), "SELECT s.id, s.session_token, s.user_id, s.expires, u.id, u.name, u.email, u.email_verified, u.image FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.session_token = "+placeholder)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = stmt.Close() })
	return stmt
}

func scanBare(b *testing.B, stmt *sql.Stmt, token string) {
	var (
		session, read, userID, id string
		expires, verified         any
		name, email, image        *string
	)
	if err := stmt.QueryRowContext(context.Background(), token).Scan(&session, &read, &userID, &expires, &id, &name, &email, &verified, &image); err != nil || *name != "Ada" {
		b.Fatal(err)
	}
}
