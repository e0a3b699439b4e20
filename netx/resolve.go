package netx

import (
	"context"
	"net"
	"net/netip"

	"github.com/spindle-go/spindle/failure"
)

// Resolver looks up the addresses of a name. A *net.Resolver is one. It is called
// on goroutines of its own, of which several may run at a time, and should
// return when ctx ends.
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
