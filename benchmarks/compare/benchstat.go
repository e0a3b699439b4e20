package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// benchstatVersion is fixed, so that the same numbers are judged in the same way.
const benchstatVersion = "golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da"

// benchstat prints the comparison of what is in a folder. The go command fetches it
// through the module proxy.
func benchstat(ctx context.Context, folder string) error {
	fmt.Fprintln(os.Stderr, "results are in", folder)
	cmd := exec.CommandContext(ctx, "go", "run", benchstatVersion,
		"base="+filepath.Join(folder, "base.txt"), "new="+filepath.Join(folder, "new.txt"))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("benchstat: %w", err)
	}
	return nil
}
