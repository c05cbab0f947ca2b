package certificate

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/gfp"
)

// Identity is a claim that holds, or not, for all matrices of a shape: equations between matrices of rational functions.
type Identity struct {
	Name  string
	Build func(b *Builder, s Shape) []Equation
}

// Proof is the certificate of an identity for one shape. It says: if the identity were false, this outcome would have had a
// probability of at most 2^-Bits.
type Proof struct {
	Shape             Shape
	Degree            int     // bounds the total degree of the tested polynomials
	DenominatorDegree int     // bounds the degree of the product of all denominators
	Log2Height        int     // the coefficients of the tested polynomials are at most 2^Log2Height in absolute value
	Evaluations       int     // each in a random field of its own, at a random point
	Resampled         int     // points that were zeros of a denominator, and were replaced
	Bits              float64 // −log2 of the bound of the error probability
}

// String sums the proof up in a line.
func (p Proof) String() string {
	return fmt.Sprintf("%v: degree ≤ %d, height ≤ 2^%d, %d evaluations, error ≤ 2^-%.0f",
		p.Shape, p.Degree, p.Log2Height, p.Evaluations, math.Floor(p.Bits))
}

// Refuted is the error of an identity that is false. It is certain, whatever the bits asked for: see "Refutation" in the
// package documentation.
type Refuted struct {
	Identity string
	Shape    Shape
	Equation string // the one that fails
	Row, Col int    // the entry that differs, counted from 0
	Prime    uint64 // modulo which it differs
}

// Error tells the identity, the shape, the equation, the entry and the prime.
func (r *Refuted) Error() string {
	return fmt.Sprintf("certificate: %s is false for %v: %s differ in entry (%d, %d) modulo %d",
		r.Identity, r.Shape, r.Equation, r.Row, r.Col, r.Prime)
}

// Prove returns a proof of the identity for all matrices of the shape, with error probability at most 2^-bits: it evaluates
// both sides as often as that takes, each time in a fresh random field at a fresh random point. That is three times for 128
// bits, unless degrees run into the hundred thousands. The randomness is all rng's: the same rng in the same state gives
// the same result.
//
// Errors: *[Refuted] if the identity is false; one that wraps [ErrSingular] if an inverse in it exists nowhere; one that wraps
// [ErrBound] if its degrees are too large. Bits below 1, or an identity without equations, are misuse and panic.
func (id Identity) Prove(rng *rand.Rand, s Shape, bits int) (Proof, error) {
	return id.prove(rng, s, bits, gfp.RandomField)
}

// prove is Prove with another source of fields, for tests in fields so small that things happen in them. Its bits mean
// nothing then.
func (id Identity) prove(rng *rand.Rand, s Shape, bits int, field func(*rand.Rand) gfp.Field) (Proof, error) {
	if bits < 1 {
		panic(fmt.Sprintf("certificate: a proof of %d bits", bits))
	}
	equations := system(id.Build(NewBuilder(), s))
	if len(equations) == 0 {
		panic(fmt.Sprintf("certificate: %s has no equations for %v", id.Name, s))
	}
	worst, denominatorDegree := equations.difference()
	proof := Proof{
		Shape:             s,
		Degree:            worst.degree,
		DenominatorDegree: denominatorDegree,
		Log2Height:        worst.height,
	}
	each := errorBits(worst, denominatorDegree)
	if each < 1 {
		return Proof{}, fmt.Errorf("certificate: %s for %v, of degree %d over denominators of degree %d and height 2^%d: %w",
			id.Name, s, worst.degree, denominatorDegree, worst.height, ErrBound)
	}
	for proof.Bits < float64(bits) {
		rejected, err := equations.check(field(rng), rng)
		if refuted := (*Refuted)(nil); errors.As(err, &refuted) {
			refuted.Identity, refuted.Shape = id.Name, s
			return Proof{}, refuted
		}
		if err != nil {
			return Proof{}, fmt.Errorf("certificate: %s for %v: %w", id.Name, s, err)
		}
		proof.Evaluations++
		proof.Resampled += rejected
		proof.Bits = float64(proof.Evaluations) * each // the evaluations are independent
	}
	return proof, nil
}

// check evaluates all equations at one random point of one field, and returns a *Refuted for the first entry that differs. Also
// returned is the number of points that had to be replaced.
func (equations system) check(f gfp.Field, rng *rand.Rand) (rejected int, err error) {
	values, rejected, err := evaluateSomewhere(f, rng, equations.roots())
	if err != nil {
		return rejected, err
	}
	for _, q := range equations {
		left, right := values[q.Left.node], values[q.Right.node]
		rows, cols := left.Dims()
		for i := range rows {
			for j := range cols {
				if left.At(i, j) != right.At(i, j) {
					return rejected, &Refuted{Equation: q.String(), Row: i, Col: j, Prime: f.Prime()}
				}
			}
		}
	}
	return rejected, nil
}
