package dense

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProductsByHand(t *testing.T) {
	a := [][]float64{{1, 2, 3}, {-4, 5, -6}}
	require.Equal(t, []float64{-4, -3}, MatVec(a, []float64{1, -1, -1}))
	require.Equal(t, []float64{6, 15}, AbsMatVec(a, []float64{1, -1, -1}))
	require.Equal(t, [][]float64{{1, -4}, {2, 5}, {3, -6}}, Transpose(a))
	require.Equal(t, [][]float64{{1, 2, 3}, {4, 5, 6}}, Abs(a))
	require.Equal(t, [][]float64{{14, -12}, {-12, 77}}, MatMul(a, Transpose(a)))
	require.Equal(t, []complex128{complex(1, 2), complex(-4, 5)}, MatVecComplex(a, []complex128{1, 1i, 0}))

	c := [][]complex128{{1i, 2}, {3, 4 - 3i}}
	require.Equal(t, complex128(-1), Dot([]complex128{1i, 0}, []complex128{1i, 5}), "not conjugated")
	require.Equal(t, []complex128{2 + 1i, 7 - 3i}, MatVec(c, []complex128{1, 1}))
	require.Equal(t, [][]complex128{{1i, 3}, {2, 4 - 3i}}, Transpose(c))
	require.Equal(t, []float64{3, 8}, AbsMatVec(c, []complex128{1i, -1}))
	require.Equal(t, [][]complex128{{5, 8 - 4i}, {12 - 6i, 13 - 24i}}, MatMul(c, c))
}

func TestEmptyShapes(t *testing.T) {
	tall := [][]float64{{}, {}}
	require.Equal(t, []float64{0, 0}, MatVec(tall, nil))
	require.Empty(t, Transpose(tall))
	require.Empty(t, MatMul([][]float64{}, tall))
	require.Empty(t, SingularValues(tall))
	for _, norm := range []func([][]float64) float64{Norm1[float64], NormInf[float64], NormFro[float64], NormTwo} {
		require.Zero(t, norm(tall))
		require.Zero(t, norm(nil))
	}
	require.True(t, math.IsInf(MinSingularComplex(nil), 1))
}

func TestShapesThatDoNotFitPanic(t *testing.T) {
	a := [][]float64{{1, 2}, {3, 4}}
	for _, f := range []func(){
		func() { Dot([]float64{1}, []float64{}) },
		func() { DotDD([]float64{1}, []float64{}) },
		func() { MatVec(a, []float64{1}) },
		func() { MatVecComplex(a, []complex128{1}) },
		func() { AbsMatVec(a, []float64{1, 2, 3}) },
		func() { MatMul(a, [][]float64{{1, 2}}) },
		func() { Transpose([][]float64{{1, 2}, {3}}) },
		func() { NormInf([][]float64{{1}, {3, 1}}) },
		func() { SingularValues([][]float64{{1}, {3, 1}}) },
		func() { TracePowers([][]float64{{1, 2}}, 1) },
		func() { _, _, _ = Spectrum([][]float64{{1, 2}}) },
		func() { Gamma(-1, 0x1p-53) },
	} {
		require.Panics(t, f)
	}
}

// tr C^j of the companion matrix of (t−1)(t+2)(t−3) is 1 + (−2)^j + 3^j; of |A| by hand at j = 1, 2.
func TestTracePowers(t *testing.T) {
	a := [][]float64{{2, 5, -6}, {1, 0, 0}, {0, 1, 0}}
	traces, absolute := TracePowers(a, 6)
	for j := range traces {
		power := float64(j + 1)
		require.Equal(t, 1+math.Pow(-2, power)+math.Pow(3, power), traces[j])
	}
	require.Equal(t, []float64{2, 14}, absolute[:2])
	require.Equal(t, [][]float64{{2, 5, -6}, {1, 0, 0}, {0, 1, 0}}, a)

	// The bound of the documentation, against integers that float64 cannot hold.
	rng := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		n := 1 + rng.IntN(5)
		a := gaussian(rng, n, n)
		traces, absolute := TracePowers(a, 5)
		b, exponent := integers(a)
		power := b
		for j := range traces {
			if j > 0 {
				next := make([][]*big.Int, n)
				for i := range next {
					next[i] = make([]*big.Int, n)
					for k := range next {
						next[i][k] = new(big.Int)
						for l := range n {
							next[i][k].Add(next[i][k], new(big.Int).Mul(power[i][l], b[l][k]))
						}
					}
				}
				power = next
			}
			trace := new(big.Int)
			for i := range n {
				trace.Add(trace, power[i][i])
			}
			want := new(big.Float).SetInt(trace)
			want.SetMantExp(want, (j+1)*exponent)
			off, _ := want.Sub(want, big.NewFloat(traces[j])).Float64()
			require.LessOrEqual(t, math.Abs(off), Gamma((j+1)*n, 0x1p-53)*absolute[j])
		}
	}
}

func TestGamma(t *testing.T) {
	require.Zero(t, Gamma(0, 0x1p-53))
	require.True(t, math.IsInf(Gamma(4, 0.25), 1))
	require.True(t, math.IsInf(Gamma(5, 0.25), 1))
	for _, n := range []int{1, 3, 1000, 1 << 40, 1 << 52} {
		nu := new(big.Rat).SetFrac(big.NewInt(int64(n)), new(big.Int).Lsh(big.NewInt(1), 53))
		want := new(big.Rat).Quo(nu, new(big.Rat).Sub(big.NewRat(1, 1), nu))
		got := new(big.Rat).SetFloat64(Gamma(n, 0x1p-53))
		require.GreaterOrEqual(t, got.Cmp(want), 0, "rounded up, n = %d", n)
		require.Negative(t, got.Cmp(want.Mul(want, big.NewRat(1<<50+1, 1<<50))), "hardly, n = %d", n)
	}
}

func TestVectorNorms(t *testing.T) {
	v := []float64{3, -4, 12}
	require.Equal(t, 19.0, VectorNorm1(v))
	require.Equal(t, 13.0, VectorNorm2(v))
	require.Equal(t, 12.0, VectorNormInf(v))
	require.Equal(t, 13.0, VectorNorm2([]complex128{3 - 4i, 12i}))
	require.Equal(t, 17.0, VectorNorm1([]complex128{3 - 4i, 12i}))
	for _, scale := range []float64{0x1p1020, 0x1p-1060, 0x1p-1074} { // squares far out of range
		require.Equal(t, 5*scale, VectorNorm2([]float64{-3 * scale, 4 * scale}))
		require.Equal(t, 5*scale, VectorNorm2([]complex128{complex(3*scale, 4*scale)}))
		require.Equal(t, 5*scale, NormFro([][]float64{{3 * scale}, {4 * scale}}))
	}
	for _, bad := range [][]float64{{1, math.NaN()}, {math.NaN(), 1}, {math.Inf(1), math.NaN()}} {
		require.True(t, math.IsNaN(VectorNorm1(bad)))
		require.True(t, math.IsNaN(VectorNorm2(bad)))
		require.True(t, math.IsNaN(VectorNormInf(bad)))
		require.True(t, math.IsNaN(NormTwo([][]float64{bad})))
		require.True(t, math.IsNaN(NormFro([][]float64{bad, {1, 2}})))
		require.True(t, math.IsNaN(Norm1([][]float64{bad, {1, 2}})))
	}
	require.True(t, math.IsInf(VectorNorm2([]float64{1, math.Inf(-1)}), 1))
	require.Zero(t, VectorNorm2([]float64{}))
}

func TestMatrixNorms(t *testing.T) {
	a := [][]float64{{1, -2}, {-3, 4}, {0, 1}}
	require.Equal(t, 7.0, Norm1(a))
	require.Equal(t, 7.0, NormInf(a))
	require.Equal(t, 5.0, NormInf(a[:1:1])+2)
	require.Equal(t, 4.0, NormInf(Transpose([][]float64{{1, -2}, {-3, 0}})))
	require.Equal(t, 2.0, NormFro([][]complex128{{1, 1i}, {-1i, -1}}))
	require.Equal(t, 9.0, Norm1([][]complex128{{3 + 4i, 0}, {4i, 1}}))
}
