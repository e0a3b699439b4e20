//go:build unix

package poller_test

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/spindle-go/spindle/internal/poller"
)

// testGivesWay has a loop that always has something to do, and a goroutine that wants
// the only processor. What is counted is how often the loop gets round before it lets
// the other one run, be it that a few of the runtime's are first. Go takes the processor
// from it by force in the end, which is after thousands of rounds.
func testGivesWay(w *world) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r, wr := w.pipe()
	events := make([]poller.Event, 4)
	const first = 10
	rounds := func(name string, most, ready int, timeout time.Duration) {
		var ran atomic.Bool
		over := make(chan struct{})
		go func() {
			defer close(over)
			ran.Store(true)
		}()
		n := 0
		for ; !ran.Load(); n++ {
			got, err := w.p.Wait(events, timeout, nil)
			w.check(err)
			if got != ready {
				w.Fatalf("%s: %d events, want %d", name, got, ready)
			}
		}
		<-over
		if n > first*most {
			w.Errorf("%s: the loop went round %d times before another goroutine ran, want %d or so", name, n, most)
		}
	}
	rounds("no event, but no time to wait either", 33, 0, 0)
	w.write(wr)
	w.add(r, poller.Readable)
	rounds("one event each time", 17, 1, time.Hour)
	for range 3 {
		more, wr := w.pipe()
		w.write(wr)
		w.add(more, poller.Readable)
	}
	rounds("four events each time", 7, 4, -1)
}
