//go:build linux || darwin

package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
)

// echoServer runs until the test ends, and returns it.
func echoServer(t *testing.T) *goroutineServer {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &goroutineServer{l: l}
	s.work.Go(s.accept)
	t.Cleanup(func() {
		l.Close()
		s.work.Wait()
	})
	return s
}

// TestChild plays a child's parent, down to its death: the end of the standard
// input is all that a child hears of that.
func TestChild(t *testing.T) {
	for name, word := range map[string]bool{"parent dies before the word": false, "parent dies after the word": true} {
		t.Run(name, func(t *testing.T) {
			s := echoServer(t)
			in, feed, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			defer feed.Close()
			got, out := io.Pipe()
			done := make(chan error, 1)
			go func() {
				err := hold(options{n: 5, child: s.address(), from: "127.0.0.1"}, in, out)
				done <- err
				out.CloseWithError(err)
			}()
			lines := bufio.NewScanner(got)
			expect := func(want string) {
				t.Helper()
				if !lines.Scan() || lines.Text() != want {
					t.Errorf("it said %q, %v, want %q", lines.Text(), lines.Err(), want)
				}
			}
			expect("connected")
			if word {
				if _, err := feed.WriteString("go\n"); err != nil {
					t.Error(err)
				}
				expect("answered")
			}
			feed.Close()
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
			case <-inTime(t).Done():
				t.Fatal("it has not ended")
			}
			if err := s.lost(inTime(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestChildWithoutServer(t *testing.T) {
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer feed.Close()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	if err := hold(options{n: 1, child: nobody, from: "127.0.0.1"}, in, io.Discard); err == nil {
		t.Error("it connected to nobody")
	}
	if err := hold(options{n: 1, child: nobody, from: "here"}, in, io.Discard); err == nil {
		t.Error("it connected from nowhere")
	}
}

func TestChildThatSaysSomethingElse(t *testing.T) {
	for name, text := range map[string]string{"another word": "answered\n", "nothing": ""} {
		c := &crowd{children: []*child{{out: bufio.NewScanner(strings.NewReader(text))}}}
		err := c.expect("connected")
		if err == nil || errors.Is(err, io.ErrUnexpectedEOF) != (text == "") || !strings.Contains(err.Error(), "connected") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestGuests(t *testing.T) {
	errLate := errors.New("late")
	late, cancel := context.WithCancelCause(context.Background())
	cancel(errLate)
	var g guests
	if err := g.none(late); err != nil {
		t.Errorf("nobody has come: %v", err)
	}
	if err := g.all(late, 1); !errors.Is(err, errLate) {
		t.Errorf("nobody has come: %v", err)
	}
	ctx := inTime(t)
	came := make(chan error, 1)
	go func() { came <- g.all(ctx, 2) }()
	g.come()
	g.come()
	if err := <-came; err != nil {
		t.Errorf("both have come: %v", err)
	}
	g.leave()
	if err := g.none(late); !errors.Is(err, errLate) {
		t.Errorf("one is there: %v", err)
	}
	left := make(chan error, 1)
	go func() { left <- g.none(ctx) }()
	g.leave()
	if err := <-left; err != nil {
		t.Errorf("both have left: %v", err)
	}
	if err := g.all(late, 2); err != nil {
		t.Errorf("who has left has come: %v", err)
	}
}
