package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestGridPoints(t *testing.T) {
	points := gridOf(t, model.Box{Lower: []float64{0, -1}, Upper: []float64{2, 1}}, 3)
	require.Equal(t, [][]float64{{0, -1}, {0, 0}, {0, 1}, {1, -1}, {1, 0}, {1, 1}, {2, -1}, {2, 0}, {2, 1}}, points)
	require.Equal(t, [][]float64{{0}, {1}}, gridOf(t, model.Box{Lower: []float64{0}, Upper: []float64{1}}, 2))
	many := model.Box{Lower: make([]float64, 300), Upper: make([]float64, 300)}
	for i := range many.Upper {
		many.Upper[i] = 1
	}
	for says, c := range map[string]struct {
		box model.Box
		per int
	}{
		"no dimensions":         {model.Box{}, 3},
		"at least 2":            {vanDerPolBox, 1},
		"upper end of the box":  {model.Box{Lower: []float64{0, 0}, Upper: []float64{1}}, 3},
		"the box has [1, 1]":    {model.Box{Lower: []float64{1}, Upper: []float64{1}}, 3},
		"more than 4194304":     {many, 2},
		"3000 points on each":   {vanDerPolBox, 3000},
		"lower end of the box[": {model.Box{Lower: []float64{math.NaN()}, Upper: []float64{1}}, 3},
	} {
		_, err := model.GridPoints(c.box, c.per)
		require.ErrorIs(t, err, model.ErrInvalid, says)
		require.ErrorContains(t, err, says)
	}
}

func curveProblem(t testing.TB) model.FitCurveProblem {
	return model.FitCurveProblem{Target: model.VanDerPol(1), Box: vanDerPolBox, Grid: 9, HeldOut: 40, Seed: 3, Nonlinearity: model.Tanh(),
		Features: drawn(t, 1, 2, 12, model.DefaultFeatureScales(vanDerPolBox)), Populations: []int{1, 3, 6, 12}, Ridge: 1e-6}
}

// A point of the curve is the fit of its features alone, and its errors are those
// of that fit's mean field, on the grid and on points that are not on it.
func TestFitMixturesIsAFitAPoint(t *testing.T) {
	p := curveProblem(t)
	curve, err := model.FitMixtures(p)
	require.NoError(t, err)
	grid := gridOf(t, p.Box, p.Grid)
	for k, point := range curve.Points {
		count := p.Populations[k]
		require.Equal(t, count, point.Populations)
		alone := fitted(t, model.FitProblem{Nonlinearity: p.Nonlinearity, Features: p.Features[:count], Points: grid, Targets: valuesOf(t, p.Target, grid), Ridge: p.Ridge})
		require.Equal(t, alone.RMS, point.OnGrid)
		require.Equal(t, alone.Objective, point.Fit.Objective)
		require.Equal(t, alone.Mixture.Moments(0), point.Fit.Mixture.Moments(0))
		require.GreaterOrEqual(t, point.Max, point.Fit.Max)

		// Many points at random: the error held out is that of the mean field, within 8 standard errors of this sample.
		circuit, rng, n := point.Fit.Mixture.Circuit(), random(uint64(k)), 400.0
		sum, fourth := 0.0, 0.0
		for range int(n) {
			x := []float64{6*rng.Float64() - 3, 8*rng.Float64() - 4}
			f, err := circuit.Field(x)
			require.NoError(t, err)
			v, err := p.Target.Field(x)
			require.NoError(t, err)
			e := (f[0]-v[0])*(f[0]-v[0]) + (f[1]-v[1])*(f[1]-v[1])
			sum, fourth = sum+e, fourth+e*e
		}
		deviation := math.Sqrt(fourth/n - sum/n*sum/n)
		require.LessOrEqual(t, math.Abs(point.Held*point.Held-sum/n), 8*deviation/math.Sqrt(float64(p.HeldOut)))
		require.NotEqual(t, point.OnGrid, point.Held)
	}
	again, err := model.FitMixtures(p)
	require.NoError(t, err)
	require.Equal(t, curve.Slope, again.Slope)
	p.Seed++
	other, err := model.FitMixtures(p)
	require.NoError(t, err)
	require.NotEqual(t, curve.Points[0].Held, other.Points[0].Held)
	require.Equal(t, curve.Points[0].OnGrid, other.Points[0].OnGrid)
}

// The slope is that of a regression of logarithms: through two points it is
// their difference quotient, through four the textbook formula.
func TestFitCurveSlope(t *testing.T) {
	p := curveProblem(t)
	curve, err := model.FitMixtures(p)
	require.NoError(t, err)
	x, y, z := make([]float64, 4), make([]float64, 4), make([]float64, 4)
	for k, point := range curve.Points {
		x[k], y[k], z[k] = math.Log(float64(point.Populations)), math.Log(point.Held), math.Log(point.OnGrid)
	}
	mean := func(v []float64) float64 { return (v[0] + v[1] + v[2] + v[3]) / 4 }
	slope := func(y []float64) float64 {
		up, down := 0.0, 0.0
		for k := range x {
			up += (x[k] - mean(x)) * (y[k] - mean(y))
			down += (x[k] - mean(x)) * (x[k] - mean(x))
		}
		return up / down
	}
	require.LessOrEqual(t, math.Abs(curve.Slope-slope(y)), 1024*u*10)
	require.LessOrEqual(t, math.Abs(curve.SlopeOnGrid-slope(z)), 1024*u*10)
	p.Populations = []int{4}
	curve, err = model.FitMixtures(p)
	require.NoError(t, err)
	require.True(t, math.IsNaN(curve.Slope) && math.IsNaN(curve.SlopeOnGrid))
}

// brokenField has a field of the wrong length.
type brokenField struct{ *model.Target }

func (brokenField) Field([]float64) ([]float64, error) { return []float64{1}, nil }

// lostField fails.
type lostField struct{ *model.Target }

func (lostField) Field([]float64) ([]float64, error) { return nil, model.ErrNotConverged }

func (lostField) Jacobian([]float64) (*mat.Dense, error) { return nil, model.ErrNotConverged }

func TestFitMixturesRefusals(t *testing.T) {
	for says, change := range map[string]func(p *model.FitCurveProblem){
		"no target":                 func(p *model.FitCurveProblem) { p.Target = nil },
		"want at least 2":           func(p *model.FitCurveProblem) { p.Grid = 0 },
		"0 points are held out":     func(p *model.FitCurveProblem) { p.HeldOut = 0 },
		"no numbers of populations": func(p *model.FitCurveProblem) { p.Populations = nil },
		"populations 1 is 3":        func(p *model.FitCurveProblem) { p.Populations = []int{3, 3} },
		"populations 0 is 0":        func(p *model.FitCurveProblem) { p.Populations = []int{0} },
		"populations 0 is 13":       func(p *model.FitCurveProblem) { p.Populations = []int{13} },
		"ridge is -1":               func(p *model.FitCurveProblem) { p.Ridge = -1 },
		"point 0: invalid input":    func(p *model.FitCurveProblem) { p.Target = brokenField{model.VanDerPol(1)} },
		"nonlinearity is missing":   func(p *model.FitCurveProblem) { p.Nonlinearity = model.Nonlinearity{} },
		"point 0 has 1 entries, want 2": func(p *model.FitCurveProblem) {
			p.Box = model.Box{Lower: []float64{0}, Upper: []float64{1}}
			p.Target = one{model.VanDerPol(1)}
		},
		"feature 11: invalid input: mean": func(p *model.FitCurveProblem) { p.Features[11].MeanM = []float64{1} },
	} {
		p := curveProblem(t)
		change(&p)
		_, err := model.FitMixtures(p)
		require.ErrorIs(t, err, model.ErrInvalid, says)
		require.ErrorContains(t, err, says)
	}
	p := curveProblem(t)
	p.Target = lostField{model.VanDerPol(1)}
	_, err := model.FitMixtures(p)
	require.ErrorIs(t, err, model.ErrNotConverged)
}

// one is ẋ = −x in one dimension.
type one struct{ *model.Target }

func (one) Field(x []float64) ([]float64, error) { return []float64{-x[0]}, nil }
