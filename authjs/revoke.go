package authjs

import (
	"context"
	"fmt"
	"net/http"

	"github.com/authdb/authdb"
)

// Revoke signs out: it deletes the session that the request has in the database,
// and has the browser forget all session cookies. Where nobody is signed in it
// only does the latter, and it is no error. If the database can't be asked, that
// is the error, and the cookies stay, so that it can be tried again.
//
// An encrypted session ends in this browser only: a copy of the token is good
// until it expires.
func (a *Auth) Revoke(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	for _, c := range a.candidates(r) {
		if a.cfg.Adapter == nil || a.isEncrypted(c.token) {
			continue
		}
		store, ok := authdb.As[authdb.SessionStore](a.cfg.Adapter)
		if !ok {
			continue
		}
		if err := store.DeleteSession(ctx, c.token); err != nil {
			return fmt.Errorf("authjs: revoke: %w", err)
		}
	}
	for _, name := range a.names {
		a.clearPieces(w, r, name)
	}
	return nil
}
