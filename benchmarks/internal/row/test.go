package row

import "testing"

// largest is the largest Size that Test runs.
const largest = 10_000

// Test makes one operation of every contender of rows, then two more in one Run,
// where a contender that did not begin anew would show, and checks the results.
func Test(t *testing.T, rows []Row) {
	for _, r := range rows {
		if r.Size > largest {
			continue
		}
		for _, c := range r.Contenders {
			t.Run(r.Name+"/"+c.Name, func(t *testing.T) {
				run := c.Start(t)
				for _, n := range []int{1, 2} {
					if got := run(n); got != r.Want {
						t.Errorf("the result of %d operations is %d, want %d", n, got, r.Want)
					}
				}
			})
		}
	}
}
