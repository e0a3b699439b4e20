//go:build !unix

package netx

// Where there is no Unix there are no Unix sockets: Listen and Dial say so.

const maxLocalName = 107

func (*Net) listenLocal(name string, _ Factory, _ []Option) (*Port, error) {
	return nil, &opError{op: "listen", network: "unix", address: name, err: ErrUnsupported}
}

func connectLocal(string) (int, error) { return -1, ErrUnsupported }

func (*Net) controlBuffer() []byte { return nil }

func dupFD(int) (int, error) { return -1, ErrUnsupported }

func sendFDs(int, []byte, []int) (int, error) { return 0, ErrUnsupported }

func receiveFDs(int, []byte, []byte, int) (int, []int, error) { return 0, nil, ErrUnsupported }
