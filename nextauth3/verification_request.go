package nextauth3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/authdb/authdb"
)

// A Provider sends verification requests, such as mails with a link.
type Provider struct {
	ID string // "email", usually

	// MaxAge is how long a request is valid. Default: 24 hours. A negative one is
	// version 3's 0: requests don't expire, which no table can store, so that none
	// can be created.
	MaxAge time.Duration

	// SendVerificationRequest (sendVerificationRequest) sends the token to the
	// one who asked. It is required.
	SendVerificationRequest func(ctx context.Context, request VerificationRequest) error
}

// A VerificationRequest is what SendVerificationRequest is to send.
type VerificationRequest struct {
	Identifier string // an email address, usually
	URL        string // with the token in it
	Token      string // plain; a hash of it is what is stored
	BaseURL    string // that of AppOptions
	Provider   *Provider
}

// CreateVerificationRequest (createVerificationRequest) stores a hash of the token,
// valid for the provider's MaxAge from now. Then it calls SendVerificationRequest
// with the plain token, and waits for it. If that fails, its error is returned,
// and what is stored stays: the token works if it has arrived all the same.
//
// Version 3 has an argument secret, which its adapter does not heed, nor do its
// other two methods: the hash is made with AppOptions.Secret.
func (in *Instance) CreateVerificationRequest(ctx context.Context, identifier, url, token string, provider *Provider) error {
	return exec(ctx, in, "createVerificationRequest", func() error {
		if provider == nil || provider.SendVerificationRequest == nil {
			return fmt.Errorf("%w: provider: no SendVerificationRequest", authdb.ErrInvalid)
		}
		request := &authdb.VerificationToken{Identifier: identifier, Token: in.hash(token)}
		if age := ageOr(provider.MaxAge, day); age > 0 {
			request.Expires = in.now().Add(age)
		}
		if _, err := in.adapter.CreateVerificationToken(ctx, request); err != nil {
			return err
		}
		err := provider.SendVerificationRequest(ctx, VerificationRequest{
			Identifier: identifier, URL: url, Token: token, BaseURL: in.app.BaseURL, Provider: provider,
		})
		if err != nil {
			return callbackError{"SendVerificationRequest", err}
		}
		return nil
	})
}

// GetVerificationRequest (getVerificationRequest) returns what is stored for the
// identifier and the plain token, with the hash as its Token, or
// authdb.ErrNotFound. It stays, so that any number of callers get it. One whose
// Expires lies in the past is removed, and is authdb.ErrExpired.
//
// It needs the extension authdb.VerificationTokenReader: without it, it is
// errors.ErrUnsupported, and UseVerificationRequest is not.
func (in *Instance) GetVerificationRequest(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	return call(ctx, in, "getVerificationRequest", func() (*authdb.VerificationToken, error) {
		reader, ok := authdb.As[authdb.VerificationTokenReader](in.adapter)
		if !ok {
			return nil, unsupported("the adapter is no authdb.VerificationTokenReader: call UseVerificationRequest")
		}
		request, err := reader.GetVerificationToken(ctx, identifier, in.hash(token))
		if errors.Is(err, authdb.ErrExpired) {
			if failed := in.remove(ctx, identifier, token); failed != nil {
				return nil, failed
			}
		}
		return request, err
	})
}

// DeleteVerificationRequest (deleteVerificationRequest) removes what is stored for
// the identifier and the plain token. Removing what is not there is no error.
func (in *Instance) DeleteVerificationRequest(ctx context.Context, identifier, token string) error {
	return exec(ctx, in, "deleteVerificationRequest", func() error { return in.remove(ctx, identifier, token) })
}

// UseVerificationRequest is GetVerificationRequest and DeleteVerificationRequest in
// one, which version 3 does not have: of any number of callers one gets the
// request, and the others authdb.ErrNotFound. It is what a sign-in should call.
func (in *Instance) UseVerificationRequest(ctx context.Context, identifier, token string) (*authdb.VerificationToken, error) {
	return call(ctx, in, "useVerificationRequest", func() (*authdb.VerificationToken, error) {
		return in.adapter.UseVerificationToken(ctx, identifier, in.hash(token))
	})
}

func (in *Instance) remove(ctx context.Context, identifier, token string) error {
	_, err := in.adapter.UseVerificationToken(ctx, identifier, in.hash(token))
	if errors.Is(err, authdb.ErrNotFound) {
		return nil
	}
	return err
}

// hash returns what is stored of a token.
func (in *Instance) hash(token string) string {
	sum := sha256.Sum256([]byte(token + in.app.Secret))
	return hex.EncodeToString(sum[:])
}

func unsupported(what string) error { return fmt.Errorf("%w: %s", errors.ErrUnsupported, what) }
