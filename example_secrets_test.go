package authdb_test

import (
	"fmt"

	"github.com/authdb/authdb"
)

// Keys don't get into logs.
func ExampleSecretKey() {
	key := authdb.SecretKey{ID: "k1", Key: []byte("32 bytes from the secret store..")}
	fmt.Printf("%+v\n", authdb.HashedTokens{Keys: []authdb.SecretKey{key}})

	options := authdb.NewOptions(authdb.WithTokenEncryption(authdb.TokenEncryption{
		Keys: []authdb.SecretKey{key, {ID: "k1", Key: []byte("another")}},
	}))
	fmt.Println(options.Err)
	// Output:
	// {Keys:[SecretKey(k1)] Plain:false WritePlain:false}
	// authdb: WithTokenEncryption: Keys[1]: the key "k1" has 7 bytes: it has to have 32, from crypto/rand or a secret store (decode them, if they are kept in hex or base64)
	// authdb: WithTokenEncryption: Keys[1]: the ID "k1" is there before: give every key its own, in which not only case differs
}
