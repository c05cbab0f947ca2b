package meanfield

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/evidence"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// MeanField is M2.
func MeanField() theorems.Theorem {
	return theorems.Theorem{
		Ref: "M2", ID: "meanfield/mean-field",
		Statement: "For every Gaussian mixture and κ, E[n φ(m·κ + I)] − κ = F(κ) = −κ + Σ_p α_p [a_n ⟨φ⟩_p + (Σ_nm κ + Σ_nI) ⟨φ'⟩_p], averages over N(μ_p, Δ_p), " +
			"μ_p = a_m·κ + a_I, Δ_p = κᵀΣ_mm κ + 2κ·Σ_mI + Σ_II, for φ Lipschitz; DF is what F's derivative is; ⟨φ⟩, ⟨φ'⟩, ⟨φ''⟩ are accurate to 1e-12 for Δ from 0 to 1e4 and any μ.",
		Source: "B (arXiv:2007.02062), section 3",
		Given:  []string{"loadings are Gaussian given the population", "weights are those of the populations"},
		Needed: []theorems.Witness{twoPointsAreNotGaussian()},
		Why: "Averages 2¹³u of their size (sup|φ|, Lip φ; smoothed by √Δ at kinks), taken at a μ, Δ and c = Σ_nm κ + Σ_nI that are rounded sums: L|δμ|, L|√(Δ+δ) − √Δ| or ½sup|φ''|δ, " +
			"and for ⟨φ'⟩ the same an order higher, 2L where Δ may be 0. Plus the quadrature's own bound. Sampling: false-alarm probability 10⁻²² an instance, by Delyon's inequality with the variance from quadrature.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("field, by two-dimensional quadrature", tame(generators.MixtureOptions{Nonlinearity: everyPhi, MaxPopulations: 2}), judgeField), byMoments, decideMoments(cubicRule)).
				Visiting("P = 1", "R = 1", "R = 3", "Σ = 0", "Σ singular", "I = 0", "unequal weights", "kinked φ", "κ = 0", "large κ", "large variance", "small variance", "saturated"),
			theorems.Claim("averages", averagePoints(), judgeAverage).
				Visiting("Δ = 0", "on a kink", "Δ ≥ 25", "|μ| > 40").
				NotExactly("averages are integrals, known to the bound of a quadrature: what is claimed is an accuracy"),
			theorems.Deciding(theorems.Claim("gains and Jacobian", tame(generators.MixtureOptions{Nonlinearity: everyPhi, Varying: true}), judgeJacobian), byMoments, decideMoments(cubicRule)).
				Visiting("kinked φ", "large κ", "R = 3"),
			theorems.Deciding(theorems.Claim("gains", tame(generators.MixtureOptions{Nonlinearity: everyPhi, Varying: true}), judgeGains), byMoments, decideMoments(cubicRule)).Visiting("kinked φ", "large κ"),
			theorems.Deciding(theorems.Claim("field, by sampling", tame(generators.MixtureOptions{Nonlinearity: everyPhi}), judgeSampledField), byMoments, decideMoments(cubicRule)).OneRoundIn(8),
		},
		Exact: []theorems.Check{
			theorems.Decide("x, x² and x³, moment by moment", generators.MixturePoints(generators.MixtureOptions{MaxRank: 2, MaxPopulations: 2, Nonlinearity: []string{"identity"}}), decideStein).
				Visiting("Σ = 0", "Σ singular", "κ = 0", "R = 1"),
		},
		Certificates: []theorems.Certificate{steinCertificate(), steinDerivativeCertificate()},
		Twins: []theorems.Twin{
			fieldTwin("cross term left out", "Δ = κᵀΣ_mm κ + Σ_II, without 2κ·Σ_mI", func(in *naive) {
				for r, k := range in.kappa {
					in.delta -= 2 * k * in.CovMI[r]
				}
			}),
			fieldTwin("deviation for variance", "averages at √Δ in place of Δ", func(in *naive) { in.delta = math.Sqrt(in.delta) }),
			fieldTwin("variance squared", "averages at Δ² in place of Δ", func(in *naive) { in.delta *= in.delta }),
			fieldTwin("Σ_nm transposed", "Cov(m, n) for Cov(n, m)", func(in *naive) {
				for r := range in.kappa {
					in.c[r] = in.CovNI[r]
					for s, k := range in.kappa {
						in.c[r] += in.CovNM[s][r] * k
					}
				}
			}),
			fieldTwin("⟨φ⟩ is φ(μ)", "the mean activity taken at the mean input", func(in *naive) { in.value = in.phi.Value(in.mu) }),
			fieldTwin("⟨φ'⟩ at another Δ", "⟨φ'⟩ at κᵀκ, as for unit Σ_mm", func(in *naive) {
				square := 0.0
				for _, k := range in.kappa {
					square += k * k
				}
				if square > 0 {
					in.slope, _ = average(in.phi, 1, in.mu, square)
				}
			}),
			fieldTwin("weights not normalised", "every population at weight 1", func(in *naive) { in.Weight = 1 }),
			fieldTwin("Gauss–Hermite of 20 nodes", "averages by a fixed rule", func(in *naive) {
				in.value = hermite(in.phi.Value, in.mu, in.delta)
				in.slope = hermite(in.phi.Derivative, in.mu, in.delta)
			}),
			{Name: "Gauss–Hermite averages", Mistake: "20 nodes whatever Δ", Break: func(s theorems.Subject) theorems.Subject {
				s.Average = func(phi string, order int, mu, delta float64) (float64, error) {
					law, err := model.NonlinearityByName(phi)
					return hermite([]func(float64) float64{law.Value, law.Derivative, law.Second}[order], mu, delta), err
				}
				return s
			}},
			{Name: "leak forgotten", Mistake: "F without −κ", Break: func(s theorems.Subject) theorems.Subject {
				right := s.MeanField
				s.MeanField = func(m *model.Mixture, kappa []float64) ([]float64, error) {
					f, err := right(m, kappa)
					for r := range f {
						f[r] += kappa[r]
					}
					return f, err
				}
				return s
			}},
			fieldTwin("Σ_nI left out", "c = Σ_nm κ", func(in *naive) {
				for r := range in.c {
					in.c[r] -= in.CovNI[r]
				}
			}),
			{Name: "spread held fixed", Mistake: "DF without ½⟨φ''⟩∇Δ", Break: func(s theorems.Subject) theorems.Subject {
				s.MeanFieldJacobian = frozenSpreadJacobian
				return s
			}},
			{Name: "two per cent", Mistake: "⟨φ'⟩ 2 % too large", Break: func(s theorems.Subject) theorems.Subject {
				return breakField(s, func(in *naive) { in.slope *= 1.02 })
			}},
		},
		MaxUnknown: 0.05,
	}
}

// everyPhi are all nonlinearities.
var everyPhi = generators.AllNonlinearities

// mostDelta is the Δ up to which theory.md asks for accurate averages.
const mostDelta = 1e4

// tame draws mixtures and states, halved until no Δ exceeds mostDelta.
func tame(o generators.MixtureOptions) *rapid.Generator[generators.MixturePoint] {
	return rapid.Map(generators.MixturePoints(o), func(c generators.MixturePoint) generators.MixturePoint {
		for widest(c) > mostDelta {
			smaller := make([]float64, len(c.Kappa))
			for r, k := range c.Kappa {
				smaller[r] = math.Trunc(k) / 2
			}
			c.Kappa = smaller
		}
		return c
	})
}

// widest is the largest Δ over the populations, 0 where κ = 0 can no longer be
// made smaller.
func widest(c generators.MixturePoint) float64 {
	most := 0.0
	for _, in := range observeLaws(c.Nonlinearity, lawsOf(c.Mixture), c.Kappa, 0).at {
		most = max(most, in.delta)
	}
	for _, k := range c.Kappa {
		if k != 0 {
			return most
		}
	}
	return 0
}

func judgeField(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.MeanField == nil {
		return f, theorems.Missing("MeanField")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	want, wantErr, err := t.field()
	if err != nil {
		return f, err
	}
	got, err := s.MeanField(t.mixture, c.Kappa)
	if err != nil {
		return f, err
	}
	f.Demand("F has R entries", len(got) == len(want))
	for r := range min(len(got), len(want)) {
		f.Expect("|F − E[n φ(m·κ + I)] + κ|", math.Abs(got[r]-want[r]), t.fieldBound(r)+wantErr, t.fieldScale(r)+t.u)
	}
	return f, nil
}

// AveragePoint is where a Gaussian average is taken.
type AveragePoint struct {
	Tags         []string `json:"tags,omitempty"`
	Nonlinearity string   `json:"nonlinearity" shrink:"identity,hard-tanh,tanh"`
	Mu           float64  `json:"mu"`
	Delta        float64  `json:"delta" numbers:",nonnegative"`
}

// averagePoints draws μ from small to beyond ±40, kinks among them, and Δ = 0 or
// from 2⁻³⁰ to 1e4.
func averagePoints() *rapid.Generator[AveragePoint] {
	return rapid.Custom(func(t *rapid.T) AveragePoint {
		c := AveragePoint{Nonlinearity: rapid.SampledFrom(everyPhi).Draw(t, "φ")}
		mantissa := 1 + float64(rapid.IntRange(0, 1<<20).Draw(t, "mantissa"))/(1<<20)
		switch rapid.IntRange(0, 5).Draw(t, "μ") {
		case 0: // kinks and the origin
			c.Mu = float64(rapid.IntRange(-1, 1).Draw(t, "kink"))
		case 1, 2:
			c.Mu = float64(rapid.IntRange(-32, 32).Draw(t, "quarters")) / 4 * mantissa
		case 3, 4:
			c.Mu = float64(rapid.IntRange(-40, 40).Draw(t, "integer"))
		default:
			c.Mu = float64(rapid.IntRange(-1, 1).Draw(t, "sign")) * 41 * mantissa * math.Exp2(float64(rapid.IntRange(0, 6).Draw(t, "exponent")))
		}
		switch rapid.IntRange(0, 5).Draw(t, "Δ") {
		case 0:
		case 1:
			c.Delta = mostDelta / mantissa
		default:
			c.Delta = mantissa * math.Exp2(float64(rapid.IntRange(-30, 12).Draw(t, "exponent")))
		}
		c.tag("Δ = 0", c.Delta == 0)
		c.tag("on a kink", onKink(c.Nonlinearity, c.Mu))
		c.tag("Δ ≥ 25", c.Delta >= 25)
		c.tag("|μ| > 40", math.Abs(c.Mu) > 40)
		return c
	})
}

func (c *AveragePoint) tag(name string, here bool) {
	if here {
		c.Tags = append(c.Tags, name)
	}
}

func judgeAverage(s theorems.Subject, c AveragePoint) (f theorems.Finding, err error) {
	if s.Average == nil {
		return f, theorems.Missing("Average")
	}
	if !(c.Delta >= 0) {
		return f, theorems.ErrUndecided // as a hand-written instance may have it
	}
	const roundings = 4 // of μ/√Δ and Δ on their way into a formula
	t := observeLaws(c.Nonlinearity, nil, nil, s.UnitRoundoff)
	in := netInput{mu: c.Mu, delta: c.Delta, muErr: roundings * t.u * math.Abs(c.Mu), deltaErr: roundings * t.u * c.Delta}
	for order := range 3 {
		if c.Delta == 0 && onKink(c.Nonlinearity, c.Mu) && order > 0 {
			_, err := s.Average(c.Nonlinearity, order, c.Mu, c.Delta)
			if err != nil && !errors.Is(err, model.ErrInvalid) {
				return f, err
			}
			f.Demand("Δ = 0 on a kink is an error", err != nil)
			continue
		}
		want, wantErr, err := quadrature.Average(c.Nonlinearity, order, c.Mu, c.Delta)
		if err != nil {
			return f, err
		}
		got, err := s.Average(c.Nonlinearity, order, c.Mu, c.Delta)
		if err != nil {
			return f, err
		}
		f.Expect([]string{"⟨φ⟩", "⟨φ'⟩", "⟨φ''⟩"}[order], math.Abs(got-want), t.averageErr(order, in)+wantErr, t.size(order, in)+t.u)
	}
	return f, nil
}

// twoPoint is a population of the mixture in M4's remark.
type twoPoint struct {
	Points [][]float64 `json:"points" dim:"P,C"` // (m, n) of each, equally likely
}

// twoPointsAreNotGaussian: (m, n) = ±(1, 1) has the moments Σ_mm = Σ_nm = 1; for
// φ = x³ at κ = 1, E[n φ(m)] is 1, and Stein's formula 3.
func twoPointsAreNotGaussian() theorems.Witness {
	c := twoPoint{[][]float64{{1, 1}, {-1, -1}}}
	return theorems.Witness{
		Without: "loadings are Gaussian given the population", Shows: "(m, n) = ±(1, 1), φ = x³, κ = 1: E[n φ(m)] = 1, not 3",
		Case: c,
		Check: theorems.Decide("Stein's formula for two points", rapid.Just(c), func(c twoPoint) error {
			mean, spread, overlap := 0.0, 0.0, 0.0
			for _, p := range c.Points {
				mean += p[1] * p[0] * p[0] * p[0] / float64(len(c.Points))
				spread += p[0] * p[0] / float64(len(c.Points))
				overlap += p[0] * p[1] / float64(len(c.Points))
			}
			if stein := 3 * overlap * spread; mean != stein {
				return theorems.Violatedf("E[n m³] = %v, 3 Σ_nm Σ_mm = %v", mean, stein)
			}
			return nil
		}),
	}
}

// judgeSampledField bets against E[n φ(m·κ + I)] = F + κ, F the subject's, with
// units that the oracle draws.
func judgeSampledField(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.MeanField == nil {
		return f, theorems.Missing("MeanField")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	field, err := s.MeanField(t.mixture, c.Kappa)
	if err != nil {
		return f, err
	}
	const units = 2000 // an error of a sixth of a deviation is found
	tests, err := evidence.NewVector(len(field), evidence.Level/2, func(r int, alpha float64) (*evidence.Test, error) {
		// What rounding moves the mean by counts as a deviation of that size in every sample.
		moved := 16 * t.fieldBound(r) * math.Sqrt(units*evidence.Patience)
		return evidence.NewVariance(field[r]+c.Kappa[r], t.secondMoment(r)+moved*moved+math.SmallestNonzeroFloat64, alpha)
	})
	if err != nil {
		return f, err
	}
	phi := activations[t.phi].value
	drawn := newUnitSampler(theorems.Chance("field, by sampling", c), c.Mixture)
	sample := make([]float64, len(field))
	for range evidence.Rounds(units, tests) {
		unit := drawn.next()
		activity := phi(netInputAt(unit, c.Kappa))
		for r := range sample {
			sample[r] = unit[len(sample)+r] * activity
		}
		if err := tests.Add(sample); err != nil {
			return f, err
		}
	}
	f.Weigh("units drawn have the mean F + κ (e-process)", tests)
	return f, nil
}
