//go:build cgo

package models_test

// mattn/go-sqlite3 is SQLite in C.
const cgo = true
