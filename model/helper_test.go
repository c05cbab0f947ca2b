package model_test

import (
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestMain trades memory, of which little is used, for time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

// times returns a count times RANKPROOF_EFFORT, as counts of instances of theorems
// are: by default a break is to be noticed once.
func times(t testing.TB, count int) int {
	t.Helper()
	text := os.Getenv("RANKPROOF_EFFORT")
	if text == "" {
		return count
	}
	effort, err := strconv.Atoi(text)
	require.NoError(t, err, "RANKPROOF_EFFORT")
	require.Positive(t, effort, "RANKPROOF_EFFORT")
	return effort * count
}

// u is the unit roundoff of float64.
const u = 0x1p-53

// subnormal is the smallest positive float64, where relative accuracy ends.
const subnormal = 0x1p-1074

// matrix returns the rows as a gonum matrix.
func matrix(rows ...[]float64) *mat.Dense {
	a := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		a.SetRow(i, row)
	}
	return a
}

func column(v ...float64) *mat.Dense { return mat.NewDense(len(v), 1, v) }

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func gaussian(rng *rand.Rand, rows, cols int, scale float64) *mat.Dense {
	a := mat.NewDense(rows, cols, nil)
	for i := range rows {
		for j := range cols {
			a.Set(i, j, scale*rng.NormFloat64())
		}
	}
	return a
}

// eighths returns a matrix of multiples of ⅛ up to 1 in size: sums of products of
// thousands of them are exact.
func eighths(rng *rand.Rand, rows, cols int) *mat.Dense {
	a := mat.NewDense(rows, cols, nil)
	for i := range rows {
		for j := range cols {
			a.Set(i, j, float64(rng.IntN(17)-8)/8)
		}
	}
	return a
}

func dense(t testing.TB, w mat.Matrix) *model.Dense {
	t.Helper()
	c, err := model.NewDense(w)
	require.NoError(t, err)
	return c
}

func lowRank(t testing.TB, m, n mat.Matrix, scale float64) *model.LowRank {
	t.Helper()
	c, err := model.NewLowRank(m, n, scale)
	require.NoError(t, err)
	return c
}

// network returns an RNN without input, of time constant 1 unless the
// configuration says otherwise.
func network(t testing.TB, w model.Connectivity, phi model.Nonlinearity, change ...func(*model.RNNConfig)) *model.RNN {
	t.Helper()
	c := model.RNNConfig{Connectivity: w, Nonlinearity: phi, Tau: []float64{1}}
	for _, ch := range change {
		ch(&c)
	}
	net, err := model.NewRNN(c)
	require.NoError(t, err)
	return net
}

func withTau(tau ...float64) func(*model.RNNConfig) {
	return func(c *model.RNNConfig) { c.Tau = tau }
}

func withBias(b ...float64) func(*model.RNNConfig) {
	return func(c *model.RNNConfig) { c.Bias = b }
}

func withInput(b mat.Matrix) func(*model.RNNConfig) {
	return func(c *model.RNNConfig) { c.Input = b }
}

// linearized returns the linearization at the state, at the origin if nil.
func linearized(t testing.TB, net *model.RNN, x []float64) *model.Linearization {
	t.Helper()
	if x == nil {
		x = make([]float64, net.Units())
	}
	l, err := net.Linearize(x)
	require.NoError(t, err)
	return l
}

func rowsOf(a *mat.Dense) [][]float64 {
	n, _ := a.Dims()
	out := make([][]float64, n)
	for i := range out {
		out[i] = mat.Row(nil, i, a)
	}
	return out
}
