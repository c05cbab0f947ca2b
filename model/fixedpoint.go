package model

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// FixedPoint is a zero of the network's field under constant input, found in
// the coordinates κ = scale·Nᵀφ(x) (R) of a low-rank network, x = Mκ + b + Bu,
// or in x (N) of a dense one, with τ = 1.
type FixedPoint struct {
	X     []float64 // net inputs (N)
	Kappa []float64 // latent coordinates (R); nil for a dense network
	// Residual is the largest component of the field at the point, as
	// computed; ResidualError bounds the rounding error of computing it.
	Residual, ResidualError float64
	// Radius certifies an exact fixed point within this distance (largest
	// component, in the coordinates of the search), by Newton–Kantorovich;
	// +Inf where that cannot be shown, as at a degenerate point or a kink.
	Radius float64
	// Index is the sign of det(−DF), given where Radius is finite: without an
	// isolated zero it would be that of rounding. All indices of a bounded φ
	// with no degenerate fixed point add up to 1.
	Index int
	// Eigenvalues of DF (R, or N for a dense network), decreasing real parts, where the
	// search asks for them; nil if the decomposition failed.
	Eigenvalues []complex128
	// OnKink is true where a unit sits on a kink of φ, to half of working
	// precision: there is no linearization there, whatever φ' is set to.
	OnKink bool

	unique float64 // no other fixed point within this distance
}

// coordinates is the system F(z) = 0 whose zeros are the fixed points.
type coordinates struct {
	net   *RNN
	low   *LowRank   // nil: z is x
	w     *mat.Dense // W when low is nil
	drive []float64  // b + Bu
	size  []float64  // |b| + |B||u|, which the rounding of drive scales with
	reach []float64  // Σ_s|M_is|: how far x_i moves when z moves by 1
	// curvature is the Lipschitz constant of DF in the largest component.
	curvature float64
}

func (net *RNN) coordinates(u []float64) (*coordinates, error) {
	if err := finiteVector("u", u, net.q); err != nil {
		return nil, err
	}
	c := &coordinates{net: net, drive: make([]float64, net.Units()), reach: make([]float64, net.Units())}
	net.drive(c.drive, u)
	c.size = make([]float64, net.Units())
	for i := range c.size {
		c.size[i] = math.Abs(net.bias[i])
		for j, uj := range u {
			c.size[i] += math.Abs(net.in.At(i, j) * uj)
		}
	}
	second := net.phi.supSecond
	if len(net.phi.kinks) > 0 {
		second = 0 // linear between kinks; certify asks for the distance to them
	}
	if low, ok := net.w.(*LowRank); ok {
		c.low = low
		for i := range c.reach {
			for s := range low.Rank() {
				c.reach[i] += math.Abs(low.m.At(i, s))
			}
		}
		for r := range low.Rank() {
			sum := 0.0
			for i, m := range c.reach {
				sum += math.Abs(low.n.At(i, r)) * m * m
			}
			c.curvature = max(c.curvature, math.Abs(low.scale)*second*sum)
		}
		return c, nil
	}
	for i := range c.reach {
		c.reach[i] = 1
	}
	c.w = net.w.Dense()
	c.curvature = second * mat.Norm(c.w, math.Inf(1))
	return c, nil
}

func (c *coordinates) dim() int {
	if c.low != nil {
		return c.low.Rank()
	}
	return c.net.Units()
}

// state returns x = Mκ + b + Bu, or z itself.
func (c *coordinates) state(z []float64) []float64 {
	if c.low == nil {
		return append([]float64(nil), z...)
	}
	x := make([]float64, c.net.Units())
	vec(x).MulVec(c.low.m, vec(z))
	for i := range x {
		x[i] += c.drive[i]
	}
	return x
}

// field returns F(z) with τ = 1: −κ + scale·Nᵀφ(x), or −x + Wφ(x) + b + Bu.
func (c *coordinates) field(z []float64) []float64 {
	x := c.state(z)
	f := make([]float64, len(z))
	if c.low != nil {
		c.low.Latent(f, c.net.phiOf(x))
	} else {
		c.net.w.Apply(f, c.net.phiOf(x))
		for i := range f {
			f[i] += c.drive[i]
		}
	}
	for i := range f {
		f[i] -= z[i]
	}
	return f
}

// jacobian returns DF(z): −I + scale·NᵀDM, or −I + W D.
func (c *coordinates) jacobian(z []float64) *mat.Dense {
	x := c.state(z)
	n := len(z)
	j := mat.NewDense(n, n, nil)
	if c.low != nil {
		for i, xi := range x {
			d := c.low.scale * c.net.phi.first(xi)
			for r := range n {
				nd := c.low.n.At(i, r) * d
				for s := range n {
					j.Set(r, s, j.At(r, s)+nd*c.low.m.At(i, s))
				}
			}
		}
	} else {
		j.Copy(c.w)
		for k, xk := range x {
			d := c.net.phi.first(xk)
			for i := range n {
				j.Set(i, k, j.At(i, k)*d)
			}
		}
	}
	for i := range n {
		j.Set(i, i, j.At(i, i)-1)
	}
	return j
}

// roundingError bounds the error with which field is computed at z, largest
// component: (N+R+8)u on every sum, and what an error of x passes on.
func (c *coordinates) roundingError(z []float64) float64 {
	x := c.state(z)
	terms := float64(len(x)+len(z)+c.net.q+8) * unitRoundoff
	passed := make([]float64, len(x)) // |φ(x_i)| and its error in units of terms
	for i, xi := range x {
		ofX := c.reach[i]*largest(z) + c.size[i]
		if c.low == nil {
			ofX = 0
		}
		passed[i] = math.Abs(c.net.phi.value(xi)) + c.net.phi.lipschitz*ofX
	}
	worst := 0.0
	for r := range z {
		sum := math.Abs(z[r])
		if c.low != nil {
			for i, p := range passed {
				sum += math.Abs(c.low.scale*c.low.n.At(i, r)) * p
			}
		} else {
			sum += c.size[r]
			for j, p := range passed {
				sum += math.Abs(c.w.At(r, j)) * p
			}
		}
		worst = max(worst, terms*sum)
	}
	return worst + float64(len(x)+len(z)+8)*smallestSubnormal
}

// smallestSubnormal is the error of an operation that underflows.
const smallestSubnormal = 0x1p-1074

// jacobianError bounds ‖·‖_∞ of the error with which jacobian is computed: the
// rounding of its sums, and slopes taken at a state that is itself rounded.
func (c *coordinates) jacobianError(z, x []float64) float64 {
	terms := float64(len(x)+len(z)+c.net.q+12) * unitRoundoff
	second := c.net.phi.supSecond
	if len(c.net.phi.kinks) > 0 {
		second = 0 // certify asks for the distance to the kinks
	}
	worst := 0.0
	for r := range z {
		sum := 1.0
		for i, xi := range x {
			weight := 0.0
			if c.low != nil {
				weight = math.Abs(c.low.scale*c.low.n.At(i, r)) * c.reach[i]
			} else {
				weight = math.Abs(c.w.At(r, i))
			}
			moved := c.reach[i]*largest(z) + c.size[i] + math.Abs(xi)
			sum += weight * (math.Abs(c.net.phi.first(xi)) + second*moved)
		}
		worst = max(worst, terms*sum)
	}
	return worst
}

// newtonStep solves J s = f. Where J is singular to half of working precision,
// as along a ring of fixed points, it is the shortest least-squares step: any
// other moves along the ring by noise.
func newtonStep(j *mat.Dense, f []float64) ([]float64, error) {
	step := mat.NewVecDense(len(f), nil)
	var lu mat.LU
	lu.Factorize(j)
	if lu.Cond()*math.Sqrt(unitRoundoff) < 1 {
		err := lu.SolveVecTo(step, false, vec(f))
		return step.RawVector().Data, err
	}
	var svd mat.SVD
	if !svd.Factorize(j, mat.SVDThin) {
		return nil, errors.New("no singular values of the Jacobian")
	}
	rank := svd.Rank(math.Sqrt(unitRoundoff))
	if rank == 0 {
		return nil, errors.New("the Jacobian is zero")
	}
	svd.SolveVecTo(step, vec(f), rank)
	return step.RawVector().Data, nil
}

// Newton returns the fixed point that damped Newton iteration reaches from a
// start: κ (R) for a low-rank network, x (N) for a dense one, under constant
// input u (q). ErrNotConverged carries the smallest residual that was seen.
func (net *RNN) Newton(u, start []float64) (*FixedPoint, error) {
	c, err := net.coordinates(u)
	if err != nil {
		return nil, err
	}
	if err := finiteVector("start", start, c.dim()); err != nil {
		return nil, err
	}
	return c.newton(start)
}

const (
	newtonSteps   = 100
	newtonHalving = 40 // halvings of one step before Newton gives up
)

func (c *coordinates) newton(start []float64) (*FixedPoint, error) {
	z := append([]float64(nil), start...)
	f := c.field(z)
	for range newtonSteps {
		if largest(f) == 0 {
			break
		}
		if !finite(f) {
			return nil, fmt.Errorf("%w: the field overflows", ErrNotConverged)
		}
		step, err := newtonStep(c.jacobian(z), f)
		if err != nil {
			return nil, fmt.Errorf("%w: residual %.3g: %v", ErrNotConverged, largest(f), err)
		}
		improved := false
		for t, k := 1.0, 0; k < newtonHalving && !improved; t, k = t/2, k+1 {
			next := axpy(z, -t, step)
			fn := c.field(next)
			if improved = largest(fn) < largest(f); improved {
				z, f = next, fn
			}
		}
		if !improved {
			break
		}
	}
	rounding := c.roundingError(z)
	if r := largest(f); !(r <= 4*rounding) || math.IsInf(r, 0) {
		return nil, fmt.Errorf("%w: residual %.3g exceeds rounding %.3g", ErrNotConverged, r, rounding)
	}
	p := &FixedPoint{X: c.state(z), Residual: largest(f), ResidualError: rounding}
	if c.low != nil {
		p.Kappa = z
	}
	c.certify(p, z)
	return p, nil
}

// certify sets the index and the Newton–Kantorovich radius. With β = ‖DF⁻¹‖,
// η ≥ ‖DF⁻¹F‖ and DF of Lipschitz constant K, h = βKη ≤ ½ puts one zero
// within 2η/(1+√(1−2h)) and no other within (1+√(1−2h))/(βK).
func (c *coordinates) certify(p *FixedPoint, z []float64) {
	p.Radius = math.Inf(1)
	n := len(z)
	for _, x := range p.X {
		p.OnKink = p.OnKink || c.net.phi.nearKink(x)
	}
	j := c.jacobian(z)
	var lu mat.LU
	lu.Factorize(j)
	var inverse mat.Dense
	if err := lu.SolveTo(&inverse, false, identity(n)); err != nil {
		return
	}
	// The exact DF is within delta of j: singular if ‖j⁻¹‖ delta may be 1.
	beta := mat.Norm(&inverse, math.Inf(1))
	delta := c.jacobianError(z, p.X)
	if !(beta*delta < 0.5) {
		return
	}
	beta /= 1 - beta*delta
	eta := beta * (p.Residual + p.ResidualError)
	h := beta * c.curvature * eta
	if !(h <= 0.5) {
		return
	}
	root := math.Sqrt(1 - 2*h)
	radius := 2 * eta / (1 + root)
	for i, x := range p.X {
		for _, kink := range c.net.phi.kinks {
			if !(math.Abs(x-kink) > c.reach[i]*radius+4*unitRoundoff*math.Abs(x)) {
				return
			}
		}
	}
	p.Radius = radius
	_, sign := lu.LogDet()
	p.Index = int(sign)
	if n%2 == 1 {
		p.Index = -p.Index
	}
	p.unique = math.Inf(1)
	if c.curvature > 0 {
		p.unique = (1 + root) / (beta * c.curvature)
	}
	for i, x := range p.X { // linear, and so alone, up to the nearest kink
		for _, kink := range c.net.phi.kinks {
			if c.reach[i] > 0 {
				p.unique = min(p.unique, math.Abs(x-kink)/c.reach[i])
			}
		}
	}
}

func largest(v []float64) float64 {
	m := 0.0
	for _, x := range v {
		if math.IsNaN(x) {
			return math.Inf(1)
		}
		m = max(m, math.Abs(x))
	}
	return m
}

func finite(v []float64) bool { return !math.IsInf(largest(v), 0) }
