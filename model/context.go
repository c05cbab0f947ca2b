package model

// ContextMode is one mode as it stands in one context: the state that the
// context puts the network in, and the mode's left vectors in both forms,
// l_x = D l_r, of one scale.
type ContextMode struct {
	State          []float64    // net inputs x (N) of the fixed point
	ActivationLeft []complex128 // l_x (N)
	ActivityLeft   []complex128 // l_r (N)
}

// InContext returns mode k of m at the state x as a ContextMode.
func (m *Modes) InContext(x []float64, k int) ContextMode {
	return ContextMode{x, m.Activation.Left[k], m.Activity.Left[k]}
}

// GainChange is how the gain lᵀβ of an input onto a mode differs between two
// contexts: Total = Selection + Input with Selection = (Δl)ᵀ β̄, the change of
// the selection vector, and Input = l̄ᵀ (Δβ), the change of the effective
// input; Δ is second minus first context, a bar their mean. Units 1/τ.
type GainChange struct {
	Total, Selection, Input complex128
}

// ContextChange returns the change of the gain of input channel c between two
// contexts, split in activation form (β = τ⁻¹β₀ in both contexts, so that
// Input is zero) and in activity form (β = τ⁻¹D β₀, D of each context). The
// totals agree; the splits do not. Both depend on the scale of the left
// vectors in each context. (arXiv:2309.04030; L7)
func (net *RNN) ContextChange(first, second ContextMode, c int) (activation, activity GainChange, err error) {
	if c < 0 || c >= net.q {
		return activation, activity, invalidf("input channel %d, want 0 to %d", c, net.q-1)
	}
	n := net.Units()
	for _, m := range []ContextMode{first, second} {
		if err := finiteComplexVector("left vector in activation form", m.ActivationLeft, n); err != nil {
			return activation, activity, err
		}
		if err := finiteComplexVector("left vector in activity form", m.ActivityLeft, n); err != nil {
			return activation, activity, err
		}
	}
	d1, err := net.Derivatives(first.State)
	if err != nil {
		return activation, activity, err
	}
	d2, err := net.Derivatives(second.State)
	if err != nil {
		return activation, activity, err
	}
	beta := make([]float64, n)
	beta1, beta2 := make([]float64, n), make([]float64, n)
	for i := range beta {
		beta[i] = net.in.At(i, c) / net.Tau(i)
		beta1[i], beta2[i] = d1[i]*beta[i], d2[i]*beta[i]
	}
	activation = gainChange(first.ActivationLeft, second.ActivationLeft, beta, beta)
	activity = gainChange(first.ActivityLeft, second.ActivityLeft, beta1, beta2)
	return activation, activity, nil
}

func gainChange(l1, l2 []complex128, beta1, beta2 []float64) GainChange {
	var g GainChange
	for i := range l1 {
		b1, b2 := complex(beta1[i], 0), complex(beta2[i], 0)
		g.Total += l2[i]*b2 - l1[i]*b1
		g.Selection += (l2[i] - l1[i]) * (b1/2 + b2/2)
		g.Input += (l1[i]/2 + l2[i]/2) * (b2 - b1)
	}
	return g
}
