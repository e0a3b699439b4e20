// Quickstart does the main job: many operations at once, each with a deadline,
// and one answer.
//
//	go run ./examples/quickstart [host:port ...]
//
// It dials all targets at once, reads the greeting line that each one sends (as
// SMTP, FTP and SSH servers do), gives each its own deadline, and shows a table.
// Without arguments it starts targets of its own on loopback: one that answers,
// one that is slow, one that never answers, one that refuses, and one that
// answers garbage.
//
// You see a row for each target, with the result and the time it took, and a
// summary. The exit status is 1 if all targets failed, and 2 for bad arguments.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// deadline is how long a target may take from the dial to the end of its line.
const deadline = 400 * time.Millisecond

var errGarbage = errors.New("garbage instead of a line of text")

// target is somebody to be greeted by.
type target struct{ name, address string }

// outcome is how that went.
type outcome struct {
	target
	line string
	err  error
	took time.Duration
}

func main() {
	targets, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "quickstart: %v\nusage: quickstart [host:port ...]\n", err)
		os.Exit(2)
	}
	outcomes, err := greetAll(targets)
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
	if show(os.Stdout, outcomes) == 0 {
		os.Exit(1)
	}
}

// parse checks the arguments.
func parse(args []string) (targets []target, err error) {
	for _, arg := range args {
		host, port, err := net.SplitHostPort(arg)
		if err != nil {
			return nil, fmt.Errorf("%q is not host:port: %w", arg, err)
		}
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || host == "" {
			return nil, fmt.Errorf("%q needs a host and a port from 1 to 65535", arg)
		}
		targets = append(targets, target{name: arg, address: arg})
	}
	return targets, nil
}

// greetAll runs the loop until all outcomes are there.
func greetAll(targets []target) ([]outcome, error) {
	r, err := reactor.New()
	if err != nil {
		return nil, err
	}
	return reactor.React(context.Background(), r, func(r *reactor.Reactor) *deferred.Deferred[[]outcome] {
		n := netx.New(r)
		if len(targets) == 0 {
			if targets, err = startTargets(n); err != nil {
				return deferred.Fail[[]outcome](err)
			}
		}
		var ds []*deferred.Deferred[outcome]
		for _, t := range targets {
			ds = append(ds, greet(n, t))
		}
		return chain.Gather(ds)
	})
}

// greet connects to one target and reads its line. Its Deferred never fails: a
// failure is an outcome too.
func greet(n netx.Network, t target) *deferred.Deferred[outcome] {
	began := n.Now()
	line := deferred.Then(netx.DialStream(n, "tcp", t.address), func(s *netx.Stream) (string, error) {
		return s.ReadLine().
			AddCallback(checkText).
			Finally(func() { _ = s.Close() }).
			Chain()
	})
	line.AddTimeout(deadline, n) // cancels whatever it waits for: the dial or the read
	return deferred.ThenBoth(line, func(text string, err error) (outcome, error) {
		return outcome{target: t, line: text, err: err, took: n.Now().Sub(began)}, nil
	})
}

// checkText is a callback that passes on what a person can read.
func checkText(line string) (string, error) {
	for _, r := range line {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return "", errGarbage
		}
	}
	return line, nil
}

// show prints the table and the summary, and returns how many answered.
func show(w io.Writer, outcomes []outcome) (answered int) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TARGET\tRESULT\tTIME")
	for _, o := range outcomes {
		if o.err == nil {
			answered++
		}
		fmt.Fprintf(table, "%s\t%s\t%v\n", o.name, result(o), o.took.Round(10*time.Microsecond))
	}
	_ = table.Flush() // a broken standard output shows in the next line, or not at all
	fmt.Fprintf(w, "%d of %d targets answered\n", answered, len(outcomes))
	return answered
}

// result says how it went in a few words.
func result(o outcome) string {
	var lookup *net.DNSError
	switch {
	case o.err == nil:
		return strconv.Quote(o.line)
	case errors.Is(o.err, deferred.ErrTimeout):
		return fmt.Sprintf("failed: no greeting within %v", deadline)
	case errors.Is(o.err, netx.ErrConnectionRefused):
		return "failed: connection refused"
	case errors.As(o.err, &lookup):
		return "failed: " + lookup.Err
	default:
		return "failed: " + o.err.Error()
	}
}
