package load_test

import (
	"math/rand/v2"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/load"
)

// TestBefore holds the two directions of the schedule together: of the requests
// below Before(ns), all are due before ns, and the next one is not.
func TestBefore(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		rate, ns := 1+r.Int64N(1<<(1+r.IntN(29))), r.Int64N(1<<(1+r.IntN(44)))
		n := load.Before(rate, 1, ns)
		if n > 0 && load.Due(rate, 1, n-1) >= ns || load.Due(rate, 1, n) < ns {
			t.Fatalf("at %d/s, %d requests before %d ns: the last is due at %d, the next at %d",
				rate, n, ns, load.Due(rate, 1, n-1), load.Due(rate, 1, n))
		}
	}
}

func TestSchedule(t *testing.T) {
	const rate, conns = 3, 2
	if due := load.Due(rate, conns, 4); due != 1_333_333_333 {
		t.Errorf("the fifth of three a second is due at %d ns", due)
	}
	if n := load.Before(rate, conns, -1); n != 0 {
		t.Errorf("%d requests are due before the beginning", n)
	}
	if i := load.Request(rate, conns, 1, 2); i != 5 {
		t.Errorf("the third request of the second connection is %d", i)
	}
}
