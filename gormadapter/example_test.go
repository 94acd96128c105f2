package gormadapter_test

import (
	"context"
	"fmt"
	"log"

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
