//go:build unix

package rows_test

import (
	"context"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/reactor"
)

// idle is a reactor that is not run; what is set on it stays.
func idle(s row.Setup) *reactor.Reactor {
	r, err := reactor.New()
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := r.Close(); err != nil {
			s.Errorf("closing the reactor: %v", err)
		}
	})
	return r
}

// running is a reactor that runs until the contender is through.
func running(s row.Setup) *reactor.Reactor {
	r := idle(s)
	begin(s, r)
	return r
}

// begin runs r on a goroutine of its own until the contender is through.
func begin(s row.Setup, r *reactor.Reactor) {
	up, ended := make(chan struct{}), make(chan error, 1)
	r.CallWhenRunning(func() { close(up) })
	go func() { ended <- r.Run(context.Background()) }()
	<-up
	s.Cleanup(func() {
		if err := r.Stop(); err != nil {
			s.Errorf("stopping the reactor: %v", err)
		}
		if err := <-ended; err != nil {
			s.Errorf("running the reactor: %v", err)
		}
	})
}
