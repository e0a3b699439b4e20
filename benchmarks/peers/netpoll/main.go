// Netpoll is an echo server of github.com/cloudwego/netpoll, to be measured by
// benchmarks/load.
//
//	go run ./netpoll
//
// It binds 127.0.0.1 on a port of the system's choice, prints "listening ADDRESS",
// and echoes until its standard input ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/cloudwego/netpoll"
)

func main() {
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "netpoll:", err)
		os.Exit(1)
	}
}

// run serves until the standard input ends. Netpoll sets TCP_NODELAY by itself.
func run() error {
	l, err := netpoll.CreateListener("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	loop, err := netpoll.NewEventLoop(echo)
	if err != nil {
		return err
	}
	fmt.Println("listening", l.Addr())
	served := make(chan error, 1)
	go func() { served <- loop.Serve(l) }()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin) // an error is an end, too
	}()
	select {
	case err := <-served:
		return errors.Join(err, errors.New("the loop has ended"))
	case <-ended:
		return nil // the connections end with the process
	}
}

// echo sends back what has come, without a copy.
func echo(_ context.Context, conn netpoll.Connection) error {
	in := conn.Reader()
	p, err := in.Next(in.Len())
	if err != nil {
		return err
	}
	if _, err := conn.Writer().WriteBinary(p); err != nil {
		return err
	}
	if err := conn.Writer().Flush(); err != nil {
		return err
	}
	return in.Release()
}
