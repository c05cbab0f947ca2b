package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// symmetric returns a symmetric matrix by its rows; its upper triangle is read.
func symmetric(rows ...[]float64) *mat.SymDense {
	a := mat.NewSymDense(len(rows), nil)
	for i, row := range rows {
		for j := i; j < len(row); j++ {
			a.SetSym(i, j, row[j])
		}
	}
	return a
}

// rankOne is a population of (m, n, I) with the weight given: means (1, 2, 3),
// covariances in quarters, definite.
func rankOne(weight float64) model.Population {
	return model.Population{Weight: weight, Mean: []float64{1, 2, 3}, Cov: symmetric([]float64{1, 0.5, 0.25}, []float64{0.5, 2, -0.5}, []float64{0.25, -0.5, 1})}
}

// rankTwo is two populations of R = 2, the first singular.
func rankTwo(t testing.TB) *model.Mixture {
	t.Helper()
	singular := mat.NewSymDense(5, nil)
	singular.SymOuterK(1, column(1, -2, 0.5, 1, 0.25))
	regular := mat.NewSymDense(5, nil)
	regular.SymOuterK(0.25, matrix([]float64{2, 0, 0, 0, 0}, []float64{1, 3, 0, 0, 0}, []float64{-1, 1, 2, 0, 0}, []float64{2, 1, 0, 1, 0}, []float64{1, 0, 1, -1, 2}))
	m, err := model.NewMixture(model.Tanh(), []model.Population{
		{Weight: 0.25, Mean: []float64{1, -1, 0.5, 2, 0.25}, Cov: singular},
		{Weight: 0.75, Mean: []float64{-0.5, 1, 1, 0, -1}, Cov: regular}})
	require.NoError(t, err)
	return m
}

func TestMixturesAreValidated(t *testing.T) {
	of := func(edit func(p *model.Population)) func() error {
		return func() error {
			bad := rankOne(0.5)
			edit(&bad)
			return errorOf(model.NewMixture(model.Tanh(), []model.Population{rankOne(0.5), bad}))
		}
	}
	cov := func(i, j int, x float64) func() error {
		return of(func(p *model.Population) { p.Cov.(*mat.SymDense).SetSym(i, j, x) })
	}
	refused(t, []refusal{
		{"nonlinearity is missing", func() error {
			return errorOf(model.NewMixture(model.Nonlinearity{}, []model.Population{rankOne(1)}))
		}},
		{"at least one population", func() error { return errorOf(model.NewMixture(model.Tanh(), nil)) }},
		{"population 0: mean has 2 entries", func() error {
			return errorOf(model.NewMixture(model.Tanh(), []model.Population{{Weight: 1, Mean: []float64{1, 2}}}))
		}},
		{"population 0: mean has 1 entries", func() error {
			return errorOf(model.NewMixture(model.Tanh(), []model.Population{{Weight: 1, Mean: []float64{1}}}))
		}},
		{"population 1: invalid input: mean has 5 entries, want 3", of(func(p *model.Population) { p.Mean = make([]float64, 5) })},
		{"population 1: invalid input: mean[1] is NaN", of(func(p *model.Population) { p.Mean[1] = nan })},
		{"population 1: invalid input: mean[2] is +Inf", of(func(p *model.Population) { p.Mean[2] = inf })},
		{"population 1: invalid input: weight is -0.5", of(func(p *model.Population) { p.Weight = -0.5 })},
		{"population 1: invalid input: weight is NaN", of(func(p *model.Population) { p.Weight = nan })},
		{"population 1: invalid input: weight is +Inf", of(func(p *model.Population) { p.Weight = inf })},
		{"weights of the populations sum to 1.25, want 1", of(func(p *model.Population) { p.Weight = 0.75 })},
		{"population 1: invalid input: covariance is missing", of(func(p *model.Population) { p.Cov = nil })},
		{"population 1: invalid input: covariance is missing", of(func(p *model.Population) { p.Cov = (*mat.SymDense)(nil) })},
		{"population 1: invalid input: covariance is 2×2, want 3×3", of(func(p *model.Population) { p.Cov = mat.NewSymDense(2, nil) })},
		{"population 1: invalid input: covariance[0,2] is NaN", cov(0, 2, nan)},
		{"population 1: invalid input: covariance[1,1] is -1, want a variance ≥ 0", cov(1, 1, -1)},
		{"population 1: invalid input: covariance[0,1] is 2, more than the variances 1 and 2 allow", cov(0, 1, 2)},
		{"population 1: invalid input: covariance is not positive semidefinite", func() error {
			return errorOf(model.NewMixture(model.Tanh(), []model.Population{rankOne(0.5),
				{Weight: 0.5, Mean: make([]float64, 3), Cov: symmetric([]float64{1, 0.75, 0.75}, []float64{0, 1, -0.75}, []float64{0, 0, 1})}}))
		}},
	})
	weightless, err := model.NewMixture(model.Tanh(), []model.Population{rankOne(1), rankOne(0)})
	require.NoError(t, err)
	require.Equal(t, 2, weightless.Populations())
}

// What a mixture was given, and what it returned, can be overwritten.
func TestMixturesShareNothing(t *testing.T) {
	given := rankOne(1)
	m, err := model.NewMixture(model.Tanh(), []model.Population{given})
	require.NoError(t, err)
	c := m.Circuit()
	field := func() []float64 {
		f, err := c.Field([]float64{0.5})
		require.NoError(t, err)
		return f
	}
	before := field()
	moments := m.Moments(0)
	pop := m.Population(0)
	for _, v := range [][]float64{given.Mean, pop.Mean, moments.MeanM, moments.MeanN, moments.CovMM[0], moments.CovNM[0], moments.CovMI, moments.CovNI} {
		v[0] = 99
	}
	given.Cov.(*mat.SymDense).SetSym(0, 0, 99)
	pop.Cov.(*mat.SymDense).SetSym(0, 0, 99)
	require.Equal(t, before, field())
	require.Equal(t, []float64{1, 2, 3}, m.Population(0).Mean)
	require.Equal(t, 1.0, m.Population(0).Cov.At(0, 0))
	again := m.Moments(0)
	require.Equal(t, model.Moments{Weight: 1, MeanM: []float64{1}, MeanN: []float64{2}, MeanI: 3, CovMM: [][]float64{{1}}, CovNM: [][]float64{{0.5}}, CovMI: []float64{0.25}, CovNI: []float64{-0.5}, VarI: 1}, again)
}

// Blocks of R = 2 are where the docstrings say: CovNM[r][s] = Cov(n^r, m^s).
func TestMomentsAreTheBlocks(t *testing.T) {
	m := rankTwo(t)
	cov, got := m.Population(1).Cov, m.Moments(1)
	require.Equal(t, 2, m.Rank())
	for r := range 2 {
		for s := range 2 {
			require.Equal(t, cov.At(2+r, s), got.CovNM[r][s])
			require.Equal(t, cov.At(r, s), got.CovMM[r][s])
		}
		require.Equal(t, cov.At(r, 4), got.CovMI[r])
		require.Equal(t, cov.At(2+r, 4), got.CovNI[r])
	}
	require.Equal(t, cov.At(4, 4), got.VarI)
	require.NotEqual(t, got.CovNM[0][1], got.CovNM[1][0], "the example tells the two index orders apart")
	require.Equal(t, []float64{1, -1}, m.Moments(0).MeanM)
	require.Equal(t, []float64{0.5, 2}, m.Moments(0).MeanN)
}

func TestScaleInput(t *testing.T) {
	m := rankTwo(t)
	scaled, err := m.ScaleInput(-2)
	require.NoError(t, err)
	before, after := m.Moments(1), scaled.Moments(1)
	require.Equal(t, -2*before.MeanI, after.MeanI)
	require.Equal(t, 4*before.VarI, after.VarI)
	require.Equal(t, before.CovNM, after.CovNM)
	for r := range 2 {
		require.Equal(t, -2*before.CovMI[r], after.CovMI[r])
		require.Equal(t, -2*before.CovNI[r], after.CovNI[r])
	}
	off, err := m.ScaleInput(0)
	require.NoError(t, err)
	require.Zero(t, off.Moments(1).VarI)
	refused(t, []refusal{{"v[0] is NaN", func() error { return errorOf(m.ScaleInput(nan)) }}})
}

// Gauges of a mixture and of a network refuse the same G.
func TestGaugesAreValidated(t *testing.T) {
	m := rankTwo(t)
	net, err := model.NewReducedNetwork(model.Tanh(), eighths(random(1), 4, 2), eighths(random(2), 4, 2), nil)
	require.NoError(t, err)
	for name, gauge := range map[string]func(g mat.Matrix) error{
		"mixture": func(g mat.Matrix) error { return errorOf(m.Gauge(g)) },
		"network": func(g mat.Matrix) error { return errorOf(net.Gauge(g)) },
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, []refusal{
				{"G is missing", func() error { return gauge(nil) }},
				{"G is missing", func() error { return gauge((*mat.Dense)(nil)) }},
				{"G is 1×1, want 2×2", func() error { return gauge(column(1)) }},
				{"G is 2×1, want 2×2", func() error { return gauge(column(1, 2)) }},
				{"G[1,0] is NaN", func() error { return gauge(matrix([]float64{1, 0}, []float64{nan, 1})) }},
			})
			require.ErrorIs(t, gauge(matrix([]float64{1, 2}, []float64{2, 4})), model.ErrSingular)
			require.ErrorIs(t, gauge(mat.NewDense(2, 2, nil)), model.ErrSingular)
			g := matrix([]float64{2, 1}, []float64{0, 1})
			require.NoError(t, gauge(g))
			require.True(t, mat.Equal(g, matrix([]float64{2, 1}, []float64{0, 1})), "an argument is left alone")
		})
	}
}

// F(1) of the two mixtures of M4 that have one mean and one covariance:
// −1 + ⟨sech²⟩(0, 1) and −1 + tanh 1 (theory.md, section 4).
func TestMeanFieldsOfOneCovariance(t *testing.T) {
	one, err := model.CentredMixture(model.Tanh(), []float64{1}, [][][]float64{{{1}}}, [][][]float64{{{1}}})
	require.NoError(t, err)
	two, err := model.PointMixture(model.Tanh(), [][]float64{{1}, {-1}})
	require.NoError(t, err)
	f, err := one.Circuit().Field([]float64{1})
	require.NoError(t, err)
	require.LessOrEqual(t, math.Abs(f[0]+0.394), 0.5e-3) // three digits are printed there
	f, err = two.Circuit().Field([]float64{1})
	require.NoError(t, err)
	require.LessOrEqual(t, math.Abs(f[0]-(math.Tanh(1)-1)), 4*u)
}

func TestNamedMixturesAreValidated(t *testing.T) {
	refused(t, []refusal{
		{"at least one population", func() error { return errorOf(model.PointMixture(model.Tanh(), nil)) }},
		{"population 1: invalid input: the point has no coordinates", func() error { return errorOf(model.PointMixture(model.Tanh(), [][]float64{{1}, {}})) }},
		{"population 1: invalid input: mean has 5 entries, want 3", func() error { return errorOf(model.PointMixture(model.Tanh(), [][]float64{{1}, {1, 2}})) }},
		{"population 0: invalid input: mean[0] is NaN", func() error { return errorOf(model.PointMixture(model.Tanh(), [][]float64{{nan}})) }},
		{"2 weights, 1 overlaps and 2 variances", func() error {
			return errorOf(model.CentredMixture(model.Tanh(), []float64{0.5, 0.5}, [][][]float64{{{1}}}, [][][]float64{{{1}}, {{1}}}))
		}},
		{"population 0: invalid input: mean of m is empty", func() error {
			return errorOf(model.CentredMixture(model.Tanh(), []float64{1}, [][][]float64{{}}, [][][]float64{{}}))
		}},
		{"population 0: invalid input: Σ_nm[1] has 1 entries, want 2", func() error {
			return errorOf(model.CentredMixture(model.Tanh(), []float64{1}, [][][]float64{{{1, 2}, {3}}}, [][][]float64{{{1, 0}, {0, 1}}}))
		}},
		{"population 0: invalid input: Σ_mm has 1 rows, want 2", func() error {
			return errorOf(model.CentredMixture(model.Tanh(), []float64{1}, [][][]float64{{{1, 2}, {3, 4}}}, [][][]float64{{{1, 0}}}))
		}},
		{"population 0: invalid input: entry (0,0) of the covariance of n with (m, I) is 2", func() error {
			return errorOf(model.CentredMixture(model.Tanh(), []float64{1}, [][][]float64{{{2}}}, [][][]float64{{{0}}}))
		}},
		{"at least one population", func() error { return errorOf(model.MixtureOfMoments(model.Tanh(), nil)) }},
	})
}
