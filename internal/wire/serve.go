package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// MaxLine is how long a line may be that Serve reads, in bytes.
const MaxLine = 1 << 26

// Serve answers the requests of in, one a line, on out, from a subject, until in
// ends. It returns an error only where a stream fails: what is no request is
// answered as invalid, and a panic of the subject as internal.
func Serve(in io.Reader, out io.Writer, s theorems.Subject, h Hello) error {
	server, lines := newServer(s, h), bufio.NewReaderSize(in, 1<<16)
	for {
		line, err := ReadLine(lines, MaxLine)
		tooLong := errors.Is(err, ErrLongLine)
		if tooLong {
			err = skipLine(lines)
		}
		if len(bytes.TrimSpace(line)) > 0 || tooLong {
			response := failed(0, Invalid, fmt.Sprintf("a line of more than %d bytes", MaxLine))
			if !tooLong {
				response = server.answer(line)
			}
			if _, err := out.Write(append(encoded(response), '\n')); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// server answers requests from a subject.
type server struct {
	subject theorems.Subject
	hello   Hello
	ops     map[string]operation
}

func newServer(s theorems.Subject, h Hello) *server {
	v := &server{s, h, map[string]operation{}}
	for _, o := range allOperations() {
		v.ops[o.name] = o
	}
	return v
}

// answer returns the response to one line; of id 0 where it has none.
func (v *server) answer(line []byte) Response {
	var request Request
	if err := json.Unmarshal(line, &request); err != nil {
		return failed(request.ID, Invalid, "no request: "+err.Error())
	}
	if request.Op == "" {
		return failed(request.ID, Invalid, `no request: no member "op"`)
	}
	result, err := v.result(request.Op, request.Params)
	if err != nil {
		e := errorOf(err)
		return failed(request.ID, e.Kind, e.Message)
	}
	text, err := json.Marshal(result)
	if err != nil { // NaN and infinities cannot be written
		return failed(request.ID, Internal, fmt.Sprintf("result of %s: %v", request.Op, err))
	}
	return Response{ID: request.ID, Result: text}
}

func (v *server) result(op string, params json.RawMessage) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Error{Internal, fmt.Sprintf("panic in %s: %v", op, p)}
		}
	}()
	if op == "hello" {
		return v.hello, nil
	}
	o, known := v.ops[op]
	switch {
	case !known:
		return nil, &Error{Unsupported, fmt.Sprintf("operation %q is not known", op)}
	case !o.offered(v.subject):
		return nil, &Error{Unsupported, fmt.Sprintf("operation %q is not offered", op)}
	}
	return o.answer(v.subject, params)
}

// errorOf returns what is written of an error: its kind by the sentinel that it
// wraps, internal where it wraps none that the wire has a word for.
func errorOf(err error) *Error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	kind := Internal
	for _, k := range []struct {
		sentinel error
		kind     string
	}{
		{theorems.ErrNotImplemented, Unsupported},
		{model.ErrUnstable, Unstable},
		{model.ErrSingular, Singular},
		{model.ErrDefective, Singular},
		{model.ErrNoImage, Singular},
		{model.ErrInvalid, Invalid},
	} {
		if errors.Is(err, k.sentinel) {
			kind = k.kind
			break
		}
	}
	return &Error{kind, err.Error()}
}

func failed(id int64, kind, message string) Response {
	return Response{ID: id, Error: &Error{kind, message}}
}

// encoded returns a response as JSON, in one line.
func encoded(r Response) []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // its result is JSON already
	}
	return text
}
