package adaptertest

import "github.com/authdb/authdb"

var sweeperRules = group("Sweeper", hasSweeper, []rule{
	{name: "DeleteExpired removes expired sessions and says how many", needs: hasSessions, check: func(r *rig) {
		r.sweep()
		session := r.addSession(r.addUser().ID, expires(r.past()))
		if swept := r.sweep(); swept.Sessions < 1 {
			r.Errorf("DeleteExpired: removed %d sessions, want at least one", swept.Sessions)
		}
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.absent(err, "GetSessionAndUser after DeleteExpired")
	}},
	{name: "DeleteExpired removes expired verification tokens and says how many", needs: hasTokens, check: func(r *rig) {
		r.sweep()
		token := r.addToken(tokenExpires(r.past()))
		if swept := r.sweep(); swept.VerificationTokens < 1 {
			r.Errorf("DeleteExpired: removed %d verification tokens, want at least one", swept.VerificationTokens)
		}
		r.usedUp(token, "UseVerificationToken after DeleteExpired")
	}},
	{name: "DeleteExpired never removes a session that has not expired", needs: hasSessions, check: func(r *rig) {
		session := r.addSession(r.addUser().ID)
		r.sweep()
		r.sessionIs(session, "after DeleteExpired")
	}},
	{name: "DeleteExpired never removes a verification token that has not expired", needs: hasTokens, check: func(r *rig) {
		token := r.addToken()
		r.sweep()
		r.uses(token, "UseVerificationToken after DeleteExpired")
	}},
	{name: "DeleteExpired goes by Expires to the moment", needs: withClock | hasSessions | hasTokens, check: func(r *rig) {
		session, token := r.addSession(r.addUser().ID), r.addToken()
		r.config.clock.Set(session.Expires)
		r.sweep()
		r.sessionIs(session, "after DeleteExpired at the instant of Expires")
		r.config.clock.Set(session.Expires.Add(r.config.precision))
		r.sweep()
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.absent(err, "GetSessionAndUser after DeleteExpired a moment after Expires")
		r.usedUp(token, "UseVerificationToken after DeleteExpired a moment after Expires")
	}},
	{name: "DeleteExpired removes at most limit sessions", needs: hasSessions, check: func(r *rig) {
		user := r.addUser()
		for range 3 {
			r.addSession(user.ID, expires(r.past()))
		}
		swept, err := r.DeleteExpired(r.ctx, 2)
		r.ok(err, "DeleteExpired")
		if swept.Sessions != 2 {
			r.Errorf("DeleteExpired with the limit 2: removed %d of three or more sessions", swept.Sessions)
		}
		if swept := r.sweep(); swept.Sessions < 1 {
			r.Errorf("DeleteExpired: removed %d of the sessions left, want at least one", swept.Sessions)
		}
	}},
	{name: "DeleteExpired removes at most limit verification tokens", needs: hasTokens, check: func(r *rig) {
		for range 3 {
			r.addToken(tokenExpires(r.past()))
		}
		swept, err := r.DeleteExpired(r.ctx, 2)
		r.ok(err, "DeleteExpired")
		if swept.VerificationTokens != 2 {
			r.Errorf("DeleteExpired with the limit 2: removed %d of three or more verification tokens", swept.VerificationTokens)
		}
		if swept := r.sweep(); swept.VerificationTokens < 1 {
			r.Errorf("DeleteExpired: removed %d of the verification tokens left, want at least one", swept.VerificationTokens)
		}
	}},
	{name: "A limit of zero or less is ErrInvalid", check: func(r *rig) {
		for _, limit := range []int{0, -1} {
			_, err := r.DeleteExpired(r.ctx, limit)
			r.is(err, authdb.ErrInvalid, "DeleteExpired")
		}
	}},
	{name: "An expired session that was looked at is left for DeleteExpired", needs: hasSessions, check: func(r *rig) {
		r.sweep()
		session := r.addSession(r.addUser().ID, expires(r.past()))
		_, _, err := r.GetSessionAndUser(r.ctx, session.SessionToken)
		r.is(err, authdb.ErrExpired, "GetSessionAndUser")
		_, err = r.UpdateSession(r.ctx, session.SessionToken, authdb.SessionPatch{Expires: authdb.Set(r.future())})
		r.is(err, authdb.ErrExpired, "UpdateSession")
		if swept := r.sweep(); swept.Sessions < 1 {
			r.Errorf("DeleteExpired: removed %d sessions, want at least the one that was looked at", swept.Sessions)
		}
	}},
})

// sweep removes all that has expired, which may be more than the rule stored.
func (r *rig) sweep() authdb.Swept {
	r.Helper()
	const limit = 1000
	var total authdb.Swept
	for range 100 {
		swept, err := r.DeleteExpired(r.ctx, limit)
		r.ok(err, "DeleteExpired")
		total.Sessions += swept.Sessions
		total.VerificationTokens += swept.VerificationTokens
		if swept.Sessions < limit && swept.VerificationTokens < limit {
			break
		}
	}
	return total
}
