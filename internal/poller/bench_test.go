//go:build unix

package poller_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// BenchmarkRoundTrip is the loop asking a worker goroutine and waiting for its
// answer, one in flight: what the choice of how to wait decides.
func BenchmarkRoundTrip(b *testing.B) {
	for _, kind := range kinds(b) {
		b.Run(kind.String(), func(b *testing.B) {
			p := benchPoller(b, kind)
			jobs := make(chan struct{}, 1)
			defer close(jobs)
			var done atomic.Uint64
			go func() {
				for range jobs {
					done.Add(1)
					if err := p.Wake(); err != nil {
						b.Error(err)
					}
				}
			}()
			events := make([]poller.Event, 16)
			turn := uint64(0)
			answered := func() bool { return done.Load() > turn }
			b.ReportAllocs()
			for ; turn < uint64(b.N); turn++ {
				jobs <- struct{}{}
				for !answered() {
					if _, err := p.Wait(events, -1, answered); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkReady is a wait that finds an event at once.
func BenchmarkReady(b *testing.B) {
	for _, kind := range kinds(b) {
		b.Run(kind.String(), func(b *testing.B) {
			p := benchPoller(b, kind)
			var fds [2]int
			if err := unix.Pipe(fds[:]); err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				if err := errors.Join(unix.Close(fds[0]), unix.Close(fds[1])); err != nil {
					b.Error(err)
				}
			})
			if _, err := p.Add(fds[1], poller.Writable); err != nil {
				b.Fatal(err)
			}
			events := make([]poller.Event, 16)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Wait(events, 0, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchPoller makes a Poller that is closed when the benchmark ends.
func benchPoller(b *testing.B, kind poller.Kind) *poller.Poller {
	b.Helper()
	p, err := poller.New(kind)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.Close(); err != nil {
			b.Error(err)
		}
	})
	return p
}
