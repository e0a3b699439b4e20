package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// errNoRow is a child's answer that it does not have the row.
var errNoRow = errors.New("benchmarks: the program does not have this row")

// How long a child may take to say something.
const (
	startTime = 20 * time.Second // until its first line
	rowTime   = time.Minute      // to measure a row, warming up included
	endTime   = 2 * time.Second  // to end after its input has ended, before it is killed
)

// child is a process that is spoken to by lines. It is always reaped: by end, or
// when the context of its start is done, which kills it.
type child struct {
	// Fixed after startChild.
	name  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string   // what it says; closed when its output ends
	quit  chan struct{} // closed by end: what it says is of no interest any more
	done  chan struct{} // closed when it has been reaped
	last  *tail         // what it complained of last

	patience time.Duration // of end

	once sync.Once
}

// startChild starts a process. The caller ends it.
func startChild(name string, cmd *exec.Cmd) (*child, error) {
	c := &child{
		name: name, cmd: cmd, last: new(tail),
		patience: endTime, lines: make(chan string), quit: make(chan struct{}), done: make(chan struct{}),
	}
	cmd.Stderr = c.last
	cmd.WaitDelay = endTime
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c.in = in
	go c.read(out)
	return c, nil
}

// read hands on the lines until the output ends, and reaps the process.
func (c *child) read(out io.Reader) {
	defer close(c.done)
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		select {
		case c.lines <- scanner.Text():
		case <-c.quit:
		}
	}
	close(c.lines)
	_ = c.cmd.Wait() // how it ended is told by its ProcessState
}

// line waits for the next line.
func (c *child) line(ctx context.Context, patience time.Duration) (string, error) {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	select {
	case line, ok := <-c.lines:
		if !ok {
			<-c.done
			return "", fmt.Errorf("%s ended (%v): %s", c.name, c.cmd.ProcessState, oneLine(c.last.String()))
		}
		return line, nil
	case <-deadline.C:
		return "", fmt.Errorf("%s said nothing for %v", c.name, patience)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// after waits for a line that begins with a word, and returns the rest of it.
func (c *child) after(ctx context.Context, word string, patience time.Duration) (string, error) {
	line, err := c.line(ctx, patience)
	if err != nil {
		return "", err
	}
	rest, ok := strings.CutPrefix(line, word+" ")
	if !ok {
		return "", fmt.Errorf("%s said %q instead of %q", c.name, line, word)
	}
	return rest, nil
}

// measure has a co-process measure a row for about that time and returns the
// nanoseconds per operation, on average and in the best slice of some 10 ms. The
// error is errNoRow if it does not have the row.
func (c *child) measure(ctx context.Context, path string, d time.Duration) (map[string]float64, error) {
	if _, err := fmt.Fprintf(c.in, "%s %d\n", path, max(d.Milliseconds(), 1)); err != nil {
		return nil, fmt.Errorf("%s does not listen: %w; %s", c.name, err, oneLine(c.last.String()))
	}
	line, err := c.line(ctx, rowTime+d)
	if err != nil {
		return nil, err
	}
	return parseAnswer(line)
}

// parseAnswer reads the answer of a co-process: nanoseconds, a count and the
// nanoseconds at best; none; or error and a text.
func parseAnswer(line string) (map[string]float64, error) {
	if line == "none" {
		return nil, errNoRow
	}
	if text, ok := strings.CutPrefix(line, "error "); ok {
		return nil, errors.New(text)
	}
	words := strings.Fields(line)
	if len(words) == 3 {
		ns, err := strconv.ParseFloat(words[0], 64)
		count, err2 := strconv.ParseInt(words[1], 10, 64)
		best, err3 := strconv.ParseFloat(words[2], 64)
		if err == nil && err2 == nil && err3 == nil && ns > 0 && count > 0 && best > 0 {
			return map[string]float64{"ns/op": ns, "best-ns/op": best}, nil
		}
	}
	return nil, fmt.Errorf("the answer %q is not understood", line)
}

// end ends the input of the process and waits until it is gone; it is killed if
// that takes long. Any number of calls are one.
func (c *child) end() {
	c.once.Do(func() {
		close(c.quit)
		_ = c.in.Close() // it may be gone already
		deadline := time.NewTimer(c.patience)
		defer deadline.Stop()
		select {
		case <-c.done:
		case <-deadline.C:
			_ = c.cmd.Process.Kill() // it may have ended just now
			<-c.done
		}
	})
}

// tail keeps the last of what is written to it. It is for one writer at a time,
// and any reader.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// tailSize is how many bytes a tail keeps.
const tailSize = 4 << 10

// Write keeps the last bytes. It never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if extra := len(t.text) - tailSize; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(p), nil
}

// String returns what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
