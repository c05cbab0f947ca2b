package fitting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/model"
)

// Problem is a vector field to be fitted in a region: one with a formula, or
// the rows of a file.
type Problem struct {
	Name  string
	Field model.VectorField // nil for a file, whose field is known at its rows alone
	Read  string            // how a file was read

	Region   model.Box
	PerEdge  int     // points of the grid on each edge; 0 for a file
	rows     samples // of a file
	Start    []float64
	Time     float64 // of the trajectories, in τ
	Across   [2]int  // coordinates of the phase portrait
	Periodic bool    // a stable limit cycle is looked for
}

// Rank returns R, the dimension of the field.
func (p *Problem) Rank() int { return len(p.Region.Lower) }

// span returns the middle and the half width of the region in a coordinate.
func (p *Problem) span(i int) (middle, half float64) {
	middle, half = (p.Region.Lower[i]+p.Region.Upper[i])/2, (p.Region.Upper[i]-p.Region.Lower[i])/2
	if !(half > 0) {
		half = 1
	}
	return middle, half
}

// Targets lists the fields with a formula by their names.
var Targets = []string{"vanderpol", "lorenz", "bistable", "cycle", "random"}

// box returns one around the origin, with these half widths.
func box(half ...float64) model.Box {
	b := model.Box{Upper: half}
	for _, h := range half {
		b.Lower = append(b.Lower, -h)
	}
	return b
}

// NewProblem returns the target of a name. Rank 0 is the target's own, 2 for
// the random one, which has any.
func NewProblem(name string, rank int, seed uint64) (*Problem, error) {
	p := &Problem{Name: name}
	switch name {
	case "vanderpol":
		p.Field, p.Region, p.PerEdge = model.VanDerPol(1), box(2.6, 3.5), 41
		p.Start, p.Time, p.Periodic = []float64{0.5, 0}, 30, true
	case "lorenz":
		p.Field, p.PerEdge = model.Lorenz(10, 28, 8.0/3), 13
		p.Region = model.Box{Lower: []float64{-22, -29, -2}, Upper: []float64{22, 29, 52}}
		p.Start, p.Time, p.Across = []float64{5, 5, 20}, 12, [2]int{0, 2}
	case "bistable":
		p.Field, p.Region, p.PerEdge = model.BistableWell(), box(2, 2), 41
		p.Start, p.Time = []float64{-0.4, -1.8}, 12
	case "cycle":
		p.Field, p.Region, p.PerEdge = model.CycleAroundPoint(), box(2.4, 2.4), 41
		p.Start, p.Time, p.Periodic = []float64{1.1, 0}, 30, true
	case "random":
		if rank == 0 {
			rank = 2
		}
		if rank < 1 || rank > mostRank {
			return nil, fmt.Errorf("rank is %d, want 1 to %d", rank, mostRank)
		}
		p.Field, p.Region = model.RandomSmoothField(rank, seed), box(slices.Repeat([]float64{3}, rank)...)
		p.PerEdge = max(3, int(math.Pow(1700, 1/float64(rank))))
		p.Start, p.Time, p.Periodic = slices.Repeat([]float64{2}, rank), 20, rank > 1
	default:
		return nil, fmt.Errorf("there is no target %q, want %s, or a .csv file", name, strings.Join(Targets, ", "))
	}
	if rank != 0 && rank != p.Rank() {
		return nil, fmt.Errorf("%s has %d dimensions, and a network of rank R has R latents: rank is %d, want %d", name, p.Rank(), rank, p.Rank())
	}
	if p.Across == [2]int{} && p.Rank() > 1 {
		p.Across[1] = 1
	}
	return p, nil
}

// mostRank keeps grids at the size that a design matrix may have.
const mostRank = 6

// heldOut is how many points off the grid the error is measured at.
const heldOut = 1000

// samples returns the field at the points of the fit, and at others: points
// off the grid drawn from the region, or every fifth row of a file.
func (p *Problem) samples(rng *rand.Rand) (seen, unseen samples, err error) {
	if p.Field == nil {
		order := rng.Perm(len(p.rows.points))
		held := len(order) / 5
		return p.rows.at(order[held:]), p.rows.at(order[:held]), nil
	}
	seen.points = p.grid()
	for range heldOut {
		x := make([]float64, p.Rank())
		for i := range x {
			x[i] = p.Region.Lower[i] + rng.Float64()*(p.Region.Upper[i]-p.Region.Lower[i])
		}
		unseen.points = append(unseen.points, x)
	}
	for _, s := range []*samples{&seen, &unseen} {
		for _, x := range s.points {
			v, err := p.Field.Field(x)
			if err != nil {
				return seen, unseen, err
			}
			s.values = append(s.values, v)
		}
	}
	return seen, unseen, nil
}

func (s samples) at(rows []int) (out samples) {
	for _, k := range rows {
		out.points, out.values = append(out.points, s.points[k]), append(out.values, s.values[k])
	}
	return out
}

// grid returns the points of a regular grid of the region, corners included.
func (p *Problem) grid() [][]float64 {
	points := [][]float64{{}}
	for i := range p.Rank() {
		var longer [][]float64
		for _, x := range points {
			for k := range p.PerEdge {
				t := float64(k) / float64(p.PerEdge-1)
				longer = append(longer, append(slices.Clone(x), p.Region.Lower[i]*(1-t)+p.Region.Upper[i]*t))
			}
		}
		points = longer
	}
	return points
}
