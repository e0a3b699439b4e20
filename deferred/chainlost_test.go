package deferred_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// A request to wait that was not returned as it is says what should have been done.
func TestLostChainRequestSaysWhatToDo(t *testing.T) {
	_, stored := deferred.New[int]().Chain()
	rows := []struct {
		name string
		err  error
	}{
		{"read", stored},
		{"wrapped", fmt.Errorf("while asking: %w", stored)},
		{"joined", errors.Join(errNo, stored)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			d := deferred.Maybe(func() (int, error) { return 0, errors.Join(row.err) })
			text := deferredtest.FailureOf(t, d).Error()
			for _, want := range []string{"Deferred[int]", "return Chain's error as it is"} {
				if !strings.Contains(text, want) {
					t.Errorf("the text does not say %q: %s", want, text)
				}
			}
		})
	}
}
