package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/rankproof/rankproof/theorems"
)

// Call sends a request and returns the result; an *Error where the
// implementation answers with one, and other errors where it does not answer.
// It may be called from several goroutines.
type Call func(op string, params json.RawMessage) (result json.RawMessage, err error)

// operation is one of the wire: who offers it, how it is answered, and the
// functions of a Subject that ask for it.
type operation struct {
	name    string
	offered func(theorems.Subject) bool
	answer  func(theorems.Subject, json.RawMessage) (any, error)
	install func(*theorems.Subject, *client)

	params, result reflect.Type
}

// allOperations are those of the wire, in the order of docs/protocol.md.
var allOperations = sync.OnceValue(func() []operation {
	return slices.Concat(networkOperations(), pointOperations(), runOperations(),
		processOperations(), meanFieldOperations(), noisyOperations())
})

// Operations returns the names of all operations of this version but hello.
func Operations() []string {
	var names []string
	for _, o := range allOperations() {
		names = append(names, o.name)
	}
	return names
}

// on returns the operation that answer answers, P being its params and R its
// result, and that the functions which install sets ask for.
func on[P, R any](name string, offered func(theorems.Subject) bool,
	answer func(theorems.Subject, P) (R, error), install func(*theorems.Subject, *client)) operation {
	return operation{name: name, offered: offered, answer: func(s theorems.Subject, text json.RawMessage) (any, error) {
		var p P
		if err := decodeParams(text, &p); err != nil {
			return nil, &Error{Invalid, err.Error()}
		}
		return answer(s, p)
	}, install: install, params: reflect.TypeFor[P](), result: reflect.TypeFor[R]()}
}

// client asks an implementation for the operations that it offers.
type client struct {
	call     Call
	offers   map[string]bool
	roundoff float64
}

// ask calls an operation, P being its params and R its result. One that is not
// offered is theorems.Missing.
func ask[R, P any](c *client, op string, p P) (r R, err error) {
	if !c.offers[op] {
		return r, theorems.Missing(op)
	}
	params, err := json.Marshal(p)
	if err != nil {
		return r, fmt.Errorf("params of %s: %w", op, err)
	}
	result, err := c.call(op, params)
	switch {
	case errors.Is(err, theorems.ErrNotImplemented):
		return r, theorems.Declined(op, err)
	case err != nil:
		return r, err
	}
	if err := decodeResult(result, &r); err != nil {
		return r, &Malformed{op, err.Error()}
	}
	return r, nil
}

// meaning returns err, and where it is an Error of a kind the error of package
// model that the operation means by it.
func meaning(err error, kind string, means error) error {
	if e := (*Error)(nil); errors.As(err, &e) && e.Kind == kind {
		return fmt.Errorf("%w: %s", means, strings.TrimPrefix(e.Message, means.Error()+": "))
	}
	return err
}
