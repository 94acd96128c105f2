package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/authdb/authdb"
)

// faulty is Memory with methods that can be replaced by broken ones. With none
// replaced it keeps the contract, and has what Memory lacks: a Check, a table
// of somebody else's that points at users, and stores that As declines.
type faulty struct {
	*Memory
	declines []string
	edit     func(f *faulty, m *Memory) // what is replaced, also of a transaction's

	mu     sync.Mutex
	pinned map[string]bool // users that another table points at

	createUser       func(context.Context, *authdb.User) (*authdb.User, error)
	getUser          func(context.Context, string) (*authdb.User, error)
	getUserByEmail   func(context.Context, string) (*authdb.User, error)
	getUserByAccount func(context.Context, string, string) (*authdb.User, error)
	updateUser       func(context.Context, string, authdb.UserPatch) (*authdb.User, error)
	deleteUser       func(context.Context, string) error

	linkAccount   func(context.Context, *authdb.Account) (*authdb.Account, error)
	getAccount    func(context.Context, string, string) (*authdb.Account, error)
	unlinkAccount func(context.Context, string, string) error
	listAccounts  func(context.Context, string) ([]*authdb.Account, error)
	updateAccount func(context.Context, string, string, authdb.AccountPatch) (*authdb.Account, error)

	createSession     func(context.Context, *authdb.Session) (*authdb.Session, error)
	getSessionAndUser func(context.Context, string) (*authdb.Session, *authdb.User, error)
	updateSession     func(context.Context, string, authdb.SessionPatch) (*authdb.Session, error)
	deleteSession     func(context.Context, string) error
	listSessions      func(context.Context, string) ([]*authdb.Session, error)
	deleteSessions    func(context.Context, string, ...string) (int64, error)
	deleteSessionByID func(context.Context, string, string) error
	touchSession      func(context.Context, *authdb.Session, time.Duration) (bool, error)

	createToken   func(context.Context, *authdb.VerificationToken) (*authdb.VerificationToken, error)
	useToken      func(context.Context, string, string) (*authdb.VerificationToken, error)
	getToken      func(context.Context, string, string) (*authdb.VerificationToken, error)
	deleteExpired func(context.Context, int) (authdb.Swept, error)

	createAuthenticator func(context.Context, *authdb.Authenticator) (*authdb.Authenticator, error)
	getAuthenticator    func(context.Context, string) (*authdb.Authenticator, error)
	listAuthenticators  func(context.Context, string) ([]*authdb.Authenticator, error)
	updateCounter       func(context.Context, string, uint32) (*authdb.Authenticator, error)
	deleteAuthenticator func(context.Context, string) error

	createUserWithAccount func(context.Context, *authdb.User, *authdb.Account) (*authdb.User, *authdb.Account, error)

	inTx        func(context.Context, func(context.Context, authdb.Adapter) error) error
	lockUser    func(context.Context, string) (*authdb.User, error)
	lockAccount func(context.Context, string, string) (*authdb.Account, error)

	convert func(context.Context, func(authdb.SecretProgress)) error

	validate func() error
	check    func(context.Context) error
}

func newFaulty(m *Memory) *faulty {
	f := &faulty{Memory: m, pinned: make(map[string]bool)}
	f.createUser, f.getUser, f.getUserByEmail, f.getUserByAccount = m.CreateUser, m.GetUser, m.GetUserByEmail, m.GetUserByAccount
	f.updateUser, f.deleteUser = m.UpdateUser, f.deleteUnpinned
	f.linkAccount, f.getAccount, f.unlinkAccount = m.LinkAccount, m.GetAccount, m.UnlinkAccount
	f.listAccounts, f.updateAccount = m.ListAccountsByUserID, m.UpdateAccount
	f.createSession, f.getSessionAndUser, f.updateSession = m.CreateSession, m.GetSessionAndUser, m.UpdateSession
	f.deleteSession, f.listSessions, f.deleteSessions = m.DeleteSession, m.ListSessionsByUserID, m.DeleteSessionsByUserID
	f.createToken, f.useToken, f.deleteExpired = m.CreateVerificationToken, m.UseVerificationToken, m.DeleteExpired
	f.getToken = m.GetVerificationToken
	f.deleteSessionByID, f.touchSession, f.deleteAuthenticator = m.DeleteSessionByID, m.TouchSession, m.DeleteAuthenticator
	f.createAuthenticator, f.getAuthenticator = m.CreateAuthenticator, m.GetAuthenticator
	f.listAuthenticators, f.updateCounter = m.ListAuthenticatorsByUserID, m.UpdateAuthenticatorCounter
	f.inTx, f.lockUser, f.lockAccount = f.transaction, m.LockUser, m.LockAccount
	f.createUserWithAccount = f.createBoth
	f.convert = f.convertNothing
	f.validate, f.check = m.Validate, func(ctx context.Context) error { return ctx.Err() }
	return f
}

// pin makes a row of another table that points at the user.
func (f *faulty) pin(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pinned[id] = true
}

func (f *faulty) deleteUnpinned(ctx context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pinned[id] {
		return fmt.Errorf("faulty: delete user: %w", authdb.ErrReferenced)
	}
	return f.Memory.DeleteUser(ctx, id)
}

// As declines the stores that are to be declined.
func (f *faulty) As(target any) bool {
	v := reflect.ValueOf(target).Elem()
	if slices.Contains(f.declines, v.Type().Name()) || !reflect.TypeOf(f).AssignableTo(v.Type()) {
		return false
	}
	v.Set(reflect.ValueOf(f))
	return true
}

// declining is a sound adapter without a store.
func declining(m *Memory, store string) *faulty {
	return edited(m, func(f *faulty, _ *Memory) { decline(f, store) })
}

func decline(f *faulty, store string) {
	f.declines = []string{store}
	unsupported := fmt.Errorf("faulty: %w", errors.ErrUnsupported)
	switch store {
	case "AccountStore":
		f.declines = append(f.declines, "AccountLister", "AccountUpdater", "AccountLocker", "Registrar")
		f.linkAccount = func(context.Context, *authdb.Account) (*authdb.Account, error) { return nil, unsupported }
		f.getAccount = func(context.Context, string, string) (*authdb.Account, error) { return nil, unsupported }
		f.unlinkAccount = func(context.Context, string, string) error { return unsupported }
		f.getUserByAccount = func(context.Context, string, string) (*authdb.User, error) { return nil, unsupported }
		f.createUserWithAccount = func(context.Context, *authdb.User, *authdb.Account) (*authdb.User, *authdb.Account, error) {
			return nil, nil, unsupported
		}
	case "SessionStore":
		f.declines = append(f.declines, "SessionLister", "SessionRevoker", "SessionToucher")
		f.createSession = func(context.Context, *authdb.Session) (*authdb.Session, error) { return nil, unsupported }
		f.getSessionAndUser = func(context.Context, string) (*authdb.Session, *authdb.User, error) { return nil, nil, unsupported }
		f.updateSession = func(context.Context, string, authdb.SessionPatch) (*authdb.Session, error) { return nil, unsupported }
		f.deleteSession = func(context.Context, string) error { return unsupported }
	case "VerificationTokenStore":
		f.declines = append(f.declines, "VerificationTokenReader")
		f.getToken = func(context.Context, string, string) (*authdb.VerificationToken, error) { return nil, unsupported }
		f.createToken = func(context.Context, *authdb.VerificationToken) (*authdb.VerificationToken, error) {
			return nil, unsupported
		}
		f.useToken = func(context.Context, string, string) (*authdb.VerificationToken, error) { return nil, unsupported }
	case "AuthenticatorStore":
		f.declines = append(f.declines, "AuthenticatorRemover")
		f.createAuthenticator = func(context.Context, *authdb.Authenticator) (*authdb.Authenticator, error) { return nil, unsupported }
		f.getAuthenticator = func(context.Context, string) (*authdb.Authenticator, error) { return nil, unsupported }
		f.listAuthenticators = func(context.Context, string) ([]*authdb.Authenticator, error) { return nil, unsupported }
		f.updateCounter = func(context.Context, string, uint32) (*authdb.Authenticator, error) { return nil, unsupported }
	}
}

func (f *faulty) Validate() error                 { return f.validate() }
func (f *faulty) Check(ctx context.Context) error { return f.check(ctx) }

func (f *faulty) CreateUser(ctx context.Context, u *authdb.User) (*authdb.User, error) {
	return f.createUser(ctx, u)
}

func (f *faulty) GetUser(ctx context.Context, id string) (*authdb.User, error) {
	return f.getUser(ctx, id)
}

func (f *faulty) GetUserByEmail(ctx context.Context, email string) (*authdb.User, error) {
	return f.getUserByEmail(ctx, email)
}

func (f *faulty) GetUserByAccount(ctx context.Context, provider, id string) (*authdb.User, error) {
	return f.getUserByAccount(ctx, provider, id)
}

func (f *faulty) UpdateUser(ctx context.Context, id string, patch authdb.UserPatch) (*authdb.User, error) {
	return f.updateUser(ctx, id, patch)
}
func (f *faulty) DeleteUser(ctx context.Context, id string) error { return f.deleteUser(ctx, id) }

func (f *faulty) LinkAccount(ctx context.Context, a *authdb.Account) (*authdb.Account, error) {
	return f.linkAccount(ctx, a)
}

func (f *faulty) GetAccount(ctx context.Context, provider, id string) (*authdb.Account, error) {
	return f.getAccount(ctx, provider, id)
}

func (f *faulty) UnlinkAccount(ctx context.Context, provider, id string) error {
	return f.unlinkAccount(ctx, provider, id)
}

func (f *faulty) ListAccountsByUserID(ctx context.Context, id string) ([]*authdb.Account, error) {
	return f.listAccounts(ctx, id)
}

func (f *faulty) UpdateAccount(ctx context.Context, provider, id string, patch authdb.AccountPatch) (*authdb.Account, error) {
	return f.updateAccount(ctx, provider, id, patch)
}

func (f *faulty) CreateSession(ctx context.Context, s *authdb.Session) (*authdb.Session, error) {
	return f.createSession(ctx, s)
}

func (f *faulty) GetSessionAndUser(ctx context.Context, token string) (*authdb.Session, *authdb.User, error) {
	return f.getSessionAndUser(ctx, token)
}

func (f *faulty) UpdateSession(ctx context.Context, token string, patch authdb.SessionPatch) (*authdb.Session, error) {
	return f.updateSession(ctx, token, patch)
}

func (f *faulty) DeleteSession(ctx context.Context, token string) error {
	return f.deleteSession(ctx, token)
}

func (f *faulty) ListSessionsByUserID(ctx context.Context, id string) ([]*authdb.Session, error) {
	return f.listSessions(ctx, id)
}

func (f *faulty) DeleteSessionsByUserID(ctx context.Context, id string, except ...string) (int64, error) {
	return f.deleteSessions(ctx, id, except...)
}

func (f *faulty) DeleteSessionByID(ctx context.Context, userID, sessionID string) error {
	return f.deleteSessionByID(ctx, userID, sessionID)
}

func (f *faulty) TouchSession(ctx context.Context, s *authdb.Session, every time.Duration) (bool, error) {
	return f.touchSession(ctx, s, every)
}

func (f *faulty) DeleteAuthenticator(ctx context.Context, id string) error {
	return f.deleteAuthenticator(ctx, id)
}

func (f *faulty) CreateVerificationToken(ctx context.Context, t *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	return f.createToken(ctx, t)
}

func (f *faulty) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	return f.useToken(ctx, identifier, token)
}

func (f *faulty) GetVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	return f.getToken(ctx, identifier, token)
}

func (f *faulty) DeleteExpired(ctx context.Context, limit int) (authdb.Swept, error) {
	return f.deleteExpired(ctx, limit)
}

func (f *faulty) CreateAuthenticator(ctx context.Context, a *authdb.Authenticator) (*authdb.Authenticator, error) {
	return f.createAuthenticator(ctx, a)
}

func (f *faulty) GetAuthenticator(ctx context.Context, id string) (*authdb.Authenticator, error) {
	return f.getAuthenticator(ctx, id)
}

func (f *faulty) ListAuthenticatorsByUserID(ctx context.Context, id string) ([]*authdb.Authenticator, error) {
	return f.listAuthenticators(ctx, id)
}

func (f *faulty) UpdateAuthenticatorCounter(ctx context.Context, id string, counter uint32) (*authdb.Authenticator, error) {
	return f.updateCounter(ctx, id, counter)
}
