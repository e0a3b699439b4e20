package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// output runs a command in a folder and returns what it prints to standard output. An
// error has what it printed to standard error. When the context ends, the command is
// killed.
func output(ctx context.Context, folder, name string, args ...string) (string, error) {
	var complaints, text strings.Builder
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, &text, &complaints
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(complaints.String()))
	}
	return strings.TrimRight(text.String(), "\n"), err
}
