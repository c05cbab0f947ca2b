package model

import (
	"fmt"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"
)

// Stability is a three-valued verdict on a fixed point.
type Stability int

const (
	// Undecided is a leading eigenvalue on the boundary, or nearer to it than
	// its rounding error.
	Undecided Stability = iota
	// Stable is linear (exponential) stability.
	Stable
	// Unstable is a direction of exponential growth.
	Unstable
)

// String returns "undecided", "stable" or "unstable".
func (s Stability) String() string {
	switch s {
	case Stable:
		return "stable"
	case Unstable:
		return "unstable"
	}
	return "undecided"
}

// EulerStability compares the flow at a fixed point with its explicit Euler
// map x ↦ x + dt·F(x), the network that is simulated.
type EulerStability struct {
	Flow     Stability
	Map      Stability
	Abscissa float64 // max Re λ, in 1/time
	Radius   float64 // max |1 + dt·λ|
}

// EulerStability returns the verdicts for a step dt > 0, in the unit of τ:
// the flow is stable iff Re λ < 0 for every eigenvalue λ, the map iff
// |1 + dt·λ| < 1, which for a scalar τ is |1 − α + αμ| with α = dt/τ. A stable
// map implies a stable flow; the reverse fails. (L13)
func (s *Spectrum) EulerStability(dt float64) (EulerStability, error) {
	if !(dt > 0) || math.IsInf(dt, 0) {
		return EulerStability{}, fmt.Errorf("%w: dt is %v, want > 0", ErrInvalid, dt)
	}
	flow, euler := newJudge(0), newJudge(1)
	judge := func(lambda complex128, uncertainty float64) {
		flow.see(real(lambda), uncertainty)
		size := 1 + dt*cmplx.Abs(lambda)
		euler.see(cmplx.Abs(1+complex(dt, 0)*lambda), dt*uncertainty+4*unitRoundoff*size)
	}
	for i, lambda := range s.Values {
		judge(lambda, s.Uncertainty[i])
	}
	for _, t := range s.Trivial {
		judge(complex(t.Value, 0), unitRoundoff*math.Abs(t.Value))
	}
	return EulerStability{
		Flow: flow.verdict(), Map: euler.verdict(),
		Abscissa: flow.largest, Radius: euler.largest,
	}, nil
}

// judge compares numbers with a boundary, each known up to an uncertainty.
type judge struct {
	boundary, largest  float64
	surelyOut, maybeOn bool
}

func newJudge(boundary float64) *judge {
	return &judge{boundary: boundary, largest: math.Inf(-1)}
}

func (j *judge) see(x, uncertainty float64) {
	j.largest = max(j.largest, x)
	switch {
	case x-uncertainty > j.boundary:
		j.surelyOut = true
	case !(x+uncertainty < j.boundary):
		j.maybeOn = true
	}
}

func (j *judge) verdict() Stability {
	switch {
	case j.surelyOut:
		return Unstable
	case j.maybeOn:
		return Undecided
	}
	return Stable
}

// mostInertia is up to where inertia solves its n² equations.
const mostInertia = 8

// inertia decides the stability of every matrix within off (Frobenius) of A, without
// eigenvectors, which say little where A is defective or nearly. For X with AᵀX + XA =
// −1 + R, ‖R‖ + 2 off ‖X‖ < 1, (A+E)ᵀX + X(A+E) is negative definite, and A + E has
// as many eigenvalues on the right as X has negative ones, none of them on
// the axis (Lyapunov; Ostrowski and Schneider 1962). Undecided where that cannot be shown.
func inertia(a *mat.Dense, off float64) Stability {
	n, _ := a.Dims()
	if n > mostInertia {
		return Undecided
	}
	equations, minusOne := mat.NewDense(n*n, n*n, nil), mat.NewVecDense(n*n, nil)
	for i := range n {
		minusOne.SetVec(i*n+i, -1)
		for j := range n {
			for k := range n {
				row := i*n + j // of Σ_k a_ki x_kj + x_ik a_kj
				equations.Set(row, k*n+j, equations.At(row, k*n+j)+a.At(k, i))
				equations.Set(row, i*n+k, equations.At(row, i*n+k)+a.At(k, j))
			}
		}
	}
	var solution mat.VecDense
	if err := solution.SolveVec(equations, minusOne); err != nil && solution.Len() == 0 {
		return Undecided
	}
	x := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			x.SetSym(i, j, (solution.AtVec(i*n+j)+solution.AtVec(j*n+i))/2)
		}
	}
	var xa mat.Dense
	xa.Mul(x, a)
	rest := mat.NewDense(n, n, nil)
	rest.Add(&xa, xa.T())
	for i := range n {
		rest.Set(i, i, rest.At(i, i)+1)
	}
	size := mat.Norm(x, 2)
	off += float64(2*n+4) * unitRoundoff * mat.Norm(a, 2) // of the products that R is made of
	if !(mat.Norm(rest, 2)+2*off*size < 0.5) {
		return Undecided
	}
	var spectrum mat.EigenSym
	if !spectrum.Factorize(x, false) {
		return Undecided
	}
	least := spectrum.Values(nil)[0]
	switch rounding := 16 * float64(n) * unitRoundoff * size; {
	case least > rounding:
		return Stable
	case least < -rounding:
		return Unstable
	}
	return Undecided
}
