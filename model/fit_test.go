package model_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// vanDerPol is ẋ = y, ẏ = (1 − x²)y − x; its cycle has period 6.66328685932.
type vanDerPol struct{}

const vanDerPolPeriod = 6.66328685932

func (vanDerPol) Dim() int { return 2 }

func (vanDerPol) Field(x []float64) ([]float64, error) {
	return []float64{x[1], (1-x[0]*x[0])*x[1] - x[0]}, nil
}

func (vanDerPol) Jacobian(x []float64) (*mat.Dense, error) {
	return matrix([]float64{0, 1}, []float64{-2*x[0]*x[1] - 1, 1 - x[0]*x[0]}), nil
}

var vanDerPolBox = model.Box{Lower: []float64{-3, -4}, Upper: []float64{3, 4}}

func drawn(t testing.TB, seed uint64, rank, populations int, s model.FeatureScales) []model.Feature {
	t.Helper()
	f, err := model.DrawFeatures(random(seed), rank, populations, s)
	require.NoError(t, err)
	return f
}

func gridOf(t testing.TB, box model.Box, per int) [][]float64 {
	t.Helper()
	points, err := model.GridPoints(box, per)
	require.NoError(t, err)
	return points
}

func valuesOf(t testing.TB, f model.VectorField, points [][]float64) [][]float64 {
	t.Helper()
	values, err := model.FieldValues(f, points)
	require.NoError(t, err)
	return values
}

func fitted(t testing.TB, p model.FitProblem) *model.Fit {
	t.Helper()
	fit, err := model.FitMixture(p)
	require.NoError(t, err)
	return fit
}

// periodOf integrates by classical Runge–Kutta steps of 0.04 (error of a period:
// some 1e-6) and returns the time between the last two upward crossings of x = 0.
func periodOf(t testing.TB, f model.VectorField) float64 {
	t.Helper()
	field := func(x []float64) []float64 {
		v, err := f.Field(x)
		require.NoError(t, err)
		return v
	}
	const h = 0.04
	x, last, period := []float64{2, 0}, math.NaN(), math.NaN()
	for k := range 500 {
		before := x
		x = classicalStep(field, x, h)
		if !(before[0] < 0 && x[0] >= 0) {
			continue
		}
		low, high := 0.0, h // the step at which x would have ended on the line
		for range 50 {
			if middle := (low + high) / 2; classicalStep(field, before, middle)[0] < 0 {
				low = middle
			} else {
				high = middle
			}
		}
		now := float64(k)*h + low
		last, period = now, now-last
	}
	return period
}

// The mean field of 40 populations has the cycle of Van der Pol.
func TestFitFollowsVanDerPol(t *testing.T) {
	points := gridOf(t, vanDerPolBox, 21)
	targets := valuesOf(t, vanDerPol{}, points)
	require.Less(t, math.Abs(periodOf(t, vanDerPol{})/vanDerPolPeriod-1), 1e-5)
	for seed := uint64(1); seed <= 2; seed++ {
		features := drawn(t, seed, 2, 40, model.DefaultFeatureScales(vanDerPolBox))
		fit := fitted(t, model.FitProblem{Nonlinearity: model.Tanh(), Features: features, Points: points, Targets: targets, Ridge: 1e-8})
		require.Less(t, math.Abs(periodOf(t, fit.Mixture.Circuit())/vanDerPolPeriod-1), 1e-3, "seed %d", seed)
		net, err := fit.Mixture.Sample(random(seed), model.MixtureSampling{Units: 20000, Sizes: model.ExactSizes, Completion: model.Minimal, MatchMoments: true})
		require.NoError(t, err)
		require.Less(t, math.Abs(periodOf(t, net)/vanDerPolPeriod-1), 1e-2, "seed %d", seed)
	}
}

// What is reported is what the mixture does: residuals, objective and the bound
// of the sampling noise are those of its mean field, computed anew.
func TestFitReportsItsMixture(t *testing.T) {
	points := gridOf(t, vanDerPolBox, 7)
	targets := valuesOf(t, vanDerPol{}, points)
	for name, s := range map[string]model.FeatureScales{
		"narrow": {MeanM: 0.5, MeanI: 1, CovMM: 0.2}, "noisy input": {MeanM: 0.5, MeanI: 1, CovMM: 0.2, VarI: 0.5}, "hidden units": {MeanM: 0.5, MeanI: 1},
	} {
		for _, without := range []bool{false, true} {
			features := drawn(t, 3, 2, 5, s)
			features[1].CovMM = [][]float64{{0.5, -0.25}, {-0.25, 0.125}} // of rank one: Σ_nm has one direction
			features[2].CovMM = [][]float64{{0.5, 0.1}, {0.1, 0.3}}
			features[3].CovMM = [][]float64{{0, 0}, {0, 0}}
			const beta = 0.01
			fit := fitted(t, model.FitProblem{Nonlinearity: model.Tanh(), Features: features, Points: points, Targets: targets, Ridge: beta, WithoutCovariance: without})
			columns := 5
			if !without {
				columns += 1 + 2
				if s.CovMM > 0 {
					columns += 2 * 2
				}
			}
			require.Equal(t, columns, fit.Columns, name)
			require.Equal(t, 2*columns, fit.Coefficients, name)
			require.Equal(t, columns, fit.Rank, name)
			require.Equal(t, 5, fit.Mixture.Populations())

			circuit := fit.Mixture.Circuit()
			sum, most, size := 0.0, 0.0, 0.0
			for k, x := range points {
				f, err := circuit.Field(x)
				require.NoError(t, err)
				norm := math.Hypot(f[0]-targets[k][0], f[1]-targets[k][1])
				sum, most = sum+norm*norm, max(most, norm)
				size = max(size, math.Hypot(targets[k][0]+x[0], targets[k][1]+x[1]))
			}
			// Entries of Φ are at most 5 in size here, each sum of P terms, c rounded three times more; averages are good to 1e-12.
			rounding := 5 * float64(columns) * fit.CoefficientNorm * (64*u + 2e-12)
			require.LessOrEqual(t, math.Abs(fit.RMS-math.Sqrt(sum/float64(len(points)))), rounding, name)
			require.LessOrEqual(t, math.Abs(fit.Max-most), rounding, name)

			noise := 0.0
			for p := range 5 {
				pop := fit.Mixture.Population(p)
				noise += (pop.Mean[2]*pop.Mean[2] + pop.Mean[3]*pop.Mean[3] + pop.Cov.At(2, 2) + pop.Cov.At(3, 3)) / 5
				require.Equal(t, 1.0/5, pop.Weight)
				require.Equal(t, append(append([]float64(nil), features[p].MeanM...), features[p].MeanI), []float64{pop.Mean[0], pop.Mean[1], pop.Mean[4]})
			}
			// Σ_mm of feature 1 is singular, and the root of a singular matrix is known to half of the digits.
			require.LessOrEqual(t, math.Abs(noise/(5*fit.CoefficientNorm*fit.CoefficientNorm)-1), 64*math.Sqrt(u), name)
			require.LessOrEqual(t, math.Abs(fit.Objective/(sum+beta*noise/5)-1), 64*math.Sqrt(u)+4*rounding/fit.RMS, name)
			require.Greater(t, size, fit.Max, "nothing was fitted")
		}
	}
}

// β of the documentation multiplies the square of the norm: with one point, one
// hidden unit and R = 1, c = φ y/(φ² + β) in closed form, and one feature of a
// variance has c = (φ, κσφ')ᵀ y/(φ² + κ²σ²φ'² + β), exactly known for the
// identity, ⟨φ⟩ = μ, ⟨φ'⟩ = 1.
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

// Weights are 1/P and coefficients are divided by them afterwards: P equal
// features share the least-norm answer of one.
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

// M12 (a): a field whose hidden units are among the features comes back. What
// remains is rounding, of a backward stable solve of a matrix of norm ‖Φ‖ with
// these coefficients, and the averages' error times them.
func TestFitRecoversAFieldOfItsOwnUnits(t *testing.T) {
	for seed := range uint64(5) {
		for _, s := range []model.FeatureScales{{MeanM: 0.8, MeanI: 1}, {MeanM: 0.8, MeanI: 1, CovMM: 0.5, VarI: 0.3}} {
			features := drawn(t, seed, 2, 8, s)
			rng := random(seed + 100)
			var moments []model.Moments
			for p, f := range features[:5] { // three features are superfluous
				m := model.Moments{Weight: 0.2, MeanM: f.MeanM, MeanN: []float64{rng.NormFloat64(), rng.NormFloat64()}, MeanI: f.MeanI,
					CovMM: f.CovMM, CovNM: [][]float64{{0, 0}, {0, 0}}, CovMI: []float64{0, 0}, CovNI: []float64{0, 0}, VarI: f.VarI}
				if s.CovMM > 0 && p != 1 {
					m.CovNM = [][]float64{{rng.NormFloat64(), rng.NormFloat64()}, {rng.NormFloat64(), rng.NormFloat64()}}
				}
				moments = append(moments, m)
			}
			truth, err := model.MixtureOfMoments(model.Tanh(), moments)
			require.NoError(t, err)
			points := gridOf(t, vanDerPolBox, 15)
			fit := fitted(t, model.FitProblem{Nonlinearity: model.Tanh(), Features: features, Points: points, Targets: valuesOf(t, truth.Circuit(), points)})
			require.Equal(t, fit.Columns, fit.Rank)
			norm := 4 * math.Sqrt(float64(len(points)*fit.Columns)) // of Φ: entries are at most |Lᵀκ| < 4
			size := fit.CoefficientNorm
			bound := norm * size * (float64(len(points)*fit.Columns)*u + 2e-12)
			require.LessOrEqual(t, fit.RMS*math.Sqrt(float64(len(points))), bound, "seed %d", seed)
			// And so does the mixture, to that times the condition; the features without use get nothing.
			off := bound / norm * fit.Condition * 8 * 4
			for p := range 8 {
				got, want := fit.Mixture.Moments(p), model.Moments{MeanN: []float64{0, 0}, CovNM: [][]float64{{0, 0}, {0, 0}}}
				if p < 5 {
					want = moments[p]
					want.MeanN = []float64{want.MeanN[0] * 1, want.MeanN[1] * 1}
				}
				for r := range 2 {
					require.LessOrEqual(t, math.Abs(got.MeanN[r]-want.MeanN[r]*weightRatio(p)), off)
					for q := range 2 {
						require.LessOrEqual(t, math.Abs(got.CovNM[r][q]-want.CovNM[r][q]*weightRatio(p)), off)
					}
				}
			}
			require.Less(t, off, 0.5, "the comparison says nothing")
		}
	}
}

// weightRatio is what n is to be multiplied by when the weight is 1/8 in place of 1/5.
func weightRatio(int) float64 { return 8.0 / 5 }

// M12 (b): with nested features on one grid the error never increases for β = 0,
// nor the objective for β > 0, up to rounding of the two solves: a solve is the
// exact one of a Φ off by some cols·u·‖Φ‖, or by the cut where the rank is cut.
func TestNestedFitsNeverGetWorse(t *testing.T) {
	for _, scales := range []model.FeatureScales{{MeanM: 0.5, MeanI: 1}, {MeanM: 0.5, MeanI: 1, CovMM: 0.2, VarI: 0.1}, {MeanM: 0.05, MeanI: 0.05}} {
		for _, beta := range []float64{0, 1e-8, 1e-3, 1} {
			features := drawn(t, 5, 2, 30, scales)
			counts := []int{1, 2, 3, 5, 8, 12, 13, 20, 30}
			curve, err := model.FitMixtures(model.FitCurveProblem{Target: vanDerPol{}, Box: vanDerPolBox, Grid: 12, HeldOut: 50, Seed: 1,
				Nonlinearity: model.Tanh(), Features: features, Populations: counts, Ridge: beta})
			require.NoError(t, err)
			require.Len(t, curve.Points, len(counts))
			for k := 1; k < len(counts); k++ {
				before, after := curve.Points[k-1].Fit, curve.Points[k].Fit
				norm := 4 * math.Sqrt(float64(144*after.Columns))
				slack := norm * (before.CoefficientNorm + after.CoefficientNorm) * float64(144+after.Columns) * 8 * u
				was, is := math.Sqrt(before.Objective), math.Sqrt(after.Objective)
				require.LessOrEqual(t, is, was+slack, "β %v, %d populations", beta, counts[k])
				if beta >= 1e-3 {
					require.Less(t, slack, 1e-6*was, "the comparison says nothing")
				}
			}
			last, first := curve.Points[len(counts)-1], curve.Points[0]
			require.Less(t, last.OnGrid, first.OnGrid)
			require.Less(t, curve.SlopeOnGrid, 0.0)
		}
	}
}

// Normal equations square the condition. Tanh units in their linear range are
// nearly dependent: with a condition of 1e8 and more the normal equations leave
// what QR does not.
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

// Equal features are a singular Φ at β = 0: the rank is cut and the least c given.
func TestFitOfDependentFeatures(t *testing.T) {
	features := drawn(t, 4, 2, 4, model.FeatureScales{MeanM: 0.7, MeanI: 0.5, CovMM: 0.3})
	points := gridOf(t, vanDerPolBox, 9)
	targets := valuesOf(t, vanDerPol{}, points)
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

// At κ = 0 with no variance a ReLU unit with threshold 0 sits on its kink: φ' is
// not needed there, as Σ_nm κ is zero.
func TestFitAtAKink(t *testing.T) {
	f := model.Feature{MeanM: []float64{1}, CovMM: [][]float64{{1}}}
	fit := fitted(t, model.FitProblem{Nonlinearity: model.ReLU(), Features: []model.Feature{f}, Points: [][]float64{{0}, {1}, {-1}}, Targets: [][]float64{{0}, {0}, {0}}})
	require.Equal(t, 2, fit.Columns)
}

func TestFitRefusals(t *testing.T) {
	good := func() model.FitProblem {
		return model.FitProblem{Nonlinearity: model.Tanh(), Ridge: 1,
			Features: []model.Feature{{MeanM: []float64{1, 0}, CovMM: [][]float64{{1, 0}, {0, 1}}}, {MeanM: []float64{0, 1}, CovMM: [][]float64{{1, 0}, {0, 1}}}},
			Points:   [][]float64{{0, 1}, {1, 0}}, Targets: [][]float64{{1, 2}, {3, 4}}}
	}
	fitted(t, good())
	nan := math.NaN()
	for says, change := range map[string]func(p *model.FitProblem){
		"nonlinearity is missing":          func(p *model.FitProblem) { p.Nonlinearity = model.Nonlinearity{} },
		"ridge is -1":                      func(p *model.FitProblem) { p.Ridge = -1 },
		"ridge is NaN":                     func(p *model.FitProblem) { p.Ridge = nan },
		"ridge is +Inf":                    func(p *model.FitProblem) { p.Ridge = math.Inf(1) },
		"no points":                        func(p *model.FitProblem) { p.Points, p.Targets = nil, nil },
		"1 targets are given for 2 points": func(p *model.FitProblem) { p.Targets = p.Targets[:1] },
		"no features":                      func(p *model.FitProblem) { p.Features = nil },
		"point 1 has 3 entries, want 2":    func(p *model.FitProblem) { p.Points[1] = []float64{1, 2, 3} },
		"target 0 has 1 entries, want 2":   func(p *model.FitProblem) { p.Targets[0] = []float64{1} },
		"point 0[1] is NaN":                func(p *model.FitProblem) { p.Points[0][1] = nan },
		"target 1[0] is -Inf":              func(p *model.FitProblem) { p.Targets[1][0] = math.Inf(-1) },
		"feature 0: mean of m is empty":    func(p *model.FitProblem) { p.Features[0].MeanM = nil },
		"feature 1: invalid input: mean of m has 1 entries":       func(p *model.FitProblem) { p.Features[1].MeanM = []float64{1} },
		"feature 1: invalid input: mean of m[0] is NaN":           func(p *model.FitProblem) { p.Features[1].MeanM[0] = nan },
		"feature 0: invalid input: mean of I[0] is +Inf":          func(p *model.FitProblem) { p.Features[0].MeanI = math.Inf(1) },
		"feature 0: invalid input: variance of I is -1":           func(p *model.FitProblem) { p.Features[0].VarI = -1 },
		"feature 1: invalid input: Σ_mm has 1 rows, want 2":       func(p *model.FitProblem) { p.Features[1].CovMM = [][]float64{{1, 0}} },
		"feature 1: invalid input: Σ_mm[1] has 1 entries, want 2": func(p *model.FitProblem) { p.Features[1].CovMM = [][]float64{{1, 0}, {0}} },
		"feature 1: Σ_mm: invalid input":                          func(p *model.FitProblem) { p.Features[1].CovMM = [][]float64{{1, 2}, {2, 1}} },
		"overflow":                                                func(p *model.FitProblem) { p.Targets[1][0] = 1e200 },
		"target 1 and point 1 overflow":                           func(p *model.FitProblem) { p.Targets[1][0], p.Points[1][0] = 1.5e308, 1.5e308 },
	} {
		p := good()
		change(&p)
		_, err := model.FitMixture(p)
		require.ErrorIs(t, err, model.ErrInvalid, says)
		require.ErrorContains(t, err, says)
	}
	p := good()
	p.Nonlinearity, p.Features[0] = model.HardTanh(), model.Feature{MeanM: []float64{0, 1}, CovMM: [][]float64{{1, 0}, {0, 0}}}
	p.Points[0] = []float64{1e-170, 1} // Δ underflows to 0 while Lᵀκ does not: on the kink at 1
	_, err := model.FitMixture(p)
	require.ErrorIs(t, err, model.ErrInvalid)
	require.ErrorContains(t, err, "feature 0 at point 0")
}

func TestDrawFeaturesNested(t *testing.T) {
	s := model.DefaultFeatureScales(vanDerPolBox)
	s.VarI = 0.5
	require.Equal(t, drawn(t, 1, 2, 5, s), drawn(t, 1, 2, 50, s)[:5])
	require.NotEqual(t, drawn(t, 1, 2, 5, s), drawn(t, 2, 2, 5, s))
	box := model.Box{Lower: []float64{9, -4}, Upper: []float64{11, 4}}
	scaled := drawn(t, 1, 2, 2, model.FeatureScales{MeanM: 1, MeanI: 1, CovMM: 1, Box: &box})
	plain := drawn(t, 1, 2, 2, model.FeatureScales{MeanM: 1, MeanI: 1, CovMM: 1})
	for p := range scaled { // half-widths 1 and 4, centre (10, 0)
		require.Equal(t, []float64{plain[p].MeanM[0], plain[p].MeanM[1] / 4}, scaled[p].MeanM)
		require.Equal(t, [][]float64{{plain[p].CovMM[0][0], 0}, {0, plain[p].CovMM[1][1] / 16}}, scaled[p].CovMM)
		require.LessOrEqual(t, math.Abs(scaled[p].MeanI+10*scaled[p].MeanM[0]-plain[p].MeanI), 64*u)
	}
}

// The laws are those documented, in moments: of 4000 draws, means are within 6
// and variances within 9 standard errors (less than 1e-9 of a false alarm).
func TestDrawFeaturesLaws(t *testing.T) {
	const count = 4000
	s := model.FeatureScales{MeanM: 2, MeanI: 3, CovMM: 0.5, VarI: 4}
	var m, i, v, w []float64
	for _, f := range drawn(t, 7, 3, count, s) {
		m, i, v, w = append(m, f.MeanM...), append(i, f.MeanI), append(v, f.CovMM[1][1]), append(w, f.VarI)
		require.True(t, f.CovMM[0][0] == f.CovMM[2][2] && f.CovMM[0][1] == 0 && f.CovMM[2][0] == 0)
		require.True(t, f.VarI >= 0 && f.VarI < 4 && f.CovMM[0][0] >= 0 && f.CovMM[0][0] < 0.5)
	}
	for _, c := range []struct {
		x              []float64
		mean, variance float64
	}{{m, 0, 4}, {i, 0, 9}, {v, 0.25, 0.25 / 12}, {w, 2, 16.0 / 12}} {
		n, sum, square := float64(len(c.x)), 0.0, 0.0
		for _, x := range c.x {
			sum += x
			square += (x - c.mean) * (x - c.mean)
		}
		require.Less(t, math.Abs(sum/n-c.mean), 6.5*math.Sqrt(c.variance/n))
		require.Less(t, math.Abs(square/n/c.variance-1), 9*math.Sqrt(2/n))
	}
}

func TestDrawFeaturesRefusals(t *testing.T) {
	draw := func(rng *rand.Rand, rank, count int, s model.FeatureScales) error {
		_, err := model.DrawFeatures(rng, rank, count, s)
		return err
	}
	require.ErrorIs(t, draw(nil, 1, 1, model.FeatureScales{}), model.ErrInvalid)
	require.ErrorContains(t, draw(random(1), 0, 1, model.FeatureScales{}), "rank 0")
	require.ErrorContains(t, draw(random(1), 1, 0, model.FeatureScales{}), "0 populations")
	require.ErrorContains(t, draw(random(1), 1, 1, model.FeatureScales{CovMM: -1}), "CovMM is -1")
	require.ErrorContains(t, draw(random(1), 1, 1, model.FeatureScales{VarI: math.NaN()}), "VarI is NaN")
	require.ErrorIs(t, draw(random(1), 1, 1, model.FeatureScales{Box: &vanDerPolBox}), model.ErrInvalid)
	require.ErrorIs(t, draw(random(1), 1, 20, model.FeatureScales{MeanM: math.MaxFloat64}), model.ErrInvalid)
}

// The ridge solution in rationals, (ΦᵀΦ + β)⁻¹Φᵀy, of an instance that is exact:
// φ the identity, entries multiples of ⅛, so that Φ is [μ, κσ]. An exchange of β
// for β², or for β times the number of points, moves it by far more than rounding.
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
