package nextauth3_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/nextauth3"
)

const (
	mail = "ada@example.com"
	link = "https://app.example.com/api/auth/callback/email?email=ada%40example.com&token=plain"
)

// post is a provider that keeps what it is to send.
type post struct {
	nextauth3.Provider
	sent []nextauth3.VerificationRequest
}

func newPost(maxAge time.Duration) *post {
	p := &post{Provider: nextauth3.Provider{ID: "email", MaxAge: maxAge}}
	p.SendVerificationRequest = func(_ context.Context, request nextauth3.VerificationRequest) error {
		p.sent = append(p.sent, request)
		return nil
	}
	return p
}

// asks makes a verification request.
func (s store) asks(token string, provider *nextauth3.Provider) {
	s.Helper()
	ok(s, s.v3.CreateVerificationRequest(s.Context(), mail, link, token, provider))
}

func TestCreateVerificationRequest(t *testing.T) {
	onEach(t, func(s store) {
		p := newPost(0)
		v3 := s.with(nextauth3.Options{}, nextauth3.AppOptions{BaseURL: "https://app.example.com"})
		ok(s, v3.CreateVerificationRequest(s.Context(), mail, link, "plain", &p.Provider))
		want := nextauth3.VerificationRequest{
			Identifier: mail, URL: link, Token: "plain", BaseURL: "https://app.example.com", Provider: &p.Provider,
		}
		if len(p.sent) != 1 || p.sent[0] != want {
			s.Errorf("sent is %+v, want %+v", p.sent, want)
		}
		sum := sha256.Sum256([]byte("plain" + secret))
		stored, err := s.adapter.UseVerificationToken(s.Context(), mail, hex.EncodeToString(sum[:]))
		ok(s, err)
		if want := s.clock.Now().Add(day); !stored.Expires.Equal(want) {
			s.Errorf("it expires at %v, want %v", stored.Expires, want)
		}

		s.asks("short", &newPost(10*time.Minute).Provider)
		short, err := s.v3.GetVerificationRequest(s.Context(), mail, "short")
		ok(s, err)
		if want := s.clock.Now().Add(10 * time.Minute); !short.Expires.Equal(want) {
			s.Errorf("it expires at %v, want %v", short.Expires, want)
		}

		again := newPost(0)
		err = s.v3.CreateVerificationRequest(s.Context(), mail, link, "short", &again.Provider)
		if is(s, err, authdb.ErrDuplicate, "CreateVerificationRequestError"); len(again.sent) > 0 {
			s.Error("sent, and not stored")
		}
		err = s.v3.CreateVerificationRequest(s.Context(), mail, link, "never", &newPost(-1).Provider)
		is(s, err, authdb.ErrInvalid, "CreateVerificationRequestError")
	})
}

// TestSendVerificationRequest: it is called when the row is there, and its failure
// leaves the row.
func TestSendVerificationRequest(t *testing.T) {
	onEach(t, func(s store) {
		failure := fmt.Errorf("550 no such user: %s: %w", mail, authdb.ErrNotFound)
		p := &nextauth3.Provider{ID: "email", SendVerificationRequest: func(ctx context.Context, r nextauth3.VerificationRequest) error {
			if _, err := s.v3.GetVerificationRequest(ctx, r.Identifier, r.Token); err != nil {
				s.Errorf("sent before it was stored: %v", err)
			}
			return failure
		}}
		err := s.v3.CreateVerificationRequest(s.Context(), mail, link, "plain", p)
		is(s, err, failure, "CreateVerificationRequestError")
		if want := "nextauth3: CreateVerificationRequestError: SendVerificationRequest returned *fmt.wrapError"; err.Error() != want {
			s.Errorf("the error is %q, want %q", err, want)
		}
		_, err = s.v3.GetVerificationRequest(s.Context(), mail, "plain")
		ok(s, err)

		for _, p := range []*nextauth3.Provider{nil, {ID: "email"}} {
			err = s.v3.CreateVerificationRequest(s.Context(), mail, link, "other", p)
			is(s, err, authdb.ErrInvalid, "CreateVerificationRequestError")
		}
		_, err = s.v3.GetVerificationRequest(s.Context(), mail, "other")
		is(s, err, authdb.ErrNotFound, "")
	})
}

func TestGetVerificationRequest(t *testing.T) {
	onEach(t, func(s store) {
		s.asks("plain", &newPost(0).Provider)
		s.asks("other", &newPost(0).Provider)
		sum := sha256.Sum256([]byte("plain" + secret))
		var request *authdb.VerificationToken
		for range 2 { // it stays
			var err error
			request, err = s.v3.GetVerificationRequest(s.Context(), mail, "plain")
			ok(s, err)
			if request.Identifier != mail || request.Token != hex.EncodeToString(sum[:]) {
				s.Errorf("got %+v", request)
			}
		}
		misses := func(identifier, token string) {
			s.Helper()
			_, err := s.v3.GetVerificationRequest(s.Context(), identifier, token)
			if is(s, err, authdb.ErrNotFound, ""); errors.Is(err, authdb.ErrExpired) {
				s.Error("what is not there has expired")
			}
		}
		misses("bob@example.com", "plain")
		misses(mail, "unknown")
		misses(mail, request.Token)

		s.clock.Set(request.Expires)
		_, err := s.v3.GetVerificationRequest(s.Context(), mail, "plain")
		ok(s, err)
		s.clock.Advance(milli)
		_, err = s.v3.GetVerificationRequest(s.Context(), mail, "plain")
		is(s, err, authdb.ErrExpired, "")
		s.clock.Advance(-time.Hour)
		misses(mail, "plain") // it was removed
		_, err = s.v3.GetVerificationRequest(s.Context(), mail, "other")
		ok(s, err)
	})
}

func TestDeleteVerificationRequest(t *testing.T) {
	onEach(t, func(s store) {
		s.asks("plain", &newPost(0).Provider)
		s.asks("other", &newPost(0).Provider)
		ok(s, s.v3.DeleteVerificationRequest(s.Context(), "bob@example.com", "plain"))
		_, err := s.v3.GetVerificationRequest(s.Context(), mail, "plain")
		ok(s, err)
		for range 2 {
			ok(s, s.v3.DeleteVerificationRequest(s.Context(), mail, "plain"))
			_, err = s.v3.GetVerificationRequest(s.Context(), mail, "plain")
			is(s, err, authdb.ErrNotFound, "")
		}
		_, err = s.v3.GetVerificationRequest(s.Context(), mail, "other")
		ok(s, err)
		s.clock.Advance(2 * day)
		ok(s, s.v3.DeleteVerificationRequest(s.Context(), mail, "other")) // expired
		is(s, s.v3.DeleteVerificationRequest(canceled(s), mail, "other"), context.Canceled, "DeleteVerificationRequestError")
	})
}

func TestUseVerificationRequest(t *testing.T) {
	onEach(t, func(s store) {
		s.asks("plain", &newPost(0).Provider)
		var winners atomic.Int64
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				_, err := s.v3.UseVerificationRequest(s.Context(), mail, "plain")
				switch {
				case err == nil:
					winners.Add(1)
				case !errors.Is(err, authdb.ErrNotFound):
					s.Error(err)
				}
			})
		}
		if all.Wait(); winners.Load() != 1 {
			s.Errorf("%d callers got the request, want one", winners.Load())
		}
		_, err := s.v3.UseVerificationRequest(s.Context(), mail, "plain")
		is(s, err, authdb.ErrNotFound, "")
	})
}

// TestWithoutReader has an adapter that can't look at a token.
func TestWithoutReader(t *testing.T) {
	onEach(t, func(s store) {
		s.asks("plain", &newPost(0).Provider)
		v3, err := nextauth3.New(plain{s.adapter}, nextauth3.Options{}).GetAdapter(s.Context(), nextauth3.AppOptions{Secret: secret})
		ok(s, err)
		_, err = v3.GetVerificationRequest(s.Context(), mail, "plain")
		is(s, err, errors.ErrUnsupported, "GetVerificationRequestError")
		_, err = v3.UseVerificationRequest(s.Context(), mail, "plain")
		ok(s, err)
	})
}
