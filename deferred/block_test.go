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
			for n := range 160 { // as many as go into three blocks
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

// TestBlockKeepsNothing checks that a block which one Deferred waits with does not hold
// what the handlers of another, that had it before, knew.
func TestBlockKeepsNothing(t *testing.T) {
	waiting := make([]*number, 100)
	fire := func() <-chan struct{} {
		big := new([1 << 16]byte)
		d := newNumber()
		for range 10 {
			d.AddCallback(func(v int) (int, error) { return v + int(big[v]), nil })
		}
		_ = d.Callback(1)
		return collected(big)
	}
	gone := fire()
	for i := range waiting { // one of them takes the block, unless it went to the collector
		waiting[i] = newNumber().AddCallback(increment).AddCallback(increment).AddCallback(increment)
	}
	waitForGC(t, gone, "what the handlers of a Deferred knew is collected")
	for _, d := range waiting {
		_ = d.Callback(1)
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
