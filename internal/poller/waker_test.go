//go:build unix

package poller_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// wakeups fails unless this many bytes were written so far.
func (w *world) wakeups(want uint64) {
	w.Helper()
	if got := w.p.Wakeups(); got != want {
		w.Fatalf("%d bytes were written, want %d", got, want)
	}
}

// wakes is a work function that has nothing, and wakes.
func (w *world) wakes() bool {
	w.check(w.p.Wake())
	return false
}

func testWakeEndsWait(w *world) {
	for i := range uint64(3) {
		w.wakeups(i)
		about := make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			<-about
			for range 10 { // many wake-ups, one byte
				if err := w.p.Wake(); err != nil {
					w.Error(err)
				}
			}
		})
		asked := false
		got := w.wait(-1, func() bool {
			if w.p.Asleep() && !asked {
				asked = true
				close(about)
			}
			return false
		})
		w.compare(got, nil)
		// The others come while the loop is awake.
		group.Wait()
		w.wakeups(i + 1)
	}
}

func testWakeAwake(w *world) {
	r, wr := w.pipe()
	token := w.add(r, poller.Readable)
	w.check(w.p.Wake())
	w.write(wr)
	w.compare(w.wait(-1, func() bool { w.Error("asked for work with an event at hand"); return false }),
		ready{token: poller.Readable})
	w.check(w.p.Wake())
	w.expect(ready{token: poller.Readable})
	w.check(w.p.Wake())
	w.read(r)
	w.waitsOut(time.Millisecond) // it leaves no trace
	w.check(w.p.Wake())
	w.wakeups(0)
}

// testWorkKeepsAwake lets each of the questions for work be the one that finds
// some; the last of them is asked with the flag set.
func testWorkKeepsAwake(w *world) {
	for asleep, found := false, 1; !asleep; found++ {
		asked := 0
		w.compare(w.wait(patience, func() bool {
			asked++
			asleep = w.p.Asleep()
			return asked == found || asleep
		}), nil)
		if asked != found {
			w.Fatalf("work was asked %d times, and there was some at the %d. time", asked, found)
		}
		if w.p.Asleep() {
			w.Fatal("the flag is still set")
		}
		w.check(w.p.Wake())
		w.wakeups(0)
	}
}

// testLateByte holds a poster up between clearing the flag and writing, so that
// its byte arrives when the loop is up, or in another sleep. It must not end
// that wait, and must not stay.
func testLateByte(w *world) {
	r, wr := w.pipe()
	token := w.add(r, poller.Readable)
	for _, arrives := range []string{"awake", "asleep"} {
		var late func() error
		got := w.wait(-1, func() bool {
			if w.p.Asleep() {
				late = w.p.HoldWake()
				w.write(wr) // so that something else ends this wait
			}
			return false
		})
		w.compare(got, ready{token: poller.Readable})
		w.read(r)
		if arrives == "awake" {
			w.check(late())
			late = nil
			w.expectNothing()
			w.write(wr)
			w.takesTurnsAlone()
			w.read(r)
		}
		start, asked := time.Now(), 0
		got = w.wait(10*time.Millisecond, func() bool {
			if asked++; late != nil && w.p.Asleep() {
				w.check(late())
				late = nil
			}
			return false
		})
		w.compare(got, nil)
		if passed := time.Since(start); passed < 10*time.Millisecond || asked > 20 {
			w.Fatalf("%s: the wait ended after %v, and work was asked %d times", arrives, passed, asked)
		}
		if late != nil {
			w.Fatal("the byte was not written")
		}
	}
}

// takesTurnsAlone fails when something beside the one event that is ready takes
// its place in a slice of one.
func (w *world) takesTurnsAlone() {
	w.Helper()
	for range 4 {
		n, err := w.p.Wait(make([]poller.Event, 1), 0, nil)
		w.check(err)
		if n != 1 {
			w.Fatal("the waker's byte is still there")
		}
	}
}

// testWakerHidden looks for the waker among the registrations and tries to take
// its descriptors.
func testWakerHidden(w *world) {
	w.compare(w.wait(-1, w.wakes), nil)
	if w.p.Len() != 0 {
		w.Errorf("%d are registered", w.p.Len())
	}
	r, _ := w.pipe()
	refused := 0
	for fd := range r {
		token, err := w.p.Add(fd, both)
		if errors.Is(err, unix.EINVAL) {
			refused++
		}
		if err == nil {
			w.remove(token)
		}
	}
	own := 2
	if w.kind == poller.Epoll {
		own = 3 // and the instance
	}
	if refused != own {
		w.Errorf("%d descriptors were refused, want the %d own ones", refused, own)
	}
	w.compare(w.wait(-1, w.wakes), nil)
}

// hammer is a queue as a reactor has it.
type hammer struct {
	mu    sync.Mutex
	items []chan struct{}
}

func (h *hammer) put(item chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.items = append(h.items, item)
}

func (h *hammer) take() []chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	items := h.items
	h.items = nil
	return items
}

func (h *hammer) hasWork() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.items) > 0
}

// testHammer has goroutines that queue and wake. Half of them wait until their
// item was seen before they go on, so that the loop goes to sleep very often.
func testHammer(w *world) {
	const posters, each = 8, 2000
	var h hammer
	var group sync.WaitGroup
	defer group.Wait()
	for i := range posters {
		group.Go(func() {
			for range each {
				item := make(chan struct{})
				h.put(item)
				if err := w.p.Wake(); err != nil {
					w.Error(err)
				}
				if i%2 == 0 {
					<-item
				}
			}
		})
	}
	var events [4]poller.Event
	seen, waits := 0, uint64(0)
	for seen < posters*each {
		start := time.Now()
		n, err := w.p.Wait(events[:], patience, h.hasWork)
		waits++
		if n != 0 || err != nil {
			w.Errorf("got %d events and %v", n, err)
		}
		items := h.take()
		if len(items) == 0 && time.Since(start) >= patience {
			w.Errorf("a wake-up was lost: %d items of %d were seen", seen, posters*each)
		}
		for _, item := range items {
			close(item)
			seen++
		}
	}
	if got := w.p.Wakeups(); got > waits {
		w.Errorf("%d bytes were written for %d waits", got, waits)
	}
}

// testWakeAgainstClose has posters at every point of a Wake while the Poller is
// closed and its numbers are given out again. No byte may go there.
func testWakeAgainstClose(w *world) {
	for range 10 {
		p, err := poller.New(w.kind)
		w.check(err)
		var late func() error
		_, err = p.Wait(make([]poller.Event, 1), time.Millisecond, func() bool {
			if p.Asleep() && late == nil {
				late = p.HoldWake() // this one is just before its write
			}
			return false
		})
		w.check(err)
		if late == nil {
			continue // the machine was so busy that the timeout came first
		}
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				for {
					err := p.Wake()
					if errors.Is(err, poller.ErrClosed) {
						return
					}
					if err != nil {
						w.Error(err)
					}
				}
			})
		}
		w.check(p.Close())
		r1, wr1 := w.pipe()
		r2, wr2 := w.pipe()
		w.checkIs(late(), poller.ErrClosed)
		group.Wait()
		for _, r := range []int{r1, r2} {
			if n := w.read(r); n != 0 {
				w.Fatalf("%d bytes went to a descriptor of somebody else", n)
			}
		}
		for _, fd := range []int{r1, wr1, r2, wr2} {
			w.close(fd)
		}
	}
}

func TestWakeupsStartAtZero(t *testing.T) {
	newWorld(t, poller.Best).wakeups(0)
}
