// Package models holds the default GORM rows of authdb, to use, embed or
// replace.
//
// More columns are an embedded row and further fields:
//
//	type Member struct {
//		models.User
//		Role string `gorm:"default:member"`
//	}
//
//	adapter := gormadapter.New(db, authdb.WithModels(authdb.Models{User: &Member{}}))
//
// The rows have no methods that embedding would promote, and their indexes
// are named after the table that they end up in, so that one row can be
// embedded in several tables of one database.
//
// # Sizes
//
// Keys are as long as the key of an index may be on MySQL. A size of
// 4294967295 is text without a limit on every database, also where the
// application set mysql.Config.DefaultStringSize.
//
// # AutoMigrate
//
// The adapter's Synchronize is what makes these tables. db.AutoMigrate over
// tables that it made, of these rows and of rows that embed them, sends no DDL
// and changes nothing. GORM knows of a table only what the struct says, so
// that holds for further columns as far as the tags go:
//
//   - A column that has to be unique (a row's own Email, say) wants the tag
//     uniqueIndex. On MySQL and MariaDB AutoMigrate drops the unique key that
//     Synchronize made if the struct doesn't name it.
//   - A field of type [Time] wants size:64, see there.
//   - The field that holds a user's id wants the type of the user's own: where
//     one is a string and the other a number, Synchronize gives the column the
//     type that a foreign key needs, and AutoMigrate tries to take it back.
//
// On an empty database db.AutoMigrate(models.All()...) makes tables that the
// adapter works on as well. They have no foreign keys, and on MySQL and
// MariaDB the collation that the database has as its default, unless it is
// said:
//
//	db.Set("gorm:table_options", " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin"). // MariaDB: utf8mb4_nopad_bin
//		AutoMigrate(models.All()...)
package models

// All returns one of each row, in an order in which tables can be created:
// for db.AutoMigrate(models.All()...).
func All() []any {
	return []any{&User{}, &Account{}, &Session{}, &VerificationToken{}, &Authenticator{}}
}
