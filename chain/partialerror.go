package chain

import "fmt"

// PartialError is the failure of ForEach with [CollectErrors] when not all items
// gave a value. errors.Is and errors.As look into all failures that are in it.
//
// It does not change after it was made, so any goroutine may read it.
type PartialError[B any] struct {
	// Results has one entry for each item that was begun, in their order. Each
	// Err is nil or a *failure.Failure.
	Results []Result[B]
	// Stopped is why no more items were asked for: deferred.ErrCancelled, or
	// what the iterator panicked with. It is nil if there were no more.
	Stopped error
}

// Error returns how many items failed, the text of the first failure, and why
// the others were not begun.
func (e *PartialError[B]) Error() string {
	failed, first := 0, -1
	for i, r := range e.Results {
		if r.Err == nil {
			continue
		}
		if failed == 0 {
			first = i
		}
		failed++
	}
	text := fmt.Sprintf("chain: %d of %d items failed", failed, len(e.Results))
	if first >= 0 {
		text += fmt.Sprintf("; the first, %d: %v", first, e.Results[first].Err)
	}
	if e.Stopped != nil {
		text += fmt.Sprintf("; no more were begun: %v", e.Stopped)
	}
	return text
}

// Unwrap returns the failures of the items, in their order, and Stopped.
func (e *PartialError[B]) Unwrap() []error {
	var errs []error
	for _, r := range e.Results {
		if r.Err != nil {
			errs = append(errs, r.Err)
		}
	}
	if e.Stopped != nil {
		errs = append(errs, e.Stopped)
	}
	return errs
}
