package model_test

import (
	"slices"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// spoil overwrites a matrix that was handed over or out.
func spoil(matrices ...*mat.Dense) {
	for _, a := range matrices {
		data := a.RawMatrix().Data
		for i := range data {
			data[i] = 99
		}
	}
}

// What a constructor was given, and what an accessor returned, can be
// overwritten without a network noticing.
func TestNothingIsShared(t *testing.T) {
	w, m, n, b := matrix([]float64{1, 2}, []float64{3, 4}), column(1, 2), column(3, 4), column(5, 6)
	tau, bias := []float64{1, 2}, []float64{7, 8}
	full, low := dense(t, w), lowRank(t, m, n, 0.5)
	net := network(t, full, model.Tanh(), withTau(tau...), withBias(bias...), withInput(b))
	field := func() []float64 {
		f, err := net.Field(model.Activation, []float64{1, 2}, []float64{3})
		require.NoError(t, err)
		return f
	}
	l := linearized(t, net, []float64{0.1, 0.2})
	before, slopes, mx := field(), l.Slopes(), l.Matrix(model.Activation)
	wBefore, lowBefore := full.Dense(), low.Dense()

	spoil(w, m, n, b, full.Dense(), low.Dense(), low.M(), low.N(), net.Input(), l.Matrix(model.Activity), l.Input(model.Activity), l.Input(model.Activation))
	for _, v := range [][]float64{tau, bias, net.Bias(), l.Slopes(), net.Nonlinearity().Kinks()} {
		for i := range v {
			v[i] = 99
		}
	}
	kinks := model.HardTanh().Kinks()
	kinks[0] = 99
	require.Equal(t, []float64{-1, 1}, model.HardTanh().Kinks())

	require.Equal(t, before, field())
	require.Equal(t, slopes, l.Slopes())
	require.True(t, mat.Equal(mx, l.Matrix(model.Activation)))
	require.True(t, mat.Equal(wBefore, full.Dense()))
	require.True(t, mat.Equal(lowBefore, low.Dense()))
}

// Methods leave their arguments alone.
func TestNoArgumentIsMutated(t *testing.T) {
	net := network(t, dense(t, matrix([]float64{2, 1}, []float64{-1, 1})), model.Tanh(), withTau(0.5), withBias(0.1, 0.2), withInput(column(5, 6)))
	x, in := []float64{1, 2}, []float64{3}
	v := []complex128{1 + 2i, 3}
	l := linearized(t, net, x)
	dst := make([]float64, 2)
	full, low := net.Connectivity(), lowRank(t, column(1, 2), column(3, 4), 0.5)
	first, err := l.Modes()
	require.NoError(t, err)
	mode := first.InContext(x, 0)
	left := slices.Clone(mode.ActivityLeft)
	kappa := make([]float64, 1)

	for _, call := range []func() error{
		func() error { return errorOf(net.Field(model.Activation, x, in)) },
		func() error { return errorOf(net.Field(model.Activity, x, in)) },
		func() error { return errorOf(net.ToActivity(x)) },
		func() error { return errorOf(net.ToActivation(x, in)) },
		func() error { return errorOf(net.Derivatives(x)) },
		func() error { return errorOf(net.Newton(in, x)) },
		func() error {
			return errorOf(net.FixedPoints(in, model.FixedPointSearch{Starts: 3, Limit: 3}))
		},
		func() error { return errorOf(l.CarryRight(model.Activation, 1, v)) },
		func() error { return errorOf(l.CarryRight(model.Activity, 1, v)) },
		func() error { return errorOf(l.CarryLeft(model.Activation, 1, v)) },
		func() error { return errorOf(l.CarryLeft(model.Activity, 1, v)) },
		func() error { l.Apply(model.Activation, dst, x); l.Apply(model.Activity, dst, x); return nil },
		func() error { full.Apply(dst, x); full.ApplyTranspose(dst, x); return nil },
		func() error { low.Apply(dst, x); low.ApplyTranspose(dst, x); low.Latent(kappa, x); return nil },
		func() error { _, _, err := net.ContextChange(mode, mode, 0); return err },
		func() error {
			for _, form := range model.Forms {
				for _, method := range []model.Method{model.Euler, model.RK4, model.LeakyMap} {
					s := model.Simulation{Form: form, Method: method, Start: x, Input: model.ConstantInput(in), Dt: 0.1, Leak: 0.5, Steps: 3}
					if form == model.Activity {
						s.Filtered = in
					}
					if err := errorOf(net.Simulate(s)); err != nil {
						return err
					}
				}
			}
			return nil
		},
	} {
		require.NoError(t, call())
		require.Equal(t, []float64{1, 2}, x)
		require.Equal(t, []float64{3}, in)
		require.Equal(t, []complex128{1 + 2i, 3}, v)
		require.Equal(t, left, mode.ActivityLeft)
	}
}

// A constant signal keeps its own copy, and a trajectory its own states.
func TestSimulateSharesNothing(t *testing.T) {
	net := network(t, dense(t, column(0.5)), model.Tanh(), withInput(column(1)))
	in, start := []float64{1}, []float64{0.25}
	s := model.Simulation{Start: start, Input: model.ConstantInput(in), Dt: 0.1, Steps: 2}
	in[0] = 99
	first, err := net.Simulate(s)
	require.NoError(t, err)
	want := slices.Clone(first.States[2])
	first.States[0][0], first.States[1][0] = 99, 99
	require.Equal(t, 0.25, start[0])
	again, err := net.Simulate(s)
	require.NoError(t, err)
	require.Equal(t, want, again.States[2])
	require.Equal(t, want, first.States[2])
}
