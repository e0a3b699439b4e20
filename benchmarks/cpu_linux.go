package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

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

// schedClock marks the clock of a process, and of which kind, in the number of a
// clock: MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) of linux/posix-timers.h, which
// clock_getcpuclockid(3) answers.
const schedClock = 2

// mostPID is the highest number of a process (PID_MAX_LIMIT). A much higher one would
// spill over into the number of another clock.
const mostPID = 1 << 22

// cpuTime returns the time on a processor that the threads of a process had, to the
// nanosecond. It is one system call: to read a file for each thread would disturb the
// server, and the more the more threads it has.
func cpuTime(pid int) (time.Duration, error) {
	if pid < 1 || pid > mostPID {
		return 0, fmt.Errorf("the CPU time of process %d: no process has this number", pid)
	}
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|schedClock, &t); err != nil {
		return 0, fmt.Errorf("the CPU time of process %d: %w", pid, os.NewSyscallError("clock_gettime", err))
	}
	return time.Duration(t.Nano()), nil
}
