package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// cellDimensions is up to where a grid fills the box; cellsAcross is how many
// cells there are along each axis, odd so that the middle is not a corner.
const cellDimensions = 3

var cellsAcross = [cellDimensions + 1]int{0, 65, 13, 7}

// cellLattice holds F at the corners of the cells of a box.
type cellLattice struct {
	n, across int
	values    [][]float64 // of corner Σ c_i (across+1)^i; nil where F fails
}

// cells starts Newton in every cell of a grid in which no component of F, nor of
// A⁻¹F with its mean slope A, keeps one sign, up to what second differences
// say about F between the corners. Where Newton leaves the cell, its parts are tried,
// and where indices show that a zero is missing, parts of parts as long as both
// signs are at their corners.
func (e *equilibriumFinder) cells(round int) {
	if e.n > cellDimensions {
		return
	}
	across := cellsAcross[e.n]
	for range round {
		across = across*3/2 | 1
		if e.n == cellDimensions && across > 31 {
			return // by now Newton's starts are what more effort goes to
		}
	}
	l := e.lattice(across)
	corner := make([]int, e.n)
	for {
		if e.truncated {
			return
		}
		if start, ok := e.cellStart(l, corner); ok {
			low, high := make([]float64, e.n), make([]float64, e.n)
			for i, c := range corner {
				low[i], high[i] = float64(c)/float64(across), float64(c+1)/float64(across)
			}
			cell := Box{e.box.at(low), e.box.at(high)}
			if z := e.try("cells", start, cell); z == nil || !cell.holds(z.Point, cell.width()/2) {
				e.parts(cell)
				if round > 0 { // a zero is missing
					e.narrow(cell)
				}
			}
		}
		if !advance(corner, across) {
			return
		}
	}
}

// advance counts up in base b; false after the last.
func advance(digits []int, b int) bool {
	for i := range digits {
		if digits[i]++; digits[i] < b {
			return true
		}
		digits[i] = 0
	}
	return false
}

func (e *equilibriumFinder) lattice(across int) *cellLattice {
	l := &cellLattice{n: e.n, across: across}
	corner, t := make([]int, e.n), make([]float64, e.n)
	for {
		for i, c := range corner {
			t[i] = float64(c) / float64(across)
		}
		f, err := fieldAt(e.f, e.box.at(t))
		if err != nil || !finite(f) {
			f = nil
		}
		e.scale = max(e.scale, largest(f))
		l.values = append(l.values, f)
		if !advance(corner, across+1) {
			return l
		}
	}
}

// value returns F at a corner, nil outside or where it fails.
func (l *cellLattice) value(corner []int, axis, step int) []float64 {
	index, stride := 0, 1
	for i, c := range corner {
		if i == axis {
			if c += step; c < 0 || c > l.across {
				return nil
			}
		}
		index += c * stride
		stride *= l.across + 1
	}
	return l.values[index]
}

// cellStart returns where F's linear part puts a zero in the cell, or the middle
// of the cell if outside; false if the cell holds none.
func (e *equilibriumFinder) cellStart(l *cellLattice, cell []int) ([]float64, bool) {
	n := l.n
	corners := make([][]float64, 0, 1<<n)
	middle, between := make([]float64, n), make([]float64, n)
	slope := mat.NewDense(n, n, nil) // in units of cells
	offset, corner := make([]int, n), make([]int, n)
	for {
		for i := range corner {
			corner[i] = cell[i] + offset[i]
		}
		f := l.value(corner, -1, 0)
		if f == nil {
			return e.middleOf(l, cell, nil), true // nothing is known
		}
		corners = append(corners, f)
		for i, v := range f {
			middle[i] += v / float64(int(1)<<n)
			for k := range n {
				slope.Set(i, k, slope.At(i, k)+v*float64(2*offset[k]-1)/float64(int(1)<<(n-1)))
			}
		}
		l.bends(corner, f, between)
		if !advance(offset, 2) {
			break
		}
	}
	if signs(corners, between) {
		return nil, false
	}
	inverse, ok := smallInverse(slope)
	if !ok {
		return e.middleOf(l, cell, nil), true
	}
	turned := make([][]float64, len(corners))
	for c, f := range corners {
		turned[c] = make([]float64, n)
		vec(turned[c]).MulVec(inverse, vec(f))
	}
	margin, at := make([]float64, n), make([]float64, n)
	for i := range n {
		for k := range n {
			margin[i] += math.Abs(inverse.At(i, k)) * between[k]
			at[i] -= inverse.At(i, k) * middle[k]
		}
	}
	if signs(turned, margin) {
		return nil, false
	}
	return e.middleOf(l, cell, at), true
}

// bends raises between to a bound for how far F is from multilinear near the
// corner: a quarter of the second differences, where an eighth is exact for a parabola.
func (l *cellLattice) bends(corner []int, f, between []float64) {
	second := make([]float64, l.n)
	for axis := range l.n {
		up, down := l.value(corner, axis, 1), l.value(corner, axis, -1)
		if up == nil || down == nil {
			continue
		}
		for i := range second {
			second[i] += math.Abs(up[i]-2*f[i]+down[i]) / 4
		}
	}
	for i, s := range second {
		between[i] = max(between[i], s)
	}
}

// signs reports whether a component keeps one sign at all corners, by more than its margin.
func signs(corners [][]float64, margin []float64) bool {
	for i, m := range margin {
		low, high := math.Inf(1), math.Inf(-1)
		for _, f := range corners {
			low, high = min(low, f[i]), max(high, f[i])
		}
		if low > m || high < -m {
			return true
		}
	}
	return false
}

// middleOf returns the point at fractions ½ + at of the cell, ½ where that is
// outside.
func (e *equilibriumFinder) middleOf(l *cellLattice, cell []int, at []float64) []float64 {
	t := make([]float64, l.n)
	for i, c := range cell {
		t[i] = 0.5
		if at != nil && math.Abs(at[i]) < 0.5 {
			t[i] += at[i]
		}
		t[i] = (float64(c) + t[i]) / float64(l.across)
	}
	return e.box.at(t)
}

// parts starts Newton from the middles of the 2ⁿ parts of a cell from which its
// first step is no longer than a part.
func (e *equilibriumFinder) parts(cell Box) {
	half, t := make([]int, e.n), make([]float64, e.n)
	for {
		for i, h := range half {
			t[i] = 0.25 + 0.5*float64(h)
		}
		x := cell.at(t)
		f, err := fieldAt(e.f, x)
		if err == nil && finite(f) {
			if j, err := jacobianAt(e.f, x); err == nil {
				if step, err := smallStep(j, f); err == nil && largest(step) <= cell.width()/2 {
					e.try("cells", x, cell)
				}
			}
		}
		if !advance(half, 2) {
			return
		}
	}
}

// A cell is halved so often, into no more parts at a time, until Newton stays: a
// zero where F turns over in 2⁻¹² of a cell is as steep as units are that saturate.
const (
	narrowHalvings = 12
	narrowParts    = 16
)

// narrow looks for zeros in parts of a cell that are ever smaller.
func (e *equilibriumFinder) narrow(cell Box) {
	left := []Box{cell}
	for depth := 0; depth < narrowHalvings && len(left) > 0 && len(left) <= narrowParts; depth++ {
		var next []Box
		for _, whole := range left {
			for _, part := range e.halves(whole) {
				if !e.changes(part) {
					continue
				}
				// A first part is as good as a cell of the grid, where Newton was tried.
				if depth > 0 {
					if z := e.try("cells", part.at(repeated(0.5, e.n)), part); z != nil && part.holds(z.Point, 0) {
						continue
					}
				}
				next = append(next, part)
			}
		}
		left = next
	}
}

// halves returns the 2ⁿ parts of a box.
func (e *equilibriumFinder) halves(whole Box) []Box {
	var out []Box
	half, low, high := make([]int, e.n), make([]float64, e.n), make([]float64, e.n)
	for {
		for i, h := range half {
			low[i], high[i] = float64(h)/2, float64(h+1)/2
		}
		out = append(out, Box{whole.at(low), whole.at(high)})
		if !advance(half, 2) {
			return out
		}
	}
}

// changes reports whether no component of F, nor of A⁻¹F with its mean slope A,
// keeps one sign at the corners: a sheet on which all of F turns over passes
// through many parts, of which A⁻¹F leaves those with a zero.
func (e *equilibriumFinder) changes(part Box) bool {
	corner, t := make([]int, e.n), make([]float64, e.n)
	var corners [][]float64
	slope := mat.NewDense(e.n, e.n, nil) // in units of the part, times 2ⁿ⁻¹
	for {
		for i, c := range corner {
			t[i] = float64(c)
		}
		f, err := fieldAt(e.f, part.at(t))
		if err != nil || !finite(f) {
			return false
		}
		corners = append(corners, f)
		for i, v := range f {
			for k, c := range corner {
				slope.Set(i, k, slope.At(i, k)+v*float64(2*c-1))
			}
		}
		if !advance(corner, 2) {
			break
		}
	}
	margin := make([]float64, e.n)
	if signs(corners, margin) {
		return false
	}
	inverse, ok := smallInverse(slope)
	if !ok || e.n == 1 {
		return true
	}
	for c, f := range corners {
		turned := make([]float64, e.n)
		vec(turned).MulVec(inverse, vec(f))
		corners[c] = turned
	}
	return !signs(corners, margin)
}
