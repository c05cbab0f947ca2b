package model

import (
	"math"
	"math/rand/v2"
)

// shifts returns where in the unit cube the sequence of spread starts, by the seed.
func shifts(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 0x65717569)) // "equi"
	s := make([]float64, n)
	for i := range s {
		s[i] = rng.Float64()
	}
	return s
}

// spread returns the middle of the box, the origin if it is in the box, and the
// next count points of the additive sequence k·(g⁻¹, g⁻², …), g^(n+1) = g + 1, which
// fills the cube evenly (Roberts; in one dimension it is the golden section).
func (e *equilibriumFinder) spread(count int) [][]float64 {
	g := 2.0
	for range 64 {
		g = math.Pow(1+g, 1/float64(e.n+1))
	}
	starts := [][]float64{e.box.at(repeated(0.5, e.n))}
	if origin := make([]float64, e.n); e.box.holds(origin, 0) {
		starts = append(starts, origin)
	}
	for range count {
		e.drawn++
		t := make([]float64, e.n)
		for i := range t {
			_, t[i] = math.Modf(e.shift[i] + float64(e.drawn)*math.Pow(g, -float64(i+1)))
		}
		starts = append(starts, e.box.at(t))
	}
	return starts
}

// betweenStarts bounds the starts between the points found, of a round.
const betweenStarts = 48

// between returns the reflections at the origin of the points from the given
// one on, and the middle of their pairs with those before.
func (e *equilibriumFinder) between(from int) [][]float64 {
	var starts [][]float64
	for i := from; i < len(e.found) && len(starts) < betweenStarts; i++ {
		p := e.found[i].Point
		reflected := make([]float64, e.n)
		for k := range p {
			reflected[k] = -p[k]
		}
		if e.box.holds(reflected, 0) {
			starts = append(starts, reflected)
		}
		for j := range i {
			middle := make([]float64, e.n)
			for k := range p {
				middle[k] = p[k]/2 + e.found[j].Point[k]/2
			}
			starts = append(starts, middle)
		}
	}
	return starts[:min(len(starts), betweenStarts)]
}

// flowSteps is how many steps flow takes before Newton.
const flowSteps = 12

// flow follows the flow from count points, forward and backward in time, by
// linearly implicit Euler steps (1/h − DF) d = F, with h growing as |F| falls: in
// the end that is Newton's step (pseudo-transient continuation, Kelley and Keyes 1998).
func (e *equilibriumFinder) flow(count int) {
	for k, x := range e.spread(count) {
		direction := 1.0
		if k%2 == 1 {
			direction = -1
		}
		for range flowSteps {
			f, err := fieldAt(e.f, x)
			if err != nil || !finite(f) {
				x = nil
				break
			}
			size := largest(f)
			if size == 0 {
				break
			}
			j, err := jacobianAt(e.f, x)
			if err != nil {
				x = nil
				break
			}
			for i := range e.n { // 1/h = |F| over a twentieth of the box
				j.Set(i, i, j.At(i, i)-direction*20*size/e.box.width())
			}
			step, err := smallStep(j, f)
			if err != nil {
				break
			}
			x = axpy(x, -1, step)
			if !e.box.holds(x, e.box.width()) {
				x = nil
				break
			}
		}
		if x != nil {
			e.try("flow", x, e.box)
		}
	}
}

// folds looks for the partner of each point from the given one on, across the
// fold at which both are born: along the direction v that DF shrinks, F is s σ + s² a/2
// in the component u that it leaves, with a zero at s = 0 and one at s = −2σ/a.
func (e *equilibriumFinder) folds(from int) {
	for i := from; i < len(e.found) && !e.continuum; i++ {
		z := e.found[i]
		if z.Index == 0 {
			continue
		}
		h := e.box.width() / 1024
		ahead, err := jacobianAt(e.f, axpy(z.Point, h, z.null))
		if err != nil {
			continue
		}
		image, bent := make([]float64, e.n), make([]float64, e.n)
		vec(image).MulVec(z.jacobian, vec(z.null))
		vec(bent).MulVec(ahead, vec(z.null))
		sigma, a := 0.0, 0.0
		for k, v := range image {
			sigma += v * v
			a += v * (bent[k] - v) / h
		}
		if s := -2 * sigma / a; math.Abs(s) <= e.box.width() {
			e.try("fold", axpy(z.Point, s, z.null), e.box)
		}
	}
}

// Deflation starts from up to so many points of a round, and takes so many steps.
const (
	deflationStarts = 6
	deflationSteps  = 12
)

// deflate looks for further zeros from either side of those from the given one on.
func (e *equilibriumFinder) deflate(from, round int) {
	for i := from; i < len(e.found) && i < from+deflationStarts<<round && !e.continuum; i++ {
		z := e.found[i]
		for _, sign := range [2]float64{1, -1} {
			if x := e.deflated(axpy(z.Point, sign*e.box.width()/float64(int(32)<<round), z.null)); x != nil {
				e.try("deflation", x, e.box)
			}
		}
	}
}

// deflated returns where Newton's method leads on m F, m = Π(1 + ‖x − x_k‖⁻²), whose step is
// that of F times 1/(1 + ∇log m·s) (Farrell, Birkisson and Funke 2015); nil if out
// of the box.
func (e *equilibriumFinder) deflated(x []float64) []float64 {
	for range deflationSteps {
		f, err := fieldAt(e.f, x)
		if err != nil || !finite(f) {
			return nil
		}
		if largest(f) <= 1e-6*e.scale {
			return x
		}
		j, err := jacobianAt(e.f, x)
		if err != nil {
			return nil
		}
		step, err := smallStep(j, f)
		if err != nil {
			return x
		}
		t := 1 / (1 + e.deflation(x, step))
		if length := largest(step) * math.Abs(t); !(length <= e.box.width()/4) {
			t *= e.box.width() / 4 / length
		}
		if x = axpy(x, -t, step); !finite(x) || !e.box.holds(x, e.box.width()/8) {
			return nil
		}
	}
	return x
}

// deflation returns ∇log m·step at x, distances in units of the box's width.
func (e *equilibriumFinder) deflation(x, step []float64) float64 {
	unit := e.box.width()
	sum := 0.0
	for _, z := range e.found {
		square, dot := 0.0, 0.0
		for i, p := range z.Point {
			d := (x[i] - p) / unit
			square += d * d
			dot += d * step[i] / unit
		}
		if square > 0 {
			sum -= 2 * dot / (square * (1 + square))
		}
	}
	return sum
}
