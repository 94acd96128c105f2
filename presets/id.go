package presets

import (
	"crypto/rand"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// newCUIDs returns a maker of ids as Prisma's client makes them for
// @default(cuid()): 25 characters of base 36, which are "c", the milliseconds
// since 1970, a counter, a mark of the process and random ones. Those of one
// maker, one after the other, sort in this order.
func newCUIDs() func() string {
	const counts = 36 * 36 * 36 * 36
	var made atomic.Uint64
	// Prisma's mark is made of process id and host name, which are the same
	// in many containers.
	process := randomText(4)
	return func() string {
		at := strconv.FormatInt(time.Now().UnixMilli(), 36)
		n := (made.Add(1) - 1) % counts
		counter := strconv.FormatUint(counts+n, 36)[1:]
		return "c" + at + counter + process + randomText(8)
	}
}

// randomText returns up to 26 random characters, of 5 bits each.
func randomText(length int) string { return strings.ToLower(rand.Text()[:length]) }
