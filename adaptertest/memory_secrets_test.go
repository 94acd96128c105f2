package adaptertest

import (
	"strings"
	"testing"

	"github.com/authdb/authdb"
)

// TestMemoryHasNoSecrets: an option that Memory can't honour is not passed over.
func TestMemoryHasNoSecrets(t *testing.T) {
	key := authdb.SecretKey{ID: "k1", Key: []byte("a secret key of 32 bytes, really")}
	for name, option := range map[string]authdb.Option{
		"WithHashedTokens":    authdb.WithHashedTokens(authdb.HashedTokens{}),
		"WithTokenEncryption": authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: []authdb.SecretKey{key}}),
	} {
		m := NewMemory(option)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: Validate: %v", name, err)
		}
		if _, err := m.CreateUser(t.Context(), &authdb.User{}); err == nil {
			t.Errorf("%s: a method works", name)
		}
	}
}
