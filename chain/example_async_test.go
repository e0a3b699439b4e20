package chain_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/timeout"
)

// A coroutine reads like code that blocks, and the loop goes on meanwhile.
func ExampleAsync() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	count := func(name string, every time.Duration) *deferred.Deferred[int] {
		return chain.Async(func(co *chain.Co) (int, error) {
			for i := 1; i <= 2; i++ {
				if _, err := chain.Await(co, timeout.Sleep(clock, every)); err != nil {
					return 0, err
				}
				fmt.Println(name, i)
			}
			return 2, nil
		})
	}
	chain.Gather([]*deferred.Deferred[int]{
		count("slow", 3*time.Second),
		count("quick", 2*time.Second),
	}).Tap(func(counts []int) { fmt.Println("done", counts) })

	clock.Advance(time.Minute)
	// Output:
	// quick 1
	// slow 1
	// quick 2
	// slow 2
	// done [2 2]
}

// A Cancel comes out of Await as an error, and the coroutine may clean up.
func ExampleAsync_cancel() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	work := chain.Async(func(co *chain.Co) (string, error) {
		defer fmt.Println("deferred calls run as ever")
		_, err := chain.Await(co, timeout.Sleep(clock, time.Hour))
		if errors.Is(err, deferred.ErrCancelled) {
			return "half of it", nil
		}
		return "all of it", err
	})
	work.AddTimeout(time.Second, clock)
	work.Tap(func(s string) { fmt.Println("result:", s) })

	clock.Advance(time.Minute)
	// Output:
	// deferred calls run as ever
	// result: half of it
}

// When a loop ends, so do its coroutines.
func ExampleAsync_abandoned() {
	loop := deferred.NewTurns() // a reactor does this by itself
	out := chain.Async(func(co *chain.Co) (int, error) {
		defer fmt.Println("cleaned up")
		return chain.Await(co, deferred.New[int]()) // never fires
	})
	loop.Close()
	_, text, _ := strings.Cut(out.String(), ") ")
	fmt.Println(text)
	// Output:
	// cleaned up
	// failed: deferred: abandoned, as its loop has ended
}

// Await may be called in any function that the coroutine calls, if that is given
// the Co.
func ExampleAwait() {
	ask := func(co *chain.Co, question string) (string, error) {
		answer := deferred.Succeed(question + "? yes") // a client would send it
		return chain.Await(co, answer)
	}
	chain.Async(func(co *chain.Co) (int, error) {
		for _, q := range []string{"ready", "steady"} {
			answer, err := ask(co, q)
			if err != nil {
				return 0, err
			}
			fmt.Println(answer)
		}
		_, err := chain.Await(co, deferred.Fail[int](errors.New("no more questions")))
		fmt.Println(err)
		return 0, nil
	})
	// Output:
	// ready? yes
	// steady? yes
	// no more questions
}

// A Co can be kept with other things of the coroutine, such as a client whose
// methods await.
func ExampleCo() {
	type client struct{ co *chain.Co }
	get := func(c client, key string) int {
		n, err := chain.Await(c.co, deferred.Succeed(len(key)))
		if err != nil {
			return -1
		}
		return n
	}
	chain.Async(func(co *chain.Co) (int, error) {
		c := client{co}
		fmt.Println(get(c, "a") + get(c, "bcd"))
		return 0, nil
	})
	// Output: 4
}
