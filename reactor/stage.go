package reactor

// stage is how far the loop has come between the two system events. It is what
// life cannot be, since a stop is asked for before the loop acts on it.
//
//	from      what happens                          to
//	--------  ------------------------------------  --------
//	offline   the During phase of startup begins    online
//	any       the During phase of shutdown begins,  draining
//	          or Run ends without a shutdown
//	draining  the After phase of shutdown is over   ended
//	any       Run has given everything back         offline
type stage uint8

const (
	offline  stage = iota
	online         // the reactor counts as running
	draining       // descriptors are given up, and none is taken
	ended          // the loop has nothing left to do
)

// refuses reports whether no descriptor may be added.
func (s stage) refuses() bool { return s == draining || s == ended }
