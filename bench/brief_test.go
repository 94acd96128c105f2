package bench_test

import "flag"

var brief = flag.Bool("brief", false, "measure next to nothing, to see that it can be measured")

// unless returns what is measured with, or something small.
func unless[T any](long, short T) T {
	if *brief {
		return short
	}
	return long
}
