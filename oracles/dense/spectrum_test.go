package dense

import (
	"math"
	"math/big"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// companion returns the companion matrix of the monic polynomial with the given integer roots.
func companion(roots ...int64) [][]float64 {
	p := polynomial{big.NewInt(1)}
	for _, r := range roots {
		next := make(polynomial, len(p)+1)
		for k := range next {
			next[k] = new(big.Int)
			if k > 0 {
				next[k].Add(next[k], p[k-1])
			}
			if k < len(p) {
				next[k].Sub(next[k], new(big.Int).Mul(big.NewInt(r), p[k]))
			}
		}
		p = next
	}
	n := len(roots)
	a := zeros[float64](n, n)
	for k := range n {
		c, accuracy := new(big.Float).SetInt(p[k]).Float64()
		if accuracy != big.Exact {
			panic("coefficient too long")
		}
		a[0][n-1-k] = -c
		if k > 0 {
			a[k][k-1] = 1
		}
	}
	return a
}

func spectrum(t *testing.T, a [][]float64) ([]complex128, []float64) {
	t.Helper()
	values, radii, err := Spectrum(a)
	require.NoError(t, err)
	require.Len(t, values, len(a))
	require.Len(t, radii, len(a))
	return values, radii
}

func TestSpectrumOfCompanionsOfIntegerRoots(t *testing.T) {
	for _, roots := range [][]int64{
		{}, {0}, {5}, {-3, 4}, {-1, -1}, {0, 0, 0}, {-2, 0, 0, 1, 1, 1}, {2, 2, 2, 2, 2, 2, 2, 2}, {-7, -7, -7, 3, 3, 100},
		{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, // Wilkinson's, condition number 1e13
	} {
		a := companion(roots...)
		values, radii := spectrum(t, a)
		for i, r := range roots {
			require.Equal(t, complex(float64(r), 0), values[i], "%v", roots)
			require.Less(t, radii[i], 1e-17*math.Abs(float64(r))+5e-324)
			require.Equal(t, r != 0, radii[i] > 0)
		}
	}
}

func TestSpectrumInClosedForm(t *testing.T) {
	root2, golden := math.Sqrt2, (1+math.Sqrt(5))/2
	for _, c := range []struct {
		a    [][]float64
		want []complex128
	}{
		{[][]float64{{0, -1}, {1, 0}}, []complex128{-1i, 1i}},
		{[][]float64{{1.6, -0.8}, {0.8, 1.6}}, []complex128{1.6 - 0.8i, 1.6 + 0.8i}},
		{[][]float64{{1, 1}, {1, 0}}, []complex128{complex(1-golden, 0), complex(golden, 0)}},
		{[][]float64{{0, 1e8}, {1e-8, 0}}, []complex128{complex(-math.Sqrt(1e8*1e-8), 0), complex(math.Sqrt(1e8*1e-8), 0)}},
		{[][]float64{{1e-300, 7}, {0, 1e300}}, []complex128{1e-300, 1e300}},
		{[][]float64{{5e-324, 1}, {0, 5e-324}}, []complex128{5e-324, 5e-324}},
		// (t² − 2)², defective and irrational: a companion pair coupled by an identity.
		{[][]float64{{0, 2, 1, 0}, {1, 0, 0, 1}, {0, 0, 0, 2}, {0, 0, 1, 0}},
			[]complex128{complex(-root2, 0), complex(-root2, 0), complex(root2, 0), complex(root2, 0)}},
		// Two Jordan blocks of ±i.
		{[][]float64{{0, -1, 1, 0}, {1, 0, 0, 1}, {0, 0, 0, -1}, {0, 0, 1, 0}}, []complex128{-1i, -1i, 1i, 1i}},
		// 1 ± 2^-45, real, and 1 ± 2^-45 i: clusters of two that are not one.
		{[][]float64{{1, 0x1p-90}, {1, 1}}, []complex128{1 - 0x1p-45, 1 + 0x1p-45}},
		{[][]float64{{1, -0x1p-90}, {1, 1}}, []complex128{complex(1, -0x1p-45), complex(1, 0x1p-45)}},
		// 1 ± 2^-200 cannot be told from 1 by float64, and are found to be two by 512 bits.
		{[][]float64{{1, 0x1p-400}, {1, 1}}, []complex128{1, 1}},
		{[][]float64{{1, -0x1p-400}, {1, 1}}, []complex128{complex(1, -0x1p-200), complex(1, 0x1p-200)}},
	} {
		values, radii := spectrum(t, c.a)
		for i, want := range c.want {
			require.LessOrEqual(t, cmplx.Abs(values[i]-want), 0x1p-52*cmplx.Abs(want), "%v: %v", c.a, values)
			require.LessOrEqual(t, radii[i], 0x1p-52*cmplx.Abs(want)+1e-323)
			require.Equal(t, imag(want) == 0, imag(values[i]) == 0, "%v: %v", c.a, values)
		}
	}
}

// A cyclic permutation has the roots of unity, a circulant matrix the Fourier transform of its first row.
func TestSpectrumOfCirculants(t *testing.T) {
	for n := 1; n <= MaxSpectrum; n++ {
		a := zeros[float64](n, n)
		for i := range a {
			a[i][(i+1)%n] = 1
		}
		values, _ := spectrum(t, a)
		seen := make(map[int]bool)
		for _, z := range values {
			k := int(math.Round(cmplx.Phase(z)/(2*math.Pi)*float64(n))+float64(n)) % n
			seen[k] = true
			require.Less(t, cmplx.Abs(z-cmplx.Rect(1, 2*math.Pi*float64(k)/float64(n))), 3e-15)
		}
		require.Len(t, seen, n)
	}
}

// Of random matrices the properties: trace and determinant at high precision hold within the radii, pairs are conjugate, the
// order is that promised, the radii are at rounding, A − λI is singular.
func TestSpectrumOfRandomMatrices(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	for trial := range 60 {
		n := 1 + rng.IntN(7)
		a := gaussian(rng, n, n)
		for i := range a {
			for j := range a[i] {
				switch trial % 3 {
				case 1:
					a[i][j] *= math.Pow(10, float64(rng.IntN(9)-4))
				case 2:
					a[i][j] = math.Round(a[i][j])
				}
			}
		}
		values, radii := spectrum(t, a)
		var sum, mirrored complex128
		size := 0.0
		for i, z := range values {
			require.LessOrEqual(t, radii[i], 0x1p-52*cmplx.Abs(z))
			if i > 0 {
				require.LessOrEqual(t, real(values[i-1]), real(z))
			}
			sum += z
			mirrored += cmplx.Conj(z)
			size += cmplx.Abs(z)
			shifted := zeros[complex128](n, n)
			for j := range a {
				for k := range a {
					shifted[j][k] = complex(a[j][k], 0)
				}
				shifted[j][j] -= z
			}
			require.LessOrEqual(t, MinSingularComplex(shifted), 64*0x1p-53*float64(n)*NormFro(a))
		}
		require.Equal(t, sum, mirrored)
		trace, absolute := TracePowers(a, 1)
		require.LessOrEqual(t, math.Abs(real(sum)-trace[0]), 32*0x1p-53*(size+absolute[0]))
	}
}

// The discs hold the roots also when the approximations are bad, and are refused when they are too large or meet.
func TestDiscsAreHonest(t *testing.T) {
	p, _ := characteristic(companion(-3, 1, 2, 10))
	roots := []float64{-3, 1, 2, 10}
	rng := rand.New(rand.NewPCG(2, 3))
	b := bits(256)
	for range 200 {
		z := make([]complexFloat, len(roots))
		for i, r := range roots {
			z[i] = b.number(r, 0)
			shift := b.number(rng.NormFloat64(), rng.NormFloat64())
			z[i] = b.add(z[i], complexFloat{shift.re.SetMantExp(shift.re, -72), shift.im.SetMantExp(shift.im, -72)})
		}
		discs, ok := b.discs(p, z)
		require.True(t, ok)
		for i, d := range discs {
			distance := b.abs(b.sub(d.centre, b.number(roots[i], 0)))
			require.LessOrEqual(t, distance.Cmp(d.radius), 0)
			require.Negative(t, d.radius.Cmp(distance.Mul(distance, big.NewFloat(20))), "not by far")
		}
	}
	for _, bad := range [][]float64{{-3, 1, 2, 10.0001}, {-3, 1, 1, 10}, {-3, 1, 2, 2}} {
		z := make([]complexFloat, len(bad))
		for i, r := range bad {
			z[i] = b.number(r, 0)
		}
		_, ok := b.discs(p, z)
		require.False(t, ok, "%v", bad)
	}
	// Of 1 ± 2^-150 approximated by 1 ± 2^-100 the discs are small enough and meet.
	p, exponent := characteristic([][]float64{{1, 0x1p-300}, {1, 1}})
	z := []complexFloat{b.number(1+0x1p-50, 0), b.number(1-0x1p-50, 0)}
	for i := range z {
		z[i].re.Sub(z[i].re, big.NewFloat(1))
		z[i].re.SetMantExp(z[i].re, -50)
		z[i].re.Add(z[i].re, big.NewFloat(1))
		z[i].re.SetMantExp(z[i].re, -exponent)
	}
	_, ok := b.discs(p, z)
	require.False(t, ok)
}

func TestSquarefree(t *testing.T) {
	p, _ := characteristic(companion(1, 2, 2, 3, 3, 3, -5, -5, -5))
	factors := squarefree(p)
	require.Len(t, factors, 3)
	for k, want := range [][]int64{{1}, {2}, {3, -5}} {
		require.Len(t, factors[k], len(want)+1)
		for _, r := range want {
			value := new(big.Int)
			for i := len(factors[k]) - 1; i >= 0; i-- {
				value.Mul(value, big.NewInt(r))
				value.Add(value, factors[k][i])
			}
			require.Zero(t, value.Sign())
		}
	}
}

func TestSpectrumErrors(t *testing.T) {
	_, _, err := Spectrum([][]float64{{1, math.NaN()}, {0, 1}})
	require.ErrorIs(t, err, ErrNotFinite)
	_, _, err = Spectrum([][]float64{{math.Inf(-1)}})
	require.ErrorIs(t, err, ErrNotFinite)
	_, _, err = Spectrum([][]float64{{math.MaxFloat64, math.MaxFloat64}, {math.MaxFloat64, math.MaxFloat64}})
	require.ErrorIs(t, err, ErrNotFinite, "an eigenvalue beyond float64")
	_, _, err = Spectrum(zeros[float64](17, 17))
	require.ErrorIs(t, err, ErrTooLarge)
}
