//go:build unix

package reactor_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// childName names, for a child process, what it is to do.
const childName = "SPINDLE_REACTOR_CHILD"

// children are the programs that this test binary can be, beside the tests. Each
// gets what stands behind its name and a space.
func children() map[string]func(arg string) {
	return map[string]func(string){
		"signals": signalChild,
		"offloop": offLoopChild,
		"default": defaultChild,
	}
}

// child is such a program while it runs.
type child struct {
	*testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startChild starts the program of a name.
func startChild(t *testing.T, name string) *child {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	c := &child{T: t, cmd: exec.CommandContext(ctx, os.Args[0])}
	c.cmd.Env = childEnv(name)
	c.cmd.Stderr = os.Stderr
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// childEnv is the environment of the program of a name. Under the race detector a
// process sleeps for a second at its end, unless it is told not to.
func childEnv(name string) []string {
	return append(os.Environ(), childName+"="+name, "GORACE=atexit_sleep_ms=0")
}

// want reads a line, and fails unless it holds part.
func (c *child) want(part string) {
	c.Helper()
	line, err := c.out.ReadString('\n')
	if err != nil || !strings.Contains(line, part) {
		_ = c.cmd.Process.Kill()
		c.Fatalf("the child said %q (%v), want %q", line, err, part)
	}
}

// signal sends a signal to the child alone.
func (c *child) signal(s os.Signal) {
	c.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.Fatal(err)
	}
}

// wait waits for the end of the child, which must have nothing more to say, and
// returns how it ended.
func (c *child) wait() *os.ProcessState {
	c.Helper()
	rest, err := io.ReadAll(c.out)
	if err != nil || len(rest) > 0 {
		c.Errorf("the child said %q (%v), want nothing more", rest, err)
	}
	_ = c.cmd.Wait() // the state tells
	return c.cmd.ProcessState
}

// say writes a line to the child.
func (c *child) say(line string) {
	c.Helper()
	if _, err := io.WriteString(c.in, line+"\n"); err != nil {
		c.Fatal(err)
	}
}
