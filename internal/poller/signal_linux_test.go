package poller_test

import (
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// TestSignals interrupts the system call again and again. A signal is no error,
// and does not end a wait early. The runtime uses SIGURG itself and ignores one
// that it did not ask for.
func TestSignals(t *testing.T) {
	for _, kind := range kinds(t) {
		t.Run(kind.String(), func(t *testing.T) {
			w := newWorld(t, kind)
			runtime.LockOSThread() // so that there is a thread to send them to
			defer runtime.UnlockOSThread()
			thread := unix.Gettid()
			stop, stopped := make(chan struct{}), make(chan struct{})
			clock := newWorld(t, poller.Best)
			sent := 0
			go func() {
				defer close(stopped)
				for {
					select {
					case <-stop:
						return
					default:
					}
					if err := unix.Tgkill(unix.Getpid(), thread, unix.SIGURG); err != nil {
						t.Error(err)
					}
					sent++
					if _, err := clock.p.Wait(make([]poller.Event, 1), time.Millisecond, nil); err != nil {
						t.Error(err)
					}
				}
			}()
			defer func() {
				close(stop)
				<-stopped
				if sent < 2 {
					t.Skipf("only %d signals were sent", sent)
				}
			}()
			w.waitsOut(50 * time.Millisecond)
		})
	}
}
