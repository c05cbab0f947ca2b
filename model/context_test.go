package model_test

import (
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

// A change of gain in small numbers: slopes (1, 0) and then (1, 1), τ = (2, ½),
// the second of two input channels, complex left vectors.
func TestContextChangeByHand(t *testing.T) {
	net := network(t, dense(t, matrix([]float64{0, 0}, []float64{0, 0})), model.ReLU(), withTau(2, 0.5),
		withInput(matrix([]float64{77, 4}, []float64{77, 1}))) // τ⁻¹β₀ = (2, 2)
	first := model.ContextMode{State: []float64{1, -1}, ActivationLeft: []complex128{1i, 0}, ActivityLeft: []complex128{1i, 4 + 2i}}
	second := model.ContextMode{State: []float64{1, 1}, ActivationLeft: []complex128{2, 6}, ActivityLeft: []complex128{2, 6}}
	activation, activity, err := net.ContextChange(first, second, 1)
	require.NoError(t, err)
	// β₁ = (2, 0), β₂ = (2, 2) in activity form; (2, 2) both in activation form.
	require.Equal(t, model.GainChange{Total: 16 - 2i, Selection: 16 - 2i}, activation)
	require.Equal(t, model.GainChange{Total: 16 - 2i, Selection: (2-1i)*2 + (2 - 2i), Input: (5 + 1i) * 2}, activity)

	same, sameActivity, err := net.ContextChange(first, first, 0)
	require.NoError(t, err)
	require.Equal(t, [2]model.GainChange{}, [2]model.GainChange{same, sameActivity}, "no change of context, no change of gain")
}

// InContext takes the vectors of one mode of both forms.
func TestInContext(t *testing.T) {
	l := linearized(t, network(t, dense(t, matrix([]float64{2, 1}, []float64{0, -1})), model.Tanh()), []float64{0, 1})
	m := modesOf(t, l)
	c := m.InContext([]float64{0, 1}, 1)
	require.Equal(t, model.ContextMode{State: []float64{0, 1}, ActivationLeft: m.Activation.Left[1], ActivityLeft: m.Activity.Left[1]}, c)
}
