package main

import (
	"bufio"
	_ "embed" // for what benchmarks/idle prints
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// fakeVariable in the environment makes the test binary a program that the
// runner starts: which one, its arguments tell.
const fakeVariable = "SPINDLE_BENCHMARKS_FAKE"

// fake plays a program and returns its exit status.
func fake(args []string) int {
	has := func(flag string) bool { return slices.Contains(args, flag) }
	switch {
	case has("-test.bench"):
		return fakeBenchmarks(args)
	case has("-hold"):
		fmt.Println("held", args[slices.Index(args, "-hold")+1])
		_, _ = io.Copy(io.Discard, os.Stdin)
	case has("-addr"):
		fmt.Println(loadLine)
	case has("-max"):
		fmt.Print(idleText)
	case has("server"):
		fmt.Println("listening 127.0.0.1:1")
		_, _ = io.Copy(io.Discard, os.Stdin)
	case has("silent"):
		_, _ = io.Copy(io.Discard, os.Stdin)
	case has("stubborn"):
		fmt.Println("ready stubborn 1")
		// It does not look at its input, and waits for what never comes.
		never, hold, err := os.Pipe()
		if err != nil {
			return 1
		}
		_, _ = io.Copy(io.Discard, never)
		_ = hold.Close()
	case has("broken"):
		fmt.Fprintln(os.Stderr, "# a remark\nit is broken")
		return 3
	case has("rows"):
		fakeRows()
	}
	return 0
}

// What the fakes print. The tests of benchmarks/idle check that it does print that.
var (
	//go:embed idle/testdata/loop.txt
	idleText string
	//go:embed idle/testdata/goroutines.txt
	goroutinesText string
)

// loadLine is what the fake of the load generator prints.
const loadLine = `{"requests":100,"seconds":0.5,"rate":200,"errors":0,"bytes":6400,"p50_us":10,"p90_us":20,"p99_us":30,"p999_us":40,"max_us":50,"histogram":[[10,90],[20,9],[30,1]]}`

// fakeBenchmarks plays a test binary with one row, which fails in another.
func fakeBenchmarks(args []string) int {
	switch pattern := args[slices.Index(args, "-test.bench")+1]; {
	case strings.Contains(pattern, "one-callback"):
		fmt.Println("goos: linux\nBenchmarkDeferred/one-callback/spindle   1000   40.0 ns/op   16 B/op   1 allocs/op\n" +
			"BenchmarkDeferred/one-callback/floor   1000   20.0 ns/op   16 B/op   1 allocs/op\nPASS")
	case strings.Contains(pattern, "ten-callbacks"):
		fmt.Println("--- FAIL: BenchmarkDeferred/ten-callbacks/spindle\n    deferred_test.go:7: the result is wrong\nFAIL")
		return 1
	default:
		fmt.Println("PASS")
	}
	return 0
}

// fakeRows plays a co-process.
func fakeRows() {
	fmt.Println("ready rows 1.0")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch name, _, _ := strings.Cut(in.Text(), " "); name {
		case "deferred/one-callback":
			fmt.Println("80.5 1000 70.5")
		case "deferred/ten-callbacks":
			fmt.Println("error it does not work")
		default:
			fmt.Println("none")
		}
	}
}

// fakeCommand returns a command that plays a program.
func fakeCommand(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), fakePath(t), args...)
}

// fakePath returns where the program lies that plays all others, from now on
// until the test ends.
func fakePath(t *testing.T) string {
	t.Helper()
	t.Setenv(fakeVariable, "1")
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector has each process wait a second otherwise
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
