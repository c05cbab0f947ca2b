package certificate

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/oracles/gfp"
)

// ErrBound says that the degree or height of a claim is too large for fields of 61 bits to say anything about it.
var ErrBound = errors.New("degree or height too large for primes of 61 bits")

// errorBits returns −log2 of a bound of the probability that one evaluation, in a random field and at a random point of it
// where the inverses exist, overlooks a difference G ≠ 0 of degree ≤ g.degree and length ≤ 2^g.height. It is zero if the
// bound is useless.
//
// G is overlooked for one of two reasons.
//
// The prime divides all coefficients of G. Let c ≠ 0 be one of them, |c| ≤ 2^height. If m of the primes, each at least 2^60,
// divide c, then 2^(60m) ≤ |c|, so m ≤ ⌊height/60⌋; and each of the PrimeCount or more primes is drawn with the same
// probability. For a height below 60 this cannot happen at all.
//
// Or it does not, but the point is a zero of G mod p. Of all points at most a share degree/p are such zeros (Schwartz,
// Zippel), and at least a share 1 − denominatorDegree/p is accepted, if any is: the product of the δ(v) is then not zero
// mod p, and has at most denominatorDegree/p zeros. So of the accepted points at most a share
//
//	(degree/p) / (1 − denominatorDegree/p) = degree/(p − denominatorDegree)
//
// are zeros of G, and p ≥ 2^60. A degree of zero counts as one, to keep the bits finite.
func errorBits(g polynomial, denominatorDegree int) float64 {
	if max(g.degree, g.height, denominatorDegree) >= unbounded {
		return 0
	}
	const least = 1 << gfp.PrimeBits
	point := float64(max(g.degree, 1)) / float64(least-denominatorDegree)
	prime := float64(g.height/gfp.PrimeBits) / gfp.PrimeCount
	return max(0, -math.Log2(point+prime))
}
