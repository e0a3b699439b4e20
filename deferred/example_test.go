package deferred_test

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Who starts some work gives out a Deferred, and fires it when the work is done.
func ExampleNew() {
	answer := deferred.New[string]()
	answer.Tap(func(s string) { fmt.Println("got", s) })

	fmt.Println("asked")
	_ = answer.Callback("an answer") // the handlers run here
	fmt.Println("answered")
	// Output:
	// asked
	// got an answer
	// answered
}

// Succeed is for a function that promises a Deferred and has the value at hand.
func ExampleSucceed() {
	cache := map[string]int{"seven": 7}
	lookup := func(key string) *deferred.Deferred[int] {
		if v, ok := cache[key]; ok {
			return deferred.Succeed(v)
		}
		return deferred.New[int]() // and ask somebody
	}

	lookup("seven").Tap(func(v int) { fmt.Println(v) })
	// Output:
	// 7
}

// Fail is for a function that promises a Deferred and knows already that it
// cannot.
func ExampleFail() {
	connect := func(address string) *deferred.Deferred[string] {
		if !strings.Contains(address, ":") {
			return deferred.Fail[string](errors.New("no port in " + address))
		}
		return deferred.New[string]() // and try
	}

	connect("example.com").Catch(func(f *failure.Failure) { fmt.Println(f) })
	// Output:
	// no port in example.com
}

// Maybe calls a function now and makes a Deferred of whatever comes: the value,
// the error, the panic.
func ExampleMaybe() {
	for _, text := range []string{"12", "twelve"} {
		deferred.Maybe(func() (int, error) { return strconv.Atoi(text) }).
			Tap(func(n int) { fmt.Println("number", n) }).
			Catch(func(f *failure.Failure) { fmt.Println("failed:", f) })
	}
	deferred.Maybe(func() (int, error) {
		list := strings.Fields("one two three")
		return strconv.Atoi(list[len(list)])
	}).Catch(func(f *failure.Failure) { fmt.Println("failed:", f) })
	// Output:
	// number 12
	// failed: strconv.Atoi: parsing "twelve": invalid syntax
	// failed: panic: runtime error: index out of range [3] with length 3
}

// A callback gets the value, and what it returns is the value for the next one.
func ExampleDeferred_AddCallback() {
	d := deferred.New[int]()
	d.AddCallback(func(v int) (int, error) { return v * 2, nil })
	d.AddCallback(func(v int) (int, error) { return v + 1, nil })
	d.Tap(func(v int) { fmt.Println(v) })

	_ = d.Callback(10)
	// Output:
	// 21
}

// An errback gets a failure that came from above it. Without an error of its own
// the chain goes on with a value.
func ExampleDeferred_AddErrback() {
	d := deferred.New[string]()
	d.AddCallback(func(name string) (string, error) { return "", fmt.Errorf("read %s: %w", name, io.EOF) })
	d.AddCallback(func(string) (string, error) { panic("a failure goes by callbacks") })
	d.AddErrback(func(f *failure.Failure) (string, error) {
		if err := f.Trap(io.EOF); err != nil {
			return "", err // not what this is for: pass it on
		}
		return "nothing to read", nil
	})
	d.Tap(func(s string) { fmt.Println(s) })

	_ = d.Callback("settings")
	// Output:
	// nothing to read
}

// Of the two functions of AddCallbacks one is called. The errback is not there
// for the failures of the callback beside it, only for those from above.
func ExampleDeferred_AddCallbacks() {
	show := func(d *deferred.Deferred[int]) {
		d.AddCallbacks(
			func(v int) (int, error) { return 0, fmt.Errorf("cannot use %d", v) },
			func(f *failure.Failure) (int, error) { fmt.Println("from above:", f); return 0, nil },
		)
		d.Catch(func(f *failure.Failure) { fmt.Println("below:", f) })
	}
	show(deferred.Succeed(1))
	show(deferred.Fail[int](errors.New("no network")))
	// Output:
	// below: cannot use 1
	// from above: no network
}

// AddBoth sees either result; `return v, err` passes it on.
func ExampleDeferred_AddBoth() {
	log := func(v int, err error) (int, error) {
		fmt.Println("value:", v, "error:", err)
		return v, err
	}
	deferred.Succeed(7).AddBoth(log)
	deferred.Fail[int](io.EOF).AddBoth(log).Catch(func(*failure.Failure) {})
	// Output:
	// value: 7 error: <nil>
	// value: 0 error: EOF
}

// Tap looks at a value and leaves it as it is.
func ExampleDeferred_Tap() {
	deferred.Succeed(7).
		Tap(func(v int) { fmt.Println("seen", v) }).
		Tap(func(v int) { fmt.Println("still", v) })
	// Output:
	// seen 7
	// still 7
}

// Catch ends a failure; the result is the zero value then.
func ExampleDeferred_Catch() {
	deferred.Fail[int](io.EOF).
		Catch(func(f *failure.Failure) { fmt.Println("caught", f) }).
		Tap(func(v int) { fmt.Println("goes on with", v) })
	// Output:
	// caught EOF
	// goes on with 0
}

// Finally is for what has to happen in any case, and passes the result on.
func ExampleDeferred_Finally() {
	release := func() { fmt.Println("released") }
	deferred.Succeed("value").Finally(release).Tap(func(s string) { fmt.Println(s) })
	deferred.Fail[string](io.EOF).Finally(release).Catch(func(f *failure.Failure) { fmt.Println(f) })
	// Output:
	// released
	// value
	// released
	// EOF
}

// A callback that needs more work to be done answers with the Deferred of that
// work. The chain waits for it.
func ExampleDeferred_Chain() {
	size := deferred.New[int]() // of some work that ends later

	d := deferred.Succeed(1)
	d.AddCallback(func(int) (int, error) { return size.Chain() })
	d.Tap(func(v int) { fmt.Println("size", v) })

	fmt.Println(d.Called(), "but waiting")
	_ = size.Callback(512)
	// Output:
	// true but waiting
	// size 512
}

// ChainDeferred fires another Deferred with the result.
func ExampleDeferred_ChainDeferred() {
	promised := deferred.New[int]() // given out long ago
	promised.Tap(func(v int) { fmt.Println("promised", v) })

	work := deferred.New[int]()
	work.ChainDeferred(promised)
	work.Tap(func(v int) { fmt.Println("left with", v) })
	_ = work.Callback(7)
	// Output:
	// promised 7
	// left with 0
}

// Callback gives the value. The second answer comes too late.
func ExampleDeferred_Callback() {
	d := deferred.New[int]()
	fmt.Println(d.Callback(1))
	fmt.Println(errors.Is(d.Callback(2), deferred.ErrAlreadyCalled))
	// Output:
	// <nil>
	// true
}

// Errback gives a failure in the place of a value.
func ExampleDeferred_Errback() {
	d := deferred.New[int]()
	d.Catch(func(f *failure.Failure) { fmt.Println(errors.Is(f, io.ErrUnexpectedEOF), f) })
	_ = d.Errback(fmt.Errorf("header: %w", io.ErrUnexpectedEOF))
	// Output:
	// true header: unexpected EOF
}

// Pause holds the handlers back, though the result may be there.
func ExampleDeferred_Pause() {
	d := deferred.New[string]()
	d.Tap(func(s string) { fmt.Println(s) })

	d.Pause()
	_ = d.Callback("delivered")
	fmt.Println("nothing so far")
	d.Unpause()
	// Output:
	// nothing so far
	// delivered
}

// A Deferred says how it stands.
func ExampleDeferred_String() {
	standing := func(d fmt.Stringer) string {
		_, text, _ := strings.Cut(d.String(), ") ") // without type and address
		return text
	}
	d := deferred.New[int]()
	fmt.Println(standing(d))
	_ = d.Callback(7)
	fmt.Println(standing(d))
	// Output:
	// not fired
	// value: 7
}

// Then is a callback that changes the type. Functions of the standard library
// fit as they are.
func ExampleThen() {
	line := deferred.New[string]()
	number := deferred.Then(line, strconv.Atoi)
	half := deferred.Then(number, func(n int) (float64, error) { return float64(n) / 2, nil })
	half.Tap(func(v float64) { fmt.Println(v) })

	_ = line.Callback("21")
	// Output:
	// 10.5
}

// ThenBoth turns either result into one of another type.
func ExampleThenBoth() {
	report := func(d *deferred.Deferred[int]) {
		deferred.ThenBoth(d, func(n int, err error) (string, error) {
			if err != nil {
				return "sorry: " + err.Error(), nil
			}
			return "the answer is " + strconv.Itoa(n), nil
		}).Tap(func(s string) { fmt.Println(s) })
	}
	report(deferred.Succeed(42))
	report(deferred.Fail[int](io.EOF))
	// Output:
	// the answer is 42
	// sorry: EOF
}
