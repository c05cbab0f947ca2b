// Package certificate proves identities between matrices — polynomial ones such as
//
//	det(t·I − W·D) = det(t·I − D·W),
//
// and rational ones, with inverses — for all matrices of a shape at once, with a stated error probability of 2^-128 or
// whatever is asked for; refutes false ones with certainty; and proves lower bounds of generic ranks with certainty.
//
// # Use
//
// An [Identity] is a function that writes the equations for a [Shape], with the leaves of a [Builder] and the methods of
// [Expr]:
//
//	id := certificate.Identity{
//		Name: "one characteristic polynomial",
//		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
//			w, d := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N)
//			tI := b.Identity(s.N).Scaled(b.Scalar("t"))
//			return []certificate.Equation{tI.Minus(w.Times(d)).Det().Equals(tI.Minus(d.Times(w)).Det())}
//		},
//	}
//	proof, err := id.Prove(rng, certificate.Shape{N: 10}, 128)
//
// Hypotheses that are not themselves free parameters are parametrized away. "Let V be a basis of eigenvectors of WD, with
// eigenvalues J" is W := V·J·V⁻¹·D⁻¹ with generic V, J, D. "Let S be the stationary covariance for the noise P" is P := S −
// J·S·Jᵀ with a generic symmetric S. What holds for generic matrices holds for those that satisfy inequalities too, such as
// positive definite ones.
//
// # One random point
//
// A polynomial of degree d over GF(p) that is not zero vanishes at a uniformly random point of GF(p)^m with probability at
// most d/p (Schwartz, Zippel; by induction on m, a polynomial in one indeterminate having at most d roots). The difference
// of the two sides of a false identity is such a polynomial. With p > 2^60 and d = 20 it is overlooked with probability
// below 2^-55.
//
// # From GF(p) to the rationals
//
// That the identity holds modulo p does not make it true: 2^61·x = x is true modulo the prime 2^61 − 1. But a false
// identity has a coefficient c ≠ 0 in the difference of its sides, and it holds modulo p only if p divides c. If the height
// H bounds |c|, at most ⌊log2 H / 60⌋ primes above 2^60 do, out of more than 2.7·10^16 in [2^60, 2^61); so the prime is
// drawn at random as well, and freshly for every evaluation, and k independent evaluations overlook a false identity with
// probability at most
//
//	( d/(2^60 − d_den) + ⌊log2 H / 60⌋/(2.7·10^16) )^k.
//
// Further points at the same prime would not make the second term smaller. For H < 2^60 it is zero. The first term's d_den
// is the degree of the product of all denominators: a point where an inverse does not exist is replaced by another one, and
// the probability is that for the points that remain. In this way k = 3 gives 128 bits, up to degrees of a hundred
// thousand.
//
// # Degree and height are derived, not stated
//
// An [Expr] is a graph of operations, and has two interpretations. One computes its value at a point of GF(p)^m. The other
// derives from the same graph bounds of what it would be if it were multiplied out: a matrix Num/den of polynomials with
// integer coefficients, over one common denominator. The rules, one for each operation, are a few lines each and stand
// beside the code:
//
//	A ± B   Num(A)·(den/den(A)) ± Num(B)·(den/den(B)) over den = lcm(den(A), den(B))
//	A·B     Num(A)·Num(B) over den(A)·den(B)
//	det A   det Num(A) over den(A)^n
//	A⁻¹     den(A)·adj Num(A) over det Num(A)
//
// Denominators are kept as products of the determinants det Num(A), so that equal factors are recognized and not counted
// twice. Entries known to be zero stay zero: a product with a diagonal matrix is no sum. Determinants are bounded by rows,
// by columns, and by the ranks of the summands, which gives the exact degrees 2N for the identity above and N + 2R for its
// low-rank form. For height the sum of the absolute values of the coefficients is bounded, as it is submultiplicative. The
// tests multiply random formulas out, and compare.
//
// # What is proved
//
// That the two sides are the same rational functions over ℚ. So they are equal, wherever all inverses in the formula exist,
// for all matrices over ℚ, ℝ and ℂ. What happens where an inverse does not exist is left open. That each of them exists
// somewhere is part of the proof.
//
// # Refutation
//
// A false identity fails at the first point, nearly always, and the verdict is certain, with no appeal to chance. The
// quotients of integer polynomials whose denominators are not zero at the point x modulo p form a ring, and to evaluate
// them at x modulo p is a homomorphism from it to GF(p). All parts of the formula are in that ring, as each determinant
// that had to be inverted was not zero. Equal functions have equal values; the values of the sides differ; so the sides
// differ.
//
// For the same reason a [RankClaim] that is proved is certain. The rank found at x modulo p is that of a minor whose value
// is not zero, which then is not the zero function: for generic matrices over ℚ, ℝ or ℂ — all but the zeros of one
// polynomial — the rank is at least that. The claim that a rank is too *low* remains one with an error probability, unless
// the shapes of the factors imply it.
package certificate
