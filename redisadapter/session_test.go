package redisadapter_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/authdb/authdb"
)

// TestExpiry: a session has expired by the store's clock, whatever that of Redis
// says, and is gone after the grace.
func TestExpiry(t *testing.T) {
	r := newRig(t)
	r.now = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
	session := r.session("token", "ada")
	r.now = session.Expires
	if _, err := r.GetSession(r.ctx, "token"); err != nil {
		t.Errorf("at the instant of Expires: %v", err)
	}
	r.now = session.Expires.Add(time.Millisecond)
	if _, err := r.GetSession(r.ctx, "token"); !errors.Is(err, authdb.ErrExpired) {
		t.Errorf("a moment later: %v", err)
	}
	_, err := r.UpdateSession(r.ctx, "token", authdb.SessionPatch{Expires: authdb.Set(r.now.Add(time.Hour))})
	if !errors.Is(err, authdb.ErrExpired) {
		t.Errorf("UpdateSession: %v", err)
	}
	r.ok(r.client.PExpire(r.ctx, r.key("user:session:token"), time.Millisecond).Err()) // as if the grace were over
	for start := time.Now(); r.exists("user:session:token") && time.Since(start) < time.Minute; {
		time.Sleep(time.Millisecond)
	}
	if _, err := r.GetSession(r.ctx, "token"); !errors.Is(err, authdb.ErrNotFound) || errors.Is(err, authdb.ErrExpired) {
		t.Errorf("after the grace: %v", err)
	}
}

// TestFarExpires: what a time.Duration can't hold is stored all the same.
func TestFarExpires(t *testing.T) {
	r := newRig(t)
	for _, year := range []int{1000, 1969, 2400, 9999} {
		session := &authdb.Session{SessionToken: "token", UserID: "ada", Expires: time.Date(year, 12, 31, 23, 59, 59, 999999999, time.UTC)}
		got, err := r.CreateSession(r.ctx, session)
		r.ok(err)
		if !got.Expires.Equal(session.Expires.Truncate(time.Millisecond)) {
			t.Errorf("%d: got %v", year, got.Expires)
		}
		left, err := r.client.Do(r.ctx, "PTTL", r.key("user:session:token")).Int64()
		r.ok(err)
		want := max(session.Expires.Unix()-r.now.Unix(), 0) + 24*60*60 // seconds, of which a time.Duration holds too few
		if seconds := left / 1000; seconds > want || seconds < want-60 {
			t.Errorf("%d: stays for %d seconds, want %d", year, seconds, want)
		}
		r.ok(r.DeleteSession(r.ctx, "token"))
	}
}

// TestUpdateKeepsMembers: what Auth.js has added to a session stays, as it was
// written.
func TestUpdateKeepsMembers(t *testing.T) {
	r := newRig(t)
	r.set("user:session:token", `{"sessionToken":"token","userId":"ada","expires":"2999-01-01T00:00:00.000Z","cart":[1.50,{"x":null}],"big":12345678901234567890}`)
	session, err := r.UpdateSession(r.ctx, "token", authdb.SessionPatch{Expires: authdb.Set(r.now.Add(time.Hour))})
	r.ok(err)
	if session.UserID != "ada" || session.SessionToken != "token" || !session.Expires.Equal(r.now.Add(time.Hour)) {
		t.Errorf("got %+v", session)
	}
	value := r.get("user:session:token")
	for _, member := range []string{`"cart":[1.50,{"x":null}]`, `"big":12345678901234567890`, r.now.Add(time.Hour).Format(`"expires":"2006-01-02T15:04:05.000Z"`)} {
		if !strings.Contains(value, member) {
			t.Errorf("%s is not in %s", member, value)
		}
	}
	if left := r.left("user:session:token"); left == 0 || left > 25*time.Hour {
		t.Errorf("it stays for %v", left)
	}
	if r.list() != "token" {
		t.Error("it is not listed")
	}
}

// TestUpdateNeverRevives: of a deletion and updates at the same time, the deletion
// is last.
func TestUpdateNeverRevives(t *testing.T) {
	r := newRig(t)
	for range 50 {
		r.session("token", "ada")
		var wait sync.WaitGroup
		for i := range 4 {
			wait.Go(func() {
				for j := range 5 {
					_, err := r.UpdateSession(r.ctx, "token", authdb.SessionPatch{Expires: authdb.Set(r.now.Add(time.Duration(2+i+10*j) * time.Hour))})
					if err != nil && !errors.Is(err, authdb.ErrNotFound) {
						t.Error(err)
					}
				}
			})
		}
		wait.Go(func() { r.ok(r.DeleteSession(r.ctx, "token")) })
		wait.Wait()
		if r.exists("user:session:token") {
			t.Fatal("a deleted session is there again")
		}
		if got := r.list(); got != "" {
			t.Fatalf("listed: %s", got)
		}
	}
}

// TestUpdatesMeet: updates at the same time all succeed, and each is complete.
func TestUpdatesMeet(t *testing.T) {
	r := newRig(t)
	r.session("token", "ada")
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			if _, err := r.UpdateSession(r.ctx, "token", authdb.SessionPatch{Expires: authdb.Set(r.now.Add(time.Duration(i+1) * time.Hour))}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	// Whoever was last, the index lasts as long as the longest could.
	if left := r.left("user:sessions:ada"); left < 40*time.Hour-time.Minute {
		t.Errorf("the index stays for %v", left)
	}
}

// TestUnreadable: what something else has written is an error that says so without
// quoting it, and does not keep other sessions from being listed or revoked.
func TestUnreadable(t *testing.T) {
	r := newRig(t)
	r.session("good", "ada")
	for _, value := range []string{"", "secret-text", `"secret-text"`, "null", "[]", "{}", `{"userId":"ada"}`, `{"userId":7,"expires":"2999-01-01T00:00:00.000Z"}`, `{"userId":"ada","expires":"secret-text"}`} {
		r.set("user:session:bad", value)
		r.ok(r.client.ZAdd(r.ctx, r.key("user:sessions:ada"), z("bad", 1)).Err())
		_, err := r.GetSession(r.ctx, "bad")
		if !errors.Is(err, authdb.ErrSchema) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", value, err)
		}
		if got := r.list(); got != "good" {
			t.Errorf("%s: listed: %s", value, got)
		}
	}
	r.ok(r.client.Del(r.ctx, r.key("user:session:bad")).Err())
	r.ok(r.client.HSet(r.ctx, r.key("user:session:bad"), "a", "b").Err())
	if _, err := r.GetSession(r.ctx, "bad"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("a hash: %v", err)
	}
}
