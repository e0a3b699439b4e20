package timeout_test

import (
	"math"
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// TestAllocations holds the queue to its figures: one allocation for a call,
// none for what happens to it.
func TestAllocations(t *testing.T) {
	const others = 10_000
	q := benchQueue()
	for _, d := range randomDelays(others) {
		q.Add(d, nothing)
	}
	c := q.Add(time.Second, nothing)
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	// The calls that Cancel and Pop take away are made beforehand; AllocsPerRun
	// runs once more than it counts.
	const runs = 1000
	var made []*timeout.DelayedCall
	for range runs + 1 {
		made = append(made, q.Add(time.Second, nothing))
	}
	next := 0
	tests := []struct {
		name string
		want float64
		f    func()
	}{
		{"Add", 1, func() { q.Add(time.Second, nothing) }},
		{"Add and Cancel", 1, func() { must(q.Add(time.Second, nothing).Cancel()) }},
		{"Reset earlier and later", 0, func() { must(c.Reset(0)); must(c.Reset(time.Minute)) }},
		{"Delay earlier and later", 0, func() { must(c.Delay(-time.Minute)); must(c.Delay(time.Minute)) }},
		{"Cancel", 0, func() { must(made[next].Cancel()); next++ }},
		{"Cancel again", 0, func() {
			if made[0].Cancel() == nil {
				t.Fatal("a second Cancel went through")
			}
		}},
		{"Pop", 0, func() {
			if _, _, ok := q.Pop(math.MaxInt64, math.MaxUint64); !ok {
				t.Fatal("the queue ran empty")
			}
		}},
		{"the rest", 0, func() { q.Mark(); q.Len(); q.Next(); c.Active(); c.Time() }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := testing.AllocsPerRun(runs, test.f); got != test.want {
				t.Errorf("%v allocations, want %v", got, test.want)
			}
		})
	}
}

// TestAllocationsAtEverySize goes up and down through the sizes of the queue,
// and back and forth at each: growing and giving back must not alternate.
func TestAllocationsAtEverySize(t *testing.T) {
	tests := []struct {
		name   string
		most   int
		slices float64 // how often the queue may get another slice
	}{
		{"few calls", 500, 0}, // the slice of the first run is kept
		{"many calls", 20_000, 40},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := benchQueue()
			calls := make([]*timeout.DelayedCall, test.most)
			backAndForth := func() {
				if err := q.Add(time.Second, nothing).Cancel(); err != nil {
					t.Fatal(err)
				}
			}
			got := testing.AllocsPerRun(1, func() {
				for i := range calls {
					calls[i] = q.Add(time.Second, nothing)
					backAndForth()
				}
				for _, c := range calls {
					backAndForth()
					if err := c.Cancel(); err != nil {
						t.Fatal(err)
					}
				}
			})
			if forCalls := float64(3 * test.most); got < forCalls || got > forCalls+test.slices {
				t.Errorf("%v allocations for %v calls, want at most %v more", got, forCalls, test.slices)
			}
		})
	}
}

// TestSizes holds a delayed call to the sizes that its comment tells, which are
// those of 64-bit machines.
func TestSizes(t *testing.T) {
	if timeout.CallSize > 32 || timeout.EntrySize > 24 {
		t.Errorf("a call takes %d bytes and %d in its queue, want at most 32 and 24", timeout.CallSize, timeout.EntrySize)
	}
}
