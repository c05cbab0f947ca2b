package generators

import (
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// Reduced is a low-rank network of N units with its 1/N explicit, J =
// (1/N) M Nᵀ, an input vector, and a state x = M κ + I v of it.
type Reduced struct {
	Tags         []string    `json:"tags,omitempty"`
	Nonlinearity string      `json:"nonlinearity" shrink:"identity,relu,hard-tanh,tanh"`
	M            [][]float64 `json:"M" dim:"N,R" numbers:"few"`
	N            [][]float64 `json:"N" dim:"N,R" numbers:"few"`
	I            []float64   `json:"I" dim:"N" numbers:"few"`
	Kappa        []float64   `json:"kappa" dim:"R" numbers:"few"`
	V            float64     `json:"v" numbers:"few"`
}

// ReducedRun is a start x(0) = M κ + I v + Beside, the input signal u(t) =
// Level + Wave·sin(2πt/Period), and how to step it.
type ReducedRun struct {
	Reduced
	Beside []float64 `json:"beside" dim:"N" numbers:"few"`
	Level  float64   `json:"level"`
	Wave   float64   `json:"wave"`
	Period float64   `json:"period" shrink:"positive"`
	Method string    `json:"method" shrink:"euler"`
	Step   float64   `json:"step" shrink:"positive"` // dt, in units of τ
	Steps  int       `json:"steps" shrink:"positive"`
}

// ReducedGauge is a network with a change of its latents.
type ReducedGauge struct {
	Reduced
	Shear   [][]float64 `json:"shear" dim:"R,R" numbers:"whole"`
	Stretch []float64   `json:"stretch" dim:"R" shrink:"nonzero" numbers:"few"`
}

// ReducedOptions say what a theorem's hypotheses ask of a network.
type ReducedOptions struct {
	MaxUnits, MaxRank int
	Nonlinearity      []string
}

// Reduceds draws networks and states.
func Reduceds(o ReducedOptions) *rapid.Generator[Reduced] {
	return rapid.Custom(func(t *rapid.T) Reduced { return drawReduced(noise(t), o) })
}

// ReducedGauges draws networks and invertible G.
func ReducedGauges(o ReducedOptions) *rapid.Generator[ReducedGauge] {
	return rapid.Custom(func(t *rapid.T) ReducedGauge {
		rng := noise(t)
		c := ReducedGauge{Reduced: drawReduced(rng, o)}
		c.Shear, c.Stretch = drawGauge(rng, c.Rank())
		return c
	})
}

// ReducedRuns draws short runs.
func ReducedRuns(o ReducedOptions) *rapid.Generator[ReducedRun] {
	return rapid.Custom(func(t *rapid.T) ReducedRun {
		rng := noise(t)
		r := ReducedRun{Reduced: drawReduced(rng, o), Steps: between(rng, 1, 4)}
		r.Beside = make([]float64, r.Units())
		if rng.IntN(2) == 0 {
			r.Beside = quarters(rng, 1, r.Units())[0]
			r.tag("x_⊥ ≠ 0")
		}
		r.Period = [...]float64{1, 0.25, 5}[rng.IntN(3)]
		r.Level = [...]float64{1, 1, 0, -0.5}[rng.IntN(4)]
		if rng.IntN(3) > 0 {
			r.Wave = nonzeroInteger(rng, 4) / 4
			r.tag("time-varying input")
		}
		r.Method = [...]string{"euler", "rk4"}[rng.IntN(2)]
		r.Step = [...]float64{0.125, 0.5, 1, 0.1, 2}[rng.IntN(5)]
		r.tag(r.Method)
		if r.Step == 2 {
			r.tag("dt = 2")
		}
		return r
	})
}

// Signal returns u(t).
func (r ReducedRun) Signal(t float64) float64 {
	return r.Level + r.Wave*math.Sin(2*math.Pi*t/r.Period)
}

// Units returns N.
func (r Reduced) Units() int { return len(r.M) }

// Rank returns R.
func (r Reduced) Rank() int { return len(r.Kappa) }

func (r *Reduced) tag(tags ...string) { r.Tags = union(r.Tags, tags) }

// reducedKinds are what drawReduced chooses from.
var reducedKinds = []string{"general", "general", "general", "no input", "dependent loadings", "NᵀM = 0", "small loadings", "saturated units", "κ = 0"}

func drawReduced(rng *rand.Rand, o ReducedOptions) Reduced {
	units, rank := between(rng, 1, o.MaxUnits), between(rng, 1, o.MaxRank)
	r := Reduced{Nonlinearity: o.Nonlinearity[rng.IntN(len(o.Nonlinearity))],
		M: quarters(rng, units, rank), N: quarters(rng, units, rank), I: quarters(rng, 1, units)[0],
		Kappa: quarters(rng, 1, rank)[0], V: integer(rng, 6) / 4}
	for _, row := range r.N { // N of order 1 in J/N: as large as R allows
		scaleBy(row, 2)
	}
	kind := reducedKinds[rng.IntN(len(reducedKinds))]
	r.shape(rng, kind)
	r.tag(kind)
	for _, edge := range []struct {
		tag  string
		here bool
	}{{"N = 1", units == 1}, {"R = 1", rank == 1}, {"R > N", rank > units}, {"R = N", rank == units}, {r.Nonlinearity, true}} {
		if edge.here {
			r.tag(edge.tag)
		}
	}
	return r
}

// shape gives a network the marks of its kind.
func (r *Reduced) shape(rng *rand.Rand, kind string) {
	switch kind {
	case "no input":
		clear(r.I)
	case "dependent loadings":
		for _, row := range r.M {
			row[len(row)-1] = row[0]
		}
	case "NᵀM = 0": // M on the even units, N on the odd
		for i := range r.M {
			clear([][]float64{r.N[i], r.M[i]}[i%2])
		}
	case "small loadings":
		for i := range r.M {
			scaleBy(r.M[i], 0x1p-13)
			scaleBy(r.N[i], 0x1p13)
		}
	case "saturated units":
		r.I[rng.IntN(len(r.I))] = nonzeroInteger(rng, 2) * 48
		r.V = 1
	case "κ = 0":
		clear(r.Kappa)
	}
}

// Model returns the network as model has it. Numbers that model refuses, as a
// hand-written instance may hold, are its error.
func (r Reduced) Model() (*model.ReducedNetwork, error) {
	if err := CheckShape(r); err != nil {
		return nil, err
	}
	phi, err := model.NonlinearityByName(r.Nonlinearity)
	if err != nil {
		return nil, err
	}
	var loadings [2]*mat.Dense
	for k, rows := range [][][]float64{r.M, r.N} {
		if loadings[k], err = matrix([]string{"M", "N"}[k], rows); err != nil {
			return nil, err
		}
	}
	return model.NewReducedNetwork(phi, loadings[0], loadings[1], r.I)
}
