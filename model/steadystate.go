package model

import (
	"fmt"
	"math"
	"math/cmplx"

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
	Innovation       Noise         // S = C Σ_∞ Cᵀ + R_v (N×N), held as R_v is
	ClosedLoopRadius float64       // ρ(A − G C), G the predictor's gain

	// Stabilizing says that ρ(A − G C) < 1 for the exact solution, by the
	// theorem of Newton and Kantorovich, to first order in rounding. False is
	// an eigenvalue on the unit circle, or one too near to it to tell.
	Stabilizing bool
	// Residual is that of the Riccati equation, and ErrorBound is of Σ_∞, both
	// of the largest entry with latents scaled to unit stationary variance.
	// Where Stabilizing is false ErrorBound is what the filter from a state known for
	// certain, which stays below Σ_∞, leaves open, and at least an estimate that takes
	// eigenvalues within 8u^(1/2K) of the circle for ones on it. It is large for
	// many latents, and where zeros are outside the circle as well as on it.
	Residual, ErrorBound float64
	Steps                int // of the filter, before they are doubled
}

// SteadyState returns the limit of the filter of the stationary system: the
// strong solution (ρ(A − G C) ≤ 1, G = A Σ Cᵀ S⁺) of the Riccati equation
//
//	Σ = A Σ Aᵀ + Q − A Σ Cᵀ (C Σ Cᵀ + R_v)⁺ C Σ Aᵀ,
//
// as the limit from the stationary covariance V, not from Q or 0, from where
// the recursion can stick at another solution. It is stabilizing iff the
// process has no zero on the unit circle; with one, the filter converges like
// 1/t, and Σ_∞ is known to half of the digits, about 1e-8, at a zero of
// multiplicity m to a 2m-th part of them: ErrorBound says to how many. Singular and zero
// Q, R_v and S are legal. O(N K²) unless R_v is dense; any initial law is left
// aside. ρ(A) ≥ 1, by computed eigenvalues, is ErrUnstable; a Residual above √(2u)
// and above what ErrorBound explains, or doublings that do not end, are ErrNotConverged. (S5, S12)
func (l *LDS) SteadyState() (*SteadyState, error) {
	d, err := l.newDescent()
	if err != nil {
		return nil, err
	}
	if err := d.settle(func(*innovationGap) {}); err != nil {
		return nil, err
	}
	missing, err := d.limit()
	if err != nil {
		return nil, err
	}
	// A difference from V may have lost what is small beside V: Σ ⪰ Q, and what K
	// steps of the filter make of Q, is what they bring back.
	for range d.a.rows {
		d.root = carried(d.a, d.at.post, d.q)
		d.at = d.o.condition(d.root)
	}
	return l.steadyStateAt(d, missing)
}

// steadyStateAt describes the filter where the descent d is at its limit, of
// which about so much of a variance is missing.
func (l *LDS) steadyStateAt(d *descent, missing float64) (*SteadyState, error) {
	root, next := d.root, carried(d.a, d.at.post, d.q)
	difference := next.mulT(next).minus(root.mulT(root))
	out := &SteadyState{Residual: difference.maxAbs(), Steps: d.order}
	if !(out.Residual <= math.MaxFloat64) {
		return nil, fmt.Errorf("%w: the Riccati equation has a residual of %.3g", ErrNotConverged, out.Residual)
	}
	gain, err := d.completedGain()
	if err != nil {
		return nil, err
	}
	closed := d.a.mul(identityArray(d.a.rows).minus(gain.mul(d.o.c)))
	values, err := eigenvalues(closed)
	if err != nil {
		return nil, err
	}
	for _, x := range values {
		out.ClosedLoopRadius = math.Max(out.ClosedLoopRadius, cmplx.Abs(x))
	}
	out.certify(d, closed, values, missing)
	explained := (1 + sumSquares(closed.data)) * out.ErrorBound // E − F E Fᵀ
	if !(out.Residual < contradiction || !out.Stabilizing && out.Residual < explained) {
		return nil, fmt.Errorf("%w: the Riccati equation has a residual of %.3g", ErrNotConverged, out.Residual)
	}
	out.ErrorBound = math.Max(out.ErrorBound, out.Residual)

	cov, post := root.scaledRows(d.scale), d.at.post.scaledRows(d.scale)
	out.PredictorCov, out.FilterCov = cov.mulT(cov).symmetric(), post.mulT(post).symmetric()
	gain = d.o.expand(gain).scaledRows(d.scale)
	out.FilterGain, out.PredictorGain = gain.dense(), l.a.mul(gain).dense()
	out.Innovation = l.r.withFactor(l.c.mul(cov))
	return out, nil
}

// leastKnown is what Σ_∞ is known to at a zero on the unit circle of the largest
// multiplicity m that K latents have, K. After n steps 1/n is to go, and rounding
// has grown to n^(2m−1) u: from n = u^(−1/2m) on, it is the larger.
func leastKnown(latents int) float64 {
	return math.Pow(unitRoundoff, 1/(2*math.Max(1, float64(latents))))
}

// completedGain returns the filter's gain as a map of ŷ. Where S is singular,
// L S = Σ Cᵀ leaves L free on what is zero for certain in the steady state, and
// an error that should not be there could grow. It is taken for one that noise εV
// beside Q makes: Σ_ε = Σ + εΠ + …, and L = lim (Σ + εΠ) Cᵀ (S + ε C Π Cᵀ)⁺ for
// ε → 0, where Π = F Π Fᵀ + V with the closed loop F of that L. As Q + εV leaves no
// zero on the unit circle, that of Σ_ε is stable.
func (d *descent) completedGain() (array, error) {
	gain, m := d.at.condensedGain(), d.o.c.rows
	if d.at.rank() == m {
		return gain, nil
	}
	certain := identityArray(m).minus(d.at.coefficients()) // combinations of ŷ that are zero, one row an entry
	const many = 64                                        // steps, from Π = V
	completed, root := gain, d.stationary
	for range d.a.rows + many {
		seen := certain.mul(d.o.c).mul(root)
		unknown := root.minus(gain.mul(d.o.c).mul(root))
		terms := reach(certain.abs().mul(d.o.from), rowNorms(root))
		u, s, v, err := seen.scaledRows(reciprocals(terms)).svd()
		if err != nil {
			return array{}, err
		}
		rank := 0
		for rank < len(s) && s[rank] > negligible(m+seen.cols) {
			rank++
		}
		if rank == 0 { // Π ⪰ V shows no more than V
			return gain, nil
		}
		learned := unknown.mul(v.columns(0, rank)).scaledColumns(reciprocals(s[:rank])).mulT(u.columns(0, rank))
		completed = gain.plus(learned.scaledColumns(reciprocals(terms)).mul(certain))
		left := root.minus(completed.mul(d.o.c).mul(root))
		root = carried(d.a, left, d.stationary)
	}
	return completed, nil
}

// certify bounds the distance e of Σ to the strong solution. Around Σ the
// equation reads E − F E Fᵀ = residual − F E Γ E Fᵀ + …, Γ = Cᵀ S⁺ C, and the
// left side is inverted with norm α = ‖Σ_k F^k F^kᵀ‖: so e ≤ 2 α r, and the
// solution next to Σ is stabilizing, where 8 α² ‖Γ‖ r < 1. At a zero of
// multiplicity m on the unit circle rounding moves 2m eigenvalues, of F and
// their reciprocals, by its 2m-th root: it is not more than those near it. By
// how much rounding of V, amplified on the way, has left Σ too large, the filter
// from below tells.
func (s *SteadyState) certify(d *descent, closed array, values []complex128, missing float64) {
	k := float64(closed.rows)
	w := d.at.whiten(d.o.c)
	gamma := w.frobenius() * w.frobenius()
	rounding := 8 * unitRoundoff * k * k * sumSquares(d.root.data)
	many := 0
	for _, x := range values {
		if cmplx.Abs(x) > 1-8*leastKnown(closed.rows) {
			many++
		}
	}
	s.ErrorBound = math.Max(math.Pow(8*unitRoundoff*k*k*k, 1/(2*math.Max(1, float64(many)))), missing)
	if sum, err := stationaryRoot(closed, identityArray(closed.rows)); err == nil { // ρ < 1, and not by rounding
		alpha, r := sumSquares(sum.data), k*s.Residual+rounding
		if s.Stabilizing = 8*alpha*alpha*gamma*r < 1; s.Stabilizing {
			s.ErrorBound = 2 * alpha * r
			return
		}
	}
	below := rowNorms(d.fromBelow())
	for i, above := range rowNorms(d.root) {
		s.ErrorBound = math.Max(s.ErrorBound, (above-below[i])*(above+below[i])+rounding)
	}
}

// fromBelow returns a root of Var(x_{t+1} | y_t … y_{t−j}, x_{t−j}), which rises in
// j: a step of the filter is monotone, and from 0 all stay below Σ_∞. It is Σ_∞
// in the end where no zero is outside the unit circle.
func (d *descent) fromBelow() array {
	const many = 64 // steps: of any number it is a bound
	root := d.q
	for range d.a.rows + many {
		root = carried(d.a, d.o.condition(root).post, d.q)
	}
	return root
}
