package model

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// array is a matrix stored row by row. Unlike a mat.Dense it may have no rows
// or no columns: a latent dimension K = 0 and a rank R = 0 are legal, and the
// code that meets them should not have to know.
type array struct {
	rows, cols int
	data       []float64
}

func newArray(rows, cols int) array { return array{rows, cols, make([]float64, rows*cols)} }

// arrayOf copies a matrix; nil is 0×0.
func arrayOf(m mat.Matrix) array {
	if m = given(m); m == nil {
		return array{}
	}
	rows, cols := m.Dims()
	b := newArray(rows, cols)
	for i := range rows {
		for j := range cols {
			b.data[i*cols+j] = m.At(i, j)
		}
	}
	return b
}

// given returns m, and nil for a nil pointer: what has no entries is handed out
// as one, and may be handed in again.
func given(m mat.Matrix) mat.Matrix {
	none := m == nil
	switch p := m.(type) {
	case *mat.Dense:
		none = p == nil
	case *mat.SymDense:
		none = p == nil
	case *mat.VecDense:
		none = p == nil
	case *mat.DiagDense:
		none = p == nil
	}
	if none {
		return nil
	}
	return m
}

func identityArray(n int) array {
	b := newArray(n, n)
	for i := range n {
		b.data[i*n+i] = 1
	}
	return b
}

func diagonalArray(d []float64) array {
	b := newArray(len(d), len(d))
	for i, x := range d {
		b.data[i*len(d)+i] = x
	}
	return b
}

// dense returns a copy as a mat.Dense, nil where that cannot be.
func (b array) dense() *mat.Dense {
	if b.empty() {
		return nil
	}
	return mat.NewDense(b.rows, b.cols, append([]float64(nil), b.data...))
}

// symmetric returns (B + Bᵀ)/2 as a mat.SymDense, nil for 0×0.
func (b array) symmetric() *mat.SymDense {
	if b.empty() {
		return nil
	}
	return mat.NewSymDense(b.rows, b.symmetrized().data)
}

func (b array) empty() bool             { return b.rows == 0 || b.cols == 0 }
func (b array) at(i, j int) float64     { return b.data[i*b.cols+j] }
func (b array) set(i, j int, x float64) { b.data[i*b.cols+j] = x }
func (b array) row(i int) []float64     { return b.data[i*b.cols : (i+1)*b.cols] }

func (b array) column(j int) []float64 {
	c := make([]float64, b.rows)
	for i := range c {
		c[i] = b.at(i, j)
	}
	return c
}

func (b array) clone() array { return array{b.rows, b.cols, append([]float64(nil), b.data...)} }

func (b array) general() blas64.General {
	return blas64.General{Rows: b.rows, Cols: b.cols, Stride: max(1, b.cols), Data: b.data}
}

func (b array) product(ta, tb blas.Transpose, c array) array {
	rows, inner := b.rows, b.cols
	if ta == blas.Trans {
		rows, inner = inner, rows
	}
	cols, innerC := c.cols, c.rows
	if tb == blas.Trans {
		cols, innerC = innerC, cols
	}
	if inner != innerC {
		panic("model: arrays do not fit")
	}
	out := newArray(rows, cols)
	if !out.empty() && inner > 0 {
		blas64.Gemm(ta, tb, 1, b.general(), c.general(), 0, out.general())
	}
	return out
}

func (b array) mul(c array) array  { return b.product(blas.NoTrans, blas.NoTrans, c) } // B C
func (b array) mulT(c array) array { return b.product(blas.NoTrans, blas.Trans, c) }   // B Cᵀ
func (b array) tmul(c array) array { return b.product(blas.Trans, blas.NoTrans, c) }   // Bᵀ C

func (b array) t() array {
	out := newArray(b.cols, b.rows)
	for i := range b.rows {
		for j := range b.cols {
			out.data[j*b.rows+i] = b.data[i*b.cols+j]
		}
	}
	return out
}

func (b array) plus(c array) array  { return b.combined(1, c) }
func (b array) minus(c array) array { return b.combined(-1, c) }

// combined returns B + x C.
func (b array) combined(x float64, c array) array {
	if b.rows != c.rows || b.cols != c.cols {
		panic("model: arrays do not fit")
	}
	out := b.clone()
	for i, v := range c.data {
		out.data[i] += x * v
	}
	return out
}

func (b array) scaled(x float64) array {
	out := b.clone()
	for i := range out.data {
		out.data[i] *= x
	}
	return out
}

// scaledRows returns diag(d) B.
func (b array) scaledRows(d []float64) array {
	out := b.clone()
	for i := range b.rows {
		for j := range b.cols {
			out.data[i*b.cols+j] *= d[i]
		}
	}
	return out
}

// scaledColumns returns B diag(d).
func (b array) scaledColumns(d []float64) array {
	out := b.clone()
	for i := range b.rows {
		for j := range b.cols {
			out.data[i*b.cols+j] *= d[j]
		}
	}
	return out
}

// symmetrized returns (B + Bᵀ)/2.
func (b array) symmetrized() array {
	out := newArray(b.rows, b.cols)
	for i := range b.rows {
		for j := range b.cols {
			x, y := b.at(i, j), b.at(j, i)
			if x != y {
				x = x/2 + y/2 // which would lose the last bit of a subnormal x
			}
			out.set(i, j, x)
		}
	}
	return out
}

// beside returns [B C].
func (b array) beside(c array) array {
	if b.rows != c.rows {
		panic("model: arrays do not fit")
	}
	out := newArray(b.rows, b.cols+c.cols)
	for i := range b.rows {
		copy(out.row(i), b.row(i))
		copy(out.row(i)[b.cols:], c.row(i))
	}
	return out
}

// selectRows returns the rows with the given indices, in that order.
func (b array) selectRows(index []int) array {
	out := newArray(len(index), b.cols)
	for k, i := range index {
		copy(out.row(k), b.row(i))
	}
	return out
}

// columns returns columns from ≤ j < to.
func (b array) columns(from, to int) array {
	out := newArray(b.rows, to-from)
	for i := range b.rows {
		copy(out.row(i), b.row(i)[from:to])
	}
	return out
}

func (b array) maxAbs() float64 {
	most := 0.0
	for _, x := range b.data {
		most = math.Max(most, math.Abs(x)) // keeps a NaN, as the built-in max does
	}
	return most
}

// frobenius returns ‖B‖_F, scaled so that squares neither overflow nor vanish.
func (b array) frobenius() float64 {
	if len(b.data) == 0 {
		return 0
	}
	return blas64.Nrm2(blas64.Vector{N: len(b.data), Inc: 1, Data: b.data})
}

func (b array) timesVector(x []float64) []float64 {
	out := make([]float64, b.rows)
	for i := range out {
		sum := 0.0
		for j, v := range b.row(i) {
			sum += v * x[j]
		}
		out[i] = sum
	}
	return out
}

// timesVectorT returns Bᵀ x.
func (b array) timesVectorT(x []float64) []float64 {
	out := make([]float64, b.cols)
	for i := range b.rows {
		for j, v := range b.row(i) {
			out[j] += v * x[i]
		}
	}
	return out
}

// eigenSym returns the eigenvalues of a symmetric array, smallest first, and
// the eigenvectors as columns.
func (b array) eigenSym() (values []float64, vectors array, err error) {
	if b.empty() {
		return nil, newArray(b.rows, b.rows), nil
	}
	var eig mat.EigenSym
	if !eig.Factorize(b.symmetric(), true) {
		return nil, array{}, ErrEigen
	}
	var v mat.Dense
	eig.VectorsTo(&v)
	return eig.Values(nil), arrayOf(&v), nil
}

// cholesky returns B = L Lᵀ for a symmetric positive definite B, and an estimate
// of its condition number.
func (b array) cholesky() (l array, condition float64, ok bool) {
	if b.empty() {
		return b, 1, true
	}
	var c mat.Cholesky
	if !c.Factorize(b.symmetric()) {
		return array{}, 0, false
	}
	var lower mat.TriDense
	c.LTo(&lower)
	return arrayOf(&lower), c.Cond(), true
}

// inverseLower returns L⁻¹ for a lower triangular L without zeros on its diagonal.
func (b array) inverseLower() array {
	inverse := identityArray(b.rows)
	blas64.Trsm(blas.Left, blas.NoTrans, 1, blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: b.rows, Data: b.data, Stride: b.cols}, inverse.general())
	return inverse
}

// svd returns the thin decomposition B = U diag(s) Vᵀ, s largest first.
func (b array) svd() (u array, s []float64, v array, err error) {
	if b.empty() {
		return newArray(b.rows, 0), nil, newArray(b.cols, 0), nil
	}
	var d mat.SVD
	if !d.Factorize(b.dense(), mat.SVDThin) {
		return u, nil, v, ErrEigen
	}
	var du, dv mat.Dense
	d.UTo(&du)
	d.VTo(&dv)
	return arrayOf(&du), d.Values(nil), arrayOf(&dv), nil
}

// qr returns B = Q R with orthonormal columns of Q (rows×min(rows, cols)), in
// O(rows·cols²): nothing of size rows×rows is formed unless cols ≥ rows.
func (b array) qr() (q, r array) {
	switch {
	case b.cols == 0:
		return newArray(b.rows, 0), newArray(0, 0)
	case b.rows <= b.cols:
		return identityArray(b.rows), b.clone()
	}
	a, tau := b.clone(), make([]float64, b.cols)
	work := []float64{0}
	lapack64.Geqrf(a.general(), tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqrf(a.general(), tau, work, len(work))
	r = newArray(b.cols, b.cols)
	for i := range b.cols {
		copy(r.row(i)[i:], a.row(i)[i:])
	}
	size := []float64{0}
	lapack64.Orgqr(a.general(), tau, size, -1)
	work = make([]float64, int(size[0]))
	lapack64.Orgqr(a.general(), tau, work, len(work))
	return a, r
}
