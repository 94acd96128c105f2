package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// A provider is an OpenID provider for a village of two, who sign in by saying
// who they are. It is here so that the example needs no account anywhere.
type provider struct {
	issuer string
	server *http.Server
	key    *rsa.PrivateKey

	mu    sync.Mutex
	codes map[string]grant
}

// A grant is what a code stands for.
type grant struct{ person, challenge, nonce string }

var people = map[string]struct{ Name, Email string }{
	"ada":   {"Ada Lovelace", "ada@example.com"},
	"grace": {"Grace Hopper", "grace@example.com"},
}

func newProvider() (*provider, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &provider{issuer: "http://" + listener.Addr().String(), key: key, codes: map[string]grant{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.configuration)
	mux.HandleFunc("GET /jwks", p.jwks)
	mux.HandleFunc("GET /authorize", p.ask)
	mux.HandleFunc("POST /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", http.NotFound) // Auth.js wants one, and takes the ID token
	p.server = &http.Server{Handler: mux}
	go func() { _ = p.server.Serve(listener) }() // until close
	return p, nil
}

func (p *provider) close() { _ = p.server.Close() }

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (p *provider) configuration(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token", "jwks_uri": p.issuer + "/jwks", "userinfo_endpoint": p.issuer + "/userinfo",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
	})
}

func (p *provider) jwks(w http.ResponseWriter, _ *http.Request) {
	answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
}

var form = template.Must(template.New("").Parse(`<!doctype html>
<title>Village</title>
<h1>Who are you?</h1>
<form method="post">
{{range $name, $person := .}}<p><button name="person" value="{{$name}}">{{$person.Name}}</button>
{{end}}</form>
`))

func (p *provider) ask(w http.ResponseWriter, _ *http.Request) { _ = form.Execute(w, people) }

// authorize gives a code to the person who said who they are.
func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	person := r.PostFormValue("person")
	query := r.URL.Query()
	back, err := url.Parse(query.Get("redirect_uri"))
	if _, ok := people[person]; !ok || err != nil || back.Host == "" || query.Get("code_challenge_method") != "S256" {
		http.Error(w, "no such person, or no such client", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = grant{person, query.Get("code_challenge"), query.Get("nonce")}
	p.mu.Unlock()
	values := back.Query()
	values.Set("code", code)
	values.Set("iss", p.issuer)
	if state := query.Get("state"); state != "" {
		values.Set("state", state)
	}
	back.RawQuery = values.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// token exchanges a code, once, for whoever knows what its challenge was made of.
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	code := r.PostFormValue("code")
	p.mu.Lock()
	g, ok := p.codes[code]
	delete(p.codes, code)
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]string{"error": "invalid_grant"})
		return
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: "1"}}, nil)
	if err != nil {
		http.Error(w, "no signature", http.StatusInternalServerError)
		return
	}
	now := time.Now()
	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: p.issuer, Subject: g.person, Audience: jwt.Audience{"example"},
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Hour)),
	}).Claims(struct {
		Name     string `json:"name"`
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
		Nonce    string `json:"nonce,omitempty"` // only if it was asked for
	}{people[g.person].Name, people[g.person].Email, true, g.nonce}).Serialize()
	if err != nil {
		http.Error(w, "no signature", http.StatusInternalServerError)
		return
	}
	answer(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 3600, "id_token": token})
}
