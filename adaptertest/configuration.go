package adaptertest

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/authdb/authdb"
)

var configurationRules = group("Configuration", 0, []rule{
	{name: "Validate finds no error in a configuration that works", needs: hasValidator, check: func(r *rig) {
		validator, _ := authdb.As[authdb.Validator](r.adapter)
		r.ok(validator.Validate(), "Validate")
	}},
	{name: "Validate returns the errors of the configuration", needs: misconfigures | hasValidator, check: func(r *rig) {
		adapter := r.config.misconfigured(r.TB)
		validator, ok := authdb.As[authdb.Validator](adapter)
		if !ok || validator.Validate() == nil {
			r.Errorf("Validate: got no error")
		}
	}},
	{name: "Until Validate returns nil, all other methods return the same error", needs: misconfigures | hasValidator, check: func(r *rig) {
		adapter := r.config.misconfigured(r.TB)
		validator, ok := authdb.As[authdb.Validator](adapter)
		if !ok || validator.Validate() == nil {
			r.Fatalf("Validate: got no error")
		}
		want := validator.Validate()
		for method, err := range callAll(r.ctx, adapter) {
			if err == nil || !errors.Is(err, want) && !strings.Contains(err.Error(), want.Error()) {
				r.Errorf("%s: got the error %v, want %q", method, err, want)
			}
		}
	}},
	{name: "As sets what it finds, and finds nothing that the adapter does not have", check: func(r *rig) {
		if users, ok := authdb.As[authdb.UserStore](r.adapter); !ok || users == nil {
			r.Errorf("As finds no UserStore")
		} else if _, err := users.GetUser(r.ctx, r.unknownID()); err != nil {
			r.absent(err, "GetUser of the UserStore that As found")
		}
		if found, ok := authdb.As[interface{ NoSuchMethod(int) string }](r.adapter); ok || found != nil {
			r.Errorf("As finds a method that no adapter has")
		}
		for _, store := range stores {
			if store.nonsense(r.adapter) {
				r.Errorf("As says that it found %s, and did not set it, or the other way round", store.name)
			}
		}
	}},
	{name: "Check finds nothing missing in a database that works", needs: hasChecker, check: func(r *rig) {
		checker, _ := authdb.As[authdb.Checker](r.adapter)
		r.ok(checker.Check(r.ctx), "Check")
		r.ok(checker.Check(r.ctx), "Check for the second time")
	}},
	declined("AccountStore", declinesAccounts, "LinkAccount", "GetAccount", "UnlinkAccount", "GetUserByAccount", "CreateUserWithAccount"),
	declined("SessionStore", declinesSessions, "CreateSession", "GetSessionAndUser", "UpdateSession", "DeleteSession"),
	declined("VerificationTokenStore", declinesTokens, "CreateVerificationToken", "UseVerificationToken", "GetVerificationToken"),
	declined("AuthenticatorStore", declinesAuthenticators, "CreateAuthenticator", "GetAuthenticator",
		"ListAuthenticatorsByUserID", "UpdateAuthenticatorCounter"),
})

// declined is the rule for a store that the type has and As does not find.
func declined(store string, needs facts, methods ...string) rule {
	return rule{
		name:  "If As declines " + store + ", its methods return errors.ErrUnsupported",
		needs: needs,
		check: func(r *rig) {
			errs := callAll(r.ctx, r.adapter)
			for _, method := range methods {
				if err, called := errs[method]; called {
					r.is(err, errors.ErrUnsupported, method)
				}
			}
		},
	}
}

// callAll calls every method that the adapter's type has with a context, and
// returns the errors.
func callAll(ctx context.Context, a authdb.Adapter) map[string]error {
	errs := make(map[string]error)
	_, errs["CreateUser"] = a.CreateUser(ctx, &authdb.User{})
	_, errs["GetUser"] = a.GetUser(ctx, "x")
	_, errs["GetUserByEmail"] = a.GetUserByEmail(ctx, "x")
	_, errs["GetUserByAccount"] = a.GetUserByAccount(ctx, "x", "x")
	_, errs["UpdateUser"] = a.UpdateUser(ctx, "x", authdb.UserPatch{})
	errs["DeleteUser"] = a.DeleteUser(ctx, "x")
	_, errs["LinkAccount"] = a.LinkAccount(ctx, &authdb.Account{})
	_, errs["GetAccount"] = a.GetAccount(ctx, "x", "x")
	errs["UnlinkAccount"] = a.UnlinkAccount(ctx, "x", "x")
	_, errs["CreateSession"] = a.CreateSession(ctx, &authdb.Session{})
	_, _, errs["GetSessionAndUser"] = a.GetSessionAndUser(ctx, "x")
	_, errs["UpdateSession"] = a.UpdateSession(ctx, "x", authdb.SessionPatch{})
	errs["DeleteSession"] = a.DeleteSession(ctx, "x")
	_, errs["CreateVerificationToken"] = a.CreateVerificationToken(ctx, &authdb.VerificationToken{})
	_, errs["UseVerificationToken"] = a.UseVerificationToken(ctx, "x", "x")
	callExtensions(ctx, a, errs)
	return errs
}

func callExtensions(ctx context.Context, a authdb.Adapter, errs map[string]error) {
	if x, ok := a.(authdb.AuthenticatorStore); ok {
		_, errs["CreateAuthenticator"] = x.CreateAuthenticator(ctx, &authdb.Authenticator{})
		_, errs["GetAuthenticator"] = x.GetAuthenticator(ctx, "x")
		_, errs["ListAuthenticatorsByUserID"] = x.ListAuthenticatorsByUserID(ctx, "x")
		_, errs["UpdateAuthenticatorCounter"] = x.UpdateAuthenticatorCounter(ctx, "x", 1)
	}
	if x, ok := a.(authdb.VerificationTokenReader); ok {
		_, errs["GetVerificationToken"] = x.GetVerificationToken(ctx, "x", "x")
	}
	if x, ok := a.(authdb.Sweeper); ok {
		_, errs["DeleteExpired"] = x.DeleteExpired(ctx, 1)
	}
	if x, ok := a.(authdb.SessionLister); ok {
		_, errs["ListSessionsByUserID"] = x.ListSessionsByUserID(ctx, "x")
		_, errs["DeleteSessionsByUserID"] = x.DeleteSessionsByUserID(ctx, "x")
	}
	if x, ok := a.(authdb.SessionRevoker); ok {
		errs["DeleteSessionByID"] = x.DeleteSessionByID(ctx, "x", "x")
	}
	if x, ok := a.(authdb.SessionToucher); ok {
		_, errs["TouchSession"] = x.TouchSession(ctx, &authdb.Session{SessionToken: "x"}, time.Minute)
	}
	if x, ok := a.(authdb.AuthenticatorRemover); ok {
		errs["DeleteAuthenticator"] = x.DeleteAuthenticator(ctx, "x")
	}
	if x, ok := a.(authdb.AccountLister); ok {
		_, errs["ListAccountsByUserID"] = x.ListAccountsByUserID(ctx, "x")
	}
	if x, ok := a.(authdb.AccountUpdater); ok {
		_, errs["UpdateAccount"] = x.UpdateAccount(ctx, "x", "x", authdb.AccountPatch{})
	}
	if x, ok := a.(authdb.Registrar); ok {
		_, _, errs["CreateUserWithAccount"] = x.CreateUserWithAccount(ctx, &authdb.User{}, &authdb.Account{})
	}
	if x, ok := a.(authdb.Transactor); ok {
		errs["InTx"] = x.InTx(ctx, func(context.Context, authdb.Adapter) error { return nil })
	}
	if x, ok := a.(authdb.UserLocker); ok {
		_, errs["LockUser"] = x.LockUser(ctx, "x")
	}
	if x, ok := a.(authdb.AccountLocker); ok {
		_, errs["LockAccount"] = x.LockAccount(ctx, "x", "x")
	}
	if x, ok := a.(authdb.SecretConverter); ok {
		errs["ConvertSecrets"] = x.ConvertSecrets(ctx, nil)
	}
	if x, ok := a.(authdb.Checker); ok {
		errs["Check"] = x.Check(ctx)
	}
	if x, ok := a.(authdb.Synchronizer); ok {
		errs["Synchronize"] = x.Synchronize(ctx)
	}
}
