package failure_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/failure"
)

func TestTracebackOfWrappedFailures(t *testing.T) {
	inner := failure.At(io.EOF, here())
	middle := failure.At(fmt.Errorf("middle: %w", inner), here())
	outer := failure.At(fmt.Errorf("outer: %w", middle), here())
	want := []string{
		"outer: middle: EOF", "    at here",
		"which wraps: middle: EOF", "    at here",
		"which wraps: EOF", "    at here",
	}
	if got := functions(outer); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestTracebackOfJoinedFailures(t *testing.T) {
	first := failure.At(errors.New("first"), here())
	second := failure.At(fmt.Errorf("second: %w", failure.At(errors.New("deep"), 0)), here())
	joined := failure.At(errors.Join(first, nil, second), 0)
	want := []string{
		"first", "second: deep", // the text of a join
		"which wraps: first", "    at here",
		"which wraps: second: deep", "    at here",
		"which wraps: deep",
	}
	if got := functions(joined); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// functions is a traceback by lines, with frames shortened to the function.
func functions(f *failure.Failure) []string {
	lines := traceLines(f)
	for i, line := range lines {
		if frame, ok := strings.CutPrefix(line, "    at "); ok {
			frame, _, _ = strings.Cut(frame, " ")
			lines[i] = "    at " + frame[strings.LastIndex(frame, ".")+1:]
		}
	}
	return lines
}

func TestTracebackOfPanic(t *testing.T) {
	f := caught(func() { explode("boom") })
	text, stack, _ := strings.Cut(f.Traceback(), "\n")
	if text != "panic: boom" {
		t.Errorf("the first line is %q", text)
	}
	if !strings.HasPrefix(stack, "goroutine ") || !strings.Contains(stack, "failure_test.explode") {
		t.Errorf("no stack of the panic follows:\n%s", stack)
	}
	if strings.HasSuffix(stack, "\n") {
		t.Error("it ends with an empty line")
	}
}

// TestTracebackKeepsWrappedPanic is about a panic that somebody wrapped on its
// way: its stack is the interesting one, and it is there once.
func TestTracebackKeepsWrappedPanic(t *testing.T) {
	panicked := caught(func() { explode("boom") })
	rows := map[string]*failure.Failure{
		"failure that wraps the failure of a panic": failure.New(fmt.Errorf("outer: %w", panicked)),
		"the same without a place":                  failure.At(fmt.Errorf("outer: %w", panicked), 0),
		"failure that wraps the bare panic error":   failure.New(fmt.Errorf("outer: %w", panicked.Unwrap())),
		"panic with a failure that was a panic":     caught(func() { panic(panicked) }),
	}
	for name, f := range rows {
		t.Run(name, func(t *testing.T) {
			if n := strings.Count(f.Traceback(), "failure_test.explode("); n != 1 {
				t.Errorf("the function that panicked is named %d times, want 1:\n%s", n, f.Traceback())
			}
		})
	}
}

func TestTracebackOfPanicWithoutStack(t *testing.T) {
	f := failure.At(&failure.PanicError{Value: "made by hand"}, 0)
	if got := f.Traceback(); got != "panic: made by hand" {
		t.Errorf("Traceback() = %q", got)
	}
}

// TestTracebackOfDeepWrapping is about wrapping in a loop, as a retry may do.
func TestTracebackOfDeepWrapping(t *testing.T) {
	const depth = 10_000
	var err error = quiet{failure.At(io.EOF, 0)}
	for range depth {
		err = quiet{failure.At(err, 0)}
	}
	if n := strings.Count(failure.At(err, 0).Traceback(), "which wraps:"); n != depth+1 {
		t.Errorf("%d failures are shown, want %d", n, depth+1)
	}
}

// quiet wraps an error without repeating its text.
type quiet struct{ inner error }

func (quiet) Error() string   { return "quiet" }
func (q quiet) Unwrap() error { return q.inner }

// TestTracebackLeavesOutOurOwnFrames is about what stands at the top of a trace.
func TestTracebackLeavesOutOurOwnFrames(t *testing.T) {
	only := failure.At(errPlain, reflect.ValueOf(failure.New).Pointer())
	if !strings.Contains(only.Traceback(), "failure.New") {
		t.Errorf("with nothing else to show it shows nothing: %q", only.Traceback())
	}
	ours := reflect.ValueOf(failure.New).Pointer()
	for _, row := range []struct {
		name  string
		inner *failure.Failure
		shown bool
	}{
		{"of one that wraps another", failure.New(errPlain), false},
		{"of one that wraps another without a place", failure.At(errPlain, 0), true},
	} {
		outer := failure.At(fmt.Errorf("outer: %w", row.inner), ours)
		own, _, _ := strings.Cut(outer.Traceback(), "which wraps")
		if got := strings.Contains(own, "failure.New"); got != row.shown {
			t.Errorf("%s it shows our own frames: %t\n%s", row.name, got, outer.Traceback())
		}
	}
	f := failure.New(errPlain)
	if strings.Contains(f.Traceback(), "spindle/failure.New") {
		t.Errorf("New names itself:\n%s", f.Traceback())
	}
}

func TestFormat(t *testing.T) {
	f := failure.New(fmt.Errorf("read: %w", io.EOF))
	var none *failure.Failure
	rows := []struct {
		name, format, want string
		arg                any
	}{
		{"v", "%v", "read: EOF", f},
		{"s", "%s", "read: EOF", f},
		{"q", "%q", `"read: EOF"`, f},
		{"plus v", "%+v", f.Traceback(), f},
		{"sharp v", "%#v", "read: EOF", f},
		{"width", "%12v|", "   read: EOF|", f},
		{"width to the left", "%-12s|", "read: EOF   |", f},
		{"precision", "%.4s", "read", f},
		{"another verb", "%d", "%!d(*failure.Failure=read: EOF)", f},
		{"inside a struct", "%v", "{read: EOF}", struct{ F error }{f}},
		{"nil", "%v", "<nil>", none},
		{"nil with trace", "%+v", "<nil>", none},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := fmt.Sprintf(row.format, row.arg); got != row.want {
				t.Errorf("%s gives %q, want %q", row.format, got, row.want)
			}
		})
	}
}

func TestLogValue(t *testing.T) {
	var buffer bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&buffer, nil))
	log := func(f *failure.Failure) map[string]any {
		buffer.Reset()
		logger.Error("it broke", "failure", f)
		var record struct{ Failure map[string]any }
		if err := json.Unmarshal(buffer.Bytes(), &record); err != nil {
			t.Fatal(err)
		}
		return record.Failure
	}
	f := failure.New(errPlain)
	if got, want := log(f), map[string]any{"error": "plain", "trace": f.Traceback()}; !reflect.DeepEqual(got, want) {
		t.Errorf("logged %v, want %v", got, want)
	}
	if got, want := log(failure.At(errPlain, 0)), map[string]any{"error": "plain"}; !reflect.DeepEqual(got, want) {
		t.Errorf("without a place it logged %v, want %v", got, want)
	}
}
