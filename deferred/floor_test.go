package deferred_test

import "testing"

// BenchmarkFloor is what rows (a) and (b) cannot go below: a slice of functions,
// allocated and called. Compare the rows with it in the same run.
func BenchmarkFloor(b *testing.B) {
	for _, n := range []int{1, 10} {
		b.Run(map[int]string{1: "one", 10: "ten"}[n], func(b *testing.B) {
			b.ReportAllocs()
			sum := 0
			for b.Loop() {
				fs := make([]func(int) (int, error), 0, n)
				for range n {
					fs = append(fs, increment)
				}
				v := 1
				for _, f := range fs {
					v, _ = f(v)
				}
				sum += v
			}
			_ = sum
		})
	}
}
