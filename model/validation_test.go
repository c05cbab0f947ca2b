package model_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

var nan, inf = math.NaN(), math.Inf(1)

// refusal is a call that must fail with ErrInvalid and a message that names
// the offender.
type refusal struct {
	message string
	call    func() error
}

func refused(t *testing.T, calls []refusal) {
	t.Helper()
	for _, c := range calls {
		err := c.call()
		require.ErrorIs(t, err, model.ErrInvalid, c.message)
		require.ErrorContains(t, err, c.message)
	}
}

func errorOf[T any](_ T, err error) error { return err }

func TestConnectivityIsValidated(t *testing.T) {
	refused(t, []refusal{
		{"W is 2×3, want square", func() error { return errorOf(model.NewDense(mat.NewDense(2, 3, nil))) }},
		{"W is 0×0", func() error { return errorOf(model.NewDense(&mat.Dense{})) }},
		{"W[1,0] is NaN", func() error { return errorOf(model.NewDense(matrix([]float64{1, 2}, []float64{nan, 4}))) }},
		{"W[0,1] is -Inf", func() error { return errorOf(model.NewDense(matrix([]float64{1, -inf}, []float64{3, 4}))) }},
		{"M is 3×1 and N is 2×1", func() error { return errorOf(model.NewLowRank(column(1, 2, 3), column(1, 2), 1)) }},
		{"M is 2×1 and N is 2×2", func() error { return errorOf(model.NewLowRank(column(1, 2), mat.NewDense(2, 2, nil), 1)) }},
		{"M is 0×0", func() error { return errorOf(model.NewLowRank(&mat.Dense{}, &mat.Dense{}, 1)) }},
		{"M[1,0] is +Inf", func() error { return errorOf(model.NewLowRank(column(1, inf), column(1, 2), 1)) }},
		{"N[0,0] is NaN", func() error { return errorOf(model.NewLowRank(column(1, 1), column(nan, 2), 1)) }},
		{"scale", func() error { return errorOf(model.NewLowRank(column(1), column(1), nan)) }},
	})
}

func TestNetworkIsValidated(t *testing.T) {
	w := dense(t, mat.NewDense(2, 2, nil))
	with := func(change func(*model.RNNConfig)) func() error {
		c := model.RNNConfig{Connectivity: w, Nonlinearity: model.Tanh(), Tau: []float64{1}}
		change(&c)
		return func() error { return errorOf(model.NewRNN(c)) }
	}
	refused(t, []refusal{
		{"connectivity is missing", with(func(c *model.RNNConfig) { c.Connectivity = nil })},
		{"nonlinearity is missing", with(func(c *model.RNNConfig) { c.Nonlinearity = model.Nonlinearity{} })},
		{"tau has 0 entries, want 1 or 2", with(withTau())},
		{"tau has 3 entries, want 1 or 2", with(withTau(1, 2, 3))},
		{"tau[0] is 0, want > 0", with(withTau(0))},
		{"tau[1] is -1, want > 0", with(withTau(1, -1))},
		{"tau[1] is NaN", with(withTau(1, nan))},
		{"tau[0] is +Inf", with(withTau(inf))},
		{"b has 1 entries, want 2", with(withBias(1))},
		{"b[1] is NaN", with(withBias(1, nan))},
		{"B is 3×1, want 2 rows", with(withInput(column(1, 2, 3)))},
		{"B is 0×0, want 2 rows", with(withInput(&mat.Dense{}))},
		{"B[1,0] is -Inf", with(withInput(column(1, -inf)))},
	})
}

func TestNamesAreValidated(t *testing.T) {
	refused(t, []refusal{
		{`nonlinearity "sigmoid" is unknown; known: [tanh erf logistic softplus identity relu hard-tanh]`, func() error {
			return errorOf(model.NonlinearityByName("sigmoid"))
		}},
		{`form "rate" is unknown; known: [activation activity]`, func() error { return errorOf(model.FormByName("rate")) }},
	})
	for _, p := range model.Nonlinearities() {
		q, err := model.NonlinearityByName(p.Name())
		require.NoError(t, err)
		require.Equal(t, p.Name(), q.Name())
	}
	for _, f := range model.Forms {
		g, err := model.FormByName(f.String())
		require.NoError(t, err)
		require.Equal(t, f, g)
	}
	require.Equal(t, "Form(7)", model.Form(7).String())
	require.Equal(t, "euler rk4 leaky-map Method(9)", strings.Trim(fmt.Sprint([]model.Method{model.Euler, model.RK4, model.LeakyMap, 9}), "[]"))
	require.Equal(t, "undecided stable unstable", strings.Trim(fmt.Sprint([]model.Stability{model.Undecided, model.Stable, model.Unstable}), "[]"))
}

func TestStatesAreValidated(t *testing.T) {
	net := network(t, dense(t, mat.NewDense(2, 2, nil)), model.Tanh(), withInput(column(1, 1)))
	good, bad, short := []float64{1, 2}, []float64{1, nan}, []float64{1}
	input := []float64{1}
	l := linearized(t, net, good)
	search := model.FixedPointSearch{Starts: 1, Limit: 1}
	refused(t, []refusal{
		{"state has 1 entries, want 2", func() error { return errorOf(net.Field(model.Activation, short, input)) }},
		{"state[1] is NaN", func() error { return errorOf(net.Field(model.Activity, bad, input)) }},
		{"u has 0 entries, want 1", func() error { return errorOf(net.Field(model.Activity, good, nil)) }},
		{"u[0] is +Inf", func() error { return errorOf(net.Field(model.Activity, good, []float64{inf})) }},
		{"x has 1 entries, want 2", func() error { return errorOf(net.ToActivity(short)) }},
		{"x[1] is NaN", func() error { return errorOf(net.ToActivity(bad)) }},
		{"r has 1 entries, want 2", func() error { return errorOf(net.ToActivation(short, input)) }},
		{"r[1] is NaN", func() error { return errorOf(net.ToActivation(bad, input)) }},
		{"u has 2 entries, want 1", func() error { return errorOf(net.ToActivation(good, good)) }},
		{"x[1] is NaN", func() error { return errorOf(net.Derivatives(bad)) }},
		{"x has 1 entries, want 2", func() error { return errorOf(net.Linearize(short)) }},
		{"x[1] is NaN", func() error { return errorOf(net.Linearize(bad)) }},
		{"u[0] is NaN", func() error { return errorOf(net.Newton([]float64{nan}, good)) }},
		{"start has 1 entries, want 2", func() error { return errorOf(net.Newton(input, short)) }},
		{"start[1] is NaN", func() error { return errorOf(net.Newton(input, bad)) }},
		{"u has 0 entries, want 1", func() error { return errorOf(net.FixedPoints(nil, search)) }},
		{"0 starts and limit 1", func() error {
			return errorOf(net.FixedPoints(input, model.FixedPointSearch{Limit: 1}))
		}},
		{"1 starts and limit 0", func() error {
			return errorOf(net.FixedPoints(input, model.FixedPointSearch{Starts: 1}))
		}},
		{"eigenvector has 1 entries, want 2", func() error { return errorOf(l.CarryRight(model.Activation, 1, []complex128{1})) }},
		{"eigenvector has 3 entries, want 2", func() error { return errorOf(l.CarryLeft(model.Activity, 1, make([]complex128, 3))) }},
	})
}

func TestContextChangeIsValidated(t *testing.T) {
	net := network(t, dense(t, mat.NewDense(2, 2, nil)), model.Tanh(), withInput(column(1, 1)))
	two := make([]complex128, 2)
	good := model.ContextMode{State: []float64{0, 0}, ActivationLeft: two, ActivityLeft: two}
	change := func(a, b model.ContextMode, c int) func() error {
		return func() error {
			_, _, err := net.ContextChange(a, b, c)
			return err
		}
	}
	badState, badLeft := good, good
	badState.State = []float64{0, inf}
	badLeft.ActivityLeft = two[:1]
	refused(t, []refusal{
		{"input channel 1, want 0 to 0", change(good, good, 1)},
		{"input channel -1", change(good, good, -1)},
		{"left vector in activity form has 1 entries, want 2", change(good, badLeft, 0)},
		{"left vector in activity form has 1 entries, want 2", change(badLeft, good, 0)},
		{"x[1] is +Inf", change(good, badState, 0)},
		{"x[1] is +Inf", change(badState, good, 0)},
	})
	require.NoError(t, change(good, good, 0)())
}

func TestSimulationIsValidated(t *testing.T) {
	net := network(t, dense(t, mat.NewDense(2, 2, nil)), model.Tanh(), withInput(column(1, 1)), withTau(1, 2))
	with := func(change func(*model.Simulation)) func() error {
		s := model.Simulation{Start: []float64{0, 0}, Dt: 0.1, Steps: 1, Leak: 0.1}
		change(&s)
		return func() error { return errorOf(net.Simulate(s)) }
	}
	refused(t, []refusal{
		{"start has 1 entries, want 2", with(func(s *model.Simulation) { s.Start = s.Start[:1] })},
		{"start[1] is NaN", with(func(s *model.Simulation) { s.Start = []float64{0, nan} })},
		{"steps is -1", with(func(s *model.Simulation) { s.Steps = -1 })},
		{"form is Form(5)", with(func(s *model.Simulation) { s.Form = 5 })},
		{"method is Method(5)", with(func(s *model.Simulation) { s.Method = 5 })},
		{"dt is 0, want > 0", with(func(s *model.Simulation) { s.Dt = 0 })},
		{"dt is -1, want > 0", with(func(s *model.Simulation) { s.Dt, s.Method = -1, model.RK4 })},
		{"dt is NaN, want > 0", with(func(s *model.Simulation) { s.Dt = nan })},
		{"dt is +Inf, want > 0", with(func(s *model.Simulation) { s.Dt = inf })},
		{"leak is 0, want in (0, 1]", with(func(s *model.Simulation) { s.Method, s.Leak = model.LeakyMap, 0 })},
		{"leak is 1.5, want in (0, 1]", with(func(s *model.Simulation) { s.Method, s.Leak = model.LeakyMap, 1.5 })},
		{"leak is NaN, want in (0, 1]", with(func(s *model.Simulation) { s.Method, s.Leak = model.LeakyMap, nan })},
		{"tau differs between units", with(func(s *model.Simulation) { s.Form = model.Activity })},
		{"filtered[0] is NaN", with(func(s *model.Simulation) {
			s.Form, s.Method, s.Filtered = model.Activity, model.LeakyMap, []float64{nan}
		})},
		{"filtered has 2 entries, want 1", with(func(s *model.Simulation) {
			s.Form, s.Method, s.Filtered = model.Activity, model.LeakyMap, []float64{1, 2}
		})},
	})
	require.NoError(t, with(func(s *model.Simulation) { s.Form, s.Unfiltered = model.Activity, true })(), "unit-wise τ without a filter is legal")
	require.NoError(t, with(func(s *model.Simulation) { s.Form, s.Method = model.Activity, model.LeakyMap })(), "the leaky map has a leak for all units")
}

func TestEulerStabilityIsValidated(t *testing.T) {
	s, err := linearized(t, network(t, dense(t, column(1)), model.Tanh()), nil).Spectrum()
	require.NoError(t, err)
	for _, dt := range []float64{0, -1, nan, inf} {
		_, err := s.EulerStability(dt)
		require.ErrorIs(t, err, model.ErrInvalid)
		require.ErrorContains(t, err, fmt.Sprintf("dt is %v, want > 0", dt))
	}
}

// Numbers that overflow on the way are an error that names them, not a NaN.
func TestOverflowIsAnError(t *testing.T) {
	huge := network(t, dense(t, column(1e308)), model.Identity())
	_, err := huge.Simulate(model.Simulation{Start: []float64{1e308}, Dt: 1, Steps: 3})
	require.ErrorIs(t, err, model.ErrNotConverged)
	require.ErrorContains(t, err, "state 0 is +Inf after step 1")

	loadings := column(1e200)
	_, err = linearized(t, network(t, lowRank(t, loadings, loadings, 1), model.Identity()), nil).Spectrum()
	require.ErrorIs(t, err, model.ErrInvalid)
	require.ErrorContains(t, err, "matrix of the eigenproblem[0,0] is +Inf")
}
