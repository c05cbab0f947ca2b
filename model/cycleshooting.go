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

// shoot improves a guess by Newton's method until the residual is one of rounding.
func (c *cycleFinder) shoot(guess orbitReturn) (*LimitCycle, error) {
	x, period := guess.point, guess.period
	f, err := c.fly(x, period, c.tol)
	if err != nil {
		return nil, err
	}
	for range shootingSteps {
		dx, dt, err := c.correction(x, f)
		if err != nil {
			return nil, err
		}
		t := min(1, period/(4*math.Abs(dt)), c.size/(4*largest(dx)))
		var next *flown
		for k := 0; k <= shootingHalvings; k++ {
			trial, err := c.fly(axpy(x, t, dx), period+t*dt, c.tol)
			if err == nil && trial.residual < f.residual {
				next = trial
				break
			}
			t /= 2
			if f.residual <= f.rounding*(c.size+largest(x)) {
				break
			}
		}
		if next == nil {
			break
		}
		settled := next.residual > f.residual/2 && next.residual <= next.rounding*(c.size+largest(x))
		x, period, f = axpy(x, t, dx), period+t*dt, next
		if settled {
			break
		}
		if period > 2*c.most {
			return nil, fmt.Errorf("%w: the period exceeds %.6g", ErrNotConverged, 2*c.most)
		}
	}
	if bound := f.rounding * (c.size + largest(x)); !(f.residual <= bound) {
		return nil, fmt.Errorf("%w: after a period of %.9g the orbit misses its start by %.3g, more than the error %.3g of integrating", ErrNotConverged, period, f.residual, bound)
	}
	cycle := &LimitCycle{Point: x, Period: period, Residual: f.residual}
	if err := c.trace(cycle); err != nil {
		return nil, err
	}
	return cycle, c.finish(cycle, f)
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

// trace follows the cycle once: its range, its points at equal times, and whether its
// period is the shortest. An orbit that is a point is none.
func (c *cycleFinder) trace(cycle *LimitCycle) error {
	tol := c.tol
	tol.absolute = tol.relative * c.size
	s := newStepper(func(x []float64) ([]float64, error) { return fieldAt(c.f, x) }, tol)
	if err := s.start(0, cycle.Point); err != nil {
		return err
	}
	low, high := slices.Clone(cycle.Point), slices.Clone(cycle.Point)
	slope := slices.Clone(s.k[6])
	for s.t < cycle.Period {
		if err := s.step(cycle.Period); err != nil {
			return err
		}
		for len(cycle.Orbit) < orbitPoints {
			t := cycle.Period * float64(len(cycle.Orbit)) / orbitPoints
			if t > s.t {
				break
			}
			cycle.Orbit = append(cycle.Orbit, s.at(t))
		}
		const pieces = 4 // of a step, between which a coordinate turns once at most
		for k := 1; k <= pieces; k++ {
			a, b := s.t-s.last*float64(pieces-k+1)/pieces, s.t-s.last*float64(pieces-k)/pieces
			x := s.at(b)
			next, err := fieldAt(c.f, x)
			if err != nil {
				return err
			}
			for i, v := range next {
				at := x[i]
				if v*slope[i] < 0 {
					sign := math.Copysign(1, v)
					t := crossing(func(t float64) float64 {
						f, err := fieldAt(c.f, s.at(t))
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
	cycle.Amplitude = make([]float64, c.n)
	for i := range low {
		cycle.Amplitude[i] = (high[i] - low[i]) / 2
	}
	if !(largest(cycle.Amplitude) > math.Sqrt(unitRoundoff)*(c.size+largest(cycle.Point))) {
		return fmt.Errorf("%w: the orbit shrinks to %v, a fixed point: amplitude %.3g", ErrNotConverged, cycle.Point, largest(cycle.Amplitude))
	}
	return nil
}
