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

// loop is a stand-in for a reactor: it has turns.
func (s *script) loop() *deferred.Turns {
	s.loops++
	loop := deferred.NewTurns()
	s.t.Cleanup(loop.Close)
	return loop
}

// turn runs do in a turn of loop, and writes down its end.
func (s *script) turn(loop *deferred.Turns, do func()) {
	loop.Begin()
	do()
	s.say("end")
	loop.End()
}

func TestUnhandled(t *testing.T) {
	fail := func() *number { return deferred.Fail[int](errNo) }
	handle := func(d *number) { d.Catch(func(*failure.Failure) {}) }
	play(t, []scenario{
		{"handled before it comes: never", "end", func(s *script) {
			s.turn(s.loop(), func() {
				d := newNumber()
				handle(d)
				_ = d.Errback(errNo)
			})
		}},
		{"handled within the turn: never", "end end", func(s *script) {
			loop := s.loop()
			s.turn(loop, func() { handle(fail()) })
			s.turn(loop, func() {})
		}},
		{"left: once, at the end of the turn", "end lost:!no end", func(s *script) {
			loop := s.loop()
			var d *number
			s.turn(loop, func() { d = fail() })
			s.turn(loop, func() { handle(d) })
		}},
		{"left by several: each, in the order they came", "end lost:!1 lost:!2 lost:!3", func(s *script) {
			s.turn(s.loop(), func() {
				for i := range 3 {
					deferred.Fail[int](errors.New(s.text(i+1, nil)))
				}
			})
		}},
		{"left in the first turn, handled in the next: reported", "end lost:!no end", func(s *script) {
			loop := s.loop()
			d := newNumber()
			s.turn(loop, func() { _ = d.Errback(errNo) })
			s.turn(loop, func() { handle(d) })
		}},
		{"between turns: at the end of the next", "end lost:!no", func(s *script) {
			loop := s.loop()
			s.turn(loop, func() {})
			s.events = nil
			fail()
			s.turn(loop, func() {})
		}},
		{"before the loop is there: at the end of its first turn", "end lost:!no", func(s *script) {
			fail()
			s.turn(s.loop(), func() {})
		}},
		{"of a turn that Close ends", "close lost:!no", func(s *script) {
			loop := deferred.NewTurns()
			loop.Begin()
			fail()
			s.say("close")
			loop.Close()
		}},
		{"a loop that was closed holds nothing back", "end lost:!no", func(s *script) {
			closed := deferred.NewTurns()
			closed.Begin()
			closed.Close()
			s.turn(s.loop(), func() { fail() })
		}},
		{"a handler that passes it on does not make it twice", "end lost:!no a:!no end b:!no end", func(s *script) {
			loop := s.loop()
			var d *number
			s.turn(loop, func() { d = fail() })
			s.turn(loop, func() { d.AddBoth(s.see("a")) })
			s.turn(loop, func() { d.AddBoth(s.see("b")).AddCallback(s.cb("not called")) })
		}},
		{"a new failure after it is reported", "end lost:!no end lost:!other", func(s *script) {
			loop := s.loop()
			var d *number
			s.turn(loop, func() { d = fail() })
			s.turn(loop, func() { d.AddErrback(func(*failure.Failure) (int, error) { return 0, errors.New("other") }) })
		}},
		{"moved by Chain: once, where it ended", "end lost:!no", func(s *script) {
			s.turn(s.loop(), func() {
				inner := fail()
				deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() })
			})
		}},
		{"moved by Then: once, where it ended", "end lost:!no", func(s *script) {
			s.turn(s.loop(), func() { deferred.Then(deferred.Then(fail(), increment), increment) })
		}},
		{"moved by ChainDeferred: once, where it ended", "end lost:!no", func(s *script) {
			s.turn(s.loop(), func() { fail().ChainDeferred(newNumber()) })
		}},
		{"moved by Chain to where it is handled: never", "end", func(s *script) {
			s.turn(s.loop(), func() {
				inner := fail()
				handle(deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }))
			})
		}},
		{"moved after it was reported: not again", "end lost:!no end end end end", func(s *script) {
			loop := s.loop()
			var d *number
			s.turn(loop, func() { d = fail() })
			s.turn(loop, func() { inner := d; d = deferred.Maybe(inner.Chain) })
			s.turn(loop, func() { d = deferred.Then(d, increment) })
			s.turn(loop, func() {
				d = deferred.ThenBoth(d, func(v int, err error) (int, error) { return v, err })
			})
			s.turn(loop, func() { to := newNumber(); d.ChainDeferred(to); d = to })
			if f := failureOf(s.t, d); !errors.Is(f, errNo) {
				s.t.Errorf("it came out as %v", f)
			}
		}},
		{"waiting for one that is paused: not yet", "end end lost:!no", func(s *script) {
			loop := s.loop()
			inner := newNumber()
			s.turn(loop, func() {
				inner.Pause()
				_ = inner.Errback(errNo)
				deferred.Maybe(inner.Chain)
			})
			s.turn(loop, inner.Unpause)
		}},
		{"two loops, one in a turn: the end of the other does not count", "end-b end lost:!no", func(s *script) {
			a, b := s.loop(), s.loop()
			s.turn(a, func() {
				fail()
				b.Begin()
				s.say("end-b")
				b.End()
			})
		}},
		{"two loops, handled after the end of the other: never", "end-b end-b end", func(s *script) {
			a, b := s.loop(), s.loop()
			s.turn(a, func() {
				d := fail()
				for range 2 {
					b.Begin()
					s.say("end-b")
					b.End()
				}
				handle(d)
			})
		}},
		{"two loops, both in a turn: at the end of the later one", "end-a end-b lost:!no", func(s *script) {
			a, b := s.loop(), s.loop()
			a.Begin()
			b.Begin()
			fail()
			s.say("end-a")
			a.End()
			s.say("end-b")
			b.End()
		}},
		{"a loop that begins later does not hold it", "end-a end-b lost:!no end-a", func(s *script) {
			a, b := s.loop(), s.loop()
			a.Begin()
			b.Begin()
			fail()
			s.say("end-a")
			a.End()
			a.Begin()
			s.say("end-b")
			b.End()
			s.say("end-a")
			a.End()
		}},
		{"a loop that sleeps does not hold it", "end lost:!no", func(s *script) {
			asleep := s.loop()
			asleep.Begin()
			asleep.End()
			s.turn(s.loop(), func() { fail() })
		}},
		{"what comes while others are held is reported later, each once", "end-a lost:!1 end-b lost:!2 lost:!3", func(s *script) {
			a, b := s.loop(), s.loop()
			a.Begin()
			deferred.Fail[int](errors.New("1"))
			s.say("end-a")
			a.End()
			b.Begin()
			deferred.Fail[int](errors.New("2"))
			a.Begin()
			deferred.Fail[int](errors.New("3"))
			a.End() // b holds both
			s.say("end-b")
			b.End()
		}},
		{"the report may come at the end of another loop's turn, if it sleeps", "end lost:!no", func(s *script) {
			a, b := s.loop(), s.loop()
			b.Begin()
			a.Begin()
			fail()
			a.End()
			s.say("end")
			b.End()
		}},
		{"FlushUnhandled does not wait", "lost:!no flushed end", func(s *script) {
			loop := s.loop()
			s.turn(loop, func() {
				fail()
				deferred.FlushUnhandled()
				s.say("flushed")
			})
		}},
		{"FlushUnhandled reports once", "lost:!no flushed", func(s *script) {
			d := fail()
			deferred.FlushUnhandled()
			s.say("flushed")
			deferred.FlushUnhandled()
			runtime.KeepAlive(d)
		}},
		{"FlushUnhandled with others held reports all, in order", "lost:!1 lost:!2", func(s *script) {
			a, b := s.loop(), s.loop()
			a.Begin()
			b.Begin()
			deferred.Fail[int](errors.New("1"))
			a.End()
			deferred.Fail[int](errors.New("2"))
			deferred.FlushUnhandled()
			b.End()
		}},
		{"the handler may flush, and make failures", "lost:!no end lost:!other", func(s *script) {
			loop := s.loop()
			deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
				s.say("lost:" + s.text(0, u.Failure))
				if errors.Is(u.Failure, errNo) {
					handle(fail())
					deferred.Fail[int](errors.New("other"))
				}
			})
			loop.Begin()
			fail()
			loop.End()
			s.turn(loop, func() {})
		}},
	})
}

// TestClosedTurnsAreForgotten makes sure that a loop that is started and stopped
// again and again leaves nothing behind.
func TestClosedTurnsAreForgotten(t *testing.T) {
	gone := func() <-chan struct{} {
		loop := deferred.NewTurns()
		loop.Begin()
		loop.Close()
		return collected(loop)
	}()
	waitForGC(t, gone, "the turns of a loop that was closed")
}

// TestUnhandledFromManyHandlers is about a failure that gets one handler after
// another, none of which handles it.
func TestUnhandledFromManyHandlers(t *testing.T) {
	r := watchUnhandled(t)
	d := deferred.Fail[int](errNo)
	for range 1000 {
		d.AddCallback(increment)
	}
	deferred.FlushUnhandled()
	for range 1000 {
		d.AddCallback(increment)
	}
	deferred.FlushUnhandled()
	if n := r.of(errNo); n != 1 {
		t.Errorf("reported %d times, want once", n)
	}
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
				if i == 0 {
					deferred.Fail[int](errors.New("3")) // comes after those that were put back
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
	logger, writer, flags := slog.Default(), log.Writer(), log.Flags() //nolint:forbidigo // to set it back
	slog.SetDefault(slog.New(slog.NewJSONHandler(w, nil)))
	return func() {
		slog.SetDefault(logger)
		log.SetOutput(writer) //nolint:forbidigo // to set it back
		log.SetFlags(flags)   //nolint:forbidigo // to set it back
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
