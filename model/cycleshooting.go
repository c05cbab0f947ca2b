package model

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// variational returns the field of (x, Φ, ∫div F): n + n² + 1 numbers.
func (c *cycleFinder) variational(y []float64) ([]float64, error) {
	n := c.n
	x, phi := y[:n], y[n:n+n*n]
	f, err := fieldAt(c.f, x)
	if err != nil {
		return nil, err
	}
	j, err := jacobianAt(c.f, x)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(y))
	copy(out, f)
	for i := range n {
		for k := range n {
			a := j.At(i, k)
			for l := range n {
				out[n+i*n+l] += a * phi[k*n+l]
			}
		}
		out[len(y)-1] += j.At(i, i)
	}
	return out, nil
}

// flown is where the flow takes a point after a time, with its derivative.
type flown struct {
	point    []float64
	slope    *mat.Dense // Φ (n×n)
	speed    []float64  // F at the end
	logarea  float64    // ∫div F, the logarithm of det Φ
	residual float64    // ‖x(T) − x(0)‖
	rounding float64    // what errors of the steps may add up to, relative
}

func (c *cycleFinder) fly(x []float64, period float64, tol tolerance) (*flown, error) {
	n := c.n
	y := make([]float64, n+n*n+1)
	copy(y, x)
	for i := range n {
		y[n+i*n+i] = 1
	}
	s := newStepper(c.variational, tol)
	s.absolute = make([]float64, len(y)) // of x in units of the orbit's extent, of Φ and ∫div F of 1
	for i := range y {
		s.absolute[i] = tol.relative
		if i < n {
			s.absolute[i] *= c.size
		}
	}
	if err := s.start(0, y); err != nil {
		return nil, err
	}
	for s.t < period {
		if err := s.step(period); err != nil {
			return nil, err
		}
	}
	out := &flown{point: slices.Clone(s.x[:n]), slope: mat.NewDense(n, n, slices.Clone(s.x[n:n+n*n])), logarea: s.x[n+n*n]}
	out.residual = largest(axpy(out.point, -1, x))
	out.rounding = tol.relative * float64(s.steps) * max(1, mat.Norm(out.slope, math.Inf(1)))
	var err error
	out.speed, err = fieldAt(c.f, out.point)
	return out, err
}

// correction solves (Φ − 1) dx + F dT = x − x(T) with dx across the flow.
func (c *cycleFinder) correction(x []float64, f *flown) (dx []float64, dt float64, err error) {
	n := c.n
	start, err := fieldAt(c.f, x)
	if err != nil {
		return nil, 0, err
	}
	m, b := mat.NewDense(n+1, n+1, nil), make([]float64, n+1)
	speed := largest(start)
	for i := range n {
		for k := range n {
			m.Set(i, k, f.slope.At(i, k))
		}
		m.Set(i, i, m.At(i, i)-1)
		m.Set(i, n, f.speed[i]/speed) // time in units that make it of the size of the rest
		m.Set(n, i, start[i]/speed)
		b[i] = x[i] - f.point[i]
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDThin) {
		return nil, 0, fmt.Errorf("%w: no singular values of the derivative of the return", ErrNotConverged)
	}
	if least := svd.Values(nil)[n]; !(least > f.rounding) {
		return nil, 0, fmt.Errorf("%w: periodic orbits are not isolated: the return moves by %.3g of the start's displacement, with an error of %.3g", ErrNotConverged, least, f.rounding)
	}
	step := mat.NewVecDense(n+1, nil)
	svd.SolveVecTo(step, vec(b), n+1)
	return step.RawVector().Data[:n], step.AtVec(n) / speed, nil
}

// Shooting takes so many Newton steps, each halved so often until the residual falls.
const (
	shootingSteps    = 30
	shootingHalvings = 5
)

// shoot improves a guess, with looser steps first, and tells what the cycle is.
func (c *cycleFinder) shoot(guess orbitReturn) (*LimitCycle, error) {
	c.size = guess.extent
	loose := c.tol
	loose.relative = max(loose.relative, 1e-8)
	rough, _, err := c.converge(guess, loose)
	if err != nil {
		return nil, err
	}
	for {
		sharp, f, err := c.converge(rough, c.tol)
		if err != nil {
			return nil, err
		}
		cycle := &LimitCycle{Point: sharp.point, Period: sharp.period, Residual: f.residual}
		sooner, err := c.trace(cycle, f.logarea > 0)
		if err != nil {
			return nil, err
		}
		if sooner == 0 {
			// At a fixed point, and as near as errors go, everything returns after any time.
			if extent := largest(cycle.Amplitude); !(extent > math.Sqrt(c.tol.relative)*guess.extent) {
				return nil, fmt.Errorf("%w: orbits of an extent of %.3g shrink to one of %.3g around %v: a fixed point", ErrNotConverged, guess.extent, extent, cycle.Point)
			}
			return cycle, c.finish(cycle, f)
		}
		rough.point, rough.period = sharp.point, sooner // it was gone around several times
	}
}

// converge improves a guess by Newton's method until the residual is one of rounding.
func (c *cycleFinder) converge(guess orbitReturn, tol tolerance) (orbitReturn, *flown, error) {
	x, period := guess.point, guess.period
	f, err := c.fly(x, period, tol)
	if err != nil {
		return guess, nil, err
	}
	bound := func() float64 { return f.rounding * (c.size + largest(x)) }
	for range shootingSteps {
		dx, dt, err := c.correction(x, f)
		if err != nil {
			return guess, nil, err
		}
		if f.residual <= bound() && math.Abs(dt) <= tol.relative*period && largest(dx) <= tol.relative*c.size {
			break
		}
		t := min(1, period/(4*math.Abs(dt)), c.size/(4*largest(dx)))
		improved := false
		for k := 0; k <= shootingHalvings && !improved; k++ {
			next, err := c.fly(axpy(x, t, dx), period+t*dt, tol)
			if improved = err == nil && next.residual < f.residual; improved {
				improved = next.residual < f.residual/2 || f.residual > bound()
				x, period, f = axpy(x, t, dx), period+t*dt, next
			} else if f.residual <= bound() {
				break
			}
			t /= 2
		}
		if !improved {
			break
		}
		if period > 2*c.most {
			return guess, nil, fmt.Errorf("%w: the period exceeds %.6g", ErrNotConverged, 2*c.most)
		}
	}
	if !(f.residual <= bound()) {
		return guess, nil, fmt.Errorf("%w: after a period of %.9g the orbit misses its start by %.3g, more than the error %.3g of integrating", ErrNotConverged, period, f.residual, bound())
	}
	return orbitReturn{point: x, period: period}, f, nil
}

// finish adds the multipliers and the error of the period.
func (c *cycleFinder) finish(cycle *LimitCycle, f *flown) error {
	looser := c.tol
	looser.relative *= 10
	g, err := c.fly(cycle.Point, cycle.Period, looser)
	if err != nil {
		return err
	}
	_, dt, err := c.correction(cycle.Point, g)
	if err != nil {
		return err
	}
	cycle.PeriodError = math.Abs(dt)
	verdict := newJudge(1)
	if c.n == 2 {
		multiplier := math.Exp(f.logarea)
		verdict.see(multiplier, multiplier*f.rounding)
		cycle.Multipliers = []complex128{complex(multiplier, 0)}
		cycle.Exponents = []complex128{complex(f.logarea/cycle.Period, 0)}
	} else {
		across, err := c.across(cycle.Point, f.slope)
		if err != nil {
			return err
		}
		pairs, err := eigen(across, f.rounding*mat.Norm(across, 2))
		if err != nil {
			return err
		}
		for _, p := range pairs {
			verdict.see(cmplx.Abs(p.z), p.uncertainty)
			cycle.Multipliers = append(cycle.Multipliers, p.z)
			cycle.Exponents = append(cycle.Exponents, cmplx.Log(p.z)/complex(cycle.Period, 0))
		}
	}
	cycle.Stable = verdict.verdict() == Stable
	return nil
}

// across returns Φ without the direction of the flow ((n−1)×(n−1)): with an
// orthogonal H whose first column is along F, HᵀΦH has first column e₁, as ΦF = F.
func (c *cycleFinder) across(x []float64, phi *mat.Dense) (*mat.Dense, error) {
	f, err := fieldAt(c.f, x)
	if err != nil {
		return nil, err
	}
	n := c.n
	var qr mat.QR
	qr.Factorize(mat.NewDense(n, 1, f))
	var h, turned mat.Dense
	qr.QTo(&h)
	turned.Mul(h.T(), phi)
	turned.Mul(&turned, &h)
	return mat.DenseCopyOf(turned.Slice(1, n, 1, n)), nil
}

// trace follows the cycle once, for its range and its points at equal times: backward
// where volumes grow along it, and errors with them. Where it is back sooner than after
// its period, the time is returned. An orbit that is a point is none.
func (c *cycleFinder) trace(cycle *LimitCycle, backward bool) (sooner float64, err error) {
	tol := c.tol
	tol.absolute = tol.relative * c.size
	direction := 1.0
	if backward {
		direction = -1
	}
	field := c.directed(direction)
	s := newStepper(field, tol)
	if err := s.start(0, cycle.Point); err != nil {
		return 0, err
	}
	low, high := slices.Clone(cycle.Point), slices.Clone(cycle.Point)
	slopeAtStart := slices.Clone(s.k[6])
	slope := slopeAtStart
	for s.t < cycle.Period {
		if err := s.step(cycle.Period); err != nil {
			return 0, err
		}
		if t := c.back(s, cycle, slopeAtStart); t > 0 && t < cycle.Period*(1-1/float64(orbitPoints)) {
			return t, nil
		}
		for len(cycle.Orbit) < orbitPoints {
			t := cycle.Period * float64(len(cycle.Orbit)) / orbitPoints
			if t > s.t {
				break
			}
			cycle.Orbit = append(cycle.Orbit, s.at(t))
		}
		const pieces = 2 // of a step, between which a coordinate turns once at most
		for k := 1; k <= pieces; k++ {
			a, b := s.t-s.last*float64(pieces-k+1)/pieces, s.t-s.last*float64(pieces-k)/pieces
			x := s.at(b)
			next, err := field(x)
			if err != nil {
				return 0, err
			}
			for i, v := range next {
				at := x[i]
				if v*slope[i] < 0 {
					sign := math.Copysign(1, v)
					t := crossing(func(t float64) float64 {
						f, err := field(s.at(t))
						if err != nil {
							return 0
						}
						return sign * f[i]
					}, a, b)
					at = s.at(t)[i]
				}
				low[i], high[i] = min(low[i], at), max(high[i], at)
			}
			slope = next
		}
	}
	if backward {
		slices.Reverse(cycle.Orbit[1:])
	}
	cycle.Amplitude = make([]float64, c.n)
	for i := range low {
		cycle.Amplitude[i] = (high[i] - low[i]) / 2
	}
	if !(largest(cycle.Amplitude) > math.Sqrt(unitRoundoff)*(c.size+largest(cycle.Point))) {
		return 0, fmt.Errorf("%w: the orbit shrinks to %v, a fixed point: amplitude %.3g", ErrNotConverged, cycle.Point, largest(cycle.Amplitude))
	}
	return 0, nil
}

// back returns the time in the last step at which the orbit passes its start
// again, to the square root of the tolerance; 0 if it does not.
func (c *cycleFinder) back(s *stepper, cycle *LimitCycle, normal []float64) float64 {
	ahead := func(t float64) float64 {
		sum := 0.0
		for i, v := range s.at(t) {
			sum += (v - cycle.Point[i]) * normal[i]
		}
		return sum
	}
	from := s.t - s.last
	if !(from > 0) || ahead(from) >= 0 || ahead(s.t) < 0 {
		return 0
	}
	t := crossing(ahead, from, s.t)
	if largest(axpy(s.at(t), -1, cycle.Point)) > math.Sqrt(c.tol.relative)*c.size {
		return 0
	}
	return t
}
