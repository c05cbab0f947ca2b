package convert

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/model"
)

func read(t *testing.T, text string) *netfile.Linear {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	m, err := netfile.LoadLinear(path)
	require.NoError(t, err)
	return m
}

const hidden = `{"A": [[0.8, -0.3], [0.3, 0.7]], "C": [[1, 0], [0, 1]], "Q": {"diag": [1, 0]}, "R": {"iso": 0.1}}`

// What is said follows what was decided, and never claims more.
func TestVerdicts(t *testing.T) {
	m := read(t, hidden)
	r, err := Run(m, Options{To: "rnn"})
	require.NoError(t, err)
	for _, c := range []struct {
		name         string
		change       func(r *Report, d *model.MarkovDecision)
		exact, known bool
		text, json   string
	}{
		{"as it is", func(*Report, *model.MarkovDecision) {}, false, true, "\nnot exact: the lds is not Markov", `"exact":false`},
		{"Markov", func(_ *Report, d *model.MarkovDecision) { d.Verdict = model.Markov }, true, true, "\nexact: the lds is Markov", `"exact":true`},
		{"undecided", func(_ *Report, d *model.MarkovDecision) { d.Verdict = model.MarkovUndecided }, false, false,
			"\nexact or not is unknown: rounding hides", `"exact":null`},
		{"infinite", func(r *Report, _ *model.MarkovDecision) { r.Nats = math.Inf(1) }, false, true, "infinitely many nats", `"infinite":true`},
		{"no number", func(r *Report, _ *model.MarkovDecision) { r.NatsRefused = "why not" }, false, true, "not computed: why not", `"nats_refused":"why not"`},
		{"truncated", func(r *Report, d *model.MarkovDecision) { r.Truncated, d.Verdict = true, model.Markov }, false, true, "\nnot exact: the tolerance cut", `"exact":false`},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed, decision := *r, *r.Markov
			changed.Markov = &decision
			c.change(&changed, &decision)
			exact, known := changed.Exact()
			require.Equal(t, c.exact, exact)
			require.Equal(t, c.known, known)
			var text, asJSON bytes.Buffer
			require.NoError(t, changed.WriteText(&text, ""))
			require.Contains(t, text.String(), c.text)
			require.NoError(t, changed.WriteJSON(&asJSON, ""))
			require.Contains(t, asJSON.String(), c.json)
		})
	}
}

// Of y_{t−1} nothing may be lost, and something of y_{t−2}: Λ_2 = JΛ_1 and Λ_3 ≠
// JΛ_2 (S2). What is reported as lost is then not nothing.
func TestLostBeyondThreeObservations(t *testing.T) {
	r, err := Run(read(t, `{"A": [[0.5, 0], [0, -0.5]], "C": [[3, 3]], "Q": [[9, -2.5], [-2.5, 0.75]], "R": [[40]]}`), Options{To: "rnn"})
	require.NoError(t, err)
	exact, known := r.Exact()
	require.True(t, known && !exact)
	require.Less(t, r.Nats, 1e-20)
	require.Greater(t, r.Past.Nats, 1e-3)
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text, ""))
	require.Contains(t, text.String(), "lost against all of the past (S5): 0.00105076 nats a step")
}

// A tolerance below the smallest singular value changes nothing; one above it
// is owned up to, in either direction.
func TestTolerance(t *testing.T) {
	network := `{"M": [[1, 0], [0, 0.01]], "N": [[0.5, 0], [0, 0.5]], "P": {"iso": 1}}`
	for _, c := range []struct {
		text, to  string
		tolerance float64
		dimension int
		truncated bool
	}{
		{network, "lds", 0, 2, false}, {network, "lds", 1e-3, 2, false}, {network, "lds", 0.1, 1, true},
		{hidden, "rnn", 0, 2, false}, {hidden, "rnn", 1e-3, 2, false}, {hidden, "rnn", 0.8, 1, true},
	} {
		r, err := Run(read(t, c.text), Options{To: c.to, Tolerance: c.tolerance})
		require.NoError(t, err)
		require.Equal(t, c.dimension, r.Dimension, "%+v", c)
		require.Equal(t, c.truncated, r.Truncated, "%+v", c)
		if c.truncated {
			exact, known := r.Exact()
			require.True(t, known && !exact)
			require.NotEmpty(t, r.NatsRefused)
			require.True(t, c.to == "lds" || r.Past.Refused != "")
		}
	}
	_, err := Run(read(t, network), Options{To: "lds", Tolerance: -1})
	require.ErrorIs(t, err, model.ErrInvalid)
}

// TestManyUnits: of 20,000 units one N×N would be 3.2 GB. All that is
// allocated on the way there and back is below a tenth of it.
func TestManyUnits(t *testing.T) {
	const units, rank = 20_000, 2
	m, n, d := mat.NewDense(units, rank, nil), mat.NewDense(units, rank, nil), make([]float64, units)
	for i := range units {
		d[i] = 1 + float64(i%7)
		for r := range rank {
			m.Set(i, r, math.Sin(float64(i*(r+1)))/units)
			n.Set(i, r, math.Cos(float64(i*(r+2))))
		}
	}
	p, err := model.DiagonalNoise(d)
	require.NoError(t, err)
	net, err := model.NewLinearRNN(model.LinearRNNConfig{M: m, N: n, P: p})
	require.NoError(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	there, err := Run(&netfile.Linear{RNN: net}, Options{To: "lds"})
	require.NoError(t, err)
	require.Equal(t, 2*rank, there.Dimension)
	path := filepath.Join(t.TempDir(), "lds.npz")
	require.NoError(t, there.To.Save(path))
	lds, err := netfile.LoadLinear(path)
	require.NoError(t, err)
	back, err := Run(lds, Options{To: "rnn"})
	require.NoError(t, err)
	require.Equal(t, rank, back.Dimension)
	exact, known := back.Exact()
	require.True(t, exact && known)
	var text bytes.Buffer
	require.NoError(t, back.WriteText(&text, ""))
	require.Contains(t, text.String(), "20000 units: not printed here")
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(units*units*8/10))
}
