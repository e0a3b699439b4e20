package netx

import (
	"context"
	"net"
	"net/netip"
	"slices"

	"github.com/spindle-go/spindle/failure"
)

// Resolver looks up the addresses of a name. A *net.Resolver is one, and what Dial
// asks by default.
//
// It is called on goroutines of its own, up to 64 for a Net; further names wait
// their turn. ctx ends when the Dial was cancelled, has run out of time, or lost
// its reactor. The Dial has its failure by then, but the goroutine lives, and
// counts, until the call returns: so it should return soon.
type Resolver interface {
	// LookupNetIP returns the addresses of host. network is "ip", "ip4" or "ip6".
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// maxLookups is how many names are looked up at a time; further ones wait. Each
// may block an operating system thread.
const maxLookups = 64

// lookups runs lookups off the loop. They do not go to the reactor's pool, where
// a few slow names would hold up everybody else's jobs. Loop goroutine only.
type lookups struct {
	net     *Net
	running int
	waiting []*lookup
	dropped int // at most so many of waiting were given up
}

func newLookups(n *Net) *lookups { return &lookups{net: n} }

// lookup is one name to be looked up. After it was given to start it does not
// change.
type lookup struct {
	ctx           context.Context //nolint:containedctx // it is handed to the goroutine
	resolver      Resolver
	network, host string
	done          func([]netip.Addr, error) // called on the loop, unless ctx has ended
}

// start begins l, or puts it at the end of the queue.
func (ls *lookups) start(l *lookup) {
	if ls.running == maxLookups {
		ls.waiting = append(ls.waiting, l)
		return
	}
	ls.running++
	go ls.run(l)
}

// giveUp is called when the context of one of them was ended. One that has not begun
// never does. It costs O(1) in the mean: the queue is looked through only when half
// of it may have been given up.
func (ls *lookups) giveUp() {
	if ls.dropped++; 2*ls.dropped <= len(ls.waiting) {
		return
	}
	ls.dropped = 0
	ls.waiting = slices.DeleteFunc(ls.waiting, func(l *lookup) bool { return l.ctx.Err() != nil })
}

// run does the lookup and hands the result to the loop. The loop may have stopped
// meanwhile, and then there is nobody who waits. It runs on a goroutine of its
// own.
func (ls *lookups) run(l *lookup) {
	addrs, err := []netip.Addr(nil), errGoexit
	defer func() {
		if v := recover(); v != nil {
			err = failure.Recovered(v)
		}
		_ = ls.net.r.CallFromThread(func() { ls.finish(l, addrs, err) })
	}()
	addrs, err = l.resolver.LookupNetIP(l.ctx, l.network, l.host)
}

// finish takes a result in and begins the next lookup that somebody waits for.
func (ls *lookups) finish(l *lookup, addrs []netip.Addr, err error) {
	ls.running--
	for len(ls.waiting) > 0 && ls.running < maxLookups {
		next := ls.waiting[0]
		ls.waiting[0] = nil
		ls.waiting = ls.waiting[1:]
		if next.ctx.Err() == nil {
			ls.start(next)
		}
	}
	if l.ctx.Err() == nil {
		l.done(addrs, err)
	}
}

// lookupWith returns what looks up names.
func (c *config) lookupWith() Resolver {
	if c.resolver != nil {
		return c.resolver
	}
	return net.DefaultResolver
}
