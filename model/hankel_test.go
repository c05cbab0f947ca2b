package model_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
)

// exactHankelRank decides by the rationals that the numbers are: V solved for
// entry by entry, and k = 2K blocks either way.
func exactHankelRank(t *testing.T, a, c, q [][]float64) int {
	t.Helper()
	am, cm, qm := rational(t, a), rational(t, c), rational(t, q)
	k := am.Rows()
	kron := make([][]*big.Rat, k*k)
	right := make([]*big.Rat, k*k)
	for i := range k {
		for j := range k {
			row := make([]*big.Rat, k*k)
			for x := range row {
				row[x] = new(big.Rat).Mul(am.At(i, x/k), am.At(j, x%k))
				row[x].Neg(row[x])
			}
			row[i*k+j].Add(row[i*k+j], big.NewRat(1, 1))
			kron[i*k+j], right[i*k+j] = row, qm.At(i, j)
		}
	}
	system, err := exact.FromRat(kron)
	require.NoError(t, err)
	v, err := system.Solve(exact.Column(right))
	require.NoError(t, err)
	vRows := make([][]*big.Rat, k)
	for i := range k {
		for j := range k {
			vRows[i] = append(vRows[i], v.At(i*k+j, 0))
		}
	}
	vm, err := exact.FromRat(vRows)
	require.NoError(t, err)
	n, blocks := cm.Rows(), k+1
	hankel := make([][]*big.Rat, n*blocks)
	lag := make([]*exact.Matrix, 2*blocks) // Λ_1, Λ_2, …
	carried := am.Mul(vm)
	for l := range lag {
		lag[l] = cm.Mul(carried).Mul(cm.T())
		carried = am.Mul(carried)
	}
	for i := range blocks {
		for u := range n {
			for j := range blocks {
				for w := range n {
					hankel[i*n+u] = append(hankel[i*n+u], lag[i+j].At(u, w))
				}
			}
		}
	}
	h, err := exact.FromRat(hankel)
	require.NoError(t, err)
	return h.Rank()
}

func rational(t *testing.T, rows [][]float64) *exact.Matrix {
	t.Helper()
	m, err := exact.FromFloat64(rows)
	require.NoError(t, err)
	return m
}

func fromRows(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		m.SetRow(i, row)
	}
	return m
}

func TestHankelRank(t *testing.T) {
	diagonal := func(d ...float64) [][]float64 {
		out := make([][]float64, len(d))
		for i, x := range d {
			out[i] = make([]float64, len(d))
			out[i][i] = x
		}
		return out
	}
	for name, at := range map[string]struct {
		a, c, q [][]float64
		want    int
	}{
		"two latents in one unit":        {diagonal(.5, -.5), [][]float64{{1, 1}}, diagonal(9, .75), 2},
		"one eigenvalue for two":         {diagonal(.5, .5), [][]float64{{1, 1}}, diagonal(9, .75), 1},
		"one eigenvalue, two units":      {diagonal(.5, .5), [][]float64{{1, 1}, {1, 2}}, diagonal(9, .75), 2},
		"unobservable":                   {[][]float64{{.5, 0}, {.25, .25}}, [][]float64{{1, 0}}, diagonal(1, 1), 1},
		"without noise":                  {[][]float64{{.5, 0}, {0, .25}}, [][]float64{{1, 1}}, diagonal(1, 0), 1},
		"driven":                         {[][]float64{{.5, 0}, {.25, .25}}, [][]float64{{1, 1}}, diagonal(1, 0), 2},
		"nilpotent":                      {[][]float64{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, [][]float64{{1, 0, 1}}, diagonal(1, 0, 0), 2},
		"moving average":                 {[][]float64{{0, 0}, {1, 0}}, [][]float64{{1, 1}}, diagonal(1, 0), 1},
		"white":                          {[][]float64{{0, 0}, {1, 0}}, [][]float64{{0, 1}}, diagonal(1, 0), 0},
		"silent":                         {diagonal(.5, .5), [][]float64{{1, 1}}, diagonal(0, 0), 0},
		"jordan":                         {[][]float64{{.5, 1, 0}, {0, .5, 1}, {0, 0, .5}}, [][]float64{{1, 0, 0}}, diagonal(0, 0, 1), 3},
		"latents of very different size": {diagonal(.5, -.5), [][]float64{{0x1p-40, 0x1p40}}, diagonal(0x1p80, 0x1p-80), 2},
		"graded, one of them unseen":     {diagonal(.5, .25, -.5), [][]float64{{0x1p-40, 0, 0x1p40}}, diagonal(0x1p80, 1, 0x1p-80), 2},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, at.want, exactHankelRank(t, at.a, at.c, at.q))
			q, err := model.DenseNoise(fromRows(at.q))
			require.NoError(t, err)
			r, err := model.IsotropicNoise(len(at.c), .5)
			require.NoError(t, err)
			l, err := model.NewLDS(model.LDSConfig{A: fromRows(at.a), C: fromRows(at.c), Q: q, R: r})
			require.NoError(t, err)
			d, err := l.HankelRank(0)
			require.NoError(t, err)
			require.Equal(t, at.want, d.Rank, "%+v", d)
			require.GreaterOrEqual(t, len(d.Singular), d.Rank)
		})
	}
}

// The rank of an rnn is at most R, and that of Λ_1; what it converts to has it.
func TestHankelRankOfRNN(t *testing.T) {
	isotropic, err := model.IsotropicNoise(3, 1)
	require.NoError(t, err)
	singular, err := model.DiagonalNoise([]float64{1, 0, 0})
	require.NoError(t, err)
	for name, at := range map[string]struct {
		m, n []float64
		p    model.Noise
		want int
	}{
		"generic":                {[]float64{1, 0, 1, 1, 0, 1}, []float64{.5, 0, 0, .25, 0, .125}, isotropic, 2},
		"dependent":              {[]float64{1, 2, 1, 2, 1, 2}, []float64{.5, 0, 0, .125, 0, 0}, isotropic, 1},
		"NᵀM = 0":                {[]float64{1, 0, 0, 1, 0, 0}, []float64{0, 0, 0, 0, 1, 2}, isotropic, 1},
		"noise is not fed back":  {[]float64{1, 0, 0, 1, 0, 0}, []float64{0, 0, 0, 0, 1, 2}, singular, 0},
		"noise reaches a latent": {[]float64{0, 0, 1, 0, 0, 1}, []float64{.5, 0, 0, .5, 0, 0}, singular, 2},
	} {
		t.Run(name, func(t *testing.T) {
			net, err := model.NewLinearRNN(model.LinearRNNConfig{M: mat.NewDense(3, 2, at.m), N: mat.NewDense(3, 2, at.n), P: at.p})
			require.NoError(t, err)
			d, err := net.HankelRank(0)
			require.NoError(t, err)
			require.Equal(t, at.want, d.Rank, "%+v", d)
			c, err := net.ToLDS(0)
			require.NoError(t, err)
			again, err := c.LDS.HankelRank(0)
			require.NoError(t, err)
			require.Equal(t, at.want, again.Rank, "%+v", again)
		})
	}
}

func TestHankelRankRefusals(t *testing.T) {
	one := mat.NewDense(1, 1, []float64{1})
	noise, err := model.IsotropicNoise(1, 1)
	require.NoError(t, err)
	l, err := model.NewLDS(model.LDSConfig{A: one, C: one, Q: noise, R: noise})
	require.NoError(t, err)
	_, err = l.HankelRank(0)
	require.ErrorIs(t, err, model.ErrUnstable)
	_, err = l.HankelRank(-1)
	require.ErrorIs(t, err, model.ErrInvalid)
	net, err := model.NewLinearRNN(model.LinearRNNConfig{J: one, P: noise})
	require.NoError(t, err)
	_, err = net.HankelRank(0)
	require.ErrorIs(t, err, model.ErrUnstable)
	_, err = net.HankelRank(1)
	require.ErrorIs(t, err, model.ErrInvalid)
	white, err := model.NewLDS(model.LDSConfig{R: noise})
	require.NoError(t, err)
	d, err := white.HankelRank(0)
	require.NoError(t, err)
	require.Zero(t, d.Rank)
}

// TestHankelRankBelowRounding: what cancels in A V Cᵀ is not seen as all of it,
// a direction of which little is seen does not pass its rounding on, and sizes
// that A's powers take below the normal numbers are zeros.
func TestHankelRankBelowRounding(t *testing.T) {
	for _, c := range []struct {
		n, want int
		a, q    []float64
	}{
		{2, 0, []float64{1, 1, -1, -1}, []float64{4, -4, -4, 4}},
		{4, 2, []float64{-0.125, -0.125, 0.0625, 0.0625, -0.25, -0.1875, 0.25, 0.0625, -0.125, -0.0625, 0.1875, 0, 0.25, 0.1875, -0.25, -0.0625},
			[]float64{0.5625, 0.75, 1.125, 0.9375, 0.75, 1, 1.5, 1.25, 1.125, 1.5, 2.25, 1.875, 0.9375, 1.25, 1.875, 1.5625}},
		{5, 1, []float64{-1.25, 0, 0, -1.25, -1.25, 0.5, 0, -1, 0, 1, 0.5, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1.25, 0, 0.75, 1.625, 0.875},
			[]float64{18: 1, 24: 0}},
		{3, 0, []float64{0.125, -0.375, -0.375, -1.25, 0, 0, 0.75, 0, 0}, []float64{0, 0, 0, 0, 1, -1, 0, -1, 1}},
	} {
		q, err := model.DenseNoise(mat.NewDense(c.n, c.n, c.q))
		require.NoError(t, err)
		one := make([]float64, c.n*c.n)
		for i := range c.n {
			one[i*(c.n+1)] = 1
		}
		l, err := model.NewLDS(model.LDSConfig{A: mat.NewDense(c.n, c.n, c.a), C: mat.NewDense(c.n, c.n, one), Q: q, R: model.ZeroNoise(c.n)})
		require.NoError(t, err)
		d, err := l.HankelRank(0)
		require.NoError(t, err)
		require.Equal(t, c.want, d.Rank, "%v", d)
	}
}
