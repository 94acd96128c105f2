package adaptertest

import (
	"time"

	"github.com/authdb/authdb"
)

// sameToken is an edit that gives a session the token of another.
func sameToken(other *authdb.Session) func(*authdb.Session) {
	return func(s *authdb.Session) { s.SessionToken = other.SessionToken }
}

var sessionRules = group("SessionStore", hasSessions, []rule{
	{name: "CreateSession stores the session and returns it as stored", check: func(r *rig) {
		want := r.newSession(r.addUser().ID)
		got, err := r.CreateSession(r.ctx, want)
		r.ok(err, "CreateSession")
		r.sameSession(got, want, "CreateSession")
		r.sessionIs(got, "after CreateSession")
	}},
	{name: "A user may have several sessions", check: func(r *rig) {
		user := r.addUser()
		one, two := r.addSession(user.ID), r.addSession(user.ID)
		if one.ID == two.ID && one.ID != "" {
			r.Errorf("CreateSession: two sessions have the ID %q", one.ID)
		}
		r.sessionIs(one, "the first")
		r.sessionIs(two, "the second")
	}},
	{name: "The Expires of a new session may lie in the past", check: func(r *rig) {
		want := r.newSession(r.addUser().ID, expires(r.past()))
		got, err := r.CreateSession(r.ctx, want)
		r.ok(err, "CreateSession of an expired session")
		r.sameSession(got, want, "CreateSession of an expired session")
	}},
	{name: "CreateSession returns ErrDuplicate if the token is taken", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		session := r.addSession(ada.ID)
		_, err := r.CreateSession(r.ctx, r.newSession(bob.ID, sameToken(session)))
		r.is(err, authdb.ErrDuplicate, "CreateSession with the token of another session")
		r.sessionIs(session, "after the refusal")
	}},
	{name: "CreateSession returns ErrReference if there is no such user", check: func(r *rig) {
		session := r.newSession(r.unknownID())
		_, err := r.CreateSession(r.ctx, session)
		r.is(err, authdb.ErrReference, "CreateSession for an unknown user")
		_, _, err = r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.absent(err, "GetSessionAndUser after the refusal")
		_, err = r.CreateSession(r.ctx, r.newSession(r.addUser().ID, sameToken(session)))
		r.ok(err, "CreateSession with the same token after the refusal")
	}},
	{name: "GetSessionAndUser returns the session and its user", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		want := r.addSession(ada.ID)
		r.addSession(bob.ID)
		session, user, err := r.GetSessionAndUser(r.ctx, want.SessionToken)
		r.ok(err, "GetSessionAndUser")
		r.sameSession(session, want, "GetSessionAndUser")
		r.sameUser(user, ada, "GetSessionAndUser")
	}},
	{name: "GetSessionAndUser returns neither and ErrNotFound for an unknown token", check: func(r *rig) {
		r.addSession(r.addUser().ID)
		_, _, err := r.GetSessionAndUser(r.ctx, r.fresh("session"))
		r.absent(err, "GetSessionAndUser of an unknown token")
	}},
	{name: "GetSessionAndUser returns ErrExpired, which is an ErrNotFound too, for an expired session", check: func(r *rig) {
		session := r.addSession(r.addUser().ID, expires(r.past()))
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.is(err, authdb.ErrExpired, "GetSessionAndUser of an expired session")
		r.is(err, authdb.ErrNotFound, "GetSessionAndUser of an expired session")
	}},
	{name: "Looking at an expired session leaves it there", check: func(r *rig) {
		session := r.addSession(r.addUser().ID, expires(r.past()))
		for range 2 {
			_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
			r.is(err, authdb.ErrExpired, "GetSessionAndUser of an expired session")
			_, err = r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{})
			r.is(err, authdb.ErrExpired, "UpdateSession with an empty patch of an expired session")
		}
		_, err := r.CreateSession(r.ctx, r.newSession(session.UserID, sameToken(session)))
		r.is(err, authdb.ErrDuplicate, "CreateSession with the token of an expired session")
	}},
	{name: "A session whose Expires is now has not expired, one of a moment before has", needs: withClock, check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		r.config.clock.Set(session.Expires)
		r.sessionIs(session, "at the instant of Expires")
		r.config.clock.Set(session.Expires.Add(r.config.precision))
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.is(err, authdb.ErrExpired, "GetSessionAndUser a moment after Expires")
	}},
	{name: "DeleteSession removes the session", check: func(r *rig) {
		user := r.addUser()
		session, other := r.addSession(user.ID), r.addSession(user.ID)
		r.ok(r.DeleteSession(r.ctx, session.SessionToken), "DeleteSession")
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.absent(err, "GetSessionAndUser after DeleteSession")
		_, err = r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{})
		r.absent(err, "UpdateSession after DeleteSession")
		r.sessionIs(other, "after DeleteSession of another")
		r.userIs(user, "after DeleteSession")
	}},
	{name: "DeleteSession removes an expired session too", check: func(r *rig) {
		session := r.addSession(r.addUser().ID, expires(r.past()))
		r.ok(r.DeleteSession(r.ctx, session.SessionToken), "DeleteSession")
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.absent(err, "GetSessionAndUser after DeleteSession of an expired session")
	}},
	{name: "DeleteSession of what is not there is no error", check: func(r *rig) {
		r.ok(r.DeleteSession(r.ctx, r.fresh("session")), "DeleteSession of an unknown token")
		session := r.addSession(r.addUser().ID)
		r.ok(r.DeleteSession(r.ctx, session.SessionToken), "DeleteSession")
		r.ok(r.DeleteSession(r.ctx, session.SessionToken), "DeleteSession for the second time")
	}},
	{name: "The token of a deleted session can be used again", check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		r.ok(r.DeleteSession(r.ctx, session.SessionToken), "DeleteSession")
		again, err := r.CreateSession(r.ctx, r.newSession(r.addUser().ID, sameToken(session)))
		r.ok(err, "CreateSession with the token of a deleted session")
		r.sessionIs(again, "with the token of a deleted session")
	}},
})

var updateSessionRules = group("SessionStore", hasSessions, []rule{
	{name: "UpdateSession changes exactly the members set in the patch and returns the complete session", check: func(r *rig) {
		want := r.addSession(r.addUser().ID)
		want.Expires = r.future().Add(30 * 24 * time.Hour)
		r.updatesSession(want, authdb.SessionPatch{Expires: authdb.Set(want.Expires)})
		want.Expires = r.future().Add(time.Minute) // sooner than before
		r.updatesSession(want, authdb.SessionPatch{Expires: authdb.Set(want.Expires)})
	}},
	{name: "An empty SessionPatch reads", check: func(r *rig) {
		want := r.addSession(r.addUser().ID)
		r.updatesSession(want, authdb.SessionPatch{})
		_, err := r.UpdateSession(r.ctx, r.fresh("session"), authdb.SessionPatch{})
		r.absent(err, "UpdateSession of an unknown token with an empty patch")
	}},
	{name: "UpdateSession with what is stored already succeeds", check: func(r *rig) {
		want := r.addSession(r.addUser().ID)
		r.updatesSession(want, authdb.SessionPatch{Expires: authdb.Set(want.Expires)})
	}},
	{name: "UpdateSession leaves other sessions as they are", check: func(r *rig) {
		user := r.addUser()
		session, other := r.addSession(user.ID), r.addSession(user.ID)
		_, err := r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{Expires: authdb.Set(r.future().Add(time.Hour))})
		r.ok(err, "UpdateSession")
		r.sessionIs(other, "after UpdateSession of another")
	}},
	{name: "UpdateSession returns ErrNotFound for an unknown token, and creates nothing", check: func(r *rig) {
		token := r.fresh("session")
		_, err := r.UpdateSession(r.ctx, token, authdb.SessionPatch{Expires: authdb.Set(r.future())})
		r.absent(err, "UpdateSession of an unknown token")
		_, _, err = r.GetSessionAndUser(r.ctx, token)
		r.absent(err, "GetSessionAndUser afterwards")
	}},
	{name: "UpdateSession returns ErrExpired for an expired session, and never revives it", check: func(r *rig) {
		session := r.addSession(r.addUser().ID, expires(r.past()))
		_, err := r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{Expires: authdb.Set(r.future())})
		r.is(err, authdb.ErrExpired, "UpdateSession of an expired session")
		_, _, err = r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.is(err, authdb.ErrExpired, "GetSessionAndUser afterwards")
	}},
	{name: "UpdateSession knows a session whose Expires is now, and not one of a moment before", needs: withClock, check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		patch := authdb.SessionPatch{Expires: authdb.Set(session.Expires)}
		r.config.clock.Set(session.Expires)
		_, err := r.UpdateSession(r.ctx, session.SessionToken, patch)
		r.ok(err, "UpdateSession at the instant of Expires")
		r.config.clock.Set(session.Expires.Add(r.config.precision))
		_, err = r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{Expires: authdb.Set(r.future())})
		r.is(err, authdb.ErrExpired, "UpdateSession a moment after Expires")
	}},
})

// updatesSession patches the session and compares.
func (r *rig) updatesSession(want *authdb.Session, patch authdb.SessionPatch) {
	r.Helper()
	got, err := r.UpdateSession(r.ctx, want.SessionToken, patch)
	r.ok(err, "UpdateSession")
	r.sameSession(got, want, "UpdateSession")
	r.sessionIs(want, "after UpdateSession")
}
