//go:build unix

// Lowlevel shows the reactor without any transport: a descriptor of one's own,
// watched with AddReader. Here it is the reading end of a pipe; it could be a
// serial line, inotify, or the socket of a C library.
//
// Run it with:
//
//	go run ./examples/lowlevel
//
// You see what a delayed call writes into the pipe come out at the other end, and
// the end of the pipe when the writing end is closed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
)

// pipeReader is the descriptor. The reactor calls its methods on the loop's
// goroutine, so it needs no lock.
type pipeReader struct {
	r  *reactor.Reactor
	fd int
}

// FD tells the reactor which number to watch.
func (p *pipeReader) FD() int { return p.fd }

// DoRead is called when a read does not block. One read is enough: the reactor
// calls again for as long as there is something left.
func (p *pipeReader) DoRead() error {
	var buf [64]byte
	n, err := unix.Read(p.fd, buf[:])
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return os.NewSyscallError("read", err)
	case n == 0:
		return io.EOF // an error gives the descriptor up: ConnectionLost is next
	}
	fmt.Printf("read %q\n", buf[:n])
	return nil
}

// ConnectionLost is called once, when the reactor has removed the descriptor.
func (p *pipeReader) ConnectionLost(reason *failure.Failure) {
	fmt.Println("the pipe is done:", reason)
	_ = unix.Close(p.fd) // nothing is left to be told of an error here
	_ = p.r.Stop()       // it may be stopping already
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "lowlevel:", err)
		os.Exit(1)
	}
}

func run() error {
	r, err := reactor.New()
	if err != nil {
		return err
	}
	var ends [2]int
	if err := unix.Pipe(ends[:]); err != nil {
		return os.NewSyscallError("pipe", err)
	}
	if err := unix.SetNonblock(ends[0], true); err != nil {
		return os.NewSyscallError("set non-blocking", err)
	}
	if err := r.AddReader(&pipeReader{r: r, fd: ends[0]}); err != nil {
		return err
	}
	writeLater(r, ends[1], []string{"one", "two", "three"})
	return r.Run(context.Background())
}

// writeLater writes the words, one every ten milliseconds, and then closes the
// pipe.
func writeLater(r *reactor.Reactor, fd int, words []string) {
	r.CallLater(10*time.Millisecond, func() {
		if len(words) == 0 {
			_ = unix.Close(fd) // the reader sees the end of the file
			return
		}
		if _, err := unix.Write(fd, []byte(words[0])); err != nil {
			fmt.Fprintln(os.Stderr, "lowlevel: write:", err)
		}
		writeLater(r, fd, words[1:])
	})
}
