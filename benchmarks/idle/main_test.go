//go:build linux || darwin

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// childVariable in the environment makes the test binary the program itself,
// which starts itself for the clients.
const childVariable = "SPINDLE_IDLE_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// idle runs the program in this process, which starts real children, and checks
// that nothing of it is left.
func idle(ctx context.Context, t *testing.T, args string, out io.Writer) (code int, said string) {
	t.Helper()
	t.Setenv(childVariable, "1")
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector has each process wait a second otherwise
	var errOut bytes.Buffer
	descriptors := openDescriptors(t)
	code = run(ctx, strings.Fields(args), strings.NewReader(""), out, &errOut)
	if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); !errors.Is(err, syscall.ECHILD) {
		t.Errorf("there is a child left: %d, %v", pid, err)
	}
	if after := openDescriptors(t); after > descriptors {
		t.Errorf("%d descriptors before, %d after", descriptors, after)
	}
	return code, errOut.String()
}

// openDescriptors counts them, or returns 0 where they are not listed.
func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// inTime returns a context for what is due within a second or so.
func inTime(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// modes are the flags of all servers that can be measured.
var modes = map[string]string{"loop": "", "loop, TLS": " -tls", "goroutines": " -goroutines", "goroutines, TLS": " -goroutines -tls"}

// few are the flags of a small run: what the server has once is much for each of
// so few connections.
const few = "-n 50 -max 1000000 -left 1000000"

func TestWrongFlags(t *testing.T) {
	for _, args := range []string{"more", "-n", "-n 0", "-n -1", "-n many", "-max -1", "-left -1", "-left few", "-unknown"} {
		t.Run(args, func(t *testing.T) {
			var out bytes.Buffer
			code, said := idle(inTime(t), t, args, &out)
			if code != 2 || out.Len() > 0 || !strings.Contains(said, "-goroutines") {
				t.Errorf("exit status %d, %q, %q", code, &out, said)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	if code, said := idle(inTime(t), t, "-h", io.Discard); code != 0 || !strings.Contains(said, "-left") {
		t.Errorf("exit status %d, %q", code, said)
	}
}

func TestDefaultLimits(t *testing.T) {
	for args, want := range map[string]options{
		"":                  {n: perChild, limit: 1024, left: 128},
		"-tls":              {n: perChild, limit: 16384, left: 256, tls: true},
		"-tls -max 5 -n 10": {n: 10, limit: 5, left: 256, tls: true},
		"-left 5":           {n: perChild, limit: 1024, left: 5},
	} {
		if o, err := parse(strings.Fields(args), io.Discard); err != nil || o != want {
			t.Errorf("%q: %+v, %v", args, o, err)
		}
	}
}

// TestFigures compares with what the runner of the benchmarks is tested to read:
// all but the numbers is the same.
func TestFigures(t *testing.T) {
	number := regexp.MustCompile(`-?\d[\d.]*(µs|ms|s)?\b`)
	for name, flags := range modes {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if code, said := idle(inTime(t), t, few+flags, &out); code != 0 || said != "" {
				t.Fatalf("exit status %d, %s", code, said)
			}
			kind, _, _ := strings.Cut(name, ",")
			want, err := os.ReadFile(filepath.Join("testdata", kind+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			shape := number.ReplaceAllString(string(want), "N")
			if resident() == 0 {
				shape = strings.ReplaceAll(shape, ", N resident", "")
			}
			if got := number.ReplaceAllString(out.String(), "N"); got != shape {
				t.Fatalf("said\n%swant, with other numbers,\n%s", &out, want)
			}
			if n := strings.Count(out.String(), ": 50 connections, "); n != 3 {
				t.Errorf("%d lines are about 50 connections:\n%s", n, &out)
			}
			lines := strings.Split(out.String(), "\n")
			if there, gone := count(t, lines[0]), count(t, lines[4]); there-gone < 50 {
				t.Errorf("%q while there are 50 connections, %q when they have ended", lines[0], lines[4])
			}
		})
	}
}

// count reads the number that a line begins with.
func count(t *testing.T, line string) int {
	t.Helper()
	word, _, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(word)
	if err != nil {
		t.Errorf("%q does not begin with a number", line)
	}
	return n
}

func TestLimits(t *testing.T) {
	for _, test := range []struct {
		name, flags string
		code        int
		words       []string
	}{
		{"idle", "-max 1 -left 1000000", 1, []string{"an idle connection costs", "more than 1\n"}},
		{"idle, TLS", "-max 1 -left 1000000 -tls", 1, []string{"an idle connection costs", "more than 1\n"}},
		{"left", "-max 1000000 -left 1", 1, []string{"a connection that has ended leaves", "more than 1\n"}},
		{"none with goroutines", "-max 1 -left 1 -goroutines", 0, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, said := idle(inTime(t), t, "-n 50 "+test.flags, io.Discard)
			if code != test.code || code == 0 && said != "" || strings.Count(said, "more than") > 1 {
				t.Errorf("exit status %d, %q", code, said)
			}
			for _, word := range test.words {
				if !strings.Contains(said, word) {
					t.Errorf("%q does not have %q", said, word)
				}
			}
		})
	}
}

func TestCostWithin(t *testing.T) {
	o := options{limit: 10, left: 5}
	for c, want := range map[cost]int{{10, 5}: 0, {11, 5}: 1, {10, 6}: 1, {11, 6}: 2, {-1, -1}: 0} {
		text := ""
		if err := c.within(o); err != nil {
			text = err.Error()
		}
		if got := strings.Count(text, "more than"); got != want {
			t.Errorf("%+v: %q", c, text)
		}
	}
}

// onLine calls f at each line that begins so.
type onLine struct {
	begin string
	f     func()
}

// Write is called for whole lines, or parts of them.
func (o onLine) Write(p []byte) (int, error) {
	if strings.HasPrefix(string(p), o.begin) {
		o.f()
	}
	return len(p), nil
}

func TestInterrupt(t *testing.T) {
	for name, flags := range modes {
		for when, line := range map[string]string{"connected": "idle, never used", "answered": "idle again"} {
			t.Run(name+", "+when, func(t *testing.T) {
				ctx, cancel := context.WithCancel(inTime(t))
				defer cancel()
				code, said := idle(ctx, t, few+flags, onLine{line, cancel})
				if code != 1 || said != "idle: interrupted\n" {
					t.Errorf("exit status %d, %q", code, said)
				}
			})
		}
		t.Run(name+", before all", func(t *testing.T) {
			ctx, cancel := context.WithCancel(inTime(t))
			cancel()
			if code, said := idle(ctx, t, few+flags, io.Discard); code != 1 || said != "idle: interrupted\n" {
				t.Errorf("exit status %d, %q", code, said)
			}
		})
	}
}

func TestPatienceEnds(t *testing.T) {
	ctx, cancel := context.WithCancelCause(inTime(t))
	cancel(errPatience)
	code, said := idle(ctx, t, few, io.Discard)
	if code != 1 || !strings.Contains(said, "not done within 5m0s") {
		t.Errorf("exit status %d, %q", code, said)
	}
}

func TestResident(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: the kernel does not say it in /proc, so nothing is known of the resident memory")
	}
	if n := resident(); n < 1<<20 {
		t.Errorf("%d bytes", n)
	}
}
