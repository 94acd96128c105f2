package adaptertest

import (
	"context"
	"time"

	"github.com/authdb/authdb"
)

func (w *watched) CreateAuthenticator(ctx context.Context, authenticator *authdb.Authenticator) (*authdb.Authenticator, error) {
	w.r.Helper()
	return call(w, "CreateAuthenticator", func() (*authdb.Authenticator, error) {
		return w.authenticators.CreateAuthenticator(ctx, authenticator)
	}, authenticator)
}

func (w *watched) GetAuthenticator(ctx context.Context, credentialID string) (*authdb.Authenticator, error) {
	w.r.Helper()
	return call(w, "GetAuthenticator", func() (*authdb.Authenticator, error) {
		return w.authenticators.GetAuthenticator(ctx, credentialID)
	})
}

func (w *watched) ListAuthenticatorsByUserID(ctx context.Context, userID string) ([]*authdb.Authenticator, error) {
	w.r.Helper()
	return call(w, "ListAuthenticatorsByUserID", func() ([]*authdb.Authenticator, error) {
		return w.authenticators.ListAuthenticatorsByUserID(ctx, userID)
	})
}

func (w *watched) UpdateAuthenticatorCounter(ctx context.Context, credentialID string, counter uint32) (*authdb.Authenticator, error) {
	w.r.Helper()
	return call(w, "UpdateAuthenticatorCounter", func() (*authdb.Authenticator, error) {
		return w.authenticators.UpdateAuthenticatorCounter(ctx, credentialID, counter)
	})
}

func (w *watched) GetVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	w.r.Helper()
	return call(w, "GetVerificationToken", func() (*authdb.VerificationToken, error) {
		return w.tokenReader.GetVerificationToken(ctx, identifier, token)
	})
}

func (w *watched) DeleteExpired(ctx context.Context, limit int) (authdb.Swept, error) {
	w.r.Helper()
	return call(w, "DeleteExpired", func() (authdb.Swept, error) { return w.sweeper.DeleteExpired(ctx, limit) })
}

func (w *watched) ListSessionsByUserID(ctx context.Context, userID string) ([]*authdb.Session, error) {
	w.r.Helper()
	return call(w, "ListSessionsByUserID", func() ([]*authdb.Session, error) {
		return w.sessionLister.ListSessionsByUserID(ctx, userID)
	})
}

func (w *watched) DeleteSessionsByUserID(ctx context.Context, userID string, exceptTokens ...string) (int64, error) {
	w.r.Helper()
	return call(w, "DeleteSessionsByUserID", func() (int64, error) {
		return w.sessionLister.DeleteSessionsByUserID(ctx, userID, exceptTokens...)
	}, exceptTokens)
}

func (w *watched) DeleteSessionByID(ctx context.Context, userID, sessionID string) error {
	w.r.Helper()
	_, err := call(w, "DeleteSessionByID", func() (struct{}, error) {
		return struct{}{}, w.sessionRevoker.DeleteSessionByID(ctx, userID, sessionID)
	})
	return err
}

func (w *watched) TouchSession(ctx context.Context, session *authdb.Session, every time.Duration) (bool, error) {
	w.r.Helper()
	return call(w, "TouchSession", func() (bool, error) { return w.sessionToucher.TouchSession(ctx, session, every) }, session)
}

func (w *watched) DeleteAuthenticator(ctx context.Context, credentialID string) error {
	w.r.Helper()
	_, err := call(w, "DeleteAuthenticator", func() (struct{}, error) { return struct{}{}, w.remover.DeleteAuthenticator(ctx, credentialID) })
	return err
}

func (w *watched) ListAccountsByUserID(ctx context.Context, userID string) ([]*authdb.Account, error) {
	w.r.Helper()
	return call(w, "ListAccountsByUserID", func() ([]*authdb.Account, error) {
		return w.accountLister.ListAccountsByUserID(ctx, userID)
	})
}

func (w *watched) UpdateAccount(ctx context.Context, provider, providerAccountID string, patch authdb.AccountPatch) (*authdb.Account, error) {
	w.r.Helper()
	return call(w, "UpdateAccount", func() (*authdb.Account, error) {
		return w.accountUpdater.UpdateAccount(ctx, provider, providerAccountID, patch)
	}, patch.Extra)
}

func (w *watched) CreateUserWithAccount(ctx context.Context, user *authdb.User, account *authdb.Account) (*authdb.User, *authdb.Account, error) {
	w.r.Helper()
	made, err := call(w, "CreateUserWithAccount", func() (r registrant, err error) {
		r.user, r.account, err = w.registrar.CreateUserWithAccount(ctx, user, account)
		return r, err
	}, user, account)
	return made.user, made.account, err
}

func (w *watched) LockUser(ctx context.Context, id string) (*authdb.User, error) {
	w.r.Helper()
	return call(w, "LockUser", func() (*authdb.User, error) { return w.userLocker.LockUser(ctx, id) })
}

func (w *watched) LockAccount(ctx context.Context, provider, providerAccountID string) (*authdb.Account, error) {
	w.r.Helper()
	return call(w, "LockAccount", func() (*authdb.Account, error) {
		return w.accountLocker.LockAccount(ctx, provider, providerAccountID)
	})
}
