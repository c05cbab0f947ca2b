package certificate

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/gfp"
)

// RankClaim says that a matrix of rational functions has at least a certain rank for generic values of the indeterminates: for
// all but those where certain minors, not all identically zero, vanish together.
type RankClaim struct {
	Name    string
	Build   func(b *Builder, s Shape) Expr
	AtLeast func(s Shape) int
}

// RankProof is the certificate of a rank. It is certain, with no error probability: at a point modulo p the matrix had the
// rank AtLeast, so a minor of that size is not zero there, nor then identically over ℚ.
type RankProof struct {
	Shape       Shape
	AtLeast     int // the generic rank is at least this: what was found, and no less than what was claimed
	AtMost      int // the rank is at most this at every point, from the shapes of the factors alone
	Evaluations int
	Resampled   int // points that were zeros of a denominator, and were replaced
}

// Exact reports whether the two bounds meet, which proves the generic rank.
func (p RankProof) Exact() bool { return p.AtLeast == p.AtMost }

// RankTooLow is the error of a rank claim that failed.
type RankTooLow struct {
	Claim   string
	Shape   Shape
	Matrix  string
	Claimed int
	Found   int // the largest rank at the points tried
	AtMost  int // the rank is at most this at every point, from the shapes of the factors alone
	// Bits is −log2 of a bound of the probability that the claim is true in spite of this outcome; +∞, certainty, if
	// AtMost < Claimed.
	Bits float64
}

// Error tells the claim, the shape, the matrix and both ranks.
func (r *RankTooLow) Error() string {
	return fmt.Sprintf("certificate: %s fails for %v: %s has rank %d at random points, not %d",
		r.Claim, r.Shape, r.Matrix, r.Found, r.Claimed)
}

// rankEvaluations is how many points see a rank that is too low before the claim is given up.
const rankEvaluations = 3

// Prove returns a proof that the generic rank for the shape is at least what the claim says. A claim that is true is proved at
// the first point, but for a probability of about degree/2^60.
//
// Errors: *[RankTooLow] after three points; one that wraps [ErrSingular] if an inverse exists nowhere.
func (c RankClaim) Prove(rng *rand.Rand, s Shape) (RankProof, error) {
	return c.prove(rng, s, gfp.RandomField)
}

// prove is Prove with another source of fields, for tests.
func (c RankClaim) prove(rng *rand.Rand, s Shape, field func(*rand.Rand) gfp.Field) (RankProof, error) {
	matrix, claimed := c.Build(NewBuilder(), s), c.AtLeast(s)
	roots := []*node{matrix.node}
	bounds, factors := measure(roots)
	bound := bounds[matrix.node]
	proof := RankProof{Shape: s, AtMost: bound.rank}
	for proof.Evaluations < rankEvaluations {
		values, rejected, err := evaluateSomewhere(field(rng), rng, roots)
		if err != nil {
			return RankProof{}, fmt.Errorf("certificate: %s for %v: %w", c.Name, s, err)
		}
		proof.Evaluations++
		proof.Resampled += rejected
		proof.AtLeast = max(proof.AtLeast, values[matrix.node].Rank())
		if proof.AtLeast >= claimed {
			return proof, nil
		}
	}
	tooLow := &RankTooLow{
		Claim: c.Name, Shape: s, Matrix: matrix.String(),
		Claimed: claimed, Found: proof.AtLeast, AtMost: proof.AtMost, Bits: math.Inf(1),
	}
	if claimed <= proof.AtMost {
		// Were the claim true, one minor of the claimed size would not be identically zero, and every evaluation overlooked it.
		denominatorDegree := 0
		for _, delta := range factors {
			denominatorDegree = add(denominatorDegree, delta.degree)
		}
		tooLow.Bits = rankEvaluations * errorBits(bound.anyMinor(claimed), denominatorDegree)
	}
	return RankProof{}, tooLow
}
