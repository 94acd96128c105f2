//go:build !cgo

package gormadapter_test

const cgo = false
