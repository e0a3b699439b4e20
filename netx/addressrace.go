package netx

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/spindle-go/spindle/deferred"
)

// How long an address may take to answer before the next one is tried as well:
// the default, and the least there is, both of RFC 8305, section 8.
const (
	defaultAttemptDelay = 250 * time.Millisecond
	leastAttemptDelay   = 10 * time.Millisecond
)

// WithAttemptDelay sets how long Dial waits for one address of a name to answer
// before it tries the next one as well. The default is 250 ms. Less than 10 ms,
// which RFC 8305 does not allow, panics. Listen and [Pair] ignore it.
func WithAttemptDelay(d time.Duration) Option {
	if d < leastAttemptDelay {
		panic(fmt.Sprintf("netx: WithAttemptDelay(%v): must be at least %v", d, leastAttemptDelay))
	}
	return func(c *config) { c.attemptDelay = d }
}

// addressRace connects to several addresses as RFC 8305, section 5, has it: one after the
// other, the next one at once when one has failed and otherwise after a delay,
// until one is connected. The others are closed then. Loop goroutine only.
//
// It differs from that text in one thing: it begins when the addresses of both
// families are there, since a Resolver is asked for both in one call.
type addressRace struct {
	// Fixed after newAddressRace.
	clock  deferred.Clock
	delay  time.Duration
	begin  func(remote netip.AddrPort, lane int) (runner, error)
	failed func() // is called when all lanes have failed and none is left

	lanes []lane           // of those that have begun, in that order
	left  []netip.AddrPort // to begin with
	going int              // lanes that may still win
	stop  func() bool      // takes back the beginning of the next one
}

// lane is one address of a race.
type lane struct {
	remote netip.AddrPort
	runner runner // nil when it has failed
	err    error  // why
}

// runner is a connection that is being made. It tells its race by fail and win,
// never from inside a call of the race's.
type runner interface {
	// giveUp closes it. It tells nothing any more.
	giveUp()
}

// newAddressRace returns a race to addrs, which begins with next.
func newAddressRace(
	clock deferred.Clock, delay time.Duration, addrs []netip.AddrPort,
	begin func(netip.AddrPort, int) (runner, error), failed func(),
) *addressRace {
	return &addressRace{clock: clock, delay: delay, left: interleave(addrs), begin: begin, failed: failed}
}

// interleave puts addresses of the two families in turns, beginning with that of
// the first. Within a family the order stays, which is the one that the resolver
// thinks best.
func interleave(addrs []netip.AddrPort) []netip.AddrPort {
	var first, second []netip.AddrPort
	for _, a := range addrs {
		if a.Addr().Is4() == addrs[0].Addr().Is4() {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	mixed := make([]netip.AddrPort, 0, len(addrs))
	for i := range max(len(first), len(second)) {
		mixed = append(mixed, first[min(i, len(first)):min(i+1, len(first))]...)
		mixed = append(mixed, second[min(i, len(second)):min(i+1, len(second))]...)
	}
	return mixed
}

// next begins with the next address, and with those after it for as long as they
// fail at once.
func (r *addressRace) next() {
	r.rest()
	for len(r.left) > 0 {
		remote := r.left[0]
		r.left = r.left[1:]
		runner, err := r.begin(remote, len(r.lanes))
		r.lanes = append(r.lanes, lane{remote: remote, runner: runner, err: err})
		if err != nil {
			continue
		}
		r.going++
		if len(r.left) > 0 {
			r.stop = r.clock.AfterFunc(r.delay, r.late)
		}
		return
	}
	if r.going == 0 {
		r.failed()
	}
}

// late is called when the last one to begin has not answered in time.
func (r *addressRace) late() {
	r.stop = nil
	r.next()
}

// fail says that a lane has failed, and its runner closed itself.
func (r *addressRace) fail(lane int, err error) {
	l := &r.lanes[lane]
	l.runner, l.err = nil, err
	r.going--
	if len(r.left) > 0 || r.going == 0 {
		r.next()
	}
}

// win says that a lane is connected, and its runner is taken over.
func (r *addressRace) win(lane int) {
	r.lanes[lane].runner = nil
	r.close()
}

// close gives up all that is under way, and what has not begun. Doing it again
// changes nothing.
func (r *addressRace) close() {
	r.rest()
	r.left, r.going = nil, 0
	for i := range r.lanes {
		if l := &r.lanes[i]; l.runner != nil {
			l.runner.giveUp()
			l.runner = nil
		}
	}
}

// rest takes back the beginning of the next one.
func (r *addressRace) rest() {
	if r.stop != nil {
		r.stop()
		r.stop = nil
	}
}
