package gfp

import (
	"math/big"
	"math/rand/v2"
)

const (
	// PrimeBits bounds the primes from below: [RandomPrime] draws from [2^PrimeBits, 2^(PrimeBits+1)).
	PrimeBits = 60

	// PrimeCount is a lower bound of the number of primes in [2^60, 2^61).
	//
	// For x ≥ 2953652287 and l = ln x (Dusart 2010, arXiv:1002.0442, theorem 6.9)
	//
	//	(x/l)(1 + 1/l + 2/l²) ≤ π(x) ≤ (x/l)(1 + 1/l + 2.334/l²),
	//
	// hence π(2^61) − π(2^60) ≥ 5.588e16 − 2.843e16 > 2.7e16.
	PrimeCount = 27_000_000_000_000_000
)

// RandomPrime returns a prime of [2^60, 2^61), each with the same probability.
//
// Odd numbers of that interval are drawn until one is prime, about 21 on average. The test is the Baillie–PSW test
// of [big.Int.ProbablyPrime] with no further rounds, which is 100% accurate below 2^64: it was checked against the list of
// all pseudoprimes up to there. So the result *is* prime.
func RandomPrime(rng *rand.Rand) uint64 {
	for {
		candidate := 1<<PrimeBits | rng.Uint64()>>(64-PrimeBits) | 1
		if isPrime(candidate) {
			return candidate
		}
	}
}

// isPrime is exact: see [RandomPrime].
func isPrime(n uint64) bool {
	return new(big.Int).SetUint64(n).ProbablyPrime(0)
}
