package deferred_test

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/deferred"
)

// sum adds up values as they come.
type sum struct{ total, failed int }

// Collect takes one result.
func (s *sum) Collect(_ int, v int, err error) {
	if err != nil {
		s.failed++
		return
	}
	s.total += v
}

// A Collection tells one Collector the results of many.
func ExampleCollection() {
	late := deferred.New[int]()
	ds := []*deferred.Deferred[int]{deferred.Succeed(1), late, deferred.Fail[int](errors.New("no"))}

	var s sum
	var all deferred.Collection[int]
	all.Adopt(ds)
	all.Tell(&s, deferred.PassValues) // the failure is dealt with
	fmt.Println(all.Left(), "of", all.Len(), "are left:", s.total, s.failed)
	_ = late.Callback(10)
	fmt.Println(all.Left(), "of", all.Len(), "are left:", s.total, s.failed)
	// Output:
	// 1 of 3 are left: 1 1
	// 0 of 3 are left: 11 1
}

// firstWord waits for the first result, and cancels the others.
type firstWord struct {
	all deferred.Collection[string]
	out deferred.Deferred[string]
}

// Collect takes one result.
func (f *firstWord) Collect(index int, word string, err error) {
	if f.out.Called() {
		return // cancelled, or too late
	}
	if err != nil {
		_ = f.out.Errback(err)
	} else {
		_ = f.out.Callback(word)
	}
	won := f.all.At(index)
	f.all.Each(func(d *deferred.Deferred[string]) {
		if d != won {
			d.Cancel()
		}
	})
	f.all.Release() // a slow one is not to keep the others in memory
}

// What stands for several Deferreds has a Collection of them.
func ExampleCollection_Each() {
	slow := deferred.New(func(*deferred.Deferred[string]) { fmt.Println("the slow one is cancelled") })
	fast := deferred.New[string]()

	f := &firstWord{}
	f.out.Tap(func(word string) { fmt.Println("it is", word) })
	f.all.Adopt([]*deferred.Deferred[string]{slow, fast})
	f.all.Tell(f, deferred.PassNone) // the results are ours

	_ = fast.Callback("fast")
	// Output:
	// it is fast
	// the slow one is cancelled
}

// visit is a guest, who leaves when a Deferred fires.
type visit struct {
	name string
	gone deferred.Single[struct{}]
}

var _ deferred.Collector[struct{}] = (*visit)(nil)

// Collect says goodbye.
func (v *visit) Collect(int, struct{}, error) { fmt.Println(v.name, "has left") }

// A Single is part of what waits for one Deferred, so that it needs no allocation of
// its own. Others see the result, too.
func ExampleSingle() {
	left := deferred.New[struct{}]()
	guest := &visit{name: "Ada"}
	guest.gone.Tell(left, 0, guest, deferred.PassAll)
	left.Tap(func(struct{}) { fmt.Println("the door is shut") })

	_ = left.Callback(struct{}{})
	// Output:
	// Ada has left
	// the door is shut
}

// What a handler sees that is added later is for the one who collects to say.
func ExamplePassing() {
	later := func(v int, err error) (int, error) {
		fmt.Println(v, err)
		return 0, nil
	}
	for _, pass := range []deferred.Passing{deferred.PassAll, deferred.PassValues, deferred.PassNone} {
		value, failure := deferred.Succeed(5), deferred.Fail[int](errors.New("no"))
		var s sum
		var all deferred.Collection[int]
		all.Adopt([]*deferred.Deferred[int]{value, failure})
		all.Tell(&s, pass)
		value.AddBoth(later)
		failure.AddBoth(later)
	}
	// Output:
	// 5 <nil>
	// 0 no
	// 5 <nil>
	// 0 <nil>
	// 0 <nil>
	// 0 <nil>
}
