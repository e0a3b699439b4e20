package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// builder makes one thing after the other, and notes what it cannot make.
type builder struct {
	*workshop
	r *results
	// run runs a command in a folder of the module and returns its output.
	run func(folder, name string, args ...string) (string, error)
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
