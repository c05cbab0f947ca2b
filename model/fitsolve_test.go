package model_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestRidgeIsBetaTimesTheSquaredNorm(t *testing.T) {
	for _, beta := range []float64{0, 1e-6, 0.25, 3, 1e6} {
		const kappa, y = 2.0, 5.0
		unit := model.Feature{MeanM: []float64{0.75}, CovMM: [][]float64{{0}}, MeanI: 0.5}
		problem := model.FitProblem{Nonlinearity: model.Identity(), Features: []model.Feature{unit}, Points: [][]float64{{kappa}}, Targets: [][]float64{{y - kappa}}, Ridge: beta}
		fit := fitted(t, problem)
		const phi = 0.75*kappa + 0.5 // 2
		want := phi * y / (phi*phi + beta)
		require.LessOrEqual(t, math.Abs(fit.Mixture.Moments(0).MeanN[0]-want), 32*u*y/math.Sqrt(phi*phi+beta), "β %v", beta)
		require.LessOrEqual(t, math.Abs(fit.RMS-(y-phi*want)), 32*u*y, "β %v", beta)
		objective := beta * y * y / (phi*phi + beta)
		require.LessOrEqual(t, math.Abs(fit.Objective-objective), 64*u*y*y, "β %v", beta)

		problem.Features[0].CovMM = [][]float64{{0.25}} // σ = ½: κσ⟨φ'⟩ = 1
		fit = fitted(t, problem)
		size := phi*phi + 1 + beta
		m := fit.Mixture.Moments(0)
		require.LessOrEqual(t, math.Abs(m.MeanN[0]-phi*y/size), 64*u*y, "β %v", beta)
		require.LessOrEqual(t, math.Abs(m.CovNM[0][0]-0.5*y/size), 64*u*y, "β %v", beta) // Σ_nm = B σ
		require.LessOrEqual(t, math.Abs(fit.Objective-beta*y*y/size), 64*u*y*y, "β %v", beta)
		if beta == 0 { // two unknowns and one equation: the least c of many
			require.Equal(t, 1, fit.Rank)
		}
	}
}

func TestWeightsDoNotEnterTheColumns(t *testing.T) {
	unit := model.Feature{MeanM: []float64{0.75}, CovMM: [][]float64{{0}}, MeanI: 0.5}
	for _, count := range []int{1, 2, 5} {
		features := make([]model.Feature, count)
		for p := range features {
			features[p] = unit
		}
		const beta = 0.5
		fit := fitted(t, model.FitProblem{Nonlinearity: model.Identity(), Features: features, Points: [][]float64{{2}, {-2}}, Targets: [][]float64{{3}, {1}}, Ridge: beta})
		// Φ = (2, −1)ᵀ(1 … 1), y = (5, −1): Σ c = P Φᵀy/(P‖Φ‖² + β).
		want := float64(count) * 11 / (float64(count)*5 + beta)
		for p := range count {
			require.LessOrEqual(t, math.Abs(fit.Mixture.Moments(p).MeanN[0]-want), 128*u*want, "P %d", count)
		}
	}
}

func TestFitIsNotByNormalEquations(t *testing.T) {
	rng := random(9)
	features := drawn(t, 9, 1, 8, model.FeatureScales{MeanM: 0.3, MeanI: 0.3})
	points := gridOf(t, model.Box{Lower: []float64{-1}, Upper: []float64{1}}, 40)
	columns := mat.NewDense(len(points), len(features), nil)
	truth, y := make([]float64, len(features)), make([]float64, len(points))
	for p := range truth {
		truth[p] = rng.NormFloat64()
	}
	targets := make([][]float64, len(points))
	for k, x := range points {
		for p, f := range features {
			v := math.Tanh(f.MeanM[0]*x[0] + f.MeanI)
			columns.Set(k, p, v)
			y[k] += v * truth[p]
		}
		targets[k] = []float64{y[k] - x[0]}
	}
	fit := fitted(t, model.FitProblem{Nonlinearity: model.Tanh(), Features: features, Points: points, Targets: targets})
	var gram mat.Dense
	var right, c, left mat.VecDense
	gram.Mul(columns.T(), columns)
	right.MulVec(columns.T(), column(y...).ColView(0))
	if err := c.SolveVec(&gram, &right); err != nil {
		require.ErrorAs(t, err, new(mat.Condition))
	}
	left.MulVec(columns, &c)
	left.SubVec(&left, column(y...).ColView(0))
	require.Greater(t, fit.Condition, 1e8)
	require.Less(t, fit.Condition, 1e12)
	normal, qr := mat.Norm(&left, 2), fit.RMS*math.Sqrt(float64(len(points)))
	require.LessOrEqual(t, qr, 40*40*u*fit.CoefficientNorm)
	// The coefficients tell: QR's are off by u·condition, those of normal equations by its square.
	worst, byNormal := 0.0, 0.0
	for p := range truth {
		worst = max(worst, math.Abs(fit.Mixture.Moments(p).MeanN[0]/8-truth[p]))
		byNormal = max(byNormal, math.Abs(c.AtVec(p)-truth[p]))
	}
	require.LessOrEqual(t, worst, 40*8*u*fit.Condition*fit.CoefficientNorm)
	require.Greater(t, byNormal, 100*worst)
	t.Logf("condition %.2g: residual %.2g by QR, %.2g by normal equations; coefficients off by %.2g, %.2g", fit.Condition, qr, normal, worst, byNormal)
}

func TestFitOfDependentFeatures(t *testing.T) {
	features := drawn(t, 4, 2, 4, model.FeatureScales{MeanM: 0.7, MeanI: 0.5, CovMM: 0.3})
	points := gridOf(t, vanDerPolBox, 9)
	targets := valuesOf(t, model.VanDerPol(1), points)
	once := fitted(t, model.FitProblem{Nonlinearity: model.Tanh(), Features: features, Points: points, Targets: targets})
	twice := fitted(t, model.FitProblem{Nonlinearity: model.Tanh(), Features: append(append([]model.Feature(nil), features...), features...), Points: points, Targets: targets})
	require.Equal(t, once.Rank, twice.Rank)
	require.Equal(t, 24, twice.Columns)
	rounding := 81 * 24 * u * once.Condition
	require.LessOrEqual(t, math.Abs(twice.RMS/once.RMS-1), rounding)
	require.LessOrEqual(t, math.Abs(twice.CoefficientNorm/(once.CoefficientNorm/math.Sqrt2)-1), rounding) // halves of each
	for p := range 4 {
		a, b := twice.Mixture.Moments(p), twice.Mixture.Moments(p+4)
		for r := range 2 {
			require.LessOrEqual(t, math.Abs(a.MeanN[r]-b.MeanN[r]), rounding*8*twice.CoefficientNorm)
		}
	}
	// More columns than points: everything is met.
	few := points[:3]
	all := fitted(t, model.FitProblem{Nonlinearity: model.Tanh(), Features: features, Points: few, Targets: targets[:3]})
	require.Equal(t, 3, all.Rank)
	require.LessOrEqual(t, all.RMS, 12*12*u*all.CoefficientNorm*4)
	// A feature that gives nothing anywhere: φ(0) = 0.
	nothing := fitted(t, model.FitProblem{Nonlinearity: model.Tanh(), Features: []model.Feature{{MeanM: []float64{0, 0}, CovMM: [][]float64{{0, 0}, {0, 0}}}}, Points: points, Targets: targets})
	require.Zero(t, nothing.Rank)
	require.Zero(t, nothing.CoefficientNorm)
	require.Zero(t, nothing.Mixture.Moments(0).MeanN[1])
}

func TestRidgeAgainstRationals(t *testing.T) {
	for seed := range uint64(5) {
		for _, beta := range []float64{0.125, 0.5, 8} {
			const count, points = 3, 6
			rng := random(seed)
			feature, at, value := eighths(rng, count, 3), eighths(rng, points, 2), eighths(rng, points, 2)
			problem := model.FitProblem{Nonlinearity: model.Identity(), Points: rowsOf(at), Targets: rowsOf(value), Ridge: beta}
			for p := range count {
				f := model.Feature{MeanM: mat.Row(nil, p, feature)[:2], MeanI: feature.At(p, 2), CovMM: [][]float64{{0, 0}, {0, 0}}}
				if p == 0 {
					f.CovMM = [][]float64{{0.25, 0}, {0, 4}}
				}
				problem.Features = append(problem.Features, f)
			}
			phi, y := mat.NewDense(points, count+2, nil), mat.NewDense(points, 2, nil)
			for k := range points {
				for p, f := range problem.Features {
					j := p
					if p > 0 {
						j = p + 2
					}
					phi.Set(k, j, f.MeanM[0]*at.At(k, 0)+f.MeanM[1]*at.At(k, 1)+f.MeanI)
				}
				phi.Set(k, 1, 0.5*at.At(k, 0))
				phi.Set(k, 2, 2*at.At(k, 1))
				y.SetRow(k, []float64{value.At(k, 0) + at.At(k, 0), value.At(k, 1) + at.At(k, 1)})
			}
			left, err := exact.FromFloat64(rowsOf(phi))
			require.NoError(t, err)
			right, err := exact.FromFloat64(rowsOf(y))
			require.NoError(t, err)
			c, err := left.T().Mul(left).Add(exact.Identity(count + 2).Scale(new(big.Rat).SetFloat64(beta))).Solve(left.T().Mul(right))
			require.NoError(t, err)
			want, fit := c.Float64(), fitted(t, problem)
			bound := 64 * 11 * u * fit.Condition * fit.Condition * (fit.CoefficientNorm + fit.RMS*3)
			require.Less(t, bound, 1e-8)
			off := func(got, want float64) {
				t.Helper()
				require.LessOrEqual(t, math.Abs(got/count-want), bound, "seed %d, β %v", seed, beta)
			}
			for r := range 2 {
				m := fit.Mixture.Moments(0)
				off(m.MeanN[r], want[0][r])
				off(m.CovNM[r][0]/0.5, want[1][r]) // Σ_nm = B Lᵀ
				off(m.CovNM[r][1]/2, want[2][r])
				for p := 1; p < count; p++ {
					off(fit.Mixture.Moments(p).MeanN[r], want[p+2][r])
				}
			}
		}
	}
}
