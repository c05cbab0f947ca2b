package conversion

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// NotMarkov is S2.
func NotMarkov() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S2", ID: "conversion/not-markov",
		Statement: "A stationary LDS is Markov iff Λ_{k+1} = J Λ_k for k = 1 … rank A, J = Λ_1Λ_0⁺. Λ_2 − JΛ_1 = C A Σ V⁺ A V Cᵀ, Σ the posterior covariance of x_t given y_t; " +
			"its size in nats is I(y_{t+1}; y_{t−1} | y_t). For R_v ≻ 0 and det A ≠ 0 it is Markov iff C V = 0: a random LDS is not.",
		Source: "V (arXiv:2110.09804), from LDS to RNN; Cayley–Hamilton, singular cases and the last sentence +",
		Given:  []string{"all lags k = 1 … rank A are looked at", "det A ≠ 0, for Markov iff C V = 0"},
		Needed: []theorems.Witness{lagOneIsNotEnough(), singularDynamicsAreMarkov()},
		Why: "Λ_{k+1} − JΛ_k has the errors of the match (S1) times ‖A^k‖. The information is −½ ln det(I − X), X quadratic in the scaled defect: an error ε in that moves " +
			"√(2I) by ε, and conditioning multiplies it by the condition of the correlations of (y_1, y_2, y_3). " +
			"A doubt is none where a defect, exact, is above √u and 64 times the rounding of a match.",
		Claims: []theorems.Check{
			aboutSystems("Markov or not", stationarySystems(), judgeMarkovOrLater).Visiting("R_v = 0", "R_v singular", "Q singular", "K > N", "A = 0", "A nilpotent", "unobservable latent"),
			aboutSystems("nats", stationarySystems(), judgeMarkovGap).Visiting("R_v = 0", "R_v singular", "Q singular", "K > N", "A nilpotent", "spectral radius 1−2⁻²⁷"),
		},
		Exact: []theorems.Check{
			onSystems("C A Σ V⁺ A V Cᵀ, and all lags from the first rank A", exactSystems(), decideNotMarkov).Visiting("R_v = 0", "R_v singular", "Q singular", "K > N"),
			onSystems("Markov iff C V = 0", positiveSystems(), decideMarkovIffBlind).AsDrawn(),
		},
		Certificates: []theorems.Certificate{
			identity("Λ_2 − JΛ_1 = C A Σ V⁻¹ A V Cᵀ", latentShapes(), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				_, _, sigma, j, _ := p.matched()
				return []certificate.Equation{p.lag(2).Minus(j.Times(p.lag(1))).
					Equals(p.c.Times(p.a).Times(sigma).Times(p.x.Inverse()).Times(p.a).Times(p.x).Times(p.c.T()))}
			}),
			identity("non-stationary: Cov(y_3, y_1) − J_2 Cov(y_2, y_1) = C A Σ_2 V_2⁻¹ A V_1 Cᵀ", latentShapes(), func(g generic) []certificate.Equation {
				p := g.startedLDS()
				second := p.next()
				_, _, sigma, j, _ := second.matched()
				return []certificate.Equation{p.lag(2).Minus(j.Times(p.lag(1))).
					Equals(p.c.Times(p.a).Times(sigma).Times(second.x.Inverse()).Times(p.a).Times(p.x).Times(p.c.T()))}
			}),
			identity("Σ = (V⁻¹ + CᵀR_v⁻¹C)⁻¹", latentShapes(), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				_, _, sigma, _, _ := p.matched()
				return []certificate.Equation{sigma.Equals(p.x.Inverse().Plus(p.c.T().Times(p.r.Inverse()).Times(p.c)).Inverse())}
			}),
			minors("Λ_2 − JΛ_1 of rank min(N, K): a generic LDS is not Markov", latentShapes(), func(s certificate.Shape) int { return min(s.N, s.K) }, func(g generic) certificate.Expr {
				p := g.stationaryLDS()
				_, _, _, j, _ := p.matched()
				return p.lag(2).Minus(j.Times(p.lag(1)))
			}),
		},
		Twins: []theorems.Twin{
			fromSystem("lag two alone", "Markov as soon as Λ_2 = JΛ_1 to three digits", func(l *model.LDS, m *theorems.FirstOrderMatch) { m.Markov = model.Markov }),
			fromSystem("never Markov", "an LDS taken to be Markov under no circumstances", func(l *model.LDS, m *theorems.FirstOrderMatch) { m.Markov = model.NotMarkov }),
			gapTwin("half the nats", "a factor ½ too many", func(_ *model.LDS, nats float64) float64 { return nats / 2 }),
			gapTwin("bits", "log₂ for ln", func(_ *model.LDS, nats float64) float64 { return nats / math.Ln2 }),
			gapTwin("finite where it is infinite", "pseudo-determinants in the place of determinants", func(l *model.LDS, nats float64) float64 {
				if math.IsInf(nats, 1) {
					return 1
				}
				return 1.01 * nats
			}),
			falseTwin("Markov in general", "Λ_2 = JΛ_1 for every LDS (F7)", identity("Λ_2 = JΛ_1", latentShapes()[:4], func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				_, _, _, j, _ := p.matched()
				return []certificate.Equation{p.lag(2).Equals(j.Times(p.lag(1)))}
			})),
			{Name: "noise-free is Markov", Mistake: "R_v = 0 taken to be enough, K > N or not (F17)", False: []theorems.Check{
				onSystems("R_v = 0 is Markov", manyLatents(), func(l *latent) error {
					if yes, lag := l.markov(); !yes {
						return theorems.Violatedf("Λ_%d ≠ JΛ_%d", lag+1, lag)
					}
					return nil
				})}},
		},
		MaxUnknown: 0.15,
	}
}

func positiveSystems() generators.SystemOptions {
	o := exactSystems()
	o.PositiveR, o.RegularA = true, true
	return o
}

// manyLatents are noise-free with more latents than units.
func manyLatents() generators.SystemOptions {
	o := exactSystems()
	o.NoiseFree, o.MoreLatents, o.PositiveQ = true, true, true
	return o
}

func judgeMarkov(f *theorems.Finding, t *system, s theorems.Subject) error {
	got, l, err := t.match(s)
	if err != nil {
		return err
	}
	t.expectVerdict(f, l, got.Markov)
	return nil
}

// judgeMarkovOrLater asks also, where one unit was drawn, for the verdict on
// y_t = w_t + c w_{t−3}: there Λ_1 = Λ_2 = 0, and it is Λ_3 that shows it.
func judgeMarkovOrLater(f *theorems.Finding, t *system, s theorems.Subject) error {
	if err := judgeMarkov(f, t, s); err != nil || t.Units() > 1 || f.Verdict == theorems.Fails {
		return err
	}
	c := 0.5
	for _, x := range t.C[0] {
		if math.Abs(x) > math.Abs(c) && math.Abs(x) <= 4 {
			c = x
		}
	}
	zeros := []float64{0, 0, 0, 0}
	chain := generators.System{Form: "structured", A: [][]float64{zeros, {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}, C: [][]float64{{1, 0, 0, c}},
		QDiag: []float64{1, 0, 0, 0}, RDiag: []float64{0}}
	lds, err := chain.LDS()
	if err != nil {
		return err
	}
	got, err := s.RNNFromLDS(lds)
	if err == nil {
		f.Demand("w_t + c w_{t−3} is not Markov", got.Markov == model.NotMarkov)
	}
	return err
}

// expectVerdict compares a verdict with that of exact arithmetic. Undecided is
// for defects that rounding may hide or feign: nothing is claimed there, but that
// one which half of the digits show is no such defect. What cancels in y_t, and
// in y_{t+1}, an honest bound may each count in full.
func (t *system) expectVerdict(f *theorems.Finding, l *latent, got model.MarkovVerdict) {
	yes, _ := l.markov()
	c := t.conditioning(l)
	rounding, _ := c.matchError()
	worst := 0.0
	for k := 1; k <= l.a.Rank(); k++ {
		worst = math.Max(worst, largest(scaledTo(l.defect(k).Float64(), c.deviation)))
	}
	switch {
	case got == model.MarkovUndecided && worst > max(math.Sqrt(t.u), 64*rounding, rounding*rounding/t.u):
		f.Demand("a defect that half of the digits show is decided", false)
	case got == model.MarkovUndecided: // MaxUnknown bounds how often
		f.Abstain("undecided by the subject")
	case yes:
		f.Demand("Markov", got == model.Markov)
	case worst <= rounding:
		f.Abstain("a defect below the rounding of Λ_{k+1} − JΛ_k")
	default:
		f.Demand("not Markov", got == model.NotMarkov)
	}
}

func judgeMarkovGap(f *theorems.Finding, t *system, s theorems.Subject) error {
	if s.MarkovGap == nil {
		return theorems.Missing("MarkovGap")
	}
	got, err := s.MarkovGap(t.lds)
	if err != nil {
		return err
	}
	l, err := newLatent(t.LatentSystem)
	if err != nil {
		return err
	}
	t.expectGap(f, l, got, t.law.MarkovGap())
	return nil
}

// expectGap claims I(y_3; y_1 | y_2).
func (t *system) expectGap(f *theorems.Finding, l *latent, got, want float64) {
	epsilon, kappa := t.gapError(l)
	if math.IsInf(want, 1) || math.IsInf(got, 1) {
		if epsilon*kappa > tooRough {
			f.Abstain("conditional variances within rounding of zero")
			return
		}
		f.Demand("infinite iff a direction of y_{t+1} is determined by y_{t−1}", math.IsInf(want, 1) == math.IsInf(got, 1))
		return
	}
	e := epsilon * math.Exp(2*want)
	f.Expect("|I(y_{t+1}; y_{t−1} | y_t)|", math.Abs(got-want), float64(t.Units())*(2*math.Sqrt(2*want)+e)*e, 1+want)
}

// gapError bounds the error of a scaled conditional cross-covariance, and the
// condition of the correlations of (y_1, y_2, y_3) on their range.
func (t *system) gapError(l *latent) (epsilon, kappa float64) {
	joint := t.law.Covariance(3)
	kappa = condition(scaledTo(joint, deviations(joint)), l.joint(3).Rank())
	c := t.conditioning(l)
	return (operations(3*t.Units())*t.u + c.lambda) * kappa, kappa
}

// joint returns the covariance of (y_1 … y_steps).
func (l *latent) joint(steps int) *exact.Matrix {
	blocks := make([]*exact.Matrix, steps)
	for i := range blocks {
		row := make([]*exact.Matrix, steps)
		for j := range row {
			if i >= j {
				row[j] = l.lag(i - j)
			} else {
				row[j] = l.lag(j - i).T()
			}
		}
		blocks[i] = exact.HStack(row...)
	}
	return exact.VStack(blocks...)
}

func decideNotMarkov(l *latent) error {
	if err := equal("Λ_2 − JΛ_1 = C A Σ V⁺ A V Cᵀ", l.defect(1),
		l.c.Mul(l.a).Mul(l.posterior).Mul(l.v.GeneralizedInverse()).Mul(l.a).Mul(l.v).Mul(l.c.T())); err != nil {
		return err
	}
	yes, _ := l.markov()
	for k := l.a.Rank() + 1; yes && k <= l.a.Rows()+2; k++ {
		if !l.defect(k).IsZero() {
			return theorems.Violatedf("Λ_{k+1} = JΛ_k for k ≤ rank A = %d, but not for k = %d", l.a.Rank(), k)
		}
	}
	return nil
}

func decideMarkovIffBlind(l *latent) error {
	if l.a.Rank() < l.a.Rows() {
		return theorems.ErrUndecided
	}
	if yes, _ := l.markov(); yes != l.c.Mul(l.v).IsZero() {
		return theorems.Violatedf("Markov is %v, C V = %v", yes, l.c.Mul(l.v))
	}
	return nil
}

// lagOneIsNotEnough: A = diag(½, −½), C = [1 1], Q = [[9, −5/2], [−5/2, 3/4]],
// R_v = 40/9 in units of which y is three times as large.
func lagOneIsNotEnough() theorems.Witness {
	c := generators.System{Form: "structured", A: [][]float64{{0.5, 0}, {0, -0.5}}, C: [][]float64{{3, 3}},
		QDiag:   []float64{9 - 2.9375*2.9375 - 0.25, 0.75 - 0.8125*0.8125 - 0.2265625*0.2265625},
		QFactor: [][]float64{{2.9375, 0.5}, {-0.8125, -0.2265625}}, RDiag: []float64{40}}
	return theorems.Witness{Without: "all lags k = 1 … rank A are looked at", Shows: "A = diag(½, −½), C = [3 3], R_v = 40: Λ_2 = JΛ_1, Λ_3 − JΛ_2 = 45/11", Case: c,
		Check: onSystems("Λ_2 = JΛ_1 makes it Markov", exactSystems(), func(l *latent) error {
			if yes, lag := l.markov(); l.defect(1).IsZero() && !yes {
				return theorems.Violatedf("Λ_2 = JΛ_1, and Λ_%d − JΛ_%d = %v", lag+1, lag, l.defect(lag))
			}
			return nil
		})}
}

// singularDynamicsAreMarkov: A = 0 makes any observation white.
func singularDynamicsAreMarkov() theorems.Witness {
	c := generators.System{Form: "structured", A: [][]float64{{0}}, C: [][]float64{{1}}, QDiag: []float64{1}, RDiag: []float64{1}}
	return theorems.Witness{Without: "det A ≠ 0, for Markov iff C V = 0", Shows: "A = 0: white, hence Markov, and C V = 1", Case: c,
		Check: onSystems("R_v ≻ 0: Markov iff C V = 0", positiveSystems(), func(l *latent) error {
			if yes, _ := l.markov(); yes != l.c.Mul(l.v).IsZero() {
				return theorems.Violatedf("Markov is %v, C V = %v", yes, l.c.Mul(l.v))
			}
			return nil
		})}
}

// gapTwin changes the nats that the first-order match loses.
func gapTwin(name, mistake string, wrong func(l *model.LDS, nats float64) float64) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.MarkovGap
		s.MarkovGap = func(l *model.LDS) (float64, error) {
			nats, err := right(l)
			return wrong(l, nats), err
		}
		return s
	}}
}
