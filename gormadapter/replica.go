package gormadapter

import (
	"errors"

	"gorm.io/gorm"

	"github.com/authdb/authdb"
)

// What gorm.io/plugin/dbresolver is known by in a *gorm.DB, and what its
// operations leave in a statement.
const (
	resolver     = "gorm:db_resolver"
	resolveRead  = "gorm:db_resolver:read"
	resolveWrite = "gorm:db_resolver:write"
)

// upToDate calls read, which looks one record up. Where a resolver sends that to
// a replica, what has not arrived there yet is no answer: it is asked once more of
// the primary.
func (a *Adapter) upToDate(read func(tx *gorm.DB) error) error {
	err := read(a.base)
	if errors.Is(err, authdb.ErrNotFound) && a.replicated() { // ErrExpired is one
		err = read(a.primary(a.base))
	}
	return err
}

// primary returns a session whose look-ups a resolver sends to the primary.
func (a *Adapter) primary(tx *gorm.DB) *gorm.DB {
	if !a.replicated() {
		return tx
	}
	return tx.Set(resolveWrite, struct{}{}).Session(&gorm.Session{})
}

// replicated reports whether a look-up may have been sent to a replica, and not by
// the application's own choice.
func (a *Adapter) replicated() bool {
	if _, ok := a.base.Plugins[resolver]; !ok || a.tx != nil {
		return false
	}
	settings := &a.base.Statement.Settings
	_, read := settings.Load(resolveRead)
	_, write := settings.Load(resolveWrite)
	return !read && !write
}
