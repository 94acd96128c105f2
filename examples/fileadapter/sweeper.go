package fileadapter

import (
	"context"
	"fmt"

	"github.com/authdb/authdb"
)

var _ authdb.Sweeper = (*Adapter)(nil)

// DeleteExpired implements authdb.Sweeper.
func (a *Adapter) DeleteExpired(ctx context.Context, limit int) (authdb.Swept, error) {
	return do(ctx, a, "delete expired", func() (swept authdb.Swept, err error) {
		if limit <= 0 {
			return swept, fmt.Errorf("%w: limit: want at least 1", authdb.ErrInvalid)
		}
		var c change
		for token, s := range a.data.sessions {
			if len(c.NoSessions) < limit && a.expired(s.Expires) {
				c.NoSessions = append(c.NoSessions, token)
			}
		}
		for key, t := range a.data.tokens {
			if len(c.NoTokens) < limit && a.expired(t.Expires) {
				c.NoTokens = append(c.NoTokens, key)
			}
		}
		swept.Sessions, swept.VerificationTokens = int64(len(c.NoSessions)), int64(len(c.NoTokens))
		if swept != (authdb.Swept{}) {
			err = a.commit(c)
		}
		return swept, err
	})
}
