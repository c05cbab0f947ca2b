package model

import (
	"fmt"
	"math"
)

// BoundaryDegree returns the degree of −F on a box in one or two dimensions: the
// sum of the indices of the zeros inside, sign det(−DF) where they are
// non-degenerate. In one dimension it is told by the signs at both ends, in two it
// is how often −F turns as one goes around the boundary. Points are added until
// from each to the next F turns by less than an eighth, and by less than a radian
// at the rate that DF gives at both, or at one where it does not exist at the other, on a kink: no proof, unless F turns steadily. F that is zero at the boundary, or turns there faster than 2¹⁸ points tell, is ErrNotConverged;
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
	boundaryPieces = 8
	boundaryPoints = 1 << 18
)

// boundary goes around a rectangle.
type boundary struct {
	f      VectorField
	box    Box
	points int
}

// boundaryPoint is F at fraction s of a side, and how fast it turns there, in
// radians a side: 0 on a kink, where DF does not exist.
type boundaryPoint struct {
	s     float64
	f     []float64
	turns float64
	kink  error // why DF does not exist, nil where it does
}

func (b *boundary) at(side int, s float64) (*boundaryPoint, error) {
	if b.points++; b.points > boundaryPoints {
		return nil, fmt.Errorf("%w: %d points at the boundary do not tell how the field turns", ErrNotConverged, boundaryPoints)
	}
	corners := [5][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}
	from, to := b.box.at(corners[side][:]), b.box.at(corners[side+1][:])
	x := []float64{from[0]*(1-s) + s*to[0], from[1]*(1-s) + s*to[1]}
	f, err := boundaryField(b.f, x)
	if err != nil {
		return nil, err
	}
	j, err := jacobianAt(b.f, x)
	if err != nil { // F is there, DF is not
		return &boundaryPoint{s: s, f: f, kink: err}, nil
	}
	change := make([]float64, 2)
	vec(change).MulVec(j, vec(axpy(to, -1, from)))
	size := largest(f)
	cross, square := f[0]/size*(change[1]/size)-f[1]/size*(change[0]/size), f[0]/size*(f[0]/size)+f[1]/size*(f[1]/size)
	return &boundaryPoint{s: s, f: f, turns: math.Abs(cross / square)}, nil
}

// turn returns the angle by which F turns from one point to another.
func (b *boundary) turn(side int, from, to *boundaryPoint) (float64, error) {
	angle := angleBetween(from.f, to.f)
	if math.Abs(angle) < math.Pi/4 && (from.kink == nil || to.kink == nil) && max(from.turns, to.turns)*(to.s-from.s) < 1 {
		return angle, nil
	}
	s := from.s/2 + to.s/2
	if s <= from.s || s >= to.s {
		if from.kink != nil && to.kink != nil {
			return 0, from.kink // the side runs along the kink
		}
		return 0, fmt.Errorf("%w: the field jumps by %.3g between neighbouring points of the boundary", ErrNotConverged, angle)
	}
	middle, err := b.at(side, s)
	if err != nil {
		return 0, err
	}
	first, err := b.turn(side, from, middle)
	if err != nil {
		return 0, err
	}
	second, err := b.turn(side, middle, to)
	return first + second, err
}

// winding returns how often F turns around the rectangle.
func winding(f VectorField, box Box) (int, error) {
	b, total := &boundary{f: f, box: box}, 0.0
	for side := range 4 {
		last, err := b.at(side, 0)
		if err != nil {
			return 0, err
		}
		for k := range boundaryPieces {
			next, err := b.at(side, float64(k+1)/boundaryPieces)
			if err != nil {
				return 0, err
			}
			angle, err := b.turn(side, last, next)
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
