// Package gfp computes in the field GF(p) of the integers modulo a prime p of 61 bits: numbers, matrices, determinants,
// inverses and ranks, all without rounding.
//
// # Why a finite field
//
// An identity between matrices is tested in floating point up to a tolerance, and in rationals at one instance, with numerators
// that grow with every operation. Modulo a prime there is neither: each number is one machine word, each operation is exact,
// and a random point of GF(p)^m is so unlikely to be a zero of a given non-zero polynomial — probability at most degree/p,
// Schwartz and Zippel — that a few of them settle an identity for all matrices of a shape. Package certificate draws that
// conclusion; this package does the arithmetic.
//
// # A prime at random
//
// [RandomPrime] draws uniformly from the primes of [2^60, 2^61), of which there are more than [PrimeCount]. That it is
// random is part of the argument: an integer c ≠ 0 with |c| < 2^(60(m+1)) is divisible by at most m of them, so that a
// coefficient of an identity that is false over ℤ vanishes modulo the prime with probability at most m/PrimeCount.
//
// # The arithmetic
//
// A [Field] is a value made from its prime; nothing is global, and several fields live side by side. An [Element] stands for
// the integer x as the Montgomery residue x·2^64 mod p, which replaces the division of each product by two multiplications:
// for T = hi·2^64 + lo with hi < p, and q = lo·p⁻¹ mod 2^64, the number T − q·p is divisible by 2^64 and
//
//	(T − q·p)/2^64 = hi − ⌊q·p/2^64⌋ ∈ (−p, p),
//
// a representative of T/2^64 that needs at most one addition of p. As p < 2^61, a product of residues is below 2^122 and 64 of
// them can be added in 128 bits before one reduction: so the inner products of [Matrix.Mul] are computed.
//
// Elimination takes any non-zero pivot, since there is no rounding for a better one to avoid.
package gfp
