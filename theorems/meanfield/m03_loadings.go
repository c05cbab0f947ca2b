package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// unitsDrawn is how many units a claim looks at: 20 % of a variance is found.
const unitsDrawn = 4096

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
	net, err := s.SampleMixture(t.mixture, options, randomOf(c.Kappa, c.Shares, c.MeanI, []float64{3}).Uint64())
	if err != nil {
		return f, err
	}
	if !t.expectLoadings(&f, net, options.Units, fixed) {
		return f, nil
	}
	rank := len(t.kappa)
	m, n, input := net.M(), net.N(), net.Input()
	size := 2*rank + 1
	x := math.Log(2 * float64(size*size*len(t.laws)) / (falseAlarm / 2))
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
			expectSpread(&f, products[j][j], 1, k, x)
			for l := range j {
				if deviations[l] <= 0x1p20*t.u*math.Abs(law.Mean[l]) {
					continue
				}
				rho := law.Cov[j][l] / deviations[j] / deviations[l]
				for _, sign := range []float64{-1, 1} {
					expectSpread(&f, products[j][j]+products[l][l]+2*sign*products[j][l], 2+2*sign*rho, k, x)
				}
			}
		}
	}
	return f, nil
}

// expectSpread claims that a sum of squares of k normal numbers of this variance is
// within its limits; a variance that is 0 but for rounding has none.
func expectSpread(f *theorems.Finding, sum, variance, k, x float64) {
	if variance < 0x1p-20 {
		f.Demand("loadings that go together do", sum <= 0x1p-16*k)
		return
	}
	chi := sum / variance
	f.Demand("covariance of loadings", chi <= k+2*math.Sqrt(k*x)+2*x && chi >= k-2*math.Sqrt(k*x))
}
