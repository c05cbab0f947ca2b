package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/precise"
)

// numberedLaw is a mixture as numbers, whoever made it.
type numberedLaw struct {
	phi     string
	weights []float64
	means   [][]float64   // (2R+1) each
	covs    [][][]float64 // (2R+1)×(2R+1) each
	// normwise: moments are off by parts of their norms, not of their entries.
	normwise bool
	// factored: covariances are off by parts of √(Σ_ii Σ_jj), as of a factor that is rounded.
	factored bool
}

func numbersOf(m generators.Mixture) numberedLaw {
	l := numberedLaw{phi: m.Nonlinearity, weights: m.Weights()}
	for p := range l.weights {
		l.means, l.covs = append(l.means, m.Mean(p)), append(l.covs, m.Cov(p))
	}
	return l
}

// netInputs is the law of a population's net inputs at κ with the sums of
// magnitudes that their rounding goes with.
type netInputs struct {
	mu, delta       float64
	absMu, absDelta float64
	over, absOver   []float64 // c = Σ_nm κ + Σ_nI (R)
}

func (l numberedLaw) at(p int, kappa []float64) netInputs {
	r := len(kappa)
	mean, cov := l.means[p], l.covs[p]
	in := netInputs{mu: mean[2*r], absMu: math.Abs(mean[2*r]), over: make([]float64, r), absOver: make([]float64, r)}
	with := append(append(append([]float64(nil), kappa...), make([]float64, r)...), 1) // x = with·(m, n, I)
	for i, w := range with {
		if i < r {
			in.mu += mean[i] * w
			in.absMu += math.Abs(mean[i] * w)
		}
		for j, v := range with {
			in.delta += w * v * cov[i][j]
			in.absDelta += math.Abs(w * v * cov[i][j])
		}
		for s := range r {
			in.over[s] += cov[r+s][i] * w
			in.absOver[s] += math.Abs(cov[r+s][i] * w)
		}
	}
	if l.normwise {
		in.loosen(mean, cov, kappa)
	}
	if l.factored {
		along, sigma := 0.0, deviations(cov)
		for i, w := range with {
			along += math.Abs(w) * sigma[i]
		}
		in.absDelta = along * along
		for s := range r {
			in.absOver[s] = sigma[r+s] * along
		}
	}
	return in
}

// deviations returns √Σ_ii.
func deviations(cov [][]float64) []float64 {
	out := make([]float64, len(cov))
	for i := range cov {
		out[i] = math.Sqrt(cov[i][i])
	}
	return out
}

// loosen replaces sums of magnitudes by products of norms.
func (in *netInputs) loosen(mean []float64, cov [][]float64, kappa []float64) {
	r, k := len(kappa), dense.VectorNorm2(kappa)
	in.absMu = dense.VectorNorm2(mean[:r])*k + math.Abs(mean[2*r])
	mm, nm, mi, ni := 0.0, 0.0, 0.0, 0.0
	for i := range r {
		for j := range r {
			mm, nm = math.Hypot(mm, cov[i][j]), math.Hypot(nm, cov[r+i][j])
		}
		mi, ni = math.Hypot(mi, cov[i][2*r]), math.Hypot(ni, cov[r+i][2*r])
	}
	in.absDelta = k*k*mm + 2*k*mi + cov[2*r][2*r]
	for i := range r {
		in.absOver[i] = nm*k + ni
	}
}

// jumps counts the unit jumps of φ'.
func jumps(phi string) float64 {
	switch phi {
	case "relu":
		return 1
	case "hard-tanh":
		return 2
	}
	return 0
}

// allowance returns how far from the truth F(κ) may be computed (R), and its
// size, where every moment and κ are off by a relative epsilon, and averages by
// their accuracy. Sums of R terms, each rounded, are in epsilon.
//
// ⟨φ⟩ moves by Lip(φ)(δμ + δ√Δ); ⟨φ'⟩ by sup|φ”| of that, or across jumps of
// φ' by the largest density of x, (2πΔ)^−½, where |c| ≤ √(Σ_nn Δ) makes up for
// a small Δ.
func (l numberedLaw) allowance(kappa []float64, epsilon, u float64) (bound, size []float64) {
	lipschitz, second, _ := precise.Constants(l.phi)
	atZero, err := precise.Phi(l.phi, 0, 0)
	if err != nil {
		atZero = math.NaN() // no φ of this package: nothing is allowed
	}
	bound, size = make([]float64, len(kappa)), make([]float64, len(kappa))
	for p, weight := range l.weights {
		in := l.at(p, kappa)
		deviation := math.Sqrt(max(in.delta, 0))
		off := epsilon * in.absDelta
		shift := epsilon*in.absMu + off/math.Sqrt(max(in.delta, off, math.SmallestNonzeroFloat64))
		value := math.Abs(atZero) + lipschitz*(math.Abs(in.mu)+deviation)
		valueError := averageAccuracy*u*max(1, value) + lipschitz*shift
		primeError := averageAccuracy * u
		if j := jumps(l.phi); j > 0 {
			primeError += min(j, j*shift/max(deviation, math.SmallestNonzeroFloat64))
		} else {
			primeError += second * shift
		}
		for r := range kappa {
			n := math.Abs(l.means[p][len(kappa)+r])
			if l.normwise {
				n = dense.VectorNorm2(l.means[p][len(kappa) : 2*len(kappa)])
			}
			bound[r] += weight * (n*valueError + math.Abs(in.over[r])*primeError + epsilon*(n*value+2*in.absOver[r]*lipschitz))
			size[r] += weight * (n*value + in.absOver[r]*lipschitz)
		}
	}
	for r, k := range kappa {
		bound[r] += 2 * epsilon * math.Abs(k)
		size[r] += math.Abs(k)
	}
	return bound, size
}

// sums is the relative error of sums over m, n and I.
func (l numberedLaw) sums(u float64) float64 { return float64(len(l.means[0])+len(l.weights)+8) * u }

// rests reports whether all units of a population have the same net input at κ,
// one on a kink of φ, as far as sums that are off by a relative epsilon tell.
func (l numberedLaw) rests(kappa []float64, epsilon float64) bool {
	for p := range l.weights {
		in := l.at(p, kappa)
		near := epsilon * in.absMu
		for _, kink := range []float64{-1, 0, 1} {
			if onKink(l.phi, kink) && in.delta <= epsilon*in.absDelta && math.Abs(in.mu-kink) <= near {
				return true
			}
		}
	}
	return false
}

// restsAsGiven reports whether a population rests on a kink at κ and no sum has to
// be taken to see it: the moments that κ or 1 is multiplied with are 0, but for a_I.
func (l numberedLaw) restsAsGiven(kappa []float64) bool {
	for p := range l.weights {
		in, input := l.at(p, kappa), l.means[p][2*len(kappa)]
		if in.absDelta == 0 && in.absMu == math.Abs(input) && onKink(l.phi, input) {
			return true
		}
	}
	return false
}
