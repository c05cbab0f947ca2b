// Package precise is the oracle for nonlinearities: their values and first three derivatives rounded once, and the
// right-hand sides of networks rounded once.
//
// Everything is computed in binary floating point of as many bits as it takes (math/big.Float) from five series — ln 2, π, the
// exponential, the logarithm near 1 and the error function — by argument reduction and Taylor expansion. No function of package math takes part
// except as a first guess that a wrong value could only make slower. Where a formula would cancel, another one is used (tanh
// from expm1, sech² from e^(−2|x|), never 1 − tanh²), or the precision is raised by the number of bits that were lost, and the
// formula evaluated again.
//
// Rounding to float64 is by Ziv's strategy: if the interval that is known to hold the value does not round to one float64, the
// precision is quadrupled. So Phi is correctly rounded, subnormal results included; only a value within 2^-1270 of a
// rounding boundary, relatively, could be one unit in the last place off.
//
// The package uses the standard library only. It shares no kernel with package model, which it judges.
//
// The nonlinearities, by name:
//
//	tanh       tanh x
//	erf        erf(√π x / 2), of slope 1 at 0
//	logistic   1/(1 + e^−x)
//	relu       max(0, x)
//	softplus   ln(1 + e^x)
//	hard-tanh  x clipped to [−1, 1]
//	identity   x
//
// At a kink a derivative is the one-sided one of the flat side: φ′(0) = 0 for relu (from the left), φ′(±1) = 0 for hard-tanh
// (from outside). Derivatives of order two and more of the piecewise linear ones are 0 everywhere, by the same convention at
// the kinks.
package precise
