package peers_test

import (
	"context"
	"errors"

	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/pool"
)

func concWaits(n, count int) int {
	var values []int
	for range n {
		values = make([]int, count)
		var all conc.WaitGroup
		for i := range values {
			all.Go(func() { values[i] = i })
		}
		all.Wait()
	}
	return sum(values)
}

// outcome is what may have failed.
type outcome struct {
	value int
	err   error
}

func concOutcomes(n, count int) int {
	var results []outcome
	for range n {
		results = make([]outcome, count)
		var all conc.WaitGroup
		for i := range results {
			all.Go(func() { results[i] = outcome{value: i} })
		}
		all.Wait()
	}
	total := 0
	for _, r := range results {
		if r.err == nil {
			total += r.value
		}
	}
	return total
}

// errWon ends the pool of a race: a pool ends early for an error alone.
var errWon = errors.New("won")

// concRaces has the first one that is fired cancel the context of the others.
func concRaces(n, count int) int {
	v := 0
	children := make([]chan int, count)
	for range n {
		won := make(chan int, 1)
		p := pool.New().WithContext(context.Background()).WithCancelOnError().WithFirstError()
		for i := range children {
			c := make(chan int, 1)
			children[i] = c
			p.Go(func(ctx context.Context) error {
				select {
				case v := <-c:
					select {
					case won <- v:
					default:
					}
					return errWon
				case <-ctx.Done():
					return nil
				}
			})
		}
		children[count/2] <- count / 2
		if err := p.Wait(); !errors.Is(err, errWon) {
			return -1
		}
		v = <-won
	}
	return v
}

// concRoundTrips keeps one worker for all jobs.
func concRoundTrips(n int) int {
	p := pool.New().WithMaxGoroutines(1)
	answers := make(chan int, 1)
	job := func() { answers <- 1 }
	v := 0
	for range n {
		p.Go(job)
		v = <-answers
	}
	p.Wait()
	return v
}
