package authjs

import (
	"errors"
	"fmt"
)

var (
	// ErrNoSession is returned where nobody is signed in: there is no token, or
	// one that has expired, was revoked, was changed or never was one. The answer
	// to the visitor is 401, or the way to the sign-in page. All other errors are
	// no answer to the question: 503.
	ErrNoSession = errors.New("no session")

	// ErrSecret is returned, beside ErrNoSession, where there is an encrypted
	// token that none of Config.Secrets opens. Of one visitor it is a cookie of
	// long ago, or a forged one; of all it is the wrong secret. So the first is
	// logged, once.
	ErrSecret = errors.New("no secret opens the token")

	// ErrCSRF is returned by VerifyCSRF: 403.
	ErrCSRF = errors.New("CSRF token missing or wrong")

	// ErrConfig is returned by New, and by what the configuration has no means
	// for.
	ErrConfig = errors.New("invalid configuration")
)

// noSession is why there is no session. It quotes nothing of the token.
func noSession(why string) error { return fmt.Errorf("%w: %s", ErrNoSession, why) }

// unopened is an encrypted token that none of the secrets opens.
func unopened(why string) error { return fmt.Errorf("%w: %w: %s", ErrNoSession, ErrSecret, why) }

// Each of the following is a reason that is not for the visitor.
var (
	errNoSecrets = fmt.Errorf("%w: %w: there is an encrypted token, and Config.Secrets is empty: pass AUTH_SECRET", ErrNoSession, ErrSecret)
	errNoAdapter = fmt.Errorf("%w: there is a token of a database session, and Config.Adapter is nil: pass the adapter of the database", ErrNoSession)
)
