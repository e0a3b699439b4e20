package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// contest waits for one of its children to succeed. It is what First and Race
// have in common; they differ in what becomes of the others.
type contest[T any] struct {
	children[T]
	out  deferred.Deferred[Winner[T]]
	errs []error // by index; nil as long as none has failed
}

// lost takes down that child i failed with err. When it was the last, out fails
// with all that came.
func (c *contest[T]) lost(i int, err error) {
	if c.errs == nil {
		c.errs = make([]error, c.all.Len())
	}
	c.errs[i] = err
	if c.all.Left() == 0 {
		c.fail(&FailureGroup{Errs: c.errs})
	}
}

// fail fires out with err.
func (c *contest[T]) fail(err error) {
	c.end()
	_ = c.out.Errback(failure.At(err, 0)) // as in list.told
}

// win fires out with what child i gave.
func (c *contest[T]) win(i int, v T) {
	c.end()
	_ = c.out.Callback(Winner[T]{Index: i, Value: v}) // as in list.told
}

// end lets go of what was kept for the result.
func (c *contest[T]) end() {
	c.errs = nil
	c.decide()
}
