package quadrature

import (
	"errors"
	"fmt"
	"math"

	"github.com/rankproof/rankproof/oracles/precise"
)

var (
	// ErrUnknown is wrapped where a nonlinearity is not one of Names.
	ErrUnknown = errors.New("quadrature: unknown nonlinearity")
	// ErrOrder is wrapped where the order of a derivative is not 0, 1, 2 or 3, or there is none at that point.
	ErrOrder = errors.New("quadrature: no such derivative")
)

// A nonlinearity is φ with its derivatives, off the kinks, and how its slope jumps there.
type nonlinearity struct {
	derivatives [4]func(float64) float64
	lipschitz   float64   // sup|φ′|
	supSecond   float64   // sup|φ″|, +Inf with a kink
	supThird    float64   // sup|φ‴|
	breaks      []float64 // where panels end: the kinks, or points around the knee
	jumps       []float64 // of φ′ at the breaks, none for a smooth φ
}

// Beyond the last break there is less than a rounding of ∫φ′, which at a large Δ no panel would see: e^−2x of tanh, 2e^−x of
// the logistic.
var (
	knee     = []float64{-20, -4, 0, 4, 20}
	slowKnee = []float64{-40, -20, -4, 0, 4, 20, 40}
)

func zero(float64) float64 { return 0 }

func step(inside bool) float64 {
	if inside {
		return 1
	}
	return 0
}

var nonlinearities = map[string]nonlinearity{
	"tanh": {derivatives: [4]func(float64) float64{math.Tanh, tanhPrime,
		func(x float64) float64 { return -2 * math.Tanh(x) * tanhPrime(x) },
		func(x float64) float64 { t, s := math.Tanh(x), tanhPrime(x); return s * (4*t*t - 2*s) }},
		breaks: knee},
	"erf": {derivatives: [4]func(float64) float64{
		func(x float64) float64 { return math.Erf(math.Sqrt(math.Pi) / 2 * x) }, erfPrime,
		func(x float64) float64 { return -math.Pi / 2 * x * erfPrime(x) },
		func(x float64) float64 { return math.Pi / 2 * (math.Pi/2*x*x - 1) * erfPrime(x) }},
		breaks: knee},
	"logistic": {derivatives: [4]func(float64) float64{logistic, logisticPrime, logisticSecond,
		func(x float64) float64 { t, s := math.Tanh(x/2), tanhPrime(x/2); return s * (4*t*t - 2*s) / 16 }},
		breaks: slowKnee},
	"softplus": {derivatives: [4]func(float64) float64{
		func(x float64) float64 { return max(0, x) + math.Log1p(math.Exp(-math.Abs(x))) }, logistic, logisticPrime, logisticSecond},
		breaks: slowKnee},
	"relu": {derivatives: [4]func(float64) float64{
		func(x float64) float64 { return max(0, x) }, func(x float64) float64 { return step(x > 0) }, zero, zero},
		breaks: []float64{0}, jumps: []float64{1}},
	"hard-tanh": {derivatives: [4]func(float64) float64{
		func(x float64) float64 { return min(1, max(-1, x)) }, func(x float64) float64 { return step(math.Abs(x) < 1) }, zero, zero},
		breaks: []float64{-1, 1}, jumps: []float64{1, -1}},
	"identity": {derivatives: [4]func(float64) float64{
		func(x float64) float64 { return x }, func(float64) float64 { return 1 }, zero, zero},
	},
}

// tanhPrime returns sech² x = 4q/(1 + q)², q = e^(−2|x|).
func tanhPrime(x float64) float64 {
	q := math.Exp(-2 * math.Abs(x))
	return 4 * q / ((1 + q) * (1 + q))
}

func erfPrime(x float64) float64 { return math.Exp(-math.Pi / 4 * x * x) }

// logistic returns 1/(1 + q) or q/(1 + q), q = e^−|x|.
func logistic(x float64) float64 {
	q := math.Exp(-math.Abs(x))
	if x < 0 {
		return q / (1 + q)
	}
	return 1 / (1 + q)
}

func logisticPrime(x float64) float64  { return tanhPrime(x/2) / 4 }
func logisticSecond(x float64) float64 { return -logisticPrime(x) * math.Tanh(x/2) }

// Names returns the names of the nonlinearities, those of package precise.
func Names() []string {
	return []string{"tanh", "erf", "logistic", "relu", "softplus", "hard-tanh", "identity"}
}

func named(phi string) (nonlinearity, error) {
	p, ok := nonlinearities[phi]
	if !ok {
		return p, fmt.Errorf("%w: %q, not one of %q", ErrUnknown, phi, Names())
	}
	p.lipschitz, p.supSecond, p.supThird = precise.Constants(phi)
	return p, nil
}

// Average returns ⟨φ^(order)⟩ = E φ^(order)(μ + √Δ z), z standard normal, order 0 to 3, and an estimate of its absolute error.
//
// Derivatives are those of distributions: a jump j of φ′ at b gives φ″ the mass j δ(x − b), so ⟨φ″⟩ the term j p(b), p the
// density of N(μ, Δ), and ⟨φ‴⟩ the term −j p′(b). The failure wraps ErrUnknown, ErrIndefinite for Δ < 0, ErrNotFinite, or
// ErrOrder, also where Δ = 0 and μ is a kink, for φ′ and higher.
func Average(phi string, order int, mu, delta float64) (value, err float64, failure error) {
	value, err = math.NaN(), math.NaN()
	p, failure := named(phi)
	switch {
	case failure != nil:
		return value, err, failure
	case order < 0 || order > 3:
		return value, err, fmt.Errorf("%w: order %d outside 0..3", ErrOrder, order)
	case math.IsNaN(mu-mu) || math.IsNaN(delta-delta):
		return value, err, fmt.Errorf("%w: μ = %v, Δ = %v", ErrNotFinite, mu, delta)
	case delta < 0:
		return value, err, fmt.Errorf("%w: Δ = %v", ErrIndefinite, delta)
	}
	value, err = Expect1(p.derivatives[order], mu, delta, p.breaks)
	for i, j := range p.jumps {
		distance := p.breaks[i] - mu
		switch {
		case delta == 0 && distance == 0 && order > 0:
			return math.NaN(), math.NaN(), fmt.Errorf("%w: order %d at the kink %v without variance", ErrOrder, order, mu)
		case delta > 0 && order >= 2:
			mass, off := ofAJump(order, distance, delta)
			value += j * mass
			err += math.Abs(j) * off
		}
	}
	return value, err, nil
}

// ofAJump returns p(b) for order 2 and −p′(b) for order 3, p the density of N(μ, Δ) at a distance b − μ, with a bound on the
// error. The exponents are added before they are taken: e^(−z²/2) and 1/√Δ leave floating point before their product does.
func ofAJump(order int, distance, delta float64) (mass, err float64) {
	scale := math.Sqrt(delta)
	z := distance / scale
	exponents := []float64{-z * z / 2, -math.Log(scale * rootTwoPi)}
	sign := 1.0
	if order == 3 {
		exponents = append(exponents, math.Log(math.Abs(z)), -math.Log(scale))
		sign = math.Copysign(1, z)
	}
	switch {
	case order == 3 && z == 0:
		return 0, 0
	case exponents[0] < -1e4: // no other is above 2e3
		return 0, math.SmallestNonzeroFloat64
	}
	sum, size := 0.0, 0.0
	for _, x := range exponents {
		sum += x
		size += math.Abs(x)
	}
	// z² is off by 7 roundings of it, a logarithm by one and by those of its argument, each sum by one.
	mass = math.Exp(sum)
	return sign * mass, (8+12*size)*unit*mass + math.SmallestNonzeroFloat64
}
