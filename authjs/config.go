package authjs

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/authdb/authdb"
)

// A Config says what the Auth.js beside it is configured with. The zero value of
// each field is Auth.js's own default.
type Config struct {
	// URL is where Auth.js is served, as AUTH_URL or NEXTAUTH_URL has it:
	// "https://app.example.com", or with a path that is not /api/auth. It says
	// whether cookies are Secure: then only those with a prefix are read.
	// Default: unknown. All cookies are read, and those that are written are
	// Secure if the request came over TLS, or a proxy says that it did.
	URL string

	// Secrets are AUTH_SECRET or NEXTAUTH_SECRET, and those before it, the newest
	// first: the first encrypts, any decrypts. Required for encrypted sessions
	// and for CSRF tokens.
	Secrets []string

	// Adapter looks database sessions up. Required for those.
	Adapter authdb.Adapter

	// CookieName is the name of the session cookie, where Auth.js is configured
	// with another (cookies.sessionToken.name), complete with its prefix. The
	// keys of Auth.js 5 depend on it. Default: all names that Auth.js uses.
	CookieName string

	// CookieDomain is the Domain of cookies that are written, where Auth.js is
	// configured with one. Default: none.
	CookieDomain string

	// Strategy is how sessions are kept, session.strategy in Auth.js: others are
	// not read. Default: both are, as tokens tell by themselves which they are,
	// and those that Issue begins are in the database if there is an Adapter. Set
	// it if an application has changed its strategy: Auth.js does not clear what
	// the browsers have of the other.
	Strategy Strategy

	// Version is the version of Auth.js: V5, or V4, which is for NextAuth 3 as
	// well. Cookies and tokens of others are not read. Default: all are, those of
	// 5 first, and Issue writes those. Set it when an application has changed its
	// version: nobody clears the cookies of the one before, and an encrypted
	// session in them is good until it expires.
	Version Version

	// MaxAge is session.maxAge: how long a session lasts. Default: 30 days.
	MaxAge time.Duration

	// UpdateAge is session.updateAge: how long Renew leaves a database session
	// alone after it was extended. Default: one day. Negative: not at all.
	UpdateAge time.Duration

	// SignInPage is where Require sends browsers, pages.signIn in Auth.js.
	// Default: /signin below URL, and without one nowhere.
	SignInPage string

	// Clock tells the present. Default: time.Now.
	Clock func() time.Time

	// Logger gets what is wrong with the configuration and no visitor's to know,
	// once. No token is logged. Default: slog.Default.
	Logger *slog.Logger
}

// A Strategy is how Auth.js keeps a session.
type Strategy string

// The strategies, by Auth.js's names.
const (
	StrategyJWT      Strategy = "jwt"      // in the cookie, encrypted
	StrategyDatabase Strategy = "database" // in the database
)

// A Version is a major version of Auth.js or NextAuth.
type Version int

// The versions. Core 0.x is called Auth.js 5.
const (
	V3 Version = 3
	V4 Version = 4
	V5 Version = 5
)

// An Auth finds sessions. It is safe for concurrent use.
type Auth struct {
	cfg    Config
	base   *url.URL // nil if unknown
	names  []string // of session cookies, in the order in which they are looked for
	keys   keys
	logged sync.Map // of the errors that were logged, by text
}

const (
	day           = 24 * time.Hour
	defaultMaxAge = 30 * day
	defaultPath   = "/api/auth"
)

// New returns an Auth, or ErrConfig, which says all that is wrong.
func New(cfg Config) (*Auth, error) {
	a := &Auth{cfg: cfg}
	a.cfg.Secrets = append([]string(nil), cfg.Secrets...)
	if err := a.complete(); err != nil {
		return nil, fmt.Errorf("authjs: %w: %w", ErrConfig, err)
	}
	a.names = a.cookieNames()
	var err error
	if a.keys, err = deriveKeys(a.cfg.Secrets, append(defaultNames(), a.cfg.CookieName)); err != nil {
		return nil, fmt.Errorf("authjs: %w: %w", ErrConfig, err)
	}
	return a, nil
}

// complete fills in the defaults, and returns what can't be.
func (a *Auth) complete() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	c := &a.cfg
	if len(c.Secrets) == 0 && c.Adapter == nil {
		refuse("Secrets and Adapter: pass the one for encrypted sessions, the other for database sessions, or both")
	}
	for i, s := range c.Secrets {
		if s == "" {
			refuse("Secrets[%d] is empty: is the variable AUTH_SECRET set?", i)
		}
	}
	if c.Adapter != nil {
		if _, ok := authdb.As[authdb.SessionStore](c.Adapter); !ok {
			refuse("Adapter: it keeps no sessions: leave it out, and pass Secrets")
		}
	}
	if c.URL != "" {
		u, err := url.Parse(c.URL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			refuse("URL: it has to be like https://app.example.com, with a path if Auth.js is not at %s", defaultPath)
		} else {
			if u.Path = strings.TrimRight(u.Path, "/"); u.Path == "" {
				u.Path = defaultPath
			}
			u.RawPath = ""
			a.base = u
		}
	}
	if c.CookieName != "" && !isCookieName(c.CookieName) {
		refuse("CookieName: it is no name of a cookie")
	}
	if strings.ContainsAny(c.CookieDomain, "; ,\r\n\t") {
		refuse("CookieDomain: it is no domain")
	}
	if strings.HasPrefix(c.CookieName, hostPrefix) && c.CookieDomain != "" {
		refuse("CookieDomain: a cookie that begins with %s has none", hostPrefix)
	}
	switch c.Strategy {
	case "":
	case StrategyJWT:
		if len(c.Secrets) == 0 {
			refuse("Strategy: encrypted sessions need Secrets")
		}
	case StrategyDatabase:
		if c.Adapter == nil {
			refuse("Strategy: database sessions need an Adapter")
		}
	default:
		refuse("Strategy: %q is none: use StrategyJWT or StrategyDatabase", c.Strategy)
	}
	switch c.Version {
	case 0, V4, V5:
	default:
		refuse("Version: %d is none that sessions are made for: use V5 or V4", c.Version)
	}
	switch {
	case c.MaxAge == 0:
		c.MaxAge = defaultMaxAge
	case c.MaxAge < time.Second:
		refuse("MaxAge: %v is too short", c.MaxAge)
	}
	if c.UpdateAge == 0 {
		c.UpdateAge = day
	}
	c.UpdateAge = max(c.UpdateAge, 0)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.SignInPage == "" && a.base != nil {
		c.SignInPage = a.base.JoinPath("signin").String()
	}
	return errors.Join(errs...)
}

// Format prints no secret, by any verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, c.String()) }

// String says what is configured, and not the secrets.
func (c Config) String() string {
	return fmt.Sprintf("{URL:%s Secrets:%d Adapter:%t CookieName:%s Strategy:%s}", c.URL, len(c.Secrets), c.Adapter != nil, c.CookieName, c.Strategy)
}

// LogValue logs no secret.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText has no secret either.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Format prints what is configured, and no secret and no key, by any verb.
func (a *Auth) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, a.String()) }

// String says what is configured.
func (a *Auth) String() string { return "authjs.Auth" + a.cfg.String() }

// LogValue logs no secret.
func (a *Auth) LogValue() slog.Value { return slog.StringValue(a.String()) }

func (a *Auth) now() time.Time { return a.cfg.Clock() }

// logOnce logs an error of which a person has to know, the first time.
func (a *Auth) logOnce(err error) {
	if _, before := a.logged.LoadOrStore(err.Error(), true); before {
		return
	}
	a.logger().Error("authjs: a visitor is not signed in, and this may be the configuration's fault", "error", err.Error())
}
