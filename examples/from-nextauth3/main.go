// Command from-nextauth3 moves a NextAuth 3 database to the tables of today, beside
// the old ones, and signs in with what browsers and mails hold.
package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/fromnextauth3"
	"github.com/authdb/authdb/gormadapter"
)

// What NextAuth 3 has made and stored.
//
//go:embed v3.sql
var v3 string

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "from-nextauth3-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := datasource.OpenDB(ctx, datasource.Config{Type: "sqlite", Database: filepath.Join(dir, "app.db")})
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := db.Exec(v3).Error; err != nil {
		return err
	}

	// The new tables stand beside the old ones, under other names, until the old
	// ones are not needed any more.
	adapter := gormadapter.New(db,
		authdb.WithModels(authdb.Models{Layout: authdb.Layout{TablePrefix: "next_"}}),
		authdb.WithForeignChanges())
	if err := adapter.Synchronize(ctx); err != nil {
		return err
	}
	for _, step := range []struct {
		what string
		opts fromnextauth3.Options
	}{
		{"Dry run:", fromnextauth3.Options{DryRun: true}},
		{"While NextAuth 3 is in use:", fromnextauth3.Options{InUse: true}},
		{"After it has stopped:", fromnextauth3.Options{}},
	} {
		fmt.Println(step.what)
		report, err := fromnextauth3.Run(ctx, db, adapter, step.opts)
		if err != nil {
			return err
		}
		say(report)
	}
	return signIn(ctx, adapter)
}

func say(r fromnextauth3.Report) {
	for _, x := range []struct {
		what string
		fromnextauth3.Counts
	}{{"users", r.Users}, {"accounts", r.Accounts}, {"sessions", r.Sessions}, {"links", r.VerificationTokens}} {
		if x.Rows > 0 {
			fmt.Printf("  %s: %d of %d moved (%d now), %d expired, %d refused\n", x.what, x.Moved(), x.Rows, x.Created, x.Expired, x.Refused)
		}
	}
	for _, x := range r.Refused {
		fmt.Printf("  %s %d is refused: %s\n", x.Record, x.ID, x.Reason)
	}
}

// signIn does what the new application does with what the old one gave out.
func signIn(ctx context.Context, adapter authdb.Adapter) error {
	_, ada, err := adapter.GetSessionAndUser(ctx, "in-adas-browser")
	if err != nil {
		return err
	}
	fmt.Printf("%s is signed in, as user %s.\n", ada.Name, ada.ID)
	ada, err = adapter.GetUserByAccount(ctx, "github", "424242")
	if err != nil {
		return err
	}
	fmt.Printf("She could sign in with GitHub: %s.\n", ada.Email)
	hash := sha256.Sum256([]byte("in Bob's mail" + "the site's secret")) // as NextAuth 3 and Auth.js make it
	token, err := adapter.UseVerificationToken(ctx, "bob@example.com", hex.EncodeToString(hash[:]))
	if err != nil {
		return err
	}
	fmt.Printf("The link that was sent before signs in %s.\n", token.Identifier)
	return nil
}
