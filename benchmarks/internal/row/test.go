package row

import (
	"testing"
	"time"
)

// largest is the largest Size that Test runs.
const largest = 10_000

// unclocked is the Setup of a test.
type unclocked struct{ testing.TB }

// Took is of no interest without a clock.
func (unclocked) Took(time.Duration) {}

// Test makes one operation of every contender of rows, then two more in one Run,
// where a contender that did not begin anew would show, and checks the results.
func Test(t *testing.T, rows []Row) {
	for _, r := range rows {
		if r.Size > largest {
			continue
		}
		for _, c := range r.Contenders {
			t.Run(r.Name+"/"+c.Name, func(t *testing.T) {
				run := c.Start(unclocked{t})
				for _, n := range []int{1, 2} {
					if got := run(n); got != r.Want {
						t.Errorf("the result of %d operations is %d, want %d", n, got, r.Want)
					}
				}
			})
		}
	}
}
