package gate

import (
	"fmt"

	"github.com/rankproof/rankproof/internal/wire"
)

// Kind says what a child did in place of answering.
type Kind string

// Kinds of Fault.
const (
	Crashed     Kind = "crashed"
	Hung        Kind = "hung"
	Closed      Kind = "closed its output"
	HalfLine    Kind = "wrote half a line"
	Flooded     Kind = "wrote a line without end"
	Garbage     Kind = "wrote no response"
	Misnumbered Kind = "answered out of order"
	Died        Kind = "died between requests"
	Unasked     Kind = "wrote what was not asked for"
)

// Fault is that a child did not answer.
type Fault struct {
	Kind   Kind
	Op     string // the first request in line, empty if there was none
	Detail string // exit status, limit; the same whenever it happens again
	Shown  string // the beginning of what it wrote
	Stderr string // the end of what it wrote there

	// Requests are those that a fresh child is to be asked for it to happen
	// again: one if it repeats itself on the first in line alone, else all that
	// the child was asked, the last of them if they are many.
	Requests []wire.Request
	Repeats  bool
	Times    int // of a fault that does not repeat itself
}

// Error says what happened, in words that are the same for every request.
func (f *Fault) Error() string {
	at := ""
	if f.Op != "" && f.Kind != Died {
		at = " at " + f.Op
	}
	return fmt.Sprintf("%s%s: %s", f.Kind, at, f.Detail)
}

// units is what a fault costs of an allowance.
func (f *Fault) units() int {
	if f.Kind == Hung {
		return hang
	}
	return 1
}

// StartError is that a child could not be started, or said no proper hello.
type StartError struct {
	Command []string
	Problem string
	Shown   string // the beginning of what it wrote
	Stderr  string // the end of what it wrote there
}

// Error names the command, what is wrong and what it wrote.
func (e *StartError) Error() string {
	text := fmt.Sprintf("%q: %s", e.Command, e.Problem)
	if e.Shown != "" {
		text += fmt.Sprintf("; it wrote %q", e.Shown)
	}
	if e.Stderr != "" {
		text += "; its standard error ends in\n" + Behind("", e.Stderr)
	}
	return text
}
