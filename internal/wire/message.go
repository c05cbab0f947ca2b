package wire

import (
	"encoding/json"
	"fmt"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// Version is the protocol's.
const Version = 1

// Request asks for one operation.
type Request struct {
	ID     int64           `json:"id"`
	Op     string          `json:"op"`
	Params json.RawMessage `json:"params"`
}

// Response answers the request of the same ID, by a result or an error.
type Response struct {
	ID     int64           `json:"id"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  *Error          `json:"error,omitempty"`
}

// Hello is the result of the first request.
type Hello struct {
	Name      string   `json:"name"`
	Version   string   `json:"version"`
	Protocol  int      `json:"protocol"`
	Ops       []string `json:"ops"`
	Precision string   `json:"precision"` // "float64" or "float32"
}

// Kinds of Error.
const (
	Invalid     = "invalid"     // malformed or inadmissible input
	Unstable    = "unstable"    // no stationary law
	Singular    = "singular"    // no density, no inverse
	Unsupported = "unsupported" // not tried, never passed
	Internal    = "internal"
)

// Error is what an implementation answers where it has no result.
type Error struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Kind + ": " + e.Message }

// Unwrap returns the error that a function of a Subject returns for the kind.
func (e *Error) Unwrap() error {
	switch e.Kind {
	case Invalid:
		return model.ErrInvalid
	case Unstable:
		return model.ErrUnstable
	case Singular:
		return model.ErrSingular
	case Unsupported:
		return theorems.ErrNotImplemented
	}
	return nil
}

// Malformed is a result that is none: not JSON, a member missing, null for a
// number, a wrong shape.
type Malformed struct {
	Op, Problem string
}

func (m *Malformed) Error() string { return fmt.Sprintf("malformed result of %s: %s", m.Op, m.Problem) }
