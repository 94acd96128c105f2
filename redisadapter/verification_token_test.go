package redisadapter_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/redisadapter"
)

// TestSingleUse: of many callers one has the token, by GETDEL, and by a script where
// there is none or a colon makes the key ambiguous.
func TestSingleUse(t *testing.T) {
	without := testdb.PrivateRedis(t, "--rename-command", "GETDEL", "")
	for name, r := range map[string]*rig{
		"GETDEL":         newRig(t),
		"without GETDEL": rigOn(t, without.Client(t), redisadapter.Layout{}),
	} {
		for _, identifier := range []string{"ada@example.com", "urn:ada"} {
			t.Run(name+" "+identifier, func(t *testing.T) {
				for range 20 {
					_, err := r.CreateVerificationToken(r.ctx, &authdb.VerificationToken{Identifier: identifier, Token: "t", Expires: r.now})
					r.ok(err)
					var (
						wait sync.WaitGroup
						won  atomic.Int32
					)
					for range 16 {
						wait.Go(func() {
							_, err := r.UseVerificationToken(r.ctx, identifier, "t")
							switch {
							case err == nil:
								won.Add(1)
							case !errors.Is(err, authdb.ErrNotFound) || errors.Is(err, authdb.ErrExpired):
								t.Error(err)
							}
						})
					}
					wait.Wait()
					if won.Load() != 1 {
						t.Fatalf("%d have it", won.Load())
					}
				}
			})
		}
		r.session("token", "ada")
		r.ok(r.DeleteSession(r.ctx, "token"))
		if r.exists("user:session:token") || r.indexed() != "" {
			t.Errorf("%s: a deleted session is there", name)
		}
	}
}

// TestExpiredToken: it is told apart from one that is unknown, and used up.
func TestExpiredToken(t *testing.T) {
	r := newRig(t)
	_, err := r.CreateVerificationToken(r.ctx, &authdb.VerificationToken{Identifier: "ada", Token: "t", Expires: r.now})
	r.ok(err)
	r.now = r.now.Add(time.Millisecond)
	if _, err := r.UseVerificationToken(r.ctx, "ada", "t"); !errors.Is(err, authdb.ErrExpired) {
		t.Errorf("got %v", err)
	}
	if r.exists("user:token:ada:t") {
		t.Error("it is still there")
	}
}

// TestHashed: nothing that is stored is a token, and hashes are not taken for tokens;
// while Plain is set, what was stored before is accepted.
func TestHashed(t *testing.T) {
	plain := newRig(t)
	plain.session("old-token", "ada")
	_, err := plain.CreateVerificationToken(plain.ctx, &authdb.VerificationToken{Identifier: "ada", Token: "old-token", Expires: plain.now})
	plain.ok(err)
	of := func(h authdb.HashedTokens) *rig {
		r := *plain
		r.Store = redisadapter.NewWithLayout(plain.client, plain.layout, authdb.WithHashedTokens(h))
		plain.ok(r.Validate())
		return &r
	}
	hashed := of(authdb.HashedTokens{})
	session := hashed.session("new-token", "ada")
	_, err = hashed.CreateVerificationToken(plain.ctx, &authdb.VerificationToken{Identifier: "ada", Token: "new-token", Expires: plain.now.Add(time.Hour)})
	plain.ok(err)
	keys, err := plain.client.Keys(plain.ctx, "*"+strings.TrimPrefix(plain.layout.Base, `test[*]\?:`)+"*new-token*").Result()
	if err != nil || len(keys) != 0 {
		t.Errorf("keys with a token: %q, %v", keys, err)
	}
	form := hashed.indexed()[len("old-token "):]
	for _, r := range []*rig{hashed, plain} {
		if _, err := r.GetSession(r.ctx, form); !errors.Is(err, authdb.ErrNotFound) {
			t.Errorf("what is stored is taken for a token: %v", err)
		}
	}
	_, err = plain.CreateSession(plain.ctx, &authdb.Session{SessionToken: form, UserID: "ada", Expires: plain.now})
	_, err2 := plain.CreateVerificationToken(plain.ctx, &authdb.VerificationToken{Identifier: "bob", Token: form, Expires: plain.now})
	if !errors.Is(err, authdb.ErrInvalid) || !errors.Is(err2, authdb.ErrInvalid) {
		t.Errorf("what looks like a hash is stored as a token: %v, %v", err, err2)
	}
	if got, err := hashed.GetSession(plain.ctx, "new-token"); err != nil || got.SessionToken != "new-token" || got.ID != session.ID {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := hashed.GetSession(plain.ctx, "old-token"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("plain: %v", err)
	}
	if got := hashed.list(); got != " " { // two without a token
		t.Errorf("listed: %q", got)
	}
	both := of(authdb.HashedTokens{Plain: true})
	for _, token := range []string{"old-token", "new-token"} {
		if got, err := both.GetSession(plain.ctx, token); err != nil || got.SessionToken != token {
			t.Errorf("%s: %v", token, err)
		}
		if _, err := both.UseVerificationToken(plain.ctx, "ada", token); err != nil && !errors.Is(err, authdb.ErrExpired) {
			t.Errorf("%s: %v", token, err)
		}
	}
	if n, err := hashed.DeleteSessionsByUserID(plain.ctx, "ada", "new-token"); n != 1 || err != nil {
		t.Errorf("%d were removed, %v", n, err)
	}
	plain.ok(hashed.DeleteSessionByID(plain.ctx, "ada", session.ID))
	if got := hashed.indexed(); got != "" {
		t.Errorf("the index has %s", got)
	}
}

// TestUsesAllForms: a token that is stored twice, plain and hashed, is used once.
func TestUsesAllForms(t *testing.T) {
	r := newRig(t)
	token := &authdb.VerificationToken{Identifier: "ada", Token: "t", Expires: r.now.Add(time.Hour)}
	for _, h := range []authdb.HashedTokens{{Plain: true}, {WritePlain: true}} {
		_, err := redisadapter.NewWithLayout(r.client, r.layout, authdb.WithHashedTokens(h)).CreateVerificationToken(r.ctx, token)
		r.ok(err)
	}
	both := redisadapter.NewWithLayout(r.client, r.layout, authdb.WithHashedTokens(authdb.HashedTokens{Plain: true}))
	if _, err := both.UseVerificationToken(r.ctx, "ada", "t"); err != nil {
		t.Error(err)
	}
	if _, err := both.UseVerificationToken(r.ctx, "ada", "t"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("for the second time: %v", err)
	}
}

// TestGetVerificationToken of pairs that are one key: each is found by its own, and
// stays.
func TestGetVerificationToken(t *testing.T) {
	r := newRig(t)
	create := func(identifier, token string) {
		t.Helper()
		_, err := r.CreateVerificationToken(r.ctx, &authdb.VerificationToken{Identifier: identifier, Token: token, Expires: r.now})
		r.ok(err)
	}
	create("a:b", "c") // where the other side would have "a" and "b:c" too
	if _, err := r.GetVerificationToken(r.ctx, "a", "b:c"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("another pair's token: %v", err)
	}
	create("a", "b:c")
	for range 2 {
		for identifier, token := range map[string]string{"a:b": "c", "a": "b:c"} {
			found, err := r.GetVerificationToken(r.ctx, identifier, token)
			r.ok(err)
			if found.Identifier != identifier || found.Token != token || !found.Expires.Equal(r.now) {
				t.Errorf("found %s", found.Identifier)
			}
		}
	}
}
