package adaptertest

import "github.com/authdb/authdb"

var tokenReaderRules = group("VerificationTokenReader", hasTokenReader|hasTokens, []rule{
	{name: "GetVerificationToken returns the token as stored, and leaves it", check: func(r *rig) {
		token := r.addToken()
		for range 2 {
			got, err := r.GetVerificationToken(r.ctx, token.Identifier, token.Token)
			r.ok(err, "GetVerificationToken")
			r.sameToken(got, token, "GetVerificationToken")
		}
		r.uses(token, "UseVerificationToken after GetVerificationToken")
	}},
	{name: "GetVerificationToken of another identifier or token is ErrNotFound", check: func(r *rig) {
		token, other := r.addToken(), r.addToken()
		for _, t := range []*authdb.VerificationToken{
			r.newToken(),
			{Identifier: token.Identifier, Token: other.Token},
			{Identifier: other.Identifier, Token: token.Token},
		} {
			_, err := r.GetVerificationToken(r.ctx, t.Identifier, t.Token)
			r.absent(err, "GetVerificationToken")
		}
	}},
	{name: "GetVerificationToken of a token that was used is ErrNotFound", check: func(r *rig) {
		token := r.addToken()
		r.uses(token, "UseVerificationToken")
		_, err := r.GetVerificationToken(r.ctx, token.Identifier, token.Token)
		r.absent(err, "GetVerificationToken after UseVerificationToken")
	}},
	{name: "GetVerificationToken of an expired token is ErrExpired, and leaves it", check: func(r *rig) {
		token := r.addToken(tokenExpires(r.past()))
		for range 2 {
			_, err := r.GetVerificationToken(r.ctx, token.Identifier, token.Token)
			r.is(err, authdb.ErrExpired, "GetVerificationToken of an expired token")
			r.is(err, authdb.ErrNotFound, "GetVerificationToken of an expired token")
		}
		_, err := r.UseVerificationToken(r.ctx, token.Identifier, token.Token)
		r.is(err, authdb.ErrExpired, "UseVerificationToken afterwards")
	}},
	{name: "GetVerificationToken knows a token whose Expires is now, and not one of a moment before", needs: withClock, check: func(r *rig) {
		token := r.addToken()
		r.config.clock.Set(token.Expires)
		_, err := r.GetVerificationToken(r.ctx, token.Identifier, token.Token)
		r.ok(err, "GetVerificationToken at the instant of Expires")
		r.config.clock.Set(token.Expires.Add(r.config.precision))
		_, err = r.GetVerificationToken(r.ctx, token.Identifier, token.Token)
		r.is(err, authdb.ErrExpired, "GetVerificationToken a moment after Expires")
	}},
})
