package model

import "math"

// Nonlinearity is φ, applied entry by entry, with its first two derivatives
// and the constants that error bounds need.
//
// The zero value is not usable: take one of Tanh, Erf, Logistic, ReLU,
// Softplus, HardTanh, Identity, or NonlinearityByName.
type Nonlinearity struct {
	name                 string
	value, first, second func(float64) float64
	lipschitz            float64
	supSecond            float64
	sup                  float64
	kinks                []float64
	gaussian             gaussianRule
}

// Name returns the name by which NonlinearityByName finds φ.
func (p Nonlinearity) Name() string { return p.name }

// Value returns φ(x).
func (p Nonlinearity) Value(x float64) float64 { return p.value(x) }

// Derivative returns φ'(x). At a kink it is the derivative on the flat side:
// 0 for ReLU at 0 and for hard-tanh at ±1.
func (p Nonlinearity) Derivative(x float64) float64 { return p.first(x) }

// Second returns φ”(x), off the kinks.
func (p Nonlinearity) Second(x float64) float64 { return p.second(x) }

// Lipschitz returns sup|φ'|.
func (p Nonlinearity) Lipschitz() float64 { return p.lipschitz }

// SupSecond returns sup|φ”|, +Inf where φ has a kink.
func (p Nonlinearity) SupSecond() float64 { return p.supSecond }

// Sup returns sup|φ|, +Inf where φ is unbounded.
func (p Nonlinearity) Sup() float64 { return p.sup }

// Kinks returns the points where φ' jumps, none for a smooth φ.
func (p Nonlinearity) Kinks() []float64 { return append([]float64(nil), p.kinks...) }

// Tanh returns φ(x) = tanh x, φ' = sech² x.
func Tanh() Nonlinearity {
	return Nonlinearity{name: "tanh", gaussian: tanhRule(), value: math.Tanh, first: sech2,
		second:    func(x float64) float64 { return -2 * math.Tanh(x) * sech2(x) },
		lipschitz: 1, supSecond: upper(4 / (3 * math.Sqrt(3))), sup: 1}
}

// upper returns the next larger number: a bound, where x was rounded.
func upper(x float64) float64 { return math.Nextafter(x, math.Inf(1)) }

// sech2 returns sech² x from exponentials: 1 − tanh² x loses every digit from
// |x| = 19 on, where modes of saturated units still need the value.
func sech2(x float64) float64 {
	e := math.Exp(-2 * math.Abs(x))
	return 4 * e / ((1 + e) * (1 + e))
}

// Erf returns φ(x) = erf(√π x / 2), of slope 1 at 0; φ' = exp(−π x²/4).
func Erf() Nonlinearity {
	return Nonlinearity{name: "erf", gaussian: erfRule(),
		value:     func(x float64) float64 { return math.Erf(math.Sqrt(math.Pi) / 2 * x) },
		first:     erfPrime,
		second:    func(x float64) float64 { return -math.Pi / 2 * (x * erfPrime(x)) },
		lipschitz: 1, supSecond: upper(math.Sqrt(math.Pi/2) * math.Exp(-0.5)), sup: 1}
}

// erfPrime returns exp(−π x²/4) with the exponent's rounding error put back: at
// the edge of underflow a relative error of the exponent is multiplied by 700.
func erfPrime(x float64) float64 {
	if math.Abs(x) > 40 { // below the smallest subnormal, and x² must not overflow
		return 0
	}
	const c, cTail = math.Pi / 4, 3.061616997868383e-17 // c as a float64 falls short of π/4 by cTail
	square := x * x
	squareTail := math.FMA(x, x, -square)
	exponent := c * square
	exponentTail := math.FMA(c, square, -exponent) + c*squareTail + cTail*square
	return math.Exp(-exponent) * (1 - exponentTail)
}

// Logistic returns φ(x) = 1/(1 + e^−x), φ' = φ(1 − φ).
func Logistic() Nonlinearity {
	return Nonlinearity{name: "logistic", gaussian: logisticRule(),
		value: func(x float64) float64 {
			if x < 0 {
				e := math.Exp(x)
				return e / (1 + e)
			}
			return 1 / (1 + math.Exp(-x))
		},
		first: logisticPrime,
		second: func(x float64) float64 {
			return -logisticPrime(x) * math.Tanh(x/2)
		},
		lipschitz: 0.25, supSecond: upper(1 / (6 * math.Sqrt(3))), sup: 1}
}

func logisticPrime(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	return e / ((1 + e) * (1 + e))
}

// ReLU returns φ(x) = max(0, x).
func ReLU() Nonlinearity {
	return Nonlinearity{name: "relu", gaussian: reluRule(),
		value: func(x float64) float64 { return max(0, x) },
		first: func(x float64) float64 {
			if x > 0 {
				return 1
			}
			return 0
		},
		second:    func(float64) float64 { return 0 },
		lipschitz: 1, supSecond: math.Inf(1), sup: math.Inf(1), kinks: []float64{0}}
}

// Softplus returns φ(x) = ln(1 + e^x), φ' the logistic function.
func Softplus() Nonlinearity {
	return Nonlinearity{name: "softplus", gaussian: softplusRule(),
		value: func(x float64) float64 {
			return max(0, x) + math.Log1p(math.Exp(-math.Abs(x)))
		},
		first:     Logistic().value,
		second:    logisticPrime,
		lipschitz: 1, supSecond: 0.25, sup: math.Inf(1)}
}

// HardTanh returns φ(x) = min(1, max(−1, x)).
func HardTanh() Nonlinearity {
	return Nonlinearity{name: "hard-tanh", gaussian: hardTanhRule(),
		value: func(x float64) float64 { return min(1, max(-1, x)) },
		first: func(x float64) float64 {
			if math.Abs(x) < 1 {
				return 1
			}
			return 0
		},
		second:    func(float64) float64 { return 0 },
		lipschitz: 1, supSecond: math.Inf(1), sup: 1, kinks: []float64{-1, 1}}
}

// Identity returns φ(x) = x, the linear network.
func Identity() Nonlinearity {
	return Nonlinearity{name: "identity", gaussian: identityRule(),
		value:     func(x float64) float64 { return x },
		first:     func(float64) float64 { return 1 },
		second:    func(float64) float64 { return 0 },
		lipschitz: 1, supSecond: 0, sup: math.Inf(1)}
}

// Nonlinearities returns every φ of this package, smooth ones first.
func Nonlinearities() []Nonlinearity {
	return []Nonlinearity{Tanh(), Erf(), Logistic(), Softplus(), Identity(), ReLU(), HardTanh()}
}

// NonlinearityByName returns the φ of that name: tanh, erf, logistic,
// softplus, identity, relu, hard-tanh. Any other name is ErrInvalid.
func NonlinearityByName(name string) (Nonlinearity, error) {
	var names []string
	for _, p := range Nonlinearities() {
		if p.name == name {
			return p, nil
		}
		names = append(names, p.name)
	}
	return Nonlinearity{}, invalidf("nonlinearity %q is unknown; known: %v", name, names)
}
