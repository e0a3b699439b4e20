package chain_test

import (
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// TestReentry has cancellers and handlers that reach for other children, or for
// the list, while the list is being made, is being cancelled, or fires.
func TestReentry(t *testing.T) {
	var got journal
	tests := []struct {
		name string
		run  func(t *testing.T)
		want []string
	}{
		{"a loser's canceller fires a child during construction", func(t *testing.T) {
			last := deferred.New[int]()
			loser := cancellable(&got, 1, func(*child) { callback(t, last, 12) })
			makeRace([]*child{deferred.Succeed(10), loser, last}, got.add)
		}, []string{"canceller 1", "winner 0: 10"}},

		{"a loser's canceller fails a child", func(t *testing.T) {
			ds := make([]*child, 3)
			ds[0] = deferred.New[int]()
			ds[1] = cancellable(&got, 1, func(*child) { errback(t, ds[2], names[2]) })
			ds[2] = deferred.New[int]()
			makeRace(ds, got.add)
			callback(t, ds[0], 10)
		}, []string{"canceller 1", "winner 0: 10"}},

		{"a loser's canceller cancels the race", func(t *testing.T) {
			var race deferred.Canceller
			ds := []*child{deferred.New[int](), cancellable(&got, 1, func(*child) { race.Cancel() }), stubborn(&got, 2)}
			race = makeRace(ds, got.add)
			callback(t, ds[0], 10)
		}, []string{"canceller 1", "ignored 2", "ignored 2", "winner 0: 10"}},

		{"a canceller lets another child win", func(t *testing.T) {
			ds := make([]*child, 3)
			ds[0] = cancellable(&got, 0, func(*child) { callback(t, ds[1], 11) })
			ds[1] = deferred.New[int]()
			ds[2] = cancellable(&got, 2, nil)
			makeRace(ds, got.add).Cancel()
		}, []string{"canceller 0", "canceller 2", "winner 1: 11"}},

		{"a canceller cancels the list again", func(*testing.T) {
			var list deferred.Canceller
			ds := []*child{cancellable(&got, 0, func(*child) { list.Cancel() }), cancellable(&got, 1, nil)}
			list = makeDeferredList(ds, got.add)
			list.Cancel()
		}, []string{"canceller 0", "canceller 1", "results [cancelled cancelled]"}},

		{"a canceller cancels the next child", func(*testing.T) {
			ds := make([]*child, 2)
			ds[0] = cancellable(&got, 0, func(*child) { ds[1].Cancel() })
			ds[1] = cancellable(&got, 1, nil)
			makeGather(ds, got.add).Cancel()
		}, []string{"canceller 0", "canceller 1", "first 1: cancelled"}},

		{"the rest is cancelled when the list has fired in the middle", func(*testing.T) {
			ds := []*child{cancellable(&got, 0, nil), cancellable(&got, 1, nil), cancellable(&got, 2, nil)}
			makeGather(ds, got.add).Cancel()
		}, []string{"canceller 0", "first 0: cancelled", "canceller 1", "canceller 2"}},

		{"the result cancels what is left", func(t *testing.T) {
			ds := []*child{deferred.New[int](), cancellable(&got, 1, nil)}
			makeFirst(ds, func(s string) {
				got.add(s)
				ds[1].Cancel()
			})
			callback(t, ds[0], 10)
		}, []string{"winner 0: 10", "canceller 1"}},

		{"the result fires what is left", func(t *testing.T) {
			ds := pending(2)
			makeGather(ds, func(s string) {
				got.add(s)
				errback(t, ds[1], names[1])
			})
			errback(t, ds[0], names[0])
		}, []string{"first 0: E0"}},

		{"a canceller makes a list of the same children", func(*testing.T) {
			ds := make([]*child, 2)
			ds[0] = cancellable(&got, 0, func(*child) { makeDeferredList(ds, got.add) })
			ds[1] = cancellable(&got, 1, nil)
			makeGather(ds, got.add).Cancel()
		}, []string{"canceller 0", "first 0: cancelled", "canceller 1", "results [cancelled cancelled]"}},

		{"a handler of a child changes what the list sees", func(t *testing.T) {
			d := deferred.New[int]().AddCallback(func(v int) (int, error) { return v + 1, nil })
			makeGather([]*child{d}, got.add)
			d.AddCallback(func(v int) (int, error) { return v + 100, nil })
			callback(t, d, 1)
			got.add(fmt.Sprint("child ", deferredtest.SuccessOf(t, d)))
		}, []string{"values [2]", "child 102"}},

		{"a paused child is waited for", func(t *testing.T) {
			ds := pending(2)
			ds[0].Pause()
			makeGather(ds, got.add)
			callback(t, ds[0], 10)
			callback(t, ds[1], 11)
			got.add("unpause")
			ds[0].Unpause()
		}, []string{"unpause", "values [10 11]"}},

		{"a list of lists", func(t *testing.T) {
			ds := pending(3)
			sums := []*child{sum(chain.Gather(ds[:2])), sum(chain.Gather(ds[1:]))}
			makeGather(sums, got.add)
			for i, d := range ds {
				callback(t, d, 1<<i)
			}
		}, []string{"values [3 6]"}},

		{"a cancel reaches through a list of lists", func(*testing.T) {
			ds := []*child{cancellable(&got, 0, nil), cancellable(&got, 1, nil)}
			makeRace([]*child{sum(chain.Gather(ds)), deferred.New[int]()}, got.add).Cancel()
		}, []string{"canceller 0", "canceller 1", "all failed: first 0: cancelled cancelled"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			got = nil
			test.run(t)
			got.want(t, test.want...)
		})
	}
}

// sum adds up what d gives.
func sum(d *deferred.Deferred[[]int]) *child {
	return deferred.Then(d, func(all []int) (total int, err error) {
		for _, v := range all {
			total += v
		}
		return total, nil
	})
}
