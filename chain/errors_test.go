package chain_test

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/spindle-go/spindle/chain"
)

func TestErrorTexts(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"no Deferreds", chain.ErrNoDeferreds, "chain: no Deferreds to choose from"},
		{"first error", &chain.FirstError{Index: 3, Err: io.EOF}, "chain: Deferred 3 failed: EOF"},
		{"group", &chain.FailureGroup{Errs: []error{io.EOF, io.ErrNoProgress}}, "chain: all of 2 Deferreds failed: 0: EOF; 1: multiple Read calls return no data or error"},
		{"empty group", &chain.FailureGroup{}, "chain: all of 0 Deferreds failed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("text %q, want %q", got, test.want)
			}
		})
	}
}

func TestUnwrap(t *testing.T) {
	first := &chain.FirstError{Index: 1, Err: io.EOF}
	if got := first.Unwrap(); got != io.EOF { //nolint:errorlint // the very error is meant
		t.Errorf("FirstError unwraps to %v", got)
	}
	group := &chain.FailureGroup{Errs: []error{io.ErrNoProgress, first}}
	if got := group.Unwrap(); !slices.Equal(got, group.Errs) {
		t.Errorf("FailureGroup unwraps to %v", got)
	}
	if !errors.Is(group, io.EOF) || !errors.Is(group, io.ErrNoProgress) || errors.Is(group, io.ErrClosedPipe) {
		t.Errorf("errors.Is does not see what is in %v, or more", group)
	}
	if got, ok := errors.AsType[*chain.FirstError](group); !ok || got != first {
		t.Errorf("errors.AsType finds %v in %v", got, group)
	}
}
