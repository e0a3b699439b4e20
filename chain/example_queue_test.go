package chain_test

import (
	"fmt"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/failure"
)

func ExampleQueue() {
	jobs := chain.NewQueue[string](10, -1)
	jobs.Get().Tap(func(job string) { fmt.Println("a worker has", job) })
	_ = jobs.Put("job 1")
	_ = jobs.Put("job 2")
	jobs.Get().Tap(func(job string) { fmt.Println("another has", job) })
	// Output:
	// a worker has job 1
	// another has job 2
}

func ExampleNewQueue() {
	q := chain.NewQueue[int](1, 0) // room for one item; nobody may wait for one
	fmt.Println(q.Put(1))
	fmt.Println(q.Put(2))
	// Output:
	// <nil>
	// chain: queue is full
}

func ExampleQueue_Put() {
	q := chain.NewQueue[int](0, 1) // only for those who wait
	fmt.Println(q.Put(1))
	q.Get().Tap(func(v int) { fmt.Println("got", v) })
	fmt.Println(q.Put(2))
	// Output:
	// chain: queue is full
	// got 2
	// <nil>
}

func ExampleQueue_PutWait() {
	q := chain.NewQueue[int](1, -1)
	for i := range 3 {
		q.PutWait(i).Tap(func(struct{}) { fmt.Println(i, "has gone in") })
	}
	q.Get().Tap(func(v int) { fmt.Println("got", v) })
	// Output:
	// 0 has gone in
	// 1 has gone in
	// got 0
}

func ExampleQueue_Get() {
	q := chain.NewQueue[int](0, 1)
	waiting := q.Get()
	q.Get().Catch(func(f *failure.Failure) { fmt.Println(f) })
	waiting.Catch(func(f *failure.Failure) { fmt.Println(f) })
	waiting.Cancel()
	// Output:
	// chain: too many wait for the queue
	// deferred: cancelled
}

func ExampleQueue_Len() {
	q := chain.NewQueue[string](-1, 0)
	_ = q.Put("a")
	_ = q.Put("b")
	q.Get()
	fmt.Println(q.Len())
	// Output: 1
}
