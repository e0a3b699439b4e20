package chain

import (
	"context"
	"errors"

	"github.com/spindle-go/spindle/deferred"
)

// Scope owns Deferreds, its children, so that none of them is left behind. The
// first failure of a child cancels all others; [Scope.Close] cancels all and
// waits until each has ended. It is for the work that belongs to a connection, a
// request or a program and must not outlive it. [Add] gives it a child, and [Go]
// begins one. Elsewhere such a thing is called a nursery or a task group; Twisted
// has none.
//
// A Scope is open until it is closed, a child fails, or a Deferred of Wait is
// cancelled. After that a child that is added is cancelled at once, and Go does
// not begin any.
//
// That a child was cancelled, by the Scope or by another, ends the child and is
// no failure of the Scope. Cancelled means that errors.Is finds context.Canceled
// in its failure, as it does in deferred.ErrCancelled. The first other failure is
// that of the Scope, also when it comes after Close.
//
// The failures of the children count as seen. That of the Scope is to be handled
// where Wait or Close return it, and is reported as unhandled if neither has been
// called by the end of the turn.
//
// A child that waits for the end of its own Scope waits for ever.
//
// The zero value is an open Scope without children. A Scope belongs to one
// goroutine, must not be copied after first use, and never blocks.
type Scope struct {
	// Loop goroutine only.
	crew     crew
	closed   bool
	err      error                        // the first failure
	untold   *deferred.Deferred[struct{}] // has failed with err, as long as nobody has asked
	watchers row[watch]
	pump     pump
}

// NewScope returns an open Scope without children.
//
// Any goroutine may call it.
func NewScope() *Scope { return &Scope{} }

// Wait returns a Deferred that fires when s has no children: at once, or when
// the last one has ended. It fails with the failure of s if there is one. It
// does not close s, and may be called any number of times.
//
// A Cancel of it closes s. It still waits for the children, and fails with
// deferred.ErrCancelled unless s has a failure of its own. Another Cancel asks
// those again that have not ended.
//
// Loop goroutine only. It costs one allocation.
func (s *Scope) Wait() *deferred.Deferred[struct{}] {
	if s.untold != nil {
		s.untold.Catch(nothing)
		s.untold = nil
	}
	if s.crew.size() == 0 {
		if s.err != nil {
			return deferred.Fail[struct{}](s.err)
		}
		return deferred.Succeed(struct{}{})
	}
	w := &seat[watch]{v: watch{scope: s}}
	s.watchers.push(w)
	return w.v.out.PassCancelTo((*watcher)(w))
}

// Close cancels all children, in the order in which they came, and returns what
// Wait does. A child that ignores the cancel is waited for. To close s again is
// fine, and asks those again that have not ended; but inside a canceller that a
// Close has called it only returns the Deferred.
//
// Loop goroutine only. It costs one allocation, besides what the cancels cost.
func (s *Scope) Close() *deferred.Deferred[struct{}] {
	s.shut()
	return s.Wait()
}

// Len returns how many children have not ended.
//
// Loop goroutine only.
func (s *Scope) Len() int { return s.crew.size() }

// shut closes s and asks all children to stop.
func (s *Scope) shut() {
	s.closed = true
	if !s.pump.busy {
		s.crew.askAgain()
	}
	s.pump.work(s)
}

// step asks one child to stop, or tells one of those who wait.
func (s *Scope) step() bool {
	if s.closed && s.crew.askNext() {
		return true
	}
	if s.crew.size() > 0 {
		return false
	}
	w := s.watchers.pop()
	if w == nil {
		return false
	}
	w.v.tell()
	return true
}

// ended takes down that a child has.
func (s *Scope) ended(c *seat[stoppable], err error) {
	c.leave()
	if err != nil && s.err == nil && !errors.Is(err, context.Canceled) {
		s.err = err
		s.closed = true
		if s.watchers.n == 0 {
			s.untold = deferred.Fail[struct{}](err)
		}
	}
	s.pump.work(s)
}
