//go:build unix

package reactor_test

import (
	"bufio"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
)

// TestSignals sends real signals to a child.
func TestSignals(t *testing.T) {
	tests := []struct {
		name string
		play func(c *child)
		died syscall.Signal // what ends the child; 0 is that it ends by itself
	}{
		{"SIGINT stops", func(c *child) {
			c.signal(syscall.SIGINT)
			c.want("signal=interrupt")
			c.want("stopping")
			c.want("stopped: <nil>")
			c.say("end")
		}, 0},
		{"SIGTERM stops", func(c *child) {
			c.signal(syscall.SIGTERM)
			c.want("signal=terminated")
			c.want("stopping")
			c.want("stopped: <nil>")
			c.say("end")
		}, 0},
		{"both reactors stop", func(c *child) {
			c.signal(syscall.SIGTERM)
			for range 2 {
				c.want("stopped: <nil>")
			}
			c.say("end")
		}, 0},
		{"handlers are restored", func(c *child) {
			c.say("stop")
			c.want("stopping")
			c.want("stopped: <nil>")
			c.signal(syscall.SIGINT)
		}, syscall.SIGINT},
		{"handlers are restored after a signal", func(c *child) {
			c.signal(syscall.SIGTERM)
			c.want("signal=terminated")
			c.want("stopping")
			c.want("stopped: <nil>")
			c.signal(syscall.SIGTERM)
		}, syscall.SIGTERM},
		{"a second signal kills", func(c *child) {
			c.say("hold")
			c.want("holding")
			c.signal(syscall.SIGINT)
			c.want("signal=interrupt")
			c.want("stopping")
			c.signal(syscall.SIGINT)
		}, syscall.SIGINT},
		{"the next run has handlers again", func(c *child) {
			c.say("stop")
			c.want("stopping")
			c.want("stopped: <nil>")
			c.say("again")
			c.want("running")
			c.signal(syscall.SIGINT)
			c.want("signal=interrupt")
			c.want("stopped: <nil>")
			c.say("end")
		}, 0},
		{"ignored stays ignored", func(c *child) {
			c.signal(syscall.SIGINT)
			c.say("ping")
			c.want("pong")
			c.signal(syscall.SIGTERM)
			c.want("signal=terminated")
			c.want("stopping")
			c.want("stopped: <nil>")
			c.say("end")
		}, 0},
		{"none", func(c *child) {
			c.signal(syscall.SIGTERM)
		}, syscall.SIGTERM},
		{"another", func(c *child) {
			c.signal(syscall.SIGUSR1)
			c.want("signal=\"user defined signal 1\"")
			c.want("stopping")
			c.want("stopped: <nil>")
			c.say("end")
		}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := startChild(t, "signals "+test.name)
			c.want("running")
			test.play(c)
			state := c.wait()
			status, _ := state.Sys().(syscall.WaitStatus)
			if died := status.Signaled(); died != (test.died != 0) || died && status.Signal() != test.died {
				t.Errorf("the child ended with %v", state)
			}
		})
	}
}

// signalChild runs a reactor with the choices that a test asks for, tells what
// becomes of it, and does what it reads.
func signalChild(test string) {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug}))
	opts := []reactor.Option{reactor.WithLogger(log)}
	switch test {
	case "both reactors stop":
		opts = nil // their lines would come in any order
	case "none":
		opts = append(opts, reactor.WithSignals())
	case "another":
		opts = append(opts, reactor.WithSignals(syscall.SIGUSR1))
	case "ignored stays ignored":
		signal.Ignore(syscall.SIGINT)
	}
	r, err := reactor.New(opts...)
	if err != nil {
		panic(err)
	}
	runs := make(chan *reactor.Reactor)
	go obey(r, runs)
	if test == "both reactors stop" {
		other, err := reactor.New(opts...)
		if err != nil {
			panic(err)
		}
		up := make(chan struct{})
		other.CallWhenRunning(func() { close(up) })
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			report(other)
		}()
		<-up
		r.CallWhenRunning(func() { fmt.Println("running") })
		defer func() { <-ended }()
	} else {
		r.AddSystemEventTrigger(reactor.During, reactor.Shutdown, func() held { fmt.Println("stopping"); return nil })
		r.CallWhenRunning(func() { fmt.Println("running") })
	}
	report(r)
	for r := range runs {
		r.CallWhenRunning(func() { fmt.Println("running") })
		report(r)
	}
}

// report runs r and tells how that ended.
func report(r *reactor.Reactor) {
	err := r.Run(background)
	fmt.Println("stopped:", err)
}

// obey does what the test says, a line at a time.
func obey(r *reactor.Reactor, runs chan<- *reactor.Reactor) {
	defer close(runs)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch strings.TrimSpace(in.Text()) {
		case "stop":
			_ = r.Stop()
		case "ping":
			_ = r.CallFromThread(func() { fmt.Println("pong") })
		case "hold":
			_ = r.CallFromThread(func() {
				r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() held {
					fmt.Println("stopping")
					return deferred.New[struct{}]() // for ever
				})
				fmt.Println("holding")
			})
		case "again":
			runs <- r
		case "end":
			return
		}
	}
}
