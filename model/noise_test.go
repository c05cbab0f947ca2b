package model

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// takenAway is what a conversion takes away: P less what w of it reads, H = P w (wᵀPw)^-½ (n×1).
func takenAway(t testing.TB, p array, w []float64) []float64 {
	t.Helper()
	pw := p.timesVector(w)
	quadratic := 0.0
	for i, x := range pw {
		quadratic += w[i] * x
	}
	for i := range pw {
		pw[i] /= math.Sqrt(quadratic)
	}
	return pw
}

// noises are covariances of each kind, singular, graded and empty ones among them.
func noises(t testing.TB) map[string]Noise {
	t.Helper()
	rng := seeded(17)
	out := map[string]Noise{"no units": {}, "zero": ZeroNoise(3)}
	keep := func(name string) func(Noise, error) {
		return func(s Noise, err error) {
			require.NoError(t, err, name)
			out[name] = s
		}
	}
	graded := []float64{1e-16, 1, 1e16, 0}
	f, h := gaussianArray(rng, 4, 2), newArray(4, 1)
	for i := range graded { // loadings of the units' sizes
		f.row(i)[0] *= math.Sqrt(graded[i])
		f.row(i)[1] *= math.Sqrt(graded[i])
	}
	keep("isotropic")(IsotropicNoise(3, 2))
	keep("no isotropic units")(IsotropicNoise(0, 2))
	keep("diagonal")(DiagonalNoise(graded))
	keep("low rank")(LowRankNoise(graded, f.dense()))
	keep("low rank alone")(LowRankNoise(make([]float64, 4), f.dense()))
	keep("low rank beside little")(LowRankNoise([]float64{1e-30, 0, 1, 0}, mat.NewDense(4, 1, []float64{1, 2, 1e-12, 0})))
	dense := diagonalArray(graded).plus(f.mulT(f)).symmetrized()
	keep("dense")(DenseNoise(dense.dense()))
	keep("dense, singular")(DenseNoise(mat.NewDense(2, 2, []float64{4, 2, 2, 1})))
	p, err := LowRankNoise(graded, f.dense())
	require.NoError(t, err)
	for i, x := range takenAway(t, p.expanded(), []float64{1e8, -1, 1e-8, 0}) {
		h.set(i, 0, x)
	}
	keep("reduced")(ReducedNoise(graded, f.dense(), h.dense()))
	for _, own := range []float64{1e-9, 1e-18, 1e-28} { // three units of little noise of their own, three of much
		d, f := []float64{own, own, own, 1, 1, 1}, gaussianArray(rng, 6, 2)
		for i := 3; i < 6; i++ {
			f.row(i)[0] *= 1e-3
			f.row(i)[1] *= 1e-3
		}
		p, err := LowRankNoise(d, f.dense())
		require.NoError(t, err)
		taken := array{6, 1, takenAway(t, p.expanded(), []float64{1, 1, 1, 1, 1, 1})}
		keep(fmt.Sprintf("reduced beside %g", own))(ReducedNoise(d, f.dense(), taken.scaled(.9).dense()))
	}
	keep("reduced in part")(ReducedNoise(graded, f.dense(), h.scaled(.5).dense()))
	keep("reduced diagonal")(ReducedNoise([]float64{1, 1}, nil, mat.NewDense(2, 1, []float64{.6, .8})))
	keep("reduced to nothing")(ReducedNoise([]float64{0, 0}, mat.NewDense(2, 1, []float64{3, 4}), mat.NewDense(2, 1, []float64{3, 4})))
	keep("reduced, more factors than units")(ReducedNoise([]float64{1}, mat.NewDense(1, 3, []float64{1, 2, 2}), mat.NewDense(1, 2, []float64{3, 1})))
	return out
}

// scales returns what d and F F^T make of each standard deviation: what rounding of Σ is relative to.
func scales(s Noise) []float64 {
	out := make([]float64, s.n)
	for i := range out {
		if s.Kind() == DenseNoiseKind {
			out[i] = math.Sqrt(s.full.at(i, i))
		} else {
			out[i] = math.Sqrt(s.diag[i] + sumSquares(s.plus.row(i)) + sumSquares(s.minus.row(i)))
		}
	}
	return out
}

// requireNear asks for |x_ij − y_ij| ≤ bound·size_i·size_j.
func requireNear(t testing.TB, x, y array, size []float64, bound float64, what string) {
	t.Helper()
	require.Equal(t, [2]int{y.rows, y.cols}, [2]int{x.rows, x.cols}, what)
	for i := range x.rows {
		for j := range x.cols {
			off := math.Abs(x.at(i, j) - y.at(i, j))
			require.True(t, off <= bound*size[i]*size[j]+smallestSubnormal, "%s: entry (%d,%d) is %v, want %v", what, i, j, x.at(i, j), y.at(i, j))
		}
	}
}

// What a covariance says of itself is one matrix, entry by entry relative to standard deviations.
func TestNoiseIsOneMatrix(t *testing.T) {
	rng := seeded(19)
	for name, s := range noises(t) {
		exact, size := exactNoise(t, s), scales(s)
		want := nearest(exact)
		terms := float64(2 * (s.n + s.plus.cols + s.minus.cols + 2))
		requireNear(t, arrayOf(s.Dense()), want, size, terms*unitRoundoff, name+" Dense")
		at := newArray(s.n, s.n)
		for i := range s.n {
			for j := range s.n {
				at.set(i, j, s.At(i, j))
			}
		}
		requireNear(t, at, want, size, terms*unitRoundoff, name+" At")
		requireNear(t, s.times(identityArray(s.n)), want, size, terms*unitRoundoff, name+" times")
		if values, _, err := want.eigenSym(); s.n > 0 {
			require.NoError(t, err)
			require.True(t, s.Norm() >= values[s.n-1]*(1-terms*unitRoundoff), name)
		}
		d, f, h, ok := s.Structure()
		require.Equal(t, s.Kind() != DenseNoiseKind, ok, name)
		if ok {
			again, err := ReducedNoise(d, f, h)
			require.NoError(t, err, name)
			require.Equal(t, s.Kind(), again.Kind(), name)
			requireNear(t, again.expanded(), s.expanded(), size, 0, name+" Structure")
		}

		// NᵀΣN in twice the digits is within its bound.
		n := gaussianArray(rng, s.n, 2)
		g, off := s.congruence(n)
		x := exactly(t, n)
		left := nearest(exactly(t, g.hi).Add(exactly(t, g.lo)).Sub(x.T().Mul(exact).Mul(x)))
		gross := n.abs().tmul(array{s.n, 1, size}) // Σ_i |n_ij| size_i
		gross = gross.mulT(gross)
		for k := range left.data {
			require.True(t, math.Abs(left.data[k]) <= off.data[k], "%s: congruence off by %v, bound %v", name, left.data[k], off.data[k])
			require.True(t, off.data[k] <= 0x1p-90*gross.data[k], "%s: bound %v", name, off.data[k])
		}
	}
}

// A root squares to Σ, entry by entry relative to standard deviations: samples and what is transformed have the law that they
// should.
func TestNoiseRoot(t *testing.T) {
	for name, s := range noises(t) {
		root, err := s.root()
		require.NoError(t, err, name)
		g := root.times(identityArray(root.inputs()))
		for k, row := range arrayRows(root.tmul(identityArray(s.n))) {
			for i, x := range row {
				off := math.Abs(x - g.at(i, k))
				require.True(t, off <= 64*unitRoundoff*scales(s)[i], "%s: Gᵀ has %v for %v", name, x, g.at(i, k))
			}
		}
		requireNear(t, g.mulT(g), nearest(exactNoise(t, s)), scales(s), 64*unitRoundoff, name)

		turn := orthogonalArray(t, seeded(23), max(1, s.n)).selectRows(upTo(s.n)).columns(0, s.n)
		image, err := s.image(turn)
		require.NoError(t, err, name)
		x := exactly(t, turn)
		gross := turn.abs().timesVector(scales(s))
		requireNear(t, image.expanded(), nearest(x.Mul(exactNoise(t, s)).Mul(x.T())), gross, 64*unitRoundoff, name+" image")
		requireNear(t, s.scaled(-3).expanded(), s.expanded().scaled(9), scales(s), 64*unitRoundoff, name+" scaled")
		require.Equal(t, s.Kind(), s.scaled(-3).Kind())
	}
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
