package conformance

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/deferred"
)

// named lists the errors that programs know by name.
func named() map[string]error {
	m := map[string]error{
		"Cancelled":    deferred.ErrCancelled,
		"Timeout":      deferred.ErrTimeout,
		"AlreadyFired": deferred.ErrAlreadyCalled,
	}
	for i := range 5 {
		name := fmt.Sprintf("E%d", i)
		m[name] = errors.New(name)
	}
	return m
}

// Error returns the error of that name. An unknown name panics: the vectors and
// the player do not fit together.
func (m *Machine) Error(name string) error {
	err, ok := m.errs[name]
	if !ok {
		panic("conformance: no error is called " + name)
	}
	return err
}

// Name adds an error that programs know by name.
func (m *Machine) Name(name string, err error) { m.errs[name] = err }

// NameOf returns the name of err, or its text if it has none, which no trace
// matches.
func (m *Machine) NameOf(err error) string {
	for name, known := range m.errs {
		if errors.Is(err, known) {
			return name
		}
	}
	return err.Error()
}

// Result writes a result as traces do.
func (m *Machine) Result(v any, err error) any {
	if err == nil {
		return map[string]any{"v": v}
	}
	for _, write := range m.Writers {
		if r := write(err); r != nil {
			return r
		}
	}
	return map[string]any{"e": m.NameOf(err)}
}
