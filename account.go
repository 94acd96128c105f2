package authdb

import "maps"

// The values of Account.Type.
const (
	AccountOAuth       = "oauth"
	AccountOIDC        = "oidc"
	AccountEmail       = "email"
	AccountCredentials = "credentials"
	AccountWebAuthn    = "webauthn"
)

// An Account links a user to an account with a provider.
type Account struct {
	ID                string // empty if the row has none
	UserID            string
	Type              string // AccountOAuth, ...
	Provider          string // "google", ...
	ProviderAccountID string // the provider's id of the account: "sub" of OpenID Connect
	RefreshToken      string
	AccessToken       string
	ExpiresAt         int64 // of AccessToken, in seconds since 1970; 0 is NULL
	TokenType         string
	Scope             string
	IDToken           string
	SessionState      string
	Extra             map[string]any
}

// An AccountPatch says which members of an Account to change, and to what. The
// zero value changes nothing.
type AccountPatch struct {
	RefreshToken Field[string]
	AccessToken  Field[string]
	ExpiresAt    Field[int64]
	TokenType    Field[string]
	Scope        Field[string]
	IDToken      Field[string]
	SessionState Field[string]
	Extra        map[string]any // the keys that are present
}

// Clone returns a copy that shares nothing with a but the values in Extra. Of
// nil it returns nil.
func (a *Account) Clone() *Account {
	if a == nil {
		return nil
	}
	c := *a
	c.Extra = maps.Clone(a.Extra)
	return &c
}

// Storable returns a copy of a as it is stored, or ErrInvalid, as
// [User.Storable] does. Whether there is such a user is for the adapter to find
// out.
func (a *Account) Storable() (*Account, error) {
	if a == nil {
		return nil, invalid("Account", "is nil")
	}
	err := checkTexts(
		text{"ID", a.ID, 64, false},
		text{"UserID", a.UserID, 64, true},
		text{"Type", a.Type, 64, true},
		text{"Provider", a.Provider, 64, true},
		text{"ProviderAccountID", a.ProviderAccountID, 255, true},
		text{"RefreshToken", a.RefreshToken, 0, false},
		text{"AccessToken", a.AccessToken, 0, false},
		text{"TokenType", a.TokenType, 0, false},
		text{"Scope", a.Scope, 0, false},
		text{"IDToken", a.IDToken, 0, false},
		text{"SessionState", a.SessionState, 0, false},
	)
	if err != nil {
		return nil, err
	}
	return a.Clone(), nil
}

// Apply changes a as the patch says: see [UserPatch.Apply].
func (p AccountPatch) Apply(a *Account) {
	p.RefreshToken.apply(&a.RefreshToken)
	p.AccessToken.apply(&a.AccessToken)
	p.ExpiresAt.apply(&a.ExpiresAt)
	p.TokenType.apply(&a.TokenType)
	p.Scope.apply(&a.Scope)
	p.IDToken.apply(&a.IDToken)
	p.SessionState.apply(&a.SessionState)
	a.Extra = merge(a.Extra, p.Extra)
}
