package model_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	truth "github.com/rankproof/rankproof/oracles/dense"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func spectrumOf(t testing.TB, l *model.Linearization) *model.Spectrum {
	t.Helper()
	s, err := l.Spectrum()
	require.NoError(t, err)
	return s
}

// requireEigenvalues matches computed eigenvalues one to one with true ones:
// each within its own uncertainty, the radius of the true one added.
func requireEigenvalues(t testing.TB, want []complex128, radii []float64, got []complex128, uncertainty []float64) {
	t.Helper()
	require.Len(t, got, len(want))
	taken := make([]bool, len(want))
	for k, z := range got {
		nearest := -1
		for i, w := range want {
			if !taken[i] && (nearest < 0 || cmplx.Abs(z-w) < cmplx.Abs(z-want[nearest])) {
				nearest = i
			}
		}
		taken[nearest] = true
		require.LessOrEqual(t, cmplx.Abs(z-want[nearest]), uncertainty[k]+radii[nearest], "%v against %v", z, want[nearest])
	}
}

// The eigenvalues of 2,000 units are the three of NᵀM/2000, known exactly
// from loadings in eighths, and −1/τ 1,997 times.
func TestSpectrumOfManyUnits(t *testing.T) {
	const units, rank, tau = 2000, 3, 0.25
	rng := random(7)
	m := eighths(rng, units, rank)
	n := eighths(rng, units, rank)
	n.Add(n, m)
	net := network(t, lowRank(t, m, n, 1.0/2048), model.Identity(), withTau(tau))
	s := spectrumOf(t, linearized(t, net, nil))

	var overlap mat.Dense
	overlap.Mul(n.T(), m)
	overlap.Scale(1.0/2048, &overlap) // exact, all of it
	want, radii, err := truth.Spectrum(rowsOf(&overlap))
	require.NoError(t, err)
	ofMu := make([]float64, rank)
	for k, x := range s.Uncertainty {
		ofMu[k] = x * tau
	}
	requireEigenvalues(t, want, radii, s.Mu, ofMu)
	slow := spectrumOf(t, linearized(t, network(t, lowRank(t, m, n, 1.0/2048), model.Identity(), withTau(0x1p40)), nil))
	for k, x := range slow.Uncertainty {
		require.Equal(t, s.Uncertainty[k]*tau/0x1p40, x, "a power of two changes units and nothing else")
	}
	for k, mu := range s.Mu {
		// One subtraction and one division: 2u of |1 − μ|/τ.
		require.LessOrEqual(t, cmplx.Abs(s.Values[k]-(mu-1)/tau), 2*u*cmplx.Abs(mu-1)/tau)
		require.Less(t, s.Uncertainty[k], 1e4*u/tau, "overlaps of size 1: 2,000 roundings, times a modest condition")
		if k > 0 {
			require.LessOrEqual(t, cmplx.Abs(mu), cmplx.Abs(s.Mu[k-1]), "largest first")
		}
	}
	require.Equal(t, []model.Multiplicity{{Value: -1 / tau, Count: units - rank}}, s.Trivial)
}

// groups are units with their time constants: G groups make a small problem of
// Σ min(N_g, R) rows. Loadings are in eighths, so that W written out is exact.
var groups = map[string]struct {
	rank    int
	tau     []float64
	trivial []model.Multiplicity
}{
	"two groups":                  {2, []float64{1, 1, 1, 2, 2, 2, 2, 1, 1}, []model.Multiplicity{{Value: -1, Count: 3}, {Value: -0.5, Count: 2}}},
	"interleaved, three groups":   {1, []float64{4, 1, 0.5, 1, 4, 0.5, 4}, []model.Multiplicity{{Value: -0.25, Count: 2}, {Value: -1, Count: 1}, {Value: -2, Count: 1}}},
	"a group of fewer units":      {3, []float64{1, 2, 2, 2, 2, 2, 2, 1, 2}, []model.Multiplicity{{Value: -0.5, Count: 4}}},
	"a group of one unit":         {2, []float64{2, 1, 1, 1, 1}, []model.Multiplicity{{Value: -1, Count: 2}}},
	"groups of as many units":     {2, []float64{1, 2, 1, 2, 4, 4, 4, 4}, []model.Multiplicity{{Value: -0.25, Count: 2}}},
	"every unit its own, dense":   {2, []float64{1, 2, 4, 8}, nil},
	"R = N":                       {4, []float64{1}, nil},
	"R = N, two groups":           {3, []float64{1, 2, 1}, nil},
	"one τ written out for all":   {2, []float64{2, 2, 2, 2, 2}, []model.Multiplicity{{Value: -0.5, Count: 3}}},
	"scalar τ":                    {1, []float64{0.5}, []model.Multiplicity{{Value: -2, Count: 3}}},
	"few units in every group":    {3, []float64{1, 1, 2, 2, 4, 4}, nil},
	"fewer units and many others": {2, []float64{8, 1, 1, 1, 1, 2, 2, 2}, []model.Multiplicity{{Value: -1, Count: 2}, {Value: -0.5, Count: 1}}},
}

// TestGroupsAgainstDense compares the reduced problem with the oracle's
// spectrum of M_x, all N eigenvalues, at slopes 1 (exactly) and ½ (softplus at
// 0), for which M_x is a matrix of dyadic numbers.
func TestGroupsAgainstDense(t *testing.T) {
	for name, c := range groups {
		t.Run(name, func(t *testing.T) {
			units := len(c.tau)
			if units == 1 {
				units = 4
			}
			for seed := range uint64(8) {
				rng := random(300 + seed)
				low := lowRank(t, eighths(rng, units, c.rank), eighths(rng, units, c.rank), 0.5)
				phi := []model.Nonlinearity{model.Identity(), model.Softplus()}[seed%2]
				l := linearized(t, network(t, low, phi, withTau(c.tau...)), nil)
				s := spectrumOf(t, l)
				require.Equal(t, c.trivial, s.Trivial)
				values, uncertainty := append([]complex128(nil), s.Values...), append([]float64(nil), s.Uncertainty...)
				for _, m := range s.Trivial {
					for range m.Count {
						values, uncertainty = append(values, complex(m.Value, 0)), append(uncertainty, 0)
					}
				}
				want, radii, err := truth.Spectrum(rowsOf(l.Matrix(model.Activation)))
				require.NoError(t, err)
				requireEigenvalues(t, want, radii, values, uncertainty)

				full := network(t, dense(t, low.Dense()), phi, withTau(c.tau...))
				f := spectrumOf(t, linearized(t, full, nil))
				require.Empty(t, f.Trivial)
				requireEigenvalues(t, want, radii, f.Values, f.Uncertainty)
				_, scalar := full.ScalarTau()
				require.Equal(t, scalar, f.Mu != nil)
				require.Equal(t, scalar, s.Mu != nil)
			}
		})
	}
}

// Uncertainty bounds the error of every eigenvalue, of defective, graded and
// clustered matrices too: some true eigenvalue is that near. φ is the identity,
// so that W D is W; with unit-wise τ the truth is the spectrum of M_x as rounded.
func TestUncertaintyIsHonest(t *testing.T) {
	for _, kind := range generators.Zoo() {
		worst := 0.0
		for n := 2; n <= 4; n++ {
			for seed := range uint64(times(t, 2)) {
				w := kind.Sample(random(1000*uint64(n)+seed), n)
				unitWise := []float64{1, 2, 0.5, 2}
				for _, tau := range [][]float64{{1}, unitWise[:n]} {
					l := linearized(t, network(t, dense(t, matrix(w...)), model.Identity(), withTau(tau...)), nil)
					s := spectrumOf(t, l)
					got, a := s.Mu, w
					if got == nil {
						got, a = s.Values, rowsOf(l.Matrix(model.Activation))
					}
					want, radii, err := truth.Spectrum(a)
					require.NoError(t, err)
					for k, z := range got {
						miss := math.Inf(1)
						for i := range want {
							miss = min(miss, max(0, cmplx.Abs(z-want[i])-radii[i]))
						}
						require.LessOrEqual(t, miss, s.Uncertainty[k], "%s, τ = %v, W = %v: %v", kind.Name, tau, w, z)
						if miss > 0 {
							worst = max(worst, miss/s.Uncertainty[k])
						}
					}
				}
			}
		}
		t.Logf("%-20s worst margin %.2f", kind.Name, worst)
	}
}

// An overlap that cancels: loadings at right angles to rounding, so that μ is
// nothing but the rounding of a thousand products, and Uncertainty says so.
func TestUncertaintyOfCancellation(t *testing.T) {
	for seed := range uint64(20) {
		rng := random(600 + seed)
		m, n := gaussian(rng, 1000, 1, 1), gaussian(rng, 1000, 1, 1)
		along := mat.Dot(m.ColView(0), n.ColView(0)) / mat.Dot(m.ColView(0), m.ColView(0))
		for i := range 1000 {
			n.Set(i, 0, n.At(i, 0)-along*m.At(i, 0))
		}
		s := spectrumOf(t, linearized(t, network(t, lowRank(t, m, n, 1), model.Identity()), nil))
		overlap, slack := truth.DotDD(m.RawMatrix().Data, n.RawMatrix().Data)
		require.LessOrEqual(t, cmplx.Abs(s.Mu[0]-complex(overlap, 0)), s.Uncertainty[0]+slack, "seed %d", seed)
	}
}

// A matrix on which gonum v0.17 panics (Dlaln2, a repeated complex pair) has a
// spectrum all the same.
func TestRepeatedComplexPair(t *testing.T) {
	w := matrix([]float64{0, 1, 0, 0, 0}, []float64{-1, 0, 0, 0, 0}, []float64{0, 0, 0, 0, -1}, []float64{0, 0, 0, 0, 0}, []float64{0, 0, 1, 0, 0})
	l := linearized(t, network(t, dense(t, w), model.Tanh(), withTau(1, 1, 1, 3, 1)), []float64{23, -23, -24, 0, -23})
	s := spectrumOf(t, l)
	want, radii, err := truth.Spectrum(rowsOf(l.Matrix(model.Activation)))
	require.NoError(t, err)
	requireEigenvalues(t, want, radii, s.Values, s.Uncertainty)
}

// Values come largest first: by |μ| for a scalar τ, by |λ| otherwise.
func TestOrderOfValues(t *testing.T) {
	w := matrix([]float64{-3, 0, 0}, []float64{0, 2, 0}, []float64{0, 0, 0.5})
	s := spectrumOf(t, linearized(t, network(t, dense(t, w), model.Identity(), withTau(2)), nil))
	require.Equal(t, []complex128{-3, 2, 0.5}, s.Mu, "a diagonal matrix: exactly")
	require.Equal(t, []complex128{-2, 0.5, -0.25}, s.Values)
	s = spectrumOf(t, linearized(t, network(t, dense(t, w), model.Identity(), withTau(8, 1, 0.25)), nil))
	require.Equal(t, []complex128{-2, 1, -0.5}, s.Values)
	require.Nil(t, s.Mu)
}

// Stability against the sign of numbers known by hand, boundary included.
func TestEulerStability(t *testing.T) {
	verdict := func(tau, dt float64, w ...float64) model.EulerStability {
		n := int(math.Sqrt(float64(len(w))))
		net := network(t, dense(t, mat.NewDense(n, n, w)), model.Identity(), withTau(tau))
		v, err := spectrumOf(t, linearized(t, net, nil)).EulerStability(dt)
		require.NoError(t, err)
		return v
	}
	require.Equal(t, model.EulerStability{Flow: model.Stable, Map: model.Unstable, Abscissa: -3, Radius: 2}, verdict(1, 1, -2))
	require.Equal(t, model.EulerStability{Flow: model.Stable, Map: model.Stable, Abscissa: -3, Radius: 0.25}, verdict(1, 0.25, -2))
	require.Equal(t, model.EulerStability{Flow: model.Unstable, Map: model.Unstable, Abscissa: 0.5, Radius: 1.25}, verdict(2, 0.5, 2))
	require.Equal(t, model.EulerStability{Flow: model.Undecided, Map: model.Undecided, Abscissa: 0, Radius: 1}, verdict(2, 0.5, 1), "μ = 1")
	require.Equal(t, model.EulerStability{Flow: model.Stable, Map: model.Undecided, Abscissa: -0.5, Radius: 1}, verdict(2, 4, 0), "dt = 2τ")
	require.Equal(t, model.Undecided, verdict(1, 1, 0, -1, 1, 0).Map, "a rotation stays on the circle")
	require.Equal(t, model.Stable, verdict(1, 1, 0, -1, 1, 0).Flow)

	// A verdict allows for the uncertainty: of λ for the flow, dt times that for the map.
	for _, c := range []struct {
		value, uncertainty, dt float64
		flow, euler            model.Stability
	}{
		{-0.5, 0.25, 0.125, model.Stable, model.Stable},
		{-0.5, 0.75, 0.125, model.Undecided, model.Undecided},
		{0.5, 0.75, 8, model.Undecided, model.Undecided}, // 1 + 4 ± 6
		{0.5, 0.25, 0.125, model.Unstable, model.Unstable},
		{-3, 0.25, 0.5, model.Stable, model.Stable},     // |1 − 1.5| ± 0.125
		{-3, 0.75, 0.75, model.Stable, model.Undecided}, // |1 − 2.25| ± 0.5625 reaches below 1
	} {
		s := model.Spectrum{Values: []complex128{complex(c.value, 0)}, Uncertainty: []float64{c.uncertainty}}
		v, err := s.EulerStability(c.dt)
		require.NoError(t, err)
		require.Equal(t, c.flow, v.Flow, "%+v", c)
		require.Equal(t, c.euler, v.Map, "%+v", c)
	}

	// The leak of units that connectivity does not reach is judged too.
	low := network(t, lowRank(t, column(1, 0, 0), column(0.5, 0, 0), 1), model.Identity(), withTau(0.25, 0.25, 1))
	v, err := spectrumOf(t, linearized(t, low, nil)).EulerStability(0.75)
	require.NoError(t, err)
	require.Equal(t, model.EulerStability{Flow: model.Stable, Map: model.Unstable, Abscissa: -1, Radius: 2}, v, "λ = −2, −1 and the leak, −4: 1 − dt/τ = −2")
}
