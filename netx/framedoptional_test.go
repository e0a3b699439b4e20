//go:build unix

package netx_test

import (
	"os"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// frameTaker is a protocol of frames that takes descriptors, and pauses at them.
type frameTaker struct {
	frames
	files []*os.File
}

func (f *frameTaker) FDsReceived(files []*os.File) {
	f.note("%d descriptors", len(files))
	f.files = append(f.files, files...)
	f.conn.Pause()
}

// TestFDsBeforeFramesThatWait has descriptors come to a protocol of frames that
// pauses at them: the frame that they came with waits.
func TestFDsBeforeFramesThatWait(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	a, b := &recorder{}, &frameTaker{}
	w.connect(a, netx.Framed(netx.Lines{Delimiter: "\n"}, b))
	f := numbered(t, 7)
	w.do(func() {
		if _, err := a.conn.WriteFDs([]byte("take this\n"), f); err != nil {
			t.Error(err)
		}
	})
	w.until("the descriptors", func() bool { return b.story() != "" })
	w.settle()
	w.do(func() {
		if got := b.story(); got != "1 descriptors" {
			t.Errorf("got %s", got)
		}
		b.conn.Resume()
	})
	w.until("the frame", func() bool { return strings.HasSuffix(b.story(), `"take this"`) })
	w.do(func() {
		if b.story() != `1 descriptors, "take this"` || numberIn(t, b.files[0]) != 7 {
			t.Errorf("got %s", b.story())
		}
		for _, f := range b.files {
			f.Close()
		}
		a.conn.Abort()
	})
	w.until("the end", func() bool { return a.lost() && b.reason != nil })
	f.Close()
}
