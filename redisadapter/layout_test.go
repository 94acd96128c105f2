package redisadapter_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/redisadapter"
)

// TestKeys: what is written is what @auth/upstash-redis-adapter writes, and stays as
// long as it may be asked for.
func TestKeys(t *testing.T) {
	r := newRig(t)
	r.now = time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC)
	session, err := r.CreateSession(r.ctx, &authdb.Session{SessionToken: "token", UserID: "ada", Expires: r.now.Add(time.Hour)})
	r.ok(err)
	r.holds("user:session:token", map[string]any{"id": session.ID, "sessionToken": "token", "userId": "ada", "expires": "2026-01-02T04:04:05.006Z"})
	if latest := r.get("user:session:by-user-id:ada"); latest != r.key("user:session:token") {
		t.Errorf("the latest session of the user is %q", latest)
	}
	_, err = r.CreateVerificationToken(r.ctx, &authdb.VerificationToken{Identifier: "ada@example.com", Token: "abc", Expires: r.now.Add(time.Hour)})
	r.ok(err)
	r.holds("user:token:ada@example.com:abc", map[string]any{"identifier": "ada@example.com", "token": "abc", "expires": "2026-01-02T04:04:05.006Z"})
	for _, key := range []string{"user:session:token", "user:session:by-user-id:ada", "user:sessions:ada", "user:token:ada@example.com:abc"} {
		if left := r.left(key); left > 25*time.Hour || left < 25*time.Hour-time.Minute {
			t.Errorf("%s stays for %v, want 25 hours", key, left)
		}
	}
}

// holds compares what a key holds.
func (r *rig) holds(key string, want map[string]any) {
	r.Helper()
	var got map[string]any
	r.ok(json.Unmarshal([]byte(r.get(key)), &got))
	if !reflect.DeepEqual(got, want) {
		r.Errorf("%s holds %v, want %v", key, got, want)
	}
}

// TestLayout: every prefix is where it is said to be.
func TestLayout(t *testing.T) {
	r := rigOn(t, newRig(t).client, redisadapter.Layout{Session: "s:", SessionByUserID: "latest:", VerificationToken: "v:", Sessions: "all:", Grace: time.Minute})
	r.session("token", "ada")
	_, err := r.CreateVerificationToken(r.ctx, &authdb.VerificationToken{Identifier: "i", Token: "t", Expires: r.now})
	r.ok(err)
	for _, key := range []string{"s:token", "latest:ada", "all:ada", "v:i:t"} {
		if left := r.left(key); left == 0 || left > time.Hour+time.Minute {
			t.Errorf("%s stays for %v", key, left)
		}
	}
}

// TestClaimedKeys: a token whose key would be another key of the layout is none.
func TestClaimedKeys(t *testing.T) {
	r := newRig(t)
	r.session("token", "ada")
	_, err := r.CreateSession(r.ctx, &authdb.Session{SessionToken: "by-user-id:bob", UserID: "bob", Expires: r.now})
	if !errors.Is(err, authdb.ErrInvalid) {
		t.Errorf("CreateSession: %v", err)
	}
	if _, err := r.GetSession(r.ctx, "by-user-id:ada"); !errors.Is(err, authdb.ErrNotFound) || errors.Is(err, authdb.ErrExpired) {
		t.Errorf("GetSession: %v", err)
	}
	if _, err := r.UpdateSession(r.ctx, "by-user-id:ada", authdb.SessionPatch{}); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("UpdateSession: %v", err)
	}
	r.ok(r.DeleteSession(r.ctx, "by-user-id:ada"))
	if !r.exists("user:session:by-user-id:ada") {
		t.Error("DeleteSession has removed another key")
	}
}

// TestColons: a colon in an identifier or a token makes no token another's, whoever
// wrote it.
func TestColons(t *testing.T) {
	pairs := [][2]string{{"a:b", "c"}, {"a", "b:c"}, {"a:b:c", "d"}, {"a", "b:c:d"}, {"a:b", "c:d"}}
	r := newRig(t)
	for _, pair := range pairs {
		_, err := r.CreateVerificationToken(r.ctx, &authdb.VerificationToken{Identifier: pair[0], Token: pair[1], Expires: r.now})
		r.ok(err)
	}
	for _, pair := range pairs {
		for range 2 {
			_, err := r.UseVerificationToken(r.ctx, pair[0]+":x", pair[1])
			if !errors.Is(err, authdb.ErrNotFound) {
				t.Errorf("%q: a wrong identifier: %v", pair, err)
			}
		}
		used, err := r.UseVerificationToken(r.ctx, pair[0], pair[1])
		r.ok(err)
		if used.Identifier != pair[0] || used.Token != pair[1] {
			t.Errorf("%q: got %q, %q", pair, used.Identifier, used.Token)
		}
	}

	// The other side's, of which two have one key.
	r.set("user:token:a:b:c", `{"identifier":"a","token":"b:c","expires":"2999-01-01T00:00:00.000Z"}`)
	if _, err := r.UseVerificationToken(r.ctx, "a:b", "c"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("the token of another: %v", err)
	}
	if _, err := r.UseVerificationToken(r.ctx, "a", "b:c"); err != nil {
		t.Errorf("the token of the other side: %v", err)
	}
	if _, err := r.UseVerificationToken(r.ctx, "a", "b:c"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("for the second time: %v", err)
	}
}

// TestValidate: every error names its remedy, and is what all methods return.
func TestValidate(t *testing.T) {
	client := newRig(t).client
	key := authdb.SecretKey{ID: "k", Key: []byte(strings.Repeat("0123456789abcdef", 2))}
	for name, s := range map[string]*redisadapter.Store{
		"New(nil)":            redisadapter.New(nil),
		"WithModels":          redisadapter.New(client, authdb.WithModels(authdb.Models{Session: authdb.Absent})),
		"WithSynchronize":     redisadapter.New(client, authdb.WithSynchronize()),
		"WithForeignKeys":     redisadapter.New(client, authdb.WithForeignKeys()),
		"WithForeignChanges":  redisadapter.New(client, authdb.WithForeignChanges()),
		"WithTokenEncryption": redisadapter.New(client, authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: []authdb.SecretKey{key}})),
		"WithClock":           redisadapter.New(client, authdb.WithClock(nil)),
		"two prefixes":        redisadapter.NewWithLayout(client, redisadapter.Layout{Session: "x:", Sessions: "x:"}),
		"Layout.Grace":        redisadapter.NewWithLayout(client, redisadapter.Layout{Grace: time.Second}),
	} {
		err := s.Validate()
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for method, got := range calls(t, s) {
			if got == nil || got.Error() != err.Error() {
				t.Errorf("%s: %s returns %v", name, method, got)
			}
		}
	}
	if err := redisadapter.New(client).Validate(); err != nil {
		t.Error(err)
	}
}

// calls makes a call of each method, and returns their errors.
func calls(t *testing.T, s *redisadapter.Store) map[string]error {
	t.Helper()
	ctx, errs := t.Context(), map[string]error{}
	session := &authdb.Session{SessionToken: "t", UserID: "u", Expires: time.Now()}
	token := &authdb.VerificationToken{Identifier: "i", Token: "t", Expires: time.Now()}
	_, errs["CreateSession"] = s.CreateSession(ctx, session)
	_, errs["GetSession"] = s.GetSession(ctx, "t")
	_, errs["UpdateSession"] = s.UpdateSession(ctx, "t", authdb.SessionPatch{})
	errs["DeleteSession"] = s.DeleteSession(ctx, "t")
	_, errs["ListSessionsByUserID"] = s.ListSessionsByUserID(ctx, "u")
	_, errs["DeleteSessionsByUserID"] = s.DeleteSessionsByUserID(ctx, "u")
	errs["DeleteSessionByID"] = s.DeleteSessionByID(ctx, "u", "i")
	_, errs["CreateVerificationToken"] = s.CreateVerificationToken(ctx, token)
	_, errs["UseVerificationToken"] = s.UseVerificationToken(ctx, "i", "t")
	_, errs["Adopt"] = s.Adopt(ctx)
	_, errs["DeleteExpired"] = s.DeleteExpired(ctx, 1)
	_, errs["Servers"] = s.Servers(ctx)
	errs["Check"] = s.Check(ctx)
	return errs
}
