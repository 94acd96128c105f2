//go:build !cgo

package models_test

const cgo = false
