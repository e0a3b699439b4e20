package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// workshop builds what is measured into a folder of its own, and finds the
// toolchains for it. What cannot be had is noted once and left out.
type workshop struct {
	root   string // folder of the module
	folder string // temporary

	rows   string // test binaries and programs; "" if they could not be built
	peers  string
	loader string
	idle   string

	others  []program // co-processes
	servers []program
}

// program is how a contender is started.
type program struct {
	contender string
	args      []string // the command
	env       []string // beside the environment
	tls       bool     // it may know -tls
}

// buildTime is how long one build may take, downloads included.
const buildTime = 3 * time.Minute

// newWorkshop finds the module and makes the temporary folder.
func newWorkshop(ctx context.Context) (*workshop, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "spindle-benchmarks-")
	if err != nil {
		return nil, err
	}
	return &workshop{root: root, folder: folder}, nil
}

// moduleRoot returns the folder of the module that the program is run in.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/spindle-go/spindle").Output()
	if err != nil {
		return "", fmt.Errorf("the module is not here, run this in a clone of it: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// close removes the folder.
func (w *workshop) close() { _ = os.RemoveAll(w.folder) } // it lies in the folder for what may be lost

// build makes what the plan needs.
func (w *workshop) build(ctx context.Context, plan []row, r *results) {
	b := builder{workshop: w, r: r, run: w.runner(ctx)}
	needs := func(kinds ...kind) bool {
		return slices.ContainsFunc(plan, func(r row) bool { return slices.Contains(kinds, r.kind) })
	}
	if needs(benchmark) {
		w.rows = b.golang("rows of Go", ".", "test", "-c", "./benchmarks/rows")
		w.peers = b.golang("libraries for Go", "benchmarks/peers", "test", "-c", ".")
		b.peerVersions()
		b.javaRows()
		b.nodeRows()
		b.twistedRows()
	}
	if needs(echoLoad, heldIdle) {
		w.loader = b.golang("load generator", ".", "build", "./benchmarks/load")
		b.goServer(ours, ".", "./benchmarks/servers/spindle", true)
		b.goServer("gonet", ".", "./benchmarks/servers/gonet", true)
		b.goServer("netpoll", "benchmarks/peers", "./netpoll", false)
		b.cServer("c", "echo.c")
		b.cServer("uv", "echo_uv.c", "-luv")
		b.nodeServer()
		b.twistedServer()
	}
	if needs(heapIdle, leftIdle) {
		w.idle = b.golang("benchmarks/idle", ".", "build", "./benchmarks/idle")
	}
}

// runner returns a function that runs commands until the context is done.
func (w *workshop) runner(ctx context.Context) func(folder, name string, args ...string) (string, error) {
	return func(folder, name string, args ...string) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, buildTime)
		defer cancel()
		return w.output(ctx, folder, name, args...)
	}
}

// output runs a command in a folder of the module and returns what it printed.
func (w *workshop) output(ctx context.Context, folder, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = filepath.Join(w.root, folder)
	var out, diagnostics bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diagnostics
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("%w: %s", err, w.shown(oneLine(diagnostics.String())))
	}
	return strings.TrimSpace(out.String()), nil
}

// shown writes the folders of a command as they are for everybody.
func (w *workshop) shown(line string) string {
	return strings.NewReplacer(w.folder, "$TMP", w.root+"/", "").Replace(line)
}

// oneLine returns what the text says first, without its comments, in one line.
func oneLine(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if s := strings.TrimSpace(line); s != "" && !strings.HasPrefix(s, "#") && len(lines) < 4 {
			lines = append(lines, s)
		}
	}
	return strings.Join(lines, "; ")
}

// firstLines returns at most n lines of the text.
func firstLines(text string, n int) string {
	lines := strings.SplitN(strings.TrimSpace(text), "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}
