package model

import "math"

// covarianceRoot returns X with Σ = X Xᵀ for a covariance given as numbers. It
// is here that a given Σ is found singular: of Σ scaled to correlations, an
// eigenvalue of no more than n·2⁻⁴⁹ is zero.
func covarianceRoot(cov array) (array, error) {
	x, _, err := covarianceRootTo(cov)
	return x, err
}

// covarianceRootTo returns covarianceRoot and, of a singular Σ, what fraction
// of a standard deviation X may leave of a combination that Σ makes 0. Of
// correlations off by E, ‖E‖ ≤ 16un, an eigenvector v of the eigenvalue λ has
// |w·v| ≤ ‖E‖/λ along the unit vector w of such a combination, and √λ|w·v| is
// left: most for the least λ.
func covarianceRootTo(cov array) (x array, off float64, err error) {
	deviation := make([]float64, cov.rows)
	for i := range deviation {
		deviation[i] = math.Sqrt(math.Max(cov.at(i, i), 0))
	}
	per := reciprocals(deviation)
	if l, ok := wellConditionedRoot(cov.scaledRows(per).scaledColumns(per)); ok {
		return l.scaledRows(deviation), 0, nil
	}
	values, vectors, err := cov.scaledRows(per).scaledColumns(per).eigenSym()
	if err != nil {
		return array{}, 0, err
	}
	from, cut := 0, 16*unitRoundoff*float64(cov.rows)
	for from < len(values) && !(values[from] > cut) {
		from++
	}
	if from > 0 && from < len(values) {
		off = cut / math.Sqrt(values[from])
	}
	return vectors.columns(from, len(values)).scaledColumns(roots(values[from:])).scaledRows(deviation), off, nil
}

// wellConditionedRoot returns the Cholesky factor of a matrix of correlations of
// many units, if it is regular without doubt. Then it is known as well as the
// smallest eigenvalues are, and eigenvectors take ten times as long.
func wellConditionedRoot(correlation array) (l array, ok bool) {
	const most = 0x1p26 // condition number: half of the digits
	if correlation.rows <= fewUnits {
		return array{}, false
	}
	l, condition, ok := correlation.cholesky()
	return l, ok && condition <= most
}

// reducedRoot returns a root of X Xᵀ − H Hᵀ ⪰ 0. Written X (I − Y Yᵀ) Xᵀ, H =
// X Y, the difference is of numbers between 0 and 1, so that what is left of a
// direction is known relative to what there was in it, however small.
func reducedRoot(x, h array) (array, error) {
	if h.cols == 0 || x.rows == 0 {
		return x, nil
	}
	size := rowNorms(x)
	per := reciprocals(size)
	u, s, _, err := x.scaledRows(per).svd() // a root is free up to a rotation of its columns
	if err != nil {
		return array{}, err
	}
	rank := 0
	for rank < len(s) && s[rank] > negligible(x.rows+x.cols)*s[0] {
		rank++
	}
	if rank == 0 {
		return newArray(x.rows, 0), nil
	}
	y := u.columns(0, rank).tmul(h.scaledRows(per))
	for i := range rank {
		for j := range y.row(i) {
			y.row(i)[j] /= s[i]
		}
	}
	taken, t, _, err := y.svd()
	if err != nil {
		return array{}, err
	}
	// H is known to rounding of its size, which is magnified where X is small.
	cut := negligible(x.rows+x.cols) * s[0] / s[rank-1]
	for j := range t {
		left := (1 - t[j]) * (1 + t[j])
		if !(left > cut) {
			left = 0
		}
		t[j] = 1 - math.Sqrt(left)
	}
	kept := identityArray(rank).minus(taken.scaledColumns(t).mulT(taken)) // (I − Y Yᵀ)^½
	root := u.columns(0, rank).scaledColumns(s[:rank]).mul(kept).scaledRows(size)
	return compress(root, size), nil
}

// projectedRoot returns a root (k×·) of Bᵀ Σ B for a Noise Σ of n units and B
// (n×k), in O(n k (k+p+h)) unless Σ is dense.
func projectedRoot(s Noise, b array) (array, error) {
	if s.Kind() == DenseNoiseKind {
		full, err := covarianceRoot(s.full)
		if err != nil {
			return array{}, err
		}
		return compress(b.tmul(full), reach(b.t(), rowNorms(full))), nil
	}
	_, r := b.scaledRows(roots(s.diag)).qr()
	size := rowNorms(r.t())
	for i, x := range reach(b.t(), rowNorms(s.plus)) {
		size[i] += x
	}
	x := compress(r.t().beside(b.tmul(s.plus)), size)
	return reducedRoot(x, b.tmul(s.minus))
}

// noiseRoot returns a root (n×·) of a covariance of few numbers.
func noiseRoot(s Noise) (array, error) { return projectedRoot(s, identityArray(s.n)) }
