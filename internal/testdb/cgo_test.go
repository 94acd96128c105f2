//go:build cgo

package testdb_test

// mattn/go-sqlite3 is SQLite in C.
const cgo = true
