//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// Curl fetches what the example serves, over one connection, and refuses to when
// it does not know the certificate.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("SKIPPED: the program curl is not installed, so nothing is known of how it gets on with the server")
	}
	id, err := newIdentity("localhost")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, id.pem(), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	type outputs struct{ trusting, strange string }
	got, err := reactor.React(ctx, r, func(*reactor.Reactor) *deferred.Deferred[outputs] {
		port, err := listen(netx.New(r), "127.0.0.1:0", id)
		if err != nil {
			return deferred.Fail[outputs](err)
		}
		_, number, _ := strings.Cut(port.Addr().String(), ":")
		base := "https://localhost:" + number
		return threads.DeferToThread(r, func(ctx context.Context) (outputs, error) {
			run := func(args ...string) string {
				args = append([]string{"--silent", "--show-error", "--ipv4", "--http1.1"}, args...)
				text, err := exec.CommandContext(ctx, curl, args...).CombinedOutput()
				if err != nil {
					return string(text) + err.Error()
				}
				return string(text)
			}
			return outputs{
				run("--cacert", file, "--write-out", "%{num_connects} ", base+"/tls", base+"/", base+"/nothing"),
				run(base + "/"),
			}, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "TLS 1.3 with \"http/1.1\", for localhost\n1 Hello. Nobody else can read this.\n0 There is no such page.\n0 "
	if got.trusting != want {
		t.Errorf("curl got %q", got.trusting)
	}
	if !strings.Contains(got.strange, "self-signed certificate") || !strings.Contains(got.strange, "exit status 60") {
		t.Errorf("curl without the certificate said %q", got.strange)
	}
}
