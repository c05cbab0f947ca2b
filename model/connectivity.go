package model

import "gonum.org/v1/gonum/mat"

// Connectivity is the recurrent matrix W (N×N) as an operator, so that a
// low-rank one is never expanded.
type Connectivity interface {
	// Units returns N.
	Units() int
	// Apply sets dst = W x; dst and x have length N and do not overlap.
	Apply(dst, x []float64)
	// ApplyTranspose sets dst = Wᵀ x.
	ApplyTranspose(dst, x []float64)
	// Dense returns W as a new N×N matrix.
	Dense() *mat.Dense
}

// Dense is a connectivity given by all of its N² entries.
type Dense struct{ w *mat.Dense }

// NewDense returns the connectivity W (N×N), N ≥ 1, copied. An entry that is
// not finite, or a shape that is not square, is ErrInvalid.
func NewDense(w mat.Matrix) (*Dense, error) {
	rows, cols := w.Dims()
	if rows != cols || rows == 0 {
		return nil, invalidf("W is %d×%d, want square", rows, cols)
	}
	if err := finiteMatrix("W", w); err != nil {
		return nil, err
	}
	return &Dense{mat.DenseCopyOf(w)}, nil
}

// Units returns N.
func (d *Dense) Units() int { n, _ := d.w.Dims(); return n }

// Apply sets dst = W x.
func (d *Dense) Apply(dst, x []float64) {
	vec(dst).MulVec(d.w, vec(x))
}

// ApplyTranspose sets dst = Wᵀ x.
func (d *Dense) ApplyTranspose(dst, x []float64) {
	vec(dst).MulVec(d.w.T(), vec(x))
}

// Dense returns a copy of W.
func (d *Dense) Dense() *mat.Dense { return mat.DenseCopyOf(d.w) }

// LowRank is W = scale · M Nᵀ with loadings M and N (both N×R). The scale is
// 1 in families L and S and 1/N in family M; it is never implied.
type LowRank struct {
	m, n  *mat.Dense
	scale float64
}

// NewLowRank returns W = scale · M Nᵀ from M and N of one shape N×R, R ≥ 1,
// copied. Different shapes, or a number that is not finite, are ErrInvalid.
func NewLowRank(m, n mat.Matrix, scale float64) (*LowRank, error) {
	mr, mc := m.Dims()
	nr, nc := n.Dims()
	if mr != nr || mc != nc {
		return nil, invalidf("M is %d×%d and N is %d×%d, want one shape", mr, mc, nr, nc)
	}
	if mr == 0 || mc == 0 {
		return nil, invalidf("M is %d×%d, want at least 1×1", mr, mc)
	}
	if err := finiteMatrix("M", m); err != nil {
		return nil, err
	}
	if err := finiteMatrix("N", n); err != nil {
		return nil, err
	}
	if err := finiteVector("scale", []float64{scale}, 1); err != nil {
		return nil, err
	}
	return &LowRank{mat.DenseCopyOf(m), mat.DenseCopyOf(n), scale}, nil
}

// Units returns N.
func (l *LowRank) Units() int { n, _ := l.m.Dims(); return n }

// Rank returns R, the number of columns of M: an upper bound of rank W.
func (l *LowRank) Rank() int { _, r := l.m.Dims(); return r }

// Scale returns the factor in front of M Nᵀ.
func (l *LowRank) Scale() float64 { return l.scale }

// M returns a copy of the output loadings (N×R), the directions that
// recurrent activity can take.
func (l *LowRank) M() *mat.Dense { return mat.DenseCopyOf(l.m) }

// N returns a copy of the input-selection loadings (N×R).
func (l *LowRank) N() *mat.Dense { return mat.DenseCopyOf(l.n) }

// Latent sets kappa = scale · Nᵀ r, the R numbers through which activity r (N)
// acts on the network.
func (l *LowRank) Latent(kappa, r []float64) {
	k := vec(kappa)
	k.MulVec(l.n.T(), vec(r))
	k.ScaleVec(l.scale, k)
}

// Apply sets dst = scale · M (Nᵀ x) in O(N R).
func (l *LowRank) Apply(dst, x []float64) {
	kappa := make([]float64, l.Rank())
	l.Latent(kappa, x)
	vec(dst).MulVec(l.m, vec(kappa))
}

// ApplyTranspose sets dst = scale · N (Mᵀ x) in O(N R).
func (l *LowRank) ApplyTranspose(dst, x []float64) {
	k := mat.NewVecDense(l.Rank(), nil)
	k.MulVec(l.m.T(), vec(x))
	k.ScaleVec(l.scale, k)
	vec(dst).MulVec(l.n, k)
}

// Dense returns scale · M Nᵀ expanded to N×N.
func (l *LowRank) Dense() *mat.Dense {
	var w mat.Dense
	w.Mul(l.m, l.n.T())
	w.Scale(l.scale, &w)
	return &w
}

func vec(x []float64) *mat.VecDense { return mat.NewVecDense(len(x), x) }
