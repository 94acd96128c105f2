package redisadapter

import (
	"context"
	"errors"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/internal/secret"
)

// CreateVerificationToken implements authdb.VerificationTokenStore.
func (s *Store) CreateVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	created, err := s.createVerificationToken(ctx, token)
	return created, wrap(ctx, "create verification token", err)
}

func (s *Store) createVerificationToken(ctx context.Context, token *authdb.VerificationToken) (*authdb.VerificationToken, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	if token == nil {
		return nil, faultf(authdb.ErrInvalid, "VerificationToken: is nil")
	}
	created := &authdb.VerificationToken{Identifier: token.Identifier, Token: token.Token, Expires: token.Expires}
	err := errors.Join(
		checkText("VerificationToken.Identifier", token.Identifier),
		checkText("VerificationToken.Token", token.Token),
		checkInstant("VerificationToken.Expires", &created.Expires),
		checkExtra("VerificationToken", token.Extra))
	if err != nil {
		return nil, err
	}
	if s.hash == nil && secret.IsForm(token.Token) {
		return nil, faultf(authdb.ErrInvalid, "VerificationToken.Token: has the form of a hashed one")
	}
	form := s.hash.Form(secret.VerificationToken(token.Identifier, token.Token))
	slots := s.layout.tokenSlots(token.Identifier, form)
	if len(slots) == 0 {
		return nil, faultf(authdb.ErrInvalid, "VerificationToken.Identifier: begins as another of the layout's prefixes")
	}
	if err := s.add(ctx, slots[0].key, encodeVerificationToken(created, form), created.Expires); err != nil {
		return nil, err
	}
	return created, nil
}

// UseVerificationToken implements authdb.VerificationTokenStore. If the answer of
// Redis is lost, it is authdb.ErrUnknownOutcome, and the token may have been used:
// it is of no use to try again, but to make another.
func (s *Store) UseVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	used, err := s.useVerificationToken(ctx, identifier, token)
	return used, wrap(ctx, "use verification token", err)
}

func (s *Store) useVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	if !isKey(identifier) || !isKey(token) {
		return nil, authdb.ErrNotFound
	}
	// All of them, also when one was found: no other may be used later.
	var value string
	for _, form := range s.hash.Candidates(secret.VerificationToken(identifier, token)) {
		for _, slot := range s.layout.tokenSlots(identifier, form) {
			taken, err := s.take(ctx, slot, identifier, form)
			switch {
			case err == nil:
				value = taken
			case !errors.Is(err, authdb.ErrNotFound):
				return nil, err
			}
		}
	}
	if value == "" {
		return nil, authdb.ErrNotFound
	}
	return s.verificationToken(value, identifier, token)
}

// verificationToken returns what is stored as its caller knows it.
func (s *Store) verificationToken(value, identifier, token string) (*authdb.VerificationToken, error) {
	expires, err := decodeExpires(value)
	if err != nil {
		return nil, err
	}
	if expires.Before(s.now()) {
		return nil, authdb.ErrExpired
	}
	return &authdb.VerificationToken{Identifier: identifier, Token: token, Expires: expires}, nil
}

// take removes the token that is in a slot and returns it, or ErrNotFound. Redis
// lets one of all callers have it.
func (s *Store) take(ctx context.Context, slot slot, identifier, form string) (string, error) {
	if slot.shared {
		return text(s.script(ctx, false, takeScript, slot.key, identifier, form))
	}
	return s.getdel(ctx, false, slot.key)
}

// GetVerificationToken implements authdb.VerificationTokenReader.
func (s *Store) GetVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	there, err := s.getVerificationToken(ctx, identifier, token)
	return there, wrap(ctx, "get verification token", err)
}

func (s *Store) getVerificationToken(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	if !isKey(identifier) || !isKey(token) {
		return nil, authdb.ErrNotFound
	}
	for _, form := range s.hash.Candidates(secret.VerificationToken(identifier, token)) {
		for _, slot := range s.layout.tokenSlots(identifier, form) {
			value, err := s.get(ctx, slot.key)
			if errors.Is(err, authdb.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if !slot.shared || isPair(value, identifier, form) {
				return s.verificationToken(value, identifier, token)
			}
		}
	}
	return nil, authdb.ErrNotFound
}

// isPair reports whether the record is of that identifier and token.
func isPair(value, identifier, form string) bool {
	r, err := decode(value)
	if err != nil {
		return false
	}
	theirs, _ := r.text("identifier")
	stored, _ := r.text("token")
	return theirs == identifier && stored == form
}
