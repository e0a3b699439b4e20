//go:build unix

package poller_test

import (
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// testGivesWay has a loop that always has something to do, and another goroutine that
// wants the only processor, and one more whenever it had it. What is counted is after how
// many of the Waits one has run; Go takes the processor from the loop by force every few
// thousand.
func testGivesWay(w *world) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	events := make([]poller.Event, 4)
	count := func(name string, waits, ready int, timeout time.Duration) {
		const want = 100
		var ran atomic.Bool
		go ran.Store(true)
		gaveWay := 0
		for range waits {
			n, err := w.p.Wait(events, timeout, nil)
			w.check(err)
			if n != ready {
				w.Fatalf("%s: %d events, want %d", name, n, ready)
			}
			if ran.Swap(false) {
				gaveWay++
				go ran.Store(true)
			}
		}
		if gaveWay < want*3/4 || gaveWay > want*3/2 {
			w.Errorf("%s: another goroutine ran in %d of %d Waits, want some %d", name, gaveWay, waits, want)
		}
	}
	// It gives way in the Wait that finds that there were 32 before it.
	count("no event, but no time to wait either", 32*100, 0, 0)
	r, wr := w.pipe()
	w.write(wr)
	w.add(r, poller.Readable)
	count("one event each time", 16*100, 1, time.Hour)
	for range 3 {
		r, wr := w.pipe()
		w.write(wr)
		w.add(r, poller.Readable)
	}
	count("four events each time", 7*100, 4, -1)
}

// testLooksLetOthersRun has a goroutine that writes as soon as it gets the only processor:
// that is between two of the looks before the sleep, so that no sleep comes of it.
func testLooksLetOthersRun(w *world) {
	if w.kind != poller.Epoll {
		w.Skip("SKIPPED: this kind looks once before it sleeps")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r, wr := w.pipe()
	w.add(r, poller.Readable)
	asks := 0
	w.p.CountAsks(&asks)
	events := make([]poller.Event, 4)
	written := make(chan struct{})
	go func() {
		defer close(written)
		if _, err := unix.Write(wr, []byte{1}); err != nil {
			w.Error(err)
		}
	}()
	n, err := w.p.Wait(events, patience, nil)
	<-written
	w.check(err)
	if n != 1 || asks > 8 { // the ninth is the sleep
		w.Errorf("%d events, after the kernel was asked %d times", n, asks)
	}
}
