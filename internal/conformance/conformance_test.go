package conformance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/internal/conformance"
)

// program reads one program from a file of vectors.
func program(t *testing.T, text string) conformance.Program {
	t.Helper()
	folder := folderWith(t, `{"kind": "deferred", "programs": [`+text+`]}`)
	programs, err := conformance.Load(folder, "deferred")
	if err != nil {
		t.Fatal(err)
	}
	return programs[0]
}

// folderWith is a folder with a file of vectors.
func folderWith(t *testing.T, text string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "deferred1.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestPlay plays programs whose traces are right, and some whose traces are not:
// a player that passes everything would prove nothing.
func TestPlay(t *testing.T) {
	const ops = `{"name": "p", "ops": [
		{"op": "new", "n": 0, "d": 0},
		{"op": "add", "n": 1, "d": 0, "how": "callback", "cb": {"id": 1, "do": [], "out": {"add": 2}}},
		{"op": "callback", "n": 2, "d": 0, "v": 5},
		{"op": "callback", "n": 3, "d": 0, "v": 6}
	], "trace": `
	rows := []struct{ name, trace, want string }{
		{"right", `[["cb", 1, {"v": 5}], ["raised", 3, "AlreadyFired"], ["end", 0, {"v": 7}]]`, ""},
		{"another value", `[["cb", 1, {"v": 5}], ["raised", 3, "AlreadyFired"], ["end", 0, {"v": 8}]]`, "p: event 2 is"},
		{"an event is missing", `[["cb", 1, {"v": 5}], ["end", 0, {"v": 7}]]`, "p: event 1 is"},
		{"an event too many", `[["cb", 1, {"v": 5}], ["raised", 3, "AlreadyFired"], ["end", 0, {"v": 7}], ["end", 1, null]]`, "p: event 3 is"},
		{"no trace at all", `[]`, "p: event 0 is"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			err := conformance.New().Play(program(t, ops+row.trace+"}"))
			switch {
			case row.want == "" && err != nil:
				t.Error(err)
			case row.want != "" && (err == nil || !strings.HasPrefix(err.Error(), row.want)):
				t.Errorf("error %v, want %q", err, row.want)
			}
		})
	}
}

// TestPlayerAndVectorsMustFit makes sure that nothing unknown is passed over.
func TestPlayerAndVectorsMustFit(t *testing.T) {
	rows := []struct{ name, ops, want string }{
		{"operation", `{"op": "explode", "n": 0}`, "conformance: unknown operation explode"},
		{"way to add", `{"op": "new", "d": 0}, {"op": "add", "d": 0, "how": "sideways"}`, "conformance: unknown way to add: sideways"},
		{"error", `{"op": "fail", "d": 0, "e": "E99"}`, "conformance: no error is called E99"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			p := program(t, `{"name": "p", "ops": [`+row.ops+`], "trace": []}`)
			defer func() {
				if got := recover(); got != row.want {
					t.Errorf("panic %v, want %q", got, row.want)
				}
			}()
			_ = conformance.New().Play(p)
		})
	}
}

func TestLoad(t *testing.T) {
	rows := []struct{ name, folder, kind, want string }{
		{"no folder", filepath.Join(t.TempDir(), "none"), "deferred", "no vectors of kind"},
		{"no file of that kind", folderWith(t, `{"kind": "deferred", "programs": [{}]}`), "clock", "no vectors of kind"},
		{"no programs", folderWith(t, `{"kind": "deferred", "programs": []}`), "deferred", "no vectors of kind"},
		{"another kind inside", folderWith(t, `{"kind": "flow", "programs": [{}]}`), "deferred", `vectors of kind "flow"`},
		{"not JSON", folderWith(t, `{`), "deferred", "deferred1.json: unexpected end of JSON input"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := conformance.Load(row.folder, row.kind)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want %q in it", err, row.want)
			}
		})
	}
}
