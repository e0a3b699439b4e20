package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// meter looks again and again at the CPU time of a process. So the time of a part
// of its life can be told afterwards: the part in which the load generator
// counted, without its connecting and warming up.
type meter struct {
	pid  int
	quit chan struct{}
	wait sync.WaitGroup

	looks []look // by the meter's goroutine; by others after stop
}

// look is the CPU time at a moment.
type look struct {
	at  time.Time
	cpu time.Duration
}

// meterStep is the time between two looks. Each takes a moment of a processor that
// the server or the load generator wants.
const meterStep = 20 * time.Millisecond

// startMeter starts to look at a process. The caller calls stop.
func startMeter(pid int) (*meter, error) {
	m := &meter{pid: pid, quit: make(chan struct{})}
	if err := m.look(); err != nil {
		return nil, err
	}
	m.wait.Go(func() {
		ticker := time.NewTicker(meterStep)
		defer ticker.Stop()
		for {
			select {
			case <-m.quit:
				return
			case <-ticker.C:
				if m.look() != nil {
					return // the process has ended, which others notice and tell
				}
			}
		}
	})
	return m, nil
}

// look looks once.
func (m *meter) look() error {
	cpu, err := cpuTime(m.pid)
	if err == nil {
		m.looks = append(m.looks, look{time.Now(), cpu})
	}
	return err
}

// stop looks a last time, and returns when the meter does not look any more.
func (m *meter) stop() {
	close(m.quit)
	m.wait.Wait()
	_ = m.look() // the process may have ended; then the look before is the last
}

// during returns the CPU time that the process had in the last part of the time
// that it was looked at. It is called after stop.
func (m *meter) during(part time.Duration) time.Duration {
	last := m.looks[len(m.looks)-1]
	return last.cpu - m.at(last.at.Add(-part))
}

// at returns the CPU time at a moment, by the looks before and after it.
func (m *meter) at(moment time.Time) time.Duration {
	for i, after := range m.looks {
		if after.at.Before(moment) {
			continue
		}
		if i == 0 {
			return after.cpu
		}
		before := m.looks[i-1]
		share := float64(moment.Sub(before.at)) / float64(after.at.Sub(before.at))
		return before.cpu + time.Duration(share*float64(after.cpu-before.cpu))
	}
	return m.looks[len(m.looks)-1].cpu
}

// residentBytes returns the resident set of a process.
func residentBytes(pid int) (int64, error) {
	text := strings.TrimSuffix(field(fmt.Sprintf("/proc/%d/status", pid), "VmRSS"), " kB")
	kilobytes, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the kernel tells no resident set of process %d", pid)
	}
	return kilobytes << 10, nil
}
