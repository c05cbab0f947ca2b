package precise

import (
	"fmt"
	"math"
)

// Each irrational supremum, rounded up to a float64; TestConstants shows each to be the smallest float64 that is not below.
const (
	fourOver3Root3 = 0x1.8a2345cc04426p-1 // 4/(3√3) = 0.76980…
	oneOver6Root3  = 0x1.8a2345cc04426p-4 // 1/(6√3) = 0.09622…, an eighth of it
	rootPiOver2E   = 0x1.8535745aa7957p-1 // √(π/(2e)) = 0.76017…
	halfPi         = 0x1.921fb54442d19p+0 // π/2 = 1.57079…
)

// Constants returns sup|φ′|, which is the Lipschitz constant of φ, sup|φ″| and sup|φ‴|, each rounded up to a float64, so that
// a bound built on them is a bound. It panics if the name is not one of Names.
//
// tanh: with u = tanh² x, φ′ = 1 − u ≤ 1. |φ″| = 2√u (1 − u) has its maximum where 1 − 3u = 0: 4/(3√3). φ‴ = (1 − u)(6u − 2)
// is −2 at u = 0, 2/3 at its inner extremum u = 2/3, and 0 at u = 1: 2.
//
// erf: with s = πx²/4, φ′ = e^−s ≤ 1. |φ″| = (π/2)|x| e^−s has its maximum where πx²/2 = 1, that is at s = ½, |x| = √(2/π):
// (π/2)√(2/π) e^−½ = √(π/(2e)). φ‴ = π(s − ½) e^−s is −π/2 at s = 0 and π e^(−3/2) = 0.701 at its inner extremum s = 3/2: π/2.
//
// logistic: φ^(k) = tanh^(k)(x/2)/2^(k+1): 1/4, 4/(3√3)/8 = 1/(6√3), 2/16.
//
// softplus: φ′ is the logistic function, of supremum 1; then 1/4 and 1/(6√3).
//
// relu and hard-tanh have slope at most 1 and a kink, at which φ″ and φ‴ are unbounded as limits of difference quotients: +Inf.
//
// identity: 1, 0, 0.
func Constants(name string) (lipschitz, supSecond, supThird float64) {
	switch name {
	case "tanh":
		return 1, fourOver3Root3, 2
	case "erf":
		return 1, rootPiOver2E, halfPi
	case "logistic":
		return 0.25, oneOver6Root3, 0.125
	case "softplus":
		return 1, 0.25, oneOver6Root3
	case "relu", "hard-tanh":
		return 1, math.Inf(1), math.Inf(1)
	case "identity":
		return 1, 0, 0
	}
	panic(fmt.Sprintf("precise: Constants: %v: %q, not one of %q", ErrUnknown, name, Names()))
}
