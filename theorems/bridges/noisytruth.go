package bridges

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/precise"
)

// noisyTruth is what oracles know of a noisy network at net inputs x: φ and φ'
// rounded once, W by entries, and what an honest implementation of unit
// roundoff u may miss them by.
type noisyTruth struct {
	net   *model.RNN
	noise model.Noise
	u     float64
	rank  int // R of a low-rank network, otherwise N

	law         precise.Network
	w, absW     [][]float64 // W, and |scale||M||N|ᵀ or |W|, which its rounding scales with
	exactW      *exact.Matrix
	p           [][]float64
	x, input    []float64
	d, dErr     []float64 // φ'(x)
	drive       []float64 // |b| + |B||u|
	value, vErr []float64 // φ(x)
}

// tiny is four of the smallest subnormals, where relative accuracy ends.
const tiny = 0x1p-1072

func observeNoisy(c generators.NoisyPoint, u float64) (*noisyTruth, error) {
	noise, err := c.Noise()
	if err != nil {
		return nil, err
	}
	t := &noisyTruth{u: u, x: c.X, input: c.U, p: c.P(), noise: noise}
	if err := t.connect(c.Network); err != nil {
		return nil, err
	}
	t.law = precise.Network{W: t.w, Phi: c.Nonlinearity, B: c.B}
	if t.law.Bias, err = t.law.FixingBias(c.X, c.U); err != nil {
		return nil, err
	}
	if t.net, err = c.RNN(t.law.Bias); err != nil {
		return nil, err
	}
	return t, t.measure()
}

// connect sets W by its entries, exactly and rounded once.
func (t *noisyTruth) connect(c generators.Network) (err error) {
	if !c.LowRank() {
		t.rank, t.w, t.absW = len(c.W), c.W, dense.Abs(c.W)
		t.exactW, err = exact.FromFloat64(c.W)
		return err
	}
	return t.connectLoadings(c.M, c.N, c.Scale)
}

func (t *noisyTruth) connectLoadings(m, n [][]float64, scale float64) error {
	left, err := exact.FromFloat64(m)
	if err != nil {
		return err
	}
	right, err := exact.FromFloat64(n)
	if err != nil {
		return err
	}
	factor, err := exact.FromFloat64([][]float64{{scale}})
	if err != nil {
		return err
	}
	t.rank = len(m[0])
	t.exactW = left.Mul(right.T()).Scale(factor.At(0, 0))
	t.w = t.exactW.Float64()
	t.absW = dense.MatMul(dense.Abs(m), dense.Transpose(dense.Abs(n)))
	for i := range t.absW {
		for j := range t.absW {
			t.absW[i][j] *= math.Abs(scale)
		}
	}
	return nil
}

// measure sets what is known at x.
func (t *noisyTruth) measure() error {
	n := len(t.x)
	t.d, t.dErr, t.value, t.vErr, t.drive = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i, x := range t.x {
		var err error
		if t.value[i], t.vErr[i], err = t.phi(x); err != nil {
			return err
		}
		if t.d[i], err = precise.Phi(t.law.Phi, x, 1); err != nil {
			return err
		}
		second, err := precise.Phi(t.law.Phi, x, 2)
		if err != nil {
			return err
		}
		t.dErr[i] = (8*t.d[i]+4*math.Abs(x*second))*t.u + tiny
		t.drive[i] = math.Abs(t.law.Bias[i])
		for j, v := range t.input {
			t.drive[i] += math.Abs(t.law.B[i][j] * v)
		}
	}
	return nil
}

// phi returns φ(x) and what an implementation may miss it by.
func (t *noisyTruth) phi(x float64) (value, allowed float64, err error) {
	if value, err = precise.Phi(t.law.Phi, x, 0); err != nil {
		return 0, 0, err
	}
	slope, err := precise.Phi(t.law.Phi, x, 1)
	return value, (8*math.Abs(value)+4*math.Abs(x*slope))*t.u + tiny, err
}

// units is the number of roundings of a sum over all units and inputs.
func (t *noisyTruth) units() float64 { return float64(len(t.x) + len(t.input) + t.rank + 16) }

// jacobian returns J by entries, and what a J may be off by: (R+16)u on
// |scale||M||N|ᵀ, and the error of φ'.
func (t *noisyTruth) jacobian(form model.Form) (j, allowed [][]float64) {
	n := len(t.x)
	j, allowed = make([][]float64, n), make([][]float64, n)
	for i := range n {
		j[i], allowed[i] = make([]float64, n), make([]float64, n)
		for k := range n {
			at := k
			if form == model.Activity {
				at = i
			}
			j[i][k] = t.w[i][k] * t.d[at]
			allowed[i][k] = t.absW[i][k]*(float64(t.rank+16)*t.u*t.d[at]+t.dErr[at]) + tiny
		}
	}
	return j, allowed
}

// exactJacobian returns J in rationals, of slopes rounded once.
func (t *noisyTruth) exactJacobian(form model.Form) (*exact.Matrix, error) {
	d, err := exact.DiagonalFloat64(t.d)
	if err != nil {
		return nil, err
	}
	if form == model.Activity {
		return d.Mul(t.exactW), nil
	}
	return t.exactW.Mul(d), nil
}

// rest returns x, or r = φ(x).
func (t *noisyTruth) rest(form model.Form) (rest, allowed []float64) {
	if form == model.Activity {
		return t.value, t.vErr
	}
	return t.x, make([]float64, len(t.x))
}

// next returns W φ(s) + b + B u, or φ(W s + b + B u), and what an
// implementation may miss it by.
func (t *noisyTruth) next(form model.Form, state []float64) (next, allowed []float64, err error) {
	n := len(state)
	out, passed := append([]float64(nil), state...), make([]float64, n)
	if form == model.Activation {
		for i, s := range state {
			if out[i], passed[i], err = t.phi(s); err != nil {
				return nil, nil, err
			}
		}
	}
	if next, err = t.law.NetInput(out, t.input); err != nil {
		return nil, nil, err
	}
	size, error1 := dense.AbsMatVec(t.absW, out), dense.MatVec(t.absW, passed)
	allowed = make([]float64, n)
	for i := range next {
		allowed[i] = t.units()*t.u*(size[i]+t.drive[i]) + 2*error1[i] + tiny
		if form == model.Activity {
			lipschitz, _, _ := precise.Constants(t.law.Phi)
			value, own, err := t.phi(next[i])
			if err != nil {
				return nil, nil, err
			}
			next[i], allowed[i] = value, lipschitz*allowed[i]+2*own
		}
	}
	return next, allowed, nil
}

// onKink reports whether a unit is at a kink of φ to half of working
// precision, beside one to a tenth: there a refusal is right, or may be.
func (t *noisyTruth) onKink() (on, beside bool) {
	for _, kink := range t.net.Nonlinearity().Kinks() {
		for _, x := range t.x {
			on = on || x == kink
			beside = beside || math.Abs(x-kink) <= 4*math.Sqrt(t.u)*(1+math.Abs(x))
		}
	}
	return on, beside
}
