package load

import (
	"bytes"
	"context"
)

// Run drives the server until the time is over, and says what it did. It fails with
// ErrConfig, with ErrUnsupported, with the error of a connection that could not be
// made, with ErrConnectionsLost, and with the context's error when that ended first;
// the Result then has what was counted until then. A connection that is lost while
// others go on is counted as an error in the Result.
//
// Any goroutine may call it; it blocks, and has closed its connections when it
// returns. It allocates nothing per request; with TLS, crypto/tls does for each read.
func Run(ctx context.Context, c Config) (Result, error) {
	if err := c.check(); err != nil {
		return Result{}, err
	}
	return runLoop(ctx, c)
}

// readSize is the buffer for answers. All connections share it.
const readSize = 256 << 10

// message is the text of a request again and again: what begins anywhere within the
// first size bytes goes on for readSize bytes at least. Neighbouring bytes differ, so
// that a shifted echo is seen.
func message(size int) []byte {
	one := make([]byte, size)
	for i := range one {
		one[i] = byte(i*31 + i>>8)
	}
	return bytes.Repeat(one, readSize/size+2)
}

const (
	// small is the size of an answer up to which all that comes is compared with what
	// was sent. To copy larger ones and compare them can cost more than the server; with
	// TLS they are copied in any case, and all is compared.
	small = 4096
	// sampled is how many reads of larger answers it takes for one to be compared. The
	// first of each connection is. It is a prime: where each answer takes as many reads,
	// other parts of it are compared each time.
	sampled = 17
)

// echoed reports whether p is what message has at offset.
func echoed(message []byte, offset int, p []byte) bool {
	return bytes.Equal(message[offset:offset+len(p)], p)
}
