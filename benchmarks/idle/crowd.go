//go:build linux || darwin

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// crowd is the child processes that hold the clients' ends.
type crowd struct{ children []*child }

// child is one of them: told by lines on its standard input, it answers by lines
// on its standard output, and ends when its input does.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// newCrowd starts enough children for n connections to the address.
func newCrowd(ctx context.Context, address string, o options, errOut io.Writer) (*crowd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &crowd{}
	for i, n := 0, o.n; n > 0; i++ {
		share := min(n, perChild)
		n -= share
		cmd := exec.CommandContext(ctx, program,
			"-child", address, "-from", fmt.Sprintf("127.0.0.%d", 2+i), "-n", strconv.Itoa(share), "-tls="+strconv.FormatBool(o.tls))
		cmd.Stderr = errOut
		// A signal that a terminal sends to all is for the parent alone.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := c.start(cmd); err != nil {
			return nil, errors.Join(err, c.end())
		}
	}
	return c, nil
}

// start runs one child.
func (c *crowd) start(cmd *exec.Cmd) error {
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.children = append(c.children, &child{cmd: cmd, in: in, out: bufio.NewScanner(out)})
	return nil
}

// tell says a word to all children.
func (c *crowd) tell(word string) error {
	for _, ch := range c.children {
		if _, err := fmt.Fprintln(ch.in, word); err != nil {
			return err
		}
	}
	return nil
}

// expect waits until all children have said the word.
func (c *crowd) expect(word string) error {
	for _, ch := range c.children {
		if !ch.out.Scan() {
			return fmt.Errorf("a client process ended before it was %s: %w", word, errors.Join(ch.out.Err(), io.ErrUnexpectedEOF))
		}
		if got := ch.out.Text(); got != word {
			return fmt.Errorf("a client process said %q instead of %q", got, word)
		}
	}
	return nil
}

// end lets the children end, and waits for them. They are forgotten then.
func (c *crowd) end() error {
	var errs []error
	for _, ch := range c.children {
		errs = append(errs, ch.in.Close())
	}
	for _, ch := range c.children {
		errs = append(errs, ch.cmd.Wait())
	}
	c.children = nil
	return errors.Join(errs...)
}
