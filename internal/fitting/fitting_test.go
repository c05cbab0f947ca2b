package fitting

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

// options are those of a small fit of a target.
func options(t *testing.T, target string) Options {
	t.Helper()
	p, err := NewProblem(target, 0, 1)
	require.NoError(t, err)
	p.PerEdge = min(p.PerEdge, 15)
	return Options{Problem: p, Nonlinearity: model.Tanh(), Populations: 12, Units: 600, Ridge: 1e-3, Spread: 0.01, Match: true, Seed: 1, Time: 10}
}

func run(t *testing.T, o Options) *Report {
	t.Helper()
	r, err := Run(o)
	require.NoError(t, err)
	return r
}

func TestCounts(t *testing.T) {
	for most, want := range map[int][]int{1: {1}, 2: {1, 2}, 3: {1, 2, 3}, 10: {1, 2, 5, 10}, 40: {1, 2, 5, 10, 20, 40}, 100: {1, 2, 5, 10, 20, 50, 100}, 101: {1, 2, 5, 10, 20, 50, 100, 101}} {
		require.Equal(t, want, counts(most), "%d", most)
	}
}

// TestVanDerPol: at rank 2 the mean field of 40 populations has the period of
// the target within 1 %, and a network follows it. (M12)
func TestVanDerPol(t *testing.T) {
	o := options(t, "vanderpol")
	o.Problem.PerEdge, o.Populations, o.Units, o.Time = 25, 40, 2000, 20
	stages := 0
	o.Stage = func(string) { stages++ }
	r := run(t, o)
	require.Equal(t, o.Stages(), stages)
	require.Len(t, r.Trajectories, 3)
	target, field, network := r.Trajectories[0], r.Trajectories[1], r.Trajectories[2]
	require.LessOrEqual(t, math.Abs(target.Period-6.66328685932), 1e-4)
	require.LessOrEqual(t, math.Abs(field.Period/target.Period-1), 0.01)
	require.LessOrEqual(t, math.Abs(network.Period/target.Period-1), 0.03)
	require.Zero(t, target.Apart)
	require.LessOrEqual(t, field.Aside, 0.1)
	require.LessOrEqual(t, network.Aside, 0.2)

	time, states := r.shown() // two turns
	require.LessOrEqual(t, math.Abs(time-2*target.Period), o.Time/instants)
	require.LessOrEqual(t, math.Abs(float64(states-1)-time/o.Time*instants), 1.0)

	// the errors fall, and those on and off the grid go together
	first, last := r.Curve[0], r.Curve[len(r.Curve)-1]
	require.Less(t, last.Seen, first.Seen/30)
	require.Less(t, last.Unseen, first.Unseen/30)
	require.Equal(t, 40*2*3, last.Coefficients)
	require.LessOrEqual(t, math.Abs(math.Log(r.Errors.Fit/last.Unseen)), math.Log(2))

	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	for _, want := range []string{"vanderpol: rank R = 2, φ is tanh, ridge β = 0.001, seed 1", "25×25 points of [-2.6, 2.6]×[-3.5, 3.5]",
		"realized by N = 2000 units (exact sizes, minimal completion, moments matched)", "period (τ)", "target      6.6633", "root of the sum of squares (M15): "} {
		require.Contains(t, text.String(), want)
	}
	for line := range strings.Lines(text.String()) {
		require.Equal(t, strings.TrimRight(line, " \n")+"\n", line, "no blanks at an end")
	}
}

// TestSampling: without matching, the sampling error is what M3 expects of it,
// within what one network of many units scatters; matched, it is less.
func TestSampling(t *testing.T) {
	o := options(t, "bistable")
	o.Spread, o.Match, o.Time = 0.3, false, 1 // only the errors are looked at
	drawn := run(t, o).Errors
	require.Greater(t, drawn.Sampling, drawn.Expected/3)
	require.Less(t, drawn.Sampling, drawn.Expected*3)
	// ‖a + b‖ is between those of a and b apart and together
	require.LessOrEqual(t, drawn.Together, drawn.Fit+drawn.Sampling)
	require.GreaterOrEqual(t, drawn.Together, math.Abs(drawn.Fit-drawn.Sampling))
	o.Units *= 4
	more := run(t, o).Errors
	require.LessOrEqual(t, math.Abs(more.Expected*2/drawn.Expected-1), 1e-9, "N^-1/2")
	require.LessOrEqual(t, math.Abs(more.Fit/drawn.Fit-1), 1e-9, "the fit does not know N")
	o.Match = true
	require.Less(t, run(t, o).Errors.Sampling, more.Sampling/3)
	o.Spread = 0 // hidden units, all of a population alike
	points := run(t, o).Errors
	require.LessOrEqual(t, points.Expected, 1e-6)
	// the roundings of N units are those of a sum of coefficients
	require.LessOrEqual(t, points.Sampling, 1e-9*points.Target)
}

// TestFeatures: they are nested, and cross the region, wherever it is.
func TestFeatures(t *testing.T) {
	o := options(t, "lorenz")
	o.Populations = 50
	r := &Report{Options: o}
	many, err := r.features()
	require.NoError(t, err)
	r.Populations = 20
	few, err := r.features()
	require.NoError(t, err)
	require.Equal(t, few, many[:20])
	require.Greater(t, crossing(t, o.Problem, many), 35)
	for i := range 3 { // far from the origin
		o.Problem.Region.Lower[i] += 1000
		o.Problem.Region.Upper[i] += 1000
	}
	far, err := r.features()
	require.NoError(t, err)
	require.Greater(t, crossing(t, o.Problem, far), 14)
}

// crossing returns how many features have their hyperplane in the region.
func crossing(t *testing.T, p *Problem, features []model.Feature) (count int) {
	for _, f := range features {
		low, high := math.Inf(1), math.Inf(-1) // of a_m·κ + a_I at the corners
		for corner := range 8 {
			mu := f.MeanI
			for i := range 3 {
				x := p.Region.Lower[i]
				if corner>>i&1 == 1 {
					x = p.Region.Upper[i]
				}
				mu += f.MeanM[i] * x
			}
			low, high = min(low, mu), max(high, mu)
		}
		if low < 0 && high > 0 {
			count++
		}
		for i := range 3 {
			half := (p.Region.Upper[i] - p.Region.Lower[i]) / 2
			require.LessOrEqual(t, f.CovMM[i][i]*half*half, 0.01*(1+1e-15))
		}
	}
	return count
}

// TestNested: fewer populations are the first of more, so that the errors of
// one curve are those of another.
func TestNested(t *testing.T) {
	o := options(t, "bistable")
	o.Populations, o.Match = 5, false
	short := run(t, o).Curve
	o.Populations = 10
	require.Equal(t, short, run(t, o).Curve[:3])
}

// TestPeriod: of the cycle that an orbit is on, if that is a stable one.
func TestPeriod(t *testing.T) {
	f := model.CycleAroundPoint()
	require.LessOrEqual(t, math.Abs(period(f, []float64{2, 0}, 20)-2*math.Pi), 1e-4)
	require.Zero(t, ofStable(&model.LimitCycle{Period: 3}, nil))
	require.Equal(t, 3.0, ofStable(&model.LimitCycle{Period: 3, Stable: true}, nil))
	require.Zero(t, period(f, []float64{2, 0}, 5), "too short a time")
	require.Zero(t, period(model.BistableWell(), []float64{1, 0}, 20))
}

// TestDeterminism: one seed, one report, mixture and picture; another seed,
// another.
func TestDeterminism(t *testing.T) {
	produced := func(seed uint64) string {
		o := options(t, "bistable")
		o.Populations, o.Seed = 5, seed
		r := run(t, o)
		var out bytes.Buffer
		require.NoError(t, r.WriteText(&out))
		require.NoError(t, r.WriteJSON(&out, "", ""))
		require.NoError(t, r.WriteSVG(&out))
		return out.String()
	}
	once := produced(3)
	require.Equal(t, once, produced(3))
	require.NotEqual(t, once, produced(4))
}

func TestTargets(t *testing.T) {
	for _, name := range Targets {
		o := options(t, name)
		o.Populations, o.Units, o.Time = 3, 60, 2
		r := run(t, o)
		require.Len(t, r.Trajectories, 3, name)
		for _, tr := range r.Trajectories {
			require.Equal(t, o.Problem.Start, tr.States[0])
			require.Len(t, tr.States, instants+1)
		}
		var svg bytes.Buffer
		require.NoError(t, r.WriteSVG(&svg))
		require.Contains(t, svg.String(), fmt.Sprintf("latent κ%c", '₁'+rune(o.Problem.Across[1])))
	}
	p, err := NewProblem("random", 3, 7)
	require.NoError(t, err)
	require.Equal(t, 3, p.Rank())
	for rank := 1; rank <= mostRank; rank++ {
		p, err := NewProblem("random", rank, 7)
		require.NoError(t, err)
		require.LessOrEqual(t, len(p.grid()), 1800)
		require.GreaterOrEqual(t, len(p.grid()), 700)
	}
	for name, problem := range map[string]string{"": `there is no target ""`, "van-der-pol": "want vanderpol, lorenz, bistable, cycle, random, or a .csv file"} {
		_, err := NewProblem(name, 0, 1)
		require.ErrorContains(t, err, problem)
	}
	_, err = NewProblem("lorenz", 2, 1)
	require.ErrorContains(t, err, "lorenz has 3 dimensions, and a network of rank R has R latents: rank is 2, want 3")
	_, err = NewProblem("random", 7, 1)
	require.ErrorContains(t, err, "rank is 7, want 1 to 6")
}

// rotating is ẋ = −y, ẏ = x, as rows of a file.
func rotating() string {
	var b strings.Builder
	b.WriteString("x,y,dx,dy\n")
	for i := range 400 {
		x, y := 2*math.Sin(float64(i)), 2*math.Sin(1.3*float64(i)+0.4)
		fmt.Fprintf(&b, "%v,%v,%v,%v\n", x, y, -y, x)
	}
	return b.String()
}

func TestFileTarget(t *testing.T) {
	p, err := readProblem("f.csv", strings.NewReader(rotating()), 2)
	require.NoError(t, err)
	o := options(t, "vanderpol")
	o.Problem, o.Spread, o.Time = p, 0.1, 3
	r := run(t, o)
	require.Len(t, r.Trajectories, 2, "a file has none of its own")
	require.Equal(t, "mean field", r.Trajectories[0].Name)
	require.Less(t, r.Errors.Fit, 0.1)
	require.Equal(t, 80, r.Errors.Points)
	seen, unseen, err := p.samples(o.stream(streamHeldOut))
	require.NoError(t, err)
	require.Len(t, seen.points, 320)
	for k, x := range append(seen.points, unseen.points...) {
		v := append(seen.values, unseen.values...)[k]
		require.Equal(t, []float64{-x[1], x[0]}, v, "rows keep together")
	}
	// half a turn later it is on the other side
	end := r.Trajectories[0].States[instants]
	require.LessOrEqual(t, norm(difference(end, []float64{p.Start[0]*math.Cos(3) - p.Start[1]*math.Sin(3), p.Start[0]*math.Sin(3) + p.Start[1]*math.Cos(3)})), 0.3)
	var svg, text bytes.Buffer
	require.NoError(t, r.WriteSVG(&svg))
	require.Contains(t, svg.String(), "rows of the file")
	require.NotContains(t, svg.String(), ">target<")
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "f.csv: 400 rows, R = 2; the columns are x, y, dx, dy")
	require.Contains(t, text.String(), "error at rows fitted")
	require.Contains(t, text.String(), "distances to the mean field:")
}

// One latent is drawn against time.
func TestOneLatent(t *testing.T) {
	p, err := NewProblem("random", 1, 2)
	require.NoError(t, err)
	p.PerEdge = 101
	o := options(t, "bistable")
	o.Problem = p
	r := run(t, o)
	var svg bytes.Buffer
	require.NoError(t, r.WriteSVG(&svg))
	require.Contains(t, svg.String(), "time (τ)")
}

func TestRefusals(t *testing.T) {
	o := options(t, "bistable")
	o.Units = o.Populations // one unit cannot have the moments of three numbers
	_, err := Run(o)
	require.ErrorIs(t, err, model.ErrInvalid)
	require.ErrorContains(t, err, "population 0: invalid input: 1 units cannot have moments of rank")
	o.Match = false
	run(t, o)
	o.Populations = 0
	_, err = Run(o)
	require.ErrorIs(t, err, model.ErrInvalid)
}

func TestJSON(t *testing.T) {
	small := func(target string) Options {
		o := options(t, target)
		o.Populations, o.Units = 5, 100
		return o
	}
	r := run(t, small("vanderpol"))
	var out bytes.Buffer
	require.NoError(t, r.WriteJSON(&out, "p.svg", "m.json"))
	var d document
	decoder := json.NewDecoder(&out)
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&d))
	require.Equal(t, uint64(1), d.Seed)
	require.Equal(t, 2, d.Rank)
	require.Len(t, d.Curve, len(r.Curve))
	require.Equal(t, r.Errors.Sampling, d.Errors.Sampling)
	require.Equal(t, r.Trajectories[0].Period, *d.Trajectories[0].Period)
	require.Equal(t, "p.svg", d.Picture)
	r = run(t, small("bistable"))
	out.Reset()
	require.NoError(t, r.WriteJSON(&out, "", ""))
	require.Contains(t, out.String(), `"period":null`)
}

func TestDistances(t *testing.T) {
	line := func(offset, speed float64) (out [][]float64) {
		for k := range 101 {
			out = append(out, []float64{speed * float64(k) / 100, offset})
		}
		return out
	}
	apart, aside := distances(line(0.5, 1), line(0, 1))
	require.Equal(t, 0.5, apart)
	require.Equal(t, 0.5, aside)
	apart, aside = distances(line(0, 1), line(0, 2)) // later, but on the same way
	require.Equal(t, 1.0, apart)
	require.LessOrEqual(t, aside, 1e-15)
	require.Equal(t, 5.0, toSegment([]float64{4, 3}, []float64{-1, 0}, []float64{0, 0}))
	require.Equal(t, 5.0, toSegment([]float64{4, 3}, []float64{0, 0}, []float64{0, 0}))
	require.Equal(t, 3.0, toSegment([]float64{4, 3}, []float64{0, 0}, []float64{9, 0}))
	require.Equal(t, 1.0, rms([][]float64{{1, 0}, {0, 1}}))
	require.Equal(t, 5.0, rms([][]float64{{3, 4}}))
}

// failing is a field that fails away from where it is fitted.
type failing struct{ model.VectorField }

func (f failing) Field(x []float64) ([]float64, error) {
	if x[0] > 2.59 {
		return nil, model.ErrSingular
	}
	return f.VectorField.Field(x)
}

func (f failing) Jacobian(x []float64) (*mat.Dense, error) { return f.VectorField.Jacobian(x) }

func TestFieldThatFails(t *testing.T) {
	o := options(t, "vanderpol")
	o.Problem.Field = failing{o.Problem.Field}
	_, err := Run(o)
	require.ErrorIs(t, err, model.ErrSingular)
}
