package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// build makes the test binaries of the packages in both versions. A package that the
// base has not, or that does not compile there, is told of and left out.
func (c *comparison) build(ctx context.Context, root, old, scratch string) ([]pair, error) {
	found, err := list(ctx, root, c.packages)
	if err != nil {
		return nil, err
	}
	var pairs []pair
	for i, p := range found {
		name := fmt.Sprintf("%d.test", i)
		b := pair{
			path: p.path,
			base: binary{filepath.Join(scratch, "base-"+name), filepath.Join(old, p.folder)},
			new:  binary{filepath.Join(scratch, "new-"+name), filepath.Join(root, p.folder)},
		}
		if _, err := output(ctx, root, "go", "test", "-c", "-o", b.new.file, p.path); err != nil {
			return nil, err
		}
		if _, err := output(ctx, old, "go", "test", "-c", "-o", b.base.file, p.path); err != nil {
			fmt.Fprintf(c.progress, "LEFT OUT: %s does not compile at %s, so there is nothing to compare it with:\n%v\n", p.path, c.base, err)
			continue
		}
		pairs = append(pairs, b)
	}
	if len(pairs) == 0 {
		return nil, errors.New("no package has tests that compile in both versions")
	}
	return pairs, nil
}

// tested is a package with tests.
type tested struct{ path, folder string }

// list returns the packages with tests that the patterns name, with their folders
// below root.
func list(ctx context.Context, root string, patterns []string) ([]tested, error) {
	const format = "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}\t{{.Dir}}{{end}}"
	text, err := output(ctx, root, "go", append([]string{"list", "-f", format}, patterns...)...)
	if err != nil {
		return nil, err
	}
	var found []tested
	for line := range strings.Lines(text) {
		path, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		below, err := filepath.Rel(root, dir)
		if err != nil {
			return nil, err
		}
		found = append(found, tested{path, below})
	}
	return found, nil
}
