package linearization

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// eigenvalues are those of M_x, and of M_r, with what an honest solver of either
// may do to them.
type eigenvalues struct {
	values     []complex128
	conditions []float64 // at least ‖l‖‖v‖ for lᵀv = 1, in both forms; ∞ of a multiple one
	moved      []float64 // at most so far are they found from where they are
	apart      []bool    // no other is found within four times what both are moved by
}

// eigenvaluesOf computes them by the oracle; false where it does not take the network.
//
// At a simple eigenvalue adj(λ − M) = p'(λ) v lᵀ, p' = Π(λ − λ_j) over the others, and its
// norm is at most (‖λ − M‖_F/√(N−1))^{N−1}, the geometric mean of N − 1 singular values
// being at most their quadratic one: that bounds ‖v‖‖l‖. An error E moves such a λ by
// at most N‖v‖‖l‖‖E‖ while that keeps it apart from others (Bauer and Fike), and any by
// elsner's bound.
func (t *truth) eigenvaluesOf(a allowance) (out eigenvalues, known bool) {
	if t.w == nil || t.n > dense.MaxSpectrum {
		return out, false
	}
	x, _ := t.matrix(model.Activation)
	r, _ := t.matrix(model.Activity)
	values, radii, err := dense.Spectrum(x)
	if err != nil {
		return out, false
	}
	n := float64(t.n)
	e := a.right + 10*n*t.u*t.sizeM(model.Activity) + slopeError(t)*(1+t.absSize())/t.shortest
	most := 4*t.elsner(a) + slopeError(t)/t.shortest
	out.values, out.apart = values, make([]bool, t.n)
	for i, lambda := range values {
		condition := math.Pow(max(distanceFrom(x, lambda), distanceFrom(r, lambda))/math.Sqrt(n-1), n-1)
		for j, other := range values {
			if j != i {
				condition /= max(0, cmplx.Abs(lambda-other)-radii[i]-radii[j])
			}
		}
		if math.IsNaN(condition) {
			condition = math.Inf(1)
		}
		out.conditions = append(out.conditions, max(1, condition))
		out.moved = append(out.moved, 8*n*out.conditions[i]*e+radii[i])
	}
	for i, lambda := range values {
		out.apart[i] = true
		for j, other := range values {
			if j != i && !(cmplx.Abs(lambda-other) > 4*(out.moved[i]+min(out.moved[j], most+radii[j]))) {
				out.apart[i] = false
			}
		}
	}
	for i := range values {
		if whole := most + radii[i]; !out.apart[i] || out.moved[i] > whole {
			out.moved[i] = whole
		}
	}
	return out, true
}

// distanceFrom returns ‖λ − A‖_F.
func distanceFrom(a [][]float64, lambda complex128) float64 {
	sum := 0.0
	for i, row := range a {
		for j, x := range row {
			if i == j {
				sum = math.Hypot(sum, cmplx.Abs(lambda-complex(x, 0)))
			} else {
				sum = math.Hypot(sum, x)
			}
		}
	}
	return sum
}

// clear lists the eigenvalues that no solver takes for one of −1/τ_i.
func (e eigenvalues) clear(tau []float64) (out []int) {
	for i, lambda := range e.values {
		distance := math.Inf(1)
		for _, x := range tau {
			distance = min(distance, cmplx.Abs(lambda+complex(1/x, 0)))
		}
		if distance > e.moved[i] {
			out = append(out, i)
		}
	}
	return out
}

// indistinct is how many eigenvalues are −1/τ_i for a matrix within the allowed
// backward error of M_x, at least: singular values that are 0 to it.
func (t *truth) indistinct(a allowance) (count int) {
	for i, tau := range t.tau {
		if slices.Contains(t.tau[:i], tau) {
			continue
		}
		shifted, _ := t.matrix(model.Activation)
		for k := range shifted {
			shifted[k][k] += 1 / tau
		}
		for _, x := range dense.SingularValues(shifted) {
			if x <= a.right {
				count++
			}
		}
	}
	return count
}

// refused is for a subject that calls a spectrum defective. That is wrong, and fails,
// where each mode that connectivity shapes is apart from all other eigenvalues and of a
// condition ‖l‖‖v‖ that leaves half of the digits; elsewhere it is an abstention.
func (t *truth) refused(f *theorems.Finding, refusal error) {
	if t.regular() {
		f.Demand("modes are found where eigenvalues are apart and ‖l‖‖v‖ ≤ 1/√u", false)
		return
	}
	f.Abstain(refusal.Error())
}

// regular reports whether rounding leaves no doubt of a basis of modes: see refused.
func (t *truth) regular() bool {
	e, known := t.eigenvaluesOf(t.allowance())
	if !known || slices.ContainsFunc(t.d, func(d float64) bool { return d != 0 && d < math.Sqrt(t.smallest) }) {
		return false // or slopes so small that a vector times D underflows
	}
	clear := e.clear(t.tau)
	if rest := t.n - len(clear); rest > 1 && rest != t.n-t.shaped() {
		return false // several at μ = 0 to rounding, or a few of which some may be kept
	}
	return !slices.ContainsFunc(clear, func(i int) bool { return !e.apart[i] || !(e.conditions[i] <= 1/math.Sqrt(t.u)) })
}

// shaped is how many eigenvalues connectivity shapes: N, or at most R of a low-rank
// network for each of its time constants.
func (t *truth) shaped() int {
	if t.rank == 0 {
		return t.n
	}
	groups := map[float64]int{}
	for _, tau := range t.tau {
		groups[tau]++
	}
	out := 0
	for _, units := range groups {
		out += min(units, t.rank)
	}
	return out
}
