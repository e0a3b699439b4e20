//go:build unix

package reactor_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/reactor"
)

// TestDefault is played in children, since a process has one default reactor.
func TestDefault(t *testing.T) {
	for _, name := range []string{"made first", "installed first"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startChild(t, "default "+name)
			c.want("fine")
			if state := c.wait(); !state.Success() {
				t.Errorf("the child ended with %v", state)
			}
		})
	}
}

// defaultChild checks the rules of Default and Install.
func defaultChild(order string) {
	mine, err := reactor.New()
	if err != nil {
		panic(err)
	}
	if order == "installed first" {
		if err := reactor.Install(mine); err != nil {
			panic(err)
		}
	}
	var got [8]*reactor.Reactor
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = reactor.Default() })
	}
	all.Wait()
	for _, r := range got {
		if r != got[0] || (r == mine) != (order == "installed first") {
			panic("Default gave another reactor")
		}
	}
	if err := reactor.Install(mine); !errors.Is(err, reactor.ErrAlreadyInstalled) {
		panic(fmt.Sprintf("Install answers %v", err))
	}
	reactor.Default().CallWhenRunning(func() { _ = reactor.Default().Stop() })
	if err := reactor.Default().Run(background); err != nil {
		panic(err)
	}
	fmt.Println("fine")
}
