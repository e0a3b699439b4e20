package chain_test

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

func ExampleLock() {
	l := chain.NewLock()
	for _, name := range []string{"first", "second", "third"} {
		l.Acquire().Tap(func(*chain.Lock) { fmt.Println(name, "has it") })
	}
	_ = l.Release()
	_ = l.Release()
	// Output:
	// first has it
	// second has it
	// third has it
}

func ExampleNewLock() {
	l := chain.NewLock()
	fmt.Println(l.Locked())
	// Output: false
}

func ExampleLock_Acquire() {
	l := chain.NewLock()
	l.Acquire()
	waiting := l.Acquire()
	waiting.Catch(func(f *failure.Failure) { fmt.Println("gave up:", f) })
	waiting.Cancel()
	// Output: gave up: deferred: cancelled
}

func ExampleLock_Hold() {
	l := chain.NewLock()
	l.Hold().Tap(func(struct{}) { fmt.Println("held:", l.Locked()) })
	// Output: held: true
}

func ExampleLock_Release() {
	l := chain.NewLock()
	l.Acquire()
	l.Acquire().Tap(func(*chain.Lock) { fmt.Println("handed over, locked:", l.Locked()) })
	fmt.Println(l.Release())
	fmt.Println(l.Release())
	fmt.Println(errors.Is(l.Release(), chain.ErrNotHeld))
	// Output:
	// handed over, locked: true
	// <nil>
	// <nil>
	// true
}

func ExampleLock_Locked() {
	l := chain.NewLock()
	l.Acquire()
	fmt.Println(l.Locked())
	_ = l.Release()
	fmt.Println(l.Locked())
	// Output:
	// true
	// false
}

func ExampleSemaphore() {
	connections := chain.NewSemaphore(2)
	for i := range 4 {
		connections.Acquire().Tap(func(*chain.Semaphore) { fmt.Println("connection", i) })
	}
	fmt.Println("one is done")
	_ = connections.Release()
	// Output:
	// connection 0
	// connection 1
	// one is done
	// connection 2
}

func ExampleNewSemaphore() {
	s := chain.NewSemaphore(1)
	fmt.Println(s.Acquire().Called(), s.Acquire().Called())
	// Output: true false
}

func ExampleSemaphore_Acquire() {
	s := chain.NewSemaphore(2)
	s.Acquire().Tap(func(s *chain.Semaphore) { fmt.Println("one more to be had:", !s.Locked()) })
	// Output: one more to be had: true
}

func ExampleSemaphore_Hold() {
	s := chain.NewSemaphore(1)
	s.Hold().Tap(func(struct{}) { fmt.Println("held:", s.Locked()) })
	// Output: held: true
}

func ExampleSemaphore_Release() {
	s := chain.NewSemaphore(3)
	fmt.Println(s.Release())
	// Output: chain: release of what is not held
}

func ExampleSemaphore_Locked() {
	s := chain.NewSemaphore(2)
	s.Acquire()
	fmt.Println(s.Locked())
	s.Acquire()
	fmt.Println(s.Locked())
	// Output:
	// false
	// true
}

// traced is a Locker around another.
type traced struct{ chain.Locker }

func (l traced) Release() error {
	fmt.Println("released")
	return l.Locker.Release()
}

func ExampleLocker() {
	chain.Run(traced{chain.NewLock()}, func() *deferred.Deferred[int] {
		fmt.Println("held")
		return deferred.Succeed(1)
	})
	// Output:
	// held
	// released
}

func ExampleRun() {
	// Each line of a conversation is sent when the answer to the one before has
	// come.
	conversation := chain.NewLock()
	var answer *deferred.Deferred[string]
	ask := func(line string) *deferred.Deferred[string] {
		return chain.Run(conversation, func() *deferred.Deferred[string] {
			fmt.Println("sent:", line)
			answer = deferred.New[string]()
			return answer
		}).Tap(func(text string) { fmt.Println("answer:", text) })
	}
	ask("EHLO example")
	ask("QUIT")
	_ = answer.Callback("250 hello")
	_ = answer.Callback("221 bye")
	// Output:
	// sent: EHLO example
	// sent: QUIT
	// answer: 250 hello
	// answer: 221 bye
}
