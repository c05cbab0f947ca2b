package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// NoisyLinearization is a noisy network in discrete time near a rest, as a
// linear network: with y the deviation from Rest,
//
//	y_{t+1} = J y_t + ε_t,   ε ~ N(0, P) white,
//
// up to O(y²). The network has no leak, W is as it is given, and τ takes no
// part: see RNN.LinearizeNoisy.
type NoisyLinearization struct {
	Network *LinearRNN
	Form    Form
	Rest    []float64 // x, or r = φ(x) (N)
	// Residual is the largest component of W φ(x) + b + B u − x as computed, by
	// which x is not a fixed point; ResidualError bounds the rounding in it. The
	// linear network stands for the deviations from an exact fixed point, and
	// describes those from x up to a constant drive of that size.
	Residual, ResidualError float64
}

// LinearizeNoisy returns the linear network that the network without a leak is
// near net inputs x (N), a fixed point under constant input u (q), in the
// activation form x_{t+1} = W φ(x_t) + b + B u + η_t, or the activity form
// r_{t+1} = φ(W r_t + b + B u) + ε_t, whose rest is r = φ(x). With D = diag
// φ'(x) (N×N),
//
//	J = W D in activation form,   J = D W in activity form,
//
// and noise P (N×N) of η or ε. It starts from no law of its own: it is
// stationary iff ρ(J) < 1, which is asked where it matters (ErrUnstable there).
// That the flow is stable, Re μ < 1 for every eigenvalue μ of J, does not
// imply it. (X2)
//
// Of W = scale·M Nᵀ loadings are (scale·M, D N) or (scale·D M, N), each N×R, and
// nothing is formed of size N×N: O(N R).
//
// That x is a fixed point is not asked but reported. A unit on a kink of φ, to
// half of working precision, has no linearization: ErrInvalid with the unit
// named, as are shapes that do not fit and numbers that are not finite.
func (net *RNN) LinearizeNoisy(form Form, x, u []float64, noise Noise) (*NoisyLinearization, error) {
	if err := net.checkNoisy(form, "x", x, u, noise); err != nil {
		return nil, err
	}
	for i, xi := range x {
		if net.phi.nearKink(xi) {
			return nil, invalidf("x[%d] is %v, on a kink of %s: there is no linearization", i, xi, net.phi.name)
		}
	}
	slopes, err := net.Derivatives(x)
	if err != nil {
		return nil, err
	}
	config := LinearRNNConfig{P: noise}
	if low, ok := net.w.(*LowRank); ok {
		m, n := arrayOf(low.m).scaled(low.scale), arrayOf(low.n)
		if form == Activity {
			m = m.scaledRows(slopes)
		} else {
			n = n.scaledRows(slopes)
		}
		config.M, config.N = m.dense(), n.dense()
	} else {
		j := arrayOf(net.w.Dense())
		if form == Activity {
			j = j.scaledRows(slopes)
		} else {
			j = j.scaledColumns(slopes)
		}
		config.J = j.dense()
	}
	linear, err := NewLinearRNN(config)
	if err != nil {
		return nil, err
	}
	l := &NoisyLinearization{Network: linear, Form: form, Rest: append([]float64(nil), x...)}
	if form == Activity {
		l.Rest = net.phiOf(x)
	}
	l.Residual, l.ResidualError = net.mapResidual(x, u)
	return l, nil
}

// checkNoisy refuses a form that does not exist, and states, inputs and noise
// that are not of the network's size.
func (net *RNN) checkNoisy(form Form, name string, state, u []float64, noise Noise) error {
	if err := form.check(); err != nil {
		return err
	}
	if err := net.checkState(name, state, u); err != nil {
		return err
	}
	return net.checkNoise(noise)
}

func (net *RNN) checkNoise(noise Noise) error {
	if noise.Dim() != net.Units() {
		return invalidf("noise is of %d units, want %d", noise.Dim(), net.Units())
	}
	return nil
}

// nearKink reports whether x is a kink of φ to half of working precision.
func (p Nonlinearity) nearKink(x float64) bool {
	for _, kink := range p.kinks {
		if math.Abs(x-kink) <= math.Sqrt(unitRoundoff)*(1+math.Abs(x)) {
			return true
		}
	}
	return false
}

// mapResidual returns the largest component of W φ(x) + b + B u − x and a
// bound of its rounding error: (N+R+q+16)u on sums of absolute values.
func (net *RNN) mapResidual(x, u []float64) (residual, rounding float64) {
	drive, next := make([]float64, len(x)), make([]float64, len(x))
	net.drive(drive, u)
	r := net.phiOf(x)
	net.w.Apply(next, r)
	size := net.absoluteApply(r)
	terms := float64(len(x) + len(u) + 16)
	if low, ok := net.w.(*LowRank); ok {
		terms += float64(low.Rank())
	}
	for i := range x {
		total := size[i] + math.Abs(net.bias[i]) + math.Abs(x[i])
		for j, uj := range u {
			total += math.Abs(net.in.At(i, j) * uj)
		}
		residual = math.Max(residual, math.Abs(next[i]+drive[i]-x[i]))
		rounding = math.Max(rounding, terms*unitRoundoff*total)
	}
	return residual, rounding
}

// absoluteApply returns |W| |v|, of a low-rank W |scale| |M| (|N|ᵀ|v|).
func (net *RNN) absoluteApply(v []float64) []float64 {
	size := make([]float64, len(v))
	for i := range v {
		size[i] = math.Abs(v[i])
	}
	low, ok := net.w.(*LowRank)
	if !ok {
		return absoluteArray(net.w.Dense()).timesVector(size)
	}
	out := absoluteArray(low.m).timesVector(absoluteArray(low.n).timesVectorT(size))
	for i := range out {
		out[i] *= math.Abs(low.scale)
	}
	return out
}

func absoluteArray(m mat.Matrix) array {
	a := arrayOf(m)
	for i, x := range a.data {
		a.data[i] = math.Abs(x)
	}
	return a
}

// PassNoise returns the law of W ε for ε ~ N(0, P), the covariance W P Wᵀ
// (N×N): the noise of the activation form, x = W r + b + B u, of a network
// whose activity form has noise P. (X3)
//
// It is F Fᵀ, with a factor F of R columns for W = scale·M Nᵀ, F = scale·M Rᵀ
// where (P^½)ᵀN = Q R: singular as soon as N > R, and never formed, in O(N R²)
// for structured P. Noise of another size is ErrInvalid, as is one that overflows.
func (net *RNN) PassNoise(noise Noise) (Noise, error) {
	if err := net.checkNoise(noise); err != nil {
		return Noise{}, err
	}
	root, err := noise.root()
	if err != nil {
		return Noise{}, err
	}
	var left, right array // W = left rightᵀ
	if low, ok := net.w.(*LowRank); ok {
		left, right = arrayOf(low.m).scaled(low.scale), arrayOf(low.n)
	} else {
		left, right = identityArray(net.Units()), arrayOf(net.w.Dense()).t()
	}
	_, triangle := root.tmul(right).qr() // W P Wᵀ = left triangleᵀ triangle leftᵀ
	factor := left.mulT(triangle)
	if !finite(factor.data) {
		return Noise{}, invalidf("W P Wᵀ exceeds float64")
	}
	return LowRankNoise(make([]float64, net.Units()), factor.dense())
}
