package authdb

// An Authenticator is a WebAuthn credential (a passkey) of a user.
type Authenticator struct {
	CredentialID         string // base64, as Auth.js stores it, or other printable ASCII without spaces
	UserID               string
	ProviderAccountID    string
	CredentialPublicKey  string // base64
	Counter              uint32 // the signature counter, WebAuthn section 6.1.1
	CredentialDeviceType string // "singleDevice" or "multiDevice"
	CredentialBackedUp   bool
	Transports           string // comma-separated: "internal,hybrid"
	Extra                map[string]any
}
