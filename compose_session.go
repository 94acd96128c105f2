package authdb

import (
	"context"
	"errors"
	"time"
)

// CreateSession implements SessionStore. With sessions apart it is three round
// trips.
func (c *Composition) CreateSession(ctx context.Context, session *Session) (*Session, error) {
	switch {
	case !c.detached.is() && !c.sessions.is():
		return nil, unsupported("SessionStore")
	case !c.detached.is():
		return c.sessions.by.CreateSession(ctx, session)
	case c.inTx:
		return nil, c.outsideOfTx("create session")
	case session == nil:
		return c.detached.by.CreateSession(ctx, session)
	}
	return add(ctx, c, "create session", session.UserID,
		func(ctx context.Context) (*Session, error) { return c.detached.by.CreateSession(ctx, session) },
		func(ctx context.Context) error { return c.detached.by.DeleteSession(ctx, session.SessionToken) })
}

// GetSessionAndUser implements SessionStore. With sessions apart it is two round
// trips, and the error of a session whose user is gone is that of GetUser.
func (c *Composition) GetSessionAndUser(ctx context.Context, sessionToken string) (*Session, *User, error) {
	switch {
	case !c.detached.is() && !c.sessions.is():
		return nil, nil, unsupported("SessionStore")
	case !c.detached.is():
		return c.sessions.by.GetSessionAndUser(ctx, sessionToken)
	}
	session, err := c.detached.by.GetSession(ctx, sessionToken)
	if err != nil {
		return nil, nil, err
	}
	user, err := c.users.GetUser(ctx, session.UserID)
	if err != nil {
		return nil, nil, err
	}
	return session, user, nil
}

// UpdateSession implements SessionStore. With sessions apart it is three round
// trips: a session whose user is not there is not changed.
func (c *Composition) UpdateSession(ctx context.Context, sessionToken string, patch SessionPatch) (*Session, error) {
	switch {
	case !c.detached.is() && !c.sessions.is():
		return nil, unsupported("SessionStore")
	case !c.detached.is():
		return c.sessions.by.UpdateSession(ctx, sessionToken, patch)
	}
	if _, _, err := c.GetSessionAndUser(ctx, sessionToken); err != nil {
		return nil, err
	}
	return c.detached.by.UpdateSession(ctx, sessionToken, patch)
}

// DeleteSession implements SessionStore.
func (c *Composition) DeleteSession(ctx context.Context, sessionToken string) error {
	switch {
	case !c.detached.is() && !c.sessions.is():
		return unsupported("SessionStore")
	case !c.detached.is():
		return c.sessions.by.DeleteSession(ctx, sessionToken)
	}
	return c.detached.by.DeleteSession(ctx, sessionToken)
}

// ListSessionsByUserID implements SessionLister.
func (c *Composition) ListSessionsByUserID(ctx context.Context, userID string) ([]*Session, error) {
	lister, err := need[SessionLister](c.sessionStore())
	switch {
	case err != nil:
		return nil, err
	case c.detached.is():
		return listOf(ctx, c, userID, lister.ListSessionsByUserID)
	}
	return lister.ListSessionsByUserID(ctx, userID)
}

// DeleteSessionsByUserID implements SessionLister.
func (c *Composition) DeleteSessionsByUserID(ctx context.Context, userID string, exceptTokens ...string) (int64, error) {
	lister, err := need[SessionLister](c.sessionStore())
	if err != nil {
		return 0, err
	}
	return lister.DeleteSessionsByUserID(ctx, userID, exceptTokens...)
}

// DeleteSessionByID implements SessionRevoker.
func (c *Composition) DeleteSessionByID(ctx context.Context, userID, sessionID string) error {
	revoker, err := need[SessionRevoker](c.sessionStore())
	if err != nil {
		return err
	}
	return revoker.DeleteSessionByID(ctx, userID, sessionID)
}

// TouchSession implements SessionToucher. With sessions apart, the user is looked
// up if it wrote: most calls write nothing, and send nothing.
func (c *Composition) TouchSession(ctx context.Context, session *Session, every time.Duration) (bool, error) {
	toucher, err := need[SessionToucher](c.sessionStore())
	if err != nil {
		return false, err
	}
	wrote, err := toucher.TouchSession(ctx, session, every)
	if err != nil || !wrote || !c.detached.is() {
		return wrote, err
	}
	switch _, err := c.users.GetUser(ctx, session.UserID); {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, nil
}
