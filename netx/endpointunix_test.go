package netx_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func TestUnixArguments(t *testing.T) {
	for text, want := range map[string]struct {
		path string
		mode fs.FileMode
		pos  int // of the error; 0 for none
	}{
		"unix:/run/x.sock":           {"/run/x.sock", 0, 0},
		"unix:path=/run/x.sock":      {"/run/x.sock", 0, 0},
		"unix:@name":                 {"@name", 0, 0},
		`unix:C\:\\x:mode=0660`:      {`C:\x`, 0o660, 0},
		"unix:/x:mode=777":           {"/x", 0o777, 0},
		"unix":                       {pos: 4},
		"unix:":                      {pos: 5},
		"unix:/run/x.sock:mode=":     {pos: 22},
		"unix:/run/x.sock:mode=0":    {pos: 22},
		"unix:/run/x.sock:mode=0888": {pos: 22},
		"unix:/run/x.sock:mode=1777": {pos: 22},
		"unix:/run/x.sock:mode=-1":   {pos: 22},
		"unix:/x:timeout=x":          {pos: 16},
	} {
		for _, server := range []bool{false, true} {
			n := &askedNetwork{}
			var err error
			what := "dial unix "
			if server {
				what = "listen unix "
				_, err = netx.Serve(n, text, factory(nil))
			} else {
				netx.Connect(n, text, factory(nil)).Catch(func(f *failure.Failure) { err = f })
			}
			bad, _ := errors.AsType[*netx.EndpointError](err)
			if (err != nil) != (want.pos > 0) || bad != nil && bad.Pos != want.pos {
				t.Errorf("%s: %v", text, err)
			}
			if mode := netx.ChosenBy(n.opts).Mode; err == nil && (!slices.Equal(n.asked, []string{what + want.path}) || mode != want.mode) {
				t.Errorf("%s is %s, %o", text, n.asked, mode)
			}
		}
	}
}

func TestUnixEndpointOptions(t *testing.T) {
	n := &askedNetwork{}
	netx.Connect(n, "unix:/x:timeout=3:mode=0600:backlog=7", factory(nil), netx.WithConnectTimeout(time.Hour), netx.WithBacklog(3))
	if got := netx.ChosenBy(n.opts); got.Timeout != 3*time.Second || got.Backlog != 7 || got.Mode != 0o600 {
		t.Errorf("chosen are %+v", got)
	}
}
