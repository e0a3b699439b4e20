package main

import (
	"slices"
	"time"
)

// calibrations is how often the loop is timed at once; the fastest counts, which is
// the one that was interrupted least.
const calibrations = 5

// calibrationSteps make the loop take a few milliseconds.
const calibrationSteps = 2_000_000

// calibrate returns what a step of a loop takes, in nanoseconds, that depends on
// nothing but the processor: each step needs the result of the last.
func calibrate() float64 {
	times := make([]float64, calibrations)
	for i := range times {
		began := time.Now()
		keep = steps(keep | 1)
		times[i] = float64(time.Since(began).Nanoseconds()) / calibrationSteps
	}
	return slices.Min(times)
}

// keep has the loop's result, so that it is not left out.
var keep uint64

// steps is xorshift, by George Marsaglia.
func steps(x uint64) uint64 {
	for range calibrationSteps {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}
