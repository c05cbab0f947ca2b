package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Smoothed is the law of the latents x_t given all observations: Mean (T×K),
// and Cov (each K×K, nil for K = 0).
type Smoothed struct {
	Mean [][]float64
	Cov  []*mat.SymDense
}

// Smooth returns the law of the latents given all of Y (T×N), whose entries
// may be missing, from what the observations from step t on say beside those
// before it,
//
//	λ_t = CᵀS_t⁺ e_t + (I − K_t C)ᵀ Aᵀ λ_{t+1},   Λ_t = CᵀS_t⁺C + (I − K_t C)ᵀ AᵀΛ_{t+1}A (I − K_t C),
//	E(x_t|Y) = x̂_t + Σ_t λ_t,   Var(x_t|Y) = Σ_t − Σ_t Λ_t Σ_t,
//
// e_t the innovation, S_t its covariance, K_t the gain of the filter, x̂_t and
// Σ_t predicted. Nothing is divided by a covariance of latents, so that singular
// and nearly singular ones cost no digits: Var(x_t|Y) is L (I − BᵀB) Lᵀ for
// roots L of Σ_t and B of LᵀΛ_tL, at most 1. O(T (N K + K³)). Errors are those
// of Filter. (Bierman 1973, after Bryson and Frazier)
func (l *LDS) Smooth(obs Observations) (*Smoothed, error) {
	var steps []*filterStep
	if err := l.filter(obs, func(_ int, s *filterStep) error {
		steps = append(steps, s)
		return nil
	}); err != nil {
		return nil, err
	}
	out := &Smoothed{Mean: make([][]float64, len(steps)), Cov: make([]*mat.SymDense, len(steps))}
	k := l.Latents()
	lambda, root := make([]float64, k), newArray(0, k) // of x_{t+1}, Λ = rootᵀroot
	for t := len(steps) - 1; t >= 0; t-- {
		s := steps[t]
		seen := s.whiten(s.from.c)
		closed := identityArray(k).minus(s.condensedGain().mul(s.from.c)) // I − K_t C
		later := l.a.mul(closed)
		next := later.timesVectorT(lambda)
		for i, x := range seen.timesVectorT(s.innovation) {
			next[i] += x
		}
		lambda = next
		_, root = stack(seen, root.mul(later)).qr()
		mean, cov, err := s.given(lambda, root)
		if err != nil {
			return nil, err
		}
		out.Mean[t], out.Cov[t] = mean, cov
	}
	return out, nil
}

// given returns the law of x_t when what is said of it is λ_t and Λ_t = VᵀV.
func (s *filterStep) given(lambda []float64, v array) (mean []float64, cov *mat.SymDense, err error) {
	mean = s.prior.timesVector(s.prior.timesVectorT(lambda))
	for i, x := range s.predicted {
		mean[i] += x
	}
	_, said, directions, err := v.mul(s.prior).svd()
	if err != nil {
		return nil, nil, err
	}
	left := make([]float64, len(said)) // 1 − (1 − s²)^½: what is taken from each direction of L
	for i, x := range said {
		left[i] = 1 - math.Sqrt(math.Max(0, (1-x)*(1+x)))
	}
	root := s.prior.minus(s.prior.mul(directions).scaledColumns(left).mulT(directions))
	return mean, root.mulT(root).symmetric(), nil
}
