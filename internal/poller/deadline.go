package poller

import (
	"math"
	"time"
)

// deadline is the moment at which a Wait ends, on the monotonic clock.
// The zero value is never.
type deadline struct{ at time.Time }

// deadlineIn returns the moment that lies timeout ahead. Never stands for a
// negative timeout and for one of more than 146 years, so that no sum overflows.
func deadlineIn(timeout time.Duration) deadline {
	if timeout < 0 || timeout > math.MaxInt64/2 {
		return deadline{}
	}
	return deadline{at: time.Now().Add(timeout)}
}

// left returns how long it is until the moment: 0 once it has come, negative
// for never.
func (d deadline) left() time.Duration {
	if d.at.IsZero() {
		return -1
	}
	return max(0, time.Until(d.at))
}
