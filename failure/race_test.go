package failure_test

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/failure"
)

// TestAnyGoroutineMayRead reads one failure from many goroutines; the race
// detector is the judge of it.
func TestAnyGoroutineMayRead(t *testing.T) {
	f := failure.New(fmt.Errorf("outer: %w", caught(func() { explode(io.EOF) })))
	want := f.Traceback()
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			if got := f.Traceback(); got != want {
				t.Errorf("the trace is another one on another goroutine:\n%s", got)
			}
			if !errors.Is(f, io.EOF) || f.Check(io.EOF) == nil || f.Trap(io.EOF) != nil {
				t.Error("the error inside is not found")
			}
			_, _, _ = fmt.Sprintf("%v %+v %q", f, f, f), f.LogValue(), failure.New(f)
		})
	}
	readers.Wait()
}
