package adaptertest

import "github.com/authdb/authdb"

// sameKey is an edit that gives a verification token the key of another.
func sameKey(other *authdb.VerificationToken) func(*authdb.VerificationToken) {
	return func(t *authdb.VerificationToken) { t.Identifier, t.Token = other.Identifier, other.Token }
}

var verificationTokenRules = group("VerificationTokenStore", hasTokens, []rule{
	{name: "CreateVerificationToken stores the token and returns it as stored", check: func(r *rig) {
		want := r.newToken()
		got, err := r.CreateVerificationToken(r.ctx, want)
		r.ok(err, "CreateVerificationToken")
		r.sameToken(got, want, "CreateVerificationToken")
	}},
	{name: "UseVerificationToken returns the token as stored", check: func(r *rig) {
		want := r.newToken()
		_, err := r.CreateVerificationToken(r.ctx, want)
		r.ok(err, "CreateVerificationToken")
		r.uses(want, "UseVerificationToken")
	}},
	{name: "UseVerificationToken removes the token", check: func(r *rig) {
		token := r.addToken()
		r.uses(token, "UseVerificationToken")
		r.usedUp(token, "UseVerificationToken for the second time")
	}},
	{name: "UseVerificationToken of an unknown token is ErrNotFound", check: func(r *rig) {
		r.usedUp(r.newToken(), "UseVerificationToken of an unknown token")
	}},
	{name: "A wrong identifier removes nothing", check: func(r *rig) {
		token, other := r.addToken(), r.addToken()
		_, err := r.UseVerificationToken(r.ctx, r.freshEmail(), token.Token)
		r.absent(err, "UseVerificationToken with an unknown identifier")
		_, err = r.UseVerificationToken(r.ctx, other.Identifier, token.Token)
		r.absent(err, "UseVerificationToken with the identifier of another token")
		r.uses(token, "UseVerificationToken afterwards")
		r.uses(other, "UseVerificationToken of the other token afterwards")
	}},
	{name: "A wrong token removes nothing", check: func(r *rig) {
		token := r.addToken()
		_, err := r.UseVerificationToken(r.ctx, token.Identifier, r.fresh("token"))
		r.absent(err, "UseVerificationToken with a wrong token")
		r.uses(token, "UseVerificationToken afterwards")
	}},
	{name: "Earlier tokens of an identifier stay valid", check: func(r *rig) {
		first := r.addToken()
		second := r.addToken(func(t *authdb.VerificationToken) { t.Identifier = first.Identifier })
		r.uses(second, "UseVerificationToken of the later token")
		r.uses(first, "UseVerificationToken of the earlier token")
	}},
	{name: "The same token for two identifiers is two tokens", check: func(r *rig) {
		first := r.addToken()
		second := r.newToken(func(t *authdb.VerificationToken) { t.Token = first.Token })
		_, err := r.CreateVerificationToken(r.ctx, second)
		r.ok(err, "CreateVerificationToken of the same token for another identifier")
		r.uses(first, "UseVerificationToken of the first")
		r.uses(second, "UseVerificationToken of the second")
	}},
	{name: "CreateVerificationToken returns ErrDuplicate if the pair is there already", check: func(r *rig) {
		token := r.addToken()
		later := r.newToken(sameKey(token), tokenExpires(token.Expires.Add(r.config.precision)))
		_, err := r.CreateVerificationToken(r.ctx, later)
		r.is(err, authdb.ErrDuplicate, "CreateVerificationToken of the same pair")
		r.uses(token, "UseVerificationToken after the refusal")
		r.usedUp(token, "UseVerificationToken for the second time")
	}},
	{name: "A token that was used can be made again", check: func(r *rig) {
		token := r.addToken()
		r.uses(token, "UseVerificationToken")
		_, err := r.CreateVerificationToken(r.ctx, token)
		r.ok(err, "CreateVerificationToken of a used pair")
		r.uses(token, "UseVerificationToken of the new token")
	}},
	{name: "An expired token is removed and answers ErrExpired", check: func(r *rig) {
		token := r.addToken(tokenExpires(r.past()))
		_, err := r.UseVerificationToken(r.ctx, token.Identifier, token.Token)
		r.is(err, authdb.ErrExpired, "UseVerificationToken of an expired token")
		r.is(err, authdb.ErrNotFound, "UseVerificationToken of an expired token")
		r.usedUp(token, "UseVerificationToken of an expired token for the second time")
	}},
	{name: "A token whose Expires is now has not expired, one of a moment before has", needs: withClock, check: func(r *rig) {
		now, before := r.addToken(), r.addToken()
		r.config.clock.Set(now.Expires)
		r.uses(now, "UseVerificationToken at the instant of Expires")
		r.config.clock.Set(before.Expires.Add(r.config.precision))
		_, err := r.UseVerificationToken(r.ctx, before.Identifier, before.Token)
		r.is(err, authdb.ErrExpired, "UseVerificationToken a moment after Expires")
	}},
})

// uses consumes the token and compares.
func (r *rig) uses(want *authdb.VerificationToken, what string) {
	r.Helper()
	got, err := r.UseVerificationToken(r.ctx, want.Identifier, want.Token)
	r.ok(err, what)
	r.sameToken(got, want, what)
}

// usedUp checks that the token is not there.
func (r *rig) usedUp(token *authdb.VerificationToken, what string) {
	r.Helper()
	_, err := r.UseVerificationToken(r.ctx, token.Identifier, token.Token)
	r.absent(err, what)
}
