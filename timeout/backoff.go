package timeout

import (
	"fmt"
	"time"
)

// backoff is the waits between attempts: a ceiling that grows, and a place below
// it for each wait.
type backoff struct {
	ceiling time.Duration // of the next wait
	most    time.Duration
	factor  float64
}

// newBackoff begins with the wait after the first attempt.
func newBackoff(p Policy) backoff {
	return backoff{ceiling: min(p.Base, p.Cap), most: p.Cap, factor: p.Factor}
}

// next is the next wait, at the given place between 0 and 1 of its range. A
// place outside, or none, panics.
func (b *backoff) next(place float64) time.Duration {
	if !(place >= 0 && place <= 1) {
		panic(fmt.Sprintf("timeout: the Jitter of a Policy has to answer from 0 to 1, got %v", place))
	}
	wait := within(float64(b.ceiling)*place, b.ceiling)
	b.ceiling = within(float64(b.ceiling)*b.factor, b.most)
	return wait
}

// within is d as a Duration, at most most. The comparison comes before the
// conversion: what is past the range of a Duration would not survive it.
func within(d float64, most time.Duration) time.Duration {
	if d >= float64(most) {
		return most
	}
	return time.Duration(d)
}
