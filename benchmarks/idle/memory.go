//go:build linux || darwin

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// memory is what the process uses.
type memory struct {
	heap     uint64 // bytes of live objects, after a collection
	stacks   uint64 // bytes of goroutines' stacks
	resident uint64 // bytes that the kernel counts, with all that the runtime holds back; 0 if it does not say
}

// usage measures after two collections: the second frees what had a cleanup in
// the first.
func usage() memory {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return memory{heap: m.HeapAlloc, stacks: m.StackInuse, resident: resident()}
}

// per returns the bytes of heap and stacks per connection that came after before.
func (m memory) per(before memory, n int) int {
	return (int(m.heap+m.stacks) - int(before.heap+before.stacks)) / n
}

// print shows the growth.
func (m memory) print(out io.Writer, when string, before memory, n int) {
	fmt.Fprintf(out, "%s: %d connections, %d bytes each of heap and stacks", when, n, m.per(before, n))
	if m.resident > 0 {
		fmt.Fprintf(out, ", %d resident", (int(m.resident)-int(before.resident))/n)
	}
	fmt.Fprintln(out)
}

// resident reads the resident set from the kernel, where it can be read.
func resident() uint64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err == nil {
				return kilobytes << 10
			}
		}
	}
	return 0
}

// spare is how many descriptors a process needs beside its connections.
const spare = 64

// raiseLimit makes room for n descriptors and some more.
func raiseLimit(n int) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return os.NewSyscallError("getrlimit", err)
	}
	need := uint64(n + spare)
	if l.Cur >= need {
		return nil
	}
	l.Cur, l.Max = need, max(l.Max, need) // to raise Max takes privileges
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return fmt.Errorf("%d descriptors are needed, and the limit is lower: %w",
			need, errors.Join(os.NewSyscallError("setrlimit", err)))
	}
	return nil
}
