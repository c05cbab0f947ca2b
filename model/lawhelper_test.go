package model_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/model"
	oracle "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// plain returns the rows of a matrix, n rows of no entries for nil.
func plain(a *mat.Dense, n int) [][]float64 {
	if a == nil {
		return make([][]float64, n)
	}
	return rowsOf(a)
}

func plainCovariance(s model.Noise) [][]float64 {
	out := make([][]float64, s.Dim())
	for i := range out {
		out[i] = make([]float64, s.Dim())
		for j := range out[i] {
			out[i][j] = s.At(i, j)
		}
	}
	return out
}

// lawOfRNN is what the oracle says of a network. Loadings whose products are
// exact are not rounded here.
func lawOfRNN(t testing.TB, net *model.LinearRNN) *oracle.Process {
	t.Helper()
	system := oracle.RNN{J: rowsOf(net.J()), P: plainCovariance(net.P())}
	if g, ok := net.Initial(); ok {
		system.Mean, system.Cov = g.Mean, plainCovariance(g.Cov)
	}
	p, err := system.Process()
	require.NoError(t, err)
	return p
}

func lawOfLDS(t testing.TB, l *model.LDS) *oracle.Process {
	t.Helper()
	system := oracle.LDS{
		A: plain(l.A(), l.Latents()), C: plain(l.C(), l.Units()),
		Q: plainCovariance(l.Q()), R: plainCovariance(l.R()),
	}
	if g, ok := l.Initial(); ok {
		system.Mean, system.Cov = g.Mean, plainCovariance(g.Cov)
	}
	p, err := system.Process()
	require.NoError(t, err)
	return p
}

// nothing is where the oracle's 448 bits end, relative to the largest variance.
const nothing = 0x1p-400

// unitSizes returns, of each unit, the largest standard deviation or |mean| in
// any of the steps: 0 only for one that is silent throughout.
func unitSizes(law *oracle.Process, steps int) []float64 {
	n := law.Units()
	size, joint, mean := make([]float64, n), law.Covariance(steps), law.Mean(steps)
	for i, x := range mean {
		size[i%n] = max(size[i%n], math.Abs(x), math.Sqrt(joint[i][i]))
	}
	top := slices.Max(size)
	for i, x := range size {
		if x <= math.Sqrt(nothing)*top {
			size[i] = 0
		}
	}
	return size
}

// lawGap returns the largest difference of means and covariances of (y_1 …
// y_steps), relative to the units' sizes. A unit that is silent in the first
// law must be so in the second: +Inf otherwise.
func lawGap(want, got *oracle.Process, steps int) float64 {
	size, n, gap := unitSizes(want, steps), want.Units(), 0.0
	note := func(x, y, scale float64) {
		switch {
		case math.IsNaN(gap): // stays
		case scale == 0 && math.Abs(y) <= nothing*math.Abs(x):
		case !(math.Abs(x-y)/scale <= gap) && x != y:
			gap = math.Abs(x-y) / scale
		}
	}
	a, b := want.Covariance(steps), got.Covariance(steps)
	for i := range a {
		for j := range a {
			note(a[i][j], b[i][j], size[i%n]*size[j%n])
		}
	}
	y := got.Mean(steps)
	for i, x := range want.Mean(steps) {
		note(x, y[i], size[i%n])
	}
	return gap
}

// lawBound is what rounding may put between the law of a network and that of
// its latent system, relative to the units' sizes. In units z = y/t scaled to
// size 1, J_z and P_z are met to within c·u·N of their sizes, and the
// stationary covariance (size at most N) amplifies that by α = ‖Σ J_z^k
// J_z^kᵀ‖; T steps of a network that is not stationary do so by Σ_k ‖J_z‖^2k.
// c = 64 is the number of products, decompositions and sums on the way, each
// good to a few units.
func lawBound(t testing.TB, net *model.LinearRNN, law *oracle.Process, steps int) float64 {
	t.Helper()
	const c = 64
	n := float64(net.Units())
	j, norm := inUnitsOf(rowsOf(net.J()), unitSizes(law, steps))
	if _, ok := net.Initial(); ok {
		growth := 0.0
		for k := range steps {
			growth += math.Pow(max(norm, 1), 2*float64(k))
		}
		return c * u * n * growth
	}
	return c * u * n * n * (1 + norm*norm) * amplification(t, j)
}

// inUnitsOf returns J of units scaled to size 1, and its norm.
func inUnitsOf(j [][]float64, size []float64) (scaled [][]float64, norm float64) {
	for a := range j {
		for b := range j[a] {
			if size[a] == 0 || size[b] == 0 {
				j[a][b] = 0
			}
			if j[a][b] != 0 {
				j[a][b] *= size[b] / size[a]
			}
			norm = math.Hypot(norm, j[a][b])
		}
	}
	return j, norm
}

// amplification bounds ‖Σ J^k J^kᵀ‖.
func amplification(t testing.TB, j [][]float64) float64 {
	t.Helper()
	unit := make([][]float64, len(j))
	for i := range unit {
		unit[i] = make([]float64, len(j))
		unit[i][i] = 1
	}
	p, err := oracle.RNN{J: j, P: unit}.Process()
	require.NoError(t, err)
	return p.Amplification()
}

func isotropic(t testing.TB, n int, variance float64) model.Noise {
	t.Helper()
	s, err := model.IsotropicNoise(n, variance)
	require.NoError(t, err)
	return s
}

func diagonal(t testing.TB, variances ...float64) model.Noise {
	t.Helper()
	s, err := model.DiagonalNoise(variances)
	require.NoError(t, err)
	return s
}

func denseNoise(t testing.TB, cov mat.Matrix) model.Noise {
	t.Helper()
	s, err := model.DenseNoise(cov)
	require.NoError(t, err)
	return s
}

// factored returns diag(d) + F Fᵀ.
func factored(t testing.TB, d []float64, f mat.Matrix) model.Noise {
	t.Helper()
	s, err := model.LowRankNoise(d, f)
	require.NoError(t, err)
	return s
}

func linearNetwork(t testing.TB, c model.LinearRNNConfig) *model.LinearRNN {
	t.Helper()
	net, err := model.NewLinearRNN(c)
	require.NoError(t, err)
	return net
}

func newLDS(t testing.TB, c model.LDSConfig) *model.LDS {
	t.Helper()
	l, err := model.NewLDS(c)
	require.NoError(t, err)
	return l
}

func converted(t testing.TB, net *model.LinearRNN) *model.LDSConversion {
	t.Helper()
	c, err := net.ToLDS(0)
	require.NoError(t, err)
	require.Equal(t, c.Dimension, c.LDS.Latents())
	return c
}
