package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/rankproof/rankproof/internal/wire"
)

// ParseRequests reads the requests of a saved finding that belongs to no theorem;
// ok is false of a text that is something else.
func ParseRequests(text []byte) (requests []wire.Request, ok bool, err error) {
	var saved struct {
		Theorem, Ref *string
		Fault        string         `json:"fault"`
		Requests     []wire.Request `json:"requests"`
	}
	if json.Unmarshal(text, &saved) != nil || saved.Theorem != nil || saved.Ref != nil || saved.Fault == "" {
		return nil, false, nil
	}
	for i, r := range saved.Requests {
		var line bytes.Buffer // a file may have them on several
		if r.Op == "" || json.Compact(&line, r.Params) != nil {
			return nil, true, fmt.Errorf(`request %d has no "op" or no "params"`, i+1)
		}
		saved.Requests[i].Params = line.Bytes()
	}
	if len(saved.Requests) == 0 {
		return nil, true, errors.New("there are no requests")
	}
	return saved.Requests, true, nil
}

// AskAgain asks requests in their order, and returns the first fault; nil if each
// was answered, with a result or an error, and hello after them.
func (p *Pool) AskAgain(requests []wire.Request) (*Fault, error) {
	for _, r := range append(requests, wire.Request{Op: "hello", Params: json.RawMessage("{}")}) {
		_, err := p.Call(r.Op, r.Params)
		var f *Fault
		var answered *wire.Error
		var malformed *wire.Malformed
		switch {
		case errors.As(err, &f):
			return f, nil
		case err != nil && !errors.As(err, &answered) && !errors.As(err, &malformed):
			return nil, err
		}
	}
	if list := p.Unrepeated(); len(list) > 0 {
		return list[0], nil
	}
	return nil, nil
}
