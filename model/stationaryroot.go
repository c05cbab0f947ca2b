package model

import (
	"fmt"
	"math"
)

// stationaryRoot returns a root of the solution V of V = A V Aᵀ + Q, given one
// of Q, by the doubling V ← V + A V Aᵀ, A ← A² of roots. A variance that Q
// does not reach is zero to rounding of standard deviations, not of variances.
func stationaryRoot(a, q array) (array, error) {
	radius, err := spectralRadius(a)
	if err != nil {
		return array{}, err
	}
	if !(radius < 1) {
		return array{}, fmt.Errorf("%w: spectral radius %.10g ≥ 1", ErrUnstable, radius)
	}
	x, power := q, a
	for range 1100 { // A^(2^k) of a finite matrix of radius < 1 − 2⁻⁵³ is nothing long before
		size := rowNorms(x)
		more := power.mul(x)
		reached := reach(power, size)
		done, bounded := true, true
		for i, r := range rowNorms(more) {
			done = done && r <= unitRoundoff*size[i]
			size[i] += reached[i]
			bounded = bounded && size[i] <= math.MaxFloat64
		}
		if done {
			return x, nil
		}
		if !bounded { // rounding has made the powers grow: compress would take NaN for nothing
			break
		}
		x, power = compress(x.beside(more), size), power.mul(power)
	}
	return array{}, fmt.Errorf("%w: the stationary covariance, at spectral radius %.10g", ErrNotConverged, radius)
}
