package gormadapter_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

// Reader is the application's user: the default row and a column more.
type Reader struct {
	models.User
	Points int
}

func Example() {
	ctx := context.Background()
	// Any *gorm.DB will do; this one stands on the pure-Go SQLite.
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: "file:/example?vfs=memdb"}, &gorm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &Reader{}}))
	if err := adapter.Synchronize(ctx); err != nil {
		log.Fatal(err)
	}

	user, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada", Extra: map[string]any{"Points": 36}})
	if err != nil {
		log.Fatal(err)
	}
	var reader Reader
	if err := adapter.Decode(user, &reader); err != nil {
		log.Fatal(err)
	}
	fmt.Println(*reader.Name, "has", reader.Points, "points")
	// Output: Ada has 36 points
}

// Writer is a later release's user, with a column more.
type Writer struct {
	models.User
	Motto *string
}

// TableName keeps the users where they are.
func (Writer) TableName() string { return "users" }

func ExampleAdapter_Plan() {
	ctx := context.Background()
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: "file:/example_plan?vfs=memdb&_pragma=foreign_keys(1)"}, &gorm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	if err := gormadapter.New(db).Synchronize(ctx); err != nil {
		log.Fatal(err)
	}

	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &Writer{}}))
	plan, err := adapter.Plan(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := plan.WriteGoose(os.Stdout); err != nil { // a migration for goose
		log.Fatal(err)
	}
	// Output:
	// -- +goose Up
	// -- +goose StatementBegin
	// ALTER TABLE `users` ADD COLUMN `motto` text;
	// -- +goose StatementEnd
	//
	// -- +goose Down
	// -- This would take it back, and lose what was stored since:
	// -- ALTER TABLE `users` DROP COLUMN `motto`;
}
