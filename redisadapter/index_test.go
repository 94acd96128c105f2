package redisadapter_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/redisadapter"
)

func z(token string, score float64) redis.Z { return redis.Z{Member: token, Score: score} }

// TestIndexHeals: whatever a crash or the other side leaves in the index is gone
// after a look, and what it lacks is there.
func TestIndexHeals(t *testing.T) {
	r := newRig(t)
	r.session("kept", "ada")
	r.session("bobs", "bob")
	index := r.key("user:sessions:ada")
	now := float64(r.now.UnixMilli())
	r.ok(r.client.ZAdd(r.ctx, index,
		z("gone", now+1000),    // removed by the other side
		z("expired", now-1000), // by its TTL
		z("bobs", now+1000),    // somebody else's
		z("crashed", 90e3-now), // begun, and never stored
		z("begun", -now),       // being stored
	).Err())
	r.ok(r.client.Set(r.ctx, r.key("user:session:half"), `{"userId":"ada","sessionToken":"half","expires":"2999-01-01T00:00:00.000Z"}`, time.Hour).Err())
	r.ok(r.client.ZAdd(r.ctx, index, z("half", -now)).Err()) // stored, and not confirmed

	if got := r.list(); got != "half kept" {
		t.Errorf("listed: %s", got)
	}
	if got := r.indexed(); !sameWords(got, "begun half kept") {
		t.Errorf("the index has %s", got)
	}
	if score := r.client.ZScore(r.ctx, index, "half").Val(); score < now {
		t.Errorf("the score of what was not confirmed is %v", score)
	}
	r.now = r.now.Add(2 * time.Minute)
	r.list()
	if got := r.indexed(); !sameWords(got, "half kept") {
		t.Errorf("later the index has %s", got)
	}
}

func sameWords(a, b string) bool {
	count := map[string]int{}
	for _, word := range strings.Fields(a) {
		count[word]++
	}
	for _, word := range strings.Fields(b) {
		count[word]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestRevokeFindsHalfStored: a session whose creation ended before it was confirmed
// is revoked with the others, and one that is being created is not forgotten.
func TestRevokeFindsHalfStored(t *testing.T) {
	r := newRig(t)
	now := float64(r.now.UnixMilli())
	r.session("whole", "ada")
	r.set("user:session:half", `{"userId":"ada","sessionToken":"half","expires":"2999-01-01T00:00:00.000Z"}`)
	r.ok(r.client.ZAdd(r.ctx, r.key("user:sessions:ada"), z("half", -now), z("begun", -now)).Err())
	n, err := r.DeleteSessionsByUserID(r.ctx, "ada")
	r.ok(err)
	if n != 2 || r.exists("user:session:half") || r.exists("user:session:whole") {
		t.Errorf("%d were removed", n)
	}
	// Now the creation goes on, and its session is stored.
	r.set("user:session:begun", `{"userId":"ada","sessionToken":"begun","expires":"2999-01-01T00:00:00.000Z"}`)
	if got := r.list(); got != "begun" {
		t.Errorf("listed: %s", got)
	}
}

// TestRevokeSparesOthers: an entry in the index gives nobody power over another's
// session.
func TestRevokeSparesOthers(t *testing.T) {
	r := newRig(t)
	session := r.session("bobs", "bob")
	r.ok(r.client.ZAdd(r.ctx, r.key("user:sessions:ada"), z("bobs", 1)).Err())
	n, err := r.DeleteSessionsByUserID(r.ctx, "ada")
	r.ok(err)
	r.ok(r.DeleteSessionByID(r.ctx, "ada", session.ID))
	if n != 0 || !r.exists("user:session:bobs") {
		t.Errorf("%d were removed", n)
	}
	r.ok(r.DeleteSessionByID(r.ctx, "bob", session.ID))
	if _, err := r.GetSession(r.ctx, "bobs"); !errors.Is(err, authdb.ErrNotFound) {
		t.Errorf("by its own user: %v", err)
	}
}

// TestIndexIsBounded: an index that nobody reads does not grow, and one without
// sessions is gone.
func TestIndexIsBounded(t *testing.T) {
	r := newRig(t)
	for i := range 200 {
		r.session(fmt.Sprint("token-", i), "ada")
		r.ok(r.client.Del(r.ctx, r.key(fmt.Sprint("user:session:token-", i))).Err()) // as if it had expired
		r.now = r.now.Add(time.Hour)
	}
	if n := r.client.ZCard(r.ctx, r.key("user:sessions:ada")).Val(); n > 30 {
		t.Errorf("the index has %d entries", n)
	}
	r.list()
	r.session("last", "ada")
	r.ok(r.DeleteSession(r.ctx, "last"))
	r.now = r.now.Add(time.Hour)
	r.list()
	if r.exists("user:sessions:ada") {
		t.Errorf("the index has %s", r.indexed())
	}
}

// TestIndexLasts: an index lasts as long as the session that lasts longest.
func TestIndexLasts(t *testing.T) {
	r := newRig(t)
	for i, hours := range []time.Duration{1, 100, 2} {
		_, err := r.CreateSession(r.ctx, &authdb.Session{SessionToken: fmt.Sprint(i), UserID: "ada", Expires: r.now.Add(hours * time.Hour)})
		r.ok(err)
	}
	if left := r.left("user:sessions:ada"); left < 124*time.Hour-time.Minute || left > 124*time.Hour {
		t.Errorf("it stays for %v", left)
	}
	_, err := r.UpdateSession(r.ctx, "0", authdb.SessionPatch{Expires: authdb.Set(r.now.Add(200 * time.Hour))})
	r.ok(err)
	if left := r.left("user:sessions:ada"); left < 224*time.Hour-time.Minute {
		t.Errorf("after an update it stays for %v", left)
	}
}

// TestAdopt: sessions and tokens of the other side are given an end, and sessions a
// place in the index; what can't be read is counted.
func TestAdopt(t *testing.T) {
	r := newRig(t)
	r.session("ours", "ada")
	expires := r.now.Add(time.Hour).Format(`"2006-01-02T15:04:05.000Z"`)
	for i := range 3 {
		token := fmt.Sprint("theirs-", i)
		r.set("user:session:"+token, fmt.Sprintf(`{"sessionToken":%q,"userId":"ada","expires":%s}`, token, expires))
	}
	r.set("user:session:by-user-id:ada", r.key("user:session:theirs-2"))
	r.set("user:token:ada:abc", `{"identifier":"ada","token":"abc","expires":`+expires+`}`)
	r.set("user:session:bad", "bad")
	if got := r.list(); !sameWords(got, "ours theirs-2") {
		t.Errorf("before: %s", got)
	}
	adopted, err := r.Adopt(r.ctx)
	r.ok(err)
	if adopted.Sessions != 3 || adopted.VerificationTokens != 1 || adopted.Unreadable != 1 {
		t.Errorf("adopted: %+v", adopted)
	}
	if got := r.list(); !sameWords(got, "ours theirs-0 theirs-1 theirs-2") {
		t.Errorf("after: %s", got)
	}
	for _, key := range []string{"user:session:theirs-0", "user:token:ada:abc"} {
		if left := r.left(key); left == 0 || left > 25*time.Hour {
			t.Errorf("%s stays for %v", key, left)
		}
	}
	if adopted, err = r.Adopt(r.ctx); err != nil || adopted.Sessions != 0 || adopted.VerificationTokens != 0 {
		t.Errorf("for the second time: %+v, %v", adopted, err)
	}
}

// TestLatestOfTheOtherSide: a session that the other side has created is not lost
// when ours becomes the latest.
func TestLatestOfTheOtherSide(t *testing.T) {
	r := newRig(t)
	r.set("user:session:theirs", `{"sessionToken":"theirs","userId":"ada","expires":"2999-01-01T00:00:00.000Z"}`)
	r.set("user:session:by-user-id:ada", r.key("user:session:theirs"))
	r.session("ours", "ada")
	if got := r.list(); !sameWords(got, "theirs ours") {
		t.Errorf("listed: %s", got)
	}
	n, err := r.DeleteSessionsByUserID(r.ctx, "ada", "ours")
	r.ok(err)
	if n != 1 || r.exists("user:session:theirs") || !r.exists("user:session:ours") {
		t.Errorf("%d were removed", n)
	}
}

// TestListBesideCreation: who looks at a user's sessions while one is removed and
// created again does not take it out of the index.
func TestListBesideCreation(t *testing.T) {
	r := newRig(t)
	s := redisadapter.NewWithLayout(r.client, r.layout)
	stop := make(chan struct{})
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if _, err := s.ListSessionsByUserID(r.ctx, "ada"); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for range 300 {
		r.ok(r.client.Del(r.ctx, r.key("user:session:token")).Err()) // the other side leaves the index alone
		time.Sleep(time.Millisecond)
		_, err := s.CreateSession(r.ctx, &authdb.Session{SessionToken: "token", UserID: "ada", Expires: time.Now().Add(time.Hour)})
		r.ok(err)
		if got := r.indexed(); got != "token" {
			t.Fatalf("the index has %q", got)
		}
	}
	close(stop)
	wait.Wait()
}

// TestDeleteExpired: what the other side has written goes too, with its place in the
// index, and nothing else.
func TestDeleteExpired(t *testing.T) {
	r := newRig(t)
	r.session("kept", "ada")
	for i := range 3 {
		r.set(fmt.Sprint("user:session:old-", i), `{"sessionToken":"old","userId":"ada","expires":"2001-01-01T00:00:00.000Z"}`)
		r.ok(r.client.ZAdd(r.ctx, r.key("user:sessions:ada"), z(fmt.Sprint("old-", i), 1)).Err())
	}
	r.set("user:session:by-user-id:ada", r.key("user:session:old-2"))
	r.set("user:session:bad", "bad")
	r.set("user:token:ada:old", `{"identifier":"ada","token":"old","expires":"2001-01-01T00:00:00.000Z"}`)
	swept, err := r.DeleteExpired(r.ctx, 2)
	r.ok(err)
	if swept.Sessions != 2 || swept.VerificationTokens != 1 {
		t.Errorf("swept: %+v", swept)
	}
	if swept, err = r.DeleteExpired(r.ctx, 2); err != nil || swept.Sessions != 1 || swept.VerificationTokens != 0 {
		t.Errorf("swept: %+v, %v", swept, err)
	}
	if got := r.indexed(); got != "kept" || !r.exists("user:session:kept") || !r.exists("user:session:bad") || !r.exists("user:session:by-user-id:ada") {
		t.Errorf("left in the index: %s", got)
	}
}
