package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// SteadyState is what the filter of a stationary system comes to. Predictor
// and filter have different gains: the first takes the innovation y_t − C x̂ to
// the estimate of x_{t+1}, the second to that of x_t.
type SteadyState struct {
	PredictorCov     *mat.SymDense // Σ_∞ = Var(x_{t+1} | y_t, y_{t−1} …) (K×K), nil for K = 0
	FilterCov        *mat.SymDense // Var(x_t | y_t, y_{t−1} …) (K×K), nil for K = 0
	PredictorGain    *mat.Dense    // A Σ_∞ Cᵀ S⁺ (K×N), nil for K = 0
	FilterGain       *mat.Dense    // Σ_∞ Cᵀ S⁺ (K×N), nil for K = 0
	Innovation       Noise         // S = C Σ_∞ Cᵀ + R (N×N), held as R is
	ClosedLoopRadius float64       // ρ(A − K C), K the predictor's gain

	// Stabilizing says that ρ(A − K C) < 1 for the exact solution, by the
	// theorem of Newton and Kantorovich, to first order in rounding. False is
	// an eigenvalue on the unit circle, or one too near to it to tell.
	Stabilizing bool
	// Residual is that of the Riccati equation, and ErrorBound is of Σ_∞, both
	// of the largest entry with latents scaled to unit stationary variance.
	// Where Stabilizing is false ErrorBound is an estimate.
	Residual, ErrorBound float64
	Steps                int // of the filter, and doublings of many
}

// SteadyState returns the limit of the filter of the stationary system: the
// strong solution (ρ(A − K C) ≤ 1) of the Riccati equation
//
//	Σ = A Σ Aᵀ + Q − A Σ Cᵀ (C Σ Cᵀ + R)⁺ C Σ Aᵀ,
//
// as the limit from the stationary covariance V, not from Q or 0, from where
// the recursion can stick at another solution. It is stabilizing iff the
// process has no zero on the unit circle; with one, the filter converges like
// 1/t, and Σ_∞ is known to half of the digits, about 1e-8. Singular and zero
// Q, R and S are legal. O(N K²); any initial law is left aside. ρ(A) ≥ 1 is
// ErrUnstable. (S5, S12)
func (l *LDS) SteadyState() (*SteadyState, error) {
	d, err := l.newDescent()
	if err != nil {
		return nil, err
	}
	if err := d.settle(func(*innovationGap) {}); err != nil {
		return nil, err
	}
	h, missing, err := d.toGo()
	if err != nil {
		return nil, err
	}
	root, err := reducedRoot(d.root, h)
	if err != nil {
		return nil, err
	}
	for range 2 { // restores digits where Σ_∞ is far below Σ_j
		root = carried(d.a, d.o.condition(root).post, d.q)
	}
	return l.steadyStateAt(d, root, missing)
}

// steadyStateAt describes the filter at a solution, in the coordinates of d.
func (l *LDS) steadyStateAt(d *descent, root array, missing float64) (*SteadyState, error) {
	d.root, d.at = root, d.o.condition(root)
	next := carried(d.a, d.at.post, d.q)
	difference := next.mulT(next).minus(root.mulT(root))
	out := &SteadyState{Residual: difference.maxAbs(), Steps: d.order}
	cov, post := root.scaledRows(d.scale), d.at.post.scaledRows(d.scale)
	out.PredictorCov, out.FilterCov = cov.mulT(cov).symmetric(), post.mulT(post).symmetric()
	gain := d.at.gain().scaledRows(d.scale)
	out.FilterGain, out.PredictorGain = gain.dense(), l.a.mul(gain).dense()
	out.Innovation = l.r.plusGram(l.c.mul(cov))
	// Of all latents: those without variance are not in the coordinates of d.
	var err error
	if out.ClosedLoopRadius, err = spectralRadius(l.a.minus(l.a.mul(gain).mul(l.c))); err != nil {
		return nil, err
	}
	out.certify(d, d.closedLoop(), missing)
	return out, nil
}

// certify bounds the distance e of Σ to the strong solution. Around Σ the
// equation reads E − F E Fᵀ = residual − F E Γ E Fᵀ + …, Γ = Cᵀ S⁺ C, and the
// left side is inverted with norm α = ‖Σ_k F^k F^kᵀ‖: so e ≤ 2 α r, and the
// solution next to Σ is stabilizing, where 8 α² ‖Γ‖ r < 1.
func (s *SteadyState) certify(d *descent, closed array, missing float64) {
	k := float64(closed.rows)
	w := d.at.whiten(d.o.c)
	gamma := w.frobenius() * w.frobenius()
	r := k*s.Residual + 8*unitRoundoff*k*k*sumSquares(d.root.data)
	s.ErrorBound = math.Max(math.Sqrt(r/gamma), missing)
	if !(s.ClosedLoopRadius < 1) {
		return
	}
	sum, err := stationaryRoot(closed, identityArray(closed.rows))
	if err != nil {
		return // the estimate stays
	}
	alpha := sumSquares(sum.data)
	if s.Stabilizing = 8*alpha*alpha*gamma*r < 1; s.Stabilizing {
		s.ErrorBound = 2 * alpha * r
	}
}

// plusGram returns Σ + X Xᵀ, held as Σ is.
func (s Noise) plusGram(x array) Noise {
	if s.Kind() == DenseNoiseKind {
		s.full = s.full.plus(x.mulT(x)).symmetrized()
		return s
	}
	s.plus = s.plus.beside(x)
	return s
}
