package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/precise"
)

// finite is what oracles know of a network of N units: plain loops over its
// loadings, φ correctly rounded, and the sizes of what is added on the way.
type finite struct {
	generators.Reduced
	u         float64 // unit roundoff of the subject
	lipschitz float64
	atZero    float64 // |φ(0)|
	coupling  float64 // max_i Σ_j (1/N) Σ_r |m_ir n_jr|: ‖|M||N|ᵀ‖_∞/N
}

func newFinite(c generators.Reduced, u float64) (*finite, error) {
	n := &finite{Reduced: c, u: u}
	n.lipschitz, _, _ = precise.Constants(c.Nonlinearity)
	zero, err := precise.Phi(c.Nonlinearity, 0, 0)
	if err != nil {
		return nil, err
	}
	n.atZero = math.Abs(zero)
	total := make([]float64, c.Rank())
	for _, row := range c.N {
		for r, x := range row {
			total[r] += math.Abs(x)
		}
	}
	for _, row := range c.M {
		sum := 0.0
		for r, x := range row {
			sum += math.Abs(x) * total[r]
		}
		n.coupling = max(n.coupling, sum/float64(c.Units()))
	}
	return n, nil
}

// operations counts roundings of a unit's net input, its output and the sum
// over units, those of φ among them.
func (n *finite) operations() float64 { return float64(n.Units() + n.Rank() + 20) }

// place returns x = M κ + I v + e·y (N), and its largest sum of magnitudes.
func (n *finite) place(kappa []float64, v, e float64, y []float64) (x []float64, size float64) {
	x = make([]float64, n.Units())
	for i := range x {
		x[i] = n.I[i] * v
		sum := math.Abs(x[i])
		for r, k := range kappa {
			x[i] += n.M[i][r] * k
			sum += math.Abs(n.M[i][r] * k)
		}
		if y != nil {
			x[i] += e * y[i]
			sum += math.Abs(e * y[i])
		}
		size = max(size, sum)
	}
	return x, size
}

// outputs returns φ(x) (N).
func (n *finite) outputs(x []float64) ([]float64, error) {
	out := make([]float64, len(x))
	for i := range x {
		var err error
		if out[i], err = precise.Phi(n.Nonlinearity, x[i], 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// read returns (1/N) Nᵀ φ (R).
func (n *finite) read(phi []float64) []float64 {
	out := make([]float64, n.Rank())
	for r := range out {
		for j := range phi {
			out[r] += n.N[j][r] * phi[j]
		}
		out[r] /= float64(n.Units())
	}
	return out
}

// sum bounds the numbers that are added in the rate of a unit whose net input
// is of a size: net inputs, outputs through |J|, and the drive |I u|.
func (n *finite) sum(size, drive float64) float64 {
	return size + n.coupling*(n.atZero+n.lipschitz*size) + drive
}

// growth is Σ_{j≤s}(hK)ʲ/j!, K = 1 + Lip(φ)‖|J|‖: what a tableau of s stages
// makes of an error.
func (n *finite) growth(h float64, stages int) float64 {
	hk := h * (1 + n.lipschitz*n.coupling)
	sum, term := 1.0, 1.0
	for j := 1; j <= stages; j++ {
		term *= hk / float64(j)
		sum += term
	}
	return sum
}

// whole is a state of all N units, with κ, v and the decay beside it: those
// follow x, and only sizes are taken from them.
type whole struct {
	x, kappa []float64
	v, decay float64
}

func (s whole) moved(by float64, rate whole) whole {
	add := func(a, b []float64) []float64 {
		out := make([]float64, len(a))
		for i := range a {
			out[i] = a[i] + by*b[i]
		}
		return out
	}
	return whole{add(s.x, rate.x), add(s.kappa, rate.kappa), s.v + by*rate.v, s.decay + by*rate.decay}
}

// rate is ẋ = −x + J φ(x) + I u, unit by unit.
func (n *finite) rate(s whole, u float64) (whole, error) {
	phi, err := n.outputs(s.x)
	if err != nil {
		return whole{}, err
	}
	read := n.read(phi)
	out := whole{x: make([]float64, len(s.x)), kappa: make([]float64, len(read)), v: u - s.v, decay: -s.decay}
	for i := range s.x {
		recurrent := 0.0
		for r := range read {
			recurrent += n.M[i][r] * read[r]
		}
		out.x[i] = -s.x[i] + recurrent + n.I[i]*u
	}
	for r := range read {
		out.kappa[r] = read[r] - s.kappa[r]
	}
	return out, nil
}

// step is one explicit step of size h from time k·h.
func (n *finite) step(method string, s whole, k, h float64, signal func(float64) float64) (whole, error) {
	k1, err := n.rate(s, signal(k*h))
	if err != nil || method == "euler" {
		return s.moved(h, k1), err
	}
	half := signal((k + 0.5) * h)
	k2, err := n.rate(s.moved(h/2, k1), half)
	if err != nil {
		return s, err
	}
	k3, err := n.rate(s.moved(h/2, k2), half)
	if err != nil {
		return s, err
	}
	k4, err := n.rate(s.moved(h, k3), signal((k+1)*h))
	if err != nil {
		return s, err
	}
	return s.moved(h/6, k1).moved(h/3, k2).moved(h/3, k3).moved(h/6, k4), nil
}
