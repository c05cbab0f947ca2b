package model

import (
	"math"
	"math/rand/v2"
	"sort"
)

// FixedPointSearch says how hard FixedPoints looks.
type FixedPointSearch struct {
	Starts int    // Newton starts, ≥ 1
	Seed   uint64 // of the random starts
	Limit  int    // points kept at most, ≥ 1: a ring attractor has no end
	// Eigenvalues asks for those of DF at each point.
	Eigenvalues bool
}

// FixedPointSet is what a search found, sorted by coordinates.
type FixedPointSet struct {
	Points []FixedPoint
	// IndexSum is the sum of the indices. For a bounded φ and points that are
	// all non-degenerate it is 1 if none was missed (M11); a missing pair of
	// opposite index does not show.
	IndexSum int
	// Truncated is true when Limit ended the search.
	Truncated bool
}

// searchRounds bounds how often FixedPoints looks again while the indices say
// that a fixed point is missing, in up to searchDimensions dimensions: beyond,
// a random network has more of them than anybody finds.
const (
	searchRounds     = 8
	searchDimensions = 8
)

// FixedPoints returns the fixed points under constant input u (q) that Newton
// iteration finds from many starts, in κ for a low-rank network and in x for
// a dense one: the origin, a grid in one dimension, otherwise points at
// random in the box that traps the dynamics of a bounded φ, at scales from a
// thousandth of it up; then between the points found, where saddles are. While
// the indices of a bounded φ do not add up to 1 it looks again, up to eight
// times in up to eight dimensions. That no fixed point was missed is not promised.
func (net *RNN) FixedPoints(u []float64, search FixedPointSearch) (*FixedPointSet, error) {
	c, err := net.coordinates(u)
	if err != nil {
		return nil, err
	}
	if search.Starts < 1 || search.Limit < 1 {
		return nil, invalidf("search has %d starts and limit %d, want at least 1 of each", search.Starts, search.Limit)
	}
	set := &FixedPointSet{}
	rng := rand.New(rand.NewPCG(search.Seed, 0))
	rounds := searchRounds
	if c.dim() > searchDimensions {
		rounds = 1
	}
	for round := 0; round == 0 || round < rounds && set.misses(c); round++ {
		set.tryAll(c, c.starts(search.Starts, rng), search.Limit)
		set.tryAll(c, set.between(), search.Limit)
	}
	sort.Slice(set.Points, func(i, j int) bool {
		a, b := set.Points[i].coordinates(), set.Points[j].coordinates()
		for k := range a {
			if a[k] != b[k] {
				return a[k] < b[k]
			}
		}
		return false
	})
	for i := range set.Points {
		if search.Eigenvalues {
			set.Points[i].Eigenvalues = c.eigenvalues(set.Points[i].coordinates())
		}
	}
	return set, nil
}

// eigenvalues returns those of DF(z), decreasing real parts; nil if the
// decomposition failed.
func (c *coordinates) eigenvalues(z []float64) []complex128 {
	pairs, err := eigen(c.jacobian(z), c.jacobianError(z, c.state(z)))
	if err != nil {
		return nil
	}
	values := make([]complex128, len(pairs))
	for i, p := range pairs {
		values[i] = p.z
	}
	sort.SliceStable(values, func(i, j int) bool { return real(values[i]) > real(values[j]) })
	return values
}

// tryAll adds the fixed points that Newton reaches from starts.
func (s *FixedPointSet) tryAll(c *coordinates, starts [][]float64, limit int) {
	for _, start := range starts {
		if s.Truncated {
			return
		}
		p, err := c.newton(start)
		if err != nil || s.knows(p) {
			continue // a start that leads nowhere is no finding
		}
		if len(s.Points) == limit {
			s.Truncated = true
			return
		}
		s.Points = append(s.Points, *p)
		s.IndexSum += p.Index
	}
}

// misses reports whether the indices of a bounded φ show that a point is
// missing; a degenerate point has none to show.
func (s *FixedPointSet) misses(c *coordinates) bool {
	if math.IsInf(c.net.phi.sup, 0) || s.Truncated {
		return false
	}
	for _, p := range s.Points {
		if p.Index == 0 {
			return false
		}
	}
	return s.IndexSum != 1
}

// between returns the middle of every pair of points found, and their
// reflections at the origin.
func (s *FixedPointSet) between() [][]float64 {
	var starts [][]float64
	for i := range s.Points {
		p := s.Points[i].coordinates()
		reflected := make([]float64, len(p))
		for k := range p {
			reflected[k] = -p[k]
		}
		starts = append(starts, reflected)
		for j := range i {
			q := s.Points[j].coordinates()
			middle := make([]float64, len(p))
			for k := range p {
				middle[k] = p[k]/2 + q[k]/2
			}
			starts = append(starts, middle)
		}
	}
	return starts
}

// coordinates returns κ, or x for a dense network.
func (p *FixedPoint) coordinates() []float64 {
	if p.Kappa != nil {
		return p.Kappa
	}
	return p.X
}

// knows reports whether p is a point of the set found again: within the
// radius in which a certified one is alone, or nearer than √u.
func (s *FixedPointSet) knows(p *FixedPoint) bool {
	for i := range s.Points {
		q := &s.Points[i]
		distance := largest(axpy(p.coordinates(), -1, q.coordinates()))
		same := math.Sqrt(unitRoundoff) * (1 + largest(p.coordinates()))
		if distance <= max(same, min(q.unique, p.unique)) {
			return true
		}
	}
	return false
}

// starts returns the origin and count other starting points.
func (c *coordinates) starts(count int, rng *rand.Rand) [][]float64 {
	box := c.box()
	starts := [][]float64{make([]float64, len(box))}
	if len(box) == 1 {
		half := count/2 + 1
		for k := 1; k <= half; k++ {
			z := box[0] * float64(k) / float64(half)
			small := box[0] * math.Pow(1e-6, float64(k)/float64(half))
			starts = append(starts, []float64{z}, []float64{-z}, []float64{small}, []float64{-small})
		}
		return starts
	}
	for range count {
		scale := math.Pow(10, -3*rng.Float64())
		z := make([]float64, len(box))
		for i := range z {
			z[i] = scale * box[i] * (2*rng.Float64() - 1)
		}
		starts = append(starts, z)
	}
	return starts
}

// box returns half the widths of a box that holds every fixed point if φ is
// bounded: |κ_r| ≤ scale·Σ|n_ir| sup|φ|, |x_i| ≤ Σ|W_ij| sup|φ| + |b + Bu|_i.
// For an unbounded φ the same sums at the drive's size are only a guess.
func (c *coordinates) box() []float64 {
	sup := c.net.phi.sup
	if math.IsInf(sup, 0) {
		sup = 1 + 10*largest(c.drive)
	}
	box := make([]float64, c.dim())
	for i := range box {
		if c.low != nil {
			for k := range c.net.Units() {
				box[i] += math.Abs(c.low.scale*c.low.n.At(k, i)) * sup
			}
			continue
		}
		box[i] = math.Abs(c.drive[i])
		for j := range c.net.Units() {
			box[i] += math.Abs(c.w.At(i, j)) * sup
		}
	}
	return box
}
