package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// VectorField is an autonomous system ẋ = F(x) of n numbers, time in units of
// τ: Field returns F(x) (n), Jacobian DF(x) (n×n), both newly made. Neither
// changes x. What is no state, of another length or not finite, is ErrInvalid.
type VectorField interface {
	Dim() int
	Field(x []float64) ([]float64, error)
	Jacobian(x []float64) (*mat.Dense, error)
}

// CurvedField is a VectorField that bounds how fast its Jacobian changes, which
// is what it takes to certify a zero (Newton–Kantorovich).
type CurvedField interface {
	VectorField
	// Curvature bounds ‖DF(x) − DF(y)‖_∞ / ‖x − y‖_∞ for x, y in the box.
	Curvature(b Box) (float64, error)
}

// RoundedField is a VectorField that bounds its own errors: of each component
// of Field(x), and of ‖·‖_∞ of Jacobian(x). Without, they are measured.
type RoundedField interface {
	VectorField
	FieldError(x []float64) (field, jacobian float64, err error)
}

// Box is the set Lower_i ≤ x_i ≤ Upper_i.
type Box struct{ Lower, Upper []float64 }

// check refuses a box of other than n dimensions, an empty or an infinite one.
func (b Box) check(n int) error {
	if err := finiteVector("lower end of the box", b.Lower, n); err != nil {
		return err
	}
	if err := finiteVector("upper end of the box", b.Upper, n); err != nil {
		return err
	}
	for i, low := range b.Lower {
		if width := b.Upper[i] - low; !(width > 0) || math.IsInf(width, 0) {
			return invalidf("the box has [%v, %v] for entry %d, want a lower and a greater upper end", low, b.Upper[i], i)
		}
	}
	return nil
}

// clone returns a box of its own.
func (b Box) clone() Box {
	return Box{append([]float64(nil), b.Lower...), append([]float64(nil), b.Upper...)}
}

// holds reports whether x is in the box, or no further outside than slack.
func (b Box) holds(x []float64, slack float64) bool {
	for i, v := range x {
		if !(v >= b.Lower[i]-slack && v <= b.Upper[i]+slack) {
			return false
		}
	}
	return true
}

// at returns the point with coordinates t in the unit cube.
func (b Box) at(t []float64) []float64 {
	x := make([]float64, len(t))
	for i, ti := range t {
		x[i] = b.Lower[i]*(1-ti) + b.Upper[i]*ti
	}
	return x
}

// width returns the greatest width of the box.
func (b Box) width() float64 {
	w := 0.0
	for i, low := range b.Lower {
		w = max(w, b.Upper[i]-low)
	}
	return w
}

// fieldAt returns F(x), refusing a field of a wrong length.
func fieldAt(f VectorField, x []float64) ([]float64, error) {
	v, err := f.Field(x)
	if err == nil && len(v) != len(x) {
		return nil, invalidf("the field has %d entries at a state of %d", len(v), len(x))
	}
	return v, err
}

// jacobianAt returns DF(x), refusing one of a wrong shape.
func jacobianAt(f VectorField, x []float64) (*mat.Dense, error) {
	j, err := f.Jacobian(x)
	if err != nil {
		return nil, err
	}
	if r, c := j.Dims(); r != len(x) || c != len(x) {
		return nil, invalidf("the Jacobian is %d×%d at a state of %d", r, c, len(x))
	}
	return j, nil
}
