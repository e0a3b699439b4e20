package deferred_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
)

// collector writes down what it is told.
type collector struct{ s *script }

func (c collector) Collect(index, v int, err error) {
	c.s.say(c.s.text(index, nil) + ":" + c.s.text(v, err))
}

// collect makes a Collection of ds.
func collect(ds []*number, to deferred.Collector[int], pass deferred.Passing) *deferred.Collection[int] {
	c := &deferred.Collection[int]{}
	c.Adopt(ds)
	c.Tell(to, pass)
	return c
}

func TestCollect(t *testing.T) {
	play(t, []scenario{
		{"those that have fired are told in order, before it returns", "0:5 2:7 after 1:6", func(s *script) {
			pending := newNumber()
			collect([]*number{deferred.Succeed(5), pending, deferred.Succeed(7)}, collector{s}, deferred.PassAll)
			s.say("after")
			_ = pending.Callback(6)
		}},
		{"each is told once, also one that is there twice", "0:5 1:5", func(s *script) {
			d := newNumber()
			collect([]*number{d, d}, collector{s}, deferred.PassAll)
			_ = d.Callback(5)
		}},
		{"of none it is told nothing", "", func(s *script) {
			collect(nil, collector{s}, deferred.PassAll)
		}},
		{"a value passes on", "0:5 a:5 0:5 a:5", func(s *script) {
			for _, pass := range []deferred.Passing{deferred.PassAll, deferred.PassValues} {
				d := newNumber()
				collect([]*number{d}, collector{s}, pass)
				d.AddBoth(s.see("a"))
				_ = d.Callback(5)
			}
		}},
		{"a failure passes on, and is not reported", "0:!no a:!no", func(s *script) {
			d := newNumber()
			collect([]*number{d}, collector{s}, deferred.PassAll)
			d.AddBoth(s.see("a"))
			_ = d.Errback(errNo)
		}},
		{"with PassValues a failure becomes the zero value", "0:!no a:0", func(s *script) {
			d := newNumber()
			collect([]*number{d}, collector{s}, deferred.PassValues)
			d.AddBoth(s.see("a"))
			_ = d.Errback(errNo)
		}},
		{"with PassNone either becomes the zero value", "0:!no a:0 0:5 a:0", func(s *script) {
			for _, fire := range []func(d *number){
				func(d *number) { _ = d.Errback(errNo) },
				func(d *number) { _ = d.Callback(5) },
			} {
				d := newNumber()
				collect([]*number{d}, collector{s}, deferred.PassNone)
				d.AddBoth(s.see("a"))
				fire(d)
			}
		}},
		{"the slice may be changed by what is told", "0:5 1:6", func(s *script) {
			ds := []*number{deferred.Succeed(5).Tap(func(int) {}), deferred.Succeed(6)}
			collect(ds, collectFunc(func(i, v int, err error) {
				clear(ds)
				collector{s}.Collect(i, v, err)
			}), deferred.PassAll)
		}},
		{"it knows its Deferreds and how many are left until it is released", "3 3 0:5 2 5 1:6 0 1 2:!no 0", func(s *script) {
			ds := []*number{newNumber(), newNumber(), newNumber()}
			c := collect(ds, collector{s}, deferred.PassAll)
			counts := func(counts ...int) {
				for _, n := range counts {
					s.say(s.text(n, nil))
				}
			}
			counts(c.Len(), c.Left())
			_ = ds[0].Callback(5)
			counts(c.Left(), deferredtest.SuccessOf(s.t, c.At(0)))
			_ = ds[1].Callback(6)
			c.Release()
			counts(c.Len(), c.Left())
			_ = ds[2].Errback(errNo) // as before
			counts(c.Left())
		}},
		{"the collector may release it in the middle of Tell", "0:5 0 2 1:6 0 1 2:7 0 0", func(s *script) {
			var c *deferred.Collection[int]
			ds := []*number{deferred.Succeed(5), deferred.Succeed(6), newNumber()}
			c = &deferred.Collection[int]{}
			c.Adopt(ds)
			c.Tell(collectFunc(func(i, v int, err error) {
				collector{s}.Collect(i, v, err)
				c.Release()
				if i == 2 {
					s.say(s.text(c.Len(), nil))
				} else {
					s.say(s.text(c.Len()-3, nil))
				}
				s.say(s.text(c.Left(), nil))
			}), deferred.PassAll)
			_ = ds[2].Callback(7)
		}},
		{"each of them is called for, whatever one of the calls does", "0 1 2 boom", func(s *script) {
			c := collect([]*number{newNumber(), newNumber(), newNumber()}, collector{s}, deferred.PassAll)
			s.panics(func() {
				i := 0
				c.Each(func(d *number) {
					if d != c.At(i) {
						t.Errorf("number %d is another", i)
					}
					s.say(s.text(i, nil))
					c.Release() // they stay until all have been called for
					if i++; i == 1 {
						panic("boom")
					}
				})
			})
			if c.Len() != 0 {
				t.Errorf("%d are left", c.Len())
			}
		}},
		{"all are told, also when the collector calls runtime.Goexit for one", "0:5 2:7 left 1:6", func(s *script) {
			ds := []*number{deferred.Succeed(5), newNumber(), deferred.Succeed(7)}
			var c deferred.Collection[int]
			c.Adopt(ds)
			onItsOwn(s.t, func() {
				c.Tell(collectFunc(func(i, v int, err error) {
					collector{s}.Collect(i, v, err)
					if i == 0 {
						c.Release() // at the end of Tell, however it ends
						runtime.Goexit()
					}
				}), deferred.PassAll)
			})
			ds[0].Catch(func(*failure.Failure) {}) // ErrGoexit
			if c.Left() == 1 && c.Len() == 0 {
				s.say("left")
			}
			_ = ds[1].Callback(6)
		}},
		{"Release before Adopt does nothing", "0:5 1", func(s *script) {
			var c deferred.Collection[int]
			c.Release()
			c.Adopt([]*number{deferred.Succeed(5)})
			c.Tell(collector{s}, deferred.PassAll)
			s.say(s.text(c.Len(), nil))
		}},
		{"a Single tells of one, under the index that it is given", "7:5 a:5 8:!no a:0", func(s *script) {
			var value, failure deferred.Single[int]
			d := newNumber()
			value.Tell(d, 7, collector{s}, deferred.PassAll)
			d.AddBoth(s.see("a"))
			_ = d.Callback(5)
			d = deferred.Fail[int](errNo)
			failure.Tell(d, 8, collector{s}, deferred.PassValues)
			d.AddBoth(s.see("a"))
		}},
		{"a failure that was there before is not reported either", "0:!no", func(s *script) {
			collect([]*number{deferred.Fail[int](errNo)}, collector{s}, deferred.PassAll)
		}},
		{"a failure of a later handler is reported", "0:!no lost:!other", func(s *script) {
			d := newNumber()
			collect([]*number{d}, collector{s}, deferred.PassAll)
			d.AddErrback(func(*failure.Failure) (int, error) { return 0, errors.New("other") })
			_ = d.Errback(errNo)
		}},
		{"a failure of one that a later handler waits for is reported", "0:!no lost:!other", func(s *script) {
			d, inner := newNumber(), newNumber()
			collect([]*number{d}, collector{s}, deferred.PassAll)
			d.AddErrback(func(*failure.Failure) (int, error) { return inner.Chain() })
			_ = d.Errback(errNo)
			_ = inner.Errback(errors.New("other"))
		}},
		{"a failure that comes back after it was handled is reported", "0:!no lost:!no", func(s *script) {
			var kept *failure.Failure
			d := newNumber()
			collect([]*number{d}, collector{s}, deferred.PassAll)
			d.Catch(func(f *failure.Failure) { kept = f })
			_ = d.Errback(errNo)
			d.AddCallback(func(int) (int, error) { return 0, kept })
		}},
		{"a failure that was seen is not reported where it goes", "0:!no a:!no", func(s *script) {
			d := newNumber()
			collect([]*number{d}, collector{s}, deferred.PassAll)
			_ = d.Errback(errNo)
			to := newNumber().AddBoth(s.see("a"))
			deferred.Then(deferred.Succeed(1), func(int) (int, error) { return d.Chain() }).ChainDeferred(to)
		}},
		{"a panic of the collector is a failure of that one", "1:6 a:!panic:_boom lost:!panic:_boom", func(s *script) {
			ds := []*number{deferred.Succeed(5), deferred.Succeed(6)}
			collect(ds, explosive{collector{s}}, deferred.PassValues)
			ds[0].AddBoth(s.see("a"))
		}},
	})
}

// explosive is a collector that panics for the first one.
type explosive struct{ collector }

func (c explosive) Collect(index, v int, err error) {
	if index == 0 {
		panic("boom")
	}
	c.collector.Collect(index, v, err)
}

// TestCollectErrorIsAFailure makes sure of the promise about the type.
func TestCollectErrorIsAFailure(t *testing.T) {
	var got error
	collect([]*number{deferred.Fail[int](errNo)}, collectFunc(func(_, _ int, err error) { got = err }), deferred.PassValues)
	if _, ok := got.(*failure.Failure); !ok { //nolint:errorlint // the very type
		t.Errorf("the error is a %T, want *failure.Failure", got)
	}
}

type collectFunc func(index, v int, err error)

func (f collectFunc) Collect(index, v int, err error) { f(index, v, err) }

// TestReleaseLetsGo is about a Collection that was released: a slow Deferred, whose
// step knows it, keeps none of the others in memory.
func TestReleaseLetsGo(t *testing.T) {
	slow := newNumber()
	gone, c := withOther(slow)
	c.Release()
	waitForGC(t, gone, "a Deferred of a Collection that was released is collected")
	runtime.KeepAlive(slow)
	runtime.KeepAlive(c)
}

// withOther makes a Collection of slow and another, which it fires.
//
//go:noinline
func withOther(slow *number) (gone <-chan struct{}, c *deferred.Collection[int]) {
	d := newNumber()
	c = collect([]*number{slow, d}, ignore{}, deferred.PassAll)
	_ = d.Callback(1)
	return collected(d), c
}

// TestToldStepLetsGo is about a slow Deferred that has told its result and goes on
// with more handlers: it keeps none of the others in memory either.
func TestToldStepLetsGo(t *testing.T) {
	slow := newNumber().AddCallback(increment)
	gone, c := withOther(slow)
	slow.Tap(func(int) { slow.Pause() }) // in one block with the step of c
	slow.AddCallback(increment)
	_ = slow.Callback(1)
	if c.Left() != 0 {
		t.Fatalf("%d have not told their result", c.Left())
	}
	c.Release()
	waitForGC(t, gone, "a Deferred of a Collection all of which have told is collected")
	slow.Unpause()
	runtime.KeepAlive(c)
}
