package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

func linear(t *testing.T, text string) *netfile.Linear {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	m, err := netfile.LoadLinear(path)
	require.NoError(t, err)
	return m
}

// What family S says is printed, and decides the verdict.
func TestStatementsOfLinear(t *testing.T) {
	m := linear(t, `{"M": [[1], [1]], "N": [[0], [0.5]], "P": {"iso": 1}}`)
	for verdict, said := range map[theorems.Verdict]string{theorems.Holds: "holds", theorems.Fails: "refuted", theorems.Unknown: "unknown"} {
		r, err := RunLinear(m, func(got *netfile.Linear) ([]Statement, error) {
			require.Same(t, m, got)
			return []Statement{
				{Ref: "S6", ID: "conversion/rnn-to-lds", Finding: theorems.Finding{Verdict: verdict, Reason: "as " + said}},
				{Ref: "S1", ID: "conversion/first-order-match", NotApplicable: "it is an rnn"},
			}, nil
		})
		require.NoError(t, err)
		require.Equal(t, verdict, r.Verdict())
		var text, asJSON bytes.Buffer
		require.NoError(t, r.WriteText(&text))
		require.Contains(t, text.String(), "statements at this model")
		require.Contains(t, text.String(), "as "+said)
		require.Contains(t, text.String(), "not applicable: it is an rnn")
		require.NoError(t, r.WriteJSON(&asJSON))
		require.Contains(t, asJSON.String(), `"quantity":"as `+said+`"`)
		require.Contains(t, asJSON.String(), `"reason":"it is an rnn"`)
	}
	_, err := RunLinear(m, func(*netfile.Linear) ([]Statement, error) { return nil, errors.New("no oracle") })
	require.ErrorContains(t, err, "no oracle")
}

// TestDimensions: what a process needs does not depend on how many latents the
// file gives it, nor on where it starts.
func TestDimensions(t *testing.T) {
	for name, c := range map[string]struct {
		text         string
		pair, hankel int
	}{
		"rnn":                  {`{"M": [[1], [1]], "N": [[0], [0.5]], "P": {"iso": 1}}`, 2, 1},
		"rnn, symmetric":       {`{"M": [[1], [1]], "N": [[0.25], [0.25]], "P": {"iso": 1}}`, 1, 1},
		"rnn that starts":      {`{"M": [[1], [1]], "N": [[0], [0.5]], "P": {"iso": 1}, "initial": {"mean": [5, 5], "cov": {"iso": 0}}}`, 2, 1},
		"rnn given by J":       {`{"J": [[0, 0.5], [0, 0.5]], "P": [[1, 0], [0, 1]]}`, 2, 1},
		"white rnn":            {`{"M": [], "N": [], "P": {"diag": [1, 0]}}`, 0, 0},
		"lds, one latent idle": {`{"A": [[0.5, 0], [0, 0.25]], "C": [[1, 0], [2, 0]], "Q": {"iso": 1}, "R": {"iso": 1}}`, 1, 1},
		"markov lds, one idle": {`{"A": [[0.5, 0], [0, 0.25]], "C": [[1, 0], [2, 0]], "Q": {"iso": 1}, "R": {"iso": 0}}`, 1, 1},
		"lds that starts":      {`{"A": [[0.5]], "C": [[1]], "Q": {"iso": 1}, "R": {"iso": 1}, "initial": {"mean": [9], "cov": {"iso": 0}}}`, 1, 1},
		"white lds":            {`{"A": [], "C": [], "Q": [], "R": {"diag": [1, 1]}}`, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := RunLinear(linear(t, c.text), nil)
			require.NoError(t, err)
			require.True(t, r.Stable)
			require.Equal(t, c.pair, r.Law.Pair)
			require.Equal(t, c.hankel, r.Law.Hankel.Rank)
			var text, asJSON bytes.Buffer
			require.NoError(t, r.WriteText(&text))
			require.NoError(t, r.WriteJSON(&asJSON))
			var d linearDocument
			require.NoError(t, json.Unmarshal(asJSON.Bytes(), &d))
			require.Equal(t, max(c.pair, c.hankel), d.Stationary.AtLeast)
			require.Equal(t, c.hankel, d.Stationary.Hankel)
			require.Contains(t, text.String(), fmt.Sprintf("latents with correlated noises: %d,", c.hankel))
		})
	}
}

// TestWhatIsLostIsReported: x_{t+1} = ½x_t + w seen through noise, and a Markov
// process of one latent too many.
func TestWhatIsLostIsReported(t *testing.T) {
	report := func(content string) (string, *lawDocument) {
		r, err := RunLinear(linear(t, content), nil)
		require.NoError(t, err)
		var text, asJSON bytes.Buffer
		require.NoError(t, r.WriteText(&text))
		require.NoError(t, r.WriteJSON(&asJSON))
		var d linearDocument
		require.NoError(t, json.Unmarshal(asJSON.Bytes(), &d))
		return text.String(), d.Stationary
	}
	law, err := gaussian.LDS{A: [][]float64{{0.5}}, C: [][]float64{{1}}, Q: [][]float64{{1}}, R: [][]float64{{1}}}.Process()
	require.NoError(t, err)
	text, d := report(`{"A": [[0.5]], "C": [[1]], "Q": {"iso": 1}, "R": {"iso": 1}}`)
	require.Contains(t, text, fmt.Sprintf("I(y_{t+1}; y_{t−1} | y_t): %.6g nats", law.MarkovGap()))
	require.Equal(t, fmt.Sprintf("%.12g", law.MarkovGap()), fmt.Sprintf("%.12g", *d.Nats))
	text, _ = report(`{"A": [[0.5, 0], [0, 0.25]], "C": [[1, 0], [2, 0]], "Q": {"iso": 1}, "R": {"iso": 0}}`)
	require.Contains(t, text, "1 are needed and enough (S7); the file has 2")
}

func TestUnstableLinear(t *testing.T) {
	_, err := RunLinear(linear(t, `{"J": [[-1.25]], "P": [[1]]}`), nil)
	require.ErrorIs(t, err, model.ErrUnstable)
	require.ErrorContains(t, err, "1.25")
	r, err := RunLinear(linear(t, `{"J": [[-1.25]], "P": [[1]], "initial": {"mean": [0], "cov": [[1]]}}`), nil)
	require.NoError(t, err)
	require.False(t, r.Stable)
	require.Nil(t, r.Law)
	require.Equal(t, 1, r.Initial.Dimension)
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "no stationary law: the spectral radius of J is 1.25")
	require.Contains(t, text.String(), "K = rank [J, PJᵀ] = 1 and")
}
