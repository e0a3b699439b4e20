package reactor

import (
	"os"
	"os/signal"
	"slices"
)

// watchSignals stops the reactor when one of its signals comes. The returned
// function ends that and restores what was before; it is idempotent and returns
// when the goroutine behind has ended.
func (r *Reactor) watchSignals() (stop func()) {
	wanted := slices.DeleteFunc(slices.Clone(r.signals), signal.Ignored)
	if len(wanted) == 0 {
		return func() {}
	}
	came := make(chan os.Signal, 1)
	quit := make(chan struct{})
	ended := make(chan struct{})
	signal.Notify(came, wanted...)
	go func() {
		defer close(ended)
		defer signal.Stop(came) // a second signal does what it does elsewhere
		select {
		case s := <-came:
			r.log().Info("reactor: stopping on a signal", "signal", s.String())
			_ = r.stop(nil) // it may be stopping already
		case <-quit:
		}
	}()
	return func() {
		close(quit)
		<-ended
	}
}
