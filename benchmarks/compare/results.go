package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// version is one of the two.
type version string

const (
	base   version = "base"
	latest version = "new"
)

// results is what was measured, in the order in which it was.
type results struct{ of []result }

// result is what one run of a benchmark printed.
type result struct {
	version     version
	path        string  // of the package
	text        string  // in Go's format
	calibration float64 // nanoseconds, at the same time
}

func newResults() *results { return &results{} }

func (rs *results) add(v version, path, text string, calibration float64) {
	rs.of = append(rs.of, result{v, path, text, calibration})
}

// reference is the calibration in the middle of the run.
func (rs *results) reference() float64 {
	var all []float64
	for _, r := range rs.of {
		all = append(all, r.calibration)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// write writes what there is of both versions into a folder. Of the first 0 results it
// writes none.
func (rs *results) write(folder string) error {
	if len(rs.of) == 0 {
		return nil
	}
	var errs []error
	for _, v := range []version{base, latest} {
		name := filepath.Join(folder, string(v)+".txt")
		errs = append(errs, os.WriteFile(name, []byte(rs.format(v)), 0o644))
	}
	return errors.Join(errs...)
}

// format returns the results of a version in Go's format, with times normalised. The
// loop stands beside each as a benchmark of its own, as it was.
func (rs *results) format(v version) string {
	var b strings.Builder
	reference := rs.reference()
	for _, r := range rs.of {
		if r.version != v {
			continue
		}
		for line := range strings.Lines(r.text) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "Benchmark"):
				b.WriteString(normalised(line, reference/r.calibration) + "\n")
			case isSetting(line):
				b.WriteString(line + "\n")
			}
		}
		fmt.Fprintf(&b, "BenchmarkCalibrationLoop %d %.4f ns/op\n", calibrationSteps, r.calibration)
	}
	return b.String()
}

// isSetting reports whether a line says where the benchmark ran.
func isSetting(line string) bool {
	for _, key := range []string{"goos:", "goarch:", "pkg:", "cpu:"} {
		if strings.HasPrefix(line, key) {
			return true
		}
	}
	return false
}

// normalised multiplies the times of a benchmark's line and divides its rates. Other
// values are left as they are.
func normalised(line string, by float64) string {
	fields := strings.Fields(line)
	for i := 2; i+1 < len(fields); i += 2 {
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return line // not a result: what a benchmark has logged
		}
		switch unit := fields[i+1]; {
		case strings.HasPrefix(unit, "ns/"), strings.HasPrefix(unit, "best-ns/"):
			fields[i] = strconv.FormatFloat(v*by, 'g', 8, 64)
		case strings.HasSuffix(unit, "/s"):
			fields[i] = strconv.FormatFloat(v/by, 'g', 8, 64)
		}
	}
	return strings.Join(fields, " ")
}
