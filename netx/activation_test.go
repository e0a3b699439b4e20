package netx_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func TestActivatedNames(t *testing.T) {
	for name, tt := range map[string]struct {
		pid, fds, names string
		want            []string
		says            string // of the error
	}{
		"nothing":               {},
		"for this process":      {"7", "2", "a:b", []string{"a", "b"}, ""},
		"without names":         {"7", "2", "", []string{"unknown", "unknown"}, ""},
		"the same name":         {"7", "2", "a:a", []string{"a", "a"}, ""},
		"no sockets":            {"7", "0", "", nil, ""},
		"an empty name":         {"7", "2", "a:", []string{"a", ""}, ""},
		"for another process":   {"8", "2", "a:b", nil, ""},
		"nonsense for another":  {"8", "x", "a:b", nil, ""},
		"no process":            {"", "2", "a:b", nil, ""},
		"a process that is not": {"x", "2", "a:b", nil, `LISTEN_PID="x"`},
		"a negative process":    {"-7", "2", "a:b", nil, `LISTEN_PID="-7"`},
		"no number":             {"7", "x", "", nil, `LISTEN_FDS="x"`},
		"a negative number":     {"7", "-1", "", nil, `LISTEN_FDS="-1"`},
		"a number too large":    {"7", "65536", "", nil, `LISTEN_FDS="65536"`},
		"too few names":         {"7", "2", "a", nil, `LISTEN_FDNAMES="a"`},
		"too many names":        {"7", "1", "a:b", nil, `LISTEN_FDNAMES="a:b"`},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"LISTEN_PID": tt.pid, "LISTEN_FDS": tt.fds, "LISTEN_FDNAMES": tt.names}
			got, err := netx.ActivatedNames(func(name string) string { return env[name] }, 7)
			if tt.says == "" && (err != nil || !slices.Equal(got, tt.want)) {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
			if tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
