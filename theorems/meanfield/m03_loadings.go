package meanfield

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/evidence"
	"github.com/rankproof/rankproof/theorems"
)

// unitsDrawn is how many units a network has that a claim looks at: 20 % of a
// variance is found.
const unitsDrawn = 4096

// rare is a bound on the probability that a network of a correct subject is in one
// of its loadings where chance hardly puts any: three such, of three or few more, refute.
//
// A mean of loadings is N(a, σ²/k). It is within ε deviations with probability below 0.8 ε, the ε
// of all loadings and populations adding up to leastOff, or 2⁻³² where k = 1 and numbers come from
// 32 bits, and beyond 7.5 with 6.4e-14. Of loadings and populations there are some fifteen:
// together 4e-9.
const (
	rare     = 1e-8
	leastOff = 5e-10
	mostOff  = 7.5
)

const meansVary = "means of loadings over a population vary, near a (e-process)"

func judgeLoadings(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	return judgeLoadingsOf(s, c, unitsDrawn)
}

// judgeLoadingsOf claims that (m, n, I) of the k units of each population of a
// sampled network have the mean a and the covariance Σ: a sum of normal numbers is
// normal, and Σ(u − E u)²/Var u of k units is χ²_k for every u that is an entry, or
// the sum or difference of two in their deviations. By Laurent and Massart (2000)
//
//	P(χ²_k ≥ k + 2√(kx) + 2x) ≤ e^−x, P(χ²_k ≤ k − 2√(kx)) ≤ e^−x.
func judgeLoadingsOf(s theorems.Subject, c generators.MixturePoint, least float64) (f theorems.Finding, err error) {
	if s.SampleMixture == nil {
		return f, theorems.Missing("SampleMixture")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	options, fixed := model.MixtureSampling{}, false
	if options.Units, fixed = unitsFor(c.Mixture, least); fixed { // otherwise drawn: given the sizes, units are what they are
		options.Sizes = model.ExactSizes
	}
	means, err := evidence.NewRare(rare, evidence.Level/2)
	if err != nil {
		return f, err
	}
	spreads, err := evidence.NewRare(rare, evidence.Level/2)
	if err != nil {
		return f, err
	}
	rng := theorems.Chance("loadings of sampled networks", c)
	for range evidence.Rounds(1, means, spreads) {
		net, err := s.SampleMixture(t.mixture, options, rng.Uint64())
		if err != nil {
			return f, err
		}
		off := t.meansOff(&f, net, options.Units, fixed)
		if f.Verdict == theorems.Fails {
			return f, nil
		}
		if err := errors.Join(means.Add(off), spreads.Add(t.spreadsOff(&f, net))); err != nil {
			return f, err
		}
	}
	f.Weigh(meansVary, means)
	f.Weigh("covariance of loadings (e-process)", spreads)
	return f, nil
}

// meansOff returns 1 where the mean of a loading over a population of k units is
// its expectation to rounding, or far from it, and 0 where none is.
func (t *truth) meansOff(f *theorems.Finding, net *model.SampledNetwork, units int, fixed bool) (off float64) {
	f.Demand("N units with labels", net.Units() == units && len(net.Labels) == units)
	if f.Verdict == theorems.Fails {
		return 0
	}
	rank := len(t.kappa)
	m, n, input := net.M(), net.N(), net.Input()
	for p, law := range t.laws {
		k, sums := 0.0, make([]float64, 2*rank+1)
		for i, label := range net.Labels {
			if label != p {
				continue
			}
			k++
			for r := range rank {
				sums[r] += m.At(i, r)
				sums[rank+r] += n.At(i, r)
			}
			sums[2*rank] += input[i]
		}
		if fixed {
			f.Demand("α_p N units of each population", math.Abs(k-law.Weight*float64(units)) < 0x1p-30*float64(units))
		}
		if k == 0 {
			continue
		}
		for j, sum := range sums {
			deviation := math.Sqrt(law.Cov[j][j] * k)
			by := math.Abs(sum-k*law.Mean[j]) / deviation
			if deviation <= 0x1p40*t.u*k*math.Abs(law.Mean[j]) {
				continue // lost in rounding
			}
			if !(by > leastOff/float64(len(sums)*len(t.laws)) && by < mostOff) {
				off = 1
			}
		}
	}
	return off
}

// spreadsOff returns 1 where a sum of squares is beyond its limits, and 0 where none
// is. The limits are shared between those of all loadings and populations.
func (t *truth) spreadsOff(f *theorems.Finding, net *model.SampledNetwork) (off float64) {
	rank := len(t.kappa)
	m, n, input := net.M(), net.N(), net.Input()
	size := 2*rank + 1
	x := math.Log(2 * float64(size*size*len(t.laws)) / rare)
	for p, law := range t.laws {
		deviations, k := make([]float64, size), 0.0
		for j := range deviations {
			deviations[j] = math.Sqrt(law.Cov[j][j])
		}
		products, z := make([][]float64, size), make([]float64, size)
		for j := range products {
			products[j] = make([]float64, size)
		}
		for i, label := range net.Labels {
			if label != p {
				continue
			}
			k++
			for j := range z {
				switch {
				case j < rank:
					z[j] = m.At(i, j)
				case j < 2*rank:
					z[j] = n.At(i, j-rank)
				default:
					z[j] = input[i]
				}
				z[j] -= law.Mean[j]
				if deviations[j] > 0 {
					z[j] /= deviations[j]
				}
				for l := range j + 1 {
					products[j][l] += z[j] * z[l]
				}
			}
		}
		for j := range size {
			exact := 0x1p20 * t.u * math.Abs(law.Mean[j]) // what rounding leaves of a deviation
			if deviations[j] == 0 {
				f.Demand("what does not vary is a", products[j][j] <= k*exact*exact)
			}
			if deviations[j] <= exact {
				continue
			}
			if !spreadWithin(products[j][j], 1, k, x) {
				off = 1
			}
			for l := range j {
				if deviations[l] <= 0x1p20*t.u*math.Abs(law.Mean[l]) {
					continue
				}
				rho := law.Cov[j][l] / deviations[j] / deviations[l]
				for _, sign := range []float64{-1, 1} {
					if !spreadWithin(products[j][j]+products[l][l]+2*sign*products[j][l], 2+2*sign*rho, k, x) {
						off = 1
					}
				}
			}
		}
	}
	return off
}

// spreadWithin reports whether a sum of squares of k normal numbers of a variance
// is within its limits; where the variance is 0 but for rounding, within the upper.
func spreadWithin(sum, variance, k, x float64) bool {
	most := k + 2*math.Sqrt(k*x) + 2*x
	if variance < 0x1p-20 {
		return sum <= 0x1p-19*most
	}
	chi := sum / variance
	return chi <= most && chi >= k-2*math.Sqrt(k*x)
}
