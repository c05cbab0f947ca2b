package wire

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// pair is a network of two units and one input.
func pair(t *testing.T) *model.RNN {
	t.Helper()
	w, err := model.NewDense(mat.NewDense(2, 2, []float64{0, 1, -2, 0}))
	require.NoError(t, err)
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: model.Tanh(), Tau: []float64{1}, Input: mat.NewDense(2, 1, []float64{1, 0})})
	require.NoError(t, err)
	return net
}

// answering returns a subject that offers everything and answers one thing.
func answering(t *testing.T, result string, err error) theorems.Subject {
	t.Helper()
	s, failure := NewSubject(HelloOf(theorems.Model()), func(string, json.RawMessage) (json.RawMessage, error) {
		return json.RawMessage(result), err
	})
	require.NoError(t, failure)
	return s
}

// TestWrongShapesAreMalformed, with operation, member and shape.
func TestWrongShapesAreMalformed(t *testing.T) {
	net, x := pair(t), []float64{0, 0}
	linearize := func(s theorems.Subject) error { _, err := s.Linearize(net, x); return err }
	modes := func(s theorems.Subject) error { _, err := s.Modes(net, x); return err }
	points := func(s theorems.Subject) error {
		_, err := s.FixedPoints(net, []float64{0}, model.FixedPointSearch{Starts: 1, Limit: 1})
		return err
	}
	run := func(s theorems.Subject) error {
		_, err := s.Simulate(net, model.Simulation{Start: x, Dt: 1, Steps: 1})
		return err
	}
	const good = `{"matrix": [[1, 2], [3, 4]], "input": [[1], [2]]}`
	const vectors = `{"right": [[[1, 0]], [[1, 0]]], "left": [[[1, 0]], [[1, 0]]]}`
	for _, c := range []struct {
		ask          func(theorems.Subject) error
		result, says string
	}{
		{linearize, `{"activation": ` + good + `, "activity": {"matrix": [[1, 2], [3]], "input": [[1], [2]]}}`, "linearize: row 1 of activity.matrix has 1 entries, want 2×2"},
		{linearize, `{"activation": ` + good + `, "activity": {"matrix": [[1, 2], [3, 4]], "input": []}}`, "linearize: activity.input has 0 rows, want 2×1"},
		{linearize, `{"activation": ` + good + `}`, `linearize: no member "activity"`},
		{linearize, `{"activation": ` + good + `, "activity": {"matrix": [[1, 2], [3, 4]]}}`, `linearize: activity: no member "input"`},
		{linearize, `{"activation": ` + good + `, "activity": {"matrix": [[1, 2], [3, null]], "input": [[1], [2]]}}`, "linearize: activity.matrix: null in place of a number"},
		{linearize, `{"activation": ` + good + `, "activity": {"matrix": [[1, 2], [3, "4"]], "input": [[1], [2]]}}`, "linearize: activity.matrix: a string in place of a number"},
		{linearize, `[1, 2]`, "linearize: no object"},
		{linearize, ``, "linearize: no JSON"},
		{linearize, `{"activation": `, "linearize: no JSON"},
		{modes, `{"eigenvalues": [[1, 0], [2, 0]], "activation": ` + vectors + `, "activity": ` + vectors + `}`, "modes: row 0 of activation.right has 1 entries, want 2×2"},
		{modes, `{"eigenvalues": [[1]], "activation": ` + vectors + `, "activity": ` + vectors + `}`, "modes: a complex number of 1 parts, want [re, im]"},
		{modes, `{"eigenvalues": [[1, 0]], "mu": [], "activation": ` + vectors + `, "activity": ` + vectors + `}`, "modes: mu has 0 entries, want 1"},
		{points, `{"points": [[0, 0, 0]], "residuals": [0], "eigenvalues": [[[1, 0], [1, 0]]]}`, "fixed_points: row 0 of points has 3 entries, want 1×2"},
		{points, `{"points": [[0, 0]], "residuals": [0], "eigenvalues": [[[1, 0], [1, 0]]], "index": [1, 1]}`, "fixed_points: index has 2 entries, want 1"},
		{points, `{"points": [[0, 0]], "residuals": [0], "eigenvalues": [[[1, 0], [1, 0]]], "index": [2]}`, "fixed_points: index[0] is 2, want −1, 0 or 1"},
		{run, `{"states": [[0, 0]]}`, "simulate: states has 1 rows, want 2×2"},
	} {
		err := c.ask(answering(t, c.result, nil))
		require.ErrorContains(t, err, "malformed result of "+c.says)
		require.ErrorAs(t, err, new(*Malformed))
	}
}

// TestKindsAreTheErrorsOfTheModel: what an operation means by them.
func TestKindsAreTheErrorsOfTheModel(t *testing.T) {
	net, x := pair(t), []float64{0, 0}
	ofModes := func(kind string) error {
		_, err := answering(t, "", &Error{kind, "so it is"}).Modes(net, x)
		return err
	}
	require.ErrorIs(t, ofModes(Singular), model.ErrDefective)
	require.ErrorIs(t, ofModes(Invalid), model.ErrInvalid)
	require.ErrorIs(t, ofModes(Unstable), model.ErrUnstable)
	require.ErrorIs(t, ofModes(Unsupported), theorems.ErrNotImplemented)
	_, err := answering(t, "", &Error{Singular, "so it is"}).CarryRight(net, x, model.Activation, 1, []complex128{1, 1})
	require.ErrorIs(t, err, model.ErrNoImage)
	gone := errors.New("the child is gone")
	_, err = answering(t, "", gone).Modes(net, x)
	require.ErrorIs(t, err, gone)
}

func TestHelloIsChecked(t *testing.T) {
	_, err := NewSubject(Hello{Protocol: 2, Precision: Float64}, nil)
	require.ErrorContains(t, err, "it speaks protocol 2, and this is version 1")
	_, err = NewSubject(Hello{Protocol: Version, Precision: "double"}, nil)
	require.ErrorContains(t, err, `its precision is "double"`)
	require.Equal(t, []string{"simulat"}, Hello{Ops: []string{"hello", "simulate", "simulat"}}.Unknown())
}

// TestMembersOfLaterVersionsArePassedOver in results.
func TestMembersOfLaterVersionsArePassedOver(t *testing.T) {
	r, err := answering(t, `{"r": [0, 0], "seconds": null}`, nil).ToActivity(pair(t), []float64{0, 0})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0}, r)
}
