package gormadapter_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/adaptertest"
	"github.com/authdb/authdb/internal/testdb"
)

// key makes a key of its ID, the same every time.
func key(id string) authdb.SecretKey {
	k := bytes.Repeat([]byte(id+" is a secret of 32 bytes "), 32)
	return authdb.SecretKey{ID: id, Key: k[:32]}
}

func keys(ids ...string) (all []authdb.SecretKey) {
	for _, id := range ids {
		all = append(all, key(id))
	}
	return all
}

// hidden are the options under which nothing is stored that could be used.
func hidden() []authdb.Option {
	return []authdb.Option{
		authdb.WithHashedTokens(authdb.HashedTokens{Keys: keys("h1")}),
		authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: keys("e1")}),
	}
}

// TestAdapterSecrets runs the contract with hashed and encrypted tokens: with
// one key, and in the middle of a rotation and a migration.
func TestAdapterSecrets(t *testing.T) {
	middle := []authdb.Option{
		authdb.WithHashedTokens(authdb.HashedTokens{Keys: keys("h2", "h1"), Plain: true}),
		authdb.WithTokenEncryption(authdb.TokenEncryption{Keys: keys("e2", "e1")}),
	}
	for n, d := range databases() {
		t.Run(d.name, func(t *testing.T) {
			for i, v := range variants() {
				if i/2 == n%2 { // two of four here, the others there: what is stored is not the rows' affair
					continue
				}
				v.name += ", secrets"
				v.options = append(slices.Clone(v.options), adaptertest.HashedTokens(), adaptertest.Require("SecretConverter", "VerificationTokenReader"))
				v.further = hidden()
				if i%2 == 1 {
					v.further = middle
				}
				t.Run(v.name, func(t *testing.T) {
					db, version := d.open(t)
					testdb.Report(t, version, v.name, runSuite(t, db, v))
				})
			}
		})
	}
}
