package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/rankproof/rankproof/theorems"
)

// Call sends a request and returns the result; an *Error where the
// implementation answers with one, and other errors where it does not answer.
// It may be called from several goroutines.
type Call func(op string, params json.RawMessage) (result json.RawMessage, err error)

// operation is one of the wire: who offers it, and how it is answered.
type operation struct {
	name    string
	offered func(theorems.Subject) bool
	answer  func(theorems.Subject, json.RawMessage) (any, error)
}

// on returns the operation that f answers, P being its params and R its result.
func on[P, R any](name string, offered func(theorems.Subject) bool, f func(theorems.Subject, P) (R, error)) operation {
	return operation{name, offered, func(s theorems.Subject, text json.RawMessage) (any, error) {
		var p P
		if err := decodeParams(text, &p); err != nil {
			return nil, &Error{Invalid, err.Error()}
		}
		return f(s, p)
	}}
}

// ask calls an operation, P being its params and R its result.
func ask[R, P any](call Call, op string, p P) (r R, err error) {
	params, err := json.Marshal(p)
	if err != nil {
		return r, fmt.Errorf("params of %s: %w", op, err)
	}
	result, err := call(op, params)
	if err != nil {
		return r, err
	}
	if err := decodeResult(result, &r); err != nil {
		return r, &Malformed{op, err.Error()}
	}
	return r, nil
}

// decodeResult decodes strictly: a null is no number, and a member that is not
// marked omitempty is not missing. Members of other versions are passed over.
func decodeResult(text json.RawMessage, to any) error {
	if err := refuseNull(text); err != nil {
		return err
	}
	if err := required(text, reflect.TypeOf(to).Elem()); err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}

func refuseNull(text json.RawMessage) error {
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case token == nil:
			return fmt.Errorf("null at byte %d in place of a number", d.InputOffset())
		}
	}
}

// required names the first member of a struct that an object lacks.
func required(text json.RawMessage, t reflect.Type) error {
	if t.Kind() != reflect.Struct {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if _, there := members[name]; !there && !strings.Contains(options, "omitempty") && name != "" && name != "-" {
			return fmt.Errorf("no %q", name)
		}
	}
	return nil
}

// decodeParams decodes what others ask of us; a member that is not known would
// be a hypothesis that is not heeded, and is refused.
func decodeParams(text json.RawMessage, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(to)
}
