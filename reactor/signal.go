package reactor

import (
	"os"
	"os/signal"
	"slices"
)

// watchSignals stops the reactor when one of its signals comes. The returned
// function ends that and restores what was before; it returns when the goroutine
// behind has ended.
func (r *Reactor) watchSignals() (end func()) {
	wanted := slices.DeleteFunc(slices.Clone(r.signals), signal.Ignored)
	if len(wanted) == 0 {
		return func() {}
	}
	came := make(chan os.Signal, 1)
	quit := make(chan struct{})
	over := make(chan struct{})
	signal.Notify(came, wanted...)
	go func() {
		defer close(over)
		defer signal.Stop(came)
		select {
		case s := <-came:
			signal.Stop(came) // before shutdown begins: a second one does what it does elsewhere
			r.log().Debug("reactor: stopping on a signal", "signal", s.String())
			_ = r.stop(nil) // it may be stopping already
		case <-quit:
		}
	}()
	return func() {
		close(quit)
		<-over
	}
}
