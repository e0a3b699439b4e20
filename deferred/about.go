package deferred

import (
	"fmt"
	"runtime"

	"github.com/spindle-go/spindle/failure"
)

// about is what there is to say of a handler when its turn comes.
type about struct {
	pc     uintptr // the entry of the user's function, or 0
	name   string  // instead of that
	passed bool    // the user's function is not called with the result at hand
}

// described is a handler that can say something about itself.
type described interface {
	// about is asked before the handler runs; failed says what the result is.
	about(failed bool) about
}

// aboutOf returns what there is to say of a handler.
func aboutOf(h any, failed bool) about {
	if h, ok := h.(described); ok {
		return h.about(failed)
	}
	return about{name: fmt.Sprintf("%T", h)}
}

// place is where the function stands in the source.
func (a about) place() failure.Place {
	f := runtime.FuncForPC(a.pc)
	if a.pc == 0 || f == nil {
		return failure.Place{Function: a.name}
	}
	file, line := f.FileLine(a.pc)
	return failure.Place{Function: f.Name(), File: file, Line: line}
}

func (h callback[T]) about(failed bool) about { return about{pc: entry(h), passed: failed} }
func (h errback[T]) about(failed bool) about  { return about{pc: entry(h), passed: !failed} }
func (p *union[T]) about(failed bool) about {
	if failed {
		return about{pc: entry(p.eb)}
	}
	return about{pc: entry(p.cb)}
}

func (h both[T]) about(bool) about         { return about{pc: entry(h)} }
func (h tap[T]) about(failed bool) about   { return about{pc: entry(h), passed: failed} }
func (h catch[T]) about(failed bool) about { return about{pc: entry(h), passed: !failed} }
func (h finally[T]) about(bool) about      { return about{pc: entry(h)} }
func (h thunk[T]) about(bool) about        { return about{pc: entry(h)} }

func (s *begin[T, U]) about(failed bool) about { return about{pc: entry(s.cb), passed: failed} }
func (s *beginBoth[T, U]) about(bool) about    { return about{pc: entry(s.f)} }

func (s *Single[T]) about(bool) about    { return about{name: fmt.Sprintf("%T", s.collector)} }
func (s *collected[T]) about(bool) about { return about{name: fmt.Sprintf("%T", s.all.collector)} }

func (t *deadline[T]) about(failed bool) about {
	switch {
	case t.expired && t.convert != nil:
		return about{pc: entry(t.convert)}
	case t.expired && failed:
		return about{name: "AddTimeout"}
	}
	return about{name: "AddTimeout", passed: true}
}
