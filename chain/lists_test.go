package chain_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// child is what the tests make lists of.
type child = deferred.Deferred[int]

// names are the errors that tests fail children with.
var names = []error{errors.New("E0"), errors.New("E1"), errors.New("E2"), errors.New("E3"), errors.New("E4")}

// kind is one of the four lists with its options. made hands out the list, for
// Cancel, and calls seen with the text of its result when it fires; that is the
// end of a failure.
type kind struct {
	name    string
	options []chain.ListOption
	made    func(ds []*child, seen func(string), options ...chain.ListOption) deferred.Canceller
}

// make makes the list of ds.
func (k kind) make(ds []*child, seen func(string)) deferred.Canceller {
	return k.made(ds, seen, k.options...)
}

func (k kind) String() string {
	s := k.name
	for _, o := range k.options {
		s += map[chain.ListOption]string{chain.FireOnOneErrback: " FireOnOneErrback", chain.ConsumeErrors: " ConsumeErrors"}[o]
	}
	return s
}

func makeDeferredList(ds []*child, seen func(string), options ...chain.ListOption) deferred.Canceller {
	return observe(chain.DeferredList(ds, options...), seen, func(all []chain.Result[int]) string {
		var texts []string
		for _, r := range all {
			texts = append(texts, text(r.Value, r.Err))
		}
		return fmt.Sprint("results ", texts)
	})
}

func makeGather(ds []*child, seen func(string), options ...chain.ListOption) deferred.Canceller {
	return observe(chain.Gather(ds, options...), seen, func(all []int) string { return fmt.Sprint("values ", all) })
}

func makeFirst(ds []*child, seen func(string), options ...chain.ListOption) deferred.Canceller {
	return observe(chain.First(ds, options...), seen, winner)
}

func makeRace(ds []*child, seen func(string), _ ...chain.ListOption) deferred.Canceller {
	return observe(chain.Race(ds), seen, winner)
}

func winner(w chain.Winner[int]) string { return fmt.Sprintf("winner %d: %d", w.Index, w.Value) }

// observe calls seen when d fires, and takes the result.
func observe[T any](d *deferred.Deferred[T], seen func(string), show func(T) string) deferred.Canceller {
	d.AddBoth(func(v T, err error) (T, error) {
		if err != nil {
			seen(text(0, err))
		} else {
			seen(show(v))
		}
		return *new(T), nil
	})
	return d
}

// each is the four lists without options.
func each() []kind {
	return []kind{
		{name: "DeferredList", made: makeDeferredList},
		{name: "Gather", made: makeGather},
		{name: "First", made: makeFirst},
		{name: "Race", made: makeRace},
	}
}

// every is the four lists with all of their options.
func every() (all []kind) {
	const fire, consume = chain.FireOnOneErrback, chain.ConsumeErrors
	for _, k := range each() {
		all = append(all, k)
		if k.name == "Race" {
			continue
		}
		for _, options := range [][]chain.ListOption{{fire}, {consume}, {fire, consume}} {
			all = append(all, kind{name: k.name, options: options, made: k.made})
		}
	}
	return all
}

// text writes a result: the value, or the error in a short form that shows all
// of its parts.
func text(v int, err error) string {
	if err == nil {
		return fmt.Sprint(v)
	}
	if f, ok := err.(*failure.Failure); ok { //nolint:errorlint // one layer is taken off
		err = f.Unwrap()
	}
	switch e := err.(type) { //nolint:errorlint // likewise
	case *chain.FirstError:
		return fmt.Sprintf("first %d: %s", e.Index, text(0, e.Err))
	case *chain.FailureGroup:
		s := "all failed:"
		for _, err := range e.Errs {
			s += " " + text(0, err)
		}
		return s
	case *failure.PanicError:
		return "panic"
	}
	if errors.Is(err, deferred.ErrCancelled) {
		return "cancelled"
	}
	return strings.TrimPrefix(err.Error(), "chain: ")
}

// pending makes n children that have not fired.
func pending(n int) []*child {
	ds := make([]*child, n)
	for i := range ds {
		ds[i] = deferred.New[int]()
	}
	return ds
}

// journal collects texts.
type journal []string

func (j *journal) add(s string) { *j = append(*j, s) }

// want fails the test if j has other texts than these.
func (j *journal) want(t *testing.T, want ...string) {
	t.Helper()
	if got := strings.Join(*j, ", "); got != strings.Join(want, ", ") {
		t.Errorf("got %q, want %q", got, strings.Join(want, ", "))
	}
}

// callback and errback fire d, which must not have fired.
func callback(t testing.TB, d *child, v int) {
	t.Helper()
	if err := d.Callback(v); err != nil {
		t.Fatalf("Callback: %v", err)
	}
}

func errback(t testing.TB, d *child, err error) {
	t.Helper()
	if err := d.Errback(err); err != nil {
		t.Fatalf("Errback: %v", err)
	}
}
