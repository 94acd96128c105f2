//go:build !cgo

package testdb_test

const cgo = false
