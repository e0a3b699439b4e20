package deferred_test

import (
	"strconv"
	"sync"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// realWorld plays programs on Deferreds.
type realWorld struct {
	clock *timeout.VirtualClock
	ds    []subject

	mu   sync.Mutex // what is lost may be reported by the collector
	lost []string
}

// newRealWorld takes the place of the handler for unhandled failures, until leave
// is called.
func newRealWorld() (w *realWorld, leave func()) {
	w = &realWorld{clock: newClock()}
	deferred.FlushUnhandled()
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.lost = append(w.lost, plain(u.Failure).Error())
	})
	return w, func() { deferred.SetUnhandledHandler(nil) }
}

// subject is a Deferred of either type.
type subject interface {
	then(text, both bool, f function) subject
	add(how addKind, f, g function)
	fire(r result) error
	chainDeferred(to subject)
	timeout(after time.Duration, on function)
	passCancelTo(do func())
	Chain() (any, error)
	Cancel()
	Pause()
	Unpause()
	String() string
}

// codec turns the numbers of a program into values of T and back. The zero value
// stands for 0.
type codec[T any] struct {
	to   func(v int) T
	from func(v T) int
}

func numbers() codec[int] {
	same := func(v int) int { return v }
	return codec[int]{same, same}
}

func texts() codec[string] {
	return codec[string]{
		to: func(v int) string {
			if v == 0 {
				return ""
			}
			return strconv.Itoa(v)
		},
		from: func(v string) int {
			n, _ := strconv.Atoi(v) // "" is 0
			return n
		},
	}
}

// real is a Deferred of one type, with its codec.
type real[T any] struct {
	*deferred.Deferred[T]
	w *realWorld
	c codec[T]
}

func (d *real[T]) Chain() (any, error) {
	v, err := d.Deferred.Chain()
	return v, err
}

// thrown is an error of a program.
type thrown string

func (e thrown) Error() string { return string(e) }

// errOf is the failure of a result as an error.
func errOf(fail string) error { return thrown(fail) }

// seenAs is what a function is told of a result.
func seenAs[T any](c codec[T], v T, err error) result {
	if err != nil {
		return result{fail: plain(err).Error()}
	}
	return result{v: c.from(v)}
}

// call calls f with what In was, and answers as a callback to U does.
func call[T, U any](w *realWorld, in codec[T], out codec[U], f function, v T, err error) (U, error) {
	a := f(seenAs(in, v, err))
	switch a.out {
	case outFail:
		return out.to(0), errOf(a.fail)
	case outTypedNil:
		var none *failure.Failure
		return out.to(a.v), none
	case outChain:
		_, request := w.ds[a.to].Chain()
		return out.to(0), request
	case outPass:
		return out.to(in.from(v)), err
	default:
		return out.to(a.v), nil
	}
}

func (d *real[T]) then(text, both bool, f function) subject {
	if text {
		return chained(d, texts(), both, f)
	}
	return chained(d, numbers(), both, f)
}

func chained[T, U any](d *real[T], out codec[U], both bool, f function) subject {
	if both {
		return &real[U]{deferred.ThenBoth(d.Deferred, func(v T, err error) (U, error) {
			return call(d.w, d.c, out, f, v, err)
		}), d.w, out}
	}
	return &real[U]{deferred.Then(d.Deferred, func(v T) (U, error) {
		return call(d.w, d.c, out, f, v, nil)
	}), d.w, out}
}

func (d *real[T]) add(how addKind, f, g function) {
	cb := func(v T) (T, error) { return call(d.w, d.c, d.c, f, v, nil) }
	eb := func(f function) func(failed *failure.Failure) (T, error) {
		return func(failed *failure.Failure) (T, error) { return call(d.w, d.c, d.c, f, d.c.to(0), failed) }
	}
	switch how {
	case addCallback:
		d.AddCallback(cb)
	case addErrback:
		d.AddErrback(eb(f))
	case addCallbacks:
		d.AddCallbacks(cb, eb(g))
	case addBoth:
		d.AddBoth(d.both(f))
	case addTap:
		d.Tap(func(v T) { f(seenAs(d.c, v, nil)) })
	case addCatch:
		d.Catch(func(failed *failure.Failure) { f(seenAs(d.c, d.c.to(0), failed)) })
	case addFinally:
		d.Finally(func() { f(result{}) })
	}
}

func (d *real[T]) both(f function) func(T, error) (T, error) {
	return func(v T, err error) (T, error) { return call(d.w, d.c, d.c, f, v, err) }
}

func (d *real[T]) fire(r result) error {
	if r.fail != "" {
		return d.Errback(errOf(r.fail))
	}
	return d.Callback(d.c.to(r.v))
}

func (d *real[T]) chainDeferred(to subject) { d.ChainDeferred(to.(*real[T]).Deferred) }

func (d *real[T]) timeout(after time.Duration, on function) {
	if on == nil {
		d.AddTimeout(after, d.w.clock)
		return
	}
	d.AddTimeout(after, d.w.clock, d.both(on))
}

func (d *real[T]) passCancelTo(do func()) { d.PassCancelTo(stop(do)) }

func (w *realWorld) count() int { return len(w.ds) }

func (w *realWorld) isText(d int) bool {
	_, text := w.ds[d].(*real[string])
	return text
}

func (w *realWorld) create(text bool, canceller func()) {
	if text {
		w.ds = append(w.ds, created(w, texts(), canceller))
		return
	}
	w.ds = append(w.ds, created(w, numbers(), canceller))
}

func created[T any](w *realWorld, c codec[T], canceller func()) subject {
	if canceller == nil {
		return &real[T]{deferred.New[T](), w, c}
	}
	return &real[T]{deferred.New(func(*deferred.Deferred[T]) { canceller() }), w, c}
}

func (w *realWorld) fired(text bool, r result) {
	if text {
		w.ds = append(w.ds, settled(w, texts(), r))
		return
	}
	w.ds = append(w.ds, settled(w, numbers(), r))
}

func settled[T any](w *realWorld, c codec[T], r result) subject {
	if r.fail != "" {
		return &real[T]{deferred.Fail[T](errOf(r.fail)), w, c}
	}
	return &real[T]{deferred.Succeed(c.to(r.v)), w, c}
}

func (w *realWorld) maybe(text bool, f function) {
	var d subject
	if text {
		d = tried(w, texts(), f)
	} else {
		d = tried(w, numbers(), f)
	}
	w.ds = append(w.ds, d)
}

func tried[T any](w *realWorld, c codec[T], f function) subject {
	return &real[T]{deferred.Maybe(func() (T, error) { return call(w, c, c, f, c.to(0), nil) }), w, c}
}

func (w *realWorld) then(d int, text, both bool, f function) {
	out := w.ds[d].then(text, both, f)
	w.ds = append(w.ds, out)
}

func (w *realWorld) add(d int, how addKind, f, g function) { w.ds[d].add(how, f, g) }

func (w *realWorld) fire(d int, r result) string {
	if err := w.ds[d].fire(r); err != nil {
		return plain(err).Error()
	}
	return "ok"
}

func (w *realWorld) cancel(d int)  { w.ds[d].Cancel() }
func (w *realWorld) pause(d int)   { w.ds[d].Pause() }
func (w *realWorld) unpause(d int) { w.ds[d].Unpause() }

func (w *realWorld) chainDeferred(d, to int) { w.ds[d].chainDeferred(w.ds[to]) }

func (w *realWorld) timeout(d int, after time.Duration, on function) { w.ds[d].timeout(after, on) }

func (w *realWorld) passCancelTo(d int, do func()) { w.ds[d].passCancelTo(do) }

func (w *realWorld) collect(ds []int, consume bool, told func(i int, r result)) {
	if w.isText(ds[0]) {
		collectAll(w, texts(), ds, consume, told)
		return
	}
	collectAll(w, numbers(), ds, consume, told)
}

func collectAll[T any](w *realWorld, c codec[T], ds []int, consume bool, told func(i int, r result)) {
	var all []*deferred.Deferred[T]
	for _, d := range ds {
		all = append(all, w.ds[d].(*real[T]).Deferred)
	}
	pass := deferred.PassAll
	if consume {
		pass = deferred.PassValues
	}
	collection := &deferred.Collection[T]{}
	collection.Adopt(all)
	collection.Tell(teller[T]{c, told}, pass)
}

// teller is a collector.
type teller[T any] struct {
	c    codec[T]
	told func(i int, r result)
}

func (t teller[T]) Collect(index int, v T, err error) { t.told(index, seenAs(t.c, v, err)) }

func (w *realWorld) advance(by time.Duration) { w.clock.Advance(by) }

func (w *realWorld) flush() (lost []string) {
	deferred.FlushUnhandled()
	w.mu.Lock()
	defer w.mu.Unlock()
	lost, w.lost = w.lost, nil
	return lost
}

func (w *realWorld) states() (states []string) {
	for _, d := range w.ds {
		states = append(states, shown(d))
	}
	return states
}
