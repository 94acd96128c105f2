package presets_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
	"github.com/authdb/authdb/presets"
)

// A database that Prisma's migrations made, with a user that its client wrote,
// and who stays as he was for it.
func ExamplePrisma() {
	ctx := context.Background()
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: "file:/example-prisma?vfs=memdb"}, &gorm.Config{})
	if err != nil {
		log.Fatal(err)
	}
	for _, statement := range []string{
		`CREATE TABLE "User" ("id" TEXT NOT NULL PRIMARY KEY, "name" TEXT, "email" TEXT, "emailVerified" DATETIME, "image" TEXT,
			"createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL)`,
		`CREATE UNIQUE INDEX "User_email_key" ON "User" ("email")`,
		`INSERT INTO "User" VALUES ('cmwpr0sqd0000pc7d5x12tm57', 'Ada Lovelace', 'ada@example.com', '2026-03-04T05:06:07.089+00:00', NULL,
			'2026-11-21T01:48:06.133+00:00', '2026-11-21T01:48:06.133+00:00')`,
	} {
		if err := db.Exec(statement).Error; err != nil {
			log.Fatal(err)
		}
	}

	adapter := gormadapter.New(db, authdb.WithModels(presets.Prisma()))
	user, err := adapter.GetUserByEmail(ctx, "ada@example.com")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.ID, user.Name, user.EmailVerified)

	verified := time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC)
	if _, err := adapter.UpdateUser(ctx, user.ID, authdb.UserPatch{EmailVerified: authdb.Set(verified)}); err != nil {
		log.Fatal(err)
	}
	var stored string
	db.Raw(`SELECT CAST("emailVerified" AS TEXT) FROM "User"`).Scan(&stored)
	fmt.Println(stored)
	// Output:
	// cmwpr0sqd0000pc7d5x12tm57 Ada Lovelace 2026-03-04 05:06:07.089 +0000 UTC
	// 2026-12-24T18:00:00.000+00:00
}

// A Node process in Berlin writes to the same tables, and the application
// itself stores a row of them.
func ExampleLocation() {
	var db *gorm.DB // on MySQL
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		log.Fatal(err)
	}
	m := presets.Kysely(presets.Location(berlin))
	adapter := gormadapter.New(db, authdb.WithModels(m))

	session := presets.KyselySession{
		SessionToken: "7f2c1d9e-4b3a-4c5d-8e6f-0a1b2c3d4e5f",
		UserID:       "b8c445d4-6eb9-4608-9c63-cc1b7c19c33e",
		Expires:      presets.KyselyTime{Time: time.Now().Add(time.Hour)},
	}
	if err := models.WithLayout(db, m.Layout).Create(&session).Error; err != nil {
		log.Fatal(err)
	}
	_ = adapter
}
