package interop_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
)

// A talk is what a case has: the two sides of a pairing, on one database. The
// tables hold the leftovers of other cases.
type talk struct {
	*testing.T
	facts
	js *peer
	goSide
	db     *gorm.DB
	models authdb.Models
}

// goSide is the adapter under test, with all its extensions.
type goSide interface {
	authdb.Adapter
	authdb.AuthenticatorStore
	authdb.Checker
	authdb.Synchronizer
	authdb.Sweeper
	Plan(context.Context) (*gormadapter.Plan, error)
}

var numbers atomic.Int64

// fresh returns a text that no other case has, and which is hard to carry.
func (c *talk) fresh(what string) string {
	return fmt.Sprintf("%s-%d-Ünï😀", what, numbers.Add(1))
}

// plain returns a text of ASCII that no other case has.
func (c *talk) plain(what string) string { return fmt.Sprintf("%s-%d", what, numbers.Add(1)) }

func (c *talk) email() string { return c.plain("somebody") + "@example.com" }

// long returns a text as long as the origin's columns for provider tokens hold.
func (c *talk) long() string {
	text := []rune(c.fresh("token"))
	limit := c.text
	if limit == 0 {
		limit = 5000
	}
	for len(text) < limit {
		text = append(text, rune('a'+len(text)%26))
	}
	return string(text)
}

// ask has JavaScript call a method of the adapter. It must not throw.
func (c *talk) ask(method string, args ...any) any {
	c.Helper()
	result, err := c.js.call(method, args...)
	if err != nil {
		c.Fatalf("JavaScript: %s: %v", method, err)
	}
	return result
}

// none has JavaScript look something up that must not be there.
func (c *talk) none(method string, args ...any) {
	c.Helper()
	if got := c.ask(method, args...); got != nil {
		c.Fatalf("JavaScript: %s found %v", method, got)
	}
}

// ok ends the case unless err is nil.
func (c *talk) ok(err error, what string) {
	c.Helper()
	if err != nil {
		c.Fatalf("Go: %s: %v", what, err)
	}
}

// same compares two records. The columns that only the origin has are its own.
func same[T any](c *talk, what string, got, want T) {
	c.Helper()
	if g, w := bare(got), bare(want); !reflect.DeepEqual(g.Interface(), w.Interface()) {
		c.Errorf("%s\n  is   %s\n  want %s", what, show(g), show(w))
	}
}

// bare returns a record without Extra.
func bare(record any) reflect.Value {
	v := reflect.New(reflect.TypeOf(record).Elem()).Elem()
	v.Set(reflect.ValueOf(record).Elem())
	v.FieldByName("Extra").SetZero()
	return v
}

func show(v reflect.Value) string {
	text := fmt.Sprintf("%+v", v.Interface())
	if f := v.FieldByName("EmailVerified"); f.IsValid() && !f.IsNil() {
		text += fmt.Sprintf(" verified %v", f.Elem())
	}
	if len(text) > 1500 {
		text = text[:1500] + "..."
	}
	return text
}

// --- what JavaScript returned, as records; every member has to be of its type

func (c *talk) object(v any, what string) object {
	c.Helper()
	o, ok := v.(object)
	if !ok {
		c.Fatalf("JavaScript: %s is %T, no object", what, v)
	}
	return o
}

// words returns a member that is a string, or nothing.
func (c *talk) words(o object, name string) string {
	c.Helper()
	switch v := o[name].(type) {
	case nil:
		return ""
	case string:
		return v
	}
	c.Errorf("JavaScript: %s is %T, no string", name, o[name])
	return ""
}

// id returns a member that is an id.
func (c *talk) id(o object, name string) string {
	c.Helper()
	switch v := o[name].(type) {
	case string:
		if !c.numbered {
			return v
		}
	case float64:
		if c.numbered {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	c.Fatalf("JavaScript: %s is %T", name, o[name])
	return ""
}

// instant returns a member that is a Date.
func (c *talk) instant(o object, name string) time.Time {
	c.Helper()
	at, ok := o[name].(date)
	if !ok || at.IsZero() {
		c.Fatalf("JavaScript: %s is %T %v, no Date", name, o[name], o[name])
	}
	return at.Time
}

func (c *talk) asUser(v any) *authdb.User {
	c.Helper()
	o := c.object(v, "a user")
	u := &authdb.User{ID: c.id(o, "id"), Name: c.words(o, "name"), Email: c.words(o, "email"), Image: c.words(o, "image")}
	switch at := o["emailVerified"].(type) {
	case nil:
	case float64:
		if !c.verifiedNumber {
			c.Errorf("JavaScript: emailVerified is a number, no Date")
		}
		t := time.UnixMilli(int64(at)).UTC()
		u.EmailVerified = &t
	default:
		t := c.instant(o, "emailVerified")
		u.EmailVerified = &t
	}
	return u
}

func (c *talk) asSession(v any) *authdb.Session {
	c.Helper()
	o := c.object(v, "a session")
	return &authdb.Session{SessionToken: c.words(o, "sessionToken"), UserID: c.id(o, "userId"), Expires: c.instant(o, "expires")}
}

func (c *talk) asToken(v any) *authdb.VerificationToken {
	c.Helper()
	o := c.object(v, "a verification token")
	return &authdb.VerificationToken{Identifier: c.words(o, "identifier"), Token: c.words(o, "token"), Expires: c.instant(o, "expires")}
}

func (c *talk) asAccount(v any) *authdb.Account {
	c.Helper()
	o := c.object(v, "an account")
	if c.version3 {
		a := &authdb.Account{
			UserID: c.id(o, "userId"), Type: c.words(o, "providerType"), Provider: c.words(o, "providerId"),
			ProviderAccountID: c.words(o, "providerAccountId"),
			RefreshToken:      c.words(o, "refreshToken"), AccessToken: c.words(o, "accessToken"),
		}
		if o["accessTokenExpires"] != nil {
			a.ExpiresAt = c.instant(o, "accessTokenExpires").Unix()
		}
		return a
	}
	a := &authdb.Account{
		UserID: c.id(o, "userId"), Type: c.words(o, "type"), Provider: c.words(o, "provider"),
		ProviderAccountID: c.words(o, "providerAccountId"),
		RefreshToken:      c.words(o, "refresh_token"), AccessToken: c.words(o, "access_token"),
		TokenType: c.words(o, "token_type"), Scope: c.words(o, "scope"),
		IDToken: c.words(o, "id_token"), SessionState: c.words(o, "session_state"),
	}
	switch n := o["expires_at"].(type) {
	case nil:
	case float64:
		if c.secondsText {
			c.Errorf("JavaScript: expires_at is a number, and was a string with the origin's own rows")
		}
		a.ExpiresAt = int64(n)
	case string:
		if !c.secondsText {
			c.Errorf("JavaScript: expires_at is a string")
		}
		a.ExpiresAt, _ = strconv.ParseInt(n, 10, 64)
	default:
		c.Errorf("JavaScript: expires_at is %T", n)
	}
	return a
}

func (c *talk) asAuthenticator(v any) *authdb.Authenticator {
	c.Helper()
	o := c.object(v, "an authenticator")
	backedUp, ok := o["credentialBackedUp"].(bool)
	counter, isNumber := o["counter"].(float64)
	if !ok || !isNumber {
		c.Errorf("JavaScript: credentialBackedUp is %T and counter %T", o["credentialBackedUp"], o["counter"])
	}
	return &authdb.Authenticator{
		CredentialID: c.words(o, "credentialID"), UserID: c.id(o, "userId"),
		ProviderAccountID: c.words(o, "providerAccountId"), CredentialPublicKey: c.words(o, "credentialPublicKey"),
		Counter: uint32(counter), CredentialDeviceType: c.words(o, "credentialDeviceType"),
		CredentialBackedUp: backedUp, Transports: c.words(o, "transports"),
	}
}

// --- the same the other way round

// jsID returns an id as JavaScript passes it.
func (c *talk) jsID(id string) any {
	if !c.numbered {
		return id
	}
	n, err := strconv.Atoi(id)
	if err != nil {
		c.Fatalf("the id %q is no number", id)
	}
	return n
}

// stored returns a verification token as it is stored for the one that JavaScript
// is asked for: NextAuth 3 hashes it in the adapter.
func (c *talk) stored(token string) string {
	if !c.version3 {
		return token
	}
	sum := sha256.Sum256([]byte(token + "interop"))
	return hex.EncodeToString(sum[:])
}

// jsAccount returns an account as JavaScript's linkAccount takes it.
func (c *talk) jsAccount(a *authdb.Account) object {
	o := object{"userId": c.jsID(a.UserID), "type": a.Type, "provider": a.Provider, "providerAccountId": a.ProviderAccountID}
	for name, v := range map[string]string{
		"refresh_token": a.RefreshToken, "access_token": a.AccessToken, "token_type": a.TokenType,
		"scope": a.Scope, "id_token": a.IDToken, "session_state": a.SessionState,
	} {
		if v != "" {
			o[name] = v
		}
	}
	if a.ExpiresAt != 0 {
		o["expires_at"] = a.ExpiresAt
	}
	return o
}
