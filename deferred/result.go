package deferred

import (
	"fmt"
	"reflect"

	"github.com/spindle-go/spindle/failure"
)

// failed returns the failure if the result is one, and otherwise nil.
func (d *Deferred[T]) failed() *failure.Failure {
	f, _ := d.other.(*failure.Failure)
	return f
}

// err returns the failure as an error, and nil when there is none (not an
// interface around a nil pointer).
func (d *Deferred[T]) err() error {
	if f := d.failed(); f != nil {
		return f
	}
	return nil
}

// succeed makes v the result.
func (d *Deferred[T]) succeed(v T) {
	d.value = v
	if d.other != nil {
		d.other = nil
		d.marks &^= observed
	}
}

// failWith makes f the result.
func (d *Deferred[T]) failWith(f *failure.Failure) {
	if f != d.failed() {
		d.marks &^= observed
	}
	d.value, d.other = *new(T), f
}

// take moves the result out of d, which is left with the zero value. seen is the
// observed mark of a failure, which goes with it: a failure is reported once, not
// once in each Deferred that it passes.
func (d *Deferred[T]) take() (v T, f *failure.Failure, seen mark) {
	v, f = d.value, d.failed()
	if f != nil {
		d.retract()
		seen = d.marks & observed
	}
	d.succeed(*new(T))
	return v, f, seen
}

// settle makes v or f the result and puts d at rest; somebody has to start it.
// seen is what take gave, or 0. Of a Deferred with a record noteResult is called
// before, which would make settle too big to be put into its callers.
func (d *Deferred[T]) settle(v T, f *failure.Failure, seen mark) {
	if f != nil {
		d.other = f
	} else if d.other != nil {
		d.other = nil
	}
	d.value = v
	d.marks |= seen
	d.state = settled
}

// giveUp makes f the result of d, whose source is not going to give one, and runs
// what there is to run.
func (d *Deferred[T]) giveUp(f *failure.Failure) {
	if d.marks&traced != 0 {
		f = d.noteResult(f)
	}
	d.settle(*new(T), f, 0)
	d.start()
}

// answer takes what handler h returned as the result.
func (d *Deferred[T]) answer(v T, err error, h any) {
	if err != nil {
		d.answerError(v, err, h)
		return
	}
	d.succeed(v)
}

// answerError takes the error that handler h returned, beside v: a failure, or
// the wish to wait for another Deferred.
func (d *Deferred[T]) answerError(v T, err error, h any) {
	switch e := err.(type) { //nolint:errorlint // neither is ever wrapped on purpose
	case *awaited[T]:
		d.await((*Deferred[T])(e))
	case chainRequest:
		d.failWith(failure.At(fmt.Errorf("%w: %s in a callback of a %s", ErrChainType, e.wish(), typeOf[T]()), entry(h)))
	case *failure.Failure:
		if e == nil { // a nil pointer in an interface: the author meant no error
			d.succeed(v)
			return
		}
		d.failWith(e)
	default:
		d.failWith(failure.At(err, entry(h)))
	}
}

// entry is the program counter of the function that handler h is: the place to
// name for an error that it returned.
func entry(h any) uintptr {
	if f := reflect.ValueOf(h); f.Kind() == reflect.Func {
		return f.Pointer()
	}
	return 0
}
