// Load is a load generator for echo servers.
//
//	go run ./benchmarks/load -addr 127.0.0.1:7 [-conns 100] [-size 64] [-depth 1] [-time 1s]
//
// Each connection keeps -depth requests of -size bytes in flight for -time, after it
// has done so for -warm without counting. It prints how many were answered, and
// percentiles of how long that took. Other ways to use it:
//
//	-rate N       sends N requests a second at fixed times over all connections,
//	              and counts the latency of each from when it should have been sent
//	-tls          speaks TLS 1.3, with -tls12 TLS 1.2; certificates are not verified
//	-handshakes   connects, shakes hands and closes, again and again, with -conns at a time
//	-hold N       opens N connections, has each echo once, prints "held N", and keeps
//	              them until its standard input ends
//
// With -json the result is one object: {"requests":, "seconds":, "rate":, "errors":,
// "bytes":, "p50_us":, "p90_us":, "p99_us":, "p999_us":, "max_us":, "histogram":},
// where the histogram is a list of pairs of microseconds and counts.
//
// It uses one thread, and needs Linux but for -hold and -handshakes. Pin it to another processor
// than the server, such as with taskset. The exit status is 2 for wrong flags, and 1
// if the server could not be reached or has closed all connections.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/load"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// options are the flags.
type options struct {
	load.Config
	json, handshakes bool
	hold             int
}

// run is the program, and returns its exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	o, err := parse(args, errOut)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := o.do(ctx, in, out); err != nil {
		_, _ = fmt.Fprintln(errOut, "load:", err)
		if errors.Is(err, load.ErrConfig) {
			return 2
		}
		return 1
	}
	return 0
}

// parse reads the flags, and tells errOut what is wrong with them.
func parse(args []string, errOut io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.SetOutput(errOut)
	f.StringVar(&o.Addr, "addr", "", "the server's `address`, host:port")
	f.IntVar(&o.Conns, "conns", 100, "connections")
	f.IntVar(&o.Size, "size", 64, "bytes in a request")
	f.IntVar(&o.Depth, "depth", 1, "requests that each connection keeps in flight; not with -rate")
	f.DurationVar(&o.Time, "time", time.Second, "how long to measure")
	f.DurationVar(&o.Warm, "warm", 200*time.Millisecond, "how long to drive the server before that")
	f.IntVar(&o.Rate, "rate", 0, "requests a second at fixed times, over all connections")
	f.BoolVar(&o.TLS, "tls", false, "speak TLS")
	f.BoolVar(&o.TLS12, "tls12", false, "speak TLS 1.2")
	f.BoolVar(&o.json, "json", false, "print the result as JSON")
	f.BoolVar(&o.handshakes, "handshakes", false, "count handshakes; needs -tls")
	f.IntVar(&o.hold, "hold", 0, "hold `N` connections until the standard input ends")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.TLS = o.TLS || o.TLS12
	wrong := o.wrong()
	if f.NArg() > 0 {
		wrong = fmt.Sprintf("an argument is not expected: %q", f.Arg(0))
	}
	if wrong == "" {
		return o, nil
	}
	_, _ = fmt.Fprintln(errOut, "load:", wrong)
	f.Usage()
	return o, errors.New(wrong)
}

// wrong says which flags do not fit together, or is empty. What package load says of
// its Config is left to that.
func (o options) wrong() string {
	switch {
	case o.Addr == "":
		return "-addr is needed"
	case o.hold < 0:
		return "-hold is negative"
	case o.handshakes && !o.TLS:
		return "-handshakes needs -tls"
	case o.handshakes && (o.hold > 0 || o.Rate > 0):
		return "-handshakes goes neither with -hold nor with -rate"
	}
	return ""
}

// do does what the flags say.
func (o options) do(ctx context.Context, in io.Reader, out io.Writer) error {
	switch {
	case o.hold > 0:
		return o.keep(ctx, in, out)
	case o.handshakes:
		result, err := load.Handshakes(ctx, o.Config)
		return o.print(out, result, "handshakes", err)
	default:
		result, err := load.Run(ctx, o.Config)
		return o.print(out, result, "requests", err)
	}
}

// print writes the result, also one that was cut short by an error.
func (o options) print(out io.Writer, result load.Result, what string, err error) error {
	if err != nil && result.Requests == 0 {
		return err
	}
	if o.json {
		return errors.Join(err, result.WriteJSON(out))
	}
	return errors.Join(err, result.WriteText(out, what))
}

// keep holds connections until the input ends.
func (o options) keep(ctx context.Context, in io.Reader, out io.Writer) error {
	o.Conns = o.hold
	held, err := load.Hold(ctx, o.Config)
	if err != nil {
		return err
	}
	_, failed := fmt.Fprintln(out, "held", o.hold)
	_, err = io.Copy(io.Discard, in)
	return errors.Join(failed, err, held.Close())
}
