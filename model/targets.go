package model

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Target is a vector field in closed form, with exact Jacobian, to be
// approximated by a network (M12) or solved by search. It is immutable.
type Target struct {
	Name string
	Box  Box // where the field is of interest: it holds all fixed points and attractors

	invalid   error // what is wrong with its parameters
	field     func(dst, x []float64)
	jacobian  func(set func(i, j int, v float64), x []float64)
	curvature func(reach []float64) float64 // Lipschitz constant of DF in ‖·‖_∞ on |x_i| ≤ reach_i
}

// Dim returns the number of coordinates.
func (t *Target) Dim() int { return len(t.Box.Lower) }

// Field returns F(x) (n). Parameters or a state that are not finite are ErrInvalid.
func (t *Target) Field(x []float64) ([]float64, error) {
	if err := t.check(x); err != nil {
		return nil, err
	}
	dst := make([]float64, len(x))
	t.field(dst, x)
	return dst, nil
}

// Jacobian returns DF(x) (n×n).
func (t *Target) Jacobian(x []float64) (*mat.Dense, error) {
	if err := t.check(x); err != nil {
		return nil, err
	}
	j := mat.NewDense(len(x), len(x), nil)
	t.jacobian(j.Set, x)
	return j, nil
}

// Curvature bounds ‖DF(x) − DF(y)‖_∞ / ‖x − y‖_∞ in the box, up to rounding.
func (t *Target) Curvature(b Box) (float64, error) {
	if t.invalid != nil {
		return 0, t.invalid
	}
	if err := b.check(t.Dim()); err != nil {
		return 0, err
	}
	reach := make([]float64, t.Dim())
	for i := range reach {
		reach[i] = max(math.Abs(b.Lower[i]), math.Abs(b.Upper[i]))
	}
	return t.curvature(reach), nil
}

func (t *Target) check(x []float64) error {
	if t.invalid != nil {
		return t.invalid
	}
	return finiteVector("state", x, t.Dim())
}

// parameters remembers the first parameter that is not finite.
func (t *Target) parameters(names []string, values ...float64) *Target {
	for i, v := range values {
		if t.invalid == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.invalid = invalidf("%s: %s is %v", t.Name, names[i], v)
		}
	}
	return t
}

// cube returns the box |x_i| ≤ half.
func cube(dim int, half float64) Box {
	b := Box{make([]float64, dim), make([]float64, dim)}
	for i := range dim {
		b.Lower[i], b.Upper[i] = -half, half
	}
	return b
}

// VanDerPol returns ẋ = y, ẏ = μ(1 − x²)y − x (R = 2): the origin, repelling for
// μ > 0, and one limit cycle around it, of |x| ≤ 2.03; at μ = 1 its period is
// 6.66328685932. An infinite μ is ErrInvalid where the field is asked for.
func VanDerPol(mu float64) *Target {
	height := 4 + 1.5*math.Abs(mu)
	t := &Target{Name: "van-der-pol", Box: Box{[]float64{-3, -height}, []float64{3, height}}}
	t.field = func(dst, x []float64) { dst[0], dst[1] = x[1], mu*(1-x[0]*x[0])*x[1]-x[0] }
	t.jacobian = func(set func(i, j int, v float64), x []float64) {
		set(0, 1, 1)
		set(1, 0, -2*mu*x[0]*x[1]-1)
		set(1, 1, mu*(1-x[0]*x[0]))
	}
	t.curvature = func(reach []float64) float64 { return 2 * math.Abs(mu) * (reach[1] + 2*reach[0]) }
	return t.parameters([]string{"μ"}, mu)
}

// Lorenz returns ẋ = σ(y − x), ẏ = x(ρ − z) − y, ż = xy − βz (R = 3), chaotic at
// (10, 28, 8/3). For ρ > 1 its fixed points are the origin and
// (±√(β(ρ−1)), ±√(β(ρ−1)), ρ−1). For σ, β > 0 the box holds a ball that all
// trajectories enter: the smallest around (0, 0, σ+ρ) with the ellipsoid outside
// of which the distance from there falls, σx² + y² + β(z − s/2)² ≤ βs²/4.
func Lorenz(sigma, rho, beta float64) *Target {
	s := math.Abs(sigma) + math.Abs(rho) + 1
	k := math.Abs(beta) / min(1, math.Abs(sigma))
	radius := s
	if k > 2 && !math.IsInf(k, 0) {
		radius = s / 2 * k / math.Sqrt(k-1)
	}
	centre := sigma + rho
	t := &Target{Name: "lorenz", Box: Box{[]float64{-radius, -radius, centre - radius}, []float64{radius, radius, centre + radius}}}
	t.field = func(dst, x []float64) {
		dst[0] = sigma * (x[1] - x[0])
		dst[1] = x[0]*(rho-x[2]) - x[1]
		dst[2] = x[0]*x[1] - beta*x[2]
	}
	t.jacobian = func(set func(i, j int, v float64), x []float64) {
		set(0, 0, -sigma)
		set(0, 1, sigma)
		set(1, 0, rho-x[2])
		set(1, 1, -1)
		set(1, 2, -x[0])
		set(2, 0, x[1])
		set(2, 1, x[0])
		set(2, 2, -beta)
	}
	t.curvature = func([]float64) float64 { return 2 }
	return t.parameters([]string{"σ", "ρ", "β"}, sigma, rho, beta)
}

// BistableWell returns −∇V of V = (x² − 1)²/4 + y²/2 + xy/2 (R = 2): ẋ = x − x³ −
// y/2, ẏ = −y − x/2. Its fixed points are a saddle at 0 and two stable ones at
// ±(√5/2, −√5/4). The field points inward at the boundary of the box.
func BistableWell() *Target {
	t := &Target{Name: "bistable-well", Box: cube(2, 2)}
	t.field = func(dst, x []float64) { dst[0], dst[1] = x[0]-x[0]*x[0]*x[0]-x[1]/2, -x[1]-x[0]/2 }
	t.jacobian = func(set func(i, j int, v float64), x []float64) {
		set(0, 0, 1-3*x[0]*x[0])
		set(0, 1, -0.5)
		set(1, 0, -0.5)
		set(1, 1, -1)
	}
	t.curvature = func(reach []float64) float64 { return 6 * reach[0] }
	return t
}

// CycleAroundPoint returns a stable fixed point (the origin) inside an unstable
// limit cycle of radius 1 inside a stable one of radius 2 (R = 2):
//
//	ẋ = s x − y,  ẏ = s y + x,  s = (q − 1)(4 − q)/4,  q = x² + y².
//
// Both cycles have period 2π; their Floquet exponents are 3/2 and −6, the
// eigenvalues at the origin −1 ± i. The field points inward at the box's boundary.
func CycleAroundPoint() *Target {
	t := &Target{Name: "cycle-around-point", Box: cube(2, 3)}
	t.field = func(dst, x []float64) {
		q := x[0]*x[0] + x[1]*x[1]
		s := (q - 1) * (4 - q) / 4
		dst[0], dst[1] = s*x[0]-x[1], s*x[1]+x[0]
	}
	t.jacobian = func(set func(i, j int, v float64), x []float64) {
		q := x[0]*x[0] + x[1]*x[1]
		s, slope := (q-1)*(4-q)/4, (5-2*q)/2 // ∂s/∂x = x (5 − 2q)/2
		set(0, 0, s+slope*x[0]*x[0])
		set(0, 1, slope*x[0]*x[1]-1)
		set(1, 0, slope*x[0]*x[1]+1)
		set(1, 1, s+slope*x[1]*x[1])
	}
	// ∂_jk (s x_i) = s'(δ_jk x_i + δ_ik x_j + δ_ij x_k)·2 + 4 s'' x_i x_j x_k, s'' = −½
	t.curvature = func(reach []float64) float64 {
		x, y := reach[0], reach[1]
		slope := (5 + 2*(x*x+y*y)) / 2
		row := func(a, b float64) float64 {
			return slope*(3*a+a+2*b) + 2*a*(a*a+2*a*b+b*b)
		}
		return max(row(x, y), row(y, x))
	}
	return t
}

// randomFeatures is the number of waves in a RandomSmoothField, for a coordinate.
const randomFeatures = 4

// RandomSmoothField returns ẋ_i = −x_i + 3 Σ_k c_ik sin(w_k·x + b_k) with random
// waves, Σ_k |c_ik| = 1, w ~ N(0, 4I/n): analytic, and inward at the boundary of
// the box |x_i| ≤ 4, so that the indices of its fixed points add up to 1. The same
// seed gives the same field. A dimension less than 1 is ErrInvalid.
func RandomSmoothField(dim int, seed uint64) *Target {
	t := &Target{Name: "random-smooth", Box: cube(max(dim, 1), 4)}
	if dim < 1 {
		t.invalid = invalidf("%s: dimension is %d, want at least 1", t.Name, dim)
		return t
	}
	rng := rand.New(rand.NewPCG(seed, uint64(dim)))
	waves := randomFeatures * dim
	w, c, phase := newArray(waves, dim), newArray(dim, waves), make([]float64, waves)
	for k := range waves {
		for i := range dim {
			w.set(k, i, 2*rng.NormFloat64()/math.Sqrt(float64(dim)))
			c.set(i, k, rng.NormFloat64())
		}
		phase[k] = 2 * math.Pi * rng.Float64()
	}
	for i := range dim {
		sum := 0.0
		for _, v := range c.row(i) {
			sum += math.Abs(v)
		}
		for k := range c.row(i) {
			c.row(i)[k] *= 3 / sum
		}
	}
	angle := func(k int, x []float64) float64 {
		a := phase[k]
		for i, v := range w.row(k) {
			a += v * x[i]
		}
		return a
	}
	t.field = func(dst, x []float64) {
		for i := range dst {
			dst[i] = -x[i]
		}
		for k := range waves {
			sin := math.Sin(angle(k, x))
			for i := range dst {
				dst[i] += c.at(i, k) * sin
			}
		}
	}
	t.jacobian = func(set func(i, j int, v float64), x []float64) {
		j := identityArray(dim).scaled(-1)
		for k := range waves {
			cos := math.Cos(angle(k, x))
			for i := range dim {
				for l := range dim {
					j.data[i*dim+l] += c.at(i, k) * w.at(k, l) * cos
				}
			}
		}
		for i := range dim {
			for l := range dim {
				set(i, l, j.at(i, l))
			}
		}
	}
	bound := 0.0
	for i := range dim {
		sum := 0.0
		for k := range waves {
			one := 0.0
			for _, v := range w.row(k) {
				one += math.Abs(v)
			}
			sum += math.Abs(c.at(i, k)) * one * one
		}
		bound = max(bound, sum)
	}
	t.curvature = func([]float64) float64 { return bound }
	return t
}

// Targets returns the targets on which approximation is tried (M12).
func Targets() []*Target {
	return []*Target{VanDerPol(1), Lorenz(10, 28, 8.0/3), BistableWell(), CycleAroundPoint(), RandomSmoothField(2, 1)}
}

// TargetByName returns the one of Targets of that name; another is ErrInvalid.
func TargetByName(name string) (*Target, error) {
	var names []string
	for _, t := range Targets() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return nil, invalidf("no target is called %q, want one of %q", name, names)
}
