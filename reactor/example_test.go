//go:build unix

package reactor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"syscall"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// newOne is New for the examples that are about something else.
func newOne(opts ...reactor.Option) *reactor.Reactor {
	r, err := reactor.New(opts...)
	if err != nil {
		log.Fatal(err)
	}
	return r
}

func Example() {
	r, err := reactor.New()
	if err != nil {
		log.Fatal(err)
	}
	r.CallWhenRunning(func() {
		fmt.Println("running")
		r.CallLater(time.Millisecond, func() { _ = r.Stop() })
	})
	if err := r.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
	// Output:
	// running
	// stopped
}

// Run ends with its context, and says why. Afterwards the reactor can be run
// again.
func ExampleReactor_Run() {
	r := newOne()
	ctx, cancel := context.WithCancelCause(context.Background())
	r.CallWhenRunning(func() { cancel(errors.New("the day is over")) })
	fmt.Println(r.Run(ctx))

	r.CallWhenRunning(func() { _ = r.Stop() })
	fmt.Println(r.Run(context.Background()))
	// Output:
	// the day is over
	// <nil>
}

// A delayed call can be moved and taken back until it runs.
func ExampleReactor_CallLater() {
	r := newOne()
	idle := r.CallLater(time.Hour, func() {
		fmt.Println("nothing came in")
		_ = r.Stop()
	})
	never := r.CallLater(2*time.Millisecond, func() { fmt.Println("never") })
	r.CallLater(time.Millisecond, func() {
		fmt.Println(never.Cancel(), idle.Reset(time.Millisecond))
	})
	_ = r.Run(context.Background())
	// Output:
	// <nil> <nil>
	// nothing came in
}

// A goroutine that has something for the loop hands it a function. What the
// function touches is the loop's, so it needs no lock.
func ExampleReactor_CallFromThread() {
	r := newOne()
	total, left := 0, 3
	for i := range left {
		go func() {
			square := i * i // work of this goroutine
			_ = r.CallFromThread(func() {
				total += square
				if left--; left == 0 {
					_ = r.Stop()
				}
			})
		}()
	}
	_ = r.Run(context.Background())
	fmt.Println(total)
	// Output: 5
}

// CallInThread is for work that blocks and whose result nobody waits for. With
// threads.DeferToThread the result comes back to the loop, as a Deferred.
func ExampleReactor_CallInThread() {
	r := newOne()
	r.CallWhenRunning(func() {
		logged := make(chan struct{})
		_ = r.CallInThread(func() { close(logged) })

		threads.DeferToThread(r, func(context.Context) (string, error) {
			<-logged // may block: it is on a goroutine of the pool
			return "read", nil
		}).AddCallback(func(s string) (string, error) {
			fmt.Println(s, "and back on the loop:", r.OnLoop())
			return s, r.Stop()
		})
	})
	_ = r.Run(context.Background())
	// Output: read and back on the loop: true
}

// source prints what can be read from a descriptor, until its end.
type source struct {
	r  *reactor.Reactor
	fd int
}

// FD returns the number that the reactor watches.
func (s *source) FD() int { return s.fd }

// DoRead reads once: what is left comes in the next turn.
func (s *source) DoRead() error {
	var buf [64]byte
	n, err := syscall.Read(s.fd, buf[:])
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return nil
	case err != nil:
		return os.NewSyscallError("read", err)
	case n == 0:
		return io.EOF // gives the descriptor up
	}
	fmt.Printf("got %q\n", buf[:n])
	return nil
}

// ConnectionLost comes once, whatever the end was.
func (s *source) ConnectionLost(reason *failure.Failure) {
	fmt.Println("lost:", reason)
	_ = syscall.Close(s.fd)
	_ = s.r.Stop()
}

// A descriptor is any object with a number and a method for when it is ready.
func ExampleReactor_AddReader() {
	r := newOne()
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		log.Fatal(err)
	}
	_ = syscall.SetNonblock(ends[0], true)
	if err := r.AddReader(&source{r: r, fd: ends[0]}); err != nil {
		log.Fatal(err)
	}
	r.CallWhenRunning(func() {
		_, _ = syscall.Write(ends[1], []byte("hello"))
		_ = syscall.Close(ends[1])
	})
	_ = r.Run(context.Background())
	// Output:
	// got "hello"
	// lost: EOF
}

// A Deferred that a trigger returns holds up the next phase, while the loop goes
// on: here shutdown waits for some work to be saved.
func ExampleReactor_AddSystemEventTrigger() {
	r := newOne()
	r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
		fmt.Println("saving")
		saved := deferred.New[struct{}]()
		r.CallLater(time.Millisecond, func() {
			fmt.Println("saved")
			_ = saved.Callback(struct{}{})
		})
		return saved
	})
	r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
		fmt.Println("good night")
		return nil
	})
	r.CallWhenRunning(func() { _ = r.Stop() })
	_ = r.Run(context.Background())
	// Output:
	// saving
	// saved
	// good night
}

// React is the shape of a program with one task: it runs until that is done.
func ExampleReact() {
	answer, err := reactor.React(context.Background(), newOne(), func(r *reactor.Reactor) *deferred.Deferred[int] {
		d := deferred.New[int]()
		r.CallLater(time.Millisecond, func() { _ = d.Callback(42) })
		return d
	})
	fmt.Println(answer, err)
	// Output: 42 <nil>
}

// A program that wants another default reactor than New makes installs it first
// of all.
func ExampleInstall() {
	mine := newOne(reactor.WithPoller(reactor.Poll), reactor.WithSignals())
	if err := reactor.Install(mine); err != nil {
		log.Fatal(err)
	}
	fmt.Println(reactor.Default() == mine)
	fmt.Println(reactor.Install(newOne()))
	// Output:
	// true
	// reactor: a default reactor is there already
}

// A small program has one reactor, and need not hand it around.
func ExampleDefault() {
	r := reactor.Default()
	r.CallWhenRunning(func() {
		fmt.Println("running")
		_ = reactor.Default().Stop()
	})
	_ = r.Run(context.Background())
	// Output: running
}

func ExampleReactor_Stats() {
	r := newOne()
	for range 3 {
		r.CallLater(0, func() {})
	}
	_ = r.CallFromThread(func() {})
	r.CallLater(time.Hour, func() {})
	r.CallLater(time.Millisecond, func() { _ = r.Stop() })
	_ = r.Run(context.Background())
	s := r.Stats()
	fmt.Println("calls:", s.Callbacks, "timers:", s.Timers, "waiting:", s.DelayedCalls)
	fmt.Println("on time, by and large:", s.LateMax < time.Minute)
	// Output:
	// calls: 5 timers: 4 waiting: 1
	// on time, by and large: true
}
