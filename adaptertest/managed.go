package adaptertest

import (
	"database/sql/driver"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"github.com/authdb/authdb"
)

var sessionRevokerRules = group("SessionRevoker", hasSessionRevoker|hasSessions, []rule{
	{name: "DeleteSessionByID removes the session with that ID, and no other", check: func(r *rig) {
		user := r.addUser()
		session, other := r.addSession(user.ID), r.addSession(user.ID)
		r.ok(r.DeleteSessionByID(r.ctx, user.ID, session.ID), "DeleteSessionByID")
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.absent(err, "GetSessionAndUser after DeleteSessionByID")
		r.sessionIs(other, "after DeleteSessionByID of another")
	}},
	{name: "DeleteSessionByID removes nothing of another user", check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		r.ok(r.DeleteSessionByID(r.ctx, r.addUser().ID, session.ID), "DeleteSessionByID for another user")
		r.sessionIs(session, "after DeleteSessionByID for another user")
	}},
	{name: "DeleteSessionByID of what is not there is no error, and removes nothing", check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		for _, id := range []string{"", r.unknownID(), strings.ToUpper(session.ID) + " ", "\x00", "x"} {
			r.ok(r.DeleteSessionByID(r.ctx, session.UserID, id), "DeleteSessionByID of an unknown session")
			r.ok(r.DeleteSessionByID(r.ctx, id, session.ID), "DeleteSessionByID for an unknown user")
		}
		r.sessionIs(session, "afterwards")
	}},
})

var sessionToucherRules = group("SessionToucher", hasSessionToucher|hasSessions, []rule{
	{name: "TouchSession stores the present as LastSeen, and says so", needs: withClock, check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		for range 2 {
			r.touches(session, true)
			if at, ok := r.lastSeen(session); !ok || !at.Equal(r.now()) {
				r.Errorf("LastSeen after TouchSession: got %v, want %v", at, r.now())
			}
			r.config.clock.Advance(time.Minute)
		}
	}},
	{name: "TouchSession writes nothing while LastSeen is younger than every", needs: withClock, check: func(r *rig) {
		stale := r.addSession(r.addUser().ID)
		r.touches(stale, true)
		touched := r.now()
		r.config.clock.Advance(time.Minute - r.config.precision)
		fresh, _, err := r.GetSessionAndUser(r.ctx, stale.SessionToken)
		r.ok(err, "GetSessionAndUser")
		for _, session := range []*authdb.Session{stale, fresh} {
			r.touches(session, false)
			if at, _ := r.lastSeen(session); !at.Equal(touched) {
				r.Errorf("LastSeen: got %v, want %v as before", at, touched)
			}
		}
	}},
	{name: "TouchSession changes nothing else", check: func(r *rig) {
		user := r.addUser()
		session, other := r.addSession(user.ID), r.addSession(user.ID)
		r.touches(session, true)
		r.sessionIs(session, "after TouchSession")
		r.sessionIs(other, "after TouchSession of another")
		if at, ok := r.lastSeen(other); ok {
			r.Errorf("LastSeen of another session: got %v, want none", at)
		}
	}},
	{name: "Of concurrent callers of TouchSession one writes", check: func(r *rig) {
		for range tokens {
			session := r.addSession(r.addUser().ID)
			var wrote atomic.Int64
			together(users, func(int) {
				ok, err := r.TouchSession(r.ctx, session, time.Hour)
				if err != nil {
					r.Errorf("TouchSession: got the error %q", err)
				}
				if ok {
					wrote.Add(1)
				}
			})
			if n := wrote.Load(); n != 1 {
				r.Errorf("%d of %d callers say that they wrote, want one", n, users)
			}
		}
	}},
	{name: "TouchSession of a session that is gone or has expired is false, and no error", check: func(r *rig) {
		user := r.addUser()
		gone, expired := r.addSession(user.ID), r.addSession(user.ID, expires(r.past()))
		r.ok(r.DeleteSession(r.ctx, gone.SessionToken), "DeleteSession")
		r.touches(gone, false)
		r.touches(expired, false)
		r.touches(&authdb.Session{SessionToken: r.fresh("unknown")}, false)
		_, _, err := r.GetSessionAndUser(r.ctx, expired.SessionToken)
		r.is(err, authdb.ErrExpired, "GetSessionAndUser of the expired session afterwards")
	}},
	{name: "TouchSession of a soft-deleted user's session is false", needs: softDeletes, check: func(r *rig) {
		user := r.addUser()
		session := r.addSession(user.ID)
		r.softDelete(user)
		r.touches(session, false)
	}},
	{name: "TouchSession of no session is ErrInvalid", check: func(r *rig) {
		_, err := r.TouchSession(r.ctx, nil, time.Minute)
		r.is(err, authdb.ErrInvalid, "TouchSession of nil")
	}},
})

var authenticatorRemoverRules = group("AuthenticatorRemover", hasAuthenticatorRemover|hasAuthenticators, []rule{
	{name: "DeleteAuthenticator removes the authenticator, and no other", check: func(r *rig) {
		user := r.addUser()
		authenticator, other := r.addAuthenticator(user.ID), r.addAuthenticator(user.ID)
		r.ok(r.DeleteAuthenticator(r.ctx, authenticator.CredentialID), "DeleteAuthenticator")
		_, err := r.GetAuthenticator(r.ctx, authenticator.CredentialID)
		r.absent(err, "GetAuthenticator after DeleteAuthenticator")
		_, err = r.GetAuthenticator(r.ctx, other.CredentialID)
		r.ok(err, "GetAuthenticator of another")
	}},
	{name: "DeleteAuthenticator of what is not there is no error, and removes nothing", check: func(r *rig) {
		authenticator := r.addAuthenticator(r.addUser().ID)
		for _, id := range []string{"", r.fresh("unknown"), strings.ToUpper(authenticator.CredentialID), authenticator.CredentialID + " ", "\x00"} {
			r.ok(r.DeleteAuthenticator(r.ctx, id), "DeleteAuthenticator of an unknown one")
		}
		_, err := r.GetAuthenticator(r.ctx, authenticator.CredentialID)
		r.ok(err, "GetAuthenticator afterwards")
	}},
})

// touches checks what TouchSession answers that is to write once a minute.
func (r *rig) touches(session *authdb.Session, want bool) {
	r.Helper()
	wrote, err := r.TouchSession(r.ctx, session, time.Minute)
	r.ok(err, "TouchSession")
	if wrote != want {
		r.Errorf("TouchSession: got %t, want %t", wrote, want)
	}
}

// lastSeen reads LastSeen of the session, in whatever type the row has it.
func (r *rig) lastSeen(session *authdb.Session) (time.Time, bool) {
	r.Helper()
	s, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
	r.ok(err, "GetSessionAndUser")
	v := reflect.ValueOf(s.Extra[lastSeen])
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !v.IsValid() || v.IsZero() {
		return time.Time{}, false
	}
	switch x := v.Interface().(type) {
	case interface{ UTC() time.Time }: // a time.Time, or what embeds one
		return x.UTC(), true
	case driver.Valuer: // a sql.NullTime
		value, err := x.Value()
		at, ok := value.(time.Time)
		return at, ok && err == nil
	}
	r.Fatalf("LastSeen is a %v, of which the suite knows no instant", v.Type())
	return time.Time{}, false
}
