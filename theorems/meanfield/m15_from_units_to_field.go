package meanfield

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/evidence"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// FromUnitsToField is M15.
func FromUnitsToField() theorems.Theorem {
	return theorems.Theorem{
		Ref: "M15", ID: "meanfield/from-units-to-field",
		Statement: "For every Gaussian mixture, target T, κ and N, E‖F_N(κ) − T‖² = ‖F(κ) − T‖² + E‖F_N(κ) − F(κ)‖², fit and sampling error, each measured apart; " +
			"of all completions of Σ_nn the minimal one, Σ_na Σ_aa⁺ Σ_an, has the least sampling error, with the same F.",
		Source: "+ (bias and variance)",
		Given:  []string{"F is the mean of F_N: sizes drawn, or fixed at α_p N, whole numbers"},
		Needed: []theorems.Witness{roundedSizesAreBiased()},
		Why: "Networks: ‖F_N − T‖² ≥ 0 has the mean ‖F − T‖² + FieldVariance/N, F and the variance the subject's, and a second moment of at most (‖F − T‖ + (E‖F_N − F‖⁴)^¼)⁴; e-process, false alarm 10⁻²² an instance, where deviations are 2·10⁵ times what rounding moves the mean by. " +
			"Where no multiple of the shares gives whole numbers of units, labels are drawn. Completions: both variances are off by the bound of M3, and both fields by that of M2; Σ_nn of the completion by that of M14, rounding over the smallest eigenvalue of the correlations of (m, I).",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("completions", rapid.Map(generators.MixturePoints(generators.MixtureOptions{Nonlinearity: everyPhi, Moderate: true, MaxPopulations: 3}), untargeted), judgeCompletion),
				byLeast, func(c Targeted) error { return decideLeast((*rationalLaw).completed)(c.MixturePoint) }).
				Visiting("P = 1", "R = 1", "R = 3", "Σ singular", "Σ = 0", "I = 0", "κ = 0"),
			theorems.Deciding(theorems.Claim("sampled networks against a target", targetedMixtures(), judgeTarget), byTarget, decideTarget(1)).OneRoundIn(12),
		},
		Exact: []theorems.Check{
			theorems.Decide("every network of two or three units", finiteEnsembles(), decideDecomposition).Visiting("N = 3", "R = 2", "P = 2"),
		},
		Certificates: []theorems.Certificate{decompositionCertificate()},
		Twins: []theorems.Twin{
			varianceTwin("variance over N twice", "tr Cov/N² for N = 64", func(s theorems.Subject, m *model.Mixture, kappa []float64, fixed bool) (float64, error) {
				v, err := s.FieldVariance(m, kappa, fixed)
				return v / 64, err
			}),
			{Name: "another fit", Mistake: "the fit error taken against the field without its leak", Break: func(s theorems.Subject) theorems.Subject {
				right := s.MeanField
				s.MeanField = func(m *model.Mixture, kappa []float64) ([]float64, error) {
					f, err := right(m, kappa)
					for r := range f {
						f[r] += kappa[r] + 1
					}
					return f, err
				}
				return s
			}},
			reducedTwin("1/N never", "F_N = −κ + Σ n φ", func(f, kappa []float64, units int) {
				for r := range f {
					f[r] = (f[r]+kappa[r])*float64(units) - kappa[r]
				}
			}),
			completionTwin("inflated", "Σ_nn + 1, until it is surely definite", func(cov [][]float64) {
				for r := range len(cov) / 2 {
					cov[len(cov)/2+r][len(cov)/2+r]++
				}
			}),
			completionTwin("overlaps lost", "Σ_nm of the completion halved", func(cov [][]float64) {
				rank := len(cov) / 2
				for r := range rank {
					for q := range rank {
						cov[rank+r][q] /= 2
						cov[q][rank+r] /= 2
					}
				}
			}),
			{Name: "errors add up", Mistake: "E‖F_N − T‖ = ‖F − T‖ + sampling: no square", False: []theorems.Check{
				theorems.Decide("E‖F_N − T‖² = (‖F − T‖ + √variance)²", finiteEnsembles(), func(c FiniteEnsemble) error {
					e, err := c.counted()
					if err != nil {
						return err
					}
					fit, sampling, total := e.errors(false)
					// x = a + b + 2√(ab) iff (x − a − b)² = 4ab.
					total.Sub(total, fit).Sub(total, sampling)
					fourfold := new(big.Rat).Mul(fit, sampling)
					if total.Mul(total, total).Cmp(fourfold.Mul(fourfold, big.NewRat(4, 1))) != 0 {
						return theorems.Violatedf("cross term² %v, not %v", total.RatString(), fourfold.RatString())
					}
					return nil
				})}},
			{Name: "variance by N²", Mistake: "sampling error tr Cov/N²", FalseIdentity: falseDecomposition()},
		},
		MaxUnknown: 0.1,
	}
}

// Targeted is a mixture, κ and how far the value T of a target field is from F
// there, in deviations of F_N: so that fit and sampling error are comparable.
type Targeted struct {
	generators.MixturePoint
	Target []float64 `json:"target" dim:"R"`
}

func untargeted(c generators.MixturePoint) Targeted {
	return Targeted{c, make([]float64, len(c.Kappa))}
}

// targetedMixtures has T at F one time in two.
func targetedMixtures() *rapid.Generator[Targeted] {
	return rapid.Custom(func(t *rapid.T) Targeted {
		c := untargeted(tame(sampledMixtures()).Draw(t, "mixture"))
		if rapid.Bool().Draw(t, "off F") {
			for r := range c.Target {
				c.Target[r] = float64(rapid.IntRange(-8, 8).Draw(t, "target")) / 2
			}
		}
		return c
	})
}

// judgeTarget bets on ‖F_N − T‖² with the subject's own fit and sampling error.
func judgeTarget(s theorems.Subject, c Targeted) (f theorems.Finding, err error) {
	if s.SampleMixture == nil || s.ReducedField == nil || s.MeanField == nil || s.FieldVariance == nil {
		return f, theorems.Missing("SampleMixture, ReducedField, MeanField, FieldVariance")
	}
	t, err := observe(c.MixturePoint, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	want := t.fluctuations()
	rng := theorems.Chance("sampled networks against a target", c)
	units, whole := unitsFor(c.Mixture, []float64{8, 64}[rng.IntN(2)])
	options := model.MixtureSampling{Units: units}
	fixed := rng.IntN(2) == 0 && whole // where α_p N is no size, F is not the mean of F_N
	if fixed {
		options.Sizes = model.ExactSizes
	}
	field, err := s.MeanField(t.mixture, c.Kappa)
	if err != nil {
		return f, err
	}
	variance, err := s.FieldVariance(t.mixture, c.Kappa, fixed)
	if err != nil {
		return f, err
	}
	deviation := math.Sqrt(want.trace(fixed) / float64(units))
	fit, rounding, target := 0.0, 0.0, make([]float64, len(field))
	for r, x := range field {
		target[r] = want.mean[r] - c.Kappa[r] + c.Target[r]*deviation
		fit += (x - target[r]) * (x - target[r])
		rounding += t.fieldBound(r)
	}
	// The mean that is bet on is off by the rounding of F, F_N and the variance: by a
	// share of it of 1/(64·mostDrawn), or of a deviation, that makes E larger by e^(1/16) at most.
	off, _ := t.varianceBound(fixed)
	if !(deviation > 64*mostDrawn*rounding) || !(want.trace(fixed) > 64*mostDrawn*(want.err+off)) {
		return f, nil // nothing but rounding to bet on
	}
	sampling := variance / float64(units)
	mean := fit + sampling
	spread := math.Pow(evidence.SecondMoment(units, want.trace(fixed), want.fourth(fixed)), 0.25) / math.Sqrt(float64(units))
	second := math.Pow(math.Sqrt(fit)+spread, 4) * (1 + 0x1p-10)
	f.Demand("fit and sampling error are numbers", mean > 0 && !math.IsInf(mean, 0))
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	bet, err := evidence.NewMeanSquare(mean, max(second, mean*mean*(1+0x1p-10)), evidence.Level/2)
	if err != nil {
		return f, err
	}
	for range evidence.Rounds(networksDrawn, bet) {
		net, err := s.SampleMixture(t.mixture, options, rng.Uint64())
		if err != nil {
			return f, err
		}
		at, err := s.ReducedField(net.ReducedNetwork, c.Kappa, 1)
		if err != nil {
			return f, err
		}
		x := 0.0
		for r := range at {
			x += (at[r] - target[r]) * (at[r] - target[r])
		}
		if err := bet.Add(x); err != nil {
			return f, err
		}
	}
	f.Weigh("E‖F_N − T‖² = ‖F − T‖² + variance/N (e-process)", bet)
	return f, nil
}

// judgeCompletion claims that the mixture of minimal completions has the same F
// and no more variance, whichever way sizes are drawn.
func judgeCompletion(s theorems.Subject, c Targeted) (f theorems.Finding, err error) {
	if s.Complete == nil || s.MeanField == nil || s.FieldVariance == nil {
		return f, theorems.Missing("Complete, MeanField, FieldVariance")
	}
	t, err := observe(c.MixturePoint, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	spread, rounding := 0.0, 0.0
	for p, in := range t.at {
		b, err := blocksOf(c.Mixture, p)
		if err != nil {
			return f, err
		}
		relative, err := completionError(b, s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		rounding = max(rounding, relative)
		for r := range c.Kappa { // Σ_nn of the completion is no more than that given
			spread += in.weight * relative * in.varN[r] * t.squareSize(0, in, in.delta)
		}
	}
	populations := make([]model.Population, t.mixture.Populations())
	for p := range populations {
		rows, err := s.Complete(t.mixture.Moments(p))
		if err != nil {
			return f, err
		}
		f.Demand("the completion is (2R+1)×(2R+1)", isSquare(rows, 2*len(c.Kappa)+1))
		if f.Verdict == theorems.Fails {
			return f, nil
		}
		given := t.mixture.Population(p)
		populations[p] = model.Population{Weight: given.Weight, Mean: given.Mean, Cov: covarianceOf(rows, rounding)}
	}
	minimal, err := model.NewMixture(t.mixture.Nonlinearity(), populations)
	if err != nil {
		return f, err
	}
	before, err := s.MeanField(t.mixture, c.Kappa)
	if err != nil {
		return f, err
	}
	after, err := s.MeanField(minimal, c.Kappa)
	if err != nil {
		return f, err
	}
	for r := range before {
		f.Expect("F of the completion", math.Abs(after[r]-before[r]), 2*t.fieldBound(r), t.fieldScale(r)+t.u)
	}
	for _, fixed := range []bool{false, true} {
		given, err := s.FieldVariance(t.mixture, c.Kappa, fixed)
		if err != nil {
			return f, err
		}
		least, err := s.FieldVariance(minimal, c.Kappa, fixed)
		if err != nil {
			return f, err
		}
		bound, scale := t.varianceBound(fixed)
		f.Expect("variance of the completion ≤ that of any other", max(0, least-given), 2*bound+spread, scale+t.u)
	}
	return f, nil
}

func completionTwin(name, mistake string, wrong func(cov [][]float64)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.Complete
		s.Complete = func(m model.Moments) ([][]float64, error) {
			cov, err := right(m)
			if err == nil {
				wrong(cov)
			}
			return cov, err
		}
		return s
	}}
}

// errors are ‖F − T‖², tr Cov/N and E‖F_N − T‖² of an ensemble; T is of F + κ.
func (e *counted) errors(fixed bool) (fit, sampling, total *big.Rat) {
	target := make([]*big.Rat, len(e.Target))
	for r := range target {
		target[r] = theorems.Rational(e.Target[r])
	}
	fit = distance2(e.mean, target)
	sampling = new(big.Rat).Mul(e.trace(fixed), big.NewRat(1, int64(e.Units)))
	return fit, sampling, e.average(fixed, func(mean []*big.Rat) *big.Rat { return distance2(mean, target) })
}

func decideDecomposition(c FiniteEnsemble) error {
	e, err := c.counted()
	if err != nil {
		return err
	}
	for _, fixed := range []bool{false, true} {
		fit, sampling, total := e.errors(fixed)
		if sum := new(big.Rat).Add(fit, sampling); sum.Cmp(total) != 0 {
			return theorems.Violatedf("E‖F_N − T‖² = %v, fit and sampling errors add up to %v (sizes fixed: %v)", total.RatString(), sum.RatString(), fixed)
		}
	}
	return nil
}

// roundedSizesAreBiased: with weights (½, ½) and N = 1, sizes fixed at (1, 0) make
// F_N another field's: the mean of F_N is not F.
func roundedSizesAreBiased() theorems.Witness {
	c := FiniteEnsemble{Units: 2, Shares: []float64{1, 1}, M: [][][]float64{{{1}}, {{1}}}, N: [][][]float64{{{1}}, {{-1}}}, Kappa: []float64{1}, Target: []float64{1}}
	return theorems.Witness{
		Without: "F is the mean of F_N: sizes drawn, or fixed at α_p N, whole numbers", Shows: "weights (½, ½), n = ±1, two units of the first population: F_N + κ = 1 = T, fit error 1",
		Case: c,
		Check: theorems.Decide("all units of the first population", rapid.Just(c), func(c FiniteEnsemble) error {
			e, err := c.counted()
			if err != nil {
				return err
			}
			fit, _, _ := e.errors(true)
			target := theorems.Rational(e.Target[0])
			got := distance2(e.means[0], []*big.Rat{target}) // no spread within the population
			if got.Cmp(fit) != 0 {
				return theorems.Violatedf("E‖F_N − T‖² = %v, ‖F − T‖² = %v and no sampling error", got.RatString(), fit.RatString())
			}
			return nil
		}),
	}
}

// decomposition: K equally likely contributions n φ (R×K, generic), two units:
// K² Σ_ij ‖(x_i + x_j)/2 − T‖² against the sum of both errors, 4K⁴ times each.
func decomposition(perUnit int64) certificate.Identity {
	return certificate.Identity{
		Name: "E‖F_N − T‖² = ‖F − T‖² + tr Cov/N, N = 2, any K contributions",
		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
			x, target := b.Matrix("X", s.R, s.K), b.Matrix("T", s.R, 1)
			k := int64(s.K)
			square := func(e certificate.Expr) certificate.Expr { return e.T().Times(e) }
			times := func(n int64, e certificate.Expr) certificate.Expr { return e.Scaled(b.Integer(n)) }
			total, sum := b.Zero(1, 1), b.Zero(s.R, 1)
			for i := range s.K {
				sum = sum.Plus(x.Column(i))
				for j := range s.K {
					total = total.Plus(square(x.Column(i).Plus(x.Column(j)).Minus(times(2, target)))) // 4K² E‖F_N − T‖²
				}
			}
			spread := b.Zero(1, 1) // K³ tr Cov
			for i := range s.K {
				spread = spread.Plus(square(times(k, x.Column(i)).Minus(sum)))
			}
			fit := times(4, square(sum.Minus(times(k, target)))) // 4K² ‖F − T‖²
			return []certificate.Equation{times(k, total).Equals(times(k, fit).Plus(times(4/perUnit, spread)))}
		},
	}
}

func decompositionShapes() []certificate.Shape {
	return []certificate.Shape{{R: 1, K: 2}, {R: 2, K: 3}, {R: 3, K: 4}}
}

func decompositionCertificate() theorems.Certificate {
	return theorems.Certificate{Shapes: decompositionShapes(), Identity: decomposition(2)}
}

func falseDecomposition() *theorems.Certificate {
	id := decomposition(4)
	id.Name = "E‖F_N − T‖² = ‖F − T‖² + tr Cov/N²"
	return &theorems.Certificate{Shapes: decompositionShapes(), Identity: id}
}
