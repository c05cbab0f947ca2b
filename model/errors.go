package model

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"
)

// Failures that depend on data wrap one of these sentinels and add the
// measured number that decided.
var (
	// ErrInvalid is inadmissible input: a wrong shape, a NaN, a time constant ≤ 0.
	ErrInvalid = errors.New("invalid input")
	// ErrDefective is a spectrum without a biorthonormal eigenbasis at working precision.
	ErrDefective = errors.New("no biorthonormal eigenbasis")
	// ErrNoImage is a mode that the map between the two forms annihilates (μ = 0).
	ErrNoImage = errors.New("mode has no image in the other form")
	// ErrNotConverged is an iteration that ended without meeting its tolerance.
	ErrNotConverged = errors.New("not converged")
	// ErrUnstable is a spectral radius of 1 or more where a stationary law is
	// asked for, or one that is not certified to be less: see StationaryCovariance.
	ErrUnstable = errors.New("unstable")
	// ErrSingular is a law without a density where one is asked for.
	ErrSingular = errors.New("singular")
	// ErrEigen is an eigendecomposition that failed or whose residual is too large.
	ErrEigen = errors.New("eigendecomposition failed")
)

func invalidf(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
}

// finiteVector refuses a vector of the wrong length or with an entry that is
// not finite, naming vector and entry.
func finiteVector(name string, v []float64, want int) error {
	if len(v) != want {
		return invalidf("%s has %d entries, want %d", name, len(v), want)
	}
	for i, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return invalidf("%s[%d] is %v", name, i, x)
		}
	}
	return nil
}

// finiteComplexVector is finiteVector for complex entries.
func finiteComplexVector(name string, v []complex128, want int) error {
	if len(v) != want {
		return invalidf("%s has %d entries, want %d", name, len(v), want)
	}
	for i, z := range v {
		if !finiteComplex(z) {
			return invalidf("%s[%d] is %v", name, i, z)
		}
	}
	return nil
}

func finiteComplex(z complex128) bool { return !cmplx.IsNaN(z) && !cmplx.IsInf(z) }

// finiteMatrix refuses an entry that is not finite, naming matrix and entry.
func finiteMatrix(name string, a mat.Matrix) error {
	rows, cols := a.Dims()
	for i := range rows {
		for j := range cols {
			if x := a.At(i, j); math.IsNaN(x) || math.IsInf(x, 0) {
				return invalidf("%s[%d,%d] is %v", name, i, j, x)
			}
		}
	}
	return nil
}
