package model

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Truncation is the best rank-R approximation W_R = M Nᵀ of a connectivity
// W (N×N), as Truncate returns it.
type Truncation struct {
	// LowRank is W_R of scale 1, with M = U_R s^½ (N×R) and N = V_R s^½ (N×R):
	// the columns of both are orthogonal, and column r of either has the norm √s_r.
	LowRank *LowRank
	// Error is ‖W − W_R‖₂ = s_{R+1}, 0 at full rank.
	Error float64
	// Norm is ‖W_R‖₂ = s_1, 0 at R = 0: what TruncationBound asks for.
	Norm float64
	// Singular are the singular values s_1 ≥ … ≥ s_N of W, all of them.
	Singular []float64
}

// TruncationError is what truncation at a rank leaves of W: a point of its
// error curve.
type TruncationError struct {
	Rank      int
	Spectral  float64 // ‖W − W_R‖₂ = s_{R+1}
	Frobenius float64 // ‖W − W_R‖_F = (s_{R+1}² + … + s_N²)^½
}

// Truncate returns the rank-R matrix nearest to W (N×N) in the spectral and in
// the Frobenius norm, W_R = U_R diag(s_1 … s_R) V_Rᵀ, as loadings M = U_R s^½ and
// N = V_R s^½ with ‖W − W_R‖₂ = s_{R+1} (M13; Eckart, Young, Mirsky). It is one
// of many where s_R = s_{R+1}. Singular values carry the rounding error of the
// decomposition, a modest multiple of N·2⁻⁵³·s_1.
//
// Rank R = 0 is the zero matrix, stored as one column of zeros; R ≥ N is W
// itself, with N columns. A negative rank, a W that is not square, has an entry
// that is not finite, or a norm that overflows, is ErrInvalid.
func Truncate(w mat.Matrix, rank int) (*Truncation, error) {
	if rank < 0 {
		return nil, invalidf("rank is %d, want at least 0", rank)
	}
	u, s, v, err := decomposeConnectivity(w)
	if err != nil {
		return nil, err
	}
	t := &Truncation{Singular: s}
	kept := min(rank, len(s))
	if kept < len(s) {
		t.Error = s[kept]
	}
	if kept > 0 {
		t.Norm = s[0]
	}
	m, n := newArray(u.rows, 1), newArray(v.rows, 1)
	if kept > 0 {
		root := make([]float64, kept)
		for r := range root {
			root[r] = math.Sqrt(s[r])
		}
		m, n = u.columns(0, kept).scaledColumns(root), v.columns(0, kept).scaledColumns(root)
	}
	t.LowRank, err = NewLowRank(m.dense(), n.dense(), 1)
	return t, err
}

// TruncationCurve returns the errors of the best approximations of W (N×N) of
// all ranks R = 0 … N, from one decomposition. Errors are those of Truncate.
func TruncationCurve(w mat.Matrix) ([]TruncationError, error) {
	_, s, _, err := decomposeConnectivity(w)
	if err != nil {
		return nil, err
	}
	curve := make([]TruncationError, len(s)+1)
	curve[len(s)].Rank = len(s)
	for r := len(s) - 1; r >= 0; r-- { // from the smallest on, so that none is lost
		curve[r] = TruncationError{Rank: r, Spectral: s[r], Frobenius: math.Hypot(s[r], curve[r+1].Frobenius)}
	}
	if math.IsInf(curve[0].Frobenius, 0) {
		return nil, invalidf("the Frobenius norm of W overflows")
	}
	return curve, nil
}

func decomposeConnectivity(w mat.Matrix) (u array, s []float64, v array, err error) {
	if w = given(w); w == nil {
		return u, nil, v, invalidf("W is missing")
	}
	c, err := NewDense(w)
	if err != nil {
		return u, nil, v, err
	}
	u, s, v, err = arrayOf(c.w).svd()
	if err == nil && !finite(s) {
		err = invalidf("the norm of W overflows")
	}
	return u, s, v, err
}

// TruncationBound returns how far the state of a network with W_R in place of W
// can be from that of the full one a time t after a common start, in the
// Euclidean norm and in units of τ (M13):
//
//	‖x(t) − x_R(t)‖₂ ≤ distance · sup · (e^{Lt} − 1)/L,  L = lipschitz · norm − 1,
//
// and distance · sup · t at L = 0, where lipschitz is Lip(φ), distance is
// ‖W − W_R‖₂, sup the largest ‖φ(x)‖₂ along the trajectory of the *full* network
// from 0 to t, and norm is ‖W_R‖₂, that of the *truncated* matrix. For φ between
// −1 and 1, sup is at most √N. For L < 0 the bound never exceeds distance·sup/|L|.
// It is one of the flow: Euler steps need their own.
//
// L is rounded once, so that nothing cancels: the result is off by a few units
// of 2⁻⁵³ of its size, and by 2⁻⁵³·Lt more for L > 0. Where e^{Lt} overflows it is
// +Inf. A number that is negative, or not finite, is ErrInvalid.
func TruncationBound(lipschitz, distance, sup, norm, t float64) (float64, error) {
	names := []string{"lipschitz", "distance", "sup", "norm", "t"}
	for i, x := range []float64{lipschitz, distance, sup, norm, t} {
		if !(x >= 0) || math.IsInf(x, 0) {
			return 0, invalidf("%s is %v, want a number ≥ 0", names[i], x)
		}
	}
	if distance == 0 || sup == 0 || t == 0 {
		return 0, nil // also where the exponential overflows
	}
	rate, span := math.FMA(lipschitz, norm, -1), t
	if z := rate * t; math.Abs(z) >= 0x1p-54 { // below, (e^z − 1)/z rounds to 1
		span = math.Expm1(z) / rate
	}
	factors := []float64{distance, sup, span}
	slices.Sort(factors)
	return factors[0] * factors[2] * factors[1], nil // the first product is out of range only where all are on one side of 1
}
