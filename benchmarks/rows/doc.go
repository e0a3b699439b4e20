// Package rows holds the benchmarks that compare Spindle with other ways to do the
// same in Go: goroutines and channels, WaitGroup, time.AfterFunc, container/heap,
// and Go's net.
//
//	go test -bench . ./benchmarks/rows
//	go test -bench Deferred/one-callback ./benchmarks/rows
//
// A row is a piece of work with a name, such as deferred/one-callback, and its
// contenders are measured one after the other in the same run, so that their ratio
// means something on any machine. The benchmark is called
// Benchmark<Subject>/<row>/<contender>, and a size is the last part of the row's
// name: BenchmarkGather/n=1000/spindle. ns/op is always the whole operation: for
// n=1000 it is the time of all thousand. best-ns/op is the same in the best slice of
// some 10 ms.
//
// The rows of BenchmarkDeferred are in turns of some 50 µs, see row.Row.
//
// Every contender's result is checked, once a slice or a turn, which costs nothing to speak
// of.
// The tests run one operation of each row that is not large, so that `go test ./...`
// finds a row that has stopped working. The same rows for libraries of others are in
// benchmarks/peers, which is a module of its own; `go run ./benchmarks` runs all of
// them, and servers and other languages too.
//
// # Contenders
//
// Those that are not spindle are written as somebody would write them who knows the
// technique well and wants it to win:
//
//   - spindle-at-once is spindle without the turns of its row.
//   - floor is what nobody can go below: a slice of funcs, allocated, filled and
//     called, without failures, cancelling or a second user.
//   - goroutine is Go's usual asynchronous value: a goroutine that sends into a
//     channel with room for one. Callbacks are called by who receives.
//   - channel is the same without the goroutine: the value is sent by the one that
//     has it. It is the rival where a Deferred is fired on the spot.
//   - waitgroup is n goroutines that write into a slice, and a WaitGroup.
//   - queue is timeout.Queue without a loop and a clock, as heap is a bare
//     container/heap; beside them spindle and afterfunc read the clock and wake up.
package rows
