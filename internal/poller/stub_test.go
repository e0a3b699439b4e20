//go:build !unix

package poller_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/internal/poller"
)

func TestUnsupported(t *testing.T) {
	for _, kind := range []poller.Kind{poller.Best, poller.Epoll, poller.Poll, poller.Select} {
		t.Run(kind.String(), func(t *testing.T) {
			if p, err := poller.New(kind); p != nil || !errors.Is(err, poller.ErrUnsupported) {
				t.Errorf("got %v and %v", p, err)
			}
		})
	}
	if poller.Default() != poller.Best {
		t.Errorf("the default is %v", poller.Default())
	}
}
