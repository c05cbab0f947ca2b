package exact

import (
	"math/big"
)

// CharPoly returns the characteristic polynomial det(tI − A), monic of degree n, 1 for 0×0. It panics unless A is square.
func (m *Matrix) CharPoly() Poly {
	m.mustBeSquare("CharPoly")
	c := m.charPolyOfNumerators()
	// A = M/d has the eigenvalues of M divided by d: the coefficient of t^(n−k) is that of M over d^k.
	p, scale := make(Poly, len(c)), big.NewInt(1)
	for k := range c {
		p[len(c)-1-k] = new(big.Rat).SetFrac(&c[k], scale)
		scale.Mul(scale, &m.den)
	}
	return p
}

// charPolyOfNumerators returns the coefficients of det(tI − M), M the integer matrix of the numerators, highest degree first.
//
// It is the algorithm of Samuelson and Berkowitz, which needs no division. Let p be the polynomial of the leading r×r block B;
// bordered by the row x, the column y and the corner a it becomes
//
//	(t − a) p(t) − x adj(tI − B) y,
//
// and since adj(tI − B) is the polynomial part of p(t) Σ_k B^k t^(−k−1), the new one is the polynomial part of
// p(t)·(t − a − x y/t − x B y/t² − …): a product of two series cut off after r+2 terms.
func (m *Matrix) charPolyOfNumerators() []big.Int {
	p := make([]big.Int, 1, m.rows+1)
	p[0].SetInt64(1)
	term := new(big.Int)
	for r := range m.rows {
		series := make([]big.Int, r+2)
		series[0].SetInt64(1)
		series[1].Neg(m.at(r, r))
		y := make([]big.Int, r) // B^k y
		for i := range y {
			y[i].Set(m.at(i, r))
		}
		for k := range r {
			if k > 0 {
				y = m.leadingTimes(y)
			}
			dot(&series[k+2], m.num[r*m.cols:], y, term)
			series[k+2].Neg(&series[k+2])
		}
		next := make([]big.Int, r+2)
		for i := range next {
			for j := 0; j <= min(i, r); j++ {
				next[i].Add(&next[i], term.Mul(&p[j], &series[i-j]))
			}
		}
		p = next
	}
	return p
}

// leadingTimes returns B y, B the leading block of the numerators of the size of y.
func (m *Matrix) leadingTimes(y []big.Int) []big.Int {
	out, term := make([]big.Int, len(y)), new(big.Int)
	for i := range out {
		dot(&out[i], m.num[i*m.cols:], y, term)
	}
	return out
}

// dot sets z, which is zero, to Σ_i x_i y_i over the length of y.
func dot(z *big.Int, x, y []big.Int, term *big.Int) {
	for i := range y {
		if x[i].Sign() != 0 && y[i].Sign() != 0 {
			z.Add(z, term.Mul(&x[i], &y[i]))
		}
	}
}

// RankSequence returns rank A^k for k = 0 … kmax, which starts with n. It panics unless A is square and kmax ≥ 0.
//
// Its differences c_k = rank A^(k−1) − rank A^k count the Jordan blocks at eigenvalue 0 of size at least k.
func (m *Matrix) RankSequence(kmax int) []int {
	m.mustBeSquare("RankSequence")
	mustNotBeNegative("RankSequence", kmax)
	integer := build(m.rows, m.cols, one, m.at) // a scalar factor changes no rank, and it keeps the numbers small
	ranks := make([]int, kmax+1)
	ranks[0] = m.rows
	image := integer // columns that span the range of A^k
	for k := 1; k <= kmax; k++ {
		if k >= 2 && ranks[k-1] == ranks[k-2] {
			ranks[k] = ranks[k-1] // range A^k = range A^(k+1) is mapped onto itself from then on
			continue
		}
		if k > 1 {
			image = integer.Mul(image)
		}
		image = image.RangeBasis()
		ranks[k] = image.cols
	}
	return ranks
}

// JordanRanks returns rank (A − μI)^k for k = 0 … kmax. It panics unless A is square, kmax ≥ 0 and mu is not nil.
//
// The ranks determine the Jordan blocks at μ: c_k = rank (A−μI)^(k−1) − rank (A−μI)^k of them have size at least k.
func (m *Matrix) JordanRanks(mu *big.Rat, kmax int) []int {
	m.mustBeSquare("JordanRanks")
	return m.Sub(Identity(m.rows).Scale(mu)).RankSequence(kmax)
}
