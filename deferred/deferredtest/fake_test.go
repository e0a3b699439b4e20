package deferredtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// fake is a testing.TB that writes down what a real one would do. The embedded
// one is nil: a method that is not here panics.
type fake struct {
	testing.TB
	errors   []string
	fatal    string
	cleanups []func()
}

func (f *fake) Helper() {}

func (f *fake) Errorf(format string, args ...any) {
	f.errors = append(f.errors, fmt.Sprintf(format, args...))
}

func (f *fake) Fatalf(format string, args ...any) {
	f.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (f *fake) Cleanup(do func()) { f.cleanups = append(f.cleanups, do) }

// run is a test: it runs do, which may end early, and then the cleanups.
func run(do func(t testing.TB)) *fake {
	f := &fake{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do(f)
	}()
	<-ended
	for i := len(f.cleanups) - 1; i >= 0; i-- {
		f.cleanups[i]()
	}
	return f
}

// firstLine is what is left of a message when it goes on with a trace.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
