package fitting

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/model"
)

// Trajectory is a solution from the common start, with what is known of it.
type Trajectory struct {
	Name   string
	States [][]float64 // at the times k·T/(len−1)
	// Period of the stable limit cycle that it ends on, 0 if none was found or
	// looked for.
	Period float64
	// Apart is the largest distance to the reference at one time, Aside that of
	// the second half of the curve to the curve of the reference, whenever it is
	// there. The reference is the first trajectory.
	Apart, Aside float64
}

// Integration of the trajectories.
const (
	instants      = 2000
	tolerance     = 1e-6
	cycleAccuracy = 1e-6
)

// integrate sets Trajectories.
func (r *Report) integrate() error {
	fields := []struct {
		name  string
		field model.VectorField
	}{{"target", r.Problem.Field}, {"mean field", r.Mixture.Circuit()}, {"network", r.Network}}
	times := make([]float64, instants+1)
	for k := range times {
		times[k] = r.Time * float64(k) / instants
	}
	periodic := r.Problem.Periodic || r.Problem.Field == nil && r.Problem.Rank() > 1
	longest := r.Time
	for _, f := range fields {
		r.Stage("integrating the " + f.name)
		if f.field == nil {
			continue
		}
		solution, err := model.Integrate(f.field, model.Integration{Start: r.Start, Times: times, RelTol: tolerance})
		if err != nil {
			return fmt.Errorf("trajectory of the %s: %w", f.name, err)
		}
		t := Trajectory{Name: f.name, States: solution.States}
		if periodic {
			t.Period = period(f.field, t.States[instants], longest)
			periodic = t.Period > 0 // where the last one has no cycle the next one's is none to compare
			longest = 1.5 * t.Period
		}
		if len(r.Trajectories) > 0 {
			t.Apart, t.Aside = distances(t.States, r.Trajectories[0].States)
		}
		r.Trajectories = append(r.Trajectories, t)
	}
	return nil
}

// period returns that of the stable limit cycle at a state, 0 for none that is
// short enough.
func period(f model.VectorField, at []float64, longest float64) float64 {
	return ofStable(model.FindCycle(f, model.CycleSearch{Start: at, RelTol: cycleAccuracy, MaxPeriod: longest}))
}

// ofStable returns the period of a cycle that was found, if it is stable: what
// else a trajectory passes by, as on a chaotic attractor, says nothing of it.
func ofStable(cycle *model.LimitCycle, err error) float64 {
	if err != nil || !cycle.Stable {
		return 0
	}
	return cycle.Period
}

// distances returns the largest distance of two trajectories at one time, and
// that of the second half of the first to the curve of the other.
func distances(a, b [][]float64) (apart, aside float64) {
	for k := range a {
		apart = math.Max(apart, norm(difference(a[k], b[k])))
	}
	for k := len(a) / 2; k < len(a); k += 5 {
		nearest := math.Inf(1)
		for j := 1; j < len(b); j++ {
			nearest = math.Min(nearest, toSegment(a[k], b[j-1], b[j]))
		}
		aside = math.Max(aside, nearest)
	}
	return apart, aside
}

// toSegment returns the distance of x from the segment between p and q.
func toSegment(x, p, q []float64) float64 {
	along, from := difference(q, p), difference(x, p)
	dot, square := 0.0, 0.0
	for i := range along {
		dot += along[i] * from[i]
		square += along[i] * along[i]
	}
	t := 0.0
	if square > 0 {
		t = math.Max(0, math.Min(1, dot/square))
	}
	for i := range from {
		from[i] -= t * along[i]
	}
	return norm(from)
}
