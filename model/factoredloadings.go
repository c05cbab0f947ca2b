package model

// factoredLoadings is M Nᵀ = left·diag(singular)·rightᵀ, of the rank that was
// decided.
type factoredLoadings struct {
	left, right array // orthonormal, N×r
	singular    []float64
	size        float64 // of what M Nᵀ is the sum, before anything in it cancels
	decision    RankDecision
}

// factored meets R×R numbers beside two QR decompositions.
func factored(m, n array, tol RankTolerance) (factoredLoadings, error) {
	qm, rm := m.qr()
	qn, rn := n.qr()
	left, s, right, err := rm.mulT(rn).svd()
	if err != nil {
		return factoredLoadings{}, err
	}
	f := factoredLoadings{size: productSize(rm, rn)}
	f.decision = decide("J", s, tol.of(m.rows, m.cols)*f.size)
	r := f.decision.Rank
	f.left, f.right, f.singular = qm.mul(left.columns(0, r)), qn.mul(right.columns(0, r)), s[:r]
	return f, nil
}

// weak says that part of J is so small, beside what it is the sum of, that more
// than a few bits of its directions are rounding. Where J is of full rank they
// do not matter.
func (f factoredLoadings) weak() bool {
	const few = 8
	r := len(f.singular)
	return r > 0 && r < f.left.rows && f.size > few*f.singular[r-1]
}

// cancels says that a unit with noise looks larger by the loadings than by J: M G
// and N G⁻ᵀ are as good as M and N, yet may cancel in M Nᵀ.
func (net *LinearRNN) cancels(f factoredLoadings, scale []float64) (bool, error) {
	if net.m.cols == 1 || net.dense || len(f.singular) == 0 {
		return false, nil
	}
	_, _, tight, err := net.withLoadings(f.left, f.right.scaledColumns(f.singular), scale).scaledLoadings(scale, false)
	if err != nil {
		return false, err
	}
	for i, v := range net.p.variances() {
		if v > 0 && tight[i]*8 < scale[i] {
			return true, nil
		}
	}
	return false, nil
}

// withLoadings returns the network with loadings of units that are scaled by T.
func (net *LinearRNN) withLoadings(m, n array, scale []float64) *LinearRNN {
	return &LinearRNN{m: m.scaledRows(scale), n: n.scaledRows(reciprocals(scale)), p: net.p, initial: net.initial}
}

// sharpened returns F (orthonormal) and G with F Gᵀ = M Nᵀ to the last digits
// even of what is weak in it, and whether F mixes units, so that an entry of J is
// known beside those of its row and column. J x is in the range of J whatever x
// is, if it is summed in twice the digits, and right singular vectors make its
// columns as good as orthogonal.
func (f factoredLoadings) sharpened(m, n array) (out, into array, mixed bool) {
	if f.right.cols == f.right.rows { // of full rank: any basis will do
		out = identityArray(m.rows)
		return out, through(m, n, out).hi, false
	}
	out = through(n, m, f.right).hi
	out = out.scaledColumns(reciprocals(rowNorms(out.t())))
	_, r := out.qr()
	for i := range out.rows { // F = X R⁻¹, row by row: a unit that J does not move stays at zero
		row := out.row(i)
		for j := range row {
			for k := range j {
				row[j] -= row[k] * r.at(k, j)
			}
			row[j] /= r.at(j, j)
		}
	}
	return out, through(m, n, out).hi, true
}

// through returns B Aᵀ X to twice the digits.
func through(a, b, x array) wide {
	latent, _ := wideTMul(a, widen(x))
	out, _ := wideTMul(b.t(), latent)
	return out
}
