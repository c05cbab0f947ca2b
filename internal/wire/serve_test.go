package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// served returns what Serve answers, line by line.
func served(t *testing.T, s theorems.Subject, in io.Reader) []Response {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, Serve(in, &out, s, HelloOf(s)))
	var responses []Response
	for line := range strings.Lines(out.String()) {
		var r Response
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		responses = append(responses, r)
	}
	return responses
}

func TestServeAnswersInOrder(t *testing.T) {
	in := strings.NewReader(`{"id": 3, "op": "hello"}

{"id": 1, "op": "to_activity", "params": {"network": {"W": [[1]], "nonlinearity": "relu"}, "x": [-2]}}` + "\r\n" +
		`{"id": 2, "op": "to_activity", "params": {"network": {"W": [[1]], "nonlinearity": "relu"}, "x": [2]}}`) // no end of line
	r := served(t, theorems.Model(), in)
	require.Len(t, r, 3)
	require.Equal(t, []int64{3, 1, 2}, []int64{r[0].ID, r[1].ID, r[2].ID})
	var h Hello
	require.NoError(t, json.Unmarshal(r[0].Result, &h))
	require.Equal(t, Version, h.Protocol)
	require.ElementsMatch(t, Operations(), h.Ops)
	require.Equal(t, Float64, h.Precision)
	require.JSONEq(t, `{"r": [0]}`, string(r[1].Result))
	require.JSONEq(t, `{"r": [2]}`, string(r[2].Result))
}

// TestServeRefuses: what is wrong is answered, with what is wrong, and the next
// line is read.
func TestServeRefuses(t *testing.T) {
	of := func(network, x string) string {
		return `{"id": 1, "op": "to_activity", "params": {"network": ` + network + `, "x": ` + x + `}}`
	}
	const unit = `{"W": [[1]], "nonlinearity": "relu"}`
	for _, c := range []struct{ line, kind, says string }{
		{`hello`, Invalid, "no request"},
		{`[1]`, Invalid, "no request"},
		{`{"id": 1}`, Invalid, `"op"`},
		{`{"id": "1", "op": "hello"}`, Invalid, "no request"},
		{`{"id": 1, "op": "sing", "params": {}}`, Unsupported, `"sing"`},
		{`{"id": 1, "op": "to_activity"}`, Invalid, `"network"`},
		{`{"id": 1, "op": "to_activity", "params": []}`, Invalid, "no object"},
		{`{"id": 1, "op": "to_activity", "params": null}`, Invalid, "no object"},
		{of(unit, `[1, null]`), Invalid, "x: null"},
		{of(unit, `["1"]`), Invalid, "string"},
		{of(unit, `[1, 2]`), Invalid, "x has 2 entries"},
		{of(unit, `[1e999]`), Invalid, "1e999"},
		{of(`{"W": [[1]], "nonlinearity": "cosh"}`, `[1]`), Invalid, "cosh"},
		{of(`{"w": [[1]], "nonlinearity": "relu"}`, `[1]`), Invalid, `"w"`},
		{of(`{"W": [[1]], "nonlinearity": "relu", "gain": 2}`, `[1]`), Invalid, `"gain"`},
		{of(`{"W": [[1, 2], [3]], "nonlinearity": "relu"}`, `[1, 1]`), Invalid, "row 1 of W"},
		{of(`{"W": [[1, 2]], "nonlinearity": "relu"}`, `[1]`), Invalid, "W is 1×2"},
		{of(`{"W": [[1]], "M": [[1]], "N": [[1]], "scale": 1, "nonlinearity": "relu"}`, `[1]`), Invalid, "both W and loadings"},
		{of(`{"M": [[1]], "N": [[1]], "nonlinearity": "relu"}`, `[1]`), Invalid, "scale"},
		{of(`{"W": [[1]], "nonlinearity": "relu", "tau": "fast"}`, `[1]`), Invalid, "string"},
		{of(`{"W": [[1]], "nonlinearity": "relu", "tau": -1}`, `[1]`), Invalid, "tau"},
	} {
		r := served(t, theorems.Model(), strings.NewReader(c.line+"\n"+of(unit, "[1]")))
		require.Len(t, r, 2, c.line)
		require.NotNil(t, r[0].Error, c.line)
		require.Equal(t, c.kind, r[0].Error.Kind, "%s: %s", c.line, r[0].Error.Message)
		require.Contains(t, r[0].Error.Message, c.says, c.line)
		require.Nil(t, r[1].Error)
	}
}

func TestServeReadsPastALineThatIsTooLong(t *testing.T) {
	long := io.LimitReader(endless{}, MaxLine+2)
	r := served(t, theorems.Model(), io.MultiReader(long, strings.NewReader("\n"+`{"id": 1, "op": "hello"}`)))
	require.Len(t, r, 2)
	require.Equal(t, int64(0), r[0].ID)
	require.Contains(t, r[0].Error.Message, "67108864 bytes")
	require.Nil(t, r[1].Error)
}

// endless is a text of blanks.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestServeSurvivesItsSubject: a panic, and a number that cannot be written, are
// internal errors.
func TestServeSurvivesItsSubject(t *testing.T) {
	s := theorems.Model()
	s.ToActivity = func(*model.RNN, []float64) ([]float64, error) { panic("oh") }
	s.ToActivation = func(*model.RNN, []float64, []float64) ([]float64, error) {
		zero := 0.0
		return []float64{1 / zero}, nil
	}
	const network = `{"network": {"W": [[1]], "nonlinearity": "relu"}, `
	r := served(t, s, strings.NewReader(`{"id": 1, "op": "to_activity", "params": `+network+`"x": [1]}}
{"id": 2, "op": "to_activation", "params": `+network+`"r": [1]}}`))
	require.Equal(t, Error{Internal, "panic in to_activity: oh"}, *r[0].Error)
	require.Equal(t, Internal, r[1].Error.Kind)
	require.Contains(t, r[1].Error.Message, "+Inf")
}

// TestServeOffersWhatItsSubjectHas and no more.
func TestServeOffersWhatItsSubjectHas(t *testing.T) {
	s := theorems.Subject{Name: "small", UnitRoundoff: 0x1p-24, ToActivity: theorems.Model().ToActivity}
	require.Equal(t, Hello{Name: "small", Protocol: Version, Ops: []string{"to_activity"}, Precision: Float32}, HelloOf(s))
	r := served(t, s, strings.NewReader(`{"id": 1, "op": "modes", "params": {}}`))
	require.Equal(t, Unsupported, r[0].Error.Kind)
	asked := remote(t, s)
	require.Nil(t, asked.Modes)
	require.NotNil(t, asked.ToActivity)
}

// TestStreamsThatFail end Serve with their error.
func TestStreamsThatFail(t *testing.T) {
	r, w := io.Pipe()
	require.NoError(t, r.Close())
	err := Serve(strings.NewReader(`{"id": 1, "op": "hello"}`), w, theorems.Model(), Hello{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.ErrorIs(t, Serve(r, io.Discard, theorems.Model(), Hello{}), io.ErrClosedPipe)
}
