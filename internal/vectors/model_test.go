package vectors_test

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"
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
	out, err := readOfSeedOne()
	require.NoError(t, err)
	for _, read := range out {
		require.Len(t, read.Tests, read.NumberOfTests)
	}
	return out
}

var readOfSeedOne = sync.OnceValues(func() (out []file, err error) {
	texts, err := textsOfSeedOne()
	for _, f := range ofSeedOne() {
		var read file
		if err == nil {
			err = json.Unmarshal([]byte(texts[f.Operation]), &read)
		}
		out = append(out, read)
	}
	return out, err
})

// problem tells what is wrong with a subject's answer to a case: "" if nothing is,
// or if it does not try.
func problem(f file, c test, call wire.Call) (said string, tried bool) {
	result, err := call(f.Operation, c.Params)
	if e, ok := err.(*wire.Error); ok && e.Kind == wire.Unsupported {
		return "", false
	}
	return c.judge(result, err, call), true
}

func TestModelPasses(t *testing.T) {
	call := served(t, theorems.Model())
	for _, f := range written(t) {
		t.Run(f.Operation, func(t *testing.T) {
			for _, c := range f.Tests {
				said, tried := problem(f, c, call)
				require.True(t, tried, "%s, test %d (%s) is not tried", f.Operation, c.TcID, c.Comment)
				if said != "" {
					t.Errorf("%s, test %d (%s): %s\nparams %s", f.Operation, c.TcID, c.Comment, said, c.Params)
				}
			}
		})
	}
}
