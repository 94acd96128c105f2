package presets_test

import (
	"context"
	"fmt"
	"log"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/presets"
)

func ExampleDetect() {
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: "file:/detect?vfs=memdb"})
	if err != nil {
		log.Fatal(err)
	}
	// As drizzle-kit has made them, and somebody gone on.
	for _, statement := range []string{
		"CREATE TABLE user (id text PRIMARY KEY NOT NULL, name text, email text, emailVerified integer, image text, role text)",
		"CREATE UNIQUE INDEX user_email_unique ON user (email)",
		`CREATE TABLE account (userId text NOT NULL REFERENCES user (id) ON DELETE cascade, type text NOT NULL, provider text NOT NULL,
			providerAccountId text NOT NULL, refresh_token text, access_token text, expires_at integer, token_type text, scope text,
			id_token text, session_state text, PRIMARY KEY (provider, providerAccountId))`,
		`CREATE TABLE session (sessionToken text PRIMARY KEY NOT NULL, userId text NOT NULL REFERENCES user (id) ON DELETE cascade,
			expires integer NOT NULL)`,
		"CREATE TABLE verificationToken (identifier text NOT NULL, token text NOT NULL, expires integer NOT NULL, PRIMARY KEY (identifier, token))",
	} {
		if err := db.Exec(statement).Error; err != nil {
			log.Fatal(err)
		}
	}

	found, err := presets.Detect(context.Background(), db)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Candidate)

	rows, ok := found.Models()
	if !ok {
		log.Fatal("whose tables are these?")
	}
	adapter := gormadapter.New(db, authdb.WithModels(rows))
	user, err := adapter.CreateUser(context.Background(), &authdb.User{Email: "ada@example.com"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Email)
	// Output:
	// drizzle: these are its tables without authenticator and with something more, presets.Drizzle opens them with Authenticator: authdb.Absent.
	//   - there is no table authenticator
	//   - user.role is one column more
	// ada@example.com
}
