package model

import (
	"fmt"
	"math"
)

// BoundaryDegree returns the degree of −F on a box in one or two dimensions: the
// sum of the indices of the zeros inside, sign det(−DF) where they are
// non-degenerate. In one dimension it is told by the signs at both ends, in two it
// is how often −F turns as one goes around the boundary. Points are added until F
// turns by less than an eighth from each to the next: between two of the first 64 it
// must not turn around unseen, which is not proved. F that is zero at the boundary, or turns there faster than 2²⁰ points tell, is ErrNotConverged;
// more dimensions are ErrInvalid.
func BoundaryDegree(f VectorField, b Box) (int, error) {
	n := f.Dim()
	if n != 1 && n != 2 {
		return 0, invalidf("the degree is found at the boundary in 1 or 2 dimensions, not %d", n)
	}
	if err := b.check(n); err != nil {
		return 0, err
	}
	if n == 2 {
		return winding(f, b)
	}
	sum := 0
	for side, x := range [2]float64{b.Lower[0], b.Upper[0]} {
		v, err := boundaryField(f, []float64{x})
		if err != nil {
			return 0, err
		}
		if (v[0] < 0) == (side == 1) { // inward
			sum++
		} else {
			sum--
		}
	}
	return sum / 2, nil
}

func boundaryField(f VectorField, x []float64) ([]float64, error) {
	v, err := fieldAt(f, x)
	if err != nil {
		return nil, err
	}
	if !finite(v) || largest(v) == 0 {
		return nil, fmt.Errorf("%w: the field is %v at %v of the boundary, which has no direction", ErrNotConverged, v, x)
	}
	return v, nil
}

// boundaryPieces is into how many pieces a side is cut at first; boundaryPoints
// bounds the points in all.
const (
	boundaryPieces = 16
	boundaryPoints = 1 << 20
)

// winding adds up the angles by which F turns around a rectangle.
func winding(f VectorField, b Box) (int, error) {
	corners := [5][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}
	points := 0
	evaluate := func(side int, s float64) ([]float64, error) {
		if points++; points > boundaryPoints {
			return nil, fmt.Errorf("%w: %d points at the boundary do not tell how the field turns", ErrNotConverged, boundaryPoints)
		}
		from, to := corners[side], corners[side+1]
		return boundaryField(f, b.at([]float64{from[0] + s*(to[0]-from[0]), from[1] + s*(to[1]-from[1])}))
	}
	var turn func(side int, s, t float64, a, c []float64) (float64, error)
	turn = func(side int, s, t float64, a, c []float64) (float64, error) {
		angle := angleBetween(a, c)
		if math.Abs(angle) < math.Pi/4 {
			return angle, nil
		}
		half := s/2 + t/2
		if half <= s || half >= t {
			return 0, fmt.Errorf("%w: the field jumps by %.3g between neighbouring points of the boundary", ErrNotConverged, angle)
		}
		m, err := evaluate(side, half)
		if err != nil {
			return 0, err
		}
		first, err := turn(side, s, half, a, m)
		if err != nil {
			return 0, err
		}
		second, err := turn(side, half, t, m, c)
		return first + second, err
	}
	total := 0.0
	for side := range 4 {
		last, err := evaluate(side, 0)
		if err != nil {
			return 0, err
		}
		for k := range boundaryPieces {
			next, err := evaluate(side, float64(k+1)/boundaryPieces)
			if err != nil {
				return 0, err
			}
			angle, err := turn(side, float64(k)/boundaryPieces, float64(k+1)/boundaryPieces, last, next)
			if err != nil {
				return 0, err
			}
			total += angle
			last = next
		}
	}
	return int(math.Round(total / (2 * math.Pi))), nil
}

// angleBetween returns the angle from a to b in (−π, π]; both are scaled first,
// so that products neither overflow nor vanish.
func angleBetween(a, b []float64) float64 {
	sa, sb := largest(a), largest(b)
	ax, ay, bx, by := a[0]/sa, a[1]/sa, b[0]/sb, b[1]/sb
	return math.Atan2(ax*by-ay*bx, ax*bx+ay*by)
}
