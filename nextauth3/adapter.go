package nextauth3

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/authdb/authdb"
)

const day = 24 * time.Hour

// Options are those of the adapter. The zero value is ready to use.
type Options struct {
	// DisplayName stands in front of the codes in the log, as in
	// AUTHDB__CREATE_USER. Default: AUTHDB.
	DisplayName string

	// AccessTokenField is the field of the session rows, a string, in which
	// CreateSession is to store the session's access token. Default: none is
	// stored. If the rows have a field AccessToken and fill it by themselves, as
	// those of presets.NextAuth3 do, that is the access token. If they don't, it
	// is computed from the session token and the secret: nobody can tell the
	// session token from it, and it stays the same for as long as these two do.
	AccessTokenField string

	// Authorize says whose credentials these are, for GetUserByCredentials: the
	// ID of a user, or "" for nobody's. Default: none, and GetUserByCredentials
	// is errors.ErrUnsupported.
	Authorize func(ctx context.Context, credentials map[string]string) (userID string, err error)

	// Connect is called by each GetAdapter, which is where version 3 has the
	// connection checked and made anew. Default: nothing is done, since the pool
	// of database/sql sees to it.
	Connect func(ctx context.Context) error

	// Clock is the present. Pass what the adapter below has from
	// authdb.WithClock. Default: time.Now.
	Clock func() time.Time
}

// An Adapter is version 3's, an object with the method getAdapter. It is safe
// for concurrent use.
type Adapter struct {
	adapter authdb.Adapter
	options Options
}

// New returns the contract of NextAuth 3 over the adapter.
func New(adapter authdb.Adapter, options Options) *Adapter {
	options.DisplayName = cmp.Or(options.DisplayName, "AUTHDB")
	if options.Clock == nil {
		options.Clock = time.Now
	}
	return &Adapter{adapter, options}
}

// AppOptions are what an adapter is told of the application.
type AppOptions struct {
	Secret  string // required
	BaseURL string // passed on to SendVerificationRequest
	Session SessionOptions

	// Logger gets a debug record before each call and an error record after one
	// that failed, with the codes of version 3 as messages. Default: nothing is
	// logged.
	Logger *slog.Logger
}

// SessionOptions say how long sessions last.
type SessionOptions struct {
	// MaxAge is how long after its last renewal a session expires. Default: 30
	// days. A negative one is version 3's 0: sessions don't expire, which no
	// table can store, so that none can be created.
	MaxAge time.Duration

	// UpdateAge is how long after its last renewal UpdateSession renews a
	// session again. Default: 24 hours. A negative one is version 3's 0: each
	// time.
	UpdateAge time.Duration
}

// GetAdapter (getAdapter) returns the methods, for an application with these
// options. Version 3 calls it before each group of operations, which costs
// nothing here. It returns the error of Connect as it is, those of the adapter's
// configuration, and authdb.ErrInvalid without a secret.
func (a *Adapter) GetAdapter(ctx context.Context, app AppOptions) (*Instance, error) {
	if app.Secret == "" {
		return nil, fmt.Errorf("nextauth3: %w: AppOptions.Secret is empty: pass the secret of the application", authdb.ErrInvalid)
	}
	if validator, ok := authdb.As[authdb.Validator](a.adapter); ok {
		if err := validator.Validate(); err != nil {
			return nil, fmt.Errorf("nextauth3: %w", err)
		}
	}
	if a.options.Connect != nil {
		if err := a.options.Connect(ctx); err != nil {
			if app.Logger != nil {
				app.Logger.ErrorContext(ctx, "ADAPTER_CONNECTION_ERROR", "error", callbackError{"Connect", err})
			}
			return nil, err
		}
	}
	app.Session.MaxAge = ageOr(app.Session.MaxAge, 30*day)
	app.Session.UpdateAge = ageOr(app.Session.UpdateAge, day)
	return &Instance{adapter: a.adapter, options: a.options, app: app}, nil
}

// ageOr returns the age that an option means: the default for 0, and 0 for less.
func ageOr(age, byDefault time.Duration) time.Duration {
	if age == 0 {
		return byDefault
	}
	return max(age, 0)
}

// An Instance is what version 3's getAdapter resolves to: the methods of the
// contract. It is safe for concurrent use.
type Instance struct {
	adapter authdb.Adapter
	options Options
	app     AppOptions
}

// DisplayName (displayName) stands in front of the codes in the log.
func (in *Instance) DisplayName() string { return in.options.DisplayName }

// now is the present as JavaScript has it.
func (in *Instance) now() time.Time { return in.options.Clock().UTC().Truncate(time.Millisecond) }
