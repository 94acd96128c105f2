package adaptertest

import (
	"math"

	"github.com/authdb/authdb"
)

// sameCredential is an edit that gives an authenticator the key of another.
func sameCredential(other *authdb.Authenticator) func(*authdb.Authenticator) {
	return func(a *authdb.Authenticator) { a.CredentialID = other.CredentialID }
}

var authenticatorRules = group("AuthenticatorStore", hasAuthenticators, []rule{
	{name: "CreateAuthenticator stores the authenticator and returns it as stored", check: func(r *rig) {
		want := r.newAuthenticator(r.addUser().ID)
		got, err := r.CreateAuthenticator(r.ctx, want)
		r.ok(err, "CreateAuthenticator")
		r.sameAuthenticator(got, want, "CreateAuthenticator")
		r.authenticatorIs(want, "after CreateAuthenticator")
	}},
	{name: "An authenticator may have nothing but what is required", check: func(r *rig) {
		want := r.newAuthenticator(r.addUser().ID, func(a *authdb.Authenticator) {
			a.Counter, a.CredentialBackedUp, a.Transports = 0, false, ""
		})
		got, err := r.CreateAuthenticator(r.ctx, want)
		r.ok(err, "CreateAuthenticator")
		r.sameAuthenticator(got, want, "CreateAuthenticator")
		r.authenticatorIs(want, "after CreateAuthenticator")
	}},
	{name: "A CredentialID that is not ASCII is ErrInvalid", check: func(r *rig) {
		user := r.addUser()
		for _, id := range []string{r.fresh("crédential"), r.fresh("credential") + "🔑"} {
			_, err := r.CreateAuthenticator(r.ctx, r.newAuthenticator(user.ID, func(a *authdb.Authenticator) { a.CredentialID = id }))
			r.invalid(err, "CredentialID", "CreateAuthenticator")
		}
	}},
	{name: "CreateAuthenticator returns ErrDuplicate if the credential is known already, to whomever it belongs", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		authenticator := r.addAuthenticator(ada.ID)
		for _, user := range []*authdb.User{ada, bob} {
			_, err := r.CreateAuthenticator(r.ctx, r.newAuthenticator(user.ID, sameCredential(authenticator)))
			r.is(err, authdb.ErrDuplicate, "CreateAuthenticator with a known credential")
		}
		r.authenticatorIs(authenticator, "after the refusal")
	}},
	{name: "CreateAuthenticator returns ErrReference if there is no such user", check: func(r *rig) {
		authenticator := r.newAuthenticator(r.unknownID())
		_, err := r.CreateAuthenticator(r.ctx, authenticator)
		r.is(err, authdb.ErrReference, "CreateAuthenticator for an unknown user")
		_, err = r.GetAuthenticator(r.ctx, authenticator.CredentialID)
		r.absent(err, "GetAuthenticator after the refusal")
		_, err = r.CreateAuthenticator(r.ctx, r.newAuthenticator(r.addUser().ID, sameCredential(authenticator)))
		r.ok(err, "CreateAuthenticator of the same credential after the refusal")
	}},
	{name: "GetAuthenticator returns the authenticator, or ErrNotFound", check: func(r *rig) {
		user := r.addUser()
		authenticator := r.addAuthenticator(user.ID)
		r.addAuthenticator(user.ID)
		r.authenticatorIs(authenticator, "with another authenticator there")
		_, err := r.GetAuthenticator(r.ctx, r.fresh("credential"))
		r.absent(err, "GetAuthenticator of an unknown credential")
	}},
	{name: "ListAuthenticatorsByUserID returns the user's authenticators in order of CredentialID", check: func(r *rig) {
		ada, bob := r.addUser(), r.addUser()
		prefix := r.fresh("credential")
		named := func(suffix string) func(*authdb.Authenticator) {
			return func(a *authdb.Authenticator) { a.CredentialID = prefix + suffix }
		}
		second := r.addAuthenticator(ada.ID, named("2"))
		third := r.addAuthenticator(ada.ID, named("3"))
		r.addAuthenticator(bob.ID, named("4"))
		first := r.addAuthenticator(ada.ID, named("1"))
		list, err := r.ListAuthenticatorsByUserID(r.ctx, ada.ID)
		r.ok(err, "ListAuthenticatorsByUserID")
		if len(list) != 3 {
			r.Fatalf("ListAuthenticatorsByUserID: got %d authenticators, want 3", len(list))
		}
		for i, want := range []*authdb.Authenticator{first, second, third} {
			r.sameAuthenticator(list[i], want, "ListAuthenticatorsByUserID")
		}
	}},
	{name: "The list of authenticators of a user with none, or an unknown one, is empty", check: func(r *rig) {
		r.addAuthenticator(r.addUser().ID)
		for _, id := range []string{r.addUser().ID, r.unknownID(), ""} {
			list, err := r.ListAuthenticatorsByUserID(r.ctx, id)
			r.ok(err, "ListAuthenticatorsByUserID")
			if len(list) != 0 {
				r.Errorf("ListAuthenticatorsByUserID(%q): got %d authenticators, want none", id, len(list))
			}
		}
	}},
	{name: "UpdateAuthenticatorCounter stores the counter as given, be it smaller, and returns the complete authenticator", check: func(r *rig) {
		want := r.addAuthenticator(r.addUser().ID)
		for _, counter := range []uint32{8, 8, 3, 0} {
			want.Counter = counter
			r.counts(want)
		}
	}},
	{name: "Counters go up to 4294967295", check: func(r *rig) {
		want := r.addAuthenticator(r.addUser().ID)
		want.Counter = math.MaxUint32
		r.counts(want)
		want = r.newAuthenticator(want.UserID, func(a *authdb.Authenticator) { a.Counter = math.MaxUint32 })
		_, err := r.CreateAuthenticator(r.ctx, want)
		r.ok(err, "CreateAuthenticator")
		r.authenticatorIs(want, "after CreateAuthenticator")
	}},
	{name: "UpdateAuthenticatorCounter leaves other authenticators as they are", check: func(r *rig) {
		user := r.addUser()
		authenticator, other := r.addAuthenticator(user.ID), r.addAuthenticator(user.ID)
		_, err := r.UpdateAuthenticatorCounter(r.ctx, authenticator.CredentialID, 8)
		r.ok(err, "UpdateAuthenticatorCounter")
		r.authenticatorIs(other, "after UpdateAuthenticatorCounter of another")
	}},
	{name: "UpdateAuthenticatorCounter of an unknown credential is ErrNotFound", check: func(r *rig) {
		_, err := r.UpdateAuthenticatorCounter(r.ctx, r.fresh("credential"), 8)
		r.absent(err, "UpdateAuthenticatorCounter of an unknown credential")
	}},
})

// counts stores the wanted counter and compares.
func (r *rig) counts(want *authdb.Authenticator) {
	r.Helper()
	got, err := r.UpdateAuthenticatorCounter(r.ctx, want.CredentialID, want.Counter)
	r.ok(err, "UpdateAuthenticatorCounter")
	r.sameAuthenticator(got, want, "UpdateAuthenticatorCounter")
	r.authenticatorIs(want, "after UpdateAuthenticatorCounter")
}
