//go:build unix

package netx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxLocalName is how long the name of a Unix socket may be.
const maxLocalName = len(unix.RawSockaddrUnix{}.Path) - 1

// boundName is the name that a Unix socket is bound to. Its file is removed at
// the end of the socket.
type boundName struct {
	name string      // as the kernel has it
	path string      // absolute, since the working directory may change; "" without a file
	file fs.FileInfo // what was at path then
}

// bindName binds fd to name, and calls then before anybody else may take the
// file for one that was left behind: until somebody listens at it, it looks like
// that. A file of a socket that is not there any more is replaced.
func bindName(fd, kind int, name string, cfg *config, then func() error) (*boundName, error) {
	if isAbstract(name) {
		return bindAbstract(fd, name, then)
	}
	if mode := cfg.local.mode; mode != 0 {
		// Linux makes the file with no more than these, so that nobody can send
		// a datagram before settle has set them. Other systems refuse this.
		_ = unix.Fchmod(fd, uint32(mode))
	}
	locked := lockDir(filepath.Dir(name))
	defer locked.unlock()
	err := unix.Bind(fd, &unix.SockaddrUnix{Name: name})
	if errors.Is(err, unix.EADDRINUSE) {
		if stale := removeStale(locked, kind, name); stale != nil {
			return nil, fmt.Errorf("%w (%w)", os.NewSyscallError("bind", err), stale)
		}
		err = unix.Bind(fd, &unix.SockaddrUnix{Name: name})
	}
	if err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	b := &boundName{name: name, path: name}
	if err := b.settle(cfg); err != nil {
		b.remove()
		return nil, err
	}
	if err := then(); err != nil {
		b.remove()
		return nil, err
	}
	return b, nil
}

// bindAbstract is bindName for a name that is not in the file system.
func bindAbstract(fd int, name string, then func() error) (*boundName, error) {
	if name == chosenByKernel {
		name = "" // which is how the kernel is asked
	}
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: name}); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	if err := then(); err != nil {
		return nil, err
	}
	return &boundName{name: localNameOf(unix.Getsockname(fd))}, nil
}

// settle sets the file's permissions and notes which file it is.
func (b *boundName) settle(cfg *config) (err error) {
	if b.file, err = os.Lstat(b.name); err != nil {
		return err
	}
	if mode := cfg.local.mode; mode != 0 {
		if err := os.Chmod(b.name, mode); err != nil {
			return err
		}
	}
	b.path, err = filepath.Abs(b.name)
	return err
}

// remove removes the file, if it is still the one that was made. A number of an
// inode may have been given out again, so the time counts as well, which for a
// socket is that of its making.
func (b *boundName) remove() {
	if b.path == "" {
		return
	}
	now, err := os.Lstat(b.path)
	if err == nil && b.file != nil && os.SameFile(now, b.file) && now.ModTime().Equal(b.file.ModTime()) {
		// Without the permission it stays, for the next one to replace.
		_ = os.Remove(b.path)
	}
}

// These say why a file is in the way of a socket.
var (
	errNoSocketFile = errors.New("the file is no socket")
	errSocketLives  = errors.New("somebody listens there")
	errBeingTaken   = errors.New("another process is replacing sockets there")
)

// removeStale removes a socket's file if the kernel says that nobody has that
// socket any more. Otherwise it says why not.
func removeStale(locked dirLock, kind int, name string) error {
	file, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // it went away by itself
	case err != nil:
		return err
	case file.Mode().Type() != fs.ModeSocket:
		return errNoSocketFile
	case locked == lockedByOthers:
		return errBeingTaken
	}
	fd, err := newSocket(unix.AF_UNIX, kind)
	if err != nil {
		return err
	}
	defer closeFD(fd)
	switch err := unix.Connect(fd, &unix.SockaddrUnix{Name: name}); {
	case errors.Is(err, unix.ECONNREFUSED):
		return os.Remove(name)
	case err == nil, errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINPROGRESS), errors.Is(err, unix.EPROTOTYPE):
		return errSocketLives
	default:
		return os.NewSyscallError("connect", err)
	}
}

// localNameOf returns the name in an address of the kernel, in the form of
// Getsockname's results. A socket without a name has an empty one.
func localNameOf(sa unix.Sockaddr, err error) string {
	local, ok := sa.(*unix.SockaddrUnix)
	if err != nil || !ok || local.Name == "@" {
		return ""
	}
	return local.Name
}

// dirLock is a lock on a directory, as a descriptor, so that of two processes
// that find a file left behind only one replaces it: the other one might remove
// what the first has just made. It makes no file. A directory that cannot be
// opened or locked is done without, as is one that a stranger has locked: it
// must not hold up the loop.
type dirLock int

const (
	lockedByNobody dirLock = -1
	lockedByOthers dirLock = -2
)

// lockDir locks dir if that is possible at once.
func lockDir(dir string) dirLock {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return lockedByNobody
	}
	err = lockFD(fd)
	if err == nil {
		return dirLock(fd)
	}
	closeFD(fd)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return lockedByOthers
	}
	return lockedByNobody
}

// unlock gives the lock back.
func (l dirLock) unlock() {
	if l >= 0 {
		closeFD(int(l))
	}
}
