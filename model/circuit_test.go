package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// mixturePoints draws random mixtures with a latent state.
func mixturePoints(t *testing.T, count int, phi []string, use func(c generators.MixturePoint, m *model.Mixture)) {
	t.Helper()
	gen := generators.MixturePoints(generators.MixtureOptions{Nonlinearity: phi, Moderate: true})
	for seed := range count {
		c := gen.Example(seed)
		m, err := c.Model()
		require.NoError(t, err)
		use(c, m)
	}
}

// TestCouplingsAreTheField: F = −κ + C κ + d, each entry to the rounding of the sums, P + R + 4 terms, twice.
func TestCouplingsAreTheField(t *testing.T) {
	looked := 0
	mixturePoints(t, 200, generators.SmoothNonlinearities, func(c generators.MixturePoint, m *model.Mixture) {
		couplings, drive, err := m.Circuit().Couplings(c.Kappa)
		require.NoError(t, err)
		field, err := m.Circuit().Field(c.Kappa)
		require.NoError(t, err)
		for r := range field {
			sum, size := drive[r]-c.Kappa[r], math.Abs(drive[r])+math.Abs(c.Kappa[r])
			for p := range m.Populations() { // what the drive, and c, are made of
				size += math.Abs(m.Moments(p).MeanN[r]) + math.Abs(m.Moments(p).CovNI[r])
			}
			for s, k := range c.Kappa {
				sum += couplings.At(r, s) * k
				size += math.Abs(couplings.At(r, s) * k)
				for p := range m.Populations() {
					size += math.Abs(m.Moments(p).CovNM[r][s] * k)
				}
			}
			bound := 2 * float64(m.Populations()+m.Rank()+4) * 0x1p-53 * size * (1 + largestValue(t, m, c.Kappa))
			require.LessOrEqual(t, math.Abs(sum-field[r]), bound)
			looked++
		}
	})
	require.Greater(t, looked, 200)
}

// largestValue is the largest ⟨φ⟩, which for an unbounded φ may be large.
func largestValue(t *testing.T, m *model.Mixture, kappa []float64) (most float64) {
	gains, err := m.Circuit().Gains(kappa)
	require.NoError(t, err)
	for _, g := range gains {
		most = max(most, math.Abs(g.Value))
	}
	return most
}

// TestFieldErrorIsABound: the mean field is off what two-dimensional quadrature gives by no more than it says, and the quadrature's own error.
func TestFieldErrorIsABound(t *testing.T) {
	mixturePoints(t, 60, generators.AllNonlinearities, func(c generators.MixturePoint, m *model.Mixture) {
		bound, _, err := m.Circuit().FieldError(c.Kappa)
		if err != nil { // at rest on a kink
			require.ErrorIs(t, err, model.ErrInvalid)
			return
		}
		field, err := m.Circuit().Field(c.Kappa)
		require.NoError(t, err)
		var laws []quadrature.Population
		for p, weight := range c.Weights() {
			laws = append(laws, quadrature.Population{Weight: weight, Mean: c.Mean(p), Cov: c.Cov(p)})
		}
		want, off, err := quadrature.Field(c.Nonlinearity, laws, c.Kappa)
		require.NoError(t, err)
		for r := range field {
			require.LessOrEqual(t, math.Abs(field[r]-want[r]), bound+off, "%s, κ = %v", c.Nonlinearity, c.Kappa)
		}
	})
}

// TestCurvatureIsABound: Jacobians in a box differ by no more than the curvature allows, of mean fields and of networks.
func TestCurvatureIsABound(t *testing.T) {
	closest := 0.0
	mixturePoints(t, 60, generators.SmoothNonlinearities, func(c generators.MixturePoint, m *model.Mixture) {
		net, err := m.Sample(random(1), model.MixtureSampling{Units: 20})
		require.NoError(t, err)
		half := make([]float64, m.Rank())
		for r := range half {
			half[r] = 0.5
		}
		for _, f := range []model.CurvedField{m.Circuit(), net} {
			box := model.Box{}
			for r, k := range c.Kappa {
				box.Lower, box.Upper = append(box.Lower, k-half[r]), append(box.Upper, k+half[r])
			}
			curvature, err := f.Curvature(box)
			require.NoError(t, err)
			at, err := f.Jacobian(c.Kappa)
			require.NoError(t, err)
			rng := random(2)
			for range 10 {
				other, distance := make([]float64, len(half)), 0.0
				for r := range other {
					other[r] = c.Kappa[r] + (2*rng.Float64()-1)*half[r]
					distance = max(distance, math.Abs(other[r]-c.Kappa[r]))
				}
				there, err := f.Jacobian(other)
				require.NoError(t, err)
				var change mat.Dense
				change.Sub(there, at)
				rounding := 1e4 * 0x1p-53 * (1 + mat.Norm(at, math.Inf(1)) + mat.Norm(there, math.Inf(1))) // averages are good to 2e-14
				moved := mat.Norm(&change, math.Inf(1))
				require.LessOrEqual(t, moved, curvature*distance+rounding)
				if curvature > 0 {
					closest = max(closest, moved/(curvature*distance+rounding))
				}
			}
		}
	})
	require.Greater(t, closest, 0.1, "the bound is of this size")
}

// TestCurvatureOfKinks: there is one wherever inputs vary, or are off the kinks; and none else.
func TestCurvatureOfKinks(t *testing.T) {
	small := func(at float64) model.Box {
		return model.Box{Lower: []float64{at - 0.01}, Upper: []float64{at + 0.01}}
	}
	points, err := model.PointMixture(model.HardTanh(), [][]float64{{1}})
	require.NoError(t, err)
	curvature, err := points.Circuit().Curvature(small(1))
	require.NoError(t, err)
	require.True(t, math.IsInf(curvature, 1))
	curvature, err = points.Circuit().Curvature(small(0.5))
	require.NoError(t, err)
	require.Zero(t, curvature, "the field is affine there")
	mixturePoints(t, 80, []string{"hard-tanh", "relu"}, func(c generators.MixturePoint, m *model.Mixture) {
		box := model.Box{}
		for _, k := range c.Kappa {
			box.Lower, box.Upper = append(box.Lower, k-0x1p-6), append(box.Upper, k+0x1p-6)
		}
		curvature, err := m.Circuit().Curvature(box)
		require.NoError(t, err)
		if math.IsInf(curvature, 1) {
			return
		}
		at, err := m.Circuit().Jacobian(c.Kappa)
		require.NoError(t, err)
		rng := random(2)
		for range 10 {
			other, distance := make([]float64, len(c.Kappa)), 0.0
			for r := range other {
				other[r] = c.Kappa[r] + (2*rng.Float64()-1)*0x1p-6
				distance = max(distance, math.Abs(other[r]-c.Kappa[r]))
			}
			there, err := m.Circuit().Jacobian(other)
			require.NoError(t, err)
			var change mat.Dense
			change.Sub(there, at)
			_, rounding, err := m.Circuit().FieldError(other)
			require.NoError(t, err)
			require.LessOrEqual(t, mat.Norm(&change, math.Inf(1)), curvature*distance+4*rounding)
		}
	})
	varying, err := model.NewMixture(model.HardTanh(), []model.Population{{Weight: 1, Mean: []float64{2, 2, 0}, Cov: mat.NewSymDense(3, []float64{0.1, 0, 0, 0, 0.1, 0, 0, 0, 0.1})}})
	require.NoError(t, err)
	for _, p := range fixedPointsOf(t, varying.Circuit()).Points {
		require.False(t, math.IsInf(p.Radius, 1), "%v is certified", p.Point)
	}
}

// TestFieldWhereTheVarianceIsLost: Δ = (κ − 1)² is rounded to 0 where κ is within 1e-8 of 1, and c = β(κ − 1) is not: F
// has one zero there, and no other is certified.
func TestFieldWhereTheVarianceIsLost(t *testing.T) {
	sech2 := 1 / math.Pow(math.Cosh(0.5), 2)
	beta, mean := 3/sech2, (1+5e-9)/math.Tanh(0.5)
	m, err := model.NewMixture(model.Tanh(), []model.Population{{Weight: 1, Mean: []float64{0, mean, 0.5},
		Cov: mat.NewSymDense(3, []float64{1, beta, -1, beta, beta * beta, -beta, -1, -beta, 1})}})
	require.NoError(t, err)
	for _, at := range []float64{-2.5e-9, 0, 5e-9} {
		field, err := m.Circuit().Field([]float64{1 + at})
		require.NoError(t, err)
		bound, _, err := m.Circuit().FieldError([]float64{1 + at})
		require.NoError(t, err)
		want := 5e-9 - at + 3*at // −κ + a_n ⟨φ⟩ + c ⟨φ'⟩, up to (κ − 1)²
		require.LessOrEqual(t, math.Abs(field[0]-want), bound+1e-16, "at 1 + %v", at)
	}
	set, err := model.FindEquilibria(m.Circuit(), model.EquilibriumSearch{Box: model.Box{Lower: []float64{1 - 1e-8}, Upper: []float64{1 + 1e-8}}})
	require.NoError(t, err)
	require.Len(t, set.Points, 1)
	require.Equal(t, -1, set.IndexSum)
}

// TestOriginIsOneZero: Newton's last step to 0 may end in a subnormal number, whose square, Δ, is lost: one zero, not two.
func TestOriginIsOneZero(t *testing.T) {
	m, err := model.CentredMixture(model.Erf(), []float64{1}, [][][]float64{{{1.125, -2.25}, {1.125, -2.25}}}, [][][]float64{identityRows(2)})
	require.NoError(t, err)
	set := fixedPointsOf(t, m.Circuit())
	require.Len(t, set.Points, 1, "%v", set.Points)
	for _, seed := range []uint64{1, 2, 3, 4} {
		for _, overlap := range [][][]float64{{{0.5, -1}, {-0.5, 0.5}}, {{1.625, 0, 0}, {1, 1.4375, 0}, {1, 0, 0.59375}}} {
			m, err := model.CentredMixture(model.Erf(), []float64{1}, [][][]float64{overlap}, [][][]float64{identityRows(len(overlap))})
			require.NoError(t, err)
			set, err := m.Circuit().FixedPoints(model.EquilibriumSearch{Seed: seed})
			require.NoError(t, err)
			require.Equal(t, 1, set.IndexSum)
		}
	}
}
