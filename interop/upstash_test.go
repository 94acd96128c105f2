package interop_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/redisadapter"
)

// TestUpstash has @auth/upstash-redis-adapter and redisadapter share one Redis: what
// the one writes the other reads.
func TestUpstash(t *testing.T) {
	node := testdb.Node(t, ".")
	if _, err := os.Stat(filepath.Join("node_modules", "@auth", "upstash-redis-adapter")); err != nil {
		t.Fatalf("run scripts/interop: %v", err)
	}
	client := testdb.SharedRedis(t).Client(t)
	server := httptest.NewServer(upstash{client})
	defer server.Close()
	base := "test:" + uuid.NewString() + ":"
	where, err := json.Marshal(object{"url": server.URL, "token": "any", "baseKeyPrefix": base})
	if err != nil {
		t.Fatal(err)
	}
	u := &sharing{
		T: t, js: start(t, node, "upstash", "redis", string(where), "Asia/Kolkata"),
		Store: redisadapter.NewWithLayout(client, redisadapter.Layout{Base: base}), client: client, base: base,
		now: time.Now().UTC().Truncate(time.Millisecond),
	}
	user, ok := u.ask("createUser", object{"name": "Ada", "email": "ada@example.com", "emailVerified": nil}).(object)
	if !ok {
		t.Fatal("createUser returned no user")
	}
	u.userID, _ = user["id"].(string)
	for _, c := range []struct {
		name string
		run  func(*sharing)
	}{
		{"a session of JavaScript's", jsSession},
		{"a session of Go's", goSession},
		{"tokens", sharedTokens},
		{"a session that both change", bothChange},
		{"deleting the user in JavaScript", jsDeletesUser},
	} {
		t.Run(c.name, func(t *testing.T) {
			each := *u
			each.T = t
			c.run(&each)
		})
	}
}

// sharing is a Redis that both sides have.
type sharing struct {
	*testing.T
	*redisadapter.Store
	js     *peer
	client *redis.Client
	base   string
	userID string
	now    time.Time
}

func (u *sharing) ask(method string, args ...any) any {
	u.Helper()
	result, err := u.js.call(method, args...)
	if err != nil {
		u.Fatalf("JavaScript: %s: %v", method, err)
	}
	return result
}

func (u *sharing) ok(err error) {
	u.Helper()
	if err != nil {
		u.Fatal(err)
	}
}

// sees returns the session as JavaScript sees it, or nil.
func (u *sharing) sees(token string) any {
	u.Helper()
	found, ok := u.ask("getSessionAndUser", token).(object)
	if !ok {
		return nil
	}
	if user, ok := found["user"].(object); !ok || user["id"] != u.userID {
		u.Errorf("JavaScript: the user is %v", found["user"])
	}
	return found["session"]
}

// lists returns the tokens of the user's sessions.
func (u *sharing) lists() map[string]bool {
	u.Helper()
	sessions, err := u.ListSessionsByUserID(u.Context(), u.userID)
	u.ok(err)
	tokens := map[string]bool{}
	for _, s := range sessions {
		tokens[s.SessionToken] = true
	}
	return tokens
}

func jsSession(u *sharing) {
	ctx, expires := u.Context(), u.now.Add(time.Hour)
	u.ask("createSession", object{"sessionToken": "js", "userId": u.userID, "expires": encode(expires)})
	session, err := u.GetSession(ctx, "js")
	u.ok(err)
	if want := (&authdb.Session{SessionToken: "js", UserID: u.userID, Expires: expires}); !reflect.DeepEqual(session, want) {
		u.Errorf("got %+v, want %+v", session, want)
	}
	if !u.lists()["js"] {
		u.Error("it is not listed")
	}
	later := expires.Add(time.Hour)
	_, err = u.UpdateSession(ctx, "js", authdb.SessionPatch{Expires: authdb.Set(later)})
	u.ok(err)
	if got := u.sees("js"); !reflect.DeepEqual(got, object{"sessionToken": "js", "userId": u.userID, "expires": date{later}}) {
		u.Errorf("JavaScript sees %v", got)
	}
	n, err := u.DeleteSessionsByUserID(ctx, u.userID)
	if err != nil || n != 1 || u.sees("js") != nil {
		u.Errorf("%d were removed, %v", n, err)
	}
}

func goSession(u *sharing) {
	ctx, expires := u.Context(), u.now.Add(time.Hour)
	created, err := u.CreateSession(ctx, &authdb.Session{SessionToken: "go <&> Ünï😀", UserID: u.userID, Expires: expires})
	u.ok(err)
	token := created.SessionToken
	if got := u.sees(token); !reflect.DeepEqual(got, object{"id": created.ID, "sessionToken": token, "userId": u.userID, "expires": date{expires}}) {
		u.Errorf("JavaScript sees %v", got)
	}
	later := expires.Add(time.Hour)
	u.ask("updateSession", object{"sessionToken": token, "expires": encode(later)})
	got, err := u.GetSession(ctx, token)
	if err != nil || !got.Expires.Equal(later) || got.ID != created.ID {
		u.Errorf("after JavaScript's update: %+v, %v", got, err)
	}
	u.ask("deleteSession", token)
	if _, err := u.GetSession(ctx, token); !errors.Is(err, authdb.ErrNotFound) {
		u.Errorf("after JavaScript's deletion: %v", err)
	}
	if len(u.lists()) != 0 {
		u.Error("it is still listed")
	}
}

func sharedTokens(u *sharing) {
	ctx, expires := u.Context(), u.now.Add(time.Hour)
	for _, identifier := range []string{"ada@example.com", "urn:ada"} {
		key := object{"identifier": identifier, "token": "0123abc"}
		u.ask("createVerificationToken", object{"identifier": identifier, "token": "0123abc", "expires": encode(expires)})
		used, err := u.UseVerificationToken(ctx, identifier, "0123abc")
		if want := (&authdb.VerificationToken{Identifier: identifier, Token: "0123abc", Expires: expires}); err != nil || !reflect.DeepEqual(used, want) {
			u.Errorf("got %+v, %v, want %+v", used, err, want)
		}
		if got := u.ask("useVerificationToken", key); got != nil {
			u.Errorf("JavaScript uses it again: %v", got)
		}
		_, err = u.CreateVerificationToken(ctx, used)
		u.ok(err)
		if got := u.ask("useVerificationToken", key); !reflect.DeepEqual(got, object{"identifier": identifier, "token": "0123abc", "expires": date{expires}}) {
			u.Errorf("JavaScript gets %v", got)
		}
		if _, err := u.UseVerificationToken(ctx, identifier, "0123abc"); !errors.Is(err, authdb.ErrNotFound) {
			u.Errorf("Go uses it again: %v", err)
		}
	}
}

// bothChange keeps what an application of Auth.js's has added to its session.
func bothChange(u *sharing) {
	ctx, expires := u.Context(), u.now.Add(time.Hour)
	u.ask("createSession", object{"sessionToken": "both", "userId": u.userID, "expires": encode(expires), "cart": []any{1.5, "x", nil}})
	for i := range 3 {
		expires = expires.Add(time.Hour)
		if i%2 == 0 {
			_, err := u.UpdateSession(ctx, "both", authdb.SessionPatch{Expires: authdb.Set(expires)})
			u.ok(err)
		} else {
			u.ask("updateSession", object{"sessionToken": "both", "expires": encode(expires)})
		}
	}
	if got := u.sees("both"); !reflect.DeepEqual(got, object{"sessionToken": "both", "userId": u.userID, "expires": date{expires}, "cart": []any{1.5, "x", nil}}) {
		u.Errorf("JavaScript sees %v", got)
	}
	// JavaScript gives it no end, and knows no other as soon as there is a later one.
	u.ask("updateSession", object{"sessionToken": "both", "expires": encode(expires)})
	u.ask("createSession", object{"sessionToken": "latest", "userId": u.userID, "expires": encode(expires)})
	if left := u.client.PTTL(ctx, u.base+"user:session:both").Val(); left != -1 {
		u.Errorf("JavaScript gives it %v", left)
	}
	if adopted, err := u.Adopt(ctx); err != nil || adopted.Sessions != 2 {
		u.Errorf("adopted: %+v, %v", adopted, err)
	}
	if left := u.client.PTTL(ctx, u.base+"user:session:both").Val(); left <= 0 {
		u.Errorf("it has %v", left)
	}
	if got := u.lists(); len(got) != 2 || !got["both"] || !got["latest"] {
		u.Errorf("listed: %v", got)
	}
	if n, err := u.DeleteSessionsByUserID(ctx, u.userID); n != 2 || err != nil {
		u.Errorf("%d were removed, %v", n, err)
	}
}

// jsDeletesUser: JavaScript removes the latest session, and the others are found by
// the index.
func jsDeletesUser(u *sharing) {
	ctx := u.Context()
	for _, token := range []string{"one", "two"} {
		_, err := u.CreateSession(ctx, &authdb.Session{SessionToken: token, UserID: u.userID, Expires: u.now.Add(time.Hour)})
		u.ok(err)
	}
	u.ask("deleteUser", u.userID)
	if _, err := u.GetSession(ctx, "two"); !errors.Is(err, authdb.ErrNotFound) {
		u.Errorf("the latest: %v", err)
	}
	if got := u.lists(); len(got) != 1 || !got["one"] {
		u.Errorf("listed: %v", got)
	}
}

// upstash is Upstash's protocol in front of Redis: a command, or several, as JSON.
type upstash struct{ client *redis.Client }

func (u upstash) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	encoded := r.Header.Get("Upstash-Encoding") == "base64"
	var body json.RawMessage
	err := json.NewDecoder(r.Body).Decode(&body)
	var answer any
	if r.URL.Path == "/pipeline" {
		var commands [][]any
		err = errors.Join(err, json.Unmarshal(body, &commands))
		answers := make([]any, len(commands))
		for i, command := range commands {
			answers[i] = u.do(r, command, encoded)
		}
		answer = answers
	} else {
		var command []any
		err = errors.Join(err, json.Unmarshal(body, &command))
		answer = u.do(r, command, encoded)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (u upstash) do(r *http.Request, command []any, encoded bool) object {
	result, err := u.client.Do(r.Context(), command...).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return object{"error": err.Error()}
	}
	if text, ok := result.(string); ok && encoded && text != "OK" {
		result = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return object{"result": result}
}
