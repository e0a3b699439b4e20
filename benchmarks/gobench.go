package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// benchTime is how long a benchmark process may take beyond its own time.
const benchTime = 2 * time.Minute

// gobench runs one row of a compiled test binary, and returns what it measured
// by contender. A row that the binary does not have gives an empty map.
func gobench(ctx context.Context, binary, folder string, r row, d time.Duration) (map[string]map[string]float64, string, error) {
	ctx, cancel := context.WithTimeout(ctx, benchTime)
	defer cancel()
	args := []string{
		"-test.run", "^$", "-test.bench", benchPattern(r), "-test.benchmem",
		"-test.benchtime", d.String(), "-test.cpu", strconv.Itoa(r.cpu),
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = folder
	cmd.WaitDelay = time.Second
	var out, diagnostics bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diagnostics
	line := filepath.Base(binary) + " '" + strings.Join(args, "' '") + "'"
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, line, ctx.Err()
		}
		return nil, line, fmt.Errorf("%w: %s", err, oneLine(diagnostics.String()+failures(out.String())))
	}
	found, err := parseBenchmarks(out.String(), r)
	return found, line, err
}

// benchPattern is the regexp for the benchmarks of a row. The case of the
// subject's name in the function's is not ours to know: TLS or Tls.
func benchPattern(r row) string {
	parts := []string{"^(?i:Benchmark" + regexp.QuoteMeta(r.subject) + ")$"}
	for part := range strings.SplitSeq(r.name, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	return strings.Join(parts, "/")
}

// described is how lines begin that a test binary prints when all is well.
var described = regexp.MustCompile(`^(Benchmark|goos: |goarch: |pkg: |cpu: )`)

// failures returns the lines that say what failed.
func failures(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		if !described.MatchString(line) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// parseBenchmarks reads the lines of a row: Benchmark<Subject>/<row>/<contender>
// and after it the count and pairs of a value and its unit.
func parseBenchmarks(out string, r row) (map[string]map[string]float64, error) {
	found := map[string]map[string]float64{}
	prefix := "benchmark" + r.subject + "/" + r.name + "/"
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if len(words) < 4 || len(words[0]) <= len(prefix) || !strings.EqualFold(words[0][:len(prefix)], prefix) {
			continue
		}
		contender := words[0][len(prefix):]
		if r.cpu > 1 { // the testing package adds the number of processors then
			contender = strings.TrimSuffix(contender, "-"+strconv.Itoa(r.cpu))
		}
		values := map[string]float64{}
		for i := 2; i+1 < len(words); i += 2 {
			x, err := strconv.ParseFloat(words[i], 64)
			if err != nil {
				return nil, fmt.Errorf("a benchmark said %q: %w", strings.TrimSpace(line), err)
			}
			values[words[i+1]] = x
		}
		found[contender] = values
	}
	return found, nil
}
