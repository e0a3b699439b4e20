package doctest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// goCommands finds the commands that a page tells its reader to type, in
// blocks and in line.
func goCommands(page string) []string {
	var commands []string
	for _, command := range regexp.MustCompile("go (?:test|run) [^`#\n]+").FindAllString(page, -1) {
		commands = append(commands, strings.TrimSpace(command))
	}
	return commands
}

// TestReadmeCommands checks that the commands of the README are there, that
// the programs they run exist, and that CI runs the same test command.
func TestReadmeCommands(t *testing.T) {
	commands := goCommands(read(t, "README.md"))
	for _, want := range []string{"go test ./...", "go run ./examples/quickstart"} {
		if !slices.Contains(commands, want) {
			t.Errorf("README.md does not have the command %q; it has %q", want, commands)
		}
	}
	makefile := read(t, "Makefile")
	existing := slices.Concat(programs(t, filepath.Join(root, "examples")), programs(t, filepath.Join(root, "benchmarks")))
	for _, command := range commands {
		words := strings.Fields(command)
		switch folder, local := strings.CutPrefix(words[2], "./"); {
		case command == "go test ./..." && !strings.Contains(makefile, command):
			t.Errorf("README.md tells to run %q, and the Makefile does not run it", command)
		case words[1] == "run" && local && !slices.Contains(existing, filepath.Join(root, folder)):
			t.Errorf("README.md tells to run %q, and there is no such program", command)
		}
	}
}

func TestGoCommands(t *testing.T) {
	page := "Type `go test ./...`:\n\n```sh\n$ go run ./examples/a x # and look\ngo build\n```\n"
	want := []string{"go test ./...", "go run ./examples/a x"}
	if got := goCommands(page); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
