package model

import (
	"fmt"
	"math"
	"math/cmplx"
	"sort"

	"gonum.org/v1/gonum/lapack"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/mat"
)

// unitRoundoff is u, half the distance from 1 to the next float64.
const unitRoundoff = 0x1p-53

// eigenpair is z with right and left eigenvectors of unit norm, lᵀA = z lᵀ.
type eigenpair struct {
	z           complex128
	right, left []complex128
	// condition is 1/|lᵀv| ≥ 1: how much faster than A the eigenvalue moves.
	condition float64
	// uncertainty bounds |z − exact| by the backward error of the
	// decomposition: to first order times condition, and rigorously by
	// Elsner's (2‖A‖)^(1−1/n) ‖E‖^(1/n).
	uncertainty float64
}

// eigen returns all eigenpairs of a square matrix, largest |z| first.
// A decomposition whose residual exceeds its backward error is ErrEigen:
// the library reports success on some matrices where it has failed.
func eigen(a *mat.Dense, inherited float64) ([]eigenpair, error) {
	if err := finiteMatrix("matrix of the eigenproblem", a); err != nil {
		return nil, err
	}
	n, _ := a.Dims()
	values, right, left, err := decompose(a)
	if err != nil {
		if values, right, left, err = decompose(nudged(a)); err != nil {
			return nil, err
		}
	}
	size := mat.Norm(a, 2)
	backward := 10*float64(n)*unitRoundoff*size + inherited + float64(n)*smallestSubnormal
	pairs := make([]eigenpair, n)
	for k, z := range values {
		p := eigenpair{z: z, right: right[k], left: left[k]}
		normalize(p.right)
		normalize(p.left)
		if r := residual(a, z, p.right); !(r <= 10*backward) {
			return nil, fmt.Errorf("%w: residual %.3g of eigenvalue %v exceeds %.3g", ErrEigen, r, z, 10*backward)
		}
		p.condition = 1 / cmplx.Abs(bilinear(p.left, p.right))
		elsner := math.Pow(2*size+backward, 1-1/float64(n)) * math.Pow(backward, 1/float64(n))
		p.uncertainty = min(2*backward*p.condition, elsner)
		pairs[k] = p
	}
	sort.SliceStable(pairs, func(i, j int) bool {
		return cmplx.Abs(pairs[i].z) > cmplx.Abs(pairs[j].z)
	})
	return pairs, nil
}

// decompose returns eigenvalues with right and left eigenvectors, by QR on the
// Hessenberg form.
//
// mat.Eigen does the same after balancing, whose scaling costs the residual of
// a graded matrix its bound: rows of size 1e-8 and 1e8 leave residuals of a
// thousandth of ‖A‖. Permuting alone is harmless, and finds the eigenvalues of
// a triangular matrix exactly.
//
// gonum v0.17's Dlaln2 indexes a 2×2 solution by the leading dimension of its
// right-hand side (dlaln2.go, the branch cmax < smini with nw = 2), and so
// panics on some matrices with a repeated complex pair. That is an ErrEigen
// here, as is an iteration that does not converge.
func decompose(a *mat.Dense) (values []complex128, right, left [][]complex128, err error) {
	n, _ := a.Dims()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: the library panicked on a %d×%d matrix: %v", ErrEigen, n, n, p)
		}
	}()
	var lib lapackgonum.Implementation
	h := mat.DenseCopyOf(a).RawMatrix().Data
	exponent := scaleToOne(h)
	order, tau := make([]float64, n), make([]float64, n-1)
	work := make([]float64, 64*n)
	ilo, ihi := lib.Dgebal(lapack.Permute, n, h, n, order)
	lib.Dgehrd(n, ilo, ihi, h, n, tau, work, len(work))
	vr := append([]float64(nil), h...)
	lib.Dorghr(n, ilo, ihi, vr, n, tau, work, len(work))
	re, im := make([]float64, n), make([]float64, n)
	if lib.Dhseqr(lapack.EigenvaluesAndSchur, lapack.SchurOrig, n, ilo, ihi, h, n, re, im, vr, n, work, len(work)) != 0 {
		return nil, nil, nil, fmt.Errorf("%w: no convergence on a %d×%d matrix", ErrEigen, n, n)
	}
	vl := append([]float64(nil), vr...)
	lib.Dtrevc3(lapack.EVBoth, lapack.EVAllMulQ, nil, n, h, n, vl, n, vr, n, n, work, len(work))
	lib.Dgebak(lapack.Permute, lapack.EVRight, n, ilo, ihi, order, n, vr, n)
	lib.Dgebak(lapack.Permute, lapack.EVLeft, n, ilo, ihi, order, n, vl, n)
	for k := range n {
		values = append(values, complex(math.Ldexp(re[k], exponent), math.Ldexp(im[k], exponent)))
	}
	// uᴴA = z uᴴ is what the library returns; the conjugate has lᵀA = z lᵀ.
	return values, columns(vr, im, 1), columns(vl, im, -1), nil
}

// scaleToOne divides by a power of two, so that the largest entry is about 1,
// and returns its exponent: the library does not deflate what is below 1e-292,
// which the slopes of deeply saturated units are.
func scaleToOne(h []float64) int {
	_, exponent := math.Frexp(largest(h))
	for i := range h {
		h[i] = math.Ldexp(h[i], -exponent)
	}
	return exponent
}

// nudged returns a moved by 2u‖A‖_F at most: a fifth of the
// backward error that eigen allows, and enough to part eigenvalues that
// coincide to the last bit.
func nudged(a *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(a)
	n, _ := a.Dims()
	step := unitRoundoff * mat.Norm(a, 2) / float64(n)
	for i := range n {
		for j := range n {
			out.Set(i, j, a.At(i, j)+step*float64((7*i+13*j)%5-2))
		}
	}
	return out
}

// columns unpacks eigenvectors: a complex pair takes two columns, real and
// imaginary part of the vector whose eigenvalue has the positive imaginary
// part.
func columns(v, im []float64, sign float64) [][]complex128 {
	n := len(im)
	out := make([][]complex128, n)
	for k := range out {
		out[k] = make([]complex128, n)
		for i := range n {
			switch {
			case im[k] > 0:
				out[k][i] = complex(v[i*n+k], sign*v[i*n+k+1])
			case im[k] < 0:
				out[k][i] = complex(v[i*n+k-1], -sign*v[i*n+k])
			default:
				out[k][i] = complex(v[i*n+k], 0)
			}
		}
	}
	return out
}

func residual(a *mat.Dense, z complex128, v []complex128) float64 {
	av := applyComplex(func(dst, x []float64) { vec(dst).MulVec(a, vec(x)) }, v)
	for i := range av {
		av[i] -= z * v[i]
	}
	return euclidean(av)
}

// euclidean returns ‖v‖₂ without overflow of the squares.
func euclidean(v []complex128) float64 {
	largest := 0.0
	for _, z := range v {
		largest = max(largest, cmplx.Abs(z))
	}
	if largest == 0 || math.IsInf(largest, 0) {
		return largest
	}
	sum := 0.0
	for _, z := range v {
		r := cmplx.Abs(z) / largest
		sum += r * r
	}
	return largest * math.Sqrt(sum)
}

func normalize(v []complex128) {
	if n := euclidean(v); n > 0 {
		for i := range v {
			v[i] /= complex(n, 0)
		}
	}
}
