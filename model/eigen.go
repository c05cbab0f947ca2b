package model

import (
	"fmt"
	"math"
	"math/cmplx"
	"sort"

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
	var dec mat.Eigen
	if !dec.Factorize(a, mat.EigenBoth) {
		return nil, fmt.Errorf("%w: no convergence on a %d×%d matrix", ErrEigen, n, n)
	}
	var right, left mat.CDense
	dec.VectorsTo(&right)
	dec.LeftVectorsTo(&left)
	values := dec.Values(nil)
	size := mat.Norm(a, 2)
	backward := 10*float64(n)*unitRoundoff*size + inherited
	pairs := make([]eigenpair, n)
	for k, z := range values {
		p := eigenpair{z: z, right: column(&right, k, false), left: column(&left, k, true)}
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

// column copies column k. gonum's left vectors satisfy uᴴA = z uᴴ: their
// conjugates satisfy lᵀA = z lᵀ.
func column(c *mat.CDense, k int, conjugate bool) []complex128 {
	n, _ := c.Dims()
	v := make([]complex128, n)
	for i := range v {
		v[i] = c.At(i, k)
		if conjugate {
			v[i] = cmplx.Conj(v[i])
		}
	}
	return v
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
