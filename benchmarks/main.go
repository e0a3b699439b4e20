// Benchmarks measures what Spindle costs beside what else there is: goroutines,
// channels and timers of Go, other libraries for Go, Node, Java, Twisted, and
// loops in C, as far as the machine has them. All take turns in the same run, so
// that noise falls on all alike, and what counts is the ratio.
//
// Run it with:
//
//	go run ./benchmarks [-full] [-only REGEXP] [-json FILE] [-o report.html]
//
// It takes about two minutes, with -full about twenty, and shows how far it is: on
// a machine that is fast there are more rounds, on one that is slow it takes
// longer.
// Then it prints a table and the goals of the project, reached or not, and writes
// a report with plots. With -only it measures the rows whose name matches, as
// deferred/one-callback does. With -json it writes all raw numbers to a file.
//
// A file of raw numbers can be used again, without measuring:
//
//	go run ./benchmarks -from FILE [-o report.html]
//	go run ./benchmarks -readme FILE
//
// The first prints its table and writes its report, the second makes the table
// in README.md from it. A table without a row that is lost is refused.
//
// Interrupt ends all that was started and prints what there is. The exit status
// is 1 if something went wrong, 2 if the command line is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// options is what the command line says.
type options struct {
	full   bool
	rounds int // 0: as many as are usual
	only   *regexp.Regexp
	json   string // file for the raw numbers, or ""
	report string // file for the report
	from   string // file of raw numbers to show, or ""
	readme string // file of raw numbers for README.md, or ""
	line   string // the command itself
}

func main() {
	opts, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		os.Exit(2)
	}
	// The first signal ends the measuring; the second ends the program.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	context.AfterFunc(ctx, cancel)
	if err := run(ctx, opts); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", strings.TrimPrefix(err.Error(), "benchmarks: "))
		os.Exit(1)
	}
}

// parse reads the command line. It has told what is wrong when it returns an error.
func parse(args []string, diagnostics io.Writer) (options, error) {
	o := options{line: commandLine(args)}
	f := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	f.SetOutput(diagnostics)
	only := f.String("only", "", "measure the rows whose subject/row matches this `regexp`")
	f.BoolVar(&o.full, "full", false, "the long run: more rounds, larger sizes")
	f.IntVar(&o.rounds, "rounds", 0, "this many `rounds` instead of the usual number")
	f.StringVar(&o.json, "json", "", "write the raw numbers to this `file`")
	f.StringVar(&o.report, "o", "report.html", "write the report to this `file`; with \"\" none is written")
	f.StringVar(&o.from, "from", "", "measure nothing, show this `file` of raw numbers")
	f.StringVar(&o.readme, "readme", "", "measure nothing, make the table of README.md from this `file` of raw numbers")
	err := f.Parse(args)
	if err == nil {
		o.only, err = regexp.Compile(*only)
		if err == nil && f.NArg() > 0 {
			err = fmt.Errorf("%q is not understood", f.Arg(0))
		}
		if err == nil && o.rounds < 0 {
			err = errors.New("there is no negative number of rounds")
		}
		if err == nil {
			err = together(f)
		}
		if err != nil {
			fmt.Fprintln(diagnostics, "benchmarks:", err)
		}
	}
	return o, err
}

// commandLine is the command as results tell it: without the folders of this
// machine.
func commandLine(args []string) string {
	line := "go run ./benchmarks"
	for _, arg := range args {
		if filepath.IsAbs(arg) {
			arg = filepath.Base(arg)
		}
		line += " " + arg
	}
	return line
}

// together says which flags do not go together. One that would have no effect is
// not taken silently.
func together(f *flag.FlagSet) error {
	given := map[string]bool{}
	f.Visit(func(g *flag.Flag) { given[g.Name] = true })
	for _, pair := range []struct {
		of     string
		others []string
	}{
		{"readme", []string{"from", "full", "rounds", "only", "json", "o"}},
		{"from", []string{"full", "rounds", "only", "json"}},
	} {
		for _, other := range pair.others {
			if given[pair.of] && given[other] {
				return fmt.Errorf("-%s measures nothing, and does not go with -%s", pair.of, other)
			}
		}
	}
	return nil
}

// run does what the options say.
func run(ctx context.Context, o options) error {
	switch {
	case o.readme != "":
		return updateReadme(ctx, o.readme)
	case o.from != "":
		r, err := readResults(o.from)
		if err != nil {
			return err
		}
		return show(r, o)
	}
	if err := errors.Join(writable(o.json), writable(o.report)); err != nil {
		return err
	}
	r, err := measure(ctx, o)
	if r == nil || len(r.Samples) == 0 {
		switch {
		case errors.Is(err, errInterrupted):
			return errors.New("interrupted before anything was measured")
		case err == nil:
			return errors.New("nothing was measured")
		}
		return err
	}
	return errors.Join(show(r, o), err)
}

// writable says now what would be said after minutes of measuring: that a file
// cannot be written. It leaves what is there as it is.
func writable(file string) error {
	if file == "" {
		return nil
	}
	_, err := os.Stat(file)
	f, failed := os.OpenFile(file, os.O_WRONLY|os.O_CREATE, 0o644)
	if failed != nil {
		return failed
	}
	failed = f.Close()
	if errors.Is(err, os.ErrNotExist) {
		failed = errors.Join(failed, os.Remove(file))
	}
	return failed
}

// show prints the tables and writes the files.
func show(r *results, o options) error {
	err := errors.Join(writeTable(os.Stdout, r), writeGoals(os.Stdout, r), writeNotes(os.Stdout, r))
	if o.json != "" {
		err = errors.Join(err, r.write(o.json))
	}
	if o.report != "" {
		err = errors.Join(err, writeReportFile(o.report, r))
	}
	return err
}

// measure builds, measures, and ends all that it started. There may be results
// beside an error: what was measured until then.
func measure(ctx context.Context, o options) (*results, error) {
	began := time.Now()
	shop, err := newWorkshop(ctx)
	if err != nil {
		return nil, err
	}
	defer shop.close()
	r := newResults(ctx, shop.root, o, began)
	plan := makePlan(o)
	if len(plan) == 0 {
		return r, errors.New("no row matches")
	}
	progress := newProgress(os.Stderr)
	progress.say("building")
	shop.build(ctx, plan, r)
	if ctx.Err() != nil {
		progress.done()
		return r, errInterrupted // what is missing is so because of that
	}
	for _, n := range r.Missing {
		progress.note(n.String())
	}
	s := newSession(shop, r, o, progress)
	err = s.run(ctx, plan)
	s.close()
	progress.done()
	r.Seconds = time.Since(began).Seconds()
	return r, err
}
