package authdb

// A SecretKey is one key of several, of which the first is used for what is
// written and all for what is read: so keys are rotated.
type SecretKey struct {
	// ID names the key in what is stored: 1 to 16 letters, digits, "-" or "_".
	// Never give the ID of one key to another.
	ID string

	// Key is secret and random: 32 bytes.
	Key []byte
}

// HashedTokens says how session tokens and verification tokens are stored so
// that who reads the database can't use them.
type HashedTokens struct {
	// Keys are for HMAC-SHA-256, by the first; look-ups try all. Without keys
	// it is SHA-256, which is enough for session tokens, because they are
	// random, and not for verification tokens of a few digits, which can be
	// guessed.
	Keys []SecretKey

	// Plain also accepts tokens that are stored plain. It is for the time
	// until SecretConverter has hashed them, so that nobody is signed out.
	Plain bool
}

// WithHashedTokens stores session tokens and verification tokens as hashes.
// Methods take and return tokens as before; sessions in lists have an empty
// SessionToken, because nobody knows it, and are revoked by their ID. Auth.js
// can't read such sessions. Default: tokens are stored as they are.
func WithHashedTokens(h HashedTokens) Option {
	return func(o *Options) { o.HashedTokens = &h }
}

// TokenEncryption says under which keys AccessToken, RefreshToken and IDToken of
// accounts are stored: AES-256-GCM, bound to the account and the field.
type TokenEncryption struct {
	// Keys encrypt, by the first, and decrypt, by the one whose ID is stored.
	// At least one.
	Keys []SecretKey
}

// WithTokenEncryption stores the tokens of providers encrypted. What is stored
// plain, by Auth.js for example, is still read; SecretConverter encrypts it.
// Auth.js can't read what is encrypted. Default: they are stored as they are.
func WithTokenEncryption(e TokenEncryption) Option {
	return func(o *Options) { o.TokenEncryption = &e }
}
