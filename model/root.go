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
// of a standard deviation each column of X may leave of a combination that Σ
// makes 0, most the first. Of correlations off by E, ‖E‖ ≤ 16un, an eigenvector
// v of the eigenvalue λ has |w·v| ≤ ‖E‖/λ along the unit vector w of such a
// combination, and √λ|w·v| is left: most for the least λ.
func covarianceRootTo(cov array) (x array, off []float64, err error) {
	deviation := make([]float64, cov.rows)
	for i := range deviation {
		deviation[i] = math.Sqrt(math.Max(cov.at(i, i), 0))
	}
	per := reciprocals(deviation)
	if l, ok := wellConditionedRoot(cov.scaledRows(per).scaledColumns(per)); ok {
		return l.scaledRows(deviation), nil, nil
	}
	values, vectors, err := cov.scaledRows(per).scaledColumns(per).eigenSym()
	if err != nil {
		return array{}, nil, err
	}
	from, cut := 0, 16*unitRoundoff*float64(cov.rows)
	for from < len(values) && !(values[from] > cut) {
		from++
	}
	size := roots(values[from:])
	if from > 0 {
		for _, root := range size {
			off = append(off, cut/root)
		}
	}
	return vectors.columns(from, len(values)).scaledColumns(size).scaledRows(deviation), off, nil
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
	kept, err := rootOfRest(y, s[:rank], negligible(x.rows+x.cols))
	if err != nil {
		return array{}, err
	}
	root := u.columns(0, rank).scaledColumns(s[:rank]).mul(kept).scaledRows(size)
	return compress(root, size), nil
}

// rootOfRest returns K, I − Y Yᵀ = K Kᵀ (r×r), where row i of Y is a direction
// in which X has the size s_i, falling. H is known to a fraction of its size,
// and row i of Y to e_i = fraction·s_0/s_i. So directions of about one size are
// taken together, by singular values, and what is below e_i of those is zero:
// left to the smallest, e_i would be that of all. Smaller ones are conditioned
// on larger ones, by elimination: of Z = [Y K] as far as it is known, the rows
// that follow are −Z_i Z_gᵀ (I − Z_g Z_gᵀ)^(−½), no longer than I − Y Yᵀ and e_i allow.
func rootOfRest(y array, s []float64, fraction float64) (array, error) {
	const about = 0x1p-4 // of one size
	kept := newArray(y.rows, y.rows)
	z := y
	for from := 0; from < y.rows; {
		to := from + 1
		for to < y.rows && s[to] > about*s[from] {
			to++
		}
		group := array{to - from, z.cols, z.data[from*z.cols : to*z.cols]}
		taken, t, _, err := group.svd()
		if err != nil {
			return array{}, err
		}
		cut, inverse := fraction*s[0]/s[to-1], make([]float64, len(t))
		for j := range t {
			left := (1 - t[j]) * (1 + t[j])
			if left > cut {
				inverse[j] = 1 / math.Sqrt(left)
			} else {
				left = 0
			}
			t[j] = 1 - math.Sqrt(left)
		}
		block := identityArray(to - from).minus(taken.scaledColumns(t).mulT(taken)) // (I − Z_g Z_gᵀ)^½
		for i := range block.rows {
			copy(kept.row(from + i)[from:], block.row(i))
		}
		if to < y.rows {
			below := array{y.rows - to, z.cols, z.data[to*z.cols:]}.mulT(group).mul(taken).scaledColumns(inverse).mulT(taken).scaled(-1)
			next := newArray(y.rows, z.cols+to-from)
			for i := range y.rows - to {
				known, more := z.row(to+i), below.row(i)
				room := math.Max(1-sumSquares(known), 0) + fraction*s[0]/s[to+i]
				if length := sumSquares(more); length > room { // of rounding
					for j := range more {
						more[j] *= math.Sqrt(room / length)
					}
				}
				copy(kept.row(to + i)[from:], more)
				copy(next.row(to+i), known)
				copy(next.row(to + i)[z.cols:], more)
			}
			z = next
		}
		from = to
	}
	return kept, nil
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
