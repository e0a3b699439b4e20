//go:build unix

package reactor_test

import (
	"testing"

	"github.com/spindle-go/spindle/reactor"
)

// questions is how often the loop asks for work before it sleeps: after each zero poll
// but the last, and then with the sleeping flag set.
var questions = map[reactor.Poller]int{reactor.Epoll: 8, reactor.Poll: 1, reactor.Select: 1}

// TestWritesOfABurst counts the bytes that bursts of calls write to the waker's pipe:
// one to a loop that sleeps, by the call that finds it so, and none to a loop that is
// awake.
func TestWritesOfABurst(t *testing.T) {
	const calls, bursts = 100, 20
	forEachPoller(t, func(w *world) {
		asked, asleep := 0, make(chan struct{}, 1)
		w.r.OnIdle(func() {
			if asked++; asked == questions[w.kind] {
				asleep <- struct{}{} // nothing but a call ends this sleep
			}
		})
		end := w.start()
		for burst := range uint64(bursts) {
			await(w.T, asleep, "the loop to sleep")
			held, release, through := make(chan struct{}), make(chan struct{}), make(chan struct{})
			w.check(w.r.CallFromThread(func() {
				close(held)
				<-release // the rest comes while the loop is awake
			}))
			await(w.T, held, "the first call of a burst")
			for range calls {
				w.check(w.r.CallFromThread(nothing))
			}
			w.check(w.r.CallFromThread(func() {
				if got := w.r.Stats().Wakeups; got != burst+1 {
					w.Errorf("%d bytes were written for %d bursts", got, burst+1)
				}
				asked = 0
				close(through)
			}))
			close(release)
			await(w.T, through, "the last call of a burst")
		}
		await(w.T, asleep, "the loop to sleep")
		w.stop(end)
	})
}
