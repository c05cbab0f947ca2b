package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

func integrated(t testing.TB, f model.VectorField, o model.Integration) *model.Solution {
	t.Helper()
	s, err := model.Integrate(f, o)
	require.NoError(t, err)
	require.Len(t, s.States, len(o.Times))
	return s
}

func evenly(from, to float64, steps int) []float64 {
	times := make([]float64, steps+1)
	for k := range times {
		times[k] = from + (to-from)*float64(k)/float64(steps)
	}
	return times
}

// A damped rotation, x(t) = e^(−t/10)(cos t, sin t): each step errs by at most the
// tolerance in the root mean square, √2 of it in one component, and the flow
// shrinks that. At times between steps the continuous extension adds its own
// error, of the order of a step's.
func TestIntegrateExponential(t *testing.T) {
	f := linearField([]float64{-0.1, -1}, []float64{1, -0.1})
	for _, tol := range []float64{1e-4, 1e-7, 1e-10, 1e-13} {
		s := integrated(t, f, model.Integration{Start: []float64{1, 0}, Times: evenly(3, 33, 1000), RelTol: tol})
		for k, time := range s.Times {
			decay := math.Exp(-(time - 3) / 10)
			exact := []float64{decay * math.Cos(time-3), decay * math.Sin(time-3)}
			require.LessOrEqual(t, farthest(s.States[k], exact), 2*math.Sqrt2*float64(s.Steps)*tol, "tolerance %g, time %v", tol, time)
		}
		require.Less(t, s.Rejected, s.Steps/4+5)
	}
}

// The error of order 5 falls with the tolerance as steps^(−5): between tolerances
// that differ by 1e5, the steps differ by ten, up to what is lost at either end.
func TestIntegrateOrder(t *testing.T) {
	f := linearField([]float64{0, -1}, []float64{1, 0})
	end := func(tol float64) (err float64, steps int) {
		s := integrated(t, f, model.Integration{Start: []float64{1, 0}, Times: []float64{0, 50}, RelTol: tol})
		return farthest(s.States[1], []float64{math.Cos(50), math.Sin(50)}), s.Steps
	}
	coarse, few := end(1e-6)
	fine, many := end(1e-11)
	order := math.Log(coarse/fine) / math.Log(float64(many)/float64(few))
	require.Greater(t, order, 4.7)
	require.Less(t, order, 6.3) // for a rotation the error of the phase is of order 6
	require.Greater(t, float64(many)/float64(few), 7.0)
	require.Less(t, float64(many)/float64(few), 13.0)
}

// ẋ = x² from 1 has x = 1/(1 − t): the time of its end is in the message.
func TestIntegrateBlowUp(t *testing.T) {
	f := formula{dim: 1, field: func(x []float64) []float64 { return []float64{x[0] * x[0]} }}
	s := integrated(t, f, model.Integration{Start: []float64{1}, Times: []float64{0, 0.5, 0.99}, RelTol: 1e-12})
	require.LessOrEqual(t, math.Abs(s.States[1][0]-2), 4*float64(s.Steps)*2*1e-12)
	require.LessOrEqual(t, math.Abs(s.States[2][0]-100), 1e4*float64(s.Steps)*1e-12) // errors grow as x²
	_, err := model.Integrate(f, model.Integration{Start: []float64{1}, Times: []float64{0, 2}})
	require.ErrorIs(t, err, model.ErrNotConverged)
	require.ErrorContains(t, err, "at time 0.999999999") // the tolerance is 1e-10
	require.ErrorContains(t, err, "largest coordinate")
}

func TestIntegrateNaN(t *testing.T) {
	nan := formula{dim: 1, field: func(x []float64) []float64 { return []float64{math.Sqrt(1-x[0]) + 1} }}
	_, err := model.Integrate(nan, model.Integration{Start: []float64{0}, Times: []float64{0, 5}})
	require.ErrorIs(t, err, model.ErrNotConverged)
	require.ErrorContains(t, err, "time 0.61") // ∫dx/(1 + √(1−x)) over [0, 1] is 2 − 2 ln 2 = 0.6137
	_, err = model.Integrate(nan, model.Integration{Start: []float64{2}, Times: []float64{7, 8}})
	require.ErrorIs(t, err, model.ErrNotConverged)
	require.ErrorContains(t, err, "time 7")
}

func TestIntegrateRefuses(t *testing.T) {
	f := linearField([]float64{-1})
	fine := model.Integration{Start: []float64{1}, Times: []float64{0, 1}}
	for name, change := range map[string]func(*model.Integration){
		"start":     func(o *model.Integration) { o.Start = []float64{1, 2} },
		"start[0]":  func(o *model.Integration) { o.Start = []float64{math.Inf(1)} },
		"no times":  func(o *model.Integration) { o.Times = nil },
		"times[1]":  func(o *model.Integration) { o.Times = []float64{1, 1} },
		"times[0]":  func(o *model.Integration) { o.Times = []float64{math.NaN()} },
		"RelTol":    func(o *model.Integration) { o.RelTol = 1e-17 },
		"AbsTol":    func(o *model.Integration) { o.AbsTol = math.NaN() },
		"MaxSteps":  func(o *model.Integration) { o.MaxSteps = -1 },
		"RelTol is": func(o *model.Integration) { o.RelTol = math.Inf(1) },
	} {
		o := fine
		change(&o)
		_, err := model.Integrate(f, o)
		require.ErrorIs(t, err, model.ErrInvalid)
		require.ErrorContains(t, err, name)
	}
	o := fine
	o.MaxSteps = 3
	_, err := model.Integrate(f, o)
	require.ErrorIs(t, err, model.ErrNotConverged)
	require.ErrorContains(t, err, "3 steps")

	one := integrated(t, f, model.Integration{Start: []float64{1}, Times: []float64{4}})
	require.Equal(t, [][]float64{{1}}, one.States)
}

// Neither start nor times are kept or changed, and steps do not depend on the
// times asked for in between.
func TestIntegrateKeepsNothing(t *testing.T) {
	o := model.Integration{Start: []float64{2, 0}, Times: []float64{0, 0.1, 0.2, 9}}
	a := integrated(t, model.VanDerPol(1), o)
	require.Equal(t, []float64{2, 0}, o.Start)
	b := integrated(t, model.VanDerPol(1), model.Integration{Start: []float64{2, 0}, Times: []float64{0, 9}})
	require.Equal(t, a.States[3], b.States[1])
	require.Equal(t, a.Steps, b.Steps)
	a.States[0][0], a.Times[0] = 5, 5
	require.Equal(t, []float64{2, 0}, o.Start)
	require.Zero(t, o.Times[0])
}

func BenchmarkIntegrateVanDerPol(b *testing.B) {
	f := model.VanDerPol(1)
	b.ReportAllocs()
	for b.Loop() {
		integrated(b, f, model.Integration{Start: []float64{2, 0}, Times: []float64{0, 20}, RelTol: 1e-9})
	}
}
