package deferred_test

import (
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// However long the list is and however far it has come, each handler that is added
// in debug mode is noted.
func TestDebugModeNotesHandlersInAnyPartOfTheList(t *testing.T) {
	deferred.SetDebug(true)
	defer deferred.SetDebug(false)
	const most = 12
	for early := range most {
		t.Run(fmt.Sprintf("%d handlers before it is paused", early), func(t *testing.T) {
			d := deferred.New[int]()
			for i := range early {
				if i == early/2 {
					d.Tap(func(int) { d.Pause() })
				}
				d.AddCallback(func(v int) (int, error) { return v, nil })
			}
			_ = d.Callback(1)
			d.AddCallback(broken)
			for range most {
				d.AddCallback(func(v int) (int, error) { return v, nil })
			}
			if early > 0 {
				d.Unpause()
			}
			passed := 0
			d.Catch(func(f *failure.Failure) {
				for _, h := range f.Hops() {
					if h.Kind == failure.HopPassedBy && !h.At.IsZero() {
						passed++
					}
				}
			})
			if passed != most {
				t.Errorf("%d of %d handlers that the failure passed are in its story", passed, most)
			}
		})
	}
}
