package netfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/model"
)

// FuzzNetworkJSON takes any text for a network and for a convention. What is
// accepted has the numbers that encoding/json reads in it, and a field; what is
// refused is an Error that names the file.
func FuzzNetworkJSON(f *testing.F) {
	for _, seed := range []string{
		lowRankText, example("lowrank_inference"), "", "null", "{}",
		`{"W": [[0.5, -1], [1e-3, 0]], "nonlinearity": "tanh", "tau": [1, 2], "b": [0, 1], "B": [[1, 2], [3, 4]]}`,
		`{"W": [[1]], "nonlinearity": "relu", "tau": 1, "B": []}`,
		`{"W": [[1]], "W": [[2]], "nonlinearity": "relu", "tau": 1}`,
		`{"W": [[null]], "nonlinearity": "relu", "tau": 1}`,
		`{"M": [[1], [2]], "N": [[1, 2]], "scale": 1, "nonlinearity": "erf", "tau": 1}`,
		"\t{\"\\u0057\":\r\n[[1.7976931348623157e308]],\"tau\":5E-324,\"nonlinearity\":\"identity\"} ",
		`{"basis": {"basis": "g", "labels": "l"}, "tau": "tau", "u": [1, 2], "scale": 1e3, "alpha": 0.5}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := ParseConvention("n.json", text); err != nil {
			requireNamed(t, err)
		} else if err := c.Validate(); err != nil {
			require.True(t, errors.Is(err, model.ErrInvalid))
		}
		net, err := parseNetwork("n.json", text, nil)
		if err != nil {
			requireNamed(t, err)
			return
		}
		var read struct {
			W, M, N, B [][]float64
			Bias       []float64
		}
		// Keys are exact and unique by now, but for b and B, which
		// encoding/json does not tell apart.
		decoder := json.NewDecoder(bytes.NewReader(text))
		var keys map[string]json.RawMessage
		require.NoError(t, decoder.Decode(&keys))
		for key, target := range map[string]any{"W": &read.W, "M": &read.M, "N": &read.N, "B": &read.B, "b": &read.Bias} {
			if value, ok := keys[key]; ok {
				require.NoError(t, json.Unmarshal(value, target))
			}
		}
		switch w := net.RNN.Connectivity().(type) {
		case *model.Dense:
			requireRows(t, read.W, w.Dense().RawMatrix().Data)
		case *model.LowRank:
			requireRows(t, read.M, w.M().RawMatrix().Data)
			requireRows(t, read.N, w.N().RawMatrix().Data)
		}
		if in := net.RNN.Input(); in != nil {
			requireRows(t, read.B, in.RawMatrix().Data)
		}
		if read.Bias != nil {
			require.Equal(t, read.Bias, net.RNN.Bias())
		}
		require.Len(t, net.U, net.RNN.Inputs())
		require.True(t, strings.HasPrefix(net.Summary, "n.json: N = "))
		_, err = net.RNN.Field(net.Form, make([]float64, net.RNN.Units()), net.U)
		require.NoError(t, err)
	})
}

func requireRows(t *testing.T, want [][]float64, got []float64) {
	t.Helper()
	var flat []float64
	for _, row := range want {
		flat = append(flat, row...)
	}
	require.Equal(t, flat, got)
}

func requireNamed(t *testing.T, err error) {
	t.Helper()
	var refusal *Error
	require.True(t, errors.As(err, &refusal), "%v", err)
	require.True(t, errors.Is(err, model.ErrInvalid))
	require.True(t, strings.HasPrefix(err.Error(), "n.json:"), "%v", err)
}
