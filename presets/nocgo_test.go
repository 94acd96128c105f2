//go:build !cgo

package presets_test

const cgo = false
