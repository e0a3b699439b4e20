package deferred_test

import "testing"

// floor keeps the slice of BenchmarkFloor on the heap, where a Deferred is.
var floor []func(int) (int, error)

// BenchmarkFloor is what rows (a) and (b) cannot go below: a slice of functions,
// allocated and called. Compare the rows with it in the same run.
func BenchmarkFloor(b *testing.B) {
	for _, row := range []struct {
		name      string
		functions int
	}{{"one", 1}, {"ten", 10}} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			sum := 0
			for b.Loop() {
				floor = make([]func(int) (int, error), 0, row.functions)
				for range row.functions {
					floor = append(floor, increment)
				}
				v := 1
				for _, f := range floor {
					v, _ = f(v)
				}
				sum += v
			}
			if sum == 0 {
				b.Error("nothing was added up")
			}
		})
	}
}
