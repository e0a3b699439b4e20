package doctest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Module is a throw-away module that uses the checkout the way any user would:
// it sees the public packages alone. It belongs to one goroutine.
type Module struct {
	dir, root string
	packages  map[string]string
}

// NewModule makes a module in the empty folder dir, for the checkout at root.
// It needs no network beyond what building the checkout needs: the versions
// and sums are copied. It runs the go command and waits for it.
func NewModule(ctx context.Context, dir, root string) (*Module, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	m := &Module{dir: dir, root: root}
	if err := m.writeGoMod(); err != nil {
		return nil, err
	}
	list, err := goCommand(ctx, root, "list", "-buildvcs=false", "-f", "{{.Name}} {{.ImportPath}}", "std", "./...")
	if err != nil {
		return nil, err
	}
	m.packages = importable(list)
	return m, nil
}

const modulePath = "github.com/spindle-go/spindle"

func (m *Module) writeGoMod() error {
	mod, err := os.ReadFile(filepath.Join(m.root, "go.mod"))
	if err != nil {
		return err
	}
	text := strings.Replace(string(mod), "module "+modulePath+"\n", "module doctest.test\n", 1)
	text += fmt.Sprintf("\nrequire %s v0.0.0\n\nreplace %s => %q\n", modulePath, modulePath, m.root)
	if err := os.WriteFile(filepath.Join(m.dir, "go.mod"), []byte(text), 0o600); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(m.root, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.dir, "go.sum"), sum, 0o600)
}

// importable reads lines of name and path, and keeps what anybody may import.
// Of two with one name the module's own wins, then the shorter path.
func importable(list string) map[string]string {
	packages := map[string]string{}
	for line := range strings.Lines(list) {
		name, importPath, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "main" || hidden(importPath) {
			continue
		}
		if known, ok := packages[name]; !ok || better(importPath, known) {
			packages[name] = importPath
		}
	}
	packages["rand"] = "math/rand/v2"
	return packages
}

func hidden(importPath string) bool {
	elements := "/" + importPath + "/"
	return strings.Contains(elements, "/internal/") || strings.Contains(elements, "/vendor/")
}

func better(importPath, known string) bool {
	ours, theirs := strings.HasPrefix(importPath, modulePath), strings.HasPrefix(known, modulePath)
	if ours != theirs {
		return ours
	}
	return len(importPath) < len(known)
}

// Add writes the block into a folder of its own and returns its name there,
// which Build takes.
func (m *Module) Add(b Block) (string, error) {
	source, pkg, err := b.Source(m.packages)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s_%d", strings.TrimSuffix(filepath.Base(b.Page), ".md"), b.Line)
	dir, err := os.MkdirTemp(m.dir, name+"_")
	if err != nil {
		return "", err
	}
	file := "block.go"
	if strings.HasSuffix(pkg, "_test") {
		file = "block_test.go"
	}
	return filepath.Base(dir), os.WriteFile(filepath.Join(dir, file), []byte(source), 0o600)
}

// Vet compiles and vets all blocks in one go. The error holds what the
// compiler said, with the places in the pages.
func (m *Module) Vet(ctx context.Context) error {
	_, err := goCommand(ctx, m.dir, "vet", "-mod=mod", "./...")
	return err
}

// Build links the program that Add put into name and returns it.
func (m *Module) Build(ctx context.Context, name string) (Program, error) {
	return Build(ctx, filepath.Join(m.dir, name), filepath.Join(m.dir, name))
}
