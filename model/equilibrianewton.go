package model

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// equilibriumSteps bounds a Newton iteration: at a zero of multiplicity m the
// error shrinks by 1 − 1/m a step, and 52 halvings are all digits.
const (
	equilibriumSteps    = 70
	equilibriumHalvings = 6
	equilibriumPatience = 4 // steps in which the residual must halve
)

// newton iterates from a start with steps damped until the residual falls. It
// returns the zero it ends in, or that one of those found whose basin it enters; nil
// where it gets nowhere, or further from the region than its width.
func (e *equilibriumFinder) newton(start []float64, region Box) *Equilibrium {
	x := start
	f, err := fieldAt(e.f, x)
	if err != nil || !finite(f) {
		return nil
	}
	e.scale = max(e.scale, largest(f))
	lastLength, best := math.Inf(1), largest(f)
	for k := range equilibriumSteps {
		if largest(f) == 0 {
			break
		}
		j, err := jacobianAt(e.f, x)
		if err != nil || !finite(j.RawMatrix().Data) {
			return nil
		}
		step, err := smallStep(j, f)
		if err != nil {
			break
		}
		if known := e.heading(x, step); known != nil {
			return known
		}
		length := largest(step)
		if length <= 2*unitRoundoff*largest(x) {
			break
		}
		if most := e.box.width(); length > most {
			for i := range step {
				step[i] *= most / length
			}
		}
		next, fn, t := e.descend(x, f, step)
		if next == nil {
			break
		}
		// Steps in a geometric sequence are those to a multiple zero: sum it.
		if ratio := length / lastLength; t == 1 && ratio > 0.4 && ratio < 0.95 {
			far := axpy(x, -1/(1-ratio), step)
			if ff, err := fieldAt(e.f, far); err == nil && largest(ff) < largest(fn) {
				next, fn = far, ff
			}
		}
		x, f, lastLength = next, fn, length
		if k%equilibriumPatience == equilibriumPatience-1 {
			if best /= 2; largest(f) > best && best > 1e-4*e.scale {
				return nil // a least |F| that is no zero
			}
			best = largest(f)
		}
		if !region.holds(x, region.width()) {
			return nil
		}
	}
	if !(largest(f) <= 1e-4*e.scale) {
		return nil // far from any zero: a screen, so that rounding, which decides, is not measured in vain
	}
	return e.accept(x, f)
}

// descend halves the step until the residual falls; nil if it does not.
func (e *equilibriumFinder) descend(x, f, step []float64) (next, fn []float64, t float64) {
	t = 1
	for range equilibriumHalvings {
		next = axpy(x, -t, step)
		fn, err := fieldAt(e.f, next)
		if err == nil && largest(fn) < largest(f) {
			return next, fn, t
		}
		t /= 2
	}
	return nil, nil, 0
}

// heading returns the zero found before, in whose basin x is and to which the
// step from x leads, to a tenth of the way.
func (e *equilibriumFinder) heading(x, step []float64) *Equilibrium {
	for _, z := range e.found {
		if z.Index == 0 {
			continue
		}
		from, after := 0.0, 0.0
		for i, p := range z.Point {
			from = max(from, math.Abs(x[i]-p))
			after = max(after, math.Abs(x[i]-step[i]-p))
		}
		if from <= z.basin && after <= from/10 {
			return z
		}
	}
	return nil
}

// accept returns the zero at x if the residual is one of rounding, which is measured
// to a small factor, and a zero is within what the residual allows.
func (e *equilibriumFinder) accept(x, f []float64) *Equilibrium {
	j, err := jacobianAt(e.f, x)
	if err != nil || !finite(j.RawMatrix().Data) {
		return nil
	}
	field, slope, ok := e.rounding(x, f, j)
	if !ok || !(largest(f) <= 64*field) {
		return nil
	}
	z := &Equilibrium{Point: x, Residual: largest(f), Radius: math.Inf(1), jacobian: j}
	e.certify(z, field, slope)
	if z.Index == 0 && z.Residual > field { // no zero there, nor one that it leads to
		return nil
	}
	return z
}

// underflow bounds what a field loses below the smallest float64, 2⁻¹⁰⁷⁴ an
// operation, of which there are fewer than 2¹⁴ in a sum.
const underflow = 0x1p-1060

// rounding returns what of F(x) is rounding, of x and of F: its own bound, or four times
// how much F departs from its linear part at four points a few last digits away; and
// likewise of DF(x), in ‖·‖_∞.
func (e *equilibriumFinder) rounding(x, f []float64, j *mat.Dense) (field, slope float64, ok bool) {
	n := e.n
	for i := range n {
		sum := 0.0
		for k := range n {
			sum += math.Abs(j.At(i, k) * x[k])
		}
		field = max(field, 2*unitRoundoff*sum)
	}
	field += underflow // beside what is relative to sizes
	slope = 4 * float64(n) * unitRoundoff * mat.Norm(j, math.Inf(1))
	if r, given := e.f.(RoundedField); given {
		df, dj, err := r.FieldError(x)
		return field + df, slope + dj, err == nil
	}
	for probe, sign := range [4]float64{1, -1, 3, -5} {
		moved := make([]float64, n)
		delta := make([]float64, n)
		for i := range n {
			d := 16 * unitRoundoff * (math.Abs(x[i]) + (e.box.Upper[i]-e.box.Lower[i])/16)
			if probe >= 2 && i%2 == 1 {
				d = -d
			}
			moved[i] = x[i] + sign*d
			delta[i] = moved[i] - x[i]
		}
		fm, err := fieldAt(e.f, moved)
		if err != nil {
			return 0, 0, false
		}
		for i := range n {
			departure := fm[i] - f[i]
			for k := range n {
				departure -= j.At(i, k) * delta[k]
			}
			field = max(field, 4*math.Abs(departure))
		}
		if probe == 2 {
			jm, err := jacobianAt(e.f, moved)
			if err != nil {
				return 0, 0, false
			}
			slope += 2 * rowDistance(jm, j)
		}
	}
	return field + smallestSubnormal, slope, true
}

// rowDistance returns ‖a − b‖_∞.
func rowDistance(a, b *mat.Dense) float64 {
	worst := 0.0
	n, _ := a.Dims()
	for i := range n {
		sum := 0.0
		for k := range n {
			sum += math.Abs(a.At(i, k) - b.At(i, k))
		}
		worst = max(worst, sum)
	}
	return worst
}

// certify sets what is known of a zero beyond its place: see Equilibrium. With
// β = ‖DF⁻¹‖, η = β(residual + rounding) and DF of Lipschitz constant K, DF is
// regular and the zero the only one near if h = βKη ≤ ½.
func (e *equilibriumFinder) certify(z *Equilibrium, field, slope float64) {
	z.rounding = field
	inverse, regular := smallInverse(z.jacobian)
	z.null = shrunk(z.jacobian)
	beta := math.Inf(1)
	if regular {
		if b := mat.Norm(inverse, math.Inf(1)); b*slope < 0.5 {
			beta = b / (1 - b*slope)
		}
	}
	eta := beta * (z.Residual + field)
	far := e.bend(z, eta)
	bend := far
	if _, bounded := e.f.(RoundedField); bounded && beta*bend*eta > 0.5 && eta <= e.box.width() {
		// Where η is a bound, what DF does elsewhere, beyond kinks, is nothing to a zero here; where rounding is measured it may be more.
		bend = min(bend, e.bendWithin(z, 4*eta))
	}
	if beta*bend*eta <= 0.5 && eta <= e.box.width() {
		z.Index = 1
		if mat.Det(z.jacobian) < 0 != (e.n%2 == 1) {
			z.Index = -1
		}
		z.Uncertainty = eta
		z.basin = e.box.width()
		if far > 0 {
			z.basin = min(z.basin, 1/(2*beta*far))
		}
		e.kantorovich(z, beta, eta)
	} else {
		z.Uncertainty = e.flat(z, field)
	}
	off := math.Sqrt(float64(e.n)) * (slope + bend*z.Uncertainty)
	pairs, err := eigen(z.jacobian, off)
	if err != nil {
		return
	}
	verdict := newJudge(0)
	for _, p := range pairs {
		z.Eigenvalues = append(z.Eigenvalues, p.z)
		verdict.see(real(p.z), p.uncertainty)
	}
	sort.SliceStable(z.Eigenvalues, func(i, j int) bool { return real(z.Eigenvalues[i]) > real(z.Eigenvalues[j]) })
	if z.Stability = verdict.verdict(); z.Stability == Undecided {
		z.Stability = inertia(z.jacobian, off)
	}
}

// kantorovich certifies a zero of a field that bounds its curvature, near it.
func (e *equilibriumFinder) kantorovich(z *Equilibrium, beta, eta float64) {
	curved, ok := e.f.(CurvedField)
	if !ok {
		return
	}
	around := e.box.clone() // K is needed where the radii reach: in the box and within η outside
	for i, p := range z.Point {
		around.Lower[i] = min(around.Lower[i], p-3*eta)
		around.Upper[i] = max(around.Upper[i], p+3*eta)
	}
	k, err := curved.Curvature(around)
	if err != nil || !(beta*k*eta <= 0.5) {
		return
	}
	root := math.Sqrt(1 - 2*beta*k*eta)
	z.Radius = 2 * eta / (1 + root)
	z.Isolation = math.Inf(1)
	for i, p := range z.Point { // K holds in this box only
		z.Isolation = min(z.Isolation, p-around.Lower[i], around.Upper[i]-p)
	}
	z.Isolation = max(z.Isolation, z.Radius)
	if k > 0 {
		z.Isolation = min(z.Isolation, (1+root)/(beta*k))
	}
}

// bend estimates the Lipschitz constant of DF near z: along the axes, a
// thousandth of the box away, and along the direction that DF shrinks at the distance eta.
func (e *equilibriumFinder) bend(z *Equilibrium, eta float64) float64 {
	k := 0.0
	see := func(x []float64, length float64) {
		if j, err := jacobianAt(e.f, x); err == nil && length > 0 {
			k = max(k, rowDistance(j, z.jacobian)/length)
		}
	}
	for i := range e.n {
		x := append([]float64(nil), z.Point...)
		x[i] += (e.box.Upper[i] - e.box.Lower[i]) / 1024
		see(x, x[i]-z.Point[i])
	}
	if h := 4 * eta; h < e.box.width() && h > math.Sqrt(unitRoundoff)*e.box.width() {
		see(axpy(z.Point, h, z.null), h*largest(z.null))
	}
	return k
}

// bendWithin estimates it within a distance h: from how much DF differs at that distance along the axes, and along the direction
// that it shrinks, to either side. It holds what of DF is rounding.
func (e *equilibriumFinder) bendWithin(z *Equilibrium, h float64) float64 {
	k := 0.0
	for i := range e.n + 1 {
		along := z.null
		if i < e.n {
			along = make([]float64, e.n)
			along[i] = 1
		}
		for _, t := range [2]float64{h, -h} {
			x := axpy(z.Point, t, along)
			length := largest(axpy(x, -1, z.Point))
			j, err := jacobianAt(e.f, x)
			if err != nil || !(length > 0) {
				return math.Inf(1)
			}
			k = max(k, rowDistance(j, z.jacobian)/length)
		}
	}
	return k
}

// flat returns how far from z the field stays zero to rounding along the
// direction that DF shrinks most.
func (e *equilibriumFinder) flat(z *Equilibrium, field float64) float64 {
	reach := 16 * unitRoundoff * (largest(z.Point) + e.box.width()/16)
	for reach < e.box.width()/64 {
		stays := false
		for _, sign := range [2]float64{1, -1} {
			f, err := fieldAt(e.f, axpy(z.Point, sign*reach, z.null))
			stays = stays || err == nil && largest(f) <= 4*field
		}
		if !stays {
			break
		}
		reach *= 4
	}
	return reach
}

// continues reports whether a degenerate zero is one of a curve: from two
// distances along the direction that DF shrinks, to either side, Newton ends
// in a degenerate zero as far away.
func (e *equilibriumFinder) continues(z *Equilibrium) bool {
	others := 0
	for _, step := range [4]float64{1, -1, 2, -2} {
		s := step * e.box.width() / 128
		other := e.newton(axpy(z.Point, s, z.null), e.box)
		if other == nil || other.Index != 0 {
			continue
		}
		if d := largest(axpy(other.Point, -1, z.Point)); d >= math.Abs(s)/4 && d <= 4*math.Abs(s) {
			others++
		}
	}
	return others >= 2
}
