package inspect

import (
	"errors"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

// Cycles are the limit cycles that were come upon, or why none was looked for.
type Cycles struct {
	Found  []model.LimitCycle
	Starts int    // orbits that were followed, forward or backward in time
	Not    string // why it was not looked for
}

func notAsked() *Cycles { return &Cycles{Not: "it was not asked for"} }

// Orbits of the search for cycles.
const (
	cycleRandomStarts = 6
	cycleMostUnstable = 4 // fixed points that orbits leave
	cycleTransient    = 60.0
	cycleTolerance    = 1e-9
	screenTolerance   = 1e-6
	cycleLongest      = 200.0
	cycleMostFound    = 16
)

// findCycles follows orbits from points of a box, and from beside the unstable
// fixed points, forward in time; in the plane backward too, where the unstable
// cycles are. Those that neither rest nor leave are given to FindCycle. Nothing
// says that no cycle was missed.
func findCycles(f model.VectorField, box model.Box, points []model.Equilibrium, seed uint64) (*Cycles, error) {
	if f.Dim() < 2 {
		return &Cycles{Not: "no orbit of one latent returns (M9)"}, nil
	}
	if f.Dim() > 3 {
		return &Cycles{Not: "it is done for two and three latents"}, nil
	}
	c := &Cycles{}
	for _, start := range cycleStarts(box, points, seed) {
		for _, flow := range []model.VectorField{f, backward{f}} {
			if _, back := flow.(backward); back && f.Dim() > 2 {
				continue
			}
			c.Starts++
			end, ok, err := settle(flow, box, start)
			if err != nil {
				return nil, err
			}
			if !ok || c.known(end) || rests(f, points, end) || len(c.Found) == cycleMostFound {
				continue
			}
			cycle, err := model.FindCycle(f, model.CycleSearch{Start: end, RelTol: cycleTolerance, MaxPeriod: cycleLongest})
			if errors.Is(err, model.ErrInvalid) {
				return nil, err
			}
			if err == nil && !c.known(cycle.Point) {
				c.Found = append(c.Found, *cycle)
			}
		}
	}
	return c, nil
}

// backward is a field with its time reversed.
type backward struct{ model.VectorField }

func (b backward) Field(x []float64) ([]float64, error) {
	v, err := b.VectorField.Field(x)
	for i := range v {
		v[i] = -v[i]
	}
	return v, err
}

func (b backward) Jacobian(x []float64) (*mat.Dense, error) {
	j, err := b.VectorField.Jacobian(x)
	if err == nil {
		j.Scale(-1, j)
	}
	return j, err
}

// cycleStarts are points drawn from the box, and points beside unstable fixed
// points, a hundredth of the box away.
func cycleStarts(box model.Box, points []model.Equilibrium, seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, uint64(len(box.Lower))))
	var out [][]float64
	beside := 0
	for _, p := range points {
		if p.Stability == model.Stable || beside == cycleMostUnstable {
			continue
		}
		beside++
		x := append([]float64(nil), p.Point...)
		for i := range x {
			x[i] += 0.005 * (box.Upper[i] - box.Lower[i]) * rng.NormFloat64()
		}
		out = append(out, x)
	}
	for range cycleRandomStarts {
		x := make([]float64, len(box.Lower))
		for i := range x {
			x[i] = box.Lower[i] + (box.Upper[i]-box.Lower[i])*(0.1+0.8*rng.Float64())
		}
		out = append(out, x)
	}
	return out
}

// settle returns where an orbit is after a while, and false if that is nowhere
// or far away.
func settle(f model.VectorField, box model.Box, start []float64) ([]float64, bool, error) {
	run, err := model.Integrate(f, model.Integration{Start: start, Times: []float64{0, cycleTransient}, RelTol: screenTolerance})
	if errors.Is(err, model.ErrNotConverged) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	end := run.States[len(run.States)-1]
	for i, x := range end {
		width := box.Upper[i] - box.Lower[i]
		if !(x > box.Lower[i]-width && x < box.Upper[i]+width) {
			return nil, false, nil
		}
	}
	return end, true, nil
}

// rests reports whether a state is a fixed point as far as the orbit that led
// there was followed.
func rests(f model.VectorField, points []model.Equilibrium, x []float64) bool {
	v, err := f.Field(x)
	if err != nil {
		return true
	}
	speed, size := 0.0, 0.0
	for i := range v {
		speed, size = math.Max(speed, math.Abs(v[i])), math.Max(size, math.Abs(x[i]))
	}
	if speed <= 10*screenTolerance*(1+size) {
		return true
	}
	for _, p := range points {
		if distance(p.Point, x) <= 10*screenTolerance*(1+size) {
			return true
		}
	}
	return false
}

// known reports whether a state is on a cycle that was found: no further from
// it than a small share of its extent, between points of the orbit.
func (c *Cycles) known(x []float64) bool {
	for _, cycle := range c.Found {
		extent := 0.0
		for _, a := range cycle.Amplitude {
			extent = math.Max(extent, a)
		}
		nearest, step := math.Inf(1), 0.0
		for k, p := range cycle.Orbit {
			nearest = math.Min(nearest, distance(p, x))
			if k > 0 {
				step = math.Max(step, distance(p, cycle.Orbit[k-1]))
			}
		}
		// between two points of the orbit, or beside it by what the transient left
		if nearest <= 0.6*step+1e-4*extent {
			return true
		}
	}
	return false
}

func distance(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = math.Hypot(d, a[i]-b[i])
	}
	return d
}
