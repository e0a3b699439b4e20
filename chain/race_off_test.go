//go:build !race

package chain_test

// raceEnabled says that the race detector watches, which takes time and memory.
const raceEnabled = false
