package wire

import (
	"errors"
	"fmt"
	"slices"

	"github.com/rankproof/rankproof/theorems"
)

// Precisions of a Hello.
const (
	Float64 = "float64"
	Float32 = "float32"
)

var roundoff = map[string]float64{Float64: 0x1p-53, Float32: 0x1p-24}

// HelloOf returns what a subject says of itself, its version left to others.
func HelloOf(s theorems.Subject) Hello {
	h := Hello{Name: s.Name, Protocol: Version, Precision: Float64, Ops: []string{}}
	if s.UnitRoundoff > roundoff[Float64] {
		h.Precision = Float32
	}
	for _, o := range allOperations() {
		if o.offered(s) {
			h.Ops = append(h.Ops, o.name)
		}
	}
	return h
}

// NewSubject returns the implementation that answers calls. It has the
// functions whose operations it says to offer; one whose instance needs an
// operation that is not offered returns theorems.Missing. A Hello that Check
// refuses is an error.
func NewSubject(h Hello, call Call) (theorems.Subject, error) {
	s := theorems.Subject{Name: h.Name, UnitRoundoff: roundoff[h.Precision]}
	if err := h.Check(); err != nil {
		return s, fmt.Errorf("hello: %w", err)
	}
	c := &client{call, map[string]bool{}, s.UnitRoundoff}
	for _, op := range h.Ops {
		c.offers[op] = true
	}
	for _, o := range allOperations() {
		if c.offers[o.name] {
			o.install(&s, c)
		}
	}
	return s, nil
}

// LongestName bounds the names in a Hello, and mostOperations how many it offers.
const (
	LongestName    = 100
	mostOperations = 256
)

// Check refuses a Hello of another version, of a precision that is not known, of no
// operation, of more than anybody has, and of names that are none, and says why.
func (h Hello) Check() error {
	switch {
	case h.Protocol != Version:
		return fmt.Errorf("it speaks protocol %d, and this is version %d", h.Protocol, Version)
	case roundoff[h.Precision] == 0:
		return fmt.Errorf("its precision is %q, want %q or %q", h.Precision, Float64, Float32)
	case len(h.Ops) == 0:
		return errors.New("it offers no operation")
	case len(h.Ops) > mostOperations:
		return fmt.Errorf("it offers %d operations, want at most %d", len(h.Ops), mostOperations)
	}
	for _, op := range h.Ops {
		if len(op) > LongestName {
			return fmt.Errorf("it offers an operation with a name of %d bytes, want at most %d", len(op), LongestName)
		}
	}
	return nil
}

// Unknown returns the operations that a Hello offers and this version does not
// know: those of a later one, or misspelled.
func (h Hello) Unknown() []string {
	var out []string
	known := append(Operations(), "hello")
	for _, op := range h.Ops {
		if !slices.Contains(known, op) {
			out = append(out, op)
		}
	}
	return out
}
