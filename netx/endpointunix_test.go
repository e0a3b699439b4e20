package netx_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func TestUnixArguments(t *testing.T) {
	for text, want := range map[string]struct {
		path string
		mode fs.FileMode
		pos  int // of the error; 0 for none
	}{
		"x:/run/x.sock":           {"/run/x.sock", 0, 0},
		"x:path=/run/x.sock":      {"/run/x.sock", 0, 0},
		"x:@name":                 {"@name", 0, 0},
		`x:C\:\\x:mode=0660`:      {`C:\x`, 0o660, 0},
		"x:/x:mode=777":           {"/x", 0o777, 0},
		"x":                       {pos: 1},
		"x:":                      {pos: 2},
		"x:/run/x.sock:mode=":     {pos: 19},
		"x:/run/x.sock:mode=0":    {pos: 19},
		"x:/run/x.sock:mode=0888": {pos: 19},
		"x:/run/x.sock:mode=1777": {pos: 19},
		"x:/run/x.sock:mode=-1":   {pos: 19},
	} {
		var es netx.Endpoints
		es.Register("x", netx.EndpointKind{
			Positional: []string{"path"},
			Named:      []string{"mode"},
			Serve: func(_ netx.Network, e *netx.Endpoint, _ netx.Factory, _ ...netx.Option) (*netx.Port, error) {
				path, mode, err := netx.UnixTarget(e)
				if path != want.path || mode != want.mode {
					t.Errorf("%s is %s, %o", text, path, mode)
				}
				return nil, err
			},
		})
		_, err := es.Serve(nil, text, factory(nil))
		bad, _ := errors.AsType[*netx.EndpointError](err)
		if (err != nil) != (want.pos > 0) || bad != nil && bad.Pos != want.pos {
			t.Errorf("%s: %v", text, err)
		}
	}
}
