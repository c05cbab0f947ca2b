package dense

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireWithin fails unless |got − want| ≤ bound; NaN fails.
func requireWithin(t *testing.T, want, got, bound float64, msg ...any) {
	t.Helper()
	require.True(t, math.Abs(got-want) <= bound, "want %v, got %v, off by %v, allowed %v, %v", want, got, math.Abs(got-want), bound, msg)
}

func TestSingularValuesInClosedForm(t *testing.T) {
	golden := (1 + math.Sqrt(5)) / 2
	for _, c := range []struct {
		a    [][]float64
		want []float64
	}{
		{[][]float64{{3}}, []float64{3}},
		{[][]float64{{0, 0}, {0, 0}}, []float64{0, 0}},
		{[][]float64{{1, 1}, {0, 1}}, []float64{golden, golden - 1}},             // σ² solves s² − 3s + 1 = 0
		{[][]float64{{1, 0x1p-40}, {0, 1}}, []float64{1 + 0x1p-41, 1 - 0x1p-41}}, // √(1 + c²/4) ± c/2
		{[][]float64{{0, -7}, {2, 0}}, []float64{7, 2}},
		{[][]float64{{1, 2}, {2, 4}}, []float64{5, 0}},
		{[][]float64{{1, 2, 2}}, []float64{3}},
		{[][]float64{{1}, {2}, {2}}, []float64{3}},
		{[][]float64{{3, 0}, {4, 5}}, []float64{math.Sqrt(45), math.Sqrt(5)}},
		{[][]float64{{0x1p1000, 0x1p1000}, {0, 0x1p1000}}, []float64{golden * 0x1p1000, (golden - 1) * 0x1p1000}},
		{[][]float64{{0x1p-1030, 0x1p-1030}, {0, 0x1p-1030}}, []float64{golden * 0x1p-1030, (golden - 1) * 0x1p-1030}},
	} {
		got := SingularValues(c.a)
		require.Len(t, got, len(c.want))
		for i := range got {
			requireWithin(t, c.want[i], got[i], 4*0x1p-52*c.want[0]+5e-324, c.a)
		}
		require.Equal(t, got[0], NormTwo(c.a))
	}
}

// Columns of very different size keep relative accuracy: diag(1, 1e-9, 1e-18) from the right of a matrix with singular values
// near one. σ of [[1, ε], [1, −ε]] are √2 and √2 ε.
func TestSmallSingularValuesOfScaledColumns(t *testing.T) {
	for _, eps := range []float64{1e-3, 1e-12, 1e-100, 1e-200} {
		got := SingularValues([][]float64{{1, eps}, {1, -eps}})
		requireWithin(t, math.Sqrt2*eps, got[1], 4*0x1p-52*eps)
		got = SingularValues([][]float64{{1, eps}, {1, 2 * eps}}) // det = ε, largest √2 (1 + O(ε))
		if eps < 1e-8 {
			requireWithin(t, eps/math.Sqrt2, got[1], 8*0x1p-52*eps)
		}
	}
}

// For integer A the matrix AᵀA is exact, and Spectrum, which has nothing in common with Jacobi, knows its eigenvalues σ².
func TestSingularValuesAgainstSpectrum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		rows, cols := 1+rng.IntN(7), 1+rng.IntN(7)
		a := zeros[float64](rows, cols)
		for i := range a {
			for j := range a[i] {
				a[i][j] = float64(rng.IntN(11) - 5)
			}
		}
		gram := MatMul(Transpose(a), a)
		squares, _, err := Spectrum(gram)
		require.NoError(t, err)
		got := SingularValues(a)
		require.Len(t, got, min(rows, cols))
		for i, s := range got {
			want := real(squares[len(squares)-1-i])
			require.Zero(t, imag(squares[i]))
			requireWithin(t, math.Sqrt(math.Max(want, 0)), s, 32*0x1p-53*got[0])
		}
		requireWithin(t, NormFro(a), VectorNorm2(got), 32*0x1p-53*NormFro(a))
	}
}

// Rotations on both sides, of a known diagonal, including a repeated and a tiny value.
func TestPrescribedSingularValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	want := []float64{8, 8, 1, 1e-3, 1e-12}
	for range 20 {
		a := zeros[float64](len(want)+2, len(want))
		for i := range want {
			a[i][i] = want[i]
		}
		a = MatMul(MatMul(reflection(rng, len(a)), a), reflection(rng, len(want)))
		for i, s := range SingularValues(a) {
			requireWithin(t, want[i], s, 100*0x1p-53*want[0])
		}
	}
}

// reflection returns I − 2vvᵀ/vᵀv.
func reflection(rng *rand.Rand, n int) [][]float64 {
	v := gaussian(rng, 1, n)[0]
	h := zeros[float64](n, n)
	for i := range h {
		for j := range h {
			h[i][j] = -2 * v[i] * v[j] / Dot(v, v)
		}
		h[i][i]++
	}
	return h
}

func TestSingularValuesOfWhatIsNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, s := range SingularValues([][]float64{{1, 2}, {bad, 0}}) {
			require.True(t, math.IsNaN(s))
		}
		require.True(t, math.IsNaN(MinSingularComplex([][]complex128{{complex(0, bad)}})))
	}
}

func TestMinSingularComplex(t *testing.T) {
	requireWithin(t, 5, MinSingularComplex([][]complex128{{3 - 4i}}), 0x1p-50)
	requireWithin(t, 0, MinSingularComplex([][]complex128{{1, 1i}, {1i, -1}}), 0x1p-50) // second row i times the first
	// [[1, i], [0, 1]] has AᴴA = [[1, i], [−i, 2]], the spectrum of the golden case; conj(i) ≠ i matters to it.
	requireWithin(t, (math.Sqrt(5)-1)/2, MinSingularComplex([][]complex128{{1, 1i}, {0, 1}}), 0x1p-50)
	// [[1, i], [i, 1]] is √2 times a unitary matrix, [[1, 1], [1, 1]] and [[1, i], [i, −1]] are singular.
	requireWithin(t, math.Sqrt2, MinSingularComplex([][]complex128{{1, 1i}, {1i, 1}}), 0x1p-50)
	// Rectangular: the smallest of min(m, n).
	requireWithin(t, math.Sqrt2, MinSingularComplex([][]complex128{{1, 1i, 0}, {0, 0, 2}}), 0x1p-50)
	requireWithin(t, math.Sqrt2, MinSingularComplex([][]complex128{{1, 0}, {1i, 0}, {0, 2}}), 0x1p-50)
	// 2×2 in general: σ₁σ₂ = |det|, σ₁² + σ₂² = ‖A‖_F².
	rng := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		z := func() complex128 { return complex(rng.NormFloat64(), rng.NormFloat64()) }
		a := [][]complex128{{z(), z()}, {z(), z()}}
		det, f := cmplx.Abs(a[0][0]*a[1][1]-a[0][1]*a[1][0]), NormFro(a)
		small := math.Sqrt((f*f + 2*det)) - math.Sqrt(math.Max(0, f*f-2*det)) // (σ₁+σ₂) − (σ₁−σ₂)
		requireWithin(t, small/2, MinSingularComplex(a), 1e-7*f)
	}
}
