package adaptertest

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/authdb/authdb"
)

// The rules that are watched over in all others.
const (
	neverQuoted   = "Errors never quote a token, an address or another stored value"
	neverModified = "Arguments are not modified"
	neverBoth     = "A call returns a result or an error, never both and never neither"
)

// watched is the adapter under test. Every call of every rule goes through it,
// so that what holds for all methods is checked wherever one is called.
type watched struct {
	r       *rig
	adapter authdb.Adapter

	authenticators authdb.AuthenticatorStore
	tokenReader    authdb.VerificationTokenReader
	sweeper        authdb.Sweeper
	sessionLister  authdb.SessionLister
	sessionRevoker authdb.SessionRevoker
	sessionToucher authdb.SessionToucher
	remover        authdb.AuthenticatorRemover
	accountLister  authdb.AccountLister
	accountUpdater authdb.AccountUpdater
	registrar      authdb.Registrar
	transactor     authdb.Transactor
	userLocker     authdb.UserLocker
	accountLocker  authdb.AccountLocker
}

func watch(r *rig, adapter authdb.Adapter) *watched {
	w := &watched{r: r, adapter: adapter}
	w.authenticators, _ = authdb.As[authdb.AuthenticatorStore](adapter)
	w.tokenReader, _ = authdb.As[authdb.VerificationTokenReader](adapter)
	w.sweeper, _ = authdb.As[authdb.Sweeper](adapter)
	w.sessionLister, _ = authdb.As[authdb.SessionLister](adapter)
	w.sessionRevoker, _ = authdb.As[authdb.SessionRevoker](adapter)
	w.sessionToucher, _ = authdb.As[authdb.SessionToucher](adapter)
	w.remover, _ = authdb.As[authdb.AuthenticatorRemover](adapter)
	w.accountLister, _ = authdb.As[authdb.AccountLister](adapter)
	w.accountUpdater, _ = authdb.As[authdb.AccountUpdater](adapter)
	w.registrar, _ = authdb.As[authdb.Registrar](adapter)
	w.transactor, _ = authdb.As[authdb.Transactor](adapter)
	if w.transactor == nil {
		if users, ok := authdb.As[authdb.UserTransactor](adapter); ok {
			w.transactor = ofUsers{users}
		}
	}
	w.userLocker, _ = authdb.As[authdb.UserLocker](adapter)
	w.accountLocker, _ = authdb.As[authdb.AccountLocker](adapter)
	return w
}

// ofUsers is for the rules that need no more than transactions of users and
// accounts.
type ofUsers struct{ authdb.UserTransactor }

func (u ofUsers) InTx(ctx context.Context, f func(ctx context.Context, tx authdb.Adapter) error) error {
	return u.InUserTx(ctx, f)
}

var errNoResult = errors.New("adaptertest: neither a result nor an error")

// call makes one call and checks what holds for every call. Rules can rely on
// it that the result is there if err is nil.
func call[T any](w *watched, method string, f func() (T, error), args ...any) (T, error) {
	w.r.Helper()
	before := snapshot(args)
	result, err := f()
	if !reflect.DeepEqual(before, args) {
		w.violated(neverModified, method+" modified its argument")
	}
	if err != nil {
		if secret, ok := w.r.quotes(err.Error()); ok {
			w.violated(neverQuoted, method+": the error quotes "+secret+": "+err.Error())
		}
		if !isNil(result) {
			w.violated(neverBoth, method+" returned a result beside the error "+err.Error())
		}
		var zero T
		return zero, err
	}
	if lacksResult(result) {
		w.violated(neverBoth, method+" returned nil and no error")
		return result, errNoResult
	}
	return result, nil
}

// violated reports a failure of a rule which may not be the one that runs.
func (w *watched) violated(sentence, how string) {
	w.r.Helper()
	if _, without := w.r.config.without[sentence]; without && w.r.rule != sentence {
		return
	}
	w.r.TB.Error(sentence + "\n\t" + how)
}

// both is the result of GetSessionAndUser.
type both struct {
	session *authdb.Session
	user    *authdb.User
}

// registrant is the result of CreateUserWithAccount.
type registrant struct {
	user    *authdb.User
	account *authdb.Account
}

// isNil reports whether there is no record and no list in the result. Of
// numbers it can't be told.
func isNil(result any) bool {
	switch result := result.(type) {
	case both:
		return result == both{}
	case registrant:
		return result == registrant{}
	}
	v := reflect.ValueOf(result)
	return v.Kind() != reflect.Pointer && v.Kind() != reflect.Slice || v.IsNil()
}

func lacksResult(result any) bool {
	switch result := result.(type) {
	case both:
		return result.session == nil || result.user == nil
	case registrant:
		return result.user == nil || result.account == nil
	}
	v := reflect.ValueOf(result)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice) && v.IsNil()
}

// snapshot copies arguments, so that a change of them shows.
func snapshot(args []any) []any {
	copies := slices.Clone(args)
	for i, arg := range args {
		switch arg := arg.(type) {
		case *authdb.User:
			copies[i] = cloneUser(arg)
		case *authdb.Account:
			copies[i] = cloneAccount(arg)
		case *authdb.Session:
			copies[i] = cloneSession(arg)
		case *authdb.VerificationToken:
			copies[i] = cloneVerificationToken(arg)
		case *authdb.Authenticator:
			copies[i] = cloneAuthenticator(arg)
		case map[string]any: // the Extra of a patch
			copies[i] = maps.Clone(arg)
		case []string:
			copies[i] = slices.Clone(arg)
		}
	}
	return copies
}

func (w *watched) CreateUser(ctx context.Context, user *authdb.User) (*authdb.User, error) {
	w.r.Helper()
	return call(w, "CreateUser", func() (*authdb.User, error) { return w.adapter.CreateUser(ctx, user) }, user)
}

func (w *watched) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	w.r.Helper()
	return call(w, "GetUser", func() (*authdb.User, error) { return w.adapter.GetUser(ctx, id) })
}

func (w *watched) GetUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	w.r.Helper()
	return call(w, "GetUserByEmail", func() (*authdb.User, error) { return w.adapter.GetUserByEmail(ctx, email) })
}

func (w *watched) GetUserByAccount(ctx context.Context, provider, providerAccountID string) (*authdb.User, error) {
	w.r.Helper()
	return call(w, "GetUserByAccount", func() (*authdb.User, error) {
		return w.adapter.GetUserByAccount(ctx, provider, providerAccountID)
	})
}

func (w *watched) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
	w.r.Helper()
	return call(w, "UpdateUser", func() (*authdb.User, error) { return w.adapter.UpdateUser(ctx, id, patch) }, patch.Extra)
}

func (w *watched) DeleteUser(ctx context.Context, id string) error {
	w.r.Helper()
	_, err := call(w, "DeleteUser", func() (struct{}, error) { return struct{}{}, w.adapter.DeleteUser(ctx, id) })
	return err
}

func (w *watched) LinkAccount(ctx context.Context, account *authdb.Account) (*authdb.Account, error) {
	w.r.Helper()
	return call(w, "LinkAccount", func() (*authdb.Account, error) { return w.adapter.LinkAccount(ctx, account) }, account)
}

func (w *watched) GetAccount(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error) {
	w.r.Helper()
	return call(w, "GetAccount", func() (*authdb.Account, error) { return w.adapter.GetAccount(ctx, provider, providerAccountID) })
}

func (w *watched) UnlinkAccount(ctx context.Context, provider, providerAccountID string) error {
	w.r.Helper()
	_, err := call(w, "UnlinkAccount", func() (struct{}, error) {
		return struct{}{}, w.adapter.UnlinkAccount(ctx, provider, providerAccountID)
	})
	return err
}

func (w *watched) CreateSession(ctx context.Context, session *authdb.Session) (*authdb.Session, error) {
	w.r.Helper()
	return call(w, "CreateSession", func() (*authdb.Session, error) { return w.adapter.CreateSession(ctx, session) }, session)
}

func (w *watched) GetSessionAndUser(ctx context.Context, sessionToken string) (*authdb.Session, *authdb.User, error) {
	w.r.Helper()
	b, err := call(w, "GetSessionAndUser", func() (b both, err error) {
		b.session, b.user, err = w.adapter.GetSessionAndUser(ctx, sessionToken)
		return b, err
	})
	return b.session, b.user, err
}

func (w *watched) UpdateSession(ctx context.Context, sessionToken string, patch authdb.SessionPatch) (*authdb.Session, error) {
	w.r.Helper()
	return call(w, "UpdateSession", func() (*authdb.Session, error) {
		return w.adapter.UpdateSession(ctx, sessionToken, patch)
	}, patch.Extra)
}

func (w *watched) DeleteSession(ctx context.Context, sessionToken string) error {
	w.r.Helper()
	_, err := call(w, "DeleteSession", func() (struct{}, error) { return struct{}{}, w.adapter.DeleteSession(ctx, sessionToken) })
	return err
}

func (w *watched) CreateVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	w.r.Helper()
	return call(w, "CreateVerificationToken", func() (*authdb.VerificationToken, error) {
		return w.adapter.CreateVerificationToken(ctx, token)
	}, token)
}

func (w *watched) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	w.r.Helper()
	return call(w, "UseVerificationToken", func() (*authdb.VerificationToken, error) {
		return w.adapter.UseVerificationToken(ctx, identifier, token)
	})
}
