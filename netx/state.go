package netx

// state says where a connection is in its life.
//
//	from                               what happens                             to
//	---------------------------------  ---------------------------------------  ------------
//	open                               FIN of the peer, to a HalfCloser         inputClosed
//	open                               FIN of the peer, to any other protocol   closing
//	open, inputClosed                  Close                                    closing
//	open                               CloseWrite                               flushing
//	inputClosed                        CloseWrite                               lastFlush
//	flushing                           the output is out, so the FIN is sent    outputClosed
//	flushing                           FIN of the peer, to a HalfCloser         lastFlush
//	flushing                           FIN of the peer, to any other protocol   leaving
//	outputClosed                       FIN of the peer                          leaving
//	flushing, outputClosed, lastFlush  Close                                    leaving
//	lastFlush                          the output is out, so the FIN is sent    leaving
//	closing, leaving                   the output is out                        ending
//	closing, leaving, lastFlush        the deadline of Close has run out        ending
//	all of these                       Abort, an error, a panic of the          ending
//	                                   protocol, the loop has stopped
//	ending                             ConnectionLost is called                 ended
//
// A producer that is registered counts as output that is not out, and what it
// writes is taken in each state.
//
// Each state answers four questions, and there is no other flag that could
// contradict it:
//
//	              reads  takes Write  when the output is out  is bounded by the deadline
//	open          yes    yes                                  no
//	inputClosed   no     yes                                  no
//	flushing      yes    no           FIN, WriteClosed        no
//	outputClosed  yes    no                                   no
//	lastFlush     no     no           FIN, WriteClosed, end   yes
//	closing       no     yes          end                     yes
//	leaving       no     no           end                     yes
//	ending        no     no                                   no
//	ended         no     no                                   no
type state uint8

const (
	open         state = iota // both directions work
	inputClosed               // the peer has closed its direction
	flushing                  // our direction is being closed: output, then the FIN
	outputClosed              // our FIN is sent
	lastFlush                 // flushing and inputClosed
	closing                   // both directions are being closed: output, then the end
	leaving                   // closing, and after that FIN no more output is taken
	ending                    // the socket is closed, and ConnectionLost is due
	ended                     // ConnectionLost was called
)

// reads reports whether the protocol may get input.
func (s state) reads() bool { return s == open || s == flushing || s == outputClosed }

// takes reports whether Write takes output.
func (s state) takes() bool { return s == open || s == inputClosed || s == closing }

// bounded reports whether the state ends when the deadline of Close runs out.
func (s state) bounded() bool { return s == lastFlush || s == closing || s == leaving }

// alive reports whether the socket is still there.
func (s state) alive() bool { return s < ending }

// String returns the name of the state in words.
func (s state) String() string {
	return [...]string{
		"open", "input closed", "closing the output", "output closed", "closing the output, input closed",
		"closing", "closing, output closed", "ending", "ended",
	}[s]
}
