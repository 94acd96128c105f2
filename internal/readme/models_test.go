package readme_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/authdb/authdb"
	"github.com/authdb/authdb/datasource"
	"github.com/authdb/authdb/gormadapter"
	"github.com/authdb/authdb/models"
)

type Member struct {
	models.User
	Role   string `gorm:"default:reader"`
	Points int
}

func embedding(ctx context.Context, db *gorm.DB) error {
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &Member{}}))
	if err := adapter.Synchronize(ctx); err != nil {
		return err
	}

	user, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada", Extra: map[string]any{"Points": 36}})
	if err != nil {
		return err
	}
	var member Member // typed, from what the adapter returned
	if err := adapter.Decode(user, &member); err != nil {
		return err
	}
	fmt.Println(*member.Name, member.Role, member.Points)

	email := "grace@example.com"
	grace := Member{User: models.User{Email: &email}, Role: "admin"}
	user = new(authdb.User) // and back again, to be stored
	if err := adapter.Encode(&grace, user); err != nil {
		return err
	}
	user, err = adapter.CreateUser(ctx, user)
	if err != nil {
		return err
	}
	fmt.Println(user.Email, user.Extra["Role"])

	user, err = adapter.UpdateUser(ctx, user.ID, authdb.UserPatch{
		Name:  authdb.Set("Grace"),
		Email: authdb.Null[string](),
		Extra: map[string]any{"Points": 7}, // the other columns stay as they are
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s %q %s %d\n", user.Name, user.Email, user.Extra["Role"], user.Extra["Points"])
	return nil
}

func Example_embedding() {
	onSQLite(embedding)
	// Output:
	// Ada reader 36
	// grace@example.com admin
	// Grace "" admin 7
}

type Person struct {
	Key      uuid.UUID      `gorm:"column:person_key;primaryKey;size:36" auth:"ID"`
	FullName sql.NullString `auth:"Name"`
	Mail     *string        `gorm:"size:320;uniqueIndex" auth:"Email"`
	Proven   sql.NullTime   `gorm:"precision:3" auth:"EmailVerified"`
	Image    string
}

func (Person) TableName() string { return "people" }

func renaming(ctx context.Context, db *gorm.DB) error {
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &Person{}}))
	if err := adapter.Synchronize(ctx); err != nil {
		return err
	}
	_, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		return err
	}
	var person Person // by GORM, past the adapter
	if err := db.First(&person, "mail = ?", "ada@example.com").Error; err != nil {
		return err
	}
	fmt.Println(person.FullName.String, person.Proven.Valid)
	return nil
}

func Example_renaming() {
	onSQLite(renaming)
	// Output: Ada false
}

type (
	User struct {
		gorm.Model            // ID uint, CreatedAt, UpdatedAt, DeletedAt
		Email         *string `gorm:"size:320;uniqueIndex"`
		Name, Image   *string
		EmailVerified *models.Time `gorm:"size:64"`
	}
	Account struct {
		models.Account
		UserID uint
	}
	Session struct {
		models.Session
		UserID uint
	}
)

func numbered(ctx context.Context, db *gorm.DB) error {
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{
		User: &User{}, Account: &Account{}, Session: &Session{},
		Authenticator: authdb.Absent, // there is no such table
	}))
	if err := adapter.Synchronize(ctx); err != nil {
		return err
	}
	user, err := adapter.CreateUser(ctx, &authdb.User{Email: "ada@example.com"})
	if err != nil {
		return err
	}
	_, err = adapter.GetUser(ctx, "01")
	fmt.Println(user.ID, errors.Is(err, authdb.ErrNotFound)) // "01" is no spelling of 1

	_, ok := authdb.As[authdb.AuthenticatorStore](adapter)
	fmt.Println("passkeys:", ok)

	if err := db.Delete(&User{}, user.ID).Error; err != nil { // the application bans her
		return err
	}
	_, err = adapter.GetUserByEmail(ctx, "ada@example.com")
	fmt.Println(err)
	_, err = adapter.CreateUser(ctx, &authdb.User{Email: "ada@example.com"})
	fmt.Println(errors.Is(err, authdb.ErrDuplicate)) // the row is still there
	return nil
}

func Example_numbered() {
	onSQLite(numbered)
	// Output:
	// 1 true
	// passkeys: false
	// gormadapter: get user by email: authdb: not found
	// true
}

func layout(ctx context.Context, db *gorm.DB) error {
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{
		Layout: authdb.Layout{
			Schema:      "main", // of PostgreSQL; a database of MySQL, an attached one of SQLite
			TablePrefix: "auth_",
		},
	}))
	if err := adapter.Synchronize(ctx); err != nil {
		return err
	}
	fmt.Println(db.Migrator().HasTable("auth_users"))
	return nil
}

func Example_layout() {
	onSQLite(layout)
	// Output: true
}

type Customer struct {
	models.User
	Slug      string
	CreatedAt time.Time
}

// BeforeSave is GORM's hook. It sees the whole row, also when a patch changes
// one column of it.
func (c *Customer) BeforeSave(*gorm.DB) error {
	if c.Name != nil {
		c.Slug = strings.ToLower(strings.ReplaceAll(*c.Name, " ", "-"))
	}
	return nil
}

func hooks(ctx context.Context, db *gorm.DB) error {
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &Customer{}}), authdb.WithSynchronize())
	user, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada Lovelace"})
	if err != nil {
		return err
	}
	fmt.Println(user.Extra["Slug"])
	user, err = adapter.UpdateUser(ctx, user.ID, authdb.UserPatch{Name: authdb.Set("Ada Byron")})
	if err != nil {
		return err
	}
	fmt.Println(user.Extra["Slug"])
	return nil
}

func Example_hooks() {
	onSQLite(hooks)
	// Output:
	// ada-lovelace
	// ada-byron
}

// tables says how the database describes its tables.
func tables(db *gorm.DB) (ddl string, err error) {
	var statements []string
	err = db.Raw("SELECT coalesce(sql, name) FROM sqlite_master ORDER BY name").Scan(&statements).Error
	return strings.Join(statements, "\n"), err
}

func autoMigrateAfter(ctx context.Context, db *gorm.DB) error {
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &Member{}}))
	if err := adapter.Synchronize(ctx); err != nil {
		return err
	}
	before, err := tables(db)
	if err != nil {
		return err
	}
	if err := db.AutoMigrate(&Member{}); err != nil { // changes nothing
		return err
	}
	after, err := tables(db)
	fmt.Println(len(before) > 0, before == after)
	return err
}

func Example_autoMigrateAfter() {
	onSQLite(autoMigrateAfter)
	// Output: true true
}

func autoMigrateInstead(ctx context.Context, db *gorm.DB) error {
	if err := db.AutoMigrate(models.All()...); err != nil {
		return err
	}
	adapter := gormadapter.New(db)
	if err := adapter.Check(ctx); err != nil { // looks, and changes nothing
		return err
	}
	_, err := adapter.CreateUser(ctx, &authdb.User{Name: "Ada"})
	return err
}

func Example_autoMigrateInstead() {
	onSQLite(autoMigrateInstead)
	// Output:
}

func plan(ctx context.Context, db *gorm.DB) error {
	first := gormadapter.New(db)
	if err := first.Synchronize(ctx); err != nil {
		return err
	}
	ada, err := first.CreateUser(ctx, &authdb.User{Name: "Ada"})
	if err != nil {
		return err
	}
	// The next release has a role, and points.
	type User struct {
		models.User
		Role   string `gorm:"default:reader"`
		Points int
	}
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &User{}}))
	plan, err := adapter.Plan(ctx) // looks, and changes nothing
	if err != nil {
		return err
	}
	fmt.Println(plan)
	if err := adapter.Synchronize(ctx); err != nil {
		return err
	}
	if ada, err = adapter.GetUser(ctx, ada.ID); err != nil {
		return err
	}
	fmt.Println(ada.Name, ada.Extra["Role"], ada.Extra["Points"])
	return nil
}

func Example_plan() {
	onSQLite(plan)
	// Output:
	// 2 statements
	//
	// ALTER TABLE `users` ADD COLUMN `role` text DEFAULT "reader";
	//
	// ALTER TABLE `users` ADD COLUMN `points` integer;
	//
	// 0 findings
	//
	// Ada reader 0
}

func missingColumn(ctx context.Context, db *gorm.DB) error {
	if err := gormadapter.New(db).Synchronize(ctx); err != nil {
		return err
	}
	// The next release has a team for everybody.
	type User struct {
		models.User
		Team string `gorm:"not null"`
	}
	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &User{}}))
	err := adapter.Synchronize(ctx)
	fmt.Println(errors.Is(err, authdb.ErrSchema))
	fmt.Println(err)
	return nil
}

func Example_missingColumn() {
	onSQLite(missingColumn)
	// Output:
	// true
	// gormadapter: synchronize: authdb: schema: table users, column team: missing; if the table is this application's: ALTER TABLE `users` ADD COLUMN `team` text, then fill it and make it NOT NULL
}

// onSQLite runs a snippet on an empty database.
func onSQLite(snippet func(context.Context, *gorm.DB) error) {
	ctx := context.Background()
	db, err := datasource.OpenDB(ctx, datasource.Config{Type: "sqlite", Database: ":memory:"})
	if err == nil {
		err = snippet(ctx, db)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	pool, err := db.DB()
	if err == nil {
		err = pool.Close()
	}
	if err != nil {
		fmt.Println(err)
	}
}
