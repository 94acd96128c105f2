//go:build !cgo

package bench_test

const cgo = false
