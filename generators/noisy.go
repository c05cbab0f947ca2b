package generators

import (
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
	"pgregory.net/rapid"
)

// NoisyPoint is a network at net inputs X that its bias makes a fixed point,
// the covariance P = diag(p) + F Fᵀ of its noise, and shocks (T×N) to run it on.
type NoisyPoint struct {
	Point
	Form    string      `json:"form" shrink:"structured,dense"` // how P is held
	PDiag   []float64   `json:"p_diag" dim:"N" numbers:"few,nonnegative"`
	PFactor [][]float64 `json:"p_factor,omitempty" dim:"N,f*" numbers:"few"`
	Shocks  [][]float64 `json:"shocks,omitempty" dim:"T,N"`
}

// P returns the covariance of the noise (N×N).
func (p NoisyPoint) P() [][]float64 { return p.noise().expanded() }

func (p NoisyPoint) noise() covariance { return covariance{p.PDiag, p.PFactor} }

// Noise returns P as model has it.
func (p NoisyPoint) Noise() (model.Noise, error) { return p.noise().noise("P", p.Form) }

// NoisyOptions say what a theorem's hypotheses ask of a noisy network. All of
// them are met by construction.
type NoisyOptions struct {
	NetworkOptions
	// Regular states are at slopes that are 0 or far from it, and connectivity is
	// scaled so that most networks contract: laws are known to rounding.
	Regular bool
	Kinks   bool // some states are on a kink of φ
	Steps   int  // of shocks, of size 2⁻⁷ to 2⁻¹³
}

// NoisyPoints draws noisy networks at fixed points.
func NoisyPoints(o NoisyOptions) *rapid.Generator[NoisyPoint] {
	return rapid.Custom(func(t *rapid.T) NoisyPoint {
		n := rapid.IntRange(1, o.MaxUnits).Draw(t, "N")
		rng := noise(t)
		p := NoisyPoint{Point: Point{Network: drawNetwork(t, o.NetworkOptions, n, rng)}}
		if !o.Regular {
			p.X = p.drawState(t, rng)
		} else {
			p.drawRegular(rng)
		}
		if o.Kinks && hasKink(p.Nonlinearity) && rng.IntN(4) == 0 {
			p.X[rng.IntN(n)] = map[string]float64{"relu": 0, "hard-tanh": nonzeroInteger(rng, 1)}[p.Nonlinearity]
			p.tag("on a kink")
		}
		p.Form = [...]string{"structured", "dense"}[rng.IntN(2)]
		c := drawCovariance(rng, n, oftenPositive(rng), true)
		p.PDiag, p.PFactor = c.diag, c.factor
		p.Shocks = gaussian(rng, o.Steps, n, [...]float64{0x1p-7, 0x1p-10, 0x1p-13}[rng.IntN(3)])
		directions := c.directions()
		switch {
		case directions.rank() == 0:
			p.tag("P = 0", "P singular")
		case directions.rank() < n:
			p.tag("P singular")
		}
		return p
	})
}

// drawRegular draws net inputs of moderate slope, some units in the flat part
// of a φ with a kink, and scales W down two times in three.
func (p *NoisyPoint) drawRegular(rng *rand.Rand) {
	p.X = gaussian(rng, 1, p.Units(), 0.75)[0]
	if hasKink(p.Nonlinearity) && rng.IntN(3) == 0 {
		p.flatten(rng, p.X, 1+rng.IntN(p.Units()))
	}
	for i, x := range p.X { // not on a kink by chance
		p.X[i] = math.Copysign(math.Floor(math.Abs(x)*8)/8+0x1p-4, x)
	}
	if rng.IntN(3) == 0 {
		return
	}
	if !p.LowRank() {
		p.W = belowNormOne(p.W)
		return
	}
	sum := 0.0
	for i := range p.M {
		for j := range p.N {
			for r := range p.M[i] {
				sum += math.Abs(p.M[i][r] * p.N[j][r])
			}
		}
	}
	_, exponent := math.Frexp(sum)
	p.Scale = math.Ldexp(1, 2-exponent) // entries cancel in sums, and D is below 1
}

// oftenPositive is P ≻ 0 three times in four, all in all.
func oftenPositive(rng *rand.Rand) definiteness {
	return [...]definiteness{semidefinite, positive}[rng.IntN(2)]
}

// Pipeline is a mixture, the seed of a network of N units drawn from it, and
// the covariance P of the noise of its units.
type Pipeline struct {
	Mixture
	Seed    int         `json:"seed"`
	PDiag   []float64   `json:"p_diag" dim:"N" numbers:"few,nonnegative"`
	PFactor [][]float64 `json:"p_factor,omitempty" dim:"N,g*" numbers:"few"`
}

// Units returns N.
func (p Pipeline) Units() int { return len(p.PDiag) }

// P returns the covariance of the noise (N×N).
func (p Pipeline) P() [][]float64 { return covariance{p.PDiag, p.PFactor}.expanded() }

// Noise returns P as model has it.
func (p Pipeline) Noise() (model.Noise, error) {
	return covariance{p.PDiag, p.PFactor}.noise("P", "structured")
}

// Pipelines draws mixtures with networks of up to so many units.
func Pipelines(o MixtureOptions, maxUnits int) *rapid.Generator[Pipeline] {
	return rapid.Custom(func(t *rapid.T) Pipeline {
		rng := noise(t)
		p := Pipeline{Mixture: drawMixture(rng, o), Seed: 1 + rng.IntN(1<<30)}
		n := between(rng, 1, maxUnits)
		c := drawCovariance(rng, n, oftenPositive(rng), true)
		p.PDiag, p.PFactor = c.diag, c.factor
		if n == 1 {
			p.tag("N = 1")
		}
		if c.directions().rank() < n {
			p.tag("P singular")
		}
		return p
	})
}

// NoisyRun is a noisy network that is linear where it runs, and the seed of its
// noise: φ has slope 1 around X, 50 deviations far, W has the one eigenvalue
// ±63/64, and P = diag(p) ≻ 0.
type NoisyRun struct {
	NoisyPoint
	Seed int `json:"seed"`
}

// Admissible reports whether the network still is what a run of it is judged
// by: shrinking, whose every step is a run, may move X, P and the seed alone, and
// X stays 50 deviations of a unit's activity away from a kink.
func (r NoisyRun) Admissible() bool {
	if len(r.M) != 2 || len(r.N) != 2 || len(r.M[0]) != 1 || len(r.N[0]) != 1 || r.Scale != 1 {
		return false
	}
	overlap := r.M[0][0]*r.N[0][0] + r.M[1][0]*r.N[1][0]
	for i, p := range r.PDiag {
		x := r.X[i]
		kinked := r.Nonlinearity == "relu" && x < 1 || r.Nonlinearity == "hard-tanh" && math.Abs(x) > 0.5
		if !(p >= 0x1p-20 && p <= 0x1p-19) || r.M[i][0] == 0 || kinked {
			return false
		}
	}
	return math.Abs(math.Abs(overlap)-63.0/64) < 0x1p-40 // a handful of roundings
}

// NoisyRuns draws networks that are run for long.
func NoisyRuns() *rapid.Generator[NoisyRun] {
	return rapid.Custom(func(t *rapid.T) NoisyRun {
		rng := noise(t)
		const n = 2
		phi := [...]string{"identity", "relu", "hard-tanh"}[rng.IntN(3)]
		r := NoisyRun{NoisyPoint: NoisyPoint{Point: Point{Network: Network{Nonlinearity: phi, Scale: 1, Tau: []float64{1}}}, Form: "structured"}}
		r.tag(phi)
		m, square := make([]float64, n), 0.0
		for i := range m {
			m[i] = nonzeroInteger(rng, 4) / 2
			square += m[i] * m[i]
		}
		lambda, turn := nonzeroInteger(rng, 1)*63/64, integer(rng, 2)/4
		loads := append([]float64(nil), m...)
		for i := range loads {
			loads[i] *= lambda / square
		}
		loads[0], loads[1] = loads[0]+turn*m[1]/square, loads[1]-turn*m[0]/square // orthogonal to m
		for i := range n {
			r.M, r.N = append(r.M, []float64{m[i]}), append(r.N, []float64{loads[i]})
			x := integer(rng, 4) / 8
			if phi == "relu" {
				x += 1.5
			}
			r.X = append(r.X, x)
			r.PDiag = append(r.PDiag, float64(8+rng.IntN(9))*0x1p-23)
		}
		r.Seed = 1 + rng.IntN(1<<30)
		return r
	})
}
