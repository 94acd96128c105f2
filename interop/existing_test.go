package interop_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/internal/testdb"
	"github.com/authdb/authdb/presets"
)

// TestExisting runs what docs/interop.md shows.
func TestExisting(t *testing.T) {
	_, dialect := where(t, file, allZones[0])
	db := open(t, dialect)
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	testdb.Restore(t, pool, "prisma-sqlite")
	adapter, err := onPrismasTables(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if ada, err := adapter.GetUserByEmail(t.Context(), "ada@example.com"); err != nil || ada.Name != "Ada Lovelace" {
		t.Errorf("GetUserByEmail = %v, %v", ada, err)
	}
	if _, err := onKyselysTables(db); err != nil {
		t.Error(err)
	}
}

func onPrismasTables(ctx context.Context, db *gorm.DB) (authdb.Adapter, error) {
	found, err := presets.Detect(ctx, db)
	if err != nil {
		return nil, err
	}
	fmt.Println(found.Origin, found.Exact, found.Differences) // prisma true []

	adapter := gormadapter.New(db, authdb.WithModels(presets.Prisma()))
	plan, err := adapter.Plan(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Println(plan) // nothing to run, and what to know about these tables
	return adapter, adapter.Check(ctx)
}

func onKyselysTables(db *gorm.DB) (authdb.Adapter, error) {
	newYork, err := time.LoadLocation("America/New_York") // what TZ is for the Node process
	if err != nil {
		return nil, err
	}
	return gormadapter.New(db, authdb.WithModels(presets.Kysely(presets.Location(newYork)))), nil
}
