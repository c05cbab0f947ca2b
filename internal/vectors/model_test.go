package vectors_test

import (
	"bufio"
	"encoding/json"
	"io"
	"testing"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// served is a subject as it is served: lines there and back.
func served(t *testing.T, s theorems.Subject) wire.Call {
	in, requests := io.Pipe()
	answers, out := io.Pipe()
	go func() { out.CloseWithError(wire.Serve(in, out, s, wire.HelloOf(s))) }()
	t.Cleanup(func() { requests.Close(); answers.Close() })
	lines := bufio.NewReader(answers)
	id := int64(0)
	return func(op string, params json.RawMessage) (json.RawMessage, error) {
		id++
		text, err := json.Marshal(wire.Request{ID: id, Op: op, Params: params})
		if err != nil {
			return nil, err
		}
		if _, err := requests.Write(append(text, '\n')); err != nil {
			return nil, err
		}
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		var r wire.Response
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, err
		}
		if r.Error != nil {
			return nil, r.Error
		}
		return r.Result, nil
	}
}

// written are the files as a consumer reads them.
func written(t *testing.T) []file {
	var out []file
	for _, f := range ofSeedOne() {
		text, err := f.Text()
		require.NoError(t, err)
		var read file
		require.NoError(t, json.Unmarshal(text, &read))
		require.Len(t, read.Tests, read.NumberOfTests)
		out = append(out, read)
	}
	return out
}

// problems are the cases of a file that a subject does not pass, and how many
// it did not try.
func problems(f file, call wire.Call) (failed map[int]string, untried int) {
	failed = map[int]string{}
	for _, t := range f.Tests {
		result, err := call(f.Operation, t.Params)
		if e, ok := err.(*wire.Error); ok && e.Kind == wire.Unsupported {
			untried++
			continue
		}
		if problem := t.judge(result, err, call); problem != "" {
			failed[t.TcID] = problem
		}
	}
	return failed, untried
}

func TestModelPasses(t *testing.T) {
	call := served(t, theorems.Model())
	for _, f := range written(t) {
		t.Run(f.Operation, func(t *testing.T) {
			failed, untried := problems(f, call)
			for _, c := range f.Tests {
				if problem, bad := failed[c.TcID]; bad {
					t.Errorf("%s, test %d (%s): %s\nparams %s", f.Operation, c.TcID, c.Comment, problem, c.Params)
				}
			}
			require.Zero(t, untried, "cases that were not tried")
		})
	}
}
