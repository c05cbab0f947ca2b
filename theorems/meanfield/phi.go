package meanfield

import "math"

// activation is φ and its slope in float64, by formulas that do not cancel and
// are not those of package model: what oracles sample and integrate with.
type activation struct {
	value, slope func(float64) float64
	breaks       []float64 // kinks, or points around the knee of a smooth φ
	lipschitz    float64
}

// A knee is where a quadrature of a smooth φ' has its panels end. Beyond the last
// there is less than a rounding of ∫φ', e^−2x of tanh and 2e^−x of the logistic.
var (
	knee     = []float64{-20, -4, 0, 4, 20}
	slowKnee = []float64{-40, -20, -4, 0, 4, 20, 40}
)

// activations by name, those of package precise.
var activations = map[string]activation{
	"tanh": {math.Tanh, func(x float64) float64 { return 1 / (math.Cosh(x) * math.Cosh(x)) }, knee, 1},
	"erf": {func(x float64) float64 { return math.Erf(math.Sqrt(math.Pi) / 2 * x) },
		func(x float64) float64 { return math.Exp(-math.Pi / 4 * x * x) }, knee, 1},
	"logistic": {sigmoid, func(x float64) float64 { return sigmoid(x) * sigmoid(-x) }, slowKnee, 0.25},
	"softplus": {func(x float64) float64 { return math.Max(0, x) + math.Log1p(math.Exp(-math.Abs(x))) }, sigmoid, slowKnee, 1},
	"relu":     {func(x float64) float64 { return math.Max(0, x) }, func(x float64) float64 { return indicator(x > 0) }, []float64{0}, 1},
	"hard-tanh": {func(x float64) float64 { return math.Min(1, math.Max(-1, x)) },
		func(x float64) float64 { return indicator(math.Abs(x) < 1) }, []float64{-1, 1}, 1},
	"identity": {func(x float64) float64 { return x }, func(float64) float64 { return 1 }, nil, 1},
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func indicator(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// onKink reports whether φ' jumps at x.
func onKink(phi string, x float64) bool {
	switch phi {
	case "relu":
		return x == 0
	case "hard-tanh":
		return math.Abs(x) == 1
	}
	return false
}
