//go:build linux || darwin

// Idle measures what an idle connection costs, and what is left of it when it has
// ended: it holds many TCP connections to an echo server of netx on loopback, has
// each one answered, ends them, and prints the memory of the server's process for
// each.
//
// Run it with:
//
//	go run ./benchmarks/idle [-n 10000] [-max 1024] [-left 256] [-tls] [-goroutines]
//
// With -tls the connections speak TLS 1.3; then limits of more than -max 1024 and
// -left 256 are needed, and 16384 and 1024 are given by default. With -goroutines
// the server is not one of netx but of package net, with a goroutine for each
// connection and a buffer of 4 KiB in it, to compare with; there are no limits then.
//
// The clients live in child processes, so that their memory and their
// descriptors do not count, and use one loopback address for each ten thousand.
// They end when their standard input does, so that none outlives the program.
//
// What is left is measured when the server has seen the end of every connection,
// and after the runtime was told to give back to the system what it has free: it
// does so by itself, but over minutes. What is left is never nothing:
//
//   - The loop's tables keep room for a thousand connections.
//   - The server has a buffer to read into, which all connections share, of 256 KiB,
//     and with TLS a pool of some more. With -n 1000 this is 300 bytes for each
//     connection, which is why the limits are for -n 10000.
//   - With goroutines the runtime keeps its descriptions of those that ended.
//
// The default of -left lies between that and what a connection costs that is idle,
// so that connections which are kept by mistake are above it.
//
// The exit status is 1 if a connection was not answered, costs more than -max
// bytes of heap and stacks or leaves more than -left, if the server still watches
// one that has ended, or after an interrupt. It is 2 if the command line is wrong.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// perChild is how many connections one child makes: few enough for the ports of
// one address and for the usual limit of descriptors.
const perChild = 10_000

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, cancel) // a second signal ends the program
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// options are the flags.
type options struct {
	n          int
	limit      int // bytes that an idle connection may cost
	left       int // and may leave
	tls        bool
	goroutines bool

	child string // of a child: the server's address
	from  string // and the address to connect from
}

// run is the program, and returns its exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	o, err := parse(args, errOut)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case o.child != "":
		err = hold(o, in, out)
	default:
		err = measure(ctx, o, out, errOut)
	}
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "idle:", err)
		return 1
	}
	return 0
}

// parse reads the flags, and tells errOut what is wrong with them.
func parse(args []string, errOut io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("idle", flag.ContinueOnError)
	f.SetOutput(errOut)
	f.IntVar(&o.n, "n", perChild, "connections to hold")
	f.IntVar(&o.limit, "max", 0, "`bytes` per idle connection that are too many; 0 is 1024, with -tls 16384")
	f.IntVar(&o.left, "left", 0, "`bytes` per connection that are too many when it has ended; 0 is 128, with -tls 256")
	f.BoolVar(&o.tls, "tls", false, "with TLS")
	f.BoolVar(&o.goroutines, "goroutines", false, "a server of package net, to compare with")
	f.StringVar(&o.child, "child", "", "used by the program itself: the server's `address`")
	f.StringVar(&o.from, "from", "", "used by the program itself: the `address` to connect from")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	wrong := o.wrong()
	if f.NArg() > 0 {
		wrong = fmt.Sprintf("an argument is not expected: %q", f.Arg(0))
	}
	if wrong != "" {
		_, _ = fmt.Fprintln(errOut, "idle:", wrong)
		f.Usage()
		return o, errors.New(wrong)
	}
	limit, left := 1<<10, 128
	if o.tls {
		limit, left = 16<<10, 256
	}
	o.limit, o.left = cmp.Or(o.limit, limit), cmp.Or(o.left, left)
	return o, nil
}

// wrong says which flag is out of range, or is empty.
func (o options) wrong() string {
	switch {
	case o.n < 1:
		return "-n is less than 1"
	case o.limit < 0:
		return "-max is negative"
	case o.left < 0:
		return "-left is negative"
	}
	return ""
}
