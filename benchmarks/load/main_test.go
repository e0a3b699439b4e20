package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patiently returns a context for what is due at once.
func patiently(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// echoServer runs until the test ends, and returns its address.
func echoServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var working sync.WaitGroup
	working.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed at the end
			}
			working.Go(func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn) // ends with the client
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		working.Wait()
	})
	return l.Addr().String()
}

func TestWrongFlags(t *testing.T) {
	for _, args := range []string{
		"",
		"-addr",
		"-addr a:1 more",
		"-addr a:1 -conns 0",
		"-addr a:1 -conns many",
		"-addr a:1 -size -1",
		"-addr a:1 -depth 0",
		"-addr a:1 -rate -1",
		"-addr a:1 -time 0s",
		"-addr a:1 -time 5",
		"-addr a:1 -warm -1s",
		"-addr a:1 -hold -1",
		"-addr a:1 -handshakes",
		"-addr a:1 -handshakes -tls -hold 1",
		"-addr a:1 -handshakes -tls -rate 1",
		"-addr a:1 -unknown",
	} {
		t.Run(args, func(t *testing.T) {
			var out, errOut bytes.Buffer
			code := run(patiently(t), strings.Fields(args), strings.NewReader(""), &out, &errOut)
			if code != 2 || out.Len() > 0 || errOut.Len() == 0 {
				t.Errorf("exit status %d, %q, %q", code, out.String(), errOut.String())
			}
		})
	}
}

func TestHelp(t *testing.T) {
	var errOut bytes.Buffer
	if code := run(patiently(t), []string{"-h"}, nil, io.Discard, &errOut); code != 0 || !strings.Contains(errOut.String(), "-rate") {
		t.Errorf("exit status %d, %q", code, errOut.String())
	}
}

func TestNoServer(t *testing.T) {
	for _, more := range []string{"", "-tls", "-tls -handshakes", "-hold 1"} {
		var out, errOut bytes.Buffer
		args := append([]string{"-addr", "127.0.0.1:0"}, strings.Fields(more)...)
		if code := run(patiently(t), args, strings.NewReader(""), &out, &errOut); code != 1 || out.Len() > 0 || errOut.Len() == 0 {
			t.Errorf("%s: exit status %d, %q, %q", more, code, out.String(), errOut.String())
		}
	}
}

// onLinux skips what needs epoll.
func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: a load needs Linux, so nothing is known of the program")
	}
}

func TestJSON(t *testing.T) {
	onLinux(t)
	var out, errOut bytes.Buffer
	args := "-json -conns 2 -size 10 -rate 100 -time 100ms -warm 0s -addr " + echoServer(t)
	if code := run(patiently(t), strings.Fields(args), nil, &out, &errOut); code != 0 {
		t.Fatalf("exit status %d, %s", code, errOut.String())
	}
	var got struct {
		Requests int64 `json:"requests"`
		Bytes    int64 `json:"bytes"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Requests != 10 || got.Bytes != 100 {
		t.Errorf("%v in %s", err, out.String())
	}
}

func TestText(t *testing.T) {
	onLinux(t)
	var out, errOut bytes.Buffer
	args := "-conns 2 -size 10 -rate 100 -time 100ms -warm 0s -addr " + echoServer(t)
	code := run(patiently(t), strings.Fields(args), nil, &out, &errOut)
	if code != 0 || !strings.Contains(out.String(), " 10 in 0.1") || !strings.Contains(out.String(), "p99.9") {
		t.Errorf("exit status %d, %s, %s", code, out.String(), errOut.String())
	}
}

// TestHold has the connections end with the input, and not before.
func TestHold(t *testing.T) {
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	got, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	address := echoServer(t)
	done := make(chan int, 1)
	go func() {
		defer out.Close()
		done <- run(patiently(t), []string{"-hold", "20", "-addr", address}, in, out, io.Discard)
	}()
	line := make([]byte, len("held 20\n"))
	if _, err := io.ReadFull(got, line); err != nil || string(line) != "held 20\n" {
		t.Errorf("it said %q, %v", line, err)
	}
	feed.Close()
	if code := <-done; code != 0 {
		t.Errorf("exit status %d", code)
	}
}
