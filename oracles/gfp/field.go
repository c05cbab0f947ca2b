package gfp

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// maxPrime bounds the primes from above, so that 64 products of residues can be added in 128 bits.
const maxPrime = 1 << (PrimeBits + 1)

// Field is GF(p), the integers modulo an odd prime p < 2^61. Fields of the same prime are equal by ==. The zero Field is
// not a field; make one with [NewField] or [RandomField].
type Field struct {
	p       uint64
	inverse uint64 // p⁻¹ mod 2^64
	one     uint64 // 2^64 mod p, the residue of 1
	square  uint64 // 2^128 mod p, the residue of 2^64
}

// Element is a number of one [Field], as its Montgomery residue x·2^64 mod p. The zero Element is 0 in every field; elements of
// the same field are equal by ==.
type Element struct{ residue uint64 }

// NewField returns GF(p), or an error unless p is an odd prime below 2^61. Small primes are for tests: a certificate needs
// those of [RandomField].
func NewField(p uint64) (Field, error) {
	if p <= 2 || p >= maxPrime || !isPrime(p) {
		return Field{}, fmt.Errorf("gfp: %d is not an odd prime below 2^%d", p, PrimeBits+1)
	}
	return newField(p), nil
}

// RandomField returns GF(p) for a prime p drawn by [RandomPrime].
func RandomField(rng *rand.Rand) Field {
	return newField(RandomPrime(rng))
}

func newField(p uint64) Field {
	// Newton's iteration for 1/p modulo powers of two: p·p ≡ 1 mod 8, and each step doubles the number of correct bits, from
	// 3 to 96.
	inverse := p
	for range 5 {
		inverse *= 2 - p*inverse
	}
	one := bits.Rem64(1, 0, p)
	return Field{p: p, inverse: inverse, one: one, square: bits.Rem64(one, 0, p)}
}

// Prime returns p.
func (f Field) Prime() uint64 { return f.p }

// String names the field, as in GF(7).
func (f Field) String() string { return fmt.Sprintf("GF(%d)", f.p) }

// reduce returns (hi·2^64 + lo)/2^64 mod p, for hi < p; see the package documentation.
func (f Field) reduce(hi, lo uint64) uint64 {
	high, _ := bits.Mul64(lo*f.inverse, f.p)
	r := hi - high
	if hi < high {
		r += f.p
	}
	return r
}

// Zero returns 0.
func (f Field) Zero() Element { return Element{} }

// One returns 1.
func (f Field) One() Element { return Element{f.one} }

// Integer returns k mod p.
func (f Field) Integer(k int64) Element {
	if k < 0 {
		// −k overflows for the least int64, and is right all the same: its bits, read as a uint64, are |k|.
		return f.Neg(f.unsigned(uint64(-k)))
	}
	return f.unsigned(uint64(k))
}

func (f Field) unsigned(k uint64) Element {
	return f.Mul(Element{k % f.p}, Element{f.square})
}

// Uint64 returns the representative of x in [0, p).
func (f Field) Uint64(x Element) uint64 { return f.reduce(0, x.residue) }

// Random returns an element, each with probability 1/p: the residue is drawn without bias, and x ↦ x·2^64 permutes the field.
func (f Field) Random(rng *rand.Rand) Element { return Element{rng.Uint64N(f.p)} }

// Add returns x + y.
func (f Field) Add(x, y Element) Element {
	sum := x.residue + y.residue
	if sum >= f.p {
		sum -= f.p
	}
	return Element{sum}
}

// Sub returns x − y.
func (f Field) Sub(x, y Element) Element {
	difference := x.residue - y.residue
	if x.residue < y.residue {
		difference += f.p
	}
	return Element{difference}
}

// Neg returns −x.
func (f Field) Neg(x Element) Element { return f.Sub(Element{}, x) }

// Mul returns x·y.
func (f Field) Mul(x, y Element) Element {
	hi, lo := bits.Mul64(x.residue, y.residue)
	return Element{f.reduce(hi, lo)}
}

// Pow returns x^k, with x^0 = 1 for every x.
func (f Field) Pow(x Element, k uint64) Element {
	power := f.One()
	for ; k > 0; k >>= 1 {
		if k&1 == 1 {
			power = f.Mul(power, x)
		}
		x = f.Mul(x, x)
	}
	return power
}

// Inv returns 1/x = x^(p−2). It panics at 0, as division of integers does.
func (f Field) Inv(x Element) Element {
	if x.residue == 0 {
		panic("gfp: division by zero")
	}
	return f.Pow(x, f.p-2)
}
