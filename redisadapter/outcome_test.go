package redisadapter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/redisadapter"
)

// TestLostAnswer: a token whose use was answered into the void is unknown, and never
// "not there"; it is asked for once.
func TestLostAnswer(t *testing.T) {
	client, line := newLine(t)
	for _, x := range []struct {
		name, identifier, words string
		deliver                 bool
	}{
		{"GETDEL, carried out", "ada", "getdel", true},
		{"GETDEL, not carried out", "ada", "getdel", false},
		{"script, carried out", "a:da", "eval", true},
		{"script, not carried out", "a:da", "eval", false},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := rigOn(t, client, redisadapter.Layout{})
			_, err := r.CreateVerificationToken(r.ctx, &authdb.VerificationToken{Identifier: x.identifier, Token: "secret-token", Expires: r.now.Add(time.Hour)})
			r.ok(err)
			line.cut(x.words, x.deliver)
			_, err = r.UseVerificationToken(r.ctx, x.identifier, "secret-token")
			if !errors.Is(err, authdb.ErrUnknownOutcome) || errors.Is(err, authdb.ErrNotFound) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v", err)
			}
			if n := line.times(); n != 1 {
				t.Errorf("it was sent %d times", n)
			}
			if there := r.exists("user:token:" + x.identifier + ":secret-token"); there == x.deliver {
				t.Errorf("the token is there: %v", there)
			}
		})
	}
}

// TestLostAnswer_Create: what may have been stored is unknown, and never a duplicate
// of itself.
func TestLostAnswer_Create(t *testing.T) {
	client, line := newLine(t)
	r := rigOn(t, client, redisadapter.Layout{})
	for _, deliver := range []bool{true, false} {
		line.cut("\r\nset\r\n", deliver)
		_, err := r.CreateSession(r.ctx, &authdb.Session{SessionToken: "token", UserID: "ada", Expires: r.now.Add(time.Hour)})
		if !errors.Is(err, authdb.ErrUnknownOutcome) || errors.Is(err, authdb.ErrDuplicate) {
			t.Errorf("CreateSession: %v", err)
		}
		if there := r.exists("user:session:token"); there != deliver {
			t.Fatalf("the session is there: %v", there)
		}
		// Then it is revoked with all others.
		if n, err := r.DeleteSessionsByUserID(r.ctx, "ada"); err != nil || n == 1 != deliver {
			t.Errorf("%d were removed, %v", n, err)
		}
		line.cut("\r\nset\r\n", deliver)
		_, err = r.CreateVerificationToken(r.ctx, &authdb.VerificationToken{Identifier: "ada", Token: "token", Expires: r.now.Add(time.Hour)})
		if !errors.Is(err, authdb.ErrUnknownOutcome) {
			t.Errorf("CreateVerificationToken: %v", err)
		}
		r.ok(r.client.Del(r.ctx, r.key("user:token:ada:token")).Err())
	}
}

// TestLostAnswer_Again: what may be done twice is, and nobody notices.
func TestLostAnswer_Again(t *testing.T) {
	client, line := newLine(t)
	r := rigOn(t, client, redisadapter.Layout{})
	later := r.now.Add(2 * time.Hour)
	for _, deliver := range []bool{true, false} {
		r.session("token", "ada")
		line.cut("get', keys[1]) ~=", deliver) // the script of updates
		session, err := r.UpdateSession(r.ctx, "token", authdb.SessionPatch{Expires: authdb.Set(later)})
		if err != nil || !session.Expires.Equal(later) || line.times() < 2 {
			t.Errorf("UpdateSession: %v, %v, sent %d times", session, err, line.times())
		}
		line.cut("getdel", deliver)
		r.ok(r.DeleteSession(r.ctx, "token"))
		if r.exists("user:session:token") || r.list() != "" {
			t.Error("it is there after DeleteSession")
		}
		r.session("token", "ada")
		line.cut("session.userid", deliver) // the script of revocation
		if _, err := r.DeleteSessionsByUserID(r.ctx, "ada"); err != nil || r.exists("user:session:token") {
			t.Errorf("it is there after DeleteSessionsByUserID: %v", err)
		}
	}
}

// TestNobodyThere: without a server nothing was done, which is no unknown outcome,
// and errors say no more than they should.
func TestNobodyThere(t *testing.T) {
	server := testdb.PrivateRedis(t)
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options.DialerRetries = 1
	client := redis.NewClient(options)
	defer client.Close()
	r := rigOn(t, client, redisadapter.Layout{})
	r.session("secret-token", "secret-user")
	server.Kill()
	for method, err := range calls(t, r.Store) {
		if err == nil || errors.Is(err, authdb.ErrUnknownOutcome) || errors.Is(err, authdb.ErrNotFound) || !strings.Contains(err.Error(), "no connection to Redis") {
			t.Errorf("%s: %v", method, err)
		}
	}
	server.Start()
	_, err = r.GetSession(r.ctx, "secret-token")
	for start := time.Now(); err != nil && time.Since(start) < time.Minute; time.Sleep(100 * time.Millisecond) {
		_, err = r.GetSession(r.ctx, "secret-token") // the client looks for the server once in a second
	}
	r.ok(err)
}

// TestDeadline: a deadline that ends a call is the context's error, and an unknown
// outcome too where the server may still do the work.
func TestDeadline(t *testing.T) {
	server := testdb.PrivateRedis(t)
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options.ContextTimeoutEnabled = true
	client := redis.NewClient(options)
	defer client.Close()
	r := rigOn(t, client, redisadapter.Layout{})
	r.session("token", "ada")
	r.ok(server.Client(t).Do(r.ctx, "CLIENT", "PAUSE", "60000", "ALL").Err())
	for _, unknown := range []bool{false, true} {
		ctx, cancel := context.WithTimeout(r.ctx, 100*time.Millisecond)
		defer cancel()
		var err error
		if unknown {
			_, err = r.UseVerificationToken(ctx, "ada", "token")
		} else {
			_, err = r.GetSession(ctx, "token")
		}
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, authdb.ErrUnknownOutcome) != unknown {
			t.Errorf("want unknown outcome %v, got %v", unknown, err)
		}
	}
}

// TestRefusals: an error of the server is named by its code alone, and a context that
// is done returns its own.
func TestRefusals(t *testing.T) {
	server := testdb.PrivateRedis(t)
	r := rigOn(t, server.Client(t), redisadapter.Layout{})
	admin := server.Client(t)
	r.ok(admin.Do(r.ctx, "ACL", "SETUSER", "limited", "on", "nopass", "~*", "-@all").Err())
	limited := redis.NewClient(&redis.Options{Addr: server.Addr, Username: "limited", Password: "x"})
	defer limited.Close()
	s := redisadapter.New(limited)
	for method, err := range calls(t, s) {
		if err == nil || !strings.HasSuffix(err.Error(), "NOPERM") || errors.Is(err, authdb.ErrUnknownOutcome) {
			t.Errorf("%s: %v", method, err)
		}
		var cause redis.Error
		if !errors.As(err, &cause) {
			t.Errorf("%s: Unwrap reveals no cause", method)
		}
	}
	ctx, cancel := context.WithCancel(r.ctx)
	cancel()
	_, notAsked := r.GetSession(ctx, "") // for which Redis is not asked
	for _, err := range []error{
		r.DeleteSession(ctx, "t"), r.DeleteSessionByID(ctx, "u", "i"), r.Check(ctx), notAsked,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	r.ok(r.client.Close())
	if _, err := r.GetSession(r.ctx, "t"); err == nil || !strings.Contains(err.Error(), "the client is closed") {
		t.Errorf("a closed client: %v", err)
	}
}
