package poller_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// channel is the model of a pipe.
type channel struct {
	bytes          int
	reader, writer bool // open
}

// side is one end of a pipe, as long as it is open.
type side struct {
	channel *channel
	writes  bool
}

// registered is the model of a registration.
type registered struct {
	token poller.Token
	fd    int
	side  side
	want  poller.Readiness
}

// model runs a program of single bytes on a Poller and on naive books beside
// it, with real pipes whose numbers the kernel gives out again.
type model struct {
	*world
	program []byte
	ends    []int        // descriptors ever seen, open or not
	sides   map[int]side // descriptors that are open
	live    []*registered
	dead    []poller.Token
}

// next takes a byte of the program and makes it smaller than n.
func (m *model) next(n int) int {
	if len(m.program) == 0 || n == 0 {
		return 0
	}
	b := m.program[0]
	m.program = m.program[1:]
	return int(b) % n
}

func (m *model) fd() int                    { return m.ends[m.next(len(m.ends))] }
func (m *model) interest() poller.Readiness { return poller.Readiness(m.next(4)) }

// run runs the program and compares after every step.
func (m *model) run() {
	m.openPipe()
	for len(m.program) > 0 {
		switch m.next(8) {
		case 0:
			m.openPipe()
		case 1, 2:
			m.addOne()
		case 3:
			m.modifyOne()
		case 4:
			m.removeOne()
		case 5:
			m.writeOne()
		case 6:
			m.readOne()
		case 7:
			m.closeOne()
		}
		m.expect(m.expected())
		if m.p.Len() != len(m.live) {
			m.Fatalf("%d are registered, the model has %d", m.p.Len(), len(m.live))
		}
		for _, token := range m.dead {
			if m.p.Current(token) {
				m.Fatalf("%x was removed and is current", token)
			}
		}
	}
}

func (m *model) openPipe() {
	if len(m.sides) >= 16 {
		return
	}
	r, wr := m.pipe()
	c := &channel{reader: true, writer: true}
	m.sides[r], m.sides[wr] = side{c, false}, side{c, true}
	for _, fd := range []int{r, wr} {
		if !contains(m.ends, fd) {
			m.ends = append(m.ends, fd)
		}
	}
}

func contains(list []int, x int) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

func (m *model) addOne() {
	fd, want := m.fd(), m.interest()
	s, open := m.sides[fd]
	token, err := m.p.Add(fd, want)
	switch {
	case m.registered(fd):
		m.checkIs(err, unix.EEXIST)
	case !open:
		m.checkIs(err, unix.EBADF)
	default:
		m.check(err)
		m.live = append(m.live, &registered{token, fd, s, want})
	}
}

func (m *model) registered(fd int) bool {
	for _, r := range m.live {
		if r.fd == fd {
			return true
		}
	}
	return false
}

func (m *model) modifyOne() {
	if len(m.live) == 0 {
		return
	}
	r, want := m.live[m.next(len(m.live))], m.interest()
	err := m.p.Modify(r.token, want)
	if m.kind == poller.Epoll && m.orphan(r) && want != r.want {
		if !errors.Is(err, unix.EBADF) && !errors.Is(err, unix.ENOENT) {
			m.Fatalf("Modify of what was closed answers %v", err)
		}
		return
	}
	m.check(err)
	r.want = want
}

func (m *model) removeOne() {
	if len(m.live) == 0 {
		return
	}
	i := m.next(len(m.live))
	token := m.live[i].token
	m.remove(token)
	m.checkIs(m.p.Remove(token), poller.ErrStaleToken)
	m.live = append(m.live[:i], m.live[i+1:]...)
	m.dead = append(m.dead, token)
}

func (m *model) writeOne() {
	fd := m.fd()
	if s, open := m.sides[fd]; open && s.writes && s.channel.reader && s.channel.bytes < 100 {
		m.write(fd)
		s.channel.bytes++
	}
}

func (m *model) readOne() {
	fd := m.fd()
	if s, open := m.sides[fd]; open && !s.writes && s.channel.bytes > 0 {
		if n := m.read(fd); n != s.channel.bytes {
			m.Fatalf("read %d bytes, the model has %d", n, s.channel.bytes)
		}
		s.channel.bytes = 0
	}
}

func (m *model) closeOne() {
	fd := m.fd()
	s, open := m.sides[fd]
	if !open {
		return
	}
	m.close(fd)
	delete(m.sides, fd)
	if s.writes {
		s.channel.writer = false
	} else {
		s.channel.reader = false
	}
}

// orphan reports whether the registration's file is closed, whatever its number
// leads to now.
func (m *model) orphan(r *registered) bool { return m.sides[r.fd] != r.side }

// expected is what the documentation says that Wait reports now.
func (m *model) expected() ready {
	want := ready{}
	for _, r := range m.live {
		if got := m.readiness(r); got != 0 {
			want[r.token] = got
		}
	}
	return want
}

func (m *model) readiness(r *registered) poller.Readiness {
	s, open := m.sides[r.fd]
	switch {
	case m.kind == poller.Epoll && m.orphan(r):
		return 0
	case !open && (m.kind == poller.Poll || r.want != 0):
		return poller.Invalid
	case !open:
		return 0
	}
	var can, fail poller.Readiness
	switch {
	case s.writes:
		can = poller.Writable
		if !s.channel.reader {
			fail = poller.Fault
		}
	default:
		if s.channel.bytes > 0 {
			can = poller.Readable
		}
		if !s.channel.writer {
			fail = poller.Hangup
		}
	}
	if m.kind != poller.Select {
		return can&r.want | fail
	}
	// select folds a failure into what was asked for.
	if fail != 0 {
		can |= poller.Readable
	}
	return can & r.want
}

// runModel runs one program on a Poller of a kind.
func runModel(t *testing.T, kind poller.Kind, program []byte) {
	m := &model{world: newWorld(t, kind), program: program, sides: map[int]side{}}
	m.run()
}

// TestModel runs programs that are made from fixed seeds.
func TestModel(t *testing.T) {
	for _, kind := range kinds(t) {
		for seed := range uint64(40) {
			t.Run(fmt.Sprintf("%v/%d", kind, seed), func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 11))
				program := make([]byte, 600)
				for i := range program {
					program[i] = byte(random.Uint32())
				}
				runModel(t, kind, program)
			})
		}
	}
}

// FuzzModel looks for an order of Add, Modify, Remove and close that the books
// do not agree with.
func FuzzModel(f *testing.F) {
	f.Add([]byte{1, 0, 1, 5, 1, 7, 0, 0, 4, 0, 1, 0, 1})       // close, open again, remove, add
	f.Add([]byte{1, 0, 1, 5, 1, 7, 0, 0, 1, 0, 1, 3, 0, 3, 5}) // the same with Add too early, and Modify
	f.Add([]byte{1, 1, 2, 7, 0, 3, 0, 0, 4, 0})                // a write end loses its reader
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) > 2000 {
			t.Skip("SKIPPED: the program is so long that the fuzzer would make few of them")
		}
		for _, kind := range kinds(t) {
			t.Run(kind.String(), func(t *testing.T) { runModel(t, kind, program) })
		}
	})
}
