package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// tick is how often the gauge looks.
const tick = 50 * time.Millisecond

// most is how many bytes the proxy may hold: the high mark, and one read.
const most = (64 + 256) << 10

// slack is how much the heap may grow and still be called flat.
const slack = 1 << 20

// gauge looks at the three while they run.
type gauge struct {
	writer   *writer
	upstream *netx.Conn // nil until the proxy has it

	got       int // bytes that the reader has taken
	held      int // most bytes that the proxy has held
	heap, end int // bytes in use: when all buffers were full, and last
}

// watch looks at every tick, and lets the loop go on in between.
func (g *gauge) watch(r *reactor.Reactor, during time.Duration, verbose bool) *deferred.Deferred[*gauge] {
	ticks := 0
	var loop *timeout.Loop
	loop = timeout.NewLoop(r, func(count int) *deferred.Deferred[struct{}] {
		ticks += count
		passed := time.Duration(ticks) * tick
		if g.upstream != nil {
			g.held = max(g.held, g.upstream.Buffered())
		}
		if g.heap == 0 && passed > during/4 {
			g.heap = heap()
		}
		if verbose && passed%time.Second == 0 {
			fmt.Printf("%4v: written %d KB, read %d KB, held %d KB, heap %d KB\n",
				passed, g.writer.sent/1000, g.got/1000, g.held/1000, heap()/1000)
		}
		if passed >= during {
			g.end = heap()
			_ = loop.Stop() // it runs, since this is one of its calls
		}
		return nil
	})
	return deferred.Then(loop.Start(tick, false), func(struct{}) (*gauge, error) { return g, nil })
}

// heap is how much memory is in use.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// report prints what was seen.
func (g *gauge) report() {
	fmt.Println("the reader got something, and the writer is ahead:", g.got > 0 && g.writer.sent > g.got)
	fmt.Printf("the proxy held at most %d KiB: %v\n", most>>10, g.held <= most)
	fmt.Println("the memory stayed flat:", g.end < g.heap+slack)
}
