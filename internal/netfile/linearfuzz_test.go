package netfile

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzModelJSON takes any text for a model. What is refused is an Error that
// names the file; an lds or rnn that is accepted has the numbers that
// encoding/json reads, and is the same once more after it was written and read.
func FuzzModelJSON(f *testing.F) {
	for _, seeds := range []map[string]string{linearTexts, mixtureTexts} {
		for _, seed := range seeds {
			f.Add([]byte(seed))
		}
	}
	for _, seed := range []string{
		lowRankText, "", "null", "{}", "{", `{"lds": {}}`, `{"conversion": 1}`, `{"A": [[1e999]]}`, `{"\u0041": [], "C": [], "Q": [], "R": [[0]]}`,
		`{"A": [[1]], "A": [[2]], "C": [[1]], "Q": [[1]], "R": [[1]]}`, `{"A": "]", "C": {"\"": "}"}}`, `{"J": [[0]], "P": {"diag": [1], "minus": [[2]]}}`,
		`{"J": [[0]], "P": [[-0]], "initial": {"mean": [5E-324], "cov": {"diag": [0], "factor": []}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseModel("n.json", text, nil)
		if err != nil {
			requireNamed(t, err)
			require.Nil(t, m)
			return
		}
		kinds := 0
		for _, present := range []bool{m.Network != nil, m.Linear != nil, m.Mixture != nil} {
			if present {
				kinds++
			}
		}
		require.Equal(t, 1, kinds)
		if m.Mixture != nil {
			requireMixture(t, m.Mixture)
		}
		if m.Linear == nil {
			return // FuzzNetworkJSON has networks
		}
		linear := m.Linear
		require.True(t, strings.HasPrefix(linear.Summary, "n.json: "))
		requireNumbers(t, text, linear)
		var once, twice bytes.Buffer
		require.NoError(t, linear.WriteJSON(&once, ""))
		model, err := parseModel("n.json", once.Bytes(), nil)
		require.NoError(t, err, "%s", once.String())
		require.NoError(t, model.Linear.WriteJSON(&twice, ""))
		require.Equal(t, once.String(), twice.String())
	})
}

// requireNumbers compares matrices with what encoding/json reads.
func requireNumbers(t *testing.T, text []byte, l *Linear) {
	t.Helper()
	var keys map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &keys))
	if inner, wrapped := keys[l.Kind()]; wrapped {
		keys = nil
		require.NoError(t, json.Unmarshal(inner, &keys))
	}
	rows := func(key string) (out [][]float64) {
		require.NoError(t, json.Unmarshal(keys[key], &out))
		return out
	}
	if l.LDS != nil {
		if l.LDS.Latents() > 0 {
			requireRows(t, rows("A"), l.LDS.A().RawMatrix().Data)
			requireRows(t, rows("C"), l.LDS.C().RawMatrix().Data)
		}
		return
	}
	m, n, ok := l.RNN.Loadings()
	switch {
	case !ok:
		requireRows(t, rows("J"), l.RNN.J().RawMatrix().Data)
	case m != nil:
		requireRows(t, rows("M"), m.RawMatrix().Data)
		requireRows(t, rows("N"), n.RawMatrix().Data)
	}
	var diag struct{ Diag []float64 }
	if json.Unmarshal(keys["P"], &diag) == nil && diag.Diag != nil {
		d, _, _, ok := l.RNN.P().Structure()
		require.True(t, ok)
		require.Equal(t, l.RNN.Units(), len(d))
		require.Equal(t, diag.Diag, d)
	}
}
