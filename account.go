package authdb

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
