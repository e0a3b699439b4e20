package programs_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patiently returns a context for programs that may be slow to start.
func patiently(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// skip leaves a test out, so that it is seen without -v.
func skip(t *testing.T, why string) {
	t.Helper()
	fmt.Fprintf(os.Stderr, "\n*** %s is SKIPPED: %s ***\n\n", t.Name(), why)
	t.Skip(why)
}

// tool finds a program, or skips the test.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		skip(t, "there is no "+name)
	}
	return path
}

// onLinux skips what needs epoll.
func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		skip(t, "it needs Linux")
	}
}

// onUnix skips what needs a reactor.
func onUnix(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		skip(t, "it needs a Unix")
	}
}

// hasHeader reports whether a C compiler finds a header.
func hasHeader(t *testing.T, compiler, header string) bool {
	t.Helper()
	cmd := exec.CommandContext(patiently(t), compiler, "-E", "-xc", "-")
	cmd.Stdin = strings.NewReader("#include <" + header + ">\n")
	return cmd.Run() == nil
}

// build runs a compiler in a folder, and fails the test if it fails.
func build(t *testing.T, folder, compiler string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(patiently(t), compiler, args...)
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}

// node is Node with a script.
func node(script ...string) func(*testing.T) []string {
	return func(t *testing.T) []string { return append([]string{tool(t, "node")}, script...) }
}

// java compiles a class, without a warning, and runs it.
func java(class string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		vm, compiler, folder := tool(t, "java"), tool(t, "javac"), t.TempDir()
		build(t, ".", compiler, "-Xlint:all", "-Werror", "-d", folder, class+".java")
		return []string{vm, "-cp", folder, class}
	}
}

// twisted is the Python that has Twisted, with a script. That of the system has it
// where another one comes first.
func twisted(script string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		for _, python := range []string{"python3", "/usr/bin/python3"} {
			if exec.CommandContext(patiently(t), python, "-c", "import twisted").Run() == nil {
				return []string{python, script}
			}
		}
		skip(t, "there is no python3 with Twisted. On Debian: apt-get install python3-twisted")
		return nil
	}
}

// program is one that runs, told by lines and telling lines.
type program struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// start runs a program until the test ends, if it has not ended then.
func start(t *testing.T, command []string) *program {
	t.Helper()
	cmd := exec.CommandContext(patiently(t), command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil { // the test has failed
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return &program{cmd: cmd, in: in, out: bufio.NewReader(out)}
}

// line is the next one that the program prints, without its end.
func (p *program) line(t *testing.T) string {
	t.Helper()
	text, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("%v ended: %v", p.cmd, err)
	}
	return text[:len(text)-1]
}

// end ends the program's input, and expects it to end well without another word.
func (p *program) end(t *testing.T) {
	t.Helper()
	if err := p.in.Close(); err != nil {
		t.Error(err)
	}
	rest, err := io.ReadAll(p.out)
	if len(rest) > 0 || err != nil {
		t.Errorf("at the end it said %q, %v", rest, err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Error("at the end of its input:", err)
	}
}

// goBuild builds a program of a module into a folder of the test.
func goBuild(t *testing.T, module, pkg string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), filepath.Base(pkg))
	cmd := exec.CommandContext(patiently(t), "go", "build", "-o", binary, pkg)
	cmd.Dir = module
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && module == peers {
		skip(t, fmt.Sprintf("it cannot be built, perhaps without a network: %s", out))
	}
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return binary
}

// peers is the module with the libraries of others.
const peers = "../peers"
