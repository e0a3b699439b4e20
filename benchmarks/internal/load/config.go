package load

import (
	"fmt"
	"time"
)

// Config says what Run does. The zero value is not valid: Addr, Conns, Size and
// Time are needed, and Depth or Rate.
type Config struct {
	// Addr is the server's TCP address, host:port.
	Addr string
	// Conns is the number of connections.
	Conns int
	// Size is the number of bytes in a request, and so in its answer.
	Size int
	// Depth is how many requests each connection keeps in flight in the closed loop.
	// It has no meaning with a Rate: requests go out when they are due, however many
	// are in flight.
	Depth int
	// Rate is the number of requests a second over all connections; 0 is the closed
	// loop.
	Rate int
	// Warm is how long the server is driven before anything is counted.
	Warm time.Duration
	// Time is how long it is measured after that.
	Time time.Duration
	// TLS has the connections speak TLS. The certificate is not verified.
	TLS bool
	// TLS12 is TLS in version 1.2 instead of 1.3.
	TLS12 bool
}

// maxRate keeps the arithmetic of the schedule from overflowing for hours.
const maxRate = 1_000_000_000

// maxSize bounds the memory of a request.
const maxSize = 1 << 28

// check returns an ErrConfig for the first thing that is wrong.
func (c Config) check() error {
	wrong := func(ok bool, what string, v any) error {
		if ok {
			return nil
		}
		return fmt.Errorf("%w: %s is %v", ErrConfig, what, v)
	}
	for _, err := range []error{
		wrong(c.Addr != "", "the address", `""`),
		wrong(c.Conns > 0, "the number of connections", c.Conns),
		wrong(c.Size > 0 && c.Size <= maxSize, "the size", c.Size),
		wrong(c.Rate >= 0 && c.Rate <= maxRate, "the rate", c.Rate),
		wrong(c.Depth > 0 || c.Rate > 0, "the depth", c.Depth),
		wrong(c.Warm >= 0, "the time to warm up", c.Warm),
		wrong(c.Time > 0, "the time", c.Time),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}
