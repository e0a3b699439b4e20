package deferred_test

import (
	"errors"
	"testing"
	"unsafe"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// kept keeps on the heap what a test makes.
var kept *number

// TestAllocations asserts the rows of the benchmark, and what the comments of
// this package promise. It counts: a time would depend on the machine.
func TestAllocations(t *testing.T) {
	skipInDebug(t)
	f := failure.New(errors.New("no"))
	recovered := func(*failure.Failure) (int, error) { return 0, nil }
	see := func(v int, err error) (int, error) { return v, err }
	fired := deferred.Succeed(1)
	hundred := make([]*number, 100)
	rows := []struct {
		name string
		want float64
		do   func()
	}{
		{"(a) one callback", 1, func() {
			kept = newNumber().AddCallback(increment)
			_ = kept.Callback(1)
		}},
		{"(b) ten callbacks", 1, func() {
			kept = newNumber()
			for range 10 {
				kept.AddCallback(increment)
			}
			_ = kept.Callback(1)
		}},
		{"(e) fail and recover", 1, func() {
			kept = newNumber().AddErrback(recovered)
			_ = kept.Errback(f)
		}},
		{"a pair", 1, func() {
			kept = newNumber().AddCallbacks(increment, recovered)
			_ = kept.Callback(1)
		}},
		{"two handlers", 1, func() {
			kept = newNumber().AddBoth(see).AddCallback(increment)
			_ = kept.Callback(1)
		}},
		{"Succeed", 1, func() { kept = deferred.Succeed(1) }},
		{"Maybe", 1, func() { kept = deferred.Maybe(func() (int, error) { return 1, nil }) }},
		{"adding to one that has fired", 0, func() { fired.AddCallback(increment) }},
		{"asking for a chain", 0, func() { _, _ = fired.Chain() }},
		{"Then", 2, func() { kept = deferred.Then(deferred.Succeed(1), increment) }}, // one is Succeed's
		{"ThenBoth", 2, func() { kept = deferred.ThenBoth(deferred.Succeed(1), see) }},
		{"Then, and fire", 2, func() { // one is New's
			d := newNumber()
			kept = deferred.Then(d, increment)
			_ = d.Callback(1)
		}},
		{"waiting and handing over", 3, func() { // one is the callback's, which knows inner
			inner := newNumber()
			kept = deferred.Succeed(1)
			waitFor(kept, inner)
			_ = inner.Callback(1)
		}},
		{"ten handlers, not all callbacks", 1, func() {
			kept = newNumber()
			for range 5 {
				kept.AddCallback(increment).AddBoth(see)
			}
			_ = kept.Callback(1)
		}},
		{"a Single inside another thing", 2, func() { // one is the Deferred, one the other thing
			var within struct{ single deferred.Single[int] }
			kept = newNumber()
			within.single.Tell(kept, 0, ignore{}, deferred.PassAll)
		}},
		{"collecting a hundred", 102, func() {
			for i := range hundred {
				hundred[i] = newNumber()
			}
			collect(hundred, ignore{}, deferred.PassAll)
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := testing.AllocsPerRun(100, row.do); got != row.want {
				t.Errorf("%v allocations, want %v", got, row.want)
			}
		})
	}
}

// TestAllocationsOfLongLists is about lists of several blocks, all of which another list
// has used before.
func TestAllocationsOfLongLists(t *testing.T) {
	skipInDebug(t)
	answers := func(v int) (int, error) { return deferred.Succeed(v + 1).Chain() }
	rows := []struct {
		name string
		n    int
		step func(int) (int, error)
		want float64
	}{
		{"nineteen handlers", 19, increment, 1},
		{"ten thousand handlers", 10_000, increment, 1},
		{"(c) thousand chained", 1000, answers, 1 + 1000},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			most := row.want
			if raceEnabled {
				most += float64(row.n)/64 + 2 // sync.Pool loses some on purpose then
			}
			got := testing.AllocsPerRun(100, func() {
				kept = newNumber()
				for range row.n {
					kept.AddCallback(row.step)
				}
				_ = kept.Callback(1)
			})
			if got < row.want || got > most {
				t.Errorf("%v allocations, want %v", got, row.want)
			}
		})
	}
}

// waitFor makes outer wait for inner.
func waitFor(outer, inner *number) {
	outer.AddCallback(func(int) (int, error) { return inner.Chain() })
}

// TestSize is about the object itself: bigger ones are slower to make.
func TestSize(t *testing.T) {
	if got := unsafe.Sizeof(number{}); got != 64 {
		t.Errorf("a Deferred[int] takes %d bytes, want 64", got)
	}
	if got := unsafe.Sizeof(deferred.Deferred[struct{}]{}); got != 56 {
		t.Errorf("a Deferred[struct{}] takes %d bytes, want 56", got)
	}
}
