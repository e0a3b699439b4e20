package main

import (
	"errors"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// findCPUs returns the first two processors that this process may use.
func findCPUs() cpus {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return cpus{why: os.NewSyscallError("sched_getaffinity", err).Error()}
	}
	var found []int
	for cpu := 0; cpu < len(set)*64 && len(found) < 2; cpu++ {
		if set.IsSet(cpu) {
			found = append(found, cpu)
		}
	}
	if len(found) < 2 {
		return cpus{why: "there is but one processor"}
	}
	return cpus{server: found[0], loader: found[1]}
}

// onCPU calls f on a thread that is bound to the processor, for starting a
// process that inherits it. The thread is given back as it was; if that fails it
// is not given back but ends with its goroutine.
func onCPU(cpu int, f func() error) error {
	failed := make(chan error)
	go func() {
		runtime.LockOSThread() // an affinity is a thread's
		var old, one unix.CPUSet
		if err := unix.SchedGetaffinity(0, &old); err != nil {
			failed <- os.NewSyscallError("sched_getaffinity", err)
			return
		}
		one.Set(cpu)
		if err := unix.SchedSetaffinity(0, &one); err != nil {
			failed <- os.NewSyscallError("sched_setaffinity", err)
			return
		}
		err := f()
		if back := unix.SchedSetaffinity(0, &old); back != nil {
			failed <- errors.Join(err, os.NewSyscallError("sched_setaffinity", back))
			return
		}
		runtime.UnlockOSThread()
		failed <- err
	}()
	return <-failed
}
