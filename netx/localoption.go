package netx

import (
	"fmt"
	"io/fs"
)

// localConfig is what the Options for Unix sockets set.
type localConfig struct {
	mode   fs.FileMode // 0 leaves it to the umask
	maxFDs int         // 0 is all that may come
}

// WithUnixMode sets the permissions of the file that a Unix socket is listened at,
// whatever the umask is. Who may connect is who may write to it. The permissions are
// there before the first connection can be, and on Linux before the first datagram.
// The default leaves them to the umask. Abstract names, which everybody may connect
// to, and networks other than "unix" and "unixgram" ignore it.
func WithUnixMode(mode fs.FileMode) Option {
	if mode == 0 || mode != mode.Perm() {
		panic(fmt.Sprintf("netx: WithUnixMode(%#o): must be permissions, from 1 to 0777", uint32(mode)))
	}
	return func(c *config) { c.local.mode = mode }
}
