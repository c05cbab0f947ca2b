package model

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Form says which variable a network's dynamics are written in.
type Form int

const (
	// Activation is the form in the net inputs x:
	// τ ẋ = −x + W φ(x) + b + B u.
	Activation Form = iota
	// Activity is the form in the outputs r = φ(x):
	// τ ṙ = −r + φ(W r + b + B u).
	Activity
)

// Forms lists both forms, activation first.
var Forms = [2]Form{Activation, Activity}

// String returns "activation" or "activity".
func (f Form) String() string {
	switch f {
	case Activation:
		return "activation"
	case Activity:
		return "activity"
	}
	return fmt.Sprintf("Form(%d)", int(f))
}

// check refuses a form that does not exist.
func (f Form) check() error {
	if f != Activation && f != Activity {
		return invalidf("form is %v", f)
	}
	return nil
}

// must is check where a form that does not exist is misuse.
func (f Form) must() {
	if err := f.check(); err != nil {
		panic("model: " + err.Error())
	}
}

// FormByName is the inverse of String; any other name is ErrInvalid.
func FormByName(name string) (Form, error) {
	for _, f := range Forms {
		if f.String() == name {
			return f, nil
		}
	}
	return 0, invalidf("form %q is unknown; known: %v", name, Forms)
}

// RNNConfig is what NewRNN builds a network from.
type RNNConfig struct {
	Connectivity Connectivity
	Nonlinearity Nonlinearity
	Tau          []float64  // time constants > 0: one number for all units, or N
	Bias         []float64  // b (N); nil is zero
	Input        mat.Matrix // B (N×q); nil is no input (q = 0)
}

// RNN is a rate network with connectivity W (N×N), bias b (N), input weights
// B (N×q) and time constants τ. It is immutable; both forms of its dynamics
// (Form) are views of the same object.
type RNN struct {
	w    Connectivity
	phi  Nonlinearity
	tau  []float64 // length 1 or N
	bias []float64
	in   *mat.Dense // nil when q = 0
	q    int
}

// NewRNN validates and copies. Shapes that do not match, τ ≤ 0 and numbers
// that are not finite are ErrInvalid, with the entry named.
func NewRNN(c RNNConfig) (*RNN, error) {
	if c.Connectivity == nil {
		return nil, invalidf("connectivity is missing")
	}
	if c.Nonlinearity.value == nil {
		return nil, invalidf("nonlinearity is missing")
	}
	n := c.Connectivity.Units()
	if len(c.Tau) != 1 && len(c.Tau) != n {
		return nil, invalidf("tau has %d entries, want 1 or %d", len(c.Tau), n)
	}
	if err := finiteVector("tau", c.Tau, len(c.Tau)); err != nil {
		return nil, err
	}
	for i, t := range c.Tau {
		if !(t > 0) {
			return nil, invalidf("tau[%d] is %v, want > 0", i, t)
		}
	}
	net := &RNN{w: c.Connectivity, phi: c.Nonlinearity, tau: append([]float64(nil), c.Tau...), bias: make([]float64, n)}
	if c.Bias != nil {
		if err := finiteVector("b", c.Bias, n); err != nil {
			return nil, err
		}
		copy(net.bias, c.Bias)
	}
	if c.Input != nil {
		rows, cols := c.Input.Dims()
		if rows != n || cols == 0 {
			return nil, invalidf("B is %d×%d, want %d rows and at least one column", rows, cols, n)
		}
		if err := finiteMatrix("B", c.Input); err != nil {
			return nil, err
		}
		net.in, net.q = mat.DenseCopyOf(c.Input), cols
	}
	return net, nil
}

// Units returns N.
func (net *RNN) Units() int { return net.w.Units() }

// Inputs returns q, the number of input channels.
func (net *RNN) Inputs() int { return net.q }

// Connectivity returns W.
func (net *RNN) Connectivity() Connectivity { return net.w }

// Nonlinearity returns φ.
func (net *RNN) Nonlinearity() Nonlinearity { return net.phi }

// Tau returns the time constant of unit i.
func (net *RNN) Tau(i int) float64 {
	if len(net.tau) == 1 {
		return net.tau[0]
	}
	return net.tau[i]
}

// ScalarTau returns the time constant and true if all units share one.
func (net *RNN) ScalarTau() (float64, bool) {
	for _, t := range net.tau[1:] {
		if t != net.tau[0] {
			return 0, false
		}
	}
	return net.tau[0], true
}

// Bias returns a copy of b (N).
func (net *RNN) Bias() []float64 { return append([]float64(nil), net.bias...) }

// Input returns a copy of B (N×q), nil when q = 0.
func (net *RNN) Input() *mat.Dense {
	if net.in == nil {
		return nil
	}
	return mat.DenseCopyOf(net.in)
}

// drive sets dst = b + B u.
func (net *RNN) drive(dst, u []float64) {
	copy(dst, net.bias)
	if net.in == nil {
		return
	}
	for i := range dst {
		for j, uj := range u {
			dst[i] += net.in.At(i, j) * uj
		}
	}
}

// checkState refuses a state (N) or input (q) of the wrong length or with
// entries that are not finite.
func (net *RNN) checkState(name string, state, u []float64) error {
	if err := finiteVector(name, state, net.Units()); err != nil {
		return err
	}
	return finiteVector("u", u, net.q)
}

// Field returns the right-hand side of the dynamics in the given form at a
// state (N) under constant input u (q): τ⁻¹(−x + W φ(x) + b + B u) or
// τ⁻¹(−r + φ(W r + b + B u)), per unit of time.
func (net *RNN) Field(form Form, state, u []float64) ([]float64, error) {
	if err := form.check(); err != nil {
		return nil, err
	}
	if err := net.checkState("state", state, u); err != nil {
		return nil, err
	}
	drive := make([]float64, len(state))
	net.drive(drive, u)
	dst := make([]float64, len(state))
	net.field(form, dst, state, drive)
	return dst, nil
}

// field is Field for a drive b + B u that is already summed.
func (net *RNN) field(form Form, dst, state, drive []float64) {
	switch form {
	case Activation:
		net.w.Apply(dst, net.phiOf(state))
		for i := range dst {
			dst[i] = (-state[i] + dst[i] + drive[i]) / net.Tau(i)
		}
	case Activity:
		net.w.Apply(dst, state)
		for i := range dst {
			dst[i] = (-state[i] + net.phi.value(dst[i]+drive[i])) / net.Tau(i)
		}
	}
}

func (net *RNN) phiOf(x []float64) []float64 {
	r := make([]float64, len(x))
	for i := range x {
		r[i] = net.phi.value(x[i])
	}
	return r
}

// ToActivity returns r = φ(x) (N): a fixed point of the activation form goes
// to one of the activity form (L1).
func (net *RNN) ToActivity(x []float64) ([]float64, error) {
	if err := finiteVector("x", x, net.Units()); err != nil {
		return nil, err
	}
	return net.phiOf(x), nil
}

// ToActivation returns x = W r + b + B u (N), the inverse of ToActivity on
// fixed points (L1), and on trajectories for a u that is filtered (L10).
func (net *RNN) ToActivation(r, u []float64) ([]float64, error) {
	if err := net.checkState("r", r, u); err != nil {
		return nil, err
	}
	drive := make([]float64, len(r))
	net.drive(drive, u)
	x := make([]float64, len(r))
	net.w.Apply(x, r)
	for i := range x {
		x[i] += drive[i]
	}
	return x, nil
}

// Derivatives returns the diagonal of D(x) = diag φ'(x) (N).
func (net *RNN) Derivatives(x []float64) ([]float64, error) {
	if err := finiteVector("x", x, net.Units()); err != nil {
		return nil, err
	}
	d := make([]float64, len(x))
	for i := range x {
		d[i] = net.phi.first(x[i])
	}
	return d, nil
}
