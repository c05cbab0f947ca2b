package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// A constructor that refuses names what it refuses, and returns nothing to go on with.
func TestNoiseIsValidated(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	m := func(rows, cols int, data ...float64) mat.Matrix { return mat.NewDense(rows, cols, data) }
	for message, f := range map[string]func() (Noise, error){
		"variance is -1":         func() (Noise, error) { return IsotropicNoise(2, -1) },
		"variance is NaN":        func() (Noise, error) { return IsotropicNoise(2, nan) },
		"variance is +Inf":       func() (Noise, error) { return IsotropicNoise(0, inf) },
		"noise of -1 units":      func() (Noise, error) { return IsotropicNoise(-1, 1) },
		"variance 1 is -2":       func() (Noise, error) { return DiagonalNoise([]float64{1, -2}) },
		"variance 0 is NaN":      func() (Noise, error) { return DiagonalNoise([]float64{nan, -2}) },
		"variance 1 is +Inf":     func() (Noise, error) { return LowRankNoise([]float64{0, inf}, nil) },
		"F[1,0] is NaN":          func() (Noise, error) { return LowRankNoise([]float64{1, 1}, m(2, 1, 1, nan)) },
		"H[0,1] is +Inf":         func() (Noise, error) { return ReducedNoise([]float64{1}, nil, m(1, 2, 0, inf)) },
		"F is 1×2, want 2 rows":  func() (Noise, error) { return LowRankNoise([]float64{1, 1}, m(1, 2, 1, 1)) },
		"H is 3×1, want 2 rows":  func() (Noise, error) { return ReducedNoise([]float64{1, 1}, nil, m(3, 1, 1, 1, 1)) },
		"variance 1 overflows":   func() (Noise, error) { return LowRankNoise([]float64{1, 1}, m(2, 1, 1, 1e200)) },
		"variance 0 overflows":   func() (Noise, error) { return ReducedNoise([]float64{1}, nil, m(1, 1, 1e200)) },
		"variance 1 is negative": func() (Noise, error) { return ReducedNoise([]float64{1e20, 1}, nil, m(2, 1, 0, 1.0001)) },
		"eigenvalue -0.28":       func() (Noise, error) { return ReducedNoise([]float64{1, 1}, nil, m(2, 1, .8, .8)) },
		"no covariance":          func() (Noise, error) { return DenseNoise(nil) },
		"no covariance is given": func() (Noise, error) { return DenseNoise((*mat.SymDense)(nil)) },
		"covariance is 1×2":      func() (Noise, error) { return DenseNoise(m(1, 2, 1, 1)) },
		"covariance[0,1] is NaN": func() (Noise, error) { return DenseNoise(m(2, 2, 1, nan, 0, 1)) },
		"covariance[1,1] is -1":  func() (Noise, error) { return DenseNoise(m(2, 2, 1, 0, 0, -1)) },
		"covariance[0,1] is 0.5 and covariance[1,0] is 0.25": func() (Noise, error) { return DenseNoise(m(2, 2, 1, .5, .25, 1)) },
		"covariance[0,1] is 2, more than the variances":      func() (Noise, error) { return DenseNoise(m(2, 2, 1, 2, 2, 1)) },
		"covariance[0,2] is 1e-30, more than the variances":  func() (Noise, error) { return DenseNoise(m(3, 3, 1, 0, 1e-30, 0, 1, 0, 1e-30, 0, 0)) },
		"scaled to correlations it has the eigenvalue -0.8":  func() (Noise, error) { return DenseNoise(m(3, 3, 1, .9, .9, .9, 1, -.9, .9, -.9, 1)) },
	} {
		s, err := f()
		require.ErrorIs(t, err, ErrInvalid, message)
		require.ErrorContains(t, err, message)
		require.Equal(t, Noise{}, s, message)
	}
	require.PanicsWithValue(t, "model: ZeroNoise of -1 units", func() { ZeroNoise(-1) })
	require.PanicsWithValue(t, "model: entry (2,0) of a covariance of 2 units", func() { ZeroNoise(2).At(2, 0) })
}

// Taking away all that a direction has is legal, and more than rounding more is not: in graded covariances too, where a negative
// variance is small beside the rounding of a large one.
func TestReducedNoiseIsSemidefinite(t *testing.T) {
	rng := seeded(29)
	for _, grade := range []float64{0, 1, 4, 8} {
		for trial := range 20 {
			n, p := 2+trial%5, 1+trial%3
			d, f := make([]float64, n), gaussianArray(rng, n, p)
			for i := range d {
				size := math.Pow(10, grade*(2*rng.Float64()-1))
				d[i] = rng.Float64() * size * size
				if trial%4 == 0 {
					d[i] *= 1e-20
				}
				for j := range f.row(i) {
					f.row(i)[j] *= size
				}
			}
			given, err := LowRankNoise(d, f.dense())
			require.NoError(t, err)
			direction := make([]float64, n)
			for i := range direction {
				direction[i] = rng.NormFloat64() / math.Sqrt(given.At(i, i))
			}
			h := array{n, 1, takenAway(t, given.expanded(), direction)}
			_, err = ReducedNoise(d, f.dense(), h.dense())
			require.NoError(t, err, "grade %v, trial %d", grade, trial)
			_, err = ReducedNoise(d, f.dense(), h.scaled(1+1e-6).dense())
			require.ErrorIs(t, err, ErrInvalid, "grade %v, trial %d", grade, trial)
		}
	}
	_, err := ReducedNoise([]float64{1e-16, 1}, mat.NewDense(2, 1, []float64{1, 0}), mat.NewDense(2, 1, []float64{0, 10}))
	require.ErrorContains(t, err, "variance 1 is negative")
	// Its negative direction is no unit's: unit 0, much larger, must not hide it.
	_, err = ReducedNoise([]float64{1e-16, 1, 1}, mat.NewDense(3, 1, []float64{1, 0, 0}), mat.NewDense(3, 1, []float64{0, .8, .8}))
	require.ErrorContains(t, err, "eigenvalue")
}

// Rounding, of a good computation, is not refused.
func TestDenseNoiseToleratesRounding(t *testing.T) {
	rng := seeded(31)
	for trial := range 20 {
		n := 2 + trial%6
		f := gaussianArray(rng, n, 1+trial%2)
		for i := range n {
			for j := range f.row(i) {
				f.row(i)[j] *= math.Pow(10, 8*rng.NormFloat64())
			}
		}
		s := f.mulT(f)
		for i := range n {
			for j := range n {
				s.data[i*n+j] *= 1 + 4*unitRoundoff*(2*rng.Float64()-1)
			}
		}
		noise, err := DenseNoise(s.dense())
		require.NoError(t, err)
		require.Equal(t, noise.full, noise.full.symmetrized())
	}
}

func TestNoiseOfSomeUnits(t *testing.T) {
	for name, s := range noises(t) {
		if s.n < 2 {
			continue
		}
		units := []int{s.n - 1, 0}
		r, err := s.Restrict(units)
		require.NoError(t, err)
		for i, k := range units {
			for j, l := range units {
				require.Equal(t, s.At(k, l), r.At(i, j), name)
			}
		}
		none, err := s.Restrict(nil)
		require.NoError(t, err)
		require.Zero(t, none.Dim())
		for message, bad := range map[string][]int{"unit 1 of the list is -1": {0, -1}, "unit 0 of the list is 9": {9}, "unit 2 of the list is 1": {1, 0, 1}} {
			_, err := s.Restrict(bad)
			require.ErrorIs(t, err, ErrInvalid)
			require.ErrorContains(t, err, message)
		}
	}
}

func TestNoiseKinds(t *testing.T) {
	all := noises(t)
	for name, kind := range map[string]string{
		"no units": "isotropic", "zero": "isotropic", "isotropic": "isotropic", "diagonal": "diagonal",
		"low rank": "low rank plus diagonal", "reduced diagonal": "low rank plus diagonal", "dense": "dense",
	} {
		require.Equal(t, kind, all[name].Kind().String(), name)
	}
	d := []float64{1, 2}
	s, err := DiagonalNoise(d)
	require.NoError(t, err)
	d[0] = 7
	require.Equal(t, 1.0, s.At(0, 0)) // a copy
}
