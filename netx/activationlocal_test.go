//go:build unix

package netx_test

import (
	"os"
	"testing"
)

// TestActivationUnix starts a process with a Unix socket that listens. Its path is
// there for the next process.
func TestActivationUnix(t *testing.T) {
	path := socketPath(t)
	_, file := listenerFile(t, "unix", path)
	for range 2 {
		h := startActivated(t, []*os.File{file}, "LISTEN_FDS=1", "LISTEN_PID=PID", "LISTEN_FDNAMES=web")
		h.says("names: [web]")
		h.says("the same again: true <nil>")
		h.says("variables left: 0")
		h.says("closed on exec: true <nil>")
		h.says(`error: netx: listen systemd "web": netx: no such socket from systemd: all 1 are taken`)
		h.says("ready")
		c := dialUnix(t, path)
		if got := hello(t, c); got != "HELLO" {
			t.Errorf("the answer is %q", got)
		}
		c.Close()
		h.end()
		if !exists(path) {
			t.Fatal("the path was removed")
		}
	}
}
