package meanfield

import (
	"cmp"
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// WhatMatters is M4.
func WhatMatters() theorems.Theorem {
	mixtures := generators.MixtureOptions{Nonlinearity: generators.AllNonlinearities, Varying: true}
	several := mixtures
	several.MaxPopulations = 3
	exactly := generators.MixtureOptions{MaxRank: 2, MaxPopulations: 2, Nonlinearity: []string{"identity"}}
	return theorems.Theorem{
		Ref: "M4", ID: "meanfield/what-matters",
		Statement: "F(κ) and DF(κ) do not depend on Σ_nn, nor F(κ) on covariances of m beyond Δ(κ). F + κ is linear in the weights: it depends on the first two moments of each population apart, not on those of the mixture.",
		Source:    "B (arXiv:2007.02062), section 3; +",
		Given:     []string{"loadings are Gaussian within a population", "populations are told apart"},
		Needed:    []theorems.Witness{pooledMomentsAreNotEnough(), pointsAreNotGaussian()},
		Why: "Two mixtures that F does not tell apart give two numbers, each off by the rounding of μ, Δ and c, by what averages move with them, and by their accuracy 2^13 u. " +
			"Where Σ_nn alone differs the arguments of averages are the same.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("Σ_nn, and Σ_mm across κ", generators.Embellisheds(mixtures), judgeEmbellished), byMoments, decideKept(asGiven)).
				Visiting("Σ_mm changed", "P = 1", "R = 1", "R = 3", "κ = 0", "large variance", "saturated", "kinked φ"),
			theorems.Deciding(theorems.Claim("F + κ = Σ α_p (F_p + κ)", generators.MixturePoints(several), judgeApart), byMoments, decideApart(ownWeight)).Visiting("unequal weights", "R = 3", "uncorrelated", "large κ"),
		},
		Exact: []theorems.Check{
			theorems.Decide("units at a ± L of a quadratic φ", generators.Embellisheds(exactly), decideEmbellished((*rationalLaw).field)).Visiting("Σ singular", "unequal weights", "Σ_mm changed"),
		},
		Certificates: []theorems.Certificate{
			certified("E n φ(x) = a_n⟨φ⟩ + (Σ_nm κ + Σ_nI)⟨φ'⟩ for any quadratic φ, whatever n has of its own",
				[]certificate.Shape{{R: 1, K: 1}, {R: 1, K: 3}, {R: 2, K: 2}, {R: 2, K: 4}, {R: 3, K: 3}, {R: 3, K: 5}}, signEquations(false)),
		},
		Twins: []theorems.Twin{
			flawedFieldTwin("Σ_nn for Σ_nm", "c = Σ_nn κ + Σ_nI", fieldFlaw{overlap: func(p flawedPopulation, r, s int) float64 { return p.at(p.rank+r, p.rank+s) }}),
			flawedFieldTwin("n all of Σ", "Σ_nn κ added to c", fieldFlaw{overlap: func(p flawedPopulation, r, s int) float64 { return p.at(p.rank+r, s) + p.at(p.rank+r, p.rank+s) }}),
			flawedFieldTwin("one Gaussian", "populations pooled: the mixture's mean and covariance", fieldFlaw{pooled: true}),
			flawedFieldTwin("variances of m alone", "Δ = Σ κ_r² Var m^r, covariances forgotten", fieldFlaw{spread: func(p flawedPopulation, r, s int) float64 { return p.at(r, s) * kroneckerDelta(r, s) }}),
			flawedFieldTwin("mean variance of m", "Δ = ‖κ‖² tr Σ_mm / R", fieldFlaw{spread: func(p flawedPopulation, r, s int) float64 {
				trace := 0.0
				for k := range p.rank {
					trace += p.at(k, k)
				}
				return trace / float64(p.rank) * kroneckerDelta(r, s)
			}}),
			flawedFieldTwin("equal weights", "1/P for α_p", fieldFlaw{weight: func(_ float64, populations int) float64 { return 1 / float64(populations) }}),
			flawedFieldTwin("weights squared", "α_p twice", fieldFlaw{weight: func(w float64, _ int) float64 { return w * w }}),
			{Name: "Jacobian with Σ_nn", Mistake: "⟨φ'⟩Σ_nn in DF", Break: func(s theorems.Subject) theorems.Subject {
				right := s.MeanFieldJacobian
				s.MeanFieldJacobian = func(m *model.Mixture, kappa []float64) ([][]float64, error) {
					j, err := right(m, kappa)
					for r := range j {
						for c := range j[r] {
							j[r][c] += m.Population(0).Cov.At(m.Rank()+r, m.Rank()+c)
						}
					}
					return j, err
				}
				return s
			}},
			{Name: "pooled moments", Mistake: "F by the mean and covariance of the whole mixture", False: []theorems.Check{
				theorems.Decide("pooled", generators.Embellisheds(exactly), decideEmbellished(func(l *rationalLaw, kappa *exact.Matrix) *exact.Matrix { return l.pooled().field(kappa) }))}},
			{Name: "all of Σ_nn counts", Mistake: "E n φ with the part of n beside m and I in c", FalseIdentity: &theorems.Certificate{
				Identity: certificate.Identity{Name: "n's own part in c", Build: signEquations(true)}, Shapes: []certificate.Shape{{R: 1, K: 1}, {R: 2, K: 2}}}},
		},
		MaxUnknown: 0.05,
	}
}

func kroneckerDelta(i, j int) float64 {
	if i == j {
		return 1
	}
	return 0
}

// fieldOf asks the subject for F of a mixture at κ.
func fieldOf(s theorems.Subject, f *theorems.Finding, c generators.Mixture, kappa []float64) ([]float64, *model.Mixture, error) {
	m, err := c.Model()
	if err != nil {
		return nil, nil, err
	}
	got, err := s.MeanField(m, kappa)
	if err == nil {
		f.Demand("R entries", len(got) == len(kappa))
	}
	return got, m, err
}

func judgeEmbellished(s theorems.Subject, c generators.Embellished) (f theorems.Finding, err error) {
	if s.MeanField == nil || s.MeanFieldJacobian == nil {
		return f, theorems.Missing("MeanField, MeanFieldJacobian")
	}
	plain, m, err := fieldOf(s, &f, c.Mixture, c.Kappa)
	if err != nil {
		return f, err
	}
	beside, besideModel, err := fieldOf(s, &f, c.WithBeside(), c.Kappa)
	if err != nil {
		return f, err
	}
	across, _, err := fieldOf(s, &f, c.WithAcross(), c.Kappa)
	if err != nil || f.Verdict == theorems.Fails {
		return f, err
	}
	u := s.UnitRoundoff
	law, other := numbersOf(c.Mixture), numbersOf(c.WithAcross())
	bound, size := law.allowance(c.Kappa, law.sums(u), u)
	boundAcross, _ := other.allowance(c.Kappa, law.sums(u), u)
	for r := range plain {
		f.Expect("|F with a larger Σ_nn − F|", math.Abs(beside[r]-plain[r]), 2*bound[r], size[r])
		f.Expect("|F with a Σ_mm of the same Δ − F|", math.Abs(across[r]-plain[r]), bound[r]+boundAcross[r], size[r])
	}
	before, err := s.MeanFieldJacobian(m, c.Kappa)
	after, again := s.MeanFieldJacobian(besideModel, c.Kappa)
	if errors.Is(err, model.ErrInvalid) && law.rests(c.Kappa, law.sums(u)) {
		f.Demand("there is no DF on a kink, whatever Σ_nn", errors.Is(again, model.ErrInvalid))
		return f, nil
	}
	if err = cmp.Or(err, again); err != nil {
		return f, err
	}
	for r := range before {
		for k := range before[r] {
			size := law.jacobianSize(c.Kappa, r, k)
			f.Expect("|DF with a larger Σ_nn − DF|", math.Abs(after[r][k]-before[r][k]), 2*(averageAccuracy*u+law.sums(u))*size, size)
		}
	}
	return f, nil
}

// jacobianSize bounds the sum of magnitudes in an entry of DF(κ).
func (l numberedLaw) jacobianSize(kappa []float64, r, s int) float64 {
	lipschitz, second, third := precise.Constants(l.phi)
	size := 1.0
	for p, weight := range l.weights {
		in := l.at(p, kappa)
		if j := jumps(l.phi); j > 0 { // densities and their slopes
			delta := max(in.delta, 0)
			second, third = j*0.4/math.Sqrt(delta), j*0.25/delta
		}
		mean, cov := l.means[p], l.covs[p]
		rank := len(kappa)
		spread := math.Abs(cov[s][2*rank])
		for k, x := range kappa {
			spread += math.Abs(cov[s][k] * x)
		}
		m := math.Abs(mean[s])
		n := math.Abs(mean[rank+r])
		size += weight * (n*lipschitz*m + ofNone(n*spread, second) + lipschitz*math.Abs(cov[rank+r][s]) + ofNone(in.absOver[r]*m, second) + ofNone(in.absOver[r]*spread, third))
	}
	return size
}

// ofNone is size·derivative, 0 where the size is: where Δ = 0 a density has no
// bound, and what it multiplies no part in DF.
func ofNone(size, derivative float64) float64 {
	if size == 0 {
		return 0
	}
	return size * derivative
}

// judgeApart: populations contribute apart, by their weights.
func judgeApart(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.MeanField == nil {
		return f, theorems.Missing("MeanField")
	}
	whole, _, err := fieldOf(s, &f, c.Mixture, c.Kappa)
	if err != nil {
		return f, err
	}
	law, u := numbersOf(c.Mixture), s.UnitRoundoff
	bound, size := law.allowance(c.Kappa, law.sums(u), u)
	sum := make([]float64, c.Rank())
	for r, k := range c.Kappa {
		sum[r] = -k
	}
	for p, weight := range c.Weights() {
		alone := c.Alone(p)
		part, _, err := fieldOf(s, &f, alone, c.Kappa)
		if err != nil || f.Verdict == theorems.Fails {
			return f, err
		}
		own, _ := numbersOf(alone).allowance(c.Kappa, law.sums(u), u)
		for r := range sum {
			sum[r] += weight * (part[r] + c.Kappa[r])
			bound[r] += weight * own[r]
		}
	}
	for r := range sum {
		f.Expect("|F + κ − Σ α_p(F_p + κ)|", math.Abs(whole[r]-sum[r]), bound[r], size[r])
	}
	return f, nil
}

// decideEmbellished: units at a + L z, z in {−1, 1}^f, have the moments of the
// population up to order three in z; for a quadratic φ their field is F, by a
// formula, whatever Σ_nn and Σ_mm across κ.
func decideEmbellished(formula func(l *rationalLaw, kappa *exact.Matrix) *exact.Matrix) func(generators.Embellished) error {
	return func(c generators.Embellished) error {
		kappa := exact.ColumnFloat64(c.Kappa)
		plain, err := newRationalLaw(c.Mixture)
		if err != nil {
			return err
		}
		m := c.WithBeside()
		if c.Across[0] < 0 { // the one or the other: units double with every column
			m = c.WithAcross()
		}
		l, err := newRationalLaw(m)
		if err != nil {
			return err
		}
		units, err := signField(l, m, kappa)
		if err != nil {
			return err
		}
		return sameMatrix("F of the units = F of the moments, of a smaller Σ_nn or Σ_mm", units, formula(plain, kappa))
	}
}

// signField returns the field of the units at a + L z.
func signField(l *rationalLaw, m generators.Mixture, kappa *exact.Matrix) (*exact.Matrix, error) {
	out := exact.Zero(l.rank, 1).Sub(kappa)
	with := l.with(kappa)
	for p, pop := range l.pops {
		factor, err := exact.FromFloat64(m.Factor(p))
		if err != nil {
			return nil, err
		}
		columns := factor.Cols()
		sum := exact.Zero(l.rank, 1)
		for bits := range 1 << columns {
			unit := pop.mean
			if columns > 0 {
				z := make([]float64, columns)
				for k := range z {
					z[k] = float64(2*(bits>>k&1) - 1)
				}
				unit = unit.Add(factor.Mul(exact.ColumnFloat64(z)))
			}
			x := with.T().Mul(unit).At(0, 0)
			phi, _ := quadratic(x, theorems.Rational(0))
			sum = sum.Add(pop.n(l.rank, unit).Scale(phi))
		}
		out = out.Add(sum.Scale(theorems.Rational(math.Ldexp(1, -columns))).Scale(pop.weight))
	}
	return out, nil
}
