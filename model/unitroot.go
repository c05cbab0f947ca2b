package model

import "math"

// unitRoot is a root of a covariance, Σ = G Gᵀ with G (n×g). It acts on arrays,
// and keeps what a product with Σ would square away: the singular values of GᵀX
// are known to rounding relative to ‖G‖, those of XᵀΣX only to its root.
//
// Of a structured covariance it is T (I_⊥ + B S correlation^½ Bᵀ) (n×n), in the
// words of noiseCore: diag(d)^½ for diag(d). It is explicit, F itself, for F Fᵀ.
type unitRoot struct {
	scale   []float64 // T
	noisy   []bool    // where I_⊥ is not zero; nil: everywhere
	b, core array     // B (n×k) and S correlation^½ (k×k)
	full    array     // G where it is explicit
}

// root decomposes Σ, in O(n (p+h)²), or O(n³) where it is dense. Eigenvalues
// of what is scaled to correlations that rounding cannot tell from zero are
// zero in the root.
func (s Noise) root() (unitRoot, error) {
	if s.Kind() == DenseNoiseKind {
		full, err := covarianceRoot(s.full)
		return unitRoot{full: full}, err
	}
	if s.plus.cols+s.minus.cols == 0 {
		return unitRoot{scale: roots(s.diag), b: newArray(s.n, 0)}, nil
	}
	if s.minus.cols == 0 && (array{1, s.n, s.diag}).maxAbs() == 0 {
		return unitRoot{full: s.plus}, nil
	}
	c := s.core()
	values, vectors, err := c.correlation.eigenSym()
	if err != nil {
		return unitRoot{}, err
	}
	g := unitRoot{scale: c.scale, noisy: make([]bool, s.n), b: c.b}
	for _, i := range c.noisy {
		g.noisy[i] = true
	}
	for i, x := range s.variances() {
		if x == 0 { // orthonormal columns have rounding there
			clear(g.b.row(i))
			g.noisy[i] = false // a d of its own is what H took away
		}
	}
	g.core = vectors.scaledColumns(cutRoots(values)).mulT(vectors).scaledRows(c.spread)
	return g, nil
}

// cutRoots returns the roots of eigenvalues (smallest first) of a matrix whose
// entries are at most about 1, zero for those that are rounding.
func cutRoots(values []float64) []float64 {
	out := roots(values)
	for i, x := range values {
		if !(x > float64(DefaultRankTolerance(len(values), 1))*math.Max(1, values[len(values)-1])) {
			out[i] = 0
		}
	}
	return out
}

// inputs returns g.
func (g unitRoot) inputs() int {
	if g.scale == nil {
		return g.full.cols
	}
	return len(g.scale)
}

// times returns G X (n×k) for X (g×k).
func (g unitRoot) times(x array) array {
	if g.scale == nil {
		return g.full.mul(x)
	}
	return g.unscaled(x, g.core).scaledRows(g.scale)
}

// tmul returns Gᵀ X (g×k) for X (n×k).
func (g unitRoot) tmul(x array) array {
	if g.scale == nil {
		return g.full.tmul(x)
	}
	return g.unscaled(x.scaledRows(g.scale), g.core.t())
}

// unscaled returns (I_⊥ + B core Bᵀ) X.
func (g unitRoot) unscaled(x, core array) array {
	if g.noisy == nil {
		return x
	}
	noisy := x.clone()
	for i, is := range g.noisy {
		if !is {
			clear(noisy.row(i))
		}
	}
	return noisy.plus(g.b.mul(core.mul(g.b.tmul(x)).minus(g.b.tmul(noisy))))
}

// variances returns the diagonal of Σ, none below 0.
func (s Noise) variances() []float64 {
	out := make([]float64, s.n)
	for i := range out {
		out[i] = math.Max(0, s.At(i, i))
	}
	return out
}
