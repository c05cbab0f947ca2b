package model

import "math"

const (
	degreeHalvings = 100 // of a part, until Newton is where it converges
	degreeFinds    = 16  // zeros looked for so in a part
)

// surveyed is how often the box is halved before its parts are compared.
var surveyed = [3]int{0, 6, 4}

// cuts are where a box is halved, as fractions of a side: off the middle, where the
// symmetric have their zeros and the kinked their kinks.
var cuts = [...]float64{0.48097, 0.53171, 0.44263, 0.57619, 0.40357}

// survey compares, in one and two dimensions, how F turns around the box and around
// its parts with the indices of the zeros found inside. Where that differs a zero
// is missing, be it one of several whose indices cancel in the whole. Of a part with
// a degenerate zero, which may count anything, that is not asked, but of its halves.
func (e *equilibriumFinder) survey(degree *int) {
	if degree == nil || e.n > 2 || e.truncated || e.continuum {
		return
	}
	for _, z := range e.found {
		if !e.box.holds(z.Point, 0) {
			return // on the boundary: whether the degree counts it is not known
		}
	}
	e.surveyPart(e.box, *degree, surveyed[e.n])
}

func (e *equilibriumFinder) surveyPart(part Box, degree, halvings int) {
	for range degreeFinds {
		if sum, known := e.indices(part); !known || degree == sum || !e.bisect(part, degree) {
			break
		}
	}
	if e.truncated || e.continuum || halvings == 0 {
		return
	}
	if half, rest, inside, ok := e.cut(part); ok {
		e.surveyPart(half, inside, halvings-1)
		e.surveyPart(rest, degree-inside, halvings-1)
	}
}

// bisect halves a part of the box, keeping the half around which F turns otherwise
// than by the zeros found inside: there must be another in that, however steep F
// is around it. It reports whether Newton came upon one that was not known.
func (e *equilibriumFinder) bisect(part Box, degree int) bool {
	known := len(e.found)
	for range degreeHalvings {
		half, rest, inside, ok := e.cut(part)
		if !ok {
			return false
		}
		if sum, _ := e.indices(half); inside != sum {
			part, degree = half, inside
		} else {
			part, degree = rest, degree-inside
		}
		e.try("degree", part.at(repeated(0.5, e.n)), part)
		if len(e.found) > known {
			return true
		}
	}
	return false
}

// cut halves the longest side of a box, measured in sides of the whole, and
// returns the degree of the first half; false where no cut has one.
func (e *equilibriumFinder) cut(box Box) (half, rest Box, degree int, ok bool) {
	axis, most := 0, 0.0
	for i := range e.n {
		if w := (box.Upper[i] - box.Lower[i]) / (e.box.Upper[i] - e.box.Lower[i]); w > most {
			axis, most = i, w
		}
	}
	for _, t := range cuts {
		at := box.Lower[axis] + t*(box.Upper[axis]-box.Lower[axis])
		if !(box.Lower[axis] < at && at < box.Upper[axis]) {
			return half, rest, 0, false
		}
		if e.passes(axis, at) {
			continue
		}
		half, rest = box.clone(), box.clone()
		half.Upper[axis], rest.Lower[axis] = at, at
		if degree, err := BoundaryDegree(e.f, half); err == nil {
			return half, rest, degree, true
		}
	}
	return half, rest, 0, false
}

// passes reports whether a cut passes so near to a zero found that its side is not
// known.
func (e *equilibriumFinder) passes(axis int, at float64) bool {
	for _, z := range e.found {
		near := z.slack()
		if z.Index == 0 {
			near = max(near, z.Uncertainty) // F is rounding as far as that
		}
		if math.Abs(z.Point[axis]-at) <= 4*near {
			return true
		}
	}
	return false
}

// indices adds up the indices of the zeros found in a box; false where one is
// degenerate.
func (e *equilibriumFinder) indices(box Box) (sum int, known bool) {
	known = true
	for _, z := range e.found {
		if box.holds(z.Point, 0) {
			sum += z.Index
			known = known && z.Index != 0
		}
	}
	return sum, known
}
