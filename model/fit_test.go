package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

const vanDerPolPeriod = 6.66328685932 // of VanDerPol(1), as in TestCycleOfVanDerPol

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
	targets := valuesOf(t, model.VanDerPol(1), points)
	require.Less(t, math.Abs(periodOf(t, model.VanDerPol(1))/vanDerPolPeriod-1), 1e-5)
	const seed = 1
	features := drawn(t, seed, 2, 40, model.DefaultFeatureScales(vanDerPolBox))
	fit := fitted(t, model.FitProblem{Nonlinearity: model.Tanh(), Features: features, Points: points, Targets: targets, Ridge: 1e-8})
	require.Less(t, math.Abs(periodOf(t, fit.Mixture.Circuit())/vanDerPolPeriod-1), 1e-3)
	net, err := fit.Mixture.Sample(random(seed), model.MixtureSampling{Units: 5000, Sizes: model.ExactSizes, Completion: model.Minimal, MatchMoments: true})
	require.NoError(t, err)
	require.Less(t, math.Abs(periodOf(t, net)/vanDerPolPeriod-1), 1e-2)
}

// What is reported is what the mixture does: residuals, objective and the bound
// of the sampling noise are those of its mean field, computed anew.
func TestFitReportsItsMixture(t *testing.T) {
	points := gridOf(t, vanDerPolBox, 7)
	targets := valuesOf(t, model.VanDerPol(1), points)
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
// Weights are 1/P and coefficients are divided by them afterwards: P equal
// features share the least-norm answer of one.
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
				}
				const weights = 8.0 / 5 // 1/8 in place of 1/5
				for r := range 2 {
					require.LessOrEqual(t, math.Abs(got.MeanN[r]-want.MeanN[r]*weights), off)
					for q := range 2 {
						require.LessOrEqual(t, math.Abs(got.CovNM[r][q]-want.CovNM[r][q]*weights), off)
					}
				}
			}
			require.Less(t, off, 0.5, "the comparison says nothing")
		}
	}
}

// M12 (b): with nested features on one grid the error never increases for β = 0,
// nor the objective for β > 0, up to rounding of the two solves: a solve is the
// exact one of a Φ off by some cols·u·‖Φ‖, or by the cut where the rank is cut.
func TestNestedFitsNeverGetWorse(t *testing.T) {
	for _, scales := range []model.FeatureScales{{MeanM: 0.5, MeanI: 1}, {MeanM: 0.5, MeanI: 1, CovMM: 0.2, VarI: 0.1}, {MeanM: 0.05, MeanI: 0.05}} {
		for _, beta := range []float64{0, 1e-8, 1e-3, 1} {
			features := drawn(t, 5, 2, 30, scales)
			counts := []int{1, 2, 3, 5, 8, 12, 13, 20, 30}
			curve, err := model.FitMixtures(model.FitCurveProblem{Target: model.VanDerPol(1), Box: vanDerPolBox, Grid: 12, HeldOut: 50, Seed: 1,
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
// Equal features are a singular Φ at β = 0: the rank is cut and the least c given.
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
		"feature 1: covariance Σ_mm: invalid input":               func(p *model.FitProblem) { p.Features[1].CovMM = [][]float64{{1, 2}, {2, 1}} },
		"overflow":                      func(p *model.FitProblem) { p.Targets[1][0] = 1e200 },
		"target 1 and point 1 overflow": func(p *model.FitProblem) { p.Targets[1][0], p.Points[1][0] = 1.5e308, 1.5e308 },
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

// The laws are those documented, in moments: of 4000 draws, means are within 6
// and variances within 9 standard errors (less than 1e-9 of a false alarm).
// The ridge solution in rationals, (ΦᵀΦ + β)⁻¹Φᵀy, of an instance that is exact:
// φ the identity, entries multiples of ⅛, so that Φ is [μ, κσ]. An exchange of β
// for β², or for β times the number of points, moves it by far more than rounding.
