package meanfield

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/oracles/quadrature"
)

// averageAccuracy is the accuracy of a Gaussian average that theory.md asks
// for, 1e-12 of its size, in units of the roundoff of float64.
const averageAccuracy = 0x1p13

// truth is what oracles know of a mixture at a latent state κ: the law of the
// net inputs of each population, and the allowances that an honest
// implementation in arithmetic of unit roundoff u needs.
type truth struct {
	mixture *model.Mixture // what a subject is given; nil where numbers alone were observed
	phi     string
	kappa   []float64 // (R)
	u       float64   // unit roundoff of the subject
	laws    []quadrature.Population
	at      []netInput // (P)
	derivativeBounds
}

// netInput is the law of a population's net input x = m·κ + I at κ, with what
// rounding may have done to it, the subject's and that of these loops.
type netInput struct {
	weight       float64
	meanM, meanN []float64   // a_m, a_n (R)
	varN         []float64   // diagonal of Σ_nn (R)
	covNM        [][]float64 // Σ_nm (R×R)
	mu, muErr    float64     // μ = a_m·κ + a_I
	delta        float64     // Δ = κᵀΣ_mm κ + 2κ·Σ_mI + Σ_II, not below 0
	deltaErr     float64
	c, cErr      []float64 // c = Cov(n, x) = Σ_nm κ + Σ_nI (R)
	g, gErr      []float64 // Cov(m, x) = ½∇Δ = Σ_mm κ + Σ_mI (R)
}

// observe computes the truth of an instance for a subject of unit roundoff u.
func observe(c generators.MixturePoint, u float64) (*truth, error) {
	m, err := c.Model()
	if err != nil {
		return nil, err
	}
	if len(c.Kappa) != c.Rank() {
		return nil, fmt.Errorf("%w: kappa has %d entries, want R = %d", model.ErrInvalid, len(c.Kappa), c.Rank())
	}
	t := observeLaws(c.Nonlinearity, lawsOf(c.Mixture), c.Kappa, u)
	t.mixture = m
	return t, nil
}

// lawsOf returns the populations of an instance as package quadrature has them.
func lawsOf(c generators.Mixture) []quadrature.Population {
	out := make([]quadrature.Population, c.Populations())
	for p, weight := range c.Weights() {
		out[p] = quadrature.Population{Weight: weight, Mean: c.Mean(p), Cov: c.Cov(p)}
	}
	return out
}

// observeLaws computes the truth of populations given as numbers.
func observeLaws(phi string, laws []quadrature.Population, kappa []float64, u float64) *truth {
	t := &truth{phi: phi, kappa: kappa, u: u, laws: laws, derivativeBounds: boundsOf(phi)}
	for _, law := range laws {
		t.at = append(t.at, netInputOf(law, kappa, u+0x1p-53))
	}
	return t
}

// netInputOf adds up in plain loops; each sum of k products is off by at most
// (k+2)·roundoff of its terms' magnitudes, to first order.
func netInputOf(law quadrature.Population, kappa []float64, roundoff float64) netInput {
	rank := len(kappa)
	w := make([]float64, 2*rank+1) // x = w·(m, n, I)
	copy(w, kappa)
	w[2*rank] = 1
	covariance := func(i int) (value, err float64) { // of entry i of (m, n, I) and x
		for j, x := range w {
			value += law.Cov[i][j] * x
			err += math.Abs(law.Cov[i][j] * x)
		}
		return value, float64(rank+3) * roundoff * err
	}
	in := netInput{weight: law.Weight, meanM: law.Mean[:rank], meanN: law.Mean[rank : 2*rank]}
	for i, x := range w {
		in.mu += law.Mean[i] * x
		in.muErr += float64(rank+3) * roundoff * math.Abs(law.Mean[i]*x)
		for j, y := range w {
			in.delta += x * law.Cov[i][j] * y
			in.deltaErr += float64(2*rank+6) * roundoff * math.Abs(x*law.Cov[i][j]*y)
		}
	}
	in.delta = max(in.delta, 0)
	for r := range rank {
		value, err := covariance(r)
		in.g, in.gErr = append(in.g, value), append(in.gErr, err)
		value, err = covariance(rank + r)
		in.c, in.cErr = append(in.c, value), append(in.cErr, err)
		in.varN = append(in.varN, law.Cov[rank+r][rank+r])
		in.covNM = append(in.covNM, law.Cov[rank+r][:rank])
	}
	return in
}

// field returns F(κ) by two-dimensional quadrature of E[n φ(m·κ + I)], and a
// bound of its error.
func (t *truth) field() (value []float64, err float64, failure error) {
	return quadrature.Field(t.phi, t.laws, t.kappa)
}

// fieldScale is the size of what is added up in F_r.
func (t *truth) fieldScale(r int) float64 {
	scale := math.Abs(t.kappa[r])
	for _, in := range t.at {
		scale += in.weight * (math.Abs(in.meanN[r])*t.size(0, in) + math.Abs(in.c[r])*t.size(1, in))
	}
	return scale
}

// fieldBound bounds the error of F_r in the subject's arithmetic: averages are
// accurate to 2¹³u of their size, and taken at a μ, Δ and c that are rounded;
// sums of the P populations are off by (P+8)u of their size. It is finite
// wherever F is: no more than Lipschitz φ is needed of it.
func (t *truth) fieldBound(r int) float64 {
	bound := float64(len(t.at)+8) * t.u * t.fieldScale(r)
	for _, in := range t.at {
		slope := math.Abs(in.c[r])
		bound += in.weight * (math.Abs(in.meanN[r])*t.averageErr(0, in) + (slope+in.cErr[r])*t.averageErr(1, in) + in.cErr[r]*t.size(1, in))
	}
	return bound
}

// averageErr bounds the error of ⟨φ^(order)⟩ that a subject computes.
func (t *truth) averageErr(order int, in netInput) float64 {
	return averageAccuracy*t.u*t.size(order, in) + t.moved(order, in)
}

// derivativeBounds hold sup|φ|, and sup|φ^(k)| for k = 1 … 5, +Inf where there
// is none.
type derivativeBounds struct {
	sup        float64
	derivative [6]float64 // entry 0 unused
}

// boundsOf: up to order 3 as package precise has them. Beyond, with t = tanh x
// and s = 1 − t²: φ⁗ = 8st(2−3t²) is below 4.1 and φ⁽⁵⁾ at most 16; logistic is
// tanh(x/2)/2, softplus its integral; for erf φ' = e^{−y²/2} with y = x√(π/2), and
// |He_k(y)|e^{−y²/2} at most 1.4 and 3 for k = 3 and 4.
func boundsOf(phi string) derivativeBounds {
	first, second, third := precise.Constants(phi)
	b := derivativeBounds{sup: math.Inf(1), derivative: [6]float64{0, first, second, third, math.Inf(1), math.Inf(1)}}
	switch phi {
	case "tanh":
		b.sup, b.derivative[4], b.derivative[5] = 1, 4.1, 16
	case "erf":
		b.sup, b.derivative[4], b.derivative[5] = 1, 2.8, 7.5
	case "logistic":
		b.sup, b.derivative[4], b.derivative[5] = 1, 4.1/32, 0.25
	case "softplus":
		b.derivative[4], b.derivative[5] = third*1.3, 4.1/32
	case "hard-tanh":
		b.sup = 1
	case "identity":
		b.derivative[4], b.derivative[5] = 0, 0
	}
	return b
}

// average bounds |⟨φ^(k)⟩| (k ≥ 1) at a variance of at least delta. By Stein's
// lemma it is E|He_{k−1}(z)| sup|φ'|/√Δ^(k−1) at most, E|He_j| ≤ √j!.
func (b derivativeBounds) average(k int, delta float64) float64 {
	if k == 1 || b.derivative[k] == 0 {
		return b.derivative[k]
	}
	root := [6]float64{1, 1, 1, math.Sqrt2, 2.4495, 4.899}[k] // √(k−1)!
	smoothed := math.Inf(1)
	if delta > 0 {
		smoothed = b.derivative[1] * root / math.Pow(delta, float64(k-1)/2)
	}
	return min(b.derivative[k], smoothed)
}

// size is that of ⟨φ^(order)⟩, of which theory.md's accuracy is a part: the
// supremum where there is one.
func (b derivativeBounds) size(order int, in netInput) float64 {
	switch {
	case order > 0:
		return b.average(order, in.delta)
	case math.IsInf(b.sup, 1):
		return 1 + b.derivative[1]*(math.Abs(in.mu)+math.Sqrt(in.delta))
	}
	return b.sup
}

// moved bounds by how much ⟨φ^(order)⟩ changes when μ and Δ are off by their
// errors: ∂/∂μ is ⟨φ^(order+1)⟩ and ∂/∂Δ is ½⟨φ^(order+2)⟩. Where Δ may be 0 and
// derivatives do not exist, |√(Δ+δ) − √Δ| sup|φ'| for ⟨φ⟩, and twice the
// supremum for the others.
func (b derivativeBounds) moved(order int, in netInput) float64 {
	least := max(0, in.delta-in.deltaErr)
	rate := func(k int, err float64) float64 { // 0 of a derivative that does not exist
		if err == 0 {
			return 0
		}
		return b.average(k, least) * err
	}
	bySpread := rate(order+2, in.deltaErr) / 2
	if order == 0 {
		spread := math.Sqrt(in.delta+in.deltaErr) - math.Sqrt(least)
		return b.derivative[1]*in.muErr + min(bySpread, b.derivative[1]*spread)
	}
	return min(rate(order+1, in.muErr)+bySpread, 2*b.average(order, least))
}
