package deferred

import (
	"fmt"
	"reflect"

	"github.com/spindle-go/spindle/failure"
)

// err returns the failure as an error, and nil when there is none (not an
// interface around a nil pointer).
func (d *Deferred[T]) err() error {
	if d.fail == nil {
		return nil
	}
	return d.fail
}

// succeed makes v the result.
func (d *Deferred[T]) succeed(v T) {
	d.value = v
	if d.fail != nil {
		d.fail = nil
		d.marks &^= observed
	}
}

// failWith makes f the result.
func (d *Deferred[T]) failWith(f *failure.Failure) {
	if f != d.fail {
		d.marks &^= observed
	}
	d.value, d.fail = *new(T), f
}

// take moves the result out of d, which is left with the zero value.
func (d *Deferred[T]) take() (T, *failure.Failure) {
	v, f := d.value, d.fail
	if f != nil {
		d.retract()
	}
	d.succeed(*new(T))
	return v, f
}

// settle makes v or f the result and puts d at rest; somebody has to start it.
func (d *Deferred[T]) settle(v T, f *failure.Failure) {
	if d.link != nil {
		d.link = nil
	}
	d.value = v
	if d.fail != f {
		d.fail = f
	}
	d.state = settled
}

// answer takes what handler h returned as the result.
func (d *Deferred[T]) answer(v T, err error, h any) {
	if err != nil {
		d.answerError(err, h)
		return
	}
	d.succeed(v)
}

// answerError takes the error that handler h returned: a failure, or the wish
// to wait for another Deferred.
func (d *Deferred[T]) answerError(err error, h any) {
	switch e := err.(type) { //nolint:errorlint // neither is ever wrapped on purpose
	case *awaited[T]:
		d.await((*Deferred[T])(e))
	case chainRequest:
		d.failWith(failure.At(fmt.Errorf("%w: %w in a callback of a Deferred[%v]", ErrChainType, e, reflect.TypeFor[T]()), entry(h)))
	case *failure.Failure:
		if e == nil { // a nil pointer in an interface: the author meant no error
			d.succeed(*new(T))
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
