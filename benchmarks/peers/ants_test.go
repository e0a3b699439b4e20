package peers_test

import (
	"sync"
	"time"

	"github.com/panjf2000/ants/v2"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

// newAnts starts a pool of so many workers, which end with the contender.
func newAnts(s row.Setup, workers int) *ants.Pool {
	p, err := ants.NewPool(workers)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := p.ReleaseTimeout(10 * time.Second); err != nil {
			s.Errorf("releasing the pool: %v", err)
		}
	})
	return p
}

// antsWaits has the workers of a pool without a bound, as is its default, do the work.
func antsWaits(s row.Setup, count int) row.Run {
	p := newAnts(s, ants.DefaultAntsPoolSize)
	return func(n int) int {
		var values []int
		for range n {
			values = make([]int, count)
			var all sync.WaitGroup
			all.Add(count)
			for i := range values {
				if err := p.Submit(func() { values[i] = i; all.Done() }); err != nil {
					return -1
				}
			}
			all.Wait()
		}
		return sum(values)
	}
}

func antsRoundTrips(s row.Setup) row.Run {
	p := newAnts(s, 1)
	answers := make(chan int, 1)
	job := func() { answers <- 1 }
	return func(n int) int {
		v := 0
		for range n {
			if err := p.Submit(job); err != nil {
				return -1
			}
			v = <-answers
		}
		return v
	}
}
