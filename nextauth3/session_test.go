package nextauth3_test

import (
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/nextauth3"
)

const (
	day   = 24 * time.Hour
	milli = time.Millisecond
)

var hex64 = regexp.MustCompile(`^[0-9a-f]{64}$`)

func TestCreateSession(t *testing.T) {
	onEach(t, func(s store) {
		ada := s.ada()
		first, err := s.v3.CreateSession(s.Context(), ada.ID)
		ok(s, err)
		second, err := s.v3.CreateSession(s.Context(), ada.ID)
		ok(s, err)
		seen := map[string]bool{}
		for _, token := range []string{first.SessionToken, first.AccessToken, second.SessionToken, second.AccessToken} {
			if !hex64.MatchString(token) || seen[token] {
				s.Errorf("the token %s is not 32 bytes in hex, or was there before", token)
			}
			seen[token] = true
		}
		if want := s.clock.Now().Add(30 * day); !first.Expires.Equal(want) || first.UserID != ada.ID {
			s.Errorf("got %+v, want Ada's, until %v", first, want)
		}
		found, err := s.v3.GetSession(s.Context(), first.SessionToken)
		ok(s, err)
		if found.AccessToken != first.AccessToken || !found.Expires.Equal(first.Expires) || found.UserID != ada.ID {
			s.Errorf("got %+v, want %+v", found, first)
		}
		hour := s.with(nextauth3.Options{}, nextauth3.AppOptions{Session: nextauth3.SessionOptions{MaxAge: time.Hour}})
		short, err := hour.CreateSession(s.Context(), ada.ID)
		ok(s, err)
		if want := s.clock.Now().Add(time.Hour); !short.Expires.Equal(want) {
			s.Errorf("a session of an hour expires at %v, want %v", short.Expires, want)
		}
		_, err = s.v3.CreateSession(s.Context(), "4711")
		is(s, err, authdb.ErrReference, "CreateSessionError")
		never := s.with(nextauth3.Options{}, nextauth3.AppOptions{Session: nextauth3.SessionOptions{MaxAge: -1}})
		_, err = never.CreateSession(s.Context(), ada.ID)
		is(s, err, authdb.ErrInvalid, "CreateSessionError")
	})
}

func TestGetSession(t *testing.T) {
	onEach(t, func(s store) {
		session, err := s.v3.CreateSession(s.Context(), s.ada().ID)
		ok(s, err)
		for _, token := range []string{"", "unknown", session.AccessToken} {
			_, err = s.v3.GetSession(s.Context(), token)
			is(s, err, authdb.ErrNotFound, "")
			if errors.Is(err, authdb.ErrExpired) {
				s.Error("what is not there has expired")
			}
		}
		s.clock.Set(session.Expires)
		_, err = s.v3.GetSession(s.Context(), session.SessionToken)
		ok(s, err)
		s.clock.Advance(milli)
		none, err := s.v3.GetSession(s.Context(), session.SessionToken)
		is(s, err, authdb.ErrExpired, "")
		if none != nil {
			s.Errorf("got %+v beside the error", none)
		}
		s.clock.Advance(-time.Hour)
		_, err = s.v3.GetSession(s.Context(), session.SessionToken)
		if is(s, err, authdb.ErrNotFound, ""); errors.Is(err, authdb.ErrExpired) {
			s.Error("the expired session was not removed")
		}
	})
}

// TestUpdateSession has the arithmetic: a session that is not due is not saved.
func TestUpdateSession(t *testing.T) {
	ages := func(maxAge, updateAge time.Duration) nextauth3.SessionOptions {
		return nextauth3.SessionOptions{MaxAge: maxAge, UpdateAge: updateAge}
	}
	cases := []struct {
		name    string
		options nextauth3.SessionOptions
		after   time.Duration // since the session was made
		force   bool
		saved   bool
		renewed bool
	}{
		{name: "at once", after: 0},
		{name: "at the moment", after: day},
		{name: "less than a millisecond later", after: day + 999*time.Microsecond},
		{name: "a moment later", after: day + milli, saved: true, renewed: true},
		{name: "at the end", after: 30 * day, saved: true, renewed: true},
		{name: "forced, not due", after: time.Hour, force: true, saved: true},
		{name: "forced, at the moment", after: day, force: true, saved: true},
		{name: "forced, due", after: day + milli, force: true, saved: true, renewed: true},
		{name: "after an hour, at it", options: ages(0, time.Hour), after: time.Hour},
		{name: "after an hour", options: ages(0, time.Hour), after: time.Hour + milli, saved: true, renewed: true},
		{name: "of an hour, at the moment", options: ages(time.Hour, time.Minute), after: time.Minute},
		{name: "of an hour", options: ages(time.Hour, time.Minute), after: time.Minute + milli, saved: true, renewed: true},
		{name: "each time, in the same moment", options: ages(0, -1), after: 0},
		{name: "each time", options: ages(0, -1), after: milli, saved: true, renewed: true},
		{name: "no max age", options: ages(-1, 0), after: 2 * day},
		{name: "no max age, forced", options: ages(-1, 0), after: 2 * day, force: true, saved: true},
	}
	onEach(t, func(s store) {
		ada, start := s.ada(), s.clock.Now()
		for _, c := range cases {
			s.clock.Set(start)
			maker := c.options
			maker.MaxAge = max(maker.MaxAge, 0)
			session, err := s.with(nextauth3.Options{}, nextauth3.AppOptions{Session: maker}).CreateSession(s.Context(), ada.ID)
			ok(s, err)
			passed := *session
			s.clock.Advance(c.after)
			v3 := s.with(nextauth3.Options{}, nextauth3.AppOptions{Session: c.options})
			got, saved, err := v3.UpdateSession(s.Context(), session, c.force)
			ok(s, err)
			want := passed.Expires
			if c.renewed {
				want = s.clock.Now().Add(want.Sub(start))
			}
			if saved != c.saved || !got.Expires.Equal(want) {
				s.Errorf("%s: saved is %v, want %v; Expires is %v, want %v", c.name, saved, c.saved, got.Expires, want)
			}
			if got.AccessToken != passed.AccessToken || got.SessionToken != passed.SessionToken || got.UserID != ada.ID {
				s.Errorf("%s: got %+v", c.name, got)
			}
			if got == session || !session.Expires.Equal(passed.Expires) {
				s.Errorf("%s: the argument was changed, or is the result", c.name)
			}
			stored, err := s.v3.GetSession(s.Context(), session.SessionToken)
			ok(s, err)
			if !stored.Expires.Equal(want) {
				s.Errorf("%s: stored is %v, want %v", c.name, stored.Expires, want)
			}
		}
	})
}

// TestUpdateSessionForced has an expiry of the caller's, and what can't be saved.
func TestUpdateSessionForced(t *testing.T) {
	onEach(t, func(s store) {
		session, err := s.v3.CreateSession(s.Context(), s.ada().ID)
		ok(s, err)
		session.Expires = s.clock.Now().Add(90 * day)
		_, saved, err := s.v3.UpdateSession(s.Context(), session, true)
		stored, found := s.v3.GetSession(s.Context(), session.SessionToken)
		if ok(s, errors.Join(err, found)); !saved || !stored.Expires.Equal(session.Expires) {
			s.Errorf("stored is %v, want %v", stored.Expires, session.Expires)
		}
		never := s.with(nextauth3.Options{}, nextauth3.AppOptions{Session: nextauth3.SessionOptions{MaxAge: -1}})
		session.Expires = s.clock.Now().Add(-90 * day)
		same, saved, err := never.UpdateSession(s.Context(), session, false)
		if ok(s, err); saved || !same.Expires.Equal(session.Expires) {
			s.Errorf("without a max age the session is %+v, saved is %v", same, saved)
		}
		session.Expires = time.Time{}
		same, saved, err = s.v3.UpdateSession(s.Context(), session, false)
		if ok(s, err); saved || !same.Expires.IsZero() {
			s.Errorf("a session without Expires is %+v, saved is %v", same, saved)
		}
		_, saved, err = s.v3.UpdateSession(s.Context(), session, true)
		if is(s, err, authdb.ErrInvalid, "UpdateSessionError"); saved {
			s.Error("saved, and an error")
		}
		_, _, err = s.v3.UpdateSession(s.Context(), nil, false)
		is(s, err, authdb.ErrInvalid, "UpdateSessionError")

		ok(s, s.v3.DeleteSession(s.Context(), session.SessionToken)) // signed out, meanwhile
		s.clock.Advance(2 * day)
		stored.Expires = s.clock.Now()
		none, saved, err := s.v3.UpdateSession(s.Context(), stored, false)
		if is(s, err, authdb.ErrNotFound, ""); saved || none != nil {
			s.Errorf("got %+v and %v beside the error", none, saved)
		}
		_, err = s.v3.GetSession(s.Context(), session.SessionToken)
		is(s, err, authdb.ErrNotFound, "")
	})
}

// TestOrphan has a session whose user was deleted behind everybody's back: it is
// not found, and not removed either, since it may be soft-deletion.
func TestOrphan(t *testing.T) {
	onEach(t, func(s store) {
		gorm, is3 := s.adapter.(*gormadapter.Adapter)
		if !is3 || !s.ofNextAuth3 {
			return
		}
		ada := s.ada()
		session, err := s.v3.CreateSession(s.Context(), ada.ID)
		ok(s, err)
		db := gorm.DB(s.Context())
		ok(s, db.Exec("DELETE FROM users").Error)
		_, err = s.v3.GetSession(s.Context(), session.SessionToken)
		is(s, err, authdb.ErrNotFound, "")
		var left int64
		if ok(s, db.Table("sessions").Count(&left).Error); left != 1 {
			s.Errorf("%d sessions are left, want 1", left)
		}
	})
}

func TestDeleteSession(t *testing.T) {
	onEach(t, func(s store) {
		ada := s.ada()
		session, err := s.v3.CreateSession(s.Context(), ada.ID)
		ok(s, err)
		other, err := s.v3.CreateSession(s.Context(), ada.ID)
		ok(s, err)
		for _, token := range []string{"", "unknown", session.SessionToken, session.SessionToken} {
			ok(s, s.v3.DeleteSession(s.Context(), token))
		}
		_, err = s.v3.GetSession(s.Context(), session.SessionToken)
		is(s, err, authdb.ErrNotFound, "")
		_, err = s.v3.GetSession(s.Context(), other.SessionToken)
		ok(s, err)
	})
}

// TestAccessToken has the three places of the access token.
func TestAccessToken(t *testing.T) {
	onEach(t, func(s store) {
		session, err := s.v3.CreateSession(s.Context(), s.ada().ID)
		ok(s, err)
		other, err := nextauth3.New(s.adapter, nextauth3.Options{Clock: s.clock.Now}).
			GetAdapter(s.Context(), nextauth3.AppOptions{Secret: "another secret"})
		ok(s, err)
		found, err := other.GetSession(s.Context(), session.SessionToken)
		ok(s, err)
		_, stored := session.Extra["AccessToken"]
		if stored != s.ofNextAuth3 {
			s.Errorf("stored is %v, want %v", stored, s.ofNextAuth3)
		}
		if stored && session.AccessToken != session.Extra["AccessToken"] {
			s.Error("the access token is not the one that is stored")
		}
		if stored != (found.AccessToken == session.AccessToken) {
			s.Errorf("stored is %v, and under another secret the access token %s became %s", stored, session.AccessToken, found.AccessToken)
		}
	})

	memory := adaptertest.NewMemory()
	memory.Columns = map[string]map[string]any{"Session": {"Shown": ""}}
	v3, err := nextauth3.New(memory, nextauth3.Options{AccessTokenField: "Shown"}).GetAdapter(t.Context(), nextauth3.AppOptions{Secret: secret})
	ok(t, err)
	user, err := v3.CreateUser(t.Context(), &authdb.User{})
	ok(t, err)
	session, err := v3.CreateSession(t.Context(), user.ID)
	ok(t, err)
	if shown := session.Extra["Shown"]; session.AccessToken != shown || !hex64.MatchString(session.AccessToken) {
		t.Errorf("the access token is %s, want what is stored: %v", session.AccessToken, shown)
	}
	memory.Columns = nil
	_, err = v3.CreateSession(t.Context(), user.ID)
	is(t, err, authdb.ErrInvalid, "CreateSessionError")
}
