package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// ReducedNetwork is a low-rank network of N units with its 1/N explicit,
//
//	ẋ_i = −x_i + Σ_j J_ij φ(x_j) + I_i u(t),  J = (1/N) M Nᵀ,
//
// as the R-dimensional system that it exactly is (M1): from x(0) = Mκ(0) +
// I v(0) it stays at x = M κ + I v,
//
//	dκ/dt = F_N(κ, v) = −κ + (1/N) Nᵀ φ(M κ + I v),  dv/dt = −v + u(t).
//
// As a VectorField it is F_N(κ, 1), the network whose input has always been
// on. Time is in units of τ. It is immutable.
type ReducedNetwork struct {
	phi   Nonlinearity
	m, n  array
	input []float64
}

// NewReducedNetwork returns the network of loadings M and N (both N×R) and
// input I (N), copied; a nil input is 0. Shapes that do not fit, and numbers
// that are not finite, are ErrInvalid.
func NewReducedNetwork(phi Nonlinearity, m, n mat.Matrix, input []float64) (*ReducedNetwork, error) {
	if phi.value == nil {
		return nil, invalidf("nonlinearity is missing")
	}
	if given(m) == nil || given(n) == nil {
		return nil, invalidf("M and N are needed")
	}
	if _, err := NewLowRank(m, n, 1); err != nil {
		return nil, err
	}
	units, _ := m.Dims()
	if input == nil {
		input = make([]float64, units)
	}
	if err := finiteVector("I", input, units); err != nil {
		return nil, err
	}
	return &ReducedNetwork{phi, arrayOf(m), arrayOf(n), append([]float64(nil), input...)}, nil
}

// Units returns N.
func (net *ReducedNetwork) Units() int { return net.m.rows }

// Dim returns R.
func (net *ReducedNetwork) Dim() int { return net.m.cols }

// Rank returns R.
func (net *ReducedNetwork) Rank() int { return net.m.cols }

// Nonlinearity returns φ.
func (net *ReducedNetwork) Nonlinearity() Nonlinearity { return net.phi }

// M returns a copy of the output loadings (N×R).
func (net *ReducedNetwork) M() *mat.Dense { return net.m.dense() }

// N returns a copy of the input-selection loadings (N×R).
func (net *ReducedNetwork) N() *mat.Dense { return net.n.dense() }

// Input returns a copy of I (N).
func (net *ReducedNetwork) Input() []float64 { return append([]float64(nil), net.input...) }

// RNN returns the same network as an RNN in activation form: τ = 1, W =
// (1/N) M Nᵀ, no bias, and I as the input weights of one channel, u = v.
func (net *ReducedNetwork) RNN() (*RNN, error) {
	w, err := NewLowRank(net.m.dense(), net.n.dense(), 1/float64(net.Units()))
	if err != nil {
		return nil, err
	}
	in := mat.NewDense(net.Units(), 1, append([]float64(nil), net.input...))
	return NewRNN(RNNConfig{Connectivity: w, Nonlinearity: net.phi, Tau: []float64{1}, Input: in})
}

// State returns x = M κ + I v (N).
func (net *ReducedNetwork) State(kappa []float64, v float64) ([]float64, error) {
	if err := net.check(kappa, v); err != nil {
		return nil, err
	}
	return net.state(kappa, v), nil
}

func (net *ReducedNetwork) check(kappa []float64, v float64) error {
	if err := finiteVector("kappa", kappa, net.Rank()); err != nil {
		return err
	}
	return finiteVector("v", []float64{v}, 1)
}

func (net *ReducedNetwork) state(kappa []float64, v float64) []float64 {
	x := make([]float64, net.Units())
	for i := range x {
		x[i] = net.netInput(i, kappa, v)
	}
	return x
}

func (net *ReducedNetwork) netInput(i int, kappa []float64, v float64) float64 {
	x := net.input[i] * v
	for r, k := range kappa {
		x += net.m.data[i*len(kappa)+r] * k
	}
	return x
}

// Field returns F_N(κ, 1) (R).
func (net *ReducedNetwork) Field(kappa []float64) ([]float64, error) { return net.FieldAt(kappa, 1) }

// FieldAt returns F_N(κ, v) (R), in O(N R).
func (net *ReducedNetwork) FieldAt(kappa []float64, v float64) ([]float64, error) {
	if err := net.check(kappa, v); err != nil {
		return nil, err
	}
	return net.field(kappa, v, nil), nil
}

// field is FieldAt with a further part of x beside the loadings, nil for none.
func (net *ReducedNetwork) field(kappa []float64, v float64, beside func(i int) float64) []float64 {
	rank := net.Rank()
	out := make([]float64, rank)
	for i := range net.m.rows {
		x := net.netInput(i, kappa, v)
		if beside != nil {
			x += beside(i)
		}
		r := net.phi.value(x)
		for k := range out {
			out[k] += net.n.data[i*rank+k] * r
		}
	}
	for k := range out {
		out[k] = out[k]/float64(net.m.rows) - kappa[k]
	}
	return out
}

// Jacobian returns DF_N(κ, 1) = −1 + (1/N) Nᵀ D M (R×R), D = diag φ'(x) at x =
// Mκ + I. With N−R times −1, its spectrum is that of the N-unit network (X1).
func (net *ReducedNetwork) Jacobian(kappa []float64) (*mat.Dense, error) {
	if err := net.check(kappa, 1); err != nil {
		return nil, err
	}
	rank := net.Rank()
	out := newArray(rank, rank)
	for i := range net.m.rows {
		d := net.phi.first(net.netInput(i, kappa, 1))
		if d == 0 {
			continue
		}
		m, n := net.m.row(i), net.n.row(i)
		for r := range rank {
			nd := n[r] * d
			for s := range rank {
				out.data[r*rank+s] += nd * m[s]
			}
		}
	}
	for k := range out.data {
		out.data[k] /= float64(net.m.rows)
	}
	for r := range rank {
		out.data[r*rank+r]--
	}
	return out.dense(), nil
}

// TrappingBox returns |κ_r| ≤ sup|φ| (1/N) Σ_i |n_ir|, which the dynamics never
// leave (M6). An unbounded φ has none, ErrInvalid.
func (net *ReducedNetwork) TrappingBox() (Box, error) {
	if math.IsInf(net.phi.sup, 0) {
		return Box{}, invalidf("%s is unbounded: no box traps the dynamics", net.phi.name)
	}
	box := Box{make([]float64, net.Rank()), make([]float64, net.Rank())}
	for i := range net.m.rows {
		for r, n := range net.n.row(i) {
			box.Upper[r] += math.Abs(n)
		}
	}
	for r := range box.Upper {
		box.Upper[r] *= net.phi.sup / float64(net.Units())
		box.Lower[r] = -box.Upper[r]
	}
	return box, nil
}

// Gauge returns the network of loadings M G and N G⁻ᵀ: the same J, in the
// latents G⁻¹κ. (M5)
func (net *ReducedNetwork) Gauge(g mat.Matrix) (*ReducedNetwork, error) {
	gauge, inverse, err := gaugeOf(g, net.Rank())
	if err != nil {
		return nil, err
	}
	return NewReducedNetwork(net.phi, net.m.mul(gauge).dense(), net.n.mulT(inverse).dense(), net.input)
}
