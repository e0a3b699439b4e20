// Package row runs the rows of the benchmarks: pieces of work that several
// contenders do in their own ways, one beside the other, each with its result
// checked.
//
// A benchmark of a subject is one call:
//
//	func BenchmarkThen(b *testing.B) { row.Bench(b, thenRows()) }
//	func TestThen(t *testing.T)      { row.Test(t, thenRows()) }
//
// The first measures each contender as Benchmark<Subject>/<row>/<contender>. The
// second runs one operation of each, without a clock, so that an ordinary test run
// sees a row that no longer works.
package row
