// Package peers has the rows of benchmarks/rows for promises and pools of others. It
// is a module of its own, so that Spindle depends on none of them.
//
//	go test -bench .
//
// Rows have the same names as there, and do the same work, so that the results stand
// beside those of a run of benchmarks/rows at the same time:
// BenchmarkDeferred/one-callback/samber-mo. Each library is used in the way that is
// fastest for its caller and that its documentation allows. Where a library has
// nothing for a row, the row leaves it out.
//
//	contender   module                         version                              licence
//	samber-mo   github.com/samber/mo           v1.16.0 (2025)                       MIT
//	go-promise  github.com/fanliao/go-promise  v0.0.0-20141029170127-1890db352a72   MIT
//	conc        github.com/sourcegraph/conc    v0.3.0 (2023)                        MIT
//	ants        github.com/panjf2000/ants/v2   v2.12.1 (2026)                       MIT
//
// What to know when reading the numbers:
//
//   - A Future of samber/mo runs the function that makes its value on a goroutine of
//     its own, and its callbacks on that. Then keeps the type. A Future has one
//     successor, and there is nothing that waits for several of them.
//   - Callbacks of go-promise run on a goroutine of their own and get the value that
//     the promise was resolved with: ten of them do not hand a value on. Pipe does, so
//     ten of those are what ten callbacks are elsewhere; ten callbacks that share a
//     variable stand beside it as go-promise-apart. Pipe never returns on a promise
//     that is resolved already; that is why there is no then/one. WhenAny closes
//     channels that other goroutines send on, which the race detector reports; that is
//     why it is not in race.
//   - conc and ants are not promises. They are here where work is waited for: conc as
//     the WaitGroup that it makes safer, ants as workers that are reused.
package peers
