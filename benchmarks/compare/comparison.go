package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// comparison is one run of the program.
type comparison struct {
	base      string   // a revision
	packages  []string // patterns of the working tree
	pattern   string   // of benchmarks
	count     int
	benchtime string
	folder    string // for the results; run sets it if it is empty
	progress  io.Writer
}

// run measures both versions and writes base.txt and new.txt. When the context ends it
// writes what there is until then, and fails.
func (c *comparison) run(ctx context.Context) (err error) {
	scratch, err := os.MkdirTemp("", "compare")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	root, err := output(ctx, "", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	fmt.Fprintln(c.progress, "building", c.base, "and the working tree")
	old, err := checkOut(ctx, root, c.base, filepath.Join(scratch, "tree"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, old.remove()) }()
	pairs, err := c.build(ctx, root, old.folder, scratch)
	if err != nil {
		return err
	}
	if c.folder == "" {
		if c.folder, err = os.MkdirTemp("", "compared"); err != nil {
			return err
		}
	}
	results, err := c.measure(ctx, pairs)
	return errors.Join(err, results.write(c.folder))
}

// pair is a package's tests, built from both versions.
type pair struct {
	path string // of import
	base binary
	new  binary
}

// binary is a test binary and the folder to run it in.
type binary struct{ file, folder string }

// measure runs each benchmark in turns.
func (c *comparison) measure(ctx context.Context, pairs []pair) (*results, error) {
	rs := newResults()
	for _, p := range pairs {
		names, err := p.new.list(ctx)
		if err != nil {
			return rs, err
		}
		for _, name := range names {
			pattern := patternFor(c.pattern, name)
			if pattern == "" {
				continue
			}
			for round := range c.count {
				fmt.Fprintf(c.progress, "%s %s, %d of %d\n", p.path, name, round+1, c.count)
				if err := c.turn(ctx, p, pattern, round%2 == 1, rs); err != nil {
					return rs, err
				}
			}
		}
	}
	if len(rs.of) == 0 {
		return rs, errors.New("no benchmark matches " + c.pattern)
	}
	return rs, nil
}

// turn runs a benchmark of both versions once.
func (c *comparison) turn(ctx context.Context, p pair, pattern string, newFirst bool, rs *results) error {
	order := []version{base, latest}
	if newFirst {
		order = []version{latest, base}
	}
	for _, v := range order {
		b := p.base
		if v == latest {
			b = p.new
		}
		before := calibrate()
		text, err := b.bench(ctx, pattern, c.benchtime)
		rs.add(v, p.path, text, (before+calibrate())/2)
		if err != nil {
			return fmt.Errorf("%s of %s, %s: %w\n%s", pattern, p.path, v, err, text)
		}
	}
	return nil
}

// list returns the names of all benchmarks.
func (b binary) list(ctx context.Context) ([]string, error) {
	text, err := output(ctx, b.folder, b.file, "-test.list", "^Benchmark")
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range bytes.Lines([]byte(text)) {
		names = append(names, string(bytes.TrimSpace(line)))
	}
	return names, nil
}

// bench runs benchmarks and returns what they print.
func (b binary) bench(ctx context.Context, pattern, benchtime string) (string, error) {
	return output(ctx, b.folder, b.file, "-test.run", "^$", "-test.bench", pattern,
		"-test.benchtime", benchtime, "-test.benchmem")
}
