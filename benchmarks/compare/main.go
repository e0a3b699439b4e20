// Compare runs the benchmarks of two versions of this repository in turns, the one at
// a revision and the one in the working tree, and shows what has changed.
//
//	go run ./benchmarks/compare -base main [-bench REGEXP] [-count 6] [-benchtime 0.2s] [-o FOLDER] [PACKAGE ...]
//
// The packages are ./benchmarks/rows if none are given. What is in benchmarks/rows and
// benchmarks/internal is taken from the working tree for both, so that a row that is
// new can be measured on an old library; where that does not compile, it says so.
//
// A benchmark of one version is followed by the same of the other, -count times, with
// the first one changing each time. Before and after each, a loop is timed that
// depends on nothing but the processor, and the times of the benchmark are divided by
// its: so a machine that becomes slower for a while, for itself or because others use
// it, changes less of the result. Times are told in nanoseconds of a machine on which
// the loop takes what it took in the middle of this run. Sizes and numbers of
// allocations are left as they are.
//
// Both results are written in Go's format for benchmarks, as base.txt and new.txt, and
// benchstat compares them. The exit status is 1 if something failed, and 2 for wrong
// arguments. A difference is not a failure.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	var c comparison
	flag.StringVar(&c.base, "base", "", "the revision to compare with (needed)")
	flag.StringVar(&c.pattern, "bench", ".", "benchmarks to run, as go test has it")
	flag.IntVar(&c.count, "count", 6, "how often each benchmark is run")
	flag.StringVar(&c.benchtime, "benchtime", "0.2s", "for how long, or how often (100x)")
	flag.StringVar(&c.folder, "o", "", "the folder for base.txt and new.txt (default: a new temporary one)")
	flag.Parse()
	c.packages = flag.Args()
	if c.base == "" || c.count < 1 {
		fmt.Fprintln(os.Stderr, "compare: -base says what to compare with, and -count must be at least 1")
		flag.Usage()
		os.Exit(2)
	}
	if len(c.packages) == 0 {
		c.packages = []string{"./benchmarks/rows"}
	}
	c.progress = os.Stderr
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := c.run(ctx)
	if err == nil {
		err = benchstat(ctx, c.folder)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}
