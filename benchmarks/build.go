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
	if needs(heapIdle) {
		w.idle = b.golang("benchmarks/idle", ".", "build", "./benchmarks/idle")
	}
}

// builder makes one thing after the other, and notes what it cannot make.
type builder struct {
	*workshop
	r *results
	// run runs a command in a folder of the module and returns its output.
	run func(folder, name string, args ...string) (string, error)
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

// golang builds a program or a test binary and returns where it is, or "".
func (b builder) golang(what, folder string, args ...string) string {
	file := filepath.Join(b.folder, strings.NewReplacer("/", "-", " ", "-").Replace(what))
	args = slices.Insert(args, len(args)-1, "-o", file)
	if _, err := b.run(folder, "go", args...); err != nil {
		b.r.addMissing(what, err.Error())
		return ""
	}
	b.command(folder, "go", args...)
	return file
}

// command remembers a command of which something came.
func (b builder) command(folder, name string, args ...string) {
	line := name + " " + strings.Join(args, " ")
	if folder != "." {
		line = "cd " + folder + " && " + line
	}
	b.r.addCommand(b.shown(line))
}

// shown writes the folders of a command as they are for everybody.
func (w *workshop) shown(line string) string {
	return strings.NewReplacer(w.folder, "$TMP", w.root+"/", "").Replace(line)
}

// goServer builds an echo server in Go.
func (b builder) goServer(contender, folder, path string, tls bool) {
	if file := b.golang(labelOf(contender)+" server", folder, "build", path); file != "" {
		b.servers = append(b.servers, program{contender: contender, args: []string{file}, env: []string{"GOMAXPROCS=1"}, tls: tls})
	}
}

// cServer builds an echo server in C.
func (b builder) cServer(contender, source string, libraries ...string) {
	what := labelOf(contender) + " server"
	if !b.has(what, "gcc") {
		return
	}
	file := filepath.Join(b.folder, contender+"-server")
	args := append([]string{"-O2", "-o", file, "benchmarks/programs/" + source}, libraries...)
	if _, err := b.run(".", "gcc", args...); err != nil {
		b.r.addMissing(what, err.Error())
		return
	}
	b.command(".", "gcc", args...)
	b.version("gcc", "gcc", "--version")
	if contender == "uv" {
		b.version("libuv", "pkg-config", "--modversion", "libuv")
	}
	b.servers = append(b.servers, program{contender: contender, args: []string{file}})
}

// nodeServer finds the echo server for Node.
func (b builder) nodeServer() {
	if source := b.source("Node server", "echo.js"); source != "" && b.has("Node server", "node") {
		b.version("Node", "node", "--version")
		b.servers = append(b.servers, program{contender: "node", args: []string{"node", source}, tls: true})
	}
}

// nodeRows finds the rows for Node.
func (b builder) nodeRows() {
	if source := b.source("Node", "rows.js"); source != "" && b.has("Node", "node") {
		b.version("Node", "node", "--version")
		b.others = append(b.others, program{contender: "node", args: []string{"node", source}})
	}
}

// javaRows compiles the rows for Java.
func (b builder) javaRows() {
	source := b.source("Java", "Rows.java")
	if source == "" || !b.has("Java", "javac") || !b.has("Java", "java") {
		return
	}
	args := []string{"-d", filepath.Join(b.folder, "java"), source}
	if _, err := b.run(".", "javac", args...); err != nil {
		b.r.addMissing("Java", err.Error())
		return
	}
	b.command(".", "javac", args...)
	b.version("Java", "java", "--version")
	b.others = append(b.others, program{contender: "java", args: []string{"java", "-cp", filepath.Join(b.folder, "java"), "Rows"}})
}

// twistedRows finds the rows for Twisted.
func (b builder) twistedRows() {
	if source := b.source("Twisted", "rows.py"); source != "" {
		if python := b.python("Twisted"); python != "" {
			b.others = append(b.others, program{contender: "twisted", args: []string{python, source}})
		}
	}
}

// twistedServer finds the echo server for Twisted.
func (b builder) twistedServer() {
	if source := b.source("Twisted server", "echo.py"); source != "" {
		if python := b.python("Twisted server"); python != "" {
			b.servers = append(b.servers, program{contender: "twisted", args: []string{python, source}})
		}
	}
}

// python finds one that has Twisted, or notes that there is none. The one of the
// system may have it when the first in the path has not.
func (b builder) python(what string) string {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		out, err := b.run(".", python, "-c", "import sys, twisted; print(twisted.__version__, 'on Python', sys.version.split()[0])")
		if err == nil {
			b.r.Versions["Twisted"] = out
			return python
		}
	}
	b.r.addMissing(what, "there is no python3 with Twisted")
	return ""
}

// source returns where a program of ours lies, or notes that it is not there.
func (b builder) source(what, name string) string {
	file := filepath.Join(b.root, "benchmarks", "programs", name)
	if _, err := os.Stat(file); err != nil {
		b.r.addMissing(what, "there is no benchmarks/programs/"+name)
		return ""
	}
	return file
}

// has looks for a tool, and notes that it is not there.
func (b builder) has(what, tool string) bool {
	if _, err := exec.LookPath(tool); err != nil {
		b.r.addMissing(what, "there is no "+tool)
		return false
	}
	return true
}

// version remembers the first line of what a tool says of itself, if it does.
func (b builder) version(what, name string, args ...string) {
	if b.r.Versions[what] != "" {
		return
	}
	if out, err := b.run(".", name, args...); err == nil {
		b.r.Versions[what] = firstLines(out, 1)
	}
}

// peerVersions remembers the versions of the libraries.
func (b builder) peerVersions() {
	if b.peers == "" {
		return
	}
	out, err := b.run("benchmarks/peers", "go", "list", "-m", "-f", "{{if not (or .Main .Indirect .Replace)}}{{.Path}} {{.Version}}{{end}}", "all")
	if err != nil {
		return
	}
	for line := range strings.Lines(out) {
		if path, version, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			b.r.Versions[path] = version
		}
	}
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
