package model

import (
	"fmt"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"
)

func spectralRadius(a array) (float64, error) {
	if a.empty() {
		return 0, nil
	}
	var eig mat.Eigen
	if !eig.Factorize(a.dense(), mat.EigenNone) {
		return 0, ErrEigen
	}
	largest := 0.0
	for _, x := range eig.Values(nil) {
		largest = math.Max(largest, cmplx.Abs(x))
	}
	return largest, nil
}

// lyapunov is the solution V of V = A V Aᵀ + Q.
type lyapunov struct {
	v             array
	amplification float64 // ‖(V ↦ V − A V Aᵀ)⁻¹‖₂ = ‖Σ A^k A^kᵀ‖₂, an upper bound
	residual      float64 // ‖Q + A V Aᵀ − V‖, as computed
	errorBound    float64 // of ‖V − V*‖₂
	radius        float64 // ρ(A)
}

// solveLyapunov is the doubling iteration V ← V + A V Aᵀ, A ← A².
func solveLyapunov(a, q array) (*lyapunov, error) {
	radius, err := spectralRadius(a)
	if err != nil {
		return nil, err
	}
	if !(radius < 1) {
		return nil, fmt.Errorf("%w: spectral radius %.10g ≥ 1", ErrUnstable, radius)
	}
	v, power := q.clone(), a.clone()
	for range 64 {
		v = v.plus(power.mul(v).mulT(power)).symmetrized()
		power = power.mul(power)
		if power.maxAbs() < 1e-200 {
			break
		}
	}
	return &lyapunov{v: v, radius: radius}, nil
}
