package chain_test

import (
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// event is a child that fires.
type event struct {
	child int
	value int
	err   error
}

// TestResults fires children one by one. Whatever the order, and whether the
// list is made before or after, it has the same result.
func TestResults(t *testing.T) {
	const fire, consume = chain.FireOnOneErrback, chain.ConsumeErrors
	two := []event{{child: 1, value: 11}, {child: 0, value: 10}}
	mixed := []event{{child: 2, err: names[2]}, {child: 1, value: 11}, {child: 0, err: names[0]}}
	failed := []event{{child: 1, err: names[1]}, {child: 0, err: names[0]}}
	tests := []struct {
		name   string
		kind   kind
		n      int
		events []event
		want   string
	}{
		{"list in input order", kind{made: makeDeferredList}, 2, two, "results [10 11]"},
		{"list with failures", kind{made: makeDeferredList}, 3, mixed, "results [E0 11 E2]"},
		{"list of failures", kind{made: makeDeferredList}, 2, failed, "results [E0 E1]"},
		{"list with failures, consumed", kind{made: makeDeferredList, options: []chain.ListOption{consume}}, 3, mixed, "results [E0 11 E2]"},
		{"list that fails", kind{made: makeDeferredList, options: []chain.ListOption{fire}}, 3, mixed, "first 2: E2"},
		{"list that could fail", kind{made: makeDeferredList, options: []chain.ListOption{fire}}, 2, two, "results [10 11]"},
		{"list with joined options", kind{made: makeDeferredList, options: []chain.ListOption{fire | consume}}, 3, mixed, "first 2: E2"},
		{"gather in input order", kind{made: makeGather}, 2, two, "values [10 11]"},
		{"gather that fails", kind{made: makeGather}, 3, mixed, "first 2: E2"},
		{"gather that fails late", kind{made: makeGather}, 3, []event{two[0], two[1], {child: 2, err: names[3]}}, "first 2: E3"},
		{"first value", kind{made: makeFirst}, 2, two, "winner 1: 11"},
		{"first value after a failure", kind{made: makeFirst}, 3, mixed, "winner 1: 11"},
		{"first of failures", kind{made: makeFirst}, 2, failed, "all failed: E0 E1"},
		{"first that fails", kind{made: makeFirst, options: []chain.ListOption{fire}}, 3, mixed, "first 2: E2"},
		{"first that could fail", kind{made: makeFirst, options: []chain.ListOption{fire}}, 2, two, "winner 1: 11"},
		{"race", kind{made: makeRace}, 2, two, "winner 1: 11"},
		{"race after a failure", kind{made: makeRace}, 3, mixed, "winner 1: 11"},
		{"race of failures", kind{made: makeRace}, 2, failed, "all failed: E0 E1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			ds := pending(test.n)
			var got journal
			test.kind.make(ds, got.add)
			for _, e := range test.events {
				play(ds, e)
			}
			got.want(t, test.want)
		})
	}
}

// play fires a child. That it was cancelled already may be, in a race.
func play(ds []*child, e event) {
	if e.err != nil {
		_ = ds[e.child].Errback(e.err)
		return
	}
	_ = ds[e.child].Callback(e.value)
}

// TestAlreadyFired makes lists of children that have fired: the result is there
// when the list is.
func TestAlreadyFired(t *testing.T) {
	tests := []struct {
		name string
		kind kind
		want string
	}{
		{"list", kind{made: makeDeferredList}, "results [E0 11 12]"},
		{"gather", kind{made: makeGather}, "first 0: E0"},
		{"first", kind{made: makeFirst}, "winner 1: 11"},
		{"race", kind{made: makeRace}, "winner 1: 11"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var got journal
			test.kind.make([]*child{deferred.Fail[int](names[0]), deferred.Succeed(11), deferred.Succeed(12)}, got.add)
			got.want(t, test.want)
		})
	}
}

func TestNoDeferreds(t *testing.T) {
	tests := []struct {
		name string
		kind kind
		want string
	}{
		{"list", kind{made: makeDeferredList}, "results []"},
		{"gather", kind{made: makeGather}, "values []"},
		{"first", kind{made: makeFirst}, "no Deferreds to choose from"},
		{"race", kind{made: makeRace}, "no Deferreds to choose from"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var got journal
			test.kind.make(nil, got.add)
			got.want(t, test.want)
		})
	}
	if deferredtest.SuccessOf(t, chain.DeferredList[int](nil)) == nil {
		t.Error("DeferredList of nothing gave a nil slice")
	}
	if deferredtest.SuccessOf(t, chain.Gather[int](nil)) == nil {
		t.Error("Gather of nothing gave a nil slice")
	}
	if f := deferredtest.FailureOf(t, chain.Race[int](nil)); f.Check(chain.ErrNoDeferreds) == nil {
		t.Errorf("Race of nothing failed with %v", f)
	}
}

// TestSameTwice has one Deferred in several places: it fills all of them.
func TestSameTwice(t *testing.T) {
	tests := []struct {
		name          string
		kind          kind
		value, failed string
	}{
		{"list", kind{made: makeDeferredList}, "results [7 7]", "results [E1 E1]"},
		{"list, consumed", kind{made: makeDeferredList, options: []chain.ListOption{chain.ConsumeErrors}}, "results [7 7]", "results [E1 0]"},
		{"gather", kind{made: makeGather}, "values [7 7]", "first 0: E1"},
		{"first", kind{made: makeFirst}, "winner 0: 7", "all failed: E1 E1"},
		{"race", kind{made: makeRace}, "winner 0: 7", "winner 1: 0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var got journal
			d := deferred.New[int]()
			test.kind.make([]*child{d, d}, got.add)
			callback(t, d, 7)
			d = deferred.New[int]()
			test.kind.make([]*child{d, d}, got.add)
			errback(t, d, names[1])
			got.want(t, test.value, test.failed)
		})
	}
}

// TestChildrenGoOn is about what handlers see that were added to a child after
// the list, and what is reported as unhandled: nothing, since the list has seen
// it.
func TestChildrenGoOn(t *testing.T) {
	for _, k := range every() {
		t.Run(k.String(), func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			ds := pending(4)
			var got, ignored journal
			k.make(ds, ignored.add)
			for _, d := range ds[:3] {
				d.AddBoth(func(v int, err error) (int, error) {
					got.add(text(v, err))
					return v, err
				})
			}
			errback(t, ds[0], names[0])
			callback(t, ds[1], 11)
			errback(t, ds[2], names[2])
			switch {
			case k.name == "Race":
				got.want(t, "0", "0", "0") // ds[2] was cancelled, and its late Errback is swallowed
			case k.has(chain.ConsumeErrors):
				got.want(t, "0", "11", "0")
			default:
				got.want(t, "E0", "11", "E2")
			}
		})
	}
}

func (k kind) has(option chain.ListOption) bool {
	for _, o := range k.options {
		if o&option != 0 {
			return true
		}
	}
	return false
}

// TestRaceSwallowsInOrder shows that what a child of a race goes on with has
// nothing of the race's: the winner's handlers too run after those of the race.
func TestRaceSwallowsInOrder(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	ds := []*child{deferred.New[int](), deferred.New(func(*child) { got.add("canceller 1") })}
	makeRace(ds, got.add)
	for _, d := range ds {
		d.AddBoth(func(v int, err error) (int, error) {
			got.add("child: " + text(v, err))
			return v, err
		})
	}
	callback(t, ds[0], 10)
	got.want(t, "canceller 1", "child: 0", "winner 0: 10", "child: 0")
}

// TestUnhandled has a failure that belongs to nobody: the list's own, which is
// reported once, and that of a later handler of a child.
func TestUnhandled(t *testing.T) {
	tests := []struct {
		name string
		run  func()
		want []string
	}{
		{"gather", func() { _ = chain.Gather([]*child{deferred.Fail[int](names[0]), deferred.Fail[int](names[1])}) }, []string{"first 0: E0"}},
		{"list", func() { _ = chain.DeferredList([]*child{deferred.Fail[int](names[0])}) }, nil},
		{"race", func() { _ = chain.Race([]*child{deferred.Fail[int](names[0]), deferred.Fail[int](names[1])}) }, []string{"all failed: E0 E1"}},
		{"first", func() { _ = chain.First([]*child{deferred.Fail[int](names[0])}) }, []string{"all failed: E0"}},
		{"nothing to race", func() { _ = chain.Race[int](nil) }, []string{"no Deferreds to choose from"}},
		{"a later handler", func() {
			d := deferred.Fail[int](names[0])
			_ = chain.DeferredList([]*child{d})
			d.AddBoth(func(int, error) (int, error) { return 0, names[1] })
		}, []string{"E1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reports := collectUnhandled(t)
			test.run()
			got := reports()
			got.want(t, test.want...)
		})
	}
}

// TestLateResults fires children after the list has its result: nothing comes
// of it.
func TestLateResults(t *testing.T) {
	for _, k := range []kind{
		{name: "DeferredList", made: makeDeferredList, options: []chain.ListOption{chain.FireOnOneErrback}},
		{name: "Gather", made: makeGather},
		{name: "First", made: makeFirst, options: []chain.ListOption{chain.FireOnOneErrback}},
	} {
		t.Run(k.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			ds := pending(3)
			var got journal
			k.make(ds, got.add)
			errback(t, ds[1], names[1])
			errback(t, ds[0], names[0])
			callback(t, ds[2], 12)
			got.want(t, "first 1: E1")
		})
	}
}

// TestFiredByAnother fires the Deferred of a list from outside, which is allowed
// if not wise. The list must live with it.
func TestFiredByAnother(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	ds := pending(2)
	all := chain.Gather(ds)
	if err := all.Callback([]int{1}); err != nil {
		t.Fatal(err)
	}
	callback(t, ds[0], 10)
	callback(t, ds[1], 11)
	if got := deferredtest.SuccessOf(t, all); len(got) != 1 {
		t.Errorf("the list has %v, want what it was fired with", got)
	}
}

func TestNilPanics(t *testing.T) {
	for _, k := range each() {
		t.Run(k.name, func(t *testing.T) {
			ds := []*child{deferred.New[int](), nil}
			defer func() {
				want := "chain: " + k.name + " of a nil Deferred, at index 1"
				if got := recover(); got != want {
					t.Errorf("panic %v, want %q", got, want)
				}
				callback(t, ds[0], 1)
				if got := deferredtest.SuccessOf(t, ds[0]); got != 1 {
					t.Errorf("the other child gives %d: a step was added to it", got)
				}
			}()
			k.make(ds, nil)
		})
	}
}
