package linearization

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// truth is what oracles know of a network at a state x that its bias makes a
// fixed point: the numbers that claims compare with, and the allowances that
// an honest implementation in arithmetic of unit roundoff u needs.
type truth struct {
	net      *model.RNN
	law      precise.Network
	u        float64 // unit roundoff of the subject
	smallest float64 // added to relative errors: see theorems.Underflow
	n        int
	rank     int // R of a low-rank network, 0 of a dense one

	x, input []float64 // state (N), constant input u (q)
	connectivity
	w, absW    [][]float64 // W and its magnitudes by entries (N×N), nil beyond small networks
	d, dErr    []float64   // φ'(x) and what an implementation may miss it by
	second     []float64   // φ''(x)
	outputs    []output    // φ(x), as far as it was asked for: see phiErrAt
	tau        []float64   // (N)
	b          [][]float64 // B (N×q), nil where q = 0
	loadingsM  float64     // 2-norm condition of M, of its blocks for unit-wise τ
	loadingsN  float64
	overlap    float64 // ‖scale·|N|ᵀD|M|‖_F
	shortest   float64 // min τ
	condGroups int     // distinct time constants
}

// observe computes the truth at state x; u is the subject's unit roundoff.
func observe(net generators.Network, x []float64, u float64) (*truth, error) {
	t := &truth{u: u, smallest: theorems.Underflow(u), n: net.Units(), x: x, input: net.U, b: net.B}
	t.w, t.absW = net.W, nil
	if net.LowRank() {
		t.rank = len(net.M[0])
		t.expand(net)
	} else {
		t.absW = dense.Abs(t.w)
	}
	t.tau = net.Tau
	if len(t.tau) != t.n {
		t.tau = make([]float64, t.n)
		for i := range t.tau {
			t.tau[i] = net.Tau[0]
		}
	}
	t.law = precise.Network{W: t.w, Phi: net.Nonlinearity, Tau: t.tau, Bias: make([]float64, t.n), B: net.B}
	bias, err := t.law.FixingBias(x, net.U)
	if err != nil {
		return nil, err
	}
	t.law.Bias = bias
	if t.d, err = t.law.Derivative(x); err != nil {
		return nil, err
	}
	t.connectivity = entries{t.w, t.absW}
	if err := t.measureSlopes(net.Nonlinearity); err != nil {
		return nil, err
	}
	if net.LowRank() {
		t.measureLoadings(net.M, net.N, net.Scale)
	}
	t.net, err = net.RNN(bias)
	return t, err
}

// netInput returns W r + b + B u.
func (t *truth) netInput(r, u []float64) ([]float64, error) {
	if t.w != nil {
		return t.law.NetInput(r, u)
	}
	x := t.apply(r, false)
	for i := range x {
		x[i] += t.law.Bias[i]
		for j := range u {
			x[i] += t.b[i][j] * u[j]
		}
	}
	return x, nil
}

// field returns the right-hand side at a state: by entries rounded once, by
// loadings to a few roundings of its terms.
func (t *truth) field(form model.Form, state, u []float64) ([]float64, error) {
	switch {
	case t.w != nil && form == model.Activation:
		return t.law.ActivationField(state, u)
	case t.w != nil:
		return t.law.ActivityField(state, u)
	}
	out := append([]float64(nil), state...)
	var err error
	for i := range out {
		if form == model.Activation {
			if out[i], err = precise.Phi(t.law.Phi, state[i], 0); err != nil {
				return nil, err
			}
		}
	}
	if out, err = t.netInput(out, u); err != nil {
		return nil, err
	}
	for i := range out {
		if form == model.Activity {
			if out[i], err = precise.Phi(t.law.Phi, out[i], 0); err != nil {
				return nil, err
			}
		}
		out[i] = (out[i] - state[i]) / t.tau[i]
	}
	return out, nil
}

// measureSlopes sets the allowed errors of φ', and the shortest τ.
func (t *truth) measureSlopes(phi string) error {
	t.dErr = make([]float64, t.n)
	for i, x := range t.x {
		second, err := precise.Phi(phi, x, 2)
		if err != nil {
			return err
		}
		t.second = append(t.second, second)
		// φ' of an argument that is off by a few roundings, and a few more.
		t.dErr[i] = (8*t.d[i]+4*math.Abs(x*second))*t.u + t.smallest
	}
	t.shortest = math.Inf(1)
	for _, tau := range t.tau {
		t.shortest = min(t.shortest, tau)
	}
	return nil
}

// expand forms W = scale·M Nᵀ, each entry within 2u of scale·|M||N|ᵀ.
func (t *truth) expand(net generators.Network) {
	t.w, t.absW = make([][]float64, t.n), make([][]float64, t.n)
	for i := range t.w {
		t.w[i], t.absW[i] = make([]float64, t.n), make([]float64, t.n)
		for j := range t.w[i] {
			sum, _ := dense.DotDD(net.M[i], net.N[j])
			t.w[i][j] = net.Scale * sum
			for r := range net.M[i] {
				t.absW[i][j] += math.Abs(net.Scale * net.M[i][r] * net.N[j][r])
			}
		}
	}
}

// measureLoadings computes what the eigenvectors of the small problem lose on
// the way to N units: condition numbers of N, and of the block-diagonal matrix
// of M's rows, a block for each group of equal τ.
func (t *truth) measureLoadings(m, n [][]float64, scale float64) {
	t.rank = len(m[0])
	groups := map[float64][]int{}
	for i, tau := range t.tau {
		groups[tau] = append(groups[tau], i)
	}
	t.condGroups = len(groups)
	t.loadingsN = condition(n)
	largest, least := 0.0, math.Inf(1)
	for _, units := range groups {
		if len(units) < t.rank { // their own coordinates are used there
			largest, least = max(largest, 1), min(least, 1)
			continue
		}
		var rows [][]float64
		for _, i := range units {
			rows = append(rows, m[i])
		}
		s := dense.SingularValues(rows)
		largest, least = max(largest, s[0]), min(least, s[len(s)-1])
	}
	t.loadingsM = math.Inf(1)
	if least > 0 {
		t.loadingsM = largest / least
	}
	for r := range t.rank {
		for s := range t.rank {
			entry := 0.0
			for i := range t.n {
				entry += math.Abs(scale * n[i][r] * t.d[i] * m[i][s])
			}
			t.overlap += entry * entry
		}
	}
	t.overlap = math.Sqrt(t.overlap)
}

func condition(a [][]float64) float64 {
	s := dense.SingularValues(a)
	if last := s[len(s)-1]; last > 0 && len(a) >= len(a[0]) {
		return s[0] / last
	}
	return math.Inf(1)
}

// units is the number of roundings of a sum over all units and inputs.
func (t *truth) units() float64 { return float64(t.n + len(t.input) + t.rank + 8) }

// matrix returns M_x or M_r, and the same of absolute values, which rounding
// of its entries scales with.
func (t *truth) matrix(form model.Form) (m, abs [][]float64) {
	m, abs = make([][]float64, t.n), make([][]float64, t.n)
	for i := range m {
		m[i], abs[i] = make([]float64, t.n), make([]float64, t.n)
		for j := range m[i] {
			slope := t.d[j]
			if form == model.Activity {
				slope = t.d[i]
			}
			m[i][j], abs[i][j] = t.w[i][j]*slope, t.absW[i][j]*slope
			if i == j {
				m[i][j]--
				abs[i][j]++
			}
			m[i][j] /= t.tau[i]
			abs[i][j] /= t.tau[i]
		}
	}
	return m, abs
}

// phiErr is what an implementation may miss φ(x) by.
func (t *truth) phiErr(x float64) (value, err float64, failure error) {
	value, failure = precise.Phi(t.law.Phi, x, 0)
	if failure != nil {
		return 0, 0, failure
	}
	slope, failure := precise.Phi(t.law.Phi, x, 1)
	return value, (8*math.Abs(value)+4*math.Abs(x*slope))*t.u + t.smallest, failure
}

// phiErrAt is phiErr of x_i, computed once: 300 bits of it take their time, and
// every statement wants them.
func (t *truth) phiErrAt(i int) (value, err float64, failure error) {
	if t.outputs == nil {
		t.outputs = make([]output, t.n)
	}
	o := &t.outputs[i]
	if !o.known {
		value, failure := precise.Phi(t.law.Phi, t.x[i], 0)
		if failure != nil {
			return 0, 0, failure
		}
		*o = output{value, (8*math.Abs(value)+4*math.Abs(t.x[i]*t.d[i]))*t.u + t.smallest, true}
	}
	return o.value, o.err, nil
}

// output is φ(x_i), and what an implementation may miss it by.
type output struct {
	value, err float64
	known      bool
}

// drive returns |b| + |B||u| for an input (q), unit by unit.
func (t *truth) drive(u []float64) []float64 {
	out := make([]float64, t.n)
	for i := range out {
		out[i] = math.Abs(t.law.Bias[i])
		for j := range u {
			out[i] += math.Abs(t.b[i][j] * u[j])
		}
	}
	return out
}

// abs returns |W| v.
func (t *truth) abs(v []float64) []float64 { return t.magnitude(v, false) }

// absSize returns ‖|W|‖_F.
func (t *truth) absSize() float64 {
	ones := make([]float64, t.n)
	for i := range ones {
		ones[i] = 1
	}
	return t.frobenius(ones, ones)
}

// absRows returns the largest row sum of |W|.
func (t *truth) absRows() float64 {
	_, _, rows := t.norms()
	return rows
}

// timesW returns W v, or Wᵀ v.
func (t *truth) timesW(v []complex128, transpose bool) []complex128 {
	re, im := make([]float64, t.n), make([]float64, t.n)
	for i, z := range v {
		re[i], im[i] = real(z), imag(z)
	}
	re, im = t.apply(re, transpose), t.apply(im, transpose)
	out := make([]complex128, t.n)
	for i := range out {
		out[i] = complex(re[i], im[i])
	}
	return out
}

// timesM returns M v, or Mᵀ v, of either form.
func (t *truth) timesM(form model.Form, v []complex128, transpose bool) []complex128 {
	in, out := t.sides(form, transpose)
	u := make([]complex128, t.n)
	for i := range u {
		u[i] = complex(in[i], 0) * v[i]
	}
	u = t.timesW(u, transpose)
	for i := range u {
		u[i] = complex(out[i], 0)*u[i] - v[i]/complex(t.tau[i], 0)
	}
	return u
}

// absM returns |M| v, or |M|ᵀ v, for v ≥ 0.
func (t *truth) absM(form model.Form, v []float64, transpose bool) []float64 {
	in, out := t.sides(form, transpose)
	u := make([]float64, t.n)
	for i := range u {
		u[i] = in[i] * v[i]
	}
	u = t.magnitude(u, transpose)
	for i := range u {
		u[i] = out[i]*u[i] + v[i]/t.tau[i]
	}
	return u
}

// sides returns the diagonals before and after W in M + τ⁻¹: M_x has D and
// τ⁻¹, M_r has 1 and τ⁻¹D; a transpose exchanges them.
func (t *truth) sides(form model.Form, transpose bool) (in, out []float64) {
	in, out = make([]float64, t.n), make([]float64, t.n)
	for i := range in {
		in[i], out[i] = t.d[i], 1/t.tau[i]
		if form == model.Activity {
			in[i], out[i] = 1, t.d[i]/t.tau[i]
		}
	}
	if transpose {
		return out, in
	}
	return in, out
}

// sizeM bounds ‖|M|‖_F of either form.
func (t *truth) sizeM(form model.Form) float64 {
	in, out := t.sides(form, false)
	leak := 0.0
	for _, tau := range t.tau {
		leak += 1 / (tau * tau)
	}
	return t.frobenius(out, in) + math.Sqrt(leak)
}

func absolute(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = math.Abs(x)
	}
	return out
}

func lengths(v []complex128) []float64 {
	out := make([]float64, len(v))
	for i, z := range v {
		out[i] = math.Hypot(real(z), imag(z))
	}
	return out
}

// norm is the Euclidean norm of a real or complex vector.
func norm[T dense.Scalar](v []T) float64 { return dense.VectorNorm2(v) }
