package timeout

import (
	"math"
	"time"
)

// grid is the instants at which a Loop is to run its function: the multiples of
// every since origin. A slot is the time from one of them to the next. All of it
// is counted in whole nanoseconds, so an exact multiple is one, and no error
// adds up.
type grid struct {
	every  time.Duration
	origin time.Time
	last   time.Duration // when the function was called last, since origin
	called bool          // it was at all; until then last is where the counting begins
}

// newGrid is a grid that begins now. With atOnce the instant now belongs to it:
// it counts as if the function had been called one slot before.
func newGrid(every time.Duration, now time.Time, atOnce bool) grid {
	g := grid{every: every, origin: now}
	if atOnce {
		g.last = -every
	}
	return g
}

// enter is called when the function is about to be. It answers how many slots
// have begun since the last time; 0 means that the clock came too early, in a
// slot that had its call, and that this one must not be made.
func (g *grid) enter(now time.Time) int {
	if g.every == 0 {
		return 1
	}
	at := now.Sub(g.origin)
	count := int64(at/g.every) - int64(g.last/g.every)
	if count <= 0 {
		return 0
	}
	g.last, g.called = at, true
	return int(min(count, math.MaxInt))
}

// untilNext is the time from now to the next instant after it. On an exact
// multiple it is a whole slot, so one instant is never met twice.
func (g *grid) untilNext(now time.Time) time.Duration {
	if g.every == 0 {
		return 0
	}
	return g.every - now.Sub(g.origin)%g.every
}

// restart moves the origin to now. What has passed since the last call counts
// in whole slots, beside those of the new grid; if there was no call the
// counting begins here. These are Twisted's rules.
func (g *grid) restart(now time.Time) {
	if g.called {
		g.last = saturatingAdd(g.last, -now.Sub(g.origin))
	} else {
		g.last = 0
	}
	g.origin = now
}
