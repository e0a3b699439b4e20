package deferred_test

import "fmt"

// A program is a list of operations on Deferreds, some of which add functions
// with operations of their own. Any bytes are one: the model test takes random
// bytes, the fuzz target those that the fuzzer finds.

const (
	maxOps    = 40 // in a program
	maxNested = 3  // in a function
	maxDepth  = 2  // of functions in functions
)

// opKind says what an operation does.
type opKind uint8

const (
	opNew opKind = iota
	opSucceed
	opFail
	opMaybe
	opThen
	opThenBoth
	opAdd
	opCallback
	opErrback
	opPause
	opUnpause
	opCancel
	opChainDeferred
	opTimeout
	opPassCancel
	opCollect
	opAdvance
	opFlush
	opKinds
)

// often has the kinds that make programs interesting several times.
var often = [...]opKind{
	opNew, opNew, opSucceed, opFail, opMaybe, opThen, opThen, opThenBoth,
	opAdd, opAdd, opAdd, opAdd, opAdd, opCallback, opCallback, opCallback, opErrback, opErrback,
	opPause, opUnpause, opUnpause, opCancel, opCancel, opChainDeferred, opTimeout, opPassCancel,
	opCollect, opAdvance, opFlush,
}

// addKind is the method that opAdd uses.
type addKind uint8

const (
	addCallback addKind = iota
	addErrback
	addCallbacks
	addBoth
	addTap
	addCatch
	addFinally
	addKinds
)

// outKind is what a function answers.
type outKind uint8

const (
	outPass outKind = iota
	outValue
	outFail
	outChain
	outPanic
	outTypedNil
	outGoexit
	outNothing // of a canceller
	outKinds
)

// operation is one of a program. Which fields count depends on the kind.
type operation struct {
	kind opKind
	id   int // unique in the program; also the value or the name of the failure
	a, b int // Deferreds, modulo how many there are
	text bool
	flag bool
	how  addKind
	f, g *body
}

// body is a function of a program.
type body struct {
	id  int
	do  []operation
	out outKind
	to  int // the Deferred that outChain answers with
}

// decoder reads a program from bytes.
type decoder struct {
	rest []byte
	ids  int
}

// decode reads a program.
func decode(text []byte) (ops []operation) {
	d := &decoder{rest: text}
	for len(d.rest) > 0 && len(ops) < maxOps {
		ops = append(ops, d.operation(0))
	}
	return ops
}

// next is the next byte modulo n; past the end it is 0.
func (d *decoder) next(n int) int {
	if len(d.rest) == 0 {
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return int(b) % n
}

func (d *decoder) id() int {
	d.ids++
	return d.ids
}

func (d *decoder) operation(depth int) operation {
	op := operation{kind: often[d.next(len(often))], id: d.id()}
	op.a = d.next(256)
	switch op.kind {
	case opNew, opMaybe, opThen, opThenBoth, opPassCancel:
		op.text, op.flag = d.next(4) == 0, d.next(2) == 0
		op.f = d.body(depth)
	case opSucceed, opFail:
		op.text = d.next(4) == 0
	case opAdd:
		op.how = addKind(d.next(int(addKinds)))
		op.f = d.body(depth)
		if op.how == addCallbacks {
			op.g = d.body(depth)
		}
	case opChainDeferred:
		op.b = d.next(256)
	case opTimeout:
		op.b, op.flag = d.next(3), d.next(2) == 0
		op.f = d.body(depth)
	case opCollect:
		op.b, op.flag = d.next(256), d.next(2) == 0
	case opAdvance:
		op.b = d.next(3)
	}
	return op
}

func (d *decoder) body(depth int) *body {
	f := &body{id: d.id()}
	if depth < maxDepth {
		for range d.next(maxNested + 1) {
			f.do = append(f.do, d.operation(depth+1))
		}
	}
	f.out = outKind(d.next(int(outKinds)))
	if f.out == outChain {
		f.to = d.next(256)
	}
	return f
}

// String shows an operation to whoever looks for a mistake.
func (op operation) String() string {
	names := [...]string{
		"New", "Succeed", "Fail", "Maybe", "Then", "ThenBoth", "Add", "Callback", "Errback", "Pause", "Unpause",
		"Cancel", "ChainDeferred", "Timeout", "PassCancel", "Collect", "Advance", "Flush",
	}
	s := fmt.Sprintf("%s%d(a%d b%d text=%v flag=%v how=%d", names[op.kind], op.id, op.a, op.b, op.text, op.flag, op.how)
	for _, f := range []*body{op.f, op.g} {
		if f != nil {
			s += fmt.Sprintf(" f%d{%v out=%d to=%d}", f.id, f.do, f.out, f.to)
		}
	}
	return s + ")"
}
