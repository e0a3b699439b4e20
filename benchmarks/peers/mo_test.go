package peers_test

import "github.com/samber/mo"

// resolved is a Future whose function has the value at once.
func resolved(v int) *mo.Future[int] {
	return mo.NewFuture(func(resolve func(int), _ func(error)) { resolve(v) })
}

// collect is the value of a Future, or -1.
func collect(f *mo.Future[int]) int {
	v, err := f.Collect()
	if err != nil {
		return -1
	}
	return v
}

func moCallbacks(n, count int) int {
	v := 0
	for range n {
		f := resolved(1)
		for range count {
			f = f.Then(increment)
		}
		v = collect(f)
	}
	return v
}

// moChained has each step wait for another Future, as a callback can answer with none.
func moChained(n int) int {
	step := func(v int) (int, error) { return resolved(v + 1).Collect() }
	v := 0
	for range n {
		f := resolved(1)
		for range steps {
			f = f.Then(step)
		}
		v = collect(f)
	}
	return v
}

func moRecovers(n int) int {
	seven := func(error) (int, error) { return 7, nil }
	v := 0
	for range n {
		f := mo.NewFuture(func(_ func(int), reject func(error)) { reject(errNo) })
		v = collect(f.Catch(seven))
	}
	return v
}

// moThen takes each step on a Future that is done.
func moThen(n int) int {
	f := resolved(1)
	v := collect(f)
	for range n {
		f = f.Then(same)
		v = collect(f)
	}
	return v
}

func moThenPending(n int) int {
	v := 0
	for range n {
		fire := make(chan int, 1)
		f := mo.NewFuture(func(resolve func(int), _ func(error)) { resolve(<-fire) }).Then(same)
		fire <- 1
		v = collect(f)
	}
	return v
}
