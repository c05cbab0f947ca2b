package bridges

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/evidence"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// Networks of an instance of the statistical claims, and their units.
const (
	limitNetworks = 64
	rateNetworks  = 192
	limitUnits    = 128
)

// limit is a mixture at κ, the subject's DF there, and bounds on the law of an
// entry z = n_r φ'(x) m_s of one unit.
type limit struct {
	s       theorems.Subject
	m       *model.Mixture
	kappa   []float64
	field   [][]float64 // DF
	squares [][]float64 // bounds E z² (R×R)
	fourths [][]float64 // bounds E z⁴
	rounded [][]float64 // bounds what of DF and DF_N is rounding
}

func newLimit(s theorems.Subject, c generators.MixturePoint) (*limit, error) {
	m, err := c.Model()
	if err != nil {
		return nil, err
	}
	l := &limit{s: s, m: m, kappa: c.Kappa}
	if l.field, err = s.MeanFieldJacobian(m, c.Kappa); err != nil {
		return nil, err
	}
	lipschitz, _, _ := precise.Constants(c.Nonlinearity)
	rank := c.Rank()
	for r := range rank {
		l.squares, l.fourths, l.rounded = append(l.squares, make([]float64, rank)), append(l.fourths, make([]float64, rank)), append(l.rounded, make([]float64, rank))
		for k := range rank {
			for p, weight := range c.Weights() {
				mean, cov := c.Mean(p), c.Cov(p)
				n, m, v, w, between := mean[rank+r], mean[k], cov[rank+r][rank+r], cov[k][k], cov[rank+r][k]
				l.squares[r][k] += weight * lipschitz * lipschitz * ((n*n+v)*(m*m+w) + 2*between*between + 4*n*m*between)
				l.fourths[r][k] += weight * math.Pow(lipschitz, 4) * math.Sqrt(eighthMoment(n, v)*eighthMoment(m, w)) // Cauchy–Schwarz
			}
			l.rounded[r][k] = averageAccuracy * s.UnitRoundoff * (math.Sqrt(l.squares[r][k]) + jacobianSize(c, r, k))
		}
	}
	return l, nil
}

// averageAccuracy is the accuracy of a Gaussian average that theory.md asks for,
// 1e-12, in units of the roundoff of float64.
const averageAccuracy = 0x1p13

// jacobianSize bounds what is added up in an entry of DF, by sup|φ'|, sup|φ”| and
// sup|φ”'|, times what a μ and a Δ are added up of: averages of a smooth φ are off by
// 2¹³u of the former, and by fewer u for the rounding of the latter.
func jacobianSize(c generators.MixturePoint, r, k int) float64 {
	first, second, third := precise.Constants(c.Nonlinearity)
	rank, size := c.Rank(), 1.0
	with := append(append(append([]float64(nil), c.Kappa...), make([]float64, rank)...), 1) // x = with·(m, n, I)
	for p, weight := range c.Weights() {
		mean, cov := c.Mean(p), c.Cov(p)
		along := func(row []float64) float64 { // magnitudes in a sum with x
			sum := 0.0
			for i, w := range with {
				sum += math.Abs(row[i] * w)
			}
			return sum
		}
		mu, delta := along(mean), 0.0
		for i, w := range with {
			delta += math.Abs(w) * along(cov[i])
		}
		n, m := math.Abs(mean[rank+r])+along(cov[rank+r]), math.Abs(mean[k])+along(cov[k])
		size += weight * (1 + mu + delta) * ((first+second+third)*n*m + first*math.Abs(cov[rank+r][k]))
	}
	return size
}

// eighthMoment returns E y⁸ for y ~ N(a, v).
func eighthMoment(a, v float64) float64 {
	a *= a
	return a*a*a*a + 28*a*a*a*v + 210*a*a*v*v + 420*a*v*v*v + 105*v*v*v*v
}

// sampled returns DF_N of a network of so many units, labels drawn.
func (l *limit) sampled(units int, seed uint64) ([][]float64, error) {
	net, err := l.s.SampleMixture(l.m, model.MixtureSampling{Units: units, Sizes: model.DrawnSizes}, seed)
	if err != nil {
		return nil, err
	}
	return l.s.ReducedJacobian(net.ReducedNetwork, l.kappa)
}

// each calls visit for the entries of DF_N.
func (l *limit) each(visit func(k, r, s int)) {
	rank := len(l.kappa)
	for r := range rank {
		for s := range rank {
			visit(r*rank+s, r, s)
		}
	}
}

// testMean is the e-process of E DF_N = DF, entry by entry, with E z² − (E z)²
// over N as the bound on the variance of one. What rounding moves it by counts as a
// deviation of that size in the mean of all networks that may be asked for.
func (l *limit) testMean(units int) (*evidence.Vector, error) {
	rank := len(l.kappa)
	return evidence.NewVector(rank*rank, evidence.Level/2, func(k int, alpha float64) (*evidence.Test, error) {
		r, s := k/rank, k%rank
		z := l.field[r][s]
		if r == s {
			z++
		}
		// The bound is at least a 64th of E z², should the subject's DF be beyond it.
		spread := max(l.squares[r][s]-z*z, l.squares[r][s]/64)
		moved := l.rounded[r][s] * l.rounded[r][s] * limitNetworks * evidence.Patience
		return evidence.NewVariance(l.field[r][s], spread/float64(units)+moved, alpha)
	})
}

func statisticalClaimsNeed(s theorems.Subject) error {
	if s.MeanFieldJacobian == nil || s.ReducedJacobian == nil || s.SampleMixture == nil {
		return theorems.Missing("MeanFieldJacobian, ReducedJacobian, SampleMixture")
	}
	return nil
}

func judgeLimit(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if err := statisticalClaimsNeed(s); err != nil {
		return f, err
	}
	l, err := newLimit(s, c)
	if err != nil {
		return f, err
	}
	test, err := l.testMean(limitUnits)
	if err != nil {
		return f, err
	}
	rng := theorems.Chance("DF_N is DF on average", c)
	entries := make([]float64, test.Len())
	for range evidence.Rounds(limitNetworks, test) {
		j, err := l.sampled(limitUnits, rng.Uint64())
		if err != nil {
			return f, err
		}
		f.Demand("R×R", len(j) == c.Rank())
		if f.Verdict == theorems.Fails {
			return f, nil
		}
		l.each(func(k, r, s int) { entries[k] = j[r][s] })
		if err := test.Add(entries); err != nil {
			return f, err
		}
	}
	f.Weigh("E DF_N = DF (e-process)", test)
	return f, nil
}

// judgeRate: N (DF_N − DF)² has one mean at every N, that of z: the deviation
// goes as N^−½. Networks of eight times the units are compared in pairs; the
// difference has mean 0, and E N²(DF_N − DF)⁴ ≤ E(z − Ez)⁴/N + 3 (Var z)² twice
// over bounds its variance, beside rounding ρ, which moves N (DF_N − DF)² by
// N(2|DF_N − DF| ρ + ρ²).
func judgeRate(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if err := statisticalClaimsNeed(s); err != nil {
		return f, err
	}
	l, err := newLimit(s, c)
	if err != nil {
		return f, err
	}
	const few, many = limitUnits / 8, limitUnits
	rank := c.Rank()
	test, err := evidence.NewVector(rank*rank, evidence.Level/2, func(k int, alpha float64) (*evidence.Test, error) {
		square, fourth := l.squares[k/rank][k%rank], 16*l.fourths[k/rank][k%rank]
		bound := evidence.SecondMoment(few, square, fourth) + evidence.SecondMoment(many, square, fourth)
		moved := l.rounded[k/rank][k%rank]
		moved *= math.Sqrt(many*square) + many*moved
		return evidence.NewVariance(0, bound+4*moved*moved*rateNetworks*evidence.Patience, alpha)
	})
	if err != nil {
		return f, err
	}
	rng := theorems.Chance("N (DF_N − DF)² at two N", c)
	differences := make([]float64, rank*rank)
	for range evidence.Rounds(rateNetworks, test) {
		clear(differences)
		for _, n := range []struct {
			units int
			sign  float64
		}{{few, -1}, {many, 1}} {
			j, err := l.sampled(n.units, rng.Uint64())
			if err != nil {
				return f, err
			}
			l.each(func(k, r, s int) {
				d := j[r][s] - l.field[r][s]
				differences[k] += n.sign * float64(n.units) * d * d
			})
		}
		if err := test.Add(differences); err != nil {
			return f, err
		}
	}
	f.Weigh("one E N(DF_N − DF)² (e-process)", test)
	return f, nil
}
