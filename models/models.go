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
// The rows have no methods that embedding would promote.
package models

// All returns one of each row, in an order in which tables can be created:
// for db.AutoMigrate(models.All()...).
func All() []any {
	return []any{&User{}, &Account{}, &Session{}, &VerificationToken{}, &Authenticator{}}
}
