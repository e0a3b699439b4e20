package deferred_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// collector writes down what it is told.
type collector struct{ s *script }

func (c collector) Collect(index, v int, err error) {
	c.s.say(c.s.text(index, nil) + ":" + c.s.text(v, err))
}

func TestCollect(t *testing.T) {
	play(t, []scenario{
		{"those that have fired are told in order, before it returns", "0:5 2:7 after 1:6", func(s *script) {
			pending := newNumber()
			deferred.Collect([]*number{deferred.Succeed(5), pending, deferred.Succeed(7)}, collector{s}, false)
			s.say("after")
			_ = pending.Callback(6)
		}},
		{"each is told once, also one that is there twice", "0:5 1:5", func(s *script) {
			d := newNumber()
			deferred.Collect([]*number{d, d}, collector{s}, false)
			_ = d.Callback(5)
		}},
		{"of none it is told nothing", "", func(s *script) {
			deferred.Collect(nil, collector{s}, false)
		}},
		{"a value passes on", "0:5 a:5 0:5 a:5", func(s *script) {
			for _, consume := range []bool{false, true} {
				d := newNumber()
				deferred.Collect([]*number{d}, collector{s}, consume)
				d.AddBoth(s.see("a"))
				_ = d.Callback(5)
			}
		}},
		{"a failure passes on, and is not reported", "0:!no a:!no", func(s *script) {
			d := newNumber()
			deferred.Collect([]*number{d}, collector{s}, false)
			d.AddBoth(s.see("a"))
			_ = d.Errback(errNo)
		}},
		{"with consume a failure becomes the zero value", "0:!no a:0", func(s *script) {
			d := newNumber()
			deferred.Collect([]*number{d}, collector{s}, true)
			d.AddBoth(s.see("a"))
			_ = d.Errback(errNo)
		}},
		{"a failure that was there before is not reported either", "0:!no", func(s *script) {
			deferred.Collect([]*number{deferred.Fail[int](errNo)}, collector{s}, false)
		}},
		{"a failure of a later handler is reported", "0:!no lost:!other", func(s *script) {
			d := newNumber()
			deferred.Collect([]*number{d}, collector{s}, false)
			d.AddErrback(func(*failure.Failure) (int, error) { return 0, errors.New("other") })
			_ = d.Errback(errNo)
		}},
		{"a failure of one that a later handler waits for is reported", "0:!no lost:!other", func(s *script) {
			d, inner := newNumber(), newNumber()
			deferred.Collect([]*number{d}, collector{s}, false)
			d.AddErrback(func(*failure.Failure) (int, error) { return inner.Chain() })
			_ = d.Errback(errNo)
			_ = inner.Errback(errors.New("other"))
		}},
		{"a failure that comes back after it was handled is reported", "0:!no lost:!no", func(s *script) {
			var kept *failure.Failure
			d := newNumber()
			deferred.Collect([]*number{d}, collector{s}, false)
			d.Catch(func(f *failure.Failure) { kept = f })
			_ = d.Errback(errNo)
			d.AddCallback(func(int) (int, error) { return 0, kept })
		}},
		{"a failure that was seen is not reported where it goes", "0:!no a:!no", func(s *script) {
			d := newNumber()
			deferred.Collect([]*number{d}, collector{s}, false)
			_ = d.Errback(errNo)
			to := newNumber().AddBoth(s.see("a"))
			deferred.Then(deferred.Succeed(1), func(int) (int, error) { return d.Chain() }).ChainDeferred(to)
		}},
		{"a panic of the collector is a failure of that one", "1:6 a:!panic:_boom lost:!panic:_boom", func(s *script) {
			ds := []*number{deferred.Succeed(5), deferred.Succeed(6)}
			deferred.Collect(ds, explosive{collector{s}}, true)
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
	deferred.Collect([]*number{deferred.Fail[int](errNo)}, collectFunc(func(_, _ int, err error) { got = err }), true)
	if _, ok := got.(*failure.Failure); !ok { //nolint:errorlint // the very type
		t.Errorf("the error is a %T, want *failure.Failure", got)
	}
}

type collectFunc func(index, v int, err error)

func (f collectFunc) Collect(index, v int, err error) { f(index, v, err) }
