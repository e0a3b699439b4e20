package chain

import "github.com/spindle-go/spindle/deferred"

// ToChan returns a channel that gets d's result, as one Result, and is closed
// then. It is for a goroutine that has to wait for d, in a select for example.
// Nothing is left behind if nobody receives.
//
// The result is taken out of d, so a failure counts as handled: d goes on with
// the zero value. To give up, a goroutine has d cancelled on the loop, by
// CallFromThread or with [WithContext]. A nil d panics.
//
// Loop goroutine only: that of d. The channel is for any other; on the loop's
// own a receive would wait for ever.
func ToChan[T any](d *deferred.Deferred[T]) <-chan Result[T] {
	if d == nil {
		panic("chain: ToChan of a nil Deferred")
	}
	ch := make(chan Result[T], 1)
	d.AddBoth(func(v T, err error) (T, error) {
		ch <- Result[T]{Value: v, Err: err} // there is room: it is the only one
		close(ch)
		return *new(T), nil
	})
	return ch
}
