package precise

import (
	"errors"
	"fmt"
	"math"
	"math/big"
)

var (
	// ErrUnknown is wrapped when a nonlinearity is not one of Names.
	ErrUnknown = errors.New("precise: unknown nonlinearity")
	// ErrOrder is wrapped when the order of a derivative is not 0, 1, 2 or 3.
	ErrOrder = errors.New("precise: order of a derivative outside 0..3")
	// ErrNotFinite is wrapped when an argument, or a result rounded to float64, is infinite or NaN.
	ErrNotFinite = errors.New("precise: not finite")
	// ErrShape is wrapped when lengths do not fit.
	ErrShape = errors.New("precise: shapes do not fit")
	// ErrTimeConstant is wrapped when a time constant is not positive.
	ErrTimeConstant = errors.New("precise: time constant not positive")
)

// MaxOrder is the highest derivative that Phi and PhiBig know.
const MaxOrder = 3

// minPrec is the least precision of PhiBig, in bits.
const minPrec = 64

// A formula returns the derivative of the given order at x with relative error at most 2^-p.
type formula func(x *big.Float, order int, p uint) *big.Float

// Names returns the names of the nonlinearities, in the order of the package documentation.
func Names() []string {
	return []string{"tanh", "erf", "logistic", "relu", "softplus", "hard-tanh", "identity"}
}

func formulaOf(name string, order int) (formula, error) {
	if order < 0 || order > MaxOrder {
		return nil, fmt.Errorf("%w: %d", ErrOrder, order)
	}
	switch name {
	case "tanh":
		return tanhFamily, nil
	case "erf":
		return erfFamily, nil
	case "logistic":
		return logisticFamily, nil
	case "relu":
		return relu, nil
	case "softplus":
		return softplusFamily, nil
	case "hard-tanh":
		return hardTanh, nil
	case "identity":
		return identity, nil
	}
	return nil, fmt.Errorf("%w: %q, not one of %q", ErrUnknown, name, Names())
}

// Phi returns the derivative of φ of the given order, 0 to 3, at x, correctly rounded to float64: φ(x) at order 0, φ′(x) at 1.
//
// Results below the normal range are correctly rounded subnormals; a zero is always +0. At a kink it is the derivative of the
// flat side (package documentation). The error wraps ErrUnknown, ErrOrder, or, for x infinite or NaN, ErrNotFinite.
func Phi(name string, x float64, order int) (float64, error) {
	f, err := formulaOf(name, order)
	if err != nil {
		return 0, err
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, fmt.Errorf("%w: x = %v", ErrNotFinite, x)
	}
	return roundOnce(f, new(big.Float).SetFloat64(x), order), nil
}

// roundOnce is Ziv's loop: the true value lies within v(1 ± 2^-p), so if both ends round to one float64, it does as well.
func roundOnce(f formula, x *big.Float, order int) float64 {
	// 80 bits leave room for a working precision of 128. Values come closest to a boundary at small x (1 − x², ½ + x/4 − x³/48,
	// …), where 320 bits tell; the last is beyond anything that happens by chance.
	const first, last = 80, 1280
	for p := uint(first); ; p *= 4 {
		v := f(x, order, p)
		slack := new(big.Float).SetMantExp(v, -int(p)+1)
		low, _ := new(big.Float).Sub(v, slack).Float64()
		high, _ := new(big.Float).Add(v, slack).Float64()
		if low == high || p >= last {
			rounded, _ := v.Float64()
			return rounded + 0 // −0 becomes +0
		}
	}
}

// PhiBig returns the derivative of φ of the given order, 0 to 3, at x, with relative error at most 2^-p for p the larger of 64
// and the precision of x, which is also the precision of the result.
//
// Values that a big.Float cannot hold, below 2^(−2^31), become 0. The error wraps ErrUnknown, ErrOrder, or ErrNotFinite.
func PhiBig(name string, x *big.Float, order int) (*big.Float, error) {
	f, err := formulaOf(name, order)
	if err != nil {
		return nil, err
	}
	if x == nil || x.IsInf() {
		return nil, fmt.Errorf("%w: x = %v", ErrNotFinite, x)
	}
	p := max(minPrec, x.Prec())
	return new(big.Float).SetPrec(p).Set(f(x, order, p+2)), nil
}
