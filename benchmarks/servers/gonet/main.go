// Gonet is an echo server of package net, with a goroutine for each connection, to
// be measured by benchmarks/load.
//
//	go run ./benchmarks/servers/gonet [-tls]
//
// It binds 127.0.0.1 on a port of the system's choice, prints "listening ADDRESS",
// and echoes until its standard input ends. With -tls it speaks TLS, with a
// certificate made at the start.
package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/spindle-go/spindle/benchmarks/internal/selfsigned"
)

func main() {
	withTLS := flag.Bool("tls", false, "speak TLS")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*withTLS); err != nil {
		fmt.Fprintln(os.Stderr, "gonet:", err)
		os.Exit(1)
	}
}

// run serves until the standard input ends.
func run(withTLS bool) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("listening", l.Addr())
	if withTLS {
		cfg, err := selfsigned.Config()
		if err != nil {
			return err
		}
		l = tls.NewListener(l, cfg)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // an error is an end, too
		_ = l.Close()
	}()
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		go echo(conn)
	}
}

const (
	// small is what a connection reads with until it sends more at a time: what
	// net/http has, too.
	small = 4 << 10
	// large is what the buffers grow to.
	large = 64 << 10
)

// echo serves one connection until it ends. Package net has set TCP_NODELAY.
func echo(conn net.Conn) {
	defer conn.Close()
	buf := make([]byte, small)
	for {
		n, err := conn.Read(buf)
		if n > 0 {
			if _, err := conn.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
		if n == len(buf) && n < large {
			buf = make([]byte, large)
		}
	}
}
