package deferred_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// reports takes in what the handler for unhandled failures is told.
type reports struct {
	mu   sync.Mutex
	seen map[error]int
	came chan struct{} // is closed with the first one
}

// watchUnhandled takes the place of the handler until the test ends.
func watchUnhandled(t *testing.T) *reports {
	r := &reports{seen: make(map[error]int), came: make(chan struct{})}
	deferred.FlushUnhandled() // what earlier tests left
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.seen) == 0 {
			close(r.came)
		}
		r.seen[u.Failure.Unwrap()]++
	})
	t.Cleanup(func() {
		deferred.FlushUnhandled()
		deferred.SetUnhandledHandler(nil)
	})
	return r
}

// of returns how often err was reported.
func (r *reports) of(err error) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen[err]
}

// all returns what was reported, and how often.
func (r *reports) all() map[error]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.seen)
}

// TestUnhandledHandlerPanics is about how to turn unhandled failures into a
// crash. Those that were not reported yet are reported later.
func TestUnhandledHandlerPanics(t *testing.T) {
	for name, end := range map[string]func(loop *deferred.Turns){
		"at the end of a turn": (*deferred.Turns).End,
		"in FlushUnhandled":    func(*deferred.Turns) { deferred.FlushUnhandled() },
	} {
		t.Run(name, func(t *testing.T) {
			deferred.FlushUnhandled()
			defer deferred.SetUnhandledHandler(nil)
			var got []string
			deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
				got = append(got, u.Failure.Error())
				if len(got) == 1 {
					deferred.Fail[int](errors.New("3")) // comes after those that are put back
				}
				panic("crash: " + u.Failure.Error())
			})
			loop := deferred.NewTurns()
			defer loop.Close()
			loop.Begin()
			for i := range 3 {
				deferred.Fail[int](fmt.Errorf("%d", i))
			}
			for i := range 4 {
				want := fmt.Sprintf("crash: %d", i)
				if v := panicOf(func() { end(loop) }); v != want {
					t.Errorf("panic %v, want %q", v, want)
				}
			}
			if v := panicOf(func() { end(loop) }); v != nil {
				t.Errorf("panic %v with nothing left", v)
			}
			if strings.Join(got, " ") != "0 1 2 3" {
				t.Errorf("reported %q", got)
			}
		})
	}
}

// panicOf returns what do panicked with.
func panicOf(do func()) (v any) {
	defer func() { v = recover() }()
	do()
	return nil
}

// TestUnhandledDefaultIsALogRecord is about the handler that is there from the
// start.
func TestUnhandledDefaultIsALogRecord(t *testing.T) {
	deferred.FlushUnhandled()
	var buffer bytes.Buffer
	restore := setLog(&buffer)
	deferred.Fail[int](errNo)
	deferred.FlushUnhandled()
	restore()
	var record struct {
		Level, Msg string
		Failure    struct{ Error, Trace string }
	}
	lines := bytes.Split(bytes.TrimSpace(buffer.Bytes()), []byte("\n"))
	if len(lines) != 1 {
		t.Fatalf("%d records, want one:\n%s", len(lines), buffer.Bytes())
	}
	if err := json.Unmarshal(lines[0], &record); err != nil {
		t.Fatal(err)
	}
	if record.Level != "ERROR" || record.Msg != "deferred: unhandled failure" || record.Failure.Error != "no" {
		t.Errorf("record %+v", record)
	}
	if !strings.Contains(record.Failure.Trace, "TestUnhandledDefaultIsALogRecord") {
		t.Errorf("the trace does not lead here:\n%s", record.Failure.Trace)
	}
}

// setLog makes slog's default logger write JSON to w, and returns what undoes it.
// To set it back it takes more than slog: SetDefault redirects package log, too.
func setLog(w *bytes.Buffer) (restore func()) {
	logger, writer, flags := slog.Default(), log.Writer(), log.Flags()
	slog.SetDefault(slog.New(slog.NewJSONHandler(w, nil)))
	return func() {
		slog.SetDefault(logger)
		log.SetOutput(writer)
		log.SetFlags(flags)
	}
}

// TestUnhandledInManyLoops has several loops on goroutines of their own, each
// with its own Deferreds. What is handled within the turn is never reported, what
// is not is reported once, and the race detector has nothing to say.
func TestUnhandledInManyLoops(t *testing.T) {
	const loops, turns = 4, 300
	type lost struct{ error }
	var mu sync.Mutex
	seen := make(map[error]int)
	deferred.FlushUnhandled()
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
		mu.Lock()
		defer mu.Unlock()
		seen[u.Failure.Unwrap()]++
	})
	defer deferred.SetUnhandledHandler(nil)

	var all [loops][]error
	var running sync.WaitGroup
	for i := range loops {
		running.Go(func() {
			loop := deferred.NewTurns()
			defer loop.Close()
			for n := range turns {
				loop.Begin()
				handled, left := errors.New("handled"), lost{fmt.Errorf("%d/%d", i, n)}
				d := deferred.Fail[int](handled)
				kept := deferred.Fail[int](left)
				if n%7 == 0 {
					runtime.GC()
				}
				runtime.Gosched() // let the others end their turns
				d.Catch(func(*failure.Failure) {})
				kept.AddCallback(increment)
				all[i] = append(all[i], left)
				loop.End()
			}
		})
	}
	running.Wait()
	deferred.FlushUnhandled()
	want := 0
	for _, errs := range all {
		want += len(errs)
		for _, err := range errs {
			if seen[err] != 1 {
				t.Errorf("%v was reported %d times", err, seen[err])
			}
		}
	}
	if len(seen) != want {
		t.Errorf("%d failures were reported, want %d: some that were handled", len(seen), want)
	}
}
