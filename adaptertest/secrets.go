package adaptertest

import (
	"context"
	"slices"
	"sync"

	"github.com/authdb/authdb"
)

// secretRecords are those that a SecretConverter may speak of.
var secretRecords = []string{"Session", "VerificationToken", "Account"}

var secretConverterRules = group("SecretConverter", hasSecretConverter, []rule{
	{name: "ConvertSecrets changes nothing that its callers see", check: func(r *rig) {
		unchanged := r.addSecrets()
		for range 2 {
			r.ok(r.converter().ConvertSecrets(r.ctx, nil), "ConvertSecrets")
		}
		unchanged()
	}},
	{name: "ConvertSecrets calls progress, with counts that add up", check: func(r *rig) {
		r.addSecrets()
		last := map[string]authdb.SecretProgress{}
		r.ok(r.converter().ConvertSecrets(r.ctx, func(p authdb.SecretProgress) {
			before := last[p.Record]
			if !slices.Contains(secretRecords, p.Record) || p.Rewritten+p.Skipped > p.Read || p.Read < before.Read || p.Rewritten < before.Rewritten || p.Skipped < before.Skipped {
				r.Errorf("progress goes from %+v to %+v", before, p)
			}
			last[p.Record] = p
		}), "ConvertSecrets")
		if len(last) == 0 {
			r.Errorf("ConvertSecrets: progress was not called")
		}
		for record, p := range last {
			if p.Read < p.Total || p.Total == 0 {
				r.Errorf("ConvertSecrets: the last progress of %s is %+v, want all rows read", record, p)
			}
		}
	}},
	{name: "ConvertSecrets may be called by several callers at once", check: func(r *rig) {
		unchanged := r.addSecrets()
		var callers sync.WaitGroup
		for range 4 {
			callers.Go(func() {
				if err := r.converter().ConvertSecrets(r.ctx, nil); err != nil {
					r.Errorf("ConvertSecrets: got the error %q, want none", err)
				}
			})
		}
		callers.Wait()
		unchanged()
	}},
})

func (r *rig) converter() authdb.SecretConverter {
	converter, _ := authdb.As[authdb.SecretConverter](r.adapter)
	return converter
}

// addSecrets stores one of each, as far as there are stores, and returns what
// looks at them and uses the token up.
func (r *rig) addSecrets() (unchanged func()) {
	r.Helper()
	user := r.addUser()
	var looks []func()
	if r.has(hasSessions) {
		session, expired := r.addSession(user.ID), r.addSession(user.ID, expires(r.past()))
		looks = append(looks, func() {
			r.sessionIs(session, "after ConvertSecrets")
			_, _, err := r.GetSessionAndUser(r.ctx, expired.SessionToken)
			r.is(err, authdb.ErrExpired, "GetSessionAndUser of an expired session after ConvertSecrets")
		})
	}
	if r.has(hasAccounts) {
		account := r.addAccount(user.ID)
		looks = append(looks, func() { r.accountIs(account, "after ConvertSecrets") })
	}
	if r.has(hasTokens) {
		token := r.addToken()
		looks = append(looks, func() { r.uses(token, "UseVerificationToken after ConvertSecrets") })
	}
	return func() {
		r.Helper()
		for _, look := range looks {
			look()
		}
	}
}

func secretConverterContext(ctx context.Context, r *rig) ([]contextCall, func()) {
	unchanged := r.addSecrets()
	return []contextCall{{"ConvertSecrets", func() error { return r.converter().ConvertSecrets(ctx, nil) }}}, unchanged
}
