package chain_test

import (
	"strings"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// panicText returns what f panics with.
func panicText(f func()) (text string) {
	defer func() { text, _ = recover().(string) }()
	f()
	return ""
}

func TestAwaitInTheWrongPlace(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	fired := func() *deferred.Deferred[int] { return deferred.Succeed(1) }
	gate := deferred.New[int]()
	var kept *chain.Co
	waiting := chain.Async(func(co *chain.Co) (int, error) {
		kept = co
		return chain.Await(co, gate)
	})
	rows := []struct {
		name, want string
		do         func() string
	}{
		{"nil Co", "no Async made", func() string {
			return panicText(func() { _, _ = chain.Await(nil, fired()) })
		}},
		{"zero Co", "no Async made", func() string {
			return panicText(func() { _, _ = chain.Await(new(chain.Co), fired()) })
		}},
		{"on the loop", "outside its own coroutine", func() string {
			return panicText(func() { _, _ = chain.Await(kept, fired()) })
		}},
		{"in another coroutine", "outside its own coroutine", func() string {
			var text string
			chain.Async(func(*chain.Co) (int, error) {
				text = panicText(func() { _, _ = chain.Await(kept, fired()) })
				return 0, nil
			})
			return text
		}},
		{"of the coroutine that began this one", "outside its own coroutine", func() string {
			var text string
			chain.Async(func(outer *chain.Co) (int, error) {
				chain.Async(func(*chain.Co) (int, error) {
					text = panicText(func() { _, _ = chain.Await(outer, fired()) })
					return 0, nil
				})
				return chain.Await(outer, fired())
			})
			return text
		}},
		{"on another goroutine", "outside its own coroutine", func() string {
			got := make(chan string)
			go func() { got <- panicText(func() { _, _ = chain.Await(kept, fired()) }) }()
			return <-got
		}},
		{"after the end", "coroutine that has ended", func() string {
			var over *chain.Co
			chain.Async(func(co *chain.Co) (int, error) { over = co; return 0, nil })
			return panicText(func() { _, _ = chain.Await(over, fired()) })
		}},
		{"nil Deferred", "nil Deferred", func() string {
			var text string
			chain.Async(func(co *chain.Co) (int, error) {
				text = panicText(func() { _, _ = chain.Await[int](co, nil) })
				return 0, nil
			})
			return text
		}},
		{"nil function", "nil function", func() string {
			return panicText(func() { chain.Async[int](nil) })
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if text := row.do(); !strings.Contains(text, row.want) {
				t.Errorf("panic %q, want one with %q", text, row.want)
			}
		})
	}
	_ = gate.Callback(3)
	if v := deferredtest.SuccessOf(t, waiting); v != 3 {
		t.Errorf("the coroutine whose Co was misused got %d", v)
	}
}
