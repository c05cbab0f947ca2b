package model

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// gridLimit bounds what GridPoints makes.
const gridLimit = 1 << 22

// GridPoints returns the perⁿ points of a regular grid on a box of n
// dimensions, per ≥ 2 on each edge, its corners included; the last coordinate
// runs fastest. An empty box, per < 2 and more than 2²² points are ErrInvalid.
func GridPoints(box Box, per int) ([][]float64, error) {
	n := len(box.Lower)
	if n == 0 {
		return nil, invalidf("the box has no dimensions")
	}
	if err := box.check(n); err != nil {
		return nil, err
	}
	if per < 2 {
		return nil, invalidf("%d points on an edge of the grid, want at least 2", per)
	}
	total := 1
	for range n {
		if total > gridLimit/per {
			return nil, invalidf("a grid of %d points on each of %d edges has more than %d", per, n, gridLimit)
		}
		total *= per
	}
	points := make([][]float64, total)
	for k := range points {
		t := make([]float64, n)
		for i, rest := n-1, k; i >= 0; i, rest = i-1, rest/per {
			t[i] = float64(rest%per) / float64(per-1)
		}
		points[k] = box.at(t)
	}
	return points, nil
}

// FieldValues returns F at each of the points: the Targets of a FitProblem.
func FieldValues(f VectorField, points [][]float64) ([][]float64, error) {
	values := make([][]float64, len(points))
	for k, x := range points {
		v, err := fieldAt(f, x)
		if err != nil {
			return nil, fmt.Errorf("point %d: %w", k, err)
		}
		values[k] = v
	}
	return values, nil
}

// FitCurveProblem asks how the error of fits falls with the number of populations.
type FitCurveProblem struct {
	Target            VectorField
	Box               Box
	Grid              int // points of the fit on each edge of the box
	HeldOut           int // points off the grid, uniform in the box, ≥ 1
	Seed              uint64
	Nonlinearity      Nonlinearity
	Features          []Feature // each fit uses the first of them: the features are nested
	Populations       []int     // increasing, from 1 to len(Features)
	Ridge             float64
	WithoutCovariance bool
}

// FitCurve is the error of fits against their number of populations (M12).
type FitCurve struct {
	Points []FitCurvePoint
	// Slope is that of log RMS against log P, off the grid, by least squares: −½ says that four times the
	// populations halve the error. NaN for fewer than two points or an error of 0. SlopeOnGrid is that on the grid.
	Slope, SlopeOnGrid float64
}

// FitCurvePoint is the fit of the first P features.
type FitCurvePoint struct {
	Populations  int
	OnGrid, Held float64 // RMS of ‖F − target‖₂ on the grid, and off it
	Max          float64 // the greatest ‖F − target‖₂ seen, on the grid or off
	Fit          *Fit
}

// FitMixtures returns fits of a target by growing numbers of populations, on
// one grid, and their errors on it and on points that none of them saw. For
// β = 0 OnGrid does not increase, and the fits' Objective does not at any β, up
// to the rounding of two solves. Errors are those of FitMixture and GridPoints.
func FitMixtures(p FitCurveProblem) (*FitCurve, error) {
	if p.Target == nil {
		return nil, invalidf("no target is given")
	}
	grid, err := GridPoints(p.Box, p.Grid)
	if err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(p.Seed, 0x68656c64))
	held := make([][]float64, p.HeldOut)
	for k := range held {
		t := make([]float64, len(p.Box.Lower))
		for i := range t {
			t[i] = rng.Float64()
		}
		held[k] = p.Box.at(t)
	}
	seen, err := p.prepare(grid)
	if err != nil {
		return nil, err
	}
	unseen, err := p.prepare(held)
	if err != nil {
		return nil, err
	}
	curve := &FitCurve{}
	for _, count := range p.Populations {
		point, err := p.point(seen, unseen, count)
		if err != nil {
			return nil, fmt.Errorf("%d populations: %w", count, err)
		}
		curve.Points = append(curve.Points, point)
	}
	curve.Slope = curve.slope(func(p FitCurvePoint) float64 { return p.Held })
	curve.SlopeOnGrid = curve.slope(func(p FitCurvePoint) float64 { return p.OnGrid })
	return curve, nil
}

func (p FitCurveProblem) check() error {
	if p.HeldOut < 1 {
		return invalidf("%d points are held out, want at least 1", p.HeldOut)
	}
	if len(p.Populations) == 0 {
		return invalidf("no numbers of populations are given")
	}
	for i, count := range p.Populations {
		if count < 1 || count > len(p.Features) || i > 0 && count <= p.Populations[i-1] {
			return invalidf("number of populations %d is %d, want an increasing sequence from 1 to the %d features", i, count, len(p.Features))
		}
	}
	return nil
}

// prepared is a set of points with the design matrix of all features.
type prepared struct {
	features  fitFeatures
	design, y array
}

func (p FitCurveProblem) prepare(points [][]float64) (prepared, error) {
	values, err := FieldValues(p.Target, points)
	if err != nil {
		return prepared{}, err
	}
	return FitProblem{p.Nonlinearity, p.Features, points, values, p.Ridge, p.WithoutCovariance}.prepare()
}

func (p FitCurveProblem) point(seen, unseen prepared, count int) (FitCurvePoint, error) {
	features := seen.features.leading(count)
	columns := features.first[count]
	fit, c, err := features.fit(p.Nonlinearity, seen.design.columns(0, columns), seen.y, p.Ridge)
	if err != nil {
		return FitCurvePoint{}, err
	}
	rms, most := rootMeanSquare(unseen.design.columns(0, columns).mul(c).minus(unseen.y))
	return FitCurvePoint{count, fit.RMS, rms, max(most, fit.Max), fit}, nil
}

// slope returns that of the logarithm of the error against log P.
func (c *FitCurve) slope(of func(FitCurvePoint) float64) float64 {
	if len(c.Points) < 2 {
		return math.NaN()
	}
	lines, logs := mat.NewDense(len(c.Points), 2, nil), mat.NewVecDense(len(c.Points), nil)
	for k, p := range c.Points {
		e := of(p)
		if !(e > 0) {
			return math.NaN()
		}
		lines.SetRow(k, []float64{1, math.Log(float64(p.Populations))})
		logs.SetVec(k, math.Log(e))
	}
	var line mat.VecDense
	if err := line.SolveVec(lines, logs); err != nil {
		return math.NaN()
	}
	return line.AtVec(1)
}
