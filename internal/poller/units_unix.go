//go:build unix

package poller

import (
	"math"
	"time"
)

// longestWait is how long one system call is let wait. poll(2) takes
// milliseconds in 32 bits and the BSDs refuse a select(2) of more than 10⁸
// seconds; a Wait for longer asks again.
const longestWait = math.MaxInt32 * time.Millisecond

// unitsOf returns how many whole units cover timeout. It rounds up, since a
// timer must never fire early; a negative timeout stays negative.
func unitsOf(timeout, unit time.Duration) int64 {
	if timeout < 0 {
		return -1
	}
	n := timeout / unit
	if n*unit < timeout {
		n++
	}
	return int64(n)
}
