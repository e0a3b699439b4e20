package peers_test

import promise "github.com/fanliao/go-promise"

// get is the value of a Future, or -1.
func get(f *promise.Future) int {
	v, err := f.Get()
	if err != nil {
		return -1
	}
	return v.(int)
}

// promisePipes has each callback get what the one before it returned.
func promisePipes(n, count int) int {
	step := func(v any) *promise.Future { return promise.Wrap(v.(int) + 1) }
	v := 0
	for range n {
		p := promise.NewPromise()
		f := p.Future
		for range count {
			f, _ = f.Pipe(step)
		}
		_ = p.Resolve(1)
		v = get(f)
	}
	return v
}

// promiseCallbacks waits for the callbacks, which run on another goroutine in order.
// None of them hands a value on, so they share a variable.
func promiseCallbacks(n, count int) int {
	v := 0
	for range n {
		last := make(chan int, 1)
		value, ran := 0, 0
		p := promise.NewPromise()
		for range count {
			p.OnSuccess(func(fired any) {
				if ran == 0 {
					value = fired.(int)
				}
				value, _ = increment(value)
				if ran++; ran == count {
					last <- value
				}
			})
		}
		_ = p.Resolve(1)
		v = <-last
	}
	return v
}

func promiseRecovers(n int) int {
	v := 0
	for range n {
		recovered := make(chan int, 1)
		p := promise.NewPromise()
		p.OnFailure(func(any) { recovered <- 7 })
		_ = p.Reject(errNo)
		v = <-recovered
	}
	return v
}

func promiseThenPending(n int) int {
	step := func(v any) *promise.Future { return promise.Wrap(v) }
	v := 0
	for range n {
		p := promise.NewPromise()
		f, _ := p.Pipe(step)
		_ = p.Resolve(1)
		v = get(f)
	}
	return v
}

// pending makes so many promises, and the slice that WhenAll takes.
func pending(count int) (ps []*promise.Promise, acts []any) {
	ps, acts = make([]*promise.Promise, count), make([]any, count)
	for i := range ps {
		ps[i] = promise.NewPromise()
		acts[i] = ps[i].Future
	}
	return ps, acts
}

func promiseAll(n, count int) int {
	total := 0
	for range n {
		ps, acts := pending(count)
		f := promise.WhenAll(acts...)
		for i, p := range ps {
			_ = p.Resolve(i)
		}
		values, err := f.Get()
		if err != nil {
			return -1
		}
		total = 0
		for _, v := range values.([]any) {
			total += v.(int)
		}
	}
	return total
}
