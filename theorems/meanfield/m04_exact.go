package meanfield

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

// signEquations: (m, n, I) = a + L z with K columns, the last of which n has to
// itself, z in {−1, 1}^K: of first and third moments 0 and of covariance 1, as
// a Gaussian z. Then the sum of n φ(x) over z, of φ = c₀ + c₁x + c₂x², is 2^K
// times the formula of M2. The flaw lets the last column count in c.
func signEquations(flaw bool) func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	return func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		am, an, ai := b.Matrix("a_m", s.R, 1), b.Matrix("a_n", s.R, 1), b.Scalar("a_I")
		shared := s.K - 1
		lm, ln, li := b.Matrix("L_m", s.R, shared), b.Matrix("L_n", s.R, shared), b.Matrix("L_I", 1, shared)
		own := b.Matrix("l_n", s.R, 1)
		kappa := b.Matrix("κ", s.R, 1)
		c0, c1, c2 := b.Scalar("c₀"), b.Scalar("c₁"), b.Scalar("c₂")
		two := b.Integer(2)

		sum := b.Zero(s.R, 1)
		for bits := range 1 << s.K {
			z, last := make([][]int64, shared), int64(2*(bits&1)-1)
			for k := range z {
				z[k] = []int64{int64(2*(bits>>(k+1)&1) - 1)}
			}
			m, n, in := am, an.Plus(own.Scaled(b.Integer(last))), ai
			if shared > 0 {
				sign := b.Constant(z)
				m, n, in = m.Plus(lm.Times(sign)), n.Plus(ln.Times(sign)), in.Plus(li.Times(sign))
			}
			x := m.T().Times(kappa).Plus(in)
			sum = sum.Plus(n.Scaled(c0.Plus(c1.Times(x)).Plus(c2.Times(x).Times(x))))
		}
		mm, nm := lm.Times(lm.T()), ln.Times(lm.T())
		mi, ni, ii := lm.Times(li.T()), ln.Times(li.T()), li.Times(li.T())
		mu := am.T().Times(kappa).Plus(ai)
		delta := kappa.T().Times(mm).Times(kappa).Plus(kappa.T().Times(mi).Scaled(two)).Plus(ii)
		value := c0.Plus(c1.Times(mu)).Plus(c2.Times(mu.Times(mu).Plus(delta)))
		prime := c1.Plus(two.Times(c2).Times(mu))
		over := nm.Times(kappa).Plus(ni)
		if flaw {
			over = over.Plus(own.Times(own.T()).Times(kappa))
		}
		return []certificate.Equation{sum.Equals(an.Scaled(value).Plus(over.Scaled(prime)).Scaled(b.Integer(1 << s.K)))}
	}
}

// twoPoints are populations without covariance at (m, n) = ±(1, 1), seen at κ =
// 1: mean 0, covariance [[1, 1], [1, 1]].
func twoPoints() generators.MixturePoint {
	c := generators.MixturePoint{Kappa: []float64{1}}
	c.Mixture = generators.Mixture{Nonlinearity: "tanh", Shares: []float64{1, 1}, MeanM: [][]float64{{1}, {-1}}, MeanN: [][]float64{{1}, {-1}}, MeanI: []float64{0, 0}}
	return c
}

// pooledMomentsAreNotEnough: F(1) = −1 + tanh 1 = −0.238 for the points, and
// −1 + ⟨sech²⟩(0, 1) = −0.394 for the one Gaussian of their moments.
func pooledMomentsAreNotEnough() theorems.Witness {
	points := generators.MixturePoints(generators.MixtureOptions{Nonlinearity: []string{"tanh"}})
	return theorems.Witness{Without: "populations are told apart", Shows: "tanh, R = 1, (m, n) = ±(1, 1) against Σ_mm = Σ_nm = Σ_nn = 1: F(1) = −0.238 and −0.394", Case: twoPoints(),
		Check: theorems.Claim("mixtures of one mean and covariance have one F", points, func(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
			got, m, err := fieldOf(s, &f, c.Mixture, c.Kappa)
			if err != nil {
				return f, err
			}
			one, err := pooledMixture(m)
			if err != nil {
				return f, err
			}
			other, err := s.MeanField(one, c.Kappa)
			if err != nil {
				return f, err
			}
			law := numbersOf(c.Mixture)
			bound, size := law.allowance(c.Kappa, law.sums(s.UnitRoundoff), s.UnitRoundoff)
			for r := range got {
				f.Expect("|F of the pooled moments − F|", math.Abs(other[r]-got[r]), 4*bound[r], size[r])
			}
			return f, nil
		})}
}

// pointsAreNotGaussian: units at ±(1, 1) have the moments of one Gaussian, and
// E n φ(x) = 1 for φ = x³, where the Gaussian has Σ_nm⟨φ'⟩ = 3 Σ_nm Δ = 3.
func pointsAreNotGaussian() theorems.Witness {
	points := generators.MixturePoints(generators.MixtureOptions{Nonlinearity: []string{"identity"}})
	return theorems.Witness{Without: "loadings are Gaussian within a population", Shows: "φ = x³, κ = 1, units at (m, n) = ±(1, 1), of mean 0 and covariance [[1,1],[1,1]]: E n φ(m) = 1, and Σ_nm⟨φ'⟩(0, 1) = 3", Case: twoPoints(),
		Check: theorems.Decide("a_n⟨φ⟩ + Σ_nm⟨φ'⟩, whatever law has the moments", points, func(c generators.MixturePoint) error {
			l, err := newRationalLaw(c.Mixture)
			if err != nil {
				return err
			}
			mean := 0.0 // E n m³ of the points
			for p := range c.Shares {
				m := c.MeanM[p][0] * c.Kappa[0]
				mean += c.Weights()[p] * c.MeanN[p][0] * m * m * m
			}
			cov := l.pooled().pops[0].cov.Float64()
			if gaussian := 3 * cov[1][0] * cov[0][0]; mean != gaussian { // ⟨3x²⟩ = 3Δ
				return theorems.Violatedf("E n m³ = %v, 3 Σ_nm Δ = %v", mean, gaussian)
			}
			return nil
		})}
}

// flawedPopulation is a population as the twins of the mean field see it.
type flawedPopulation struct {
	model.Population
	rank int
}

func (p flawedPopulation) at(i, j int) float64 { return p.Cov.At(i, j) }

// fieldFlaw is what a twin of the mean field does wrong; what is nil is right.
type fieldFlaw struct {
	pooled        bool
	weight        func(w float64, populations int) float64
	overlap       func(p flawedPopulation, r, s int) float64 // for Σ_nm[r][s]
	spread        func(p flawedPopulation, r, s int) float64 // for Σ_mm[r][s]
	forgetsCross  bool                                       // 2κ·Σ_mI
	lastForgotten bool                                       // the last population
}

// flawedFieldTwin computes the mean field with a flaw.
func flawedFieldTwin(name, mistake string, w fieldFlaw) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		s.MeanField = w.field
		return s
	}}
}

func (w fieldFlaw) field(m *model.Mixture, kappa []float64) ([]float64, error) {
	if w.pooled {
		var err error
		if m, err = pooledMixture(m); err != nil {
			return nil, err
		}
	}
	out := make([]float64, len(kappa))
	for r, k := range kappa {
		out[r] = -k
	}
	count := m.Populations()
	if w.lastForgotten && count > 1 {
		count--
	}
	for p := range count {
		if err := w.add(out, m, p, kappa); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// add adds what population p contributes.
func (w fieldFlaw) add(out []float64, m *model.Mixture, p int, kappa []float64) error {
	pop := flawedPopulation{m.Population(p), m.Rank()}
	r := pop.rank
	spread, overlap := w.spread, w.overlap
	if spread == nil {
		spread = func(p flawedPopulation, r, s int) float64 { return p.at(r, s) }
	}
	if overlap == nil {
		overlap = func(p flawedPopulation, r, s int) float64 { return p.at(p.rank+r, s) }
	}
	mu, delta, over := pop.Mean[2*r], pop.at(2*r, 2*r), make([]float64, r)
	for i, k := range kappa {
		mu += pop.Mean[i] * k
		over[i] = pop.at(r+i, 2*r)
		if !w.forgetsCross {
			delta += 2 * k * pop.at(i, 2*r)
		}
		for j, l := range kappa {
			delta += k * l * spread(pop, i, j)
			over[i] += overlap(pop, i, j) * l
		}
	}
	delta = max(delta, 0)
	orders := 2
	if delta == 0 {
		orders = 1
	}
	a, err := m.Nonlinearity().Averages(mu, delta, orders)
	if err != nil {
		return fmt.Errorf("population %d: %w", p, err)
	}
	weight := pop.Weight
	if w.weight != nil {
		weight = w.weight(weight, m.Populations())
	}
	for i := range out {
		out[i] += weight * (pop.Mean[r+i]*a.Value + over[i]*a.Prime)
	}
	return nil
}

// pooledMixture is the one population of the mixture's mean and covariance.
func pooledMixture(m *model.Mixture) (*model.Mixture, error) {
	size := 2*m.Rank() + 1
	mean, second := make([]float64, size), make([][]float64, size)
	for i := range second {
		second[i] = make([]float64, size)
	}
	for p := range m.Populations() {
		pop := m.Population(p)
		for i := range size {
			mean[i] += pop.Weight * pop.Mean[i]
			for j := range size {
				second[i][j] += pop.Weight * (pop.Cov.At(i, j) + pop.Mean[i]*pop.Mean[j])
			}
		}
	}
	return model.NewMixture(m.Nonlinearity(), []model.Population{{Weight: 1, Mean: mean, Cov: symmetricOf(size, func(i, j int) float64 {
		return second[i][j] - mean[i]*mean[j]
	})}})
}
