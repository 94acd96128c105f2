//go:build cgo

package catalog_test

// mattn/go-sqlite3 is SQLite in C.
const cgo = true
