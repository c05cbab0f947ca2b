package model

import "gonum.org/v1/gonum/mat"

// Linearization is the pair of linear systems that describe a network near a
// state x: δẋ = M_x δx + τ⁻¹B δu with M_x = τ⁻¹(−I + W D) in activation form,
// δṙ = M_r δr + τ⁻¹D B δu with M_r = τ⁻¹(−I + D W) in activity form, where
// D = diag φ'(x). (arXiv:2309.04030)
type Linearization struct {
	net    *RNN
	slopes []float64 // φ'(x), the diagonal of D
}

// Linearize returns the linearizations of both forms at the net inputs x (N).
// They describe deviations from x; whether x is a fixed point is not asked.
func (net *RNN) Linearize(x []float64) (*Linearization, error) {
	d, err := net.Derivatives(x)
	if err != nil {
		return nil, err
	}
	return &Linearization{net, d}, nil
}

// Network returns the network that was linearized.
func (l *Linearization) Network() *RNN { return l.net }

// Slopes returns a copy of the diagonal of D (N), the slopes φ'(x).
func (l *Linearization) Slopes() []float64 { return append([]float64(nil), l.slopes...) }

// Apply sets dst = M v (N) in the given form, without forming M; units 1/τ.
func (l *Linearization) Apply(form Form, dst, v []float64) {
	form.must()
	switch form {
	case Activation:
		l.net.w.Apply(dst, l.scaled(v))
	case Activity:
		l.net.w.Apply(dst, v)
		for i := range dst {
			dst[i] *= l.slopes[i]
		}
	}
	for i := range dst {
		dst[i] = (-v[i] + dst[i]) / l.net.Tau(i)
	}
}

// scaled returns D v.
func (l *Linearization) scaled(v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = l.slopes[i] * v[i]
	}
	return out
}

// Matrix returns M_x or M_r as a new dense N×N matrix, in 1/time. For a
// low-rank network of many units use Apply, Spectrum and Modes, which do not
// expand.
func (l *Linearization) Matrix(form Form) *mat.Dense {
	form.must()
	a := l.net.w.Dense()
	n := l.net.Units()
	for i := range n {
		for j := range n {
			gain := l.slopes[j]
			if form == Activity {
				gain = l.slopes[i]
			}
			w := a.At(i, j) * gain
			if i == j {
				w--
			}
			a.Set(i, j, w/l.net.Tau(i))
		}
	}
	return a
}

// Input returns the matrix through which inputs enter (N×q): τ⁻¹B in
// activation form, τ⁻¹D B in activity form; nil when q = 0.
func (l *Linearization) Input(form Form) *mat.Dense {
	form.must()
	b := l.net.Input()
	if b == nil {
		return nil
	}
	for i := range l.net.Units() {
		for j := range l.net.q {
			v := b.At(i, j) / l.net.Tau(i)
			if form == Activity {
				v *= l.slopes[i]
			}
			b.Set(i, j, v)
		}
	}
	return b
}
