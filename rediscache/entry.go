package rediscache

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/cacheadapter"
)

// What is stored of an entry:
//
//	16 digits of its stamp, 43 characters of its user's member, nonce, ciphertext
//
// The first two are what the script reads. They are authenticated with the rest, as
// is the name.
const header = 16 + 43

// stored is what is encrypted.
type stored struct {
	Loaded  time.Time
	Session *session
	User    *user
	Expired bool
}

type session struct {
	ID      string
	UserID  string
	Expires time.Time
	Extra   map[string]json.RawMessage
}

type user struct {
	ID            string
	Name          string
	Email         string
	EmailVerified *time.Time
	Image         string
	Extra         map[string]json.RawMessage
}

// A shape says which further columns sessions and users have, with the types of
// their values, which JSON does not say.
type shape struct{ session, user map[string]reflect.Type }

// learn notes the shape of what a database answered.
func (c *Cache) learn(e *cacheadapter.Entry) *shape {
	seen := &shape{typesOf(e.Session.Extra), typesOf(e.User.Extra)}
	if known := c.shape.Load(); known != nil && maps.Equal(known.session, seen.session) && maps.Equal(known.user, seen.user) {
		return known
	}
	c.shape.Store(seen)
	return seen
}

func typesOf(extra map[string]any) map[string]reflect.Type {
	types := make(map[string]reflect.Type, len(extra))
	for name, v := range extra {
		types[name] = reflect.TypeOf(v)
	}
	return types
}

// errChanged is of an answer that is not the same after it was in Redis.
var errChanged = errors.New("JSON does not bring back the answer as it was: give the types of the row's further fields a MarshalJSON and an UnmarshalJSON")

// seal returns what is stored of the entry.
func (c *Cache) seal(key cacheadapter.Key, member string, e *cacheadapter.Entry) (string, error) {
	plain, err := json.Marshal(struct {
		Loaded  time.Time
		Session *authdb.Session
		User    *authdb.User
		Expired bool
	}{e.Loaded, e.Session, e.User, e.Expired})
	if err != nil {
		return "", errChanged // what the error says may quote the value
	}
	if e.Session != nil {
		again := decode(plain, c.learn(e))
		if again == nil || !reflect.DeepEqual(again.Session, e.Session) || !reflect.DeepEqual(again.User, e.User) {
			return "", errChanged
		}
	}
	aead, err := c.aead(key)
	if err != nil {
		return "", err
	}
	value := fmt.Appendf(nil, "%016d%s", e.Stamp, c.member(e.UserKey))
	if len(value) != header {
		return "", fmt.Errorf("a stamp of more than 16 digits: %d", e.Stamp)
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // it never fails
	return string(aead.Seal(append(value, nonce...), nonce, plain, []byte(string(value)+member))), nil
}

// open returns the entry, or nil if it can't be used here: it was stored under
// another key, or by a process whose rows have other columns.
func (c *Cache) open(key cacheadapter.Key, member, value string) *cacheadapter.Entry {
	aead, err := c.aead(key)
	if err != nil || len(value) < header+aead.NonceSize() {
		return nil
	}
	stamp, err := strconv.ParseUint(value[:16], 10, 64)
	if err != nil {
		return nil
	}
	known := []byte(value[:header] + member)
	sealed := []byte(value[header:])
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], known)
	if err != nil {
		return nil
	}
	e := decode(plain, c.shape.Load())
	if e != nil {
		e.Stamp = cacheadapter.Stamp(stamp)
	}
	return e
}

// aead is of one session, so that no key is used often enough for two nonces to
// meet.
func (c *Cache) aead(key cacheadapter.Key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(c.mac("seal", key))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// decode returns the entry, or nil if it does not have the shape.
func decode(plain []byte, known *shape) *cacheadapter.Entry {
	var s stored
	if json.Unmarshal(plain, &s) != nil {
		return nil
	}
	e := &cacheadapter.Entry{Loaded: s.Loaded, Expired: s.Expired}
	if s.Session == nil || s.User == nil {
		return e
	}
	if known == nil {
		return nil
	}
	ofSession, ok1 := extraOf(s.Session.Extra, known.session)
	ofUser, ok2 := extraOf(s.User.Extra, known.user)
	if !ok1 || !ok2 {
		return nil
	}
	e.Session = &authdb.Session{ID: s.Session.ID, UserID: s.Session.UserID, Expires: s.Session.Expires, Extra: ofSession}
	u := s.User
	e.User = &authdb.User{ID: u.ID, Name: u.Name, Email: u.Email, EmailVerified: u.EmailVerified, Image: u.Image, Extra: ofUser}
	return e
}

func extraOf(raw map[string]json.RawMessage, types map[string]reflect.Type) (map[string]any, bool) {
	if len(raw) != len(types) {
		return nil, false
	}
	if raw == nil {
		return nil, true
	}
	extra := make(map[string]any, len(raw))
	for name, text := range raw {
		t, ok := types[name]
		switch {
		case !ok:
			return nil, false
		case t == nil:
			extra[name] = nil
		default:
			v := reflect.New(t)
			if json.Unmarshal(text, v.Interface()) != nil {
				return nil, false
			}
			extra[name] = v.Elem().Interface()
		}
	}
	return extra, true
}
