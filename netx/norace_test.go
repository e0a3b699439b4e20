//go:build !race

package netx_test

// underRace says that the race detector looks on, which makes everything slow.
const underRace = false
