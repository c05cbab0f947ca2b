package wire

import "github.com/rankproof/rankproof/theorems"

// NewSubject returns the implementation that answers calls. It has the
// functions whose operations it says to offer.
func NewSubject(h Hello, call Call) (theorems.Subject, error) {
	panic("to be written: A1")
}
