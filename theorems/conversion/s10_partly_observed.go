package conversion

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// PartlyObserved is S10.
func PartlyObserved() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S10", ID: "conversion/partly-observed",
		Statement: "Observing some units O y of a linear network is an LDS of at most 2R latents, with read-out O U and noise O R_v Oᵀ of S6. The best first-order network on the " +
			"observed units alone loses I(O y_{t+1}; O y_{t−1} | O y_t) > 0 nats a step generically, none when N is supported on the observed units.",
		Source: "V (arXiv:2110.09804), part of a network observed; nats +",
		Given:  []string{"N is supported on the observed units, for nothing to be lost"},
		Needed: []theorems.Witness{hiddenUnitRemembers()},
		Why:    "The law as in S6, rows left out. The information as in S2, of the LDS that the subject made.",
		Claims: []theorems.Check{
			theorems.Claim("law of the observed units", generators.PartlyObservedRecurrents(observableNetworks()), judgeObserved).
				Visiting("one unit observed", "all units observed", "N supported on observed units", "P singular", "J = 0"),
			theorems.Claim("nats lost", generators.PartlyObservedRecurrents(regularNetworks()), judgeObservedGap).
				Visiting("one unit observed", "N supported on observed units"),
		},
		Exact: []theorems.Check{
			theorems.Decide("Λ_k of the observed units, latents and nats", generators.PartlyObservedRecurrents(exactNetworks()), decideObserved).
				Visiting("one unit observed", "N supported on observed units"),
		},
		Certificates: []theorems.Certificate{
			identity("joint covariance of O y_1 … O y_4 for the first ⌈N/2⌉ units", recurrentShapes(), func(g generic) []certificate.Equation {
				l, s0 := g.recurrent(), g.b.Symmetric("S₀", g.s.N)
				seen := (g.s.N + 1) / 2
				p, q := g.converted(l, s0), g.observed(l.j, l.p, l.j.Times(s0).Times(l.j.T()).Plus(l.p))
				p.c, p.r = p.c.Slice(0, seen, 0, 2*g.s.R), p.r.Slice(0, seen, 0, seen)
				q.c, q.r = q.c.Slice(0, seen, 0, g.s.N), g.b.Zero(seen, seen)
				return sameLaw(p, q, horizon)
			}),
			minors("one unit observed: Λ_2 − JΛ_1 ≠ 0 generically", someHidden(), func(certificate.Shape) int { return 1 }, func(g generic) certificate.Expr {
				return g.hiddenDefect(1)
			}),
			minors("all units but one observed: Λ_2 − JΛ_1 ≠ 0 generically", someHidden(), func(certificate.Shape) int { return 1 }, func(g generic) certificate.Expr {
				return g.hiddenDefect(g.s.N - 1)
			}),
		},
		Twins: []theorems.Twin{
			observeTwin("the observed block of J", "J_oo and P_oo taken for a network of the observed units", func(v numbers, units []int) theorems.LatentSystem {
				return theorems.LatentSystem{A: block(v.j, units), C: diagonal(ones(len(units))), Q: block(v.p, units), R: orZeros(nil, len(units))}
			}),
			observeTwin("R_v of all observed units as P", "O P Oᵀ for O R_v Oᵀ", func(v numbers, units []int) theorems.LatentSystem {
				l := v.converted(times(v.p, v.n), v.drive())
				return theorems.LatentSystem{A: l.A, C: selectRows(l.C, units), Q: l.Q, R: block(v.p, units)}
			}),
			observeTwin("the first units", "the first units for those that are observed", func(v numbers, units []int) theorems.LatentSystem {
				l := v.converted(times(v.p, v.n), v.drive())
				first := indices(len(v.p)-len(units), len(units))
				return theorems.LatentSystem{A: l.A, C: selectRows(l.C, first), Q: l.Q, R: block(l.R, first)}
			}),
			gapTwin("nothing is lost", "the observed units taken for a network of first order", func(*model.LDS, float64) float64 { return 0 }),
			gapTwin("half the nats", "a factor ½ too many", func(_ *model.LDS, nats float64) float64 { return nats / 2 }),
			{Name: "always something is lost", Mistake: "I > 0 whenever units are hidden", False: []theorems.Check{
				theorems.Decide("I > 0", generators.PartlyObservedRecurrents(exactNetworks()), func(c generators.PartlyObserved) error {
					l, _, err := observedExactly(c)
					if err != nil {
						return err
					}
					if len(c.Indices()) < c.Units() && l.informationRatio().Cmp(big.NewRat(1, 1)) == 0 {
						return theorems.Violatedf("nothing is lost by hiding units")
					}
					return nil
				})}},
		},
		MaxUnknown: 0.2,
	}
}

func observableNetworks() generators.RecurrentOptions {
	return generators.RecurrentOptions{MaxUnits: 4, MaxRank: 2, Initial: generators.Stationary}
}

// regularNetworks have P ≻ 0: where y_{t+1} is certain in some direction, what
// rounding makes of that decides between nothing lost and everything.
func regularNetworks() generators.RecurrentOptions {
	o := observableNetworks()
	o.PositiveP = true
	return o
}

func someHidden() []certificate.Shape {
	return kept(recurrentShapes(), func(s certificate.Shape) bool { return s.N > 1 })
}

// hiddenDefect is Λ_2 − Λ_1Λ_0⁻¹Λ_1 of the first units.
func (g generic) hiddenDefect(seen int) certificate.Expr {
	l, s := g.stationaryRecurrent()
	lag := func(k int) certificate.Expr { return l.j.Pow(k).Times(s).Slice(0, seen, 0, seen) }
	return lag(2).Minus(lag(1).Times(lag(0).Inverse()).Times(lag(1)))
}

// observedLaw is the law of the observed units alone, from the network itself.
func observedLaw(c generators.PartlyObserved) (*gaussian.Process, error) {
	units := c.Indices()
	p, err := gaussian.LDS{A: c.J(), C: selectRows(diagonal(ones(c.Units())), units), Q: c.P(), R: orZeros(nil, len(units))}.Process()
	return p, undecidedIfUnstable(err)
}

func judgeObserved(s theorems.Subject, c generators.PartlyObserved) (f theorems.Finding, err error) {
	got, t, r, law, err := observed(s, c)
	if err != nil {
		return f, err
	}
	if !wellFormed(&f, *got) {
		return f, nil
	}
	f.Demand("at most min(2R, N) latents", len(got.A) <= min(2*t.Rank(), t.Units()))
	e, d := t.observedError(r, *got)
	return f, expectLaw(&f, *got, law, selected(d, c.Indices()), e)
}

// observedError is the conversion's error for a read-out of all units, of which
// a subject that observes some hands out some: the bound is for one that is
// orthonormal in units of the deviations.
func (t *network) observedError(r *recurrent, got theorems.LatentSystem) (rounding, []float64) {
	d := t.deviations()
	read := make([][]float64, t.Units())
	for i := range read {
		read[i] = make([]float64, len(got.A))
		if i < len(got.A) {
			read[i][i] = orOne(d[i])
		}
	}
	return t.conversionError(r, theorems.LatentSystem{A: got.A, C: read}, d), d
}

func selected(d []float64, index []int) []float64 {
	out := make([]float64, len(index))
	for k, i := range index {
		out[k] = d[i]
	}
	return out
}

func observed(s theorems.Subject, c generators.PartlyObserved) (*theorems.LatentSystem, *network, *recurrent, *gaussian.Process, error) {
	if s.ObserveRNN == nil {
		return nil, nil, nil, nil, theorems.Missing("ObserveRNN")
	}
	t, err := observeNetwork(c.Recurrent, s.UnitRoundoff)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	r, err := t.exactly()
	if err != nil {
		return nil, nil, nil, nil, err
	}
	law, err := observedLaw(c)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	got, err := s.ObserveRNN(t.net, c.Indices())
	return got, t, r, law, err
}

func judgeObservedGap(s theorems.Subject, c generators.PartlyObserved) (f theorems.Finding, err error) {
	if s.MarkovGap == nil {
		return f, theorems.Missing("MarkovGap")
	}
	part, t, r, law, err := observed(s, c)
	if err != nil {
		return f, err
	}
	if !wellFormed(&f, *part) {
		return f, nil
	}
	lds, err := asModel(*part, selected(t.deviations(), c.Indices()))
	if err != nil {
		f.Demand("the LDS of the observed units is admissible", false)
		return f, nil
	}
	got, err := s.MarkovGap(lds)
	if err != nil {
		return f, err
	}
	want := law.MarkovGap()
	joint := law.Covariance(3)
	l, _, err := observedExactly(c)
	if err != nil {
		return f, err
	}
	kappa := condition(scaledTo(joint, deviations(joint)), l.joint(3).Rank())
	e, d := t.observedError(r, *part)
	states := dense.NormFro(scaledTo(law.StateCovariance(), d)) // in the coordinates of those errors
	epsilon := (operations(3*t.Units())*t.u + e.r + (e.q+2*e.a*states)*(1+law.Amplification())) * kappa
	if math.IsInf(want, 1) || math.IsInf(got, 1) {
		if epsilon > tooRough {
			f.Abstain("conditional variances within rounding of zero")
			return f, nil
		}
		f.Demand("infinite iff a direction of y_{t+1} is determined by y_{t−1}", math.IsInf(want, 1) == math.IsInf(got, 1))
		return f, nil
	}
	e2 := epsilon * math.Exp(2*want)
	f.Expect("|I(O y_{t+1}; O y_{t−1} | O y_t)|", math.Abs(got-want), float64(t.Units())*(2*math.Sqrt(2*want)+e2)*e2, math.Max(want, tooRough))
	return f, nil
}

// observedExactly is the observed units as an LDS whose latents are all units.
func observedExactly(c generators.PartlyObserved) (*latent, *recurrent, error) {
	r, err := newRecurrent(numbersOfNetwork(c.Recurrent))
	if err != nil {
		return nil, nil, err
	}
	units := c.Indices()
	l := &latent{a: r.j, c: exact.Identity(c.Units()).Columns(units...).T(), q: r.p, r: exact.Zero(len(units), len(units)), v: r.s}
	l.complete()
	return l, r, nil
}

func decideObserved(c generators.PartlyObserved) error {
	l, r, err := observedExactly(c)
	if err != nil {
		return err
	}
	a, read, q, noise, _, err := r.latentForm()
	if err != nil {
		return err
	}
	units := c.Indices()
	part := latent{a: a, c: read.T().Columns(units...).T(), q: q, r: principal(noise, units)}
	if err := part.settle(); err != nil {
		return err
	}
	if a.Rows() > 2*r.j.Rank() {
		return theorems.Violatedf("%d latents for rank %d", a.Rows(), r.j.Rank())
	}
	for k := range 5 {
		if err := equal("Λ_k of the observed units", part.lag(k), l.lag(k)); err != nil {
			return err
		}
	}
	if ratio := l.informationRatio(); c.SendersAreObserved() && ratio.Cmp(big.NewRat(1, 1)) != 0 {
		return theorems.Violatedf("N is 0 on hidden units, and e^(−2I) = %v", ratio.RatString())
	}
	return nil
}

// hiddenUnitRemembers: M = (1, 1), N = (0, ½), P = I, unit 0 observed:
// e^(−2I) = 440/441.
func hiddenUnitRemembers() theorems.Witness {
	c := generators.PartlyObserved{Recurrent: generators.Recurrent{Form: "structured", M: [][]float64{{1}, {1}}, N: [][]float64{{0}, {0.5}}, PDiag: []float64{1, 1}}, Observed: []int{1, 0}}
	return theorems.Witness{Without: "N is supported on the observed units, for nothing to be lost", Shows: "M = (1, 1), N = (0, ½), P = I, unit 0 observed: e^(−2I) = 440/441", Case: c,
		Check: theorems.Decide("nothing is lost", generators.PartlyObservedRecurrents(exactNetworks()), func(c generators.PartlyObserved) error {
			l, _, err := observedExactly(c)
			if err != nil {
				return err
			}
			if ratio := l.informationRatio(); ratio.Cmp(big.NewRat(1, 1)) != 0 {
				return theorems.Violatedf("e^(−2I) = %v", ratio.RatString())
			}
			return nil
		})}
}

// observeTwin observes wrongly.
func observeTwin(name, mistake string, wrong func(v numbers, units []int) theorems.LatentSystem) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		s.ObserveRNN = func(net *model.LinearRNN, units []int) (*theorems.LatentSystem, error) {
			l := wrong(numbersOf(net), units)
			return &l, nil
		}
		return s
	}}
}

func selectRows(m [][]float64, index []int) [][]float64 {
	out := make([][]float64, len(index))
	for k, i := range index {
		out[k] = m[i]
	}
	return out
}

// block returns the rows and columns with the given indices.
func block(m [][]float64, index []int) [][]float64 {
	out := make([][]float64, len(index))
	for a, i := range index {
		for _, j := range index {
			out[a] = append(out[a], m[i][j])
		}
	}
	return out
}
