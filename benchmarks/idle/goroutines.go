//go:build linux || darwin

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"runtime"

	"github.com/spindle-go/spindle/benchmarks/internal/selfsigned"
)

// readSize is the buffer that each goroutine has, as servers of package net have
// one: net/http takes 4 KiB too.
const readSize = 4 << 10

// measureGoroutines is measure for a server with a goroutine for each connection.
func measureGoroutines(ctx context.Context, n int, withTLS bool) (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	if withTLS {
		cfg, err := selfsigned.Config()
		if err != nil {
			return 0, err
		}
		l = tls.NewListener(l, cfg)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // closed at the end
			}
			go serve(c)
		}
	}()
	return drive(ctx, l.Addr().String(), n, withTLS, func() error {
		fmt.Printf("%d goroutines\n", runtime.NumGoroutine())
		return nil
	})
}

// serve answers one connection until it ends.
func serve(c net.Conn) {
	defer c.Close()
	buf := make([]byte, readSize)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}
