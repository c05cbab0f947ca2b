package fitting

import (
	"fmt"
	"math"
	"sync"

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

// integrate sets Trajectories: that of the target first, which costs little and
// says whether a cycle is to be looked for, then the two others side by side.
func (r *Report) integrate() error {
	longest := 0.0 // period that is looked for; 0: none is
	if r.Problem.Periodic || r.Problem.Field == nil && r.Problem.Rank() > 1 {
		longest = r.Time
	}
	if r.Problem.Field != nil {
		r.Stage("integrating the target")
		t, err := r.trajectory("target", r.Problem.Field, longest)
		if err != nil {
			return err
		}
		longest = 1.5 * t.Period
		r.Trajectories = append(r.Trajectories, t)
	}
	r.Stage("integrating mean field and network")
	var others [2]Trajectory
	var errs [2]error
	var group sync.WaitGroup
	group.Go(func() { others[0], errs[0] = r.trajectory("mean field", r.Mixture.Circuit(), longest) })
	group.Go(func() { others[1], errs[1] = r.trajectory("network", r.Network, longest) })
	group.Wait()
	for k, t := range others {
		if errs[k] != nil {
			return errs[k]
		}
		if len(r.Trajectories) > 0 {
			t.Apart, t.Aside = distances(t.States, r.Trajectories[0].States)
		}
		r.Trajectories = append(r.Trajectories, t)
	}
	return nil
}

// trajectory integrates a field from the start, and looks for the cycle that it
// ends on, if longest is not 0.
func (r *Report) trajectory(name string, f model.VectorField, longest float64) (Trajectory, error) {
	times := make([]float64, instants+1)
	for k := range times {
		times[k] = r.Time * float64(k) / instants
	}
	solution, err := model.Integrate(f, model.Integration{Start: r.Start, Times: times, RelTol: tolerance})
	if err != nil {
		return Trajectory{}, fmt.Errorf("trajectory of the %s: %w", name, err)
	}
	t := Trajectory{Name: name, States: solution.States}
	if longest > 0 {
		t.Period = period(f, t.States[instants], longest)
	}
	return t, nil
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
			if !beyond(a[k], b[j-1], b[j], nearest) {
				nearest = math.Min(nearest, toSegment(a[k], b[j-1], b[j]))
			}
		}
		aside = math.Max(aside, nearest)
	}
	return apart, aside
}

// beyond reports whether a coordinate of x alone is further than d from all of
// the segment between p and q.
func beyond(x, p, q []float64, d float64) bool {
	for i := range x {
		if math.Max(math.Min(p[i], q[i])-x[i], x[i]-math.Max(p[i], q[i])) > d {
			return true
		}
	}
	return false
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
