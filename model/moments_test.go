package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// someMoments are of R = 1, definite.
func someMoments() model.Moments {
	return model.Moments{Weight: 1, MeanM: []float64{1}, MeanN: []float64{2}, MeanI: 3, CovMM: [][]float64{{4}}, CovNM: [][]float64{{2}}, CovMI: []float64{1}, CovNI: []float64{0.5}, VarI: 1}
}

func TestMomentsAreValidated(t *testing.T) {
	of := func(edit func(m *model.Moments)) func() error {
		return func() error {
			m := someMoments()
			edit(&m)
			return errorOf(m.Complete())
		}
	}
	refused(t, []refusal{
		{"mean of m is empty", of(func(m *model.Moments) { m.MeanM = nil })},
		{"mean of n has 2 entries, want 1", of(func(m *model.Moments) { m.MeanN = []float64{1, 2} })},
		{"mean of m[0] is NaN", of(func(m *model.Moments) { m.MeanM[0] = nan })},
		{"Σ_mI has 0 entries, want 1", of(func(m *model.Moments) { m.CovMI = nil })},
		{"Σ_nI[0] is +Inf", of(func(m *model.Moments) { m.CovNI[0] = inf })},
		{"weight, mean and variance of I[1] is NaN", of(func(m *model.Moments) { m.MeanI = nan })},
		{"weight, mean and variance of I[2] is -Inf", of(func(m *model.Moments) { m.VarI = -inf })},
		{"Σ_mm has 0 rows, want 1", of(func(m *model.Moments) { m.CovMM = nil })},
		{"Σ_mm[0] has 2 entries, want 1", of(func(m *model.Moments) { m.CovMM = [][]float64{{1, 2}} })},
		{"Σ_nm[0][0] is NaN", of(func(m *model.Moments) { m.CovNM[0][0] = nan })},
		{"covariance of (m, I): ", of(func(m *model.Moments) { m.CovMM[0][0] = -1 })},
		{"covariance of (m, I): ", of(func(m *model.Moments) { m.CovMI[0] = 3 })}, // beyond √(4·1)
		{"covariance of (m, I): ", of(func(m *model.Moments) {
			*m = model.Moments{Weight: 1, MeanM: []float64{0, 0}, MeanN: []float64{0, 0}, CovMM: [][]float64{{1, 0.5}, {0.25, 1}}, CovNM: [][]float64{{0, 0}, {0, 0}}, CovMI: []float64{0, 0}, CovNI: []float64{0, 0}}
		})},
		// What does not vary cannot covary: m, I, and a combination of the two.
		{"entry (0,0) of the covariance of n with (m, I) is 2", of(func(m *model.Moments) { m.CovMM[0][0], m.CovMI[0] = 0, 0 })},
		{"entry (0,1) of the covariance of n with (m, I) is 0.5", of(func(m *model.Moments) { m.VarI, m.CovMI[0] = 0, 0 })},
		{"of the covariance of n with (m, I)", of(func(m *model.Moments) { m.CovMI[0] = 2 })}, // m = 2 I + const, Σ_nm ≠ 2 Σ_nI
	})
}

// The completion by hand: Σ_nn = [2 ½] [[4 1][1 1]]⁻¹ [2 ½]ᵀ = 1, n being m/2;
// where m = 2 I, Σ_aa = [[4 2][2 1]] has the pseudo-inverse [[4 2][2 1]]/25.
func TestCompletionByHand(t *testing.T) {
	pop, err := someMoments().Complete()
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2, 3}, pop.Mean)
	want := symmetric([]float64{4, 2, 1}, []float64{2, 1, 0.5}, []float64{1, 0.5, 1})
	for i := range 3 {
		for j := range 3 {
			require.LessOrEqual(t, math.Abs(pop.Cov.At(i, j)-want.At(i, j)), 64*u, "%d, %d", i, j)
		}
	}
	m := someMoments()
	m.CovMI[0], m.CovNI[0] = 2, 1
	pop, err = m.Complete() // rank one: n = m/2 = I
	require.NoError(t, err)
	require.LessOrEqual(t, math.Abs(pop.Cov.At(1, 1)-1), 64*u)
	m.CovMM, m.CovNM, m.CovMI, m.CovNI, m.VarI = [][]float64{{0}}, [][]float64{{0}}, []float64{0}, []float64{0}, 0
	pop, err = m.Complete() // nothing varies
	require.NoError(t, err)
	require.True(t, mat.Equal(pop.Cov, mat.NewSymDense(3, nil)))
}

// Completing leaves its receiver alone, and shares nothing with it.
func TestCompletionSharesNothing(t *testing.T) {
	m := someMoments()
	pop, err := m.Complete()
	require.NoError(t, err)
	require.Equal(t, someMoments(), m)
	pop.Mean[0] = 99
	pop.Cov.(*mat.SymDense).SetSym(0, 0, 99)
	require.Equal(t, someMoments(), m)
}

// A minimal completion has the mean field of the mixture, and is its own.
func TestMinimalCompletion(t *testing.T) {
	m := rankTwo(t)
	least, err := m.MinimalCompletion()
	require.NoError(t, err)
	for p := range 2 {
		require.Equal(t, m.Moments(p), least.Moments(p))
	}
	again, err := least.MinimalCompletion()
	require.NoError(t, err)
	for p := range 2 {
		a, b := least.Population(p).Cov, again.Population(p).Cov
		n := a.SymmetricDim()
		for i := range n {
			for j := range n { // a sum of n products of roots, themselves from an n×n eigenproblem
				require.LessOrEqual(t, math.Abs(a.At(i, j)-b.At(i, j)), 8*float64(n*n)*u*mat.Norm(a, 2), "%v", mat.Formatted(b))
			}
		}
	}
	// The second population's n has a part of its own: 2 and 1 times ½ in L.
	given, smallest := m.Population(1).Cov, least.Population(1).Cov
	require.Less(t, smallest.At(2, 2), given.At(2, 2))
	require.Less(t, smallest.At(3, 3), given.At(3, 3))
}

// A completion is a covariance that NewMixture accepts, also where n covaries with what is lost in rounding: with m₁ = z₁ − εz₂,
// m₂ = z₂ − εz₃ and I = z₁ that is ε²z₃, and n = −z₂ − z₃.
func TestCompletionIsAccepted(t *testing.T) {
	for _, eps := range []float64{0x1p-8, 0x1p-10, 0x1p-12, 0x1p-13} {
		l := [][3]float64{{1, -eps, 0}, {0, 1, -eps}, {0, -1, -1}, {0, 0, 0}, {1, 0, 0}} // m, n, I
		c := func(i, j int) float64 { return l[i][0]*l[j][0] + l[i][1]*l[j][1] + l[i][2]*l[j][2] }
		pop, err := model.Moments{Weight: 1, MeanM: []float64{0, 0}, MeanN: []float64{0, 0}, VarI: c(4, 4),
			CovMM: [][]float64{{c(0, 0), c(0, 1)}, {c(1, 0), c(1, 1)}}, CovNM: [][]float64{{c(2, 0), c(2, 1)}, {0, 0}},
			CovMI: []float64{c(0, 4), c(1, 4)}, CovNI: []float64{c(2, 4), 0}}.Complete()
		require.NoError(t, err, "ε = %v", eps)
		_, err = model.NewMixture(model.Tanh(), []model.Population{pop})
		require.NoError(t, err, "ε = %v", eps)
	}
}
