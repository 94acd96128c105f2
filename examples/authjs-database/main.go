// This program opens a database that the Drizzle adapter of Auth.js made, and
// shares its sessions.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"
	"time"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/presets"
)

// The tables and rows that the JavaScript side has made.
//
//go:embed drizzle.sql
var drizzle string

func main() {
	ctx := context.Background()
	db, err := datasource.OpenDB(ctx, datasource.Config{URL: ":memory:"})
	check(err)
	check(db.Exec(drizzle).Error)

	whose, err := presets.Detect(ctx, db)
	check(err)
	fmt.Println(whose)

	adapter := gormadapter.New(db, authdb.WithModels(presets.Drizzle()))
	check(adapter.Check(ctx))
	plan, err := adapter.Plan(ctx)
	check(err)
	fmt.Printf("Synchronize would run %d statements.\n", len(plan.Statements))

	// A session that Auth.js began.
	_, ada, err := adapter.GetSessionAndUser(ctx, "7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f")
	check(err)
	fmt.Println("Auth.js has signed in", ada.Name)

	// One that Auth.js will know.
	_, err = adapter.CreateSession(ctx, &authdb.Session{
		SessionToken: "made in Go", UserID: ada.ID, Expires: time.Date(2125, 12, 25, 23, 59, 58, 765_000_000, time.UTC),
	})
	check(err)
	var kind, stored string
	check(db.Raw(`SELECT typeof(expires), expires FROM session WHERE sessionToken = 'made in Go'`).Row().Scan(&kind, &stored))
	fmt.Printf("Go's session ends at the %s %s, as Drizzle would have it\n", kind, stored)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
