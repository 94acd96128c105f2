package redisadapter

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/authdb/authdb"
)

// isoInstant is JavaScript's Date.toISOString.
const isoInstant = "2006-01-02T15:04:05.000Z"

// A record is what a key holds, as the other side reads it: an object of JSON. The
// members that this package does not know stay as they are.
type record map[string]json.RawMessage

// decode reads a record, or returns ErrSchema. It does not say what is there.
func decode(value string) (record, error) {
	var r record
	if err := json.Unmarshal([]byte(value), &r); err != nil || r == nil {
		return nil, faultf(authdb.ErrSchema, "what is stored is no object of JSON: who else writes there?")
	}
	return r, nil
}

// text returns a member that is a text.
func (r record) text(name string) (string, error) {
	var text *string
	if err := json.Unmarshal(r[name], &text); err != nil || text == nil {
		return "", faultf(authdb.ErrSchema, "what is stored has no text %s: who else writes there?", name)
	}
	return *text, nil
}

func (r record) instant(name string) (time.Time, error) {
	text, err := r.text(name)
	if err != nil {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, faultf(authdb.ErrSchema, "what is stored has no instant %s: who else writes there?", name)
	}
	return at.UTC().Truncate(time.Millisecond), nil
}

// with returns the record with a member changed. A text is UTF-8, as has been
// checked, and an instant has four digits of a year.
func (r record) with(name string, value any) record {
	if at, ok := value.(time.Time); ok {
		value = at.Format(isoInstant)
	}
	changed := maps.Clone(r)
	changed[name], _ = json.Marshal(value) // a text always can be
	return changed
}

func (r record) encode() string {
	value, _ := json.Marshal(r) // its members are JSON
	return string(value)
}

func encodeSession(session *authdb.Session) string {
	return record{}.
		with("id", session.ID).
		with("sessionToken", session.SessionToken).
		with("userId", session.UserID).
		with("expires", session.Expires).
		encode()
}

// decodeSession reads a session that is known by a token.
func decodeSession(value, token string) (*authdb.Session, record, error) {
	r, err := decode(value)
	if err != nil {
		return nil, nil, err
	}
	session := &authdb.Session{SessionToken: token}
	if session.UserID, err = r.text("userId"); err != nil {
		return nil, nil, err
	}
	if session.Expires, err = r.instant("expires"); err != nil {
		return nil, nil, err
	}
	if _, ok := r["id"]; ok { // the other side makes none
		session.ID, _ = r.text("id")
	}
	return session, r, nil
}

func encodeVerificationToken(token *authdb.VerificationToken, form string) string {
	return record{}.
		with("identifier", token.Identifier).
		with("token", form).
		with("expires", token.Expires).
		encode()
}

// decodeExpires reads when a session or token expires.
func decodeExpires(value string) (time.Time, error) {
	r, err := decode(value)
	if err != nil {
		return time.Time{}, err
	}
	return r.instant("expires")
}
