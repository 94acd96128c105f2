//go:build !cgo

package catalog_test

const cgo = false
