package generators

import (
	"math"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"
)

// Point is a network and net inputs X (N) that its bias makes a fixed point.
type Point struct {
	Network
	X []float64 `json:"x" dim:"N"`
}

// Points draws fixed points of networks.
func Points(o NetworkOptions) *rapid.Generator[Point] {
	return rapid.Custom(func(t *rapid.T) Point {
		n := rapid.IntRange(1, o.MaxUnits).Draw(t, "N")
		rng := noise(t)
		p := Point{Network: drawNetwork(t, o, n, rng)}
		p.X = p.drawState(t, rng)
		return p
	})
}

// drawState draws net inputs: at the origin, generic, or in the flat parts of
// φ, some units or all.
func (n *Network) drawState(t *rapid.T, rng *rand.Rand) []float64 {
	x := gaussian(rng, 1, n.Units(), 1)[0]
	switch rapid.IntRange(0, 4).Draw(t, "state") {
	case 0:
		if !hasKink(n.Nonlinearity) { // φ' of a kink is a convention, not a number
			clear(x)
			n.tag("origin")
		}
	case 1:
		n.flatten(rng, x, 1+rng.IntN(len(x)))
	case 2:
		n.flatten(rng, x, len(x))
	}
	return x
}

func hasKink(name string) bool { return name == "relu" || name == "hard-tanh" }

// flatten puts units 0 … count−1 where φ is flat: D is exactly singular for
// ReLU and hard-tanh, and of size 1e-10 … 1e-21 for the saturating ones.
func (n *Network) flatten(rng *rand.Rand, x []float64, count int) {
	for i := range count {
		sign := nonzeroInteger(rng, 1)
		switch n.Nonlinearity {
		case "relu":
			x[i] = -0.5 - rng.Float64()
		case "hard-tanh":
			x[i] = sign * (1.5 + rng.Float64())
		case "erf":
			x[i] = sign * (5 + 2.5*rng.Float64())
		case "tanh":
			x[i] = sign * (12 + 13*rng.Float64())
		case "logistic", "softplus":
			x[i] = -24 - 26*rng.Float64()
		default:
			return
		}
	}
	switch {
	case !hasKink(n.Nonlinearity):
		n.tag("saturated units")
	case count == len(x):
		n.tag("D singular", "D = 0")
	default:
		n.tag("D singular")
	}
}

// Contexts is a network with two states that two contexts put it in.
type Contexts struct {
	Network
	First  []float64 `json:"first" dim:"N"`
	Second []float64 `json:"second" dim:"N"`
}

// TwoContexts draws pairs of states.
func TwoContexts(o NetworkOptions) *rapid.Generator[Contexts] {
	return rapid.Custom(func(t *rapid.T) Contexts {
		n := rapid.IntRange(1, o.MaxUnits).Draw(t, "N")
		rng := noise(t)
		c := Contexts{Network: drawNetwork(t, o, n, rng)}
		c.First, c.Second = c.drawState(t, rng), c.drawState(t, rng)
		return c
	})
}

// Selection is two contexts with a left vector of the activity form in each:
// l_r = FirstRe + i·FirstIm in the first, and so in the second.
type Selection struct {
	Contexts
	FirstRe  []float64 `json:"first_re" dim:"N"`
	FirstIm  []float64 `json:"first_im" dim:"N"`
	SecondRe []float64 `json:"second_re" dim:"N"`
	SecondIm []float64 `json:"second_im" dim:"N"`
}

// SelectedContexts draws pairs of states and of vectors, one time in three real.
func SelectedContexts(o NetworkOptions) *rapid.Generator[Selection] {
	contexts := TwoContexts(o)
	return rapid.Custom(func(t *rapid.T) Selection {
		s := Selection{Contexts: contexts.Draw(t, "contexts")}
		rng, n := noise(t), s.Units()
		s.FirstRe, s.SecondRe = gaussian(rng, 1, n, 1)[0], gaussian(rng, 1, n, 1)[0]
		s.FirstIm, s.SecondIm = make([]float64, n), make([]float64, n)
		if rapid.IntRange(0, 2).Draw(t, "complex") > 0 {
			s.FirstIm, s.SecondIm = gaussian(rng, 1, n, 1)[0], gaussian(rng, 1, n, 1)[0]
			s.tag("complex vectors")
		}
		return s
	})
}

// Vectors returns the left vectors of both contexts (N each).
func (s Selection) Vectors() (first, second []complex128) {
	for i := range s.FirstRe {
		first = append(first, complex(s.FirstRe[i], s.FirstIm[i]))
		second = append(second, complex(s.SecondRe[i], s.SecondIm[i]))
	}
	return first, second
}

// Perturbation is a fixed point, a direction δ (N) and a distance ε > 0.
type Perturbation struct {
	Point
	Delta   []float64 `json:"delta" dim:"N"`
	Epsilon float64   `json:"epsilon" shrink:"positive"`
}

// Perturbations draws small steps away from fixed points.
func Perturbations(o NetworkOptions) *rapid.Generator[Perturbation] {
	points := Points(o)
	return rapid.Custom(func(t *rapid.T) Perturbation {
		p := Perturbation{Point: points.Draw(t, "point")}
		p.Delta = gaussian(noise(t), 1, p.Units(), 1)[0]
		p.Epsilon = rapid.SampledFrom([]float64{0x1p-2, 0x1p-4, 0x1p-7, 0x1p-10, 0x1p-13}).Draw(t, "epsilon")
		if p.Epsilon >= 0x1p-4 {
			p.tag("large step")
		}
		return p
	})
}

// Run is a network started at an activity r and a filtered input ũ, driven by
// u(t) = U + Wave·sin(2πt/Period), and how to step it.
type Run struct {
	Network
	Start    []float64 `json:"r" dim:"N"`
	Bias     []float64 `json:"b" dim:"N"`
	Filtered []float64 `json:"filtered,omitempty" dim:"q"`
	Wave     []float64 `json:"wave,omitempty" dim:"q"`
	Period   float64   `json:"period" shrink:"positive"`
	Method   string    `json:"method" shrink:"euler,leaky-map"`
	Step     float64   `json:"step" shrink:"positive"` // dt/τ, or the leak
	Steps    int       `json:"steps" shrink:"positive"`
}

// Runs draws short simulations.
func Runs(o NetworkOptions) *rapid.Generator[Run] {
	return rapid.Custom(func(t *rapid.T) Run {
		n := rapid.IntRange(1, o.MaxUnits).Draw(t, "N")
		rng := noise(t)
		r := Run{Network: drawNetwork(t, o, n, rng), Steps: 1 + rng.IntN(4)}
		r.Start, r.Bias = gaussian(rng, 1, n, 1)[0], gaussian(rng, 1, n, 0.5)[0]
		if q := r.Inputs(); q > 0 {
			r.Filtered, r.Wave = gaussian(rng, 1, q, 1)[0], gaussian(rng, 1, q, 1)[0]
			r.tag("time-varying input")
		}
		r.Period = rapid.SampledFrom([]float64{1, 0.25, 5}).Draw(t, "period") * r.Tau[0]
		r.Method = rapid.SampledFrom([]string{"euler", "rk4", "leaky-map"}).Draw(t, "method")
		r.Step = rapid.SampledFrom([]float64{0.1, 0.5, 0.01, 1}).Draw(t, "step")
		r.tag(r.Method)
		return r
	})
}

// RestingRuns draws short simulations by Euler or RK4 whose input rests at U, the
// filter settled on it.
func RestingRuns(o NetworkOptions) *rapid.Generator[Run] {
	runs := Runs(o)
	return rapid.Custom(func(t *rapid.T) Run {
		r := runs.Draw(t, "run")
		r.Method = rapid.SampledFrom([]string{"euler", "rk4"}).Draw(t, "method")
		r.Filtered = slices.Clone(r.U)
		clear(r.Wave)
		r.Tags = slices.DeleteFunc(r.Tags, func(tag string) bool {
			return slices.Contains([]string{"time-varying input", "euler", "rk4", "leaky-map"}, tag)
		})
		r.tag(r.Method)
		return r
	})
}

// EulerStep is a fixed point and the step dt, in the unit of τ, of the Euler
// map that simulates it.
type EulerStep struct {
	Point
	Dt float64 `json:"dt" shrink:"positive"`
}

// EulerSteps draws fixed points with steps from a hundredth of τ to beyond the
// edge of stability of the leak itself, 2τ.
func EulerSteps(o NetworkOptions) *rapid.Generator[EulerStep] {
	points := Points(o)
	return rapid.Custom(func(t *rapid.T) EulerStep {
		s := EulerStep{Point: points.Draw(t, "point")}
		ratio := rapid.SampledFrom([]float64{1, 2.25, 0.125, 2, 0.5, 2.5, 1.5, 0.01}).Draw(t, "dt/tau")
		s.Dt = ratio * s.Tau[0]
		if ratio == 2 {
			s.tag("dt = 2 tau")
		}
		return s
	})
}

// Signal returns u(t) (q).
func (r Run) Signal(t float64) []float64 {
	u := make([]float64, len(r.U))
	for j := range u {
		u[j] = r.U[j] + r.Wave[j]*math.Sin(2*math.Pi*t/r.Period)
	}
	return u
}
