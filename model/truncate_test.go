package model_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// spectralNorm returns ‖A‖₂.
func spectralNorm(t testing.TB, a mat.Matrix) float64 {
	t.Helper()
	var d mat.SVD
	require.True(t, d.Factorize(a, mat.SVDNone))
	return d.Values(nil)[0]
}

// svdRounding bounds what decomposition of a matrix of this size and product of
// the factors may leave of it: each of the two is backward stable, in N² steps at
// most.
func svdRounding(n int, norm float64) float64 { return 16 * float64(n) * float64(n) * u * norm }

func TestTruncateLeavesTheNextSingularValue(t *testing.T) {
	rng := random(1)
	for _, n := range []int{1, 2, 5, 30} {
		w := gaussian(rng, n, n, 1)
		before := mat.DenseCopyOf(w)
		curve, err := model.TruncationCurve(w)
		require.NoError(t, err)
		require.Len(t, curve, n+1)
		for rank := 0; rank <= n+2; rank++ {
			tr, err := model.Truncate(w, rank)
			require.NoError(t, err)
			require.Len(t, tr.Singular, n)
			require.Equal(t, max(1, min(rank, n)), tr.LowRank.Rank())
			require.Equal(t, n, tr.LowRank.Units())
			require.Equal(t, 1.0, tr.LowRank.Scale())
			bound := svdRounding(n, tr.Singular[0])
			var gap mat.Dense
			gap.Sub(w, tr.LowRank.Dense())
			require.LessOrEqual(t, math.Abs(spectralNorm(t, &gap)-tr.Error), bound, "n %d, rank %d", n, rank)
			require.LessOrEqual(t, math.Abs(spectralNorm(t, tr.LowRank.Dense())-tr.Norm), bound, "n %d, rank %d", n, rank)
			kept := min(rank, n)
			require.Equal(t, kept, curve[kept].Rank)
			require.Equal(t, tr.Error, curve[kept].Spectral)
			require.LessOrEqual(t, math.Abs(mat.Norm(&gap, 2)-curve[kept].Frobenius), math.Sqrt(float64(n))*bound)
			if rank < n { // what is computed independently: W − W_R loses the rank that was kept
				require.Equal(t, tr.Singular[rank], tr.Error)
			} else {
				require.Zero(t, tr.Error)
			}
		}
		require.True(t, mat.Equal(before, w), "the argument was changed")
	}
}

// The loadings split s evenly: MᵀM = NᵀN = diag s.
func TestTruncationIsBalanced(t *testing.T) {
	w := gaussian(random(2), 12, 12, 3)
	tr, err := model.Truncate(w, 4)
	require.NoError(t, err)
	bound := svdRounding(12, tr.Singular[0])
	for _, f := range []*mat.Dense{tr.LowRank.M(), tr.LowRank.N()} {
		var gram mat.Dense
		gram.Mul(f.T(), f)
		for r := range 4 {
			gram.Set(r, r, gram.At(r, r)-tr.Singular[r])
		}
		require.LessOrEqual(t, mat.Norm(&gram, 2), bound)
	}
}

// Singular values known by hand: those of diag are its sizes; [[3,0],[4,5]] has
// √45 and √5.
func TestTruncateKnownMatrices(t *testing.T) {
	tr, err := model.Truncate(matrix([]float64{3, 0}, []float64{4, 5}), 1)
	require.NoError(t, err)
	require.LessOrEqual(t, math.Abs(tr.Error-math.Sqrt(5)), svdRounding(2, 7))
	require.LessOrEqual(t, math.Abs(tr.Norm-math.Sqrt(45)), svdRounding(2, 7))
	want := matrix([]float64{1.5, 1.5}, []float64{4.5, 4.5}) // W_1 of it
	var gap mat.Dense
	gap.Sub(want, tr.LowRank.Dense())
	require.LessOrEqual(t, mat.Norm(&gap, 2), svdRounding(2, 7))

	tr, err = model.Truncate(mat.NewDense(4, 4, nil), 2) // W = 0
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0, 0, 0}, tr.Singular)
	require.Zero(t, tr.Error)
	require.Zero(t, mat.Norm(tr.LowRank.Dense(), 2))

	tr, err = model.Truncate(matrix([]float64{-7}), 0)
	require.NoError(t, err)
	require.Equal(t, 7.0, tr.Error)
	require.Zero(t, tr.Norm)
	require.Zero(t, mat.Norm(tr.LowRank.Dense(), 2))

	// Sizes of nearly the whole range come back.
	w := matrix([]float64{0, 1e300, 0}, []float64{1e-300, 0, 0}, []float64{0, 0, -1})
	tr, err = model.Truncate(w, 2)
	require.NoError(t, err)
	require.LessOrEqual(t, math.Abs(tr.Norm/1e300-1), svdRounding(3, 1))
	require.LessOrEqual(t, math.Abs(tr.LowRank.Dense().At(0, 1)/1e300-1), svdRounding(3, 1))
}

func TestTruncateRefusals(t *testing.T) {
	square := matrix([]float64{1, 2}, []float64{3, 4})
	for _, c := range []struct {
		w    mat.Matrix
		rank int
		says string
	}{
		{square, -1, "rank is -1"},
		{mat.NewDense(2, 3, nil), 1, "W is 2×3, want square"},
		{matrix([]float64{1, 2}, []float64{math.NaN(), 4}), 1, "W[1,0] is NaN"},
		{matrix([]float64{1, 2}, []float64{3, math.Inf(-1)}), 1, "W[1,1] is -Inf"},
		{(*mat.Dense)(nil), 1, "W is missing"},
		{nil, 1, "W is missing"},
	} {
		_, err := model.Truncate(c.w, c.rank)
		require.ErrorIs(t, err, model.ErrInvalid)
		require.ErrorContains(t, err, c.says)
		if c.rank >= 0 {
			_, err = model.TruncationCurve(c.w)
			require.ErrorIs(t, err, model.ErrInvalid)
			require.ErrorContains(t, err, c.says)
		}
	}
	huge := matrix([]float64{1.5e308, 1.5e308}, []float64{1.5e308, 1.5e308})
	_, err := model.Truncate(huge, 1)
	require.ErrorIs(t, err, model.ErrInvalid)
	require.ErrorContains(t, err, "overflows")
	_, err = model.TruncationCurve(huge)
	require.ErrorIs(t, err, model.ErrInvalid)
}

// bigBound is distance·sup·(e^{Lt} − 1)/L by the power series, in 1000 bits.
func bigBound(lipschitz, distance, sup, norm, t float64) float64 {
	of := func(x float64) *big.Float { return new(big.Float).SetPrec(1000).SetFloat64(x) }
	z := new(big.Float).Mul(of(lipschitz), of(norm))
	z.Sub(z, of(1)).Mul(z, of(t)) // Lt
	sum, term := of(0), of(1)     // Σ z^k/(k+1)!
	for k := 1; k < 2000; k++ {
		sum.Add(sum, term)
		term.Mul(term, z).Quo(term, of(float64(k+1)))
	}
	sum.Mul(sum, of(t)).Mul(sum, of(distance)).Mul(sum, of(sup))
	b, _ := sum.Float64()
	return b
}

func TestTruncationBoundAgainstThePowerSeries(t *testing.T) {
	for _, c := range [][5]float64{
		{1, 0.5, 2, 3, 1}, {1, 0.5, 2, 3, 20}, {1, 0.5, 2, 0, 5}, {1, 0.5, 2, 0.25, 40}, // L > 0, L < 0
		{1, 0.5, 2, 1, 3}, {0.25, 0.5, 2, 4, 1e9}, // L = 0
		{1, 1, 1, 1 + 0x1p-52, 1}, {1, 1, 1, 1 - 0x1p-53, 1e3}, {1, 1, 1, 1 + 0x1p-40, 1e-3}, // L near 0
		{1.0 / 3, 1, 1, 3, 1e10},                 // L = −2⁻⁵⁴, though the product rounds to 1
		{0.1, 1, 1, 10, 1e17},                    // L = 2⁻⁵⁴·…, likewise: L·t is above 1
		{1, 1e-200, 1e-200, 1, 1e290},            // the product of two factors is below the range
		{1, 1e200, 1e200, 1, 1e-290},             // or above
		{1, 1, 1, 5, 1e-20}, {1, 1, 1, 5, 5e-17}, // Lt below rounding
		{0, 1, 1, 1e300, 2},
	} {
		got, err := model.TruncationBound(c[0], c[1], c[2], c[3], c[4])
		require.NoError(t, err)
		want := bigBound(c[0], c[1], c[2], c[3], c[4])
		growth := max(0, c[4]*math.FMA(c[0], c[3], -1))
		require.LessOrEqual(t, math.Abs(got/want-1), (8+2*growth)*u, "%v: %v, want %v", c, got, want)
	}
}

func TestTruncationBoundLimits(t *testing.T) {
	at := func(lipschitz, distance, sup, norm, span float64) float64 {
		b, err := model.TruncationBound(lipschitz, distance, sup, norm, span)
		require.NoError(t, err)
		return b
	}
	require.Equal(t, 1.5*2/0.75, at(1, 1.5, 2, 0.25, 1e300)) // L < 0: distance·sup/|L|
	require.Equal(t, math.Inf(1), at(1, 1, 1, 2, 1e4))
	for _, zero := range [][5]float64{{1, 0, 1, 2, 1e4}, {1, 1, 0, 2, 1e4}, {1, 1, 1, 1e300, 0}, {1e300, 0, 1, 1e300, 1e300}} {
		require.Zero(t, at(zero[0], zero[1], zero[2], zero[3], zero[4]))
	}
	for i, name := range []string{"lipschitz", "distance", "sup", "norm", "t"} {
		for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
			c := []float64{1, 1, 1, 1, 1}
			c[i] = bad
			_, err := model.TruncationBound(c[0], c[1], c[2], c[3], c[4])
			require.ErrorIs(t, err, model.ErrInvalid)
			require.ErrorContains(t, err, name+" is")
		}
	}
}

// Two trajectories from one start stay within the bound, and the bound is met to
// a few per cent where everything pulls one way. Classical Runge–Kutta of 2000
// steps is exact to far below the bounds compared here.
func TestTruncatedTrajectoriesStayWithinTheBound(t *testing.T) {
	tight := 0.0
	for seed := range uint64(10) {
		rng := random(seed)
		n := 2 + rng.IntN(6)
		w := gaussian(rng, n, n, 1/math.Sqrt(float64(n)))
		if seed == 0 { // units that do not talk to each other: unit 1 is lost, unit 0 at rest
			n, w = 2, matrix([]float64{1, 0}, []float64{0, 0.9})
		}
		tr, err := model.Truncate(w, n/2)
		require.NoError(t, err)
		phi, cut, span := model.Tanh(), tr.LowRank.Dense(), 3.0
		field := func(w *mat.Dense, x []float64) []float64 {
			f := make([]float64, n)
			for i := range f {
				f[i] = -x[i]
				for j, xj := range x {
					f[i] += w.At(i, j) * phi.Value(xj)
				}
			}
			return f
		}
		x := make([]float64, n)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		if seed == 0 {
			x = []float64{0, 3}
		}
		y, sup, steps := append([]float64(nil), x...), 0.0, 2000
		for k := range steps {
			outputs := make([]float64, n)
			for i := range x {
				outputs[i] = phi.Value(x[i])
			}
			sup = max(sup, mat.Norm(column(outputs...), 2))
			h := span / float64(steps)
			x = classicalStep(func(z []float64) []float64 { return field(w, z) }, x, h)
			y = classicalStep(func(z []float64) []float64 { return field(cut, z) }, y, h)
			gap := make([]float64, n)
			for i := range gap {
				gap[i] = x[i] - y[i]
			}
			bound, err := model.TruncationBound(phi.Lipschitz(), tr.Error, sup, tr.Norm, float64(k+1)*h)
			require.NoError(t, err)
			require.LessOrEqual(t, mat.Norm(column(gap...), 2), bound*(1+1e-6), "seed %d, step %d", seed, k)
			if seed == 0 {
				tight = max(tight, mat.Norm(column(gap...), 2)/bound)
			}
		}
	}
	require.Greater(t, tight, 0.9, "the bound is not the one of M13 but a weaker one")
}

func classicalStep(f func([]float64) []float64, x []float64, h float64) []float64 {
	shifted := func(k []float64, c float64) []float64 {
		y := make([]float64, len(x))
		for i := range y {
			y[i] = x[i] + c*k[i]
		}
		return y
	}
	k1 := f(x)
	k2 := f(shifted(k1, h/2))
	k3 := f(shifted(k2, h/2))
	k4 := f(shifted(k3, h))
	y := make([]float64, len(x))
	for i := range y {
		y[i] = x[i] + h/6*(k1[i]+2*k2[i]+2*k3[i]+k4[i])
	}
	return y
}
