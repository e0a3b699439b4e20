package goroutine_test

import (
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/spindle-go/spindle/internal/goroutine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ways are both ways to tell goroutines apart; without assembly they are one.
var ways = map[string]func() uintptr{
	"Current": goroutine.Current,
	"Number":  func() uintptr { return uintptr(goroutine.Number()) },
}

func TestIdentityStays(t *testing.T) {
	for name, current := range ways {
		t.Run(name, func(t *testing.T) {
			before := current()
			if before == 0 {
				t.Fatal("the identity is 0")
			}
			for range 100 {
				grow(2000) // moves the stack
				runtime.Gosched()
				if now := current(); now != before {
					t.Fatalf("the identity changed from %#x to %#x", before, now)
				}
			}
		})
	}
}

// grow uses about n times 128 bytes of stack.
func grow(n int) byte {
	var frame [128]byte
	if n > 0 {
		frame[n%128] = grow(n - 1)
	}
	return frame[0]
}

func TestIdentitiesDiffer(t *testing.T) {
	for name, current := range ways {
		t.Run(name, func(t *testing.T) {
			const n = 100
			ids := make([]uintptr, n)
			var alive, all sync.WaitGroup
			alive.Add(n)
			for i := range n {
				all.Go(func() {
					ids[i] = current()
					alive.Done()
					alive.Wait() // all of them live at once
				})
			}
			all.Wait()
			slices.Sort(ids)
			if distinct := len(slices.Compact(ids)); distinct != n {
				t.Errorf("%d goroutines have %d identities", n, distinct)
			}
		})
	}
}

func TestCoroutineHasItsOwn(t *testing.T) {
	for name, current := range ways {
		t.Run(name, func(t *testing.T) {
			next, stop := iter.Pull(func(yield func(uintptr) bool) {
				for yield(current()) {
				}
			})
			defer stop()
			inside, _ := next()
			again, _ := next()
			if inside == current() || inside != again {
				t.Errorf("outside %#x, inside %#x and then %#x", current(), inside, again)
			}
		})
	}
}

func TestCurrentCostsNoAllocation(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { goroutine.Current() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCurrent(b *testing.B) {
	for b.Loop() {
		goroutine.Current()
	}
}
