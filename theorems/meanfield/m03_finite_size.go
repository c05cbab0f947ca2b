package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/evidence"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// FiniteSize is M3.
func FiniteSize() theorems.Theorem {
	return theorems.Theorem{
		Ref: "M3", ID: "meanfield/finite-size",
		Statement: "For every Gaussian mixture, κ and N, N·E‖F_N(κ) − F(κ)‖² = tr Cov(n φ(m·κ + I)) over the whole mixture where labels are drawn, " +
			"Σ_p α_p tr Cov_p(n φ) where sizes are fixed at α_p N, whole numbers.",
		Source: "+ (fluctuations of B's mean field)",
		Given:  []string{"units are independent given the sizes", "fixed sizes are α_p N"},
		Needed: []theorems.Witness{matchedMomentsFluctuateLess()},
		Why: "FieldVariance: E φ², E(φ²)', E(φ²)'' to 2¹³u of their size at rounded μ, Δ, c, by Leibniz's rule or Stein's lemma, and means as in M2, squared. " +
			"Sampled networks: N‖F_N − F‖² ≥ 0 has that mean and a second moment of at most E‖Z‖⁴/N + 3(tr)²; e-process, false alarm 10⁻²² an instance. " +
			"Betting needs a trace of 2·10⁵ times the error of its own; sizes are fixed where a small multiple of the shares is whole numbers. A factor of 2 is in doubt after 90 to 280 networks and refuted after 290 to 710, one of 4 in doubt within the 200 of a claim; 2 % of a coefficient is found by quadrature at once, and by sampling after 0.8 to 1.8·10⁶ units (TestPower). " +
			"Means of loadings over the k units of a population are N(a, σ²/k): any nearer than a share of 5·10⁻¹⁰ deviations, or beyond 7.5, has probability below 10⁻⁸; their squares add up to a χ², within limits of Laurent and Massart at 10⁻⁸: 20 % of a variance is found in 4096 units, 2 % in 4·10⁵ (TestPower). Where either is so more networks are drawn, until 10⁻²² bears out (three of three, or of few more) or sixteen do not.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("variance, n given x", tame(generators.MixtureOptions{Nonlinearity: everyPhi}), judgeVariance), byVariances, decideFluctuation(2)).
				Visiting("R = 3", "P = 1", "R = 1", "Σ = 0", "Σ singular", "I = 0", "unequal weights", "kinked φ", "κ = 0", "large κ"),
			theorems.Deciding(theorems.Claim("variance, by two-dimensional quadrature", tame(generators.MixtureOptions{Nonlinearity: everyPhi, MaxPopulations: 2, MaxRank: 2}), judgePlaneVariance), byVariances, decideFluctuation(2)).OneRoundIn(16),
			theorems.Deciding(theorems.Claim("variance of sampled networks, labels drawn", tame(sampledMixtures()), judgeDrawnNetworks), byVariances, decideFluctuation(2)).OneRoundIn(20),
			theorems.Deciding(theorems.Claim("variance of sampled networks, sizes fixed", tame(sampledMixtures()), judgeFixedNetworks), byVariances, decideFluctuation(2)).OneRoundIn(20),
			theorems.Claim("loadings of sampled networks", tame(sampledMixtures()), judgeLoadings).OneRoundIn(12).NotExactly(bySamples),
		},
		Exact: []theorems.Check{
			theorems.Decide("every network of two or three units", finiteEnsembles(), decideFiniteSize).Visiting("N = 3", "R = 2", "P = 2"),
		},
		Certificates: []theorems.Certificate{secondMomentCertificate()},
		Twins: []theorems.Twin{
			{Name: "slope once", Mistake: "a_n·c ⟨(φ²)'⟩ in E‖n φ‖², for 2a_n·c ⟨(φ²)'⟩", FalseIdentity: falseSecondMoment()},
			varianceTwin("labels and sizes exchanged", "Σ_p α_p tr Cov_p where labels are drawn", func(s theorems.Subject, m *model.Mixture, kappa []float64, fixed bool) (float64, error) {
				return s.FieldVariance(m, kappa, !fixed)
			}),
			varianceTwin("Σ_nn left out", "the variance at Σ_nn = 0", func(s theorems.Subject, m *model.Mixture, kappa []float64, fixed bool) (float64, error) {
				v, err := s.FieldVariance(m, kappa, fixed)
				return v - spreadOfN(m, kappa, 1), err
			}),
			varianceTwin("two per cent of Σ_nn", "Σ_nn 2 % too large", func(s theorems.Subject, m *model.Mixture, kappa []float64, fixed bool) (float64, error) {
				v, err := s.FieldVariance(m, kappa, fixed)
				return v + spreadOfN(m, kappa, 0.02), err
			}),
			varianceTwin("mean not subtracted", "E‖n φ‖² for tr Cov(n φ)", func(s theorems.Subject, m *model.Mixture, kappa []float64, fixed bool) (float64, error) {
				v, err := s.FieldVariance(m, kappa, false)
				if err != nil {
					return v, err
				}
				f, err := s.MeanField(m, kappa)
				for r := range f {
					v += (f[r] + kappa[r]) * (f[r] + kappa[r])
				}
				return v, err
			}),
			varianceTwin("deviation for variance", "√(tr Cov)", func(s theorems.Subject, m *model.Mixture, kappa []float64, fixed bool) (float64, error) {
				v, err := s.FieldVariance(m, kappa, fixed)
				return math.Sqrt(v), err
			}),
			sampleTwin("moments matched", "MatchMoments passed off as sampling", func(m *model.Mixture, o *model.MixtureSampling) { o.MatchMoments = true }),
			sampleTwin("equal sizes", "N/P units of each population whatever its weight", func(m *model.Mixture, o *model.MixtureSampling) {
				o.Given = make([]int, m.Populations())
				for i := range o.Units {
					o.Given[i%len(o.Given)]++
				}
			}),
			{Name: "deviations halved", Mistake: "loadings of half their spread around their means", Break: func(s theorems.Subject) theorems.Subject {
				right := s.SampleMixture
				s.SampleMixture = func(m *model.Mixture, o model.MixtureSampling, seed uint64) (*model.SampledNetwork, error) {
					populations := make([]model.Population, m.Populations())
					for p := range populations {
						populations[p] = m.Population(p)
						cov := mat.NewSymDense(len(populations[p].Mean), nil)
						cov.ScaleSym(0.25, populations[p].Cov)
						populations[p].Cov = cov
					}
					narrow, err := model.NewMixture(m.Nonlinearity(), populations)
					if err != nil {
						return nil, err
					}
					return right(narrow, o, seed)
				}
				return s
			}},
			reducedTwin("1/N twice", "F_N = −κ + N⁻²Σ n φ", func(f []float64, kappa []float64, units int) {
				for r := range f {
					f[r] = (f[r]+kappa[r])/float64(units) - kappa[r]
				}
			}),
			reducedTwin("1/N never", "F_N = −κ + Σ n φ", func(f []float64, kappa []float64, units int) {
				for r := range f {
					f[r] = (f[r]+kappa[r])*float64(units) - kappa[r]
				}
			}),
			reducedTwin("1/√N", "F_N = −κ + N^-½ Σ n φ", func(f []float64, kappa []float64, units int) {
				for r := range f {
					f[r] = (f[r]+kappa[r])*math.Sqrt(float64(units)) - kappa[r]
				}
			}),
		},
		MaxUnknown: 0.1,
	}
}

func sampledMixtures() generators.MixtureOptions {
	return generators.MixtureOptions{Nonlinearity: everyPhi, MaxPopulations: 3, MaxRank: 2, Moderate: true}
}

func varianceTwin(name, mistake string, wrong func(s theorems.Subject, m *model.Mixture, kappa []float64, fixed bool) (float64, error)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s
		s.FieldVariance = func(m *model.Mixture, kappa []float64, fixed bool) (float64, error) {
			return wrong(right, m, kappa, fixed)
		}
		return s
	}}
}

// spreadOfN is what the factor times Σ_nn adds to the variance, Σ_p α_p tr Σ_nn ⟨φ²⟩.
func spreadOfN(m *model.Mixture, kappa []float64, factor float64) float64 {
	sum := 0.0
	for p, in := range naively(m, kappa) {
		square, err := in.phi.SquareAverages(in.mu, in.delta)
		if err != nil {
			square.Value = in.phi.Value(in.mu) * in.phi.Value(in.mu)
		}
		cov := m.Population(p).Cov
		for r := range kappa {
			sum += factor * in.Weight * square.Value * cov.At(len(kappa)+r, len(kappa)+r)
		}
	}
	return sum
}

func sampleTwin(name, mistake string, wrong func(m *model.Mixture, o *model.MixtureSampling)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.SampleMixture
		s.SampleMixture = func(m *model.Mixture, o model.MixtureSampling, seed uint64) (*model.SampledNetwork, error) {
			wrong(m, &o)
			return right(m, o, seed)
		}
		return s
	}}
}

func reducedTwin(name, mistake string, wrong func(f, kappa []float64, units int)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.ReducedField
		s.ReducedField = func(net *model.ReducedNetwork, kappa []float64, v float64) ([]float64, error) {
			f, err := right(net, kappa, v)
			if err == nil {
				wrong(f, kappa, net.Units())
			}
			return f, err
		}
		return s
	}}
}

func judgeVariance(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.FieldVariance == nil {
		return f, theorems.Missing("FieldVariance")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	want := t.fluctuations()
	for _, fixed := range []bool{false, true} {
		if err := t.expectVariance(&f, s, fixed, want.trace(fixed), want.err); err != nil {
			return f, err
		}
	}
	return f, nil
}

// judgePlaneVariance takes nothing of the law of n given x.
func judgePlaneVariance(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.FieldVariance == nil {
		return f, theorems.Missing("FieldVariance")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	fixed := c.Populations() > 1
	want, wantErr, err := quadrature.TraceCov(t.phi, t.laws, t.kappa, fixed)
	if err != nil {
		return f, err
	}
	return f, t.expectVariance(&f, s, fixed, want, wantErr)
}

func (t *truth) expectVariance(f *theorems.Finding, s theorems.Subject, fixed bool, want, wantErr float64) error {
	got, err := s.FieldVariance(t.mixture, t.kappa, fixed)
	if err != nil {
		return err
	}
	bound, scale := t.varianceBound(fixed)
	f.Expect(map[bool]string{false: "tr Cov(n φ)", true: "Σ_p α_p tr Cov_p(n φ)"}[fixed], math.Abs(got-want), bound+wantErr, scale+t.u)
	return nil
}

func judgeDrawnNetworks(s theorems.Subject, c generators.MixturePoint) (theorems.Finding, error) {
	return judgeNetworks(s, c, false)
}

func judgeFixedNetworks(s theorems.Subject, c generators.MixturePoint) (theorems.Finding, error) {
	return judgeNetworks(s, c, true)
}

// networksDrawn is how many networks a claim bets on, and mostDrawn while it is in
// doubt: an error of the variance by a factor of 4 is found.
const (
	networksDrawn = 200
	mostDrawn     = evidence.Patience * networksDrawn
)

// judgeNetworks bets on N‖F_N − F‖² of networks that the subject samples, of
// about 8 or of about 64 units: so many that each population has a whole number.
func judgeNetworks(s theorems.Subject, c generators.MixturePoint, fixed bool) (f theorems.Finding, err error) {
	if s.SampleMixture == nil || s.ReducedField == nil {
		return f, theorems.Missing("SampleMixture, ReducedField")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	want := t.fluctuations()
	rng := theorems.Chance(map[bool]string{false: "labels drawn", true: "sizes fixed"}[fixed], c)
	units, whole := unitsFor(c.Mixture, []float64{8, 64}[rng.IntN(2)])
	if fixed && !whole {
		return f, theorems.ErrUndecided // F is not the mean of F_N
	}
	options := model.MixtureSampling{Units: units}
	if fixed {
		options.Sizes = model.ExactSizes
	}
	bet, err := t.newBet(want, options.Units, fixed)
	if err != nil || bet == nil {
		return f, err
	}
	means, err := evidence.NewRare(rare, evidence.Level/2)
	if err != nil {
		return f, err
	}
	for k := range evidence.Rounds(networksDrawn, bet, means) {
		net, err := s.SampleMixture(t.mixture, options, rng.Uint64())
		if err != nil {
			return f, err
		}
		if k == 0 || means.InDoubt() {
			off := t.meansOff(&f, net, options.Units, fixed)
			if f.Verdict == theorems.Fails {
				return f, nil
			}
			if err := means.Add(off); err != nil {
				return f, err
			}
		}
		field, err := s.ReducedField(net.ReducedNetwork, c.Kappa, 1)
		if err != nil {
			return f, err
		}
		if f.Demand("F_N has R entries", len(field) == len(c.Kappa)); f.Verdict == theorems.Fails {
			return f, nil
		}
		x := 0.0
		for r := range field {
			d := field[r] + c.Kappa[r] - want.mean[r]
			x += float64(options.Units) * d * d
		}
		if err := bet.Add(x); err != nil {
			return f, err
		}
	}
	f.Weigh(meansVary, means)
	f.Weigh("N‖F_N − F‖² has the mean tr Cov(n φ) (e-process)", bet)
	return f, nil
}

// unitsFor returns the first multiple of the shares' sum from least on, where that
// gives each population a whole number of units, and not many more; least where it
// does not: sizes α_p N there are none, and labels can only be drawn.
func unitsFor(c generators.Mixture, least float64) (units int, whole bool) {
	total := 0.0
	for _, s := range c.Shares {
		total += s
	}
	times, sum := math.Ceil(least/total), 0.0
	for _, s := range c.Shares {
		size := s * times
		if size != math.Trunc(size) || math.FMA(s, times, -size) != 0 {
			return int(least), false
		}
		sum += size
	}
	const most = 16 // times as many units as asked for
	if sum > most*least {
		return int(least), false
	}
	return int(sum), true
}

// newBet is the e-process on N‖F_N − F‖², nil where there is nothing but rounding. A
// mean known to a share of 1/(64·mostDrawn) makes E larger by e^(1/64) at most.
func (t *truth) newBet(want fluctuations, units int, fixed bool) (*evidence.Test, error) {
	rounding, size := 0.0, 0.0
	for r := range t.kappa {
		rounding += t.fieldBound(r)
		size += t.fieldScale(r)
	}
	rounding *= math.Sqrt(float64(units))
	trace := want.trace(fixed)
	if trace <= 64*mostDrawn*want.err+0x1p20*rounding*(rounding+t.u*size) {
		return nil, nil
	}
	moved := rounding * (2*math.Sqrt(trace) + rounding) // of the mean
	if moved > trace/mostDrawn/8 {
		return nil, nil
	}
	return evidence.NewMeanSquare(trace, evidence.SecondMoment(units, trace, want.fourth(fixed))*(1+0x1p-10), evidence.Level/2)
}

// matchedMomentsFluctuateLess: units of a population whose sample mean is that of
// the mixture are not independent; with φ = identity, Σ_nm = 0 and one κ the field
// fluctuates less than N^-1/2.
func matchedMomentsFluctuateLess() theorems.Witness {
	c := generators.MixturePoint{Mixture: generators.Mixture{Nonlinearity: "identity", Shares: []float64{1}, MeanM: [][]float64{{1}}, MeanN: [][]float64{{0}}, MeanI: []float64{0},
		FactorM: [][][]float64{{{0, 0}}}, FactorN: [][][]float64{{{1, 0}}}, FactorI: [][]float64{{0, 0}}}, Kappa: []float64{1}}
	return theorems.Witness{
		Without: "units are independent given the sizes", Shows: "φ = x, m = 1, n ~ N(0, 1), κ = 1: matched moments give F_N = F at every N, not a variance of 1/N",
		Case: c,
		Check: theorems.Claim("variance of networks with matched moments", tame(sampledMixtures()), func(s theorems.Subject, c generators.MixturePoint) (theorems.Finding, error) {
			right := s.SampleMixture
			s.SampleMixture = func(m *model.Mixture, o model.MixtureSampling, seed uint64) (*model.SampledNetwork, error) {
				o.MatchMoments = true
				return right(m, o, seed)
			}
			return judgeFixedNetworks(s, c)
		}),
	}
}
