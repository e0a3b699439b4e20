package deferred_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// ofMany fires a Deferred of T with n handlers, and checks that each is called once and
// in order.
func ofMany[T any](t *testing.T, n int, v T) {
	called := 0
	d := deferred.New[T]()
	for i := range n {
		step := func(v T, err error) (T, error) {
			if called != i {
				t.Errorf("handler %d of %d was called after %d others", i, n, called)
			}
			called++
			return v, err
		}
		if i%2 == 0 {
			d.AddCallback(func(v T) (T, error) { return step(v, nil) })
		} else {
			d.AddBoth(step)
		}
	}
	if err := d.Callback(v); err != nil || called != n {
		t.Errorf("%d of %d handlers were called; Callback: %v", called, n, err)
	}
}

// TestBlocksServeAnyType is about blocks that go from one Deferred to the next, of
// another type and on another goroutine.
func TestBlocksServeAnyType(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range 160 { // into up to four blocks
				ofMany(t, n, 1)
				ofMany(t, n, "text")
				ofMany(t, n, struct{}{})
				ofMany[error](t, n, nil)
			}
		})
	}
	wg.Wait()
}

// TestBlocksGoBetweenGoroutines makes Deferreds on one goroutine and fires them on
// another, so that the one that needs blocks is not the one that gives them back.
func TestBlocksGoBetweenGoroutines(t *testing.T) {
	const n = 10
	made := make(chan *number, 32)
	go func() { // ends with the last one
		defer close(made)
		for range 5000 {
			d := newNumber()
			for range n {
				d.AddCallback(increment)
			}
			made <- d
		}
	}()
	for d := range made {
		got := -1
		d.AddCallback(func(v int) (int, error) {
			got = v
			return v, nil
		})
		if err := d.Callback(0); err != nil || got != n {
			t.Errorf("%d of %d handlers were called; Callback: %v", got, n, err)
		}
	}
}

// TestListGivesItsBlocksBackOnce checks that a list gives no more blocks back than it
// took, and no fewer, by how many are left to two lists that begin after it and never end.
func TestListGivesItsBlocksBackOnce(t *testing.T) {
	skipInDebug(t)
	list := func(n int) *number {
		d := newNumber()
		for range n {
			d.AddCallback(increment)
		}
		return d
	}
	rows := []struct {
		name         string
		fired, stays int
		want         float64
	}{
		// Each Deferred is an allocation. Of the three first blocks one is used twice.
		{"one block", 3, 3, 3 + 2},
		// And of the later blocks the only one.
		{"a later one", 19, 3, 3 + 2},
		// Two in the list that is fired, which the others have after it.
		{"two later ones", 80, 19, 3 + 2 + 2},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			for range 2 { // by then nothing is left of what other tests gave back
				runtime.GC()
			}
			most := row.want
			if raceEnabled {
				most += 3 // sync.Pool loses some on purpose then
			}
			got := testing.AllocsPerRun(100, func() {
				kept = list(row.fired)
				_ = kept.Callback(1)
				kept = list(row.stays)
				kept = list(row.stays)
			})
			if got < row.want || got > most {
				t.Errorf("%v allocations, want %v", got, row.want)
			}
		})
	}
}

// TestBlockIsTakenInsideItsLastHandler has a Deferred take the block that another one,
// which is running, has just been done with.
func TestBlockIsTakenInsideItsLastHandler(t *testing.T) {
	for n := 3; n < 160; n++ { // the third block begins at 75
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			var outer, inner []int
			d := deferred.New[int]()
			for i := range n {
				d.AddCallback(func(v int) (int, error) {
					outer = append(outer, i)
					if i < n-1 {
						return v, nil
					}
					in := deferred.New[int]()
					for j := range n {
						in.AddCallback(func(v int) (int, error) {
							inner = append(inner, j)
							return v, nil
						})
						d.AddCallback(func(v int) (int, error) {
							outer = append(outer, n+j)
							return v, nil
						})
					}
					return v, in.Callback(v)
				})
			}
			if err := d.Callback(1); err != nil {
				t.Fatal(err)
			}
			checkCounts(t, "outer", outer, 2*n)
			checkCounts(t, "inner", inner, n)
		})
	}
}

// checkCounts checks that got is 0 to n-1.
func checkCounts(t *testing.T, name string, got []int, n int) {
	t.Helper()
	if len(got) != n {
		t.Fatalf("%d handlers of %s were called, want %d: %v", len(got), name, n, got)
	}
	for i, v := range got {
		if v != i {
			t.Fatalf("%s was called in the order %v", name, got)
		}
	}
}

// TestBlocksKeepNothing checks that a block which one Deferred waits with does not hold
// what the handlers of another, that had it before, knew. That is the handler before the
// last, since those that wait have fewer handlers and would overwrite the first ones.
func TestBlocksKeepNothing(t *testing.T) {
	rows := []struct {
		name        string
		fired, wait int
	}{
		{"first block", 10, 3},
		{"later block", 74, 12},
		{"second later block", 138, 12},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			fire := func() <-chan struct{} {
				big := new([1 << 16]byte)
				d := newNumber()
				for i := range row.fired {
					if i == row.fired-2 {
						d.AddCallback(func(v int) (int, error) { return v + int(big[0]), nil })
					} else {
						d.AddCallback(increment)
					}
				}
				_ = d.Callback(1)
				return collected(big)
			}
			gone := fire()
			waiting := make([]*number, 100)
			for i := range waiting { // one of them takes the block, unless it went to the collector
				waiting[i] = newNumber()
				for range row.wait {
					waiting[i].AddCallback(increment)
				}
			}
			waitForGC(t, gone, "what the handlers of a Deferred knew is collected")
			for _, d := range waiting {
				_ = d.Callback(1)
			}
		})
	}
}

// TestWaitingListKeepsNothing checks that a Deferred which stops in the middle of a block
// holds nothing of what those handlers in it knew that have run.
func TestWaitingListKeepsNothing(t *testing.T) {
	inner := newNumber()
	rows := []struct {
		name string
		stop func(d *number)
	}{
		{"a callback chains", func(d *number) { waitFor(d, inner) }},
		{"one for both chains", func(d *number) {
			d.AddBoth(func(int, error) (int, error) { return inner.Chain() })
		}},
		{"one for both chains, after a panic", func(d *number) {
			d.AddCallback(func(int) (int, error) { panic("no") })
			d.AddBoth(func(int, error) (int, error) { return inner.Chain() })
		}},
		{"a pause", func(d *number) {
			d.AddCallback(func(v int) (int, error) { d.Pause(); return v, nil })
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			inner = newNumber()
			d := newNumber()
			fire := func() <-chan struct{} {
				big := new([1 << 16]byte)
				for i := range 40 {
					if i == 12 {
						d.AddCallback(func(v int) (int, error) { return v + int(big[0]), nil })
					} else {
						d.AddCallback(increment)
					}
				}
				row.stop(d)
				for range 20 {
					d.AddCallback(increment)
				}
				_ = d.Callback(1)
				return collected(big)
			}
			waitForGC(t, fire(), "what the handlers knew that have run is collected")
			if _, _, ready := d.Poll(); ready {
				t.Error("it does not wait")
			}
			runtime.KeepAlive(d)
		})
	}
}

// TestBlockSizes checks how many allocations a list of n callbacks takes that never runs,
// where there is no spare block: the Deferred is one, and each block.
func TestBlockSizes(t *testing.T) {
	skipInDebug(t)
	for range 2 { // by then nothing is left of what other tests gave back
		runtime.GC()
	}
	for _, row := range []struct {
		n    int
		want float64
	}{{2, 1}, {3, 2}, {10, 2}, {11, 3}, {74, 3}, {75, 4}, {138, 4}, {139, 5}} {
		got := testing.AllocsPerRun(10, func() {
			kept = newNumber()
			for range row.n {
				kept.AddCallback(increment)
			}
		})
		if got != row.want {
			t.Errorf("%d callbacks: %v allocations, want %v", row.n, got, row.want)
		}
	}
}

// TestDotInsideBlock checks that a handler in a block that is running is not among
// those that are still to run.
func TestDotInsideBlock(t *testing.T) {
	d := newNumber()
	for i := range 6 {
		d.AddCallback(func(v int) (int, error) {
			if want := fmt.Sprintf(", handlers: %d", 5-i); !strings.Contains(deferred.Dot(d), want) {
				t.Errorf("within handler %d there is no %s in %s", i, want, deferred.Dot(d))
			}
			return v, nil
		})
	}
	_ = d.Callback(1)
}
