//go:build !linux

package main

import (
	"errors"
	"time"
)

// findCPUs returns none: only Linux lets a program bind another to a processor
// in the way that is used here.
func findCPUs() cpus { return cpus{why: "processes are bound to processors on Linux only"} }

// onCPU calls f. It is not used here, since findCPUs finds none.
func onCPU(_ int, f func() error) error { return f() }

// cpuTime answers an error.
func cpuTime(int) (time.Duration, error) {
	return 0, errors.New("the CPU time of another process is read on Linux only")
}
