package netx

import (
	"math"
	"time"
)

// quantumTime is how much of its rate a bucket that ran dry collects before those
// who wait may go on: a slow connection wakes the loop up twenty times a second,
// not for each byte.
const quantumTime = 50 * time.Millisecond

// bucket is a token bucket, whose tokens are bytes. It fills with the time and is
// never more than full. Loop goroutine only.
type bucket struct {
	// Fixed.
	rate  float64 // per second
	burst float64 // how much it holds

	tokens float64
	filled time.Time // when tokens was right; the zero value is before the first use
}

// newBucket returns one that is full.
func newBucket(perSecond, burst int) *bucket {
	return &bucket{rate: float64(perSecond), burst: float64(burst), tokens: float64(burst)}
}

// allow returns how many bytes may go now.
func (b *bucket) allow(now time.Time) int {
	if !b.filled.IsZero() {
		b.tokens = min(b.burst, b.tokens+b.rate*max(0, now.Sub(b.filled).Seconds()))
	}
	b.filled = now
	return int(min(b.tokens, math.MaxInt32))
}

// take removes what has gone.
func (b *bucket) take(n int) { b.tokens -= float64(n) }

// wait returns how long it takes until there is enough to go on with. It is called
// after allow.
func (b *bucket) wait() time.Duration {
	enough := max(1, min(b.burst, b.rate*quantumTime.Seconds()))
	missing := max(0, enough-b.tokens)
	// Rounded up, and a nanosecond more, so that it is there for certain then.
	return time.Duration(math.Ceil(missing/b.rate*float64(time.Second))) + 1
}
