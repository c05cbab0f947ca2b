package model

import (
	"math"
)

// HankelRank returns the rank of the Hankel matrix (Λ_{i+j−1}), i, j = 1, 2, …,
// of the stationary process: the least number of latents of any linear system
// with its law whose two noises may be correlated. With independent noises it
// takes that many or more, and at least rank [Λ_1, Λ_1ᵀ] (ToLDS).
//
// In coordinates where latents are of the size of what makes them up, before
// anything cancels, and units have unit variance, it is
// the number of directions that A reaches from A V Cᵀ and C sees through A.
// They are found one after the other, so that Singular is what was seen of each
// beside those before it, and Cut grows as the directions reached are less
// sharply known; units of N are never multiplied with one another. A
// system that is not certified stable is ErrUnstable, a tolerance that is none
// ErrInvalid; any law of x_1 is left aside. (S7)
func (l *LDS) HankelRank(tol RankTolerance) (RankDecision, error) {
	if err := tol.check(); err != nil {
		return RankDecision{}, err
	}
	if _, err := l.latentLyapunov(); err != nil { // stability is certified there
		return RankDecision{}, err
	}
	q, err := noiseRoot(l.q)
	if err != nil {
		return RankDecision{}, err
	}
	root, err := stationaryRoot(l.a, q)
	if err != nil {
		return RankDecision{}, err
	}
	deviation := rowNorms(root)
	terms, least := reach(l.a, deviation), negligible(len(deviation))
	for i, x := range rowNorms(q) {
		if terms[i] += x; !(deviation[i] > least*terms[i]) { // a latent that never moves does not move by rounding either
			clear(root.row(i))
		}
	}
	for i, x := range terms { // with what cancels counted in full, so that rounding is small beside it
		deviation[i] = powerOfTwo(x)
	}
	per := reciprocals(deviation)
	a, c := l.a.scaledRows(per).scaledColumns(deviation), l.c.scaledColumns(deviation)
	root = root.scaledRows(per)
	variances := l.r.variances()
	for i, size := range rowNorms(c.mul(root)) {
		variances[i] = math.Sqrt(variances[i] + size*size)
	}
	_, c = c.scaledRows(reciprocals(variances)).qr() // what units say of the latents, in at most K rows
	cut := tol.of(max(l.Units(), a.rows), a.rows)
	cov := root.mulT(c.mul(root))
	reached, passed, err := spanned(a, a.mul(cov), a.abs().mul(cov.abs()).frobenius(), cut)
	if err != nil {
		return RankDecision{}, err
	}
	known := 1.0 // the least sharply known direction
	for _, s := range passed {
		if s > cut {
			known = math.Min(known, s)
		}
	}
	seen, sizes, err := spanned(reached.tmul(a).mul(reached).t(), c.mul(reached).t(), c.frobenius(), cut/known)
	if err != nil {
		return RankDecision{}, err
	}
	for _, s := range passed {
		if !(s > cut) { // of those that A does not reach C sees nothing
			sizes = append(sizes, s)
		}
	}
	d := decide("(Λ_{i+j−1}) (relative, direction by direction)", sizes, cut/known)
	d.Rank = seen.cols
	return d, nil
}

// spanned returns an orthonormal basis of the smallest space that holds what a
// start spans and that A maps into itself, and the sizes of the directions as
// they were found. The size of the start is that of what it was computed from,
// lest what cancels be taken for all of it. A direction of which little was seen
// is known to as few digits: A applied to it counts for as little, and so does
// what is left of a vector that lay along it.
func spanned(a, start array, size, cut float64) (basis array, sizes []float64, err error) {
	basis = newArray(a.rows, 0)
	if norm := a.frobenius(); norm > 0 {
		a = a.scaled(1 / norm)
	}
	if size > 0 {
		start = start.scaled(1 / size)
	}
	var known []float64 // the size of each direction of the basis
	for fresh := start; basis.cols < basis.rows; {
		along := basis.tmul(fresh)
		weights := make([]float64, fresh.cols)
		for j := range weights {
			blurred := 1.0
			for i, size := range known {
				blurred = math.Max(blurred, math.Abs(along.at(i, j))/size)
			}
			weights[j] = 1 / blurred
		}
		next, s, err := apart(fresh.scaledColumns(weights), basis, cut)
		if err != nil {
			return basis, nil, err
		}
		sizes = append(sizes, s...)
		if next.cols == 0 {
			break
		}
		basis, known = basis.beside(next), append(known, s[:next.cols]...)
		fresh = a.mul(next.scaledColumns(s[:next.cols]))
	}
	return basis, sizes, nil
}

// HankelRank returns the rank of the Hankel matrix (Λ_{i+j−1}), i, j = 1, 2, …,
// of the stationary process, which is that of Λ_1, at most R: as for an LDS,
// the least number of latents if the two noises may be correlated, 0 for a
// white process. A network that is not certified stable is ErrUnstable, a
// tolerance that is none, or numbers that overflow, ErrInvalid; any law of y_0 is
// left aside. (S7)
func (net *LinearRNN) HankelRank(tol RankTolerance) (RankDecision, error) {
	if err := tol.check(); err != nil {
		return RankDecision{}, err
	}
	if _, err := net.latentLyapunov(); err != nil {
		return RankDecision{}, err
	}
	stationary := *net
	stationary.initial = nil
	b, err := stationary.feedback(tol)
	if err != nil {
		return RankDecision{}, err
	}
	if err := b.dropSilent(tol); err != nil {
		return RankDecision{}, err
	}
	return b.decisions[1], nil // rank NᵀSN, for M and N of full rank that of Λ_1 = M (SN)ᵀ
}
