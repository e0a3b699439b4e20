//go:build !race

package deferred_test

// raceEnabled says that the race detector watches, which takes time and memory.
const raceEnabled = false
