package model

// unread returns R_v = P − W Wᵀ, the covariance of the noise that is not fed
// back. It is root (I − fed fedᵀ) rootᵀ, positive semidefinite whatever fed is
// off by in rounding. A unit whose noise is fed back whole has none left, not
// rounding of some, which would count where covariances are scaled to
// correlations.
func (b *feedback) unread(p Noise) Noise {
	w := b.root.times(b.fed)
	switch {
	case b.root.scale == nil:
		rest := b.root.full.minus(w.mulT(b.fed))
		for i := range p.n {
			whole := (array{1, rest.cols, b.root.full.row(i)}).frobenius()
			if (array{1, rest.cols, rest.row(i)}).frobenius() <= float64(DefaultRankTolerance(rest.cols, 1))*whole {
				clear(rest.row(i))
			}
		}
		if p.Kind() != DenseNoiseKind {
			return factorNoise(rest)
		}
		return Noise{n: p.n, full: rest.mulT(rest).symmetrized(), plus: newArray(p.n, 0), minus: newArray(p.n, 0)}
	case p.Kind() == LowRankPlusDiagonal:
		return Noise{n: p.n, diag: p.diag, plus: p.plus, minus: p.minus.beside(w)}
	}
	diag := append([]float64{}, p.diag...)
	for i := range p.n {
		if fedWhole(b.fed, i) {
			diag[i] = 0
			clear(w.row(i))
		}
	}
	if w.frobenius() == 0 { // every unit's noise is fed back whole, or not at all
		w = newArray(p.n, 0)
	}
	return Noise{n: p.n, diag: diag, plus: p.plus, minus: w}
}

// fedWhole reports whether the unit's own direction lies in the span of
// orthonormal columns, to rounding: all of it is in its own projection, and
// nothing in that of others. At most as many units pass the first test as
// there are columns, and few more, so that all together cost O(N g²).
func fedWhole(fed array, unit int) bool {
	const nearly = 1 - 0x1p-20
	if own := (array{1, fed.cols, fed.row(unit)}).frobenius(); !(own > nearly) {
		return false
	}
	projection := array{1, fed.rows, fed.timesVector(fed.row(unit))}
	projection.data[unit] = 0
	return projection.frobenius() <= float64(DefaultRankTolerance(fed.cols, 1))*4
}

// factorNoise returns F Fᵀ.
func factorNoise(f array) Noise {
	return Noise{n: f.rows, diag: make([]float64, f.rows), plus: f, minus: newArray(f.rows, 0)}
}
