package meanfield

import (
	"fmt"
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Truncation is M13.
func Truncation() theorems.Theorem {
	return theorems.Theorem{
		Ref: "M13", ID: "meanfield/truncation",
		Statement: "For every W (N×N) and 0 ≤ R ≤ N the truncated singular value decomposition W_R has ‖W − W_R‖₂ = s_{R+1}, and no matrix of rank R is nearer; " +
			"for every Lipschitz φ and every start the flows of −x + Wφ(x) and −x + W_Rφ(x) are never further apart than s_{R+1} c (e^{Lt} − 1)/L, c = sup‖φ(x)‖₂ along the first, L = Lip(φ)‖W_R‖₂ − 1 (s_{R+1} c t at L = 0).",
		Source: "+ (Eckart, Young and Mirsky; Grönwall with the logarithmic norm)",
		Given:  []string{"one start, one norm (2)", "the flow: Euler steps need their own bound", "c along the trajectory of the full network"},
		Needed: []theorems.Witness{eulerStepsLeaveTheBound()},
		Why: "A backward stable decomposition is off by 2^6·N·u‖W‖_F, its product M Nᵀ by (R+2)u|M||Nᵀ|, Jacobi's method by 2^8·N·u‖W‖_F. " +
			"c is the largest norm at 33 states of the trajectory, and what ‖ẋ‖ and the Lipschitz constant of the field allow between them. Both runs are off by what the tolerances of the solver allow: see integrationError.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("‖W − W_R‖₂ = s_{R+1}", generators.Truncations(6, true), judgeTruncation), byRival, decideRival(0)).
				Visiting("R = 0", "R = N", "N = 1", "rank R", "repeated singular values", "defective", "graded", "W = 0"),
			theorems.Deciding(theorems.Claim("flows stay within the bound", generators.Truncations(4, false), judgeTruncatedFlow(truncatedBound)), byRival, decideRival(0)).
				Visiting("contracting", "R = 0", "0 < R < N").OneRoundIn(2),
		},
		Exact: []theorems.Check{
			theorems.Decide(byRival, generators.Truncations(4, false), func(c generators.Truncation) error { return decideNearest(c, c.Rank()) }).
				Visiting("repeated singular values", "defective", "rank R", "R = 0"),
		},
		Twins: []theorems.Twin{
			truncateTwin("one rank too few", "‖W − W_{R−1}‖ = s_R", func(cut truncate, w [][]float64, rank int) (m, n [][]float64, err error) {
				return cut(w, max(rank-1, 0))
			}),
			truncateTwin("leading rows", "the first R rows of W kept", func(_ truncate, w [][]float64, rank int) (m, n [][]float64, err error) {
				m, n = zeroRows(len(w), rank), zeroRows(len(w), rank)
				for r := range rank {
					m[r][r] = 1
					for j := range w {
						n[j][r] = w[r][j]
					}
				}
				return m, n, nil
			}),
			truncateTwin("singular values twice", "M = U s, N = V s", func(cut truncate, w [][]float64, rank int) (m, n [][]float64, err error) {
				m, n, err = cut(w, rank)
				for r := range rank {
					size := dense.VectorNorm2(columnOf(m, r))
					for i := range m {
						m[i][r] *= size
					}
				}
				return m, n, err
			}),
			truncateTwin("1/N", "W_R = (1/N) M Nᵀ with M, N of scale 1", func(cut truncate, w [][]float64, rank int) (m, n [][]float64, err error) {
				m, n, err = cut(w, rank)
				for i := range m {
					for r := range m[i] {
						m[i][r] /= float64(len(w))
					}
				}
				return m, n, err
			}),
			truncateTwin("left and right exchanged", "W_R = N Mᵀ", func(cut truncate, w [][]float64, rank int) (m, n [][]float64, err error) {
				m, n, err = cut(w, rank)
				return n, m, err
			}),
			{Name: "Frobenius for spectral", Mistake: "‖W − W_R‖_F = s_{R+1}", False: []theorems.Check{
				theorems.Claim("‖W − W_R‖_F = s_{R+1}", generators.Truncations(6, false), func(s theorems.Subject, c generators.Truncation) (theorems.Finding, error) {
					return judgeTruncationIn(s, c, dense.NormFro[float64])
				})}},
			boundTwin("s_{R+2} for s_{R+1}", "the singular value after the next", func(b boundData, t float64) float64 {
				b.distance = singular(b.singular, b.rank+1)
				return truncatedBound(b, t)
			}),
			boundTwin("no c", "s_{R+1}(e^{Lt} − 1)/L", func(b boundData, t float64) float64 {
				b.sup = 1
				return truncatedBound(b, t)
			}),
			boundTwin("no growth", "s_{R+1} c t/(1 + t)², as if the leak won", func(b boundData, t float64) float64 {
				return b.distance * b.sup * t / ((1 + t) * (1 + t))
			}),
			{Name: "nearer by one rank", Mistake: "every matrix of rank R is at least s_R away", False: []theorems.Check{
				theorems.Decide("rank R is at least s_R away", ownRivals(), func(c generators.Truncation) error { return decideNearest(c, max(c.Rank()-1, 0)) })}},
		},
		Sharp: []theorems.Sharp{
			{Check: "flows stay within the bound", What: "‖x(t) − x_R(t)‖₂ ≤ s_{R+1} c (e^{Lt} − 1)/L", Supremum: 1,
				Why: "attained: φ(x) = x and W = 1 rest at 1, W_0 = 0 decays; 1 − e^{−t} is between them, and is the bound, to the tolerance of the solver"},
			{Check: "flows stay within the bound", What: "|x(t+h) − x(t) − h F|", Supremum: 1,
				Why: "κ̇ = −Lκ: (e^{−Lh} − 1 + Lh)/(e^{Lh} − 1 − Lh) → 1 as Lh → 0, until the tolerance of the solver is as large as (Lh)²"},
		},
		MaxUnknown: 0.1,
	}
}

type truncate = func(w [][]float64, rank int) (m, n [][]float64, err error)

// truncateTwin cuts wrongly, and tells the error of the right cut.
func truncateTwin(name, mistake string, wrong func(cut truncate, w [][]float64, rank int) (m, n [][]float64, err error)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.Truncate
		s.Truncate = func(w [][]float64, rank int) (*theorems.LowRankCut, error) {
			out, err := right(w, rank)
			if err != nil {
				return nil, err
			}
			out.M, out.N, err = wrong(func(w [][]float64, rank int) (m, n [][]float64, err error) {
				cut, err := right(w, rank)
				if err != nil {
					return nil, nil, err
				}
				return cut.M, cut.N, nil
			}, w, rank)
			return out, err
		}
		return s
	}}
}

func boundTwin(name, mistake string, bound func(boundData, float64) float64) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, False: []theorems.Check{
		theorems.Claim(name, generators.Truncations(4, false), judgeTruncatedFlow(bound))}}
}

func zeroRows(rows, cols int) [][]float64 {
	out := make([][]float64, rows)
	for i := range out {
		out[i] = make([]float64, cols)
	}
	return out
}

func columnOf(a [][]float64, j int) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i][j]
	}
	return out
}

// singular returns s_{k+1}, 0 from there on.
func singular(values []float64, k int) float64 {
	if k < len(values) {
		return values[k]
	}
	return 0
}

func judgeTruncation(s theorems.Subject, c generators.Truncation) (theorems.Finding, error) {
	return judgeTruncationIn(s, c, dense.NormTwo)
}

func judgeTruncationIn(s theorems.Subject, c generators.Truncation, norm func([][]float64) float64) (f theorems.Finding, err error) {
	if s.Truncate == nil {
		return f, theorems.Missing("Truncate")
	}
	cut, size, told, err := truncated(s, c)
	if err != nil {
		return f, err
	}
	values := dense.SingularValues(c.W)
	full := dense.NormFro(c.W)
	n := float64(len(c.W))
	bound := s.UnitRoundoff*((64*n)*full+(n+2)*size) + 0x1p-53*(512*n)*full // Jacobi's method twice, in float64
	rest := norm(minus(c.W, cut))
	f.Expect("‖W − W_R‖ = s_{R+1}", math.Abs(rest-singular(values, c.Rank())), bound, full)
	f.Expect("|error told − s_{R+1}|", math.Abs(told-singular(values, c.Rank())), bound, full)
	return f, nil
}

func minus(a, b [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		out[i] = make([]float64, len(a[i]))
		for j := range a[i] {
			out[i][j] = a[i][j] - b[i][j]
		}
	}
	return out
}

// truncated returns W_R = M Nᵀ (N×N), whose loadings must have R columns, ‖M‖_F‖N‖_F,
// and the error that is told.
func truncated(s theorems.Subject, c generators.Truncation) (cut [][]float64, size, told float64, err error) {
	n, r := len(c.W), c.Rank()
	got, err := s.Truncate(c.W, r)
	if err != nil {
		return nil, 0, 0, err
	}
	m, nn := got.M, got.N
	cut = zeroRows(n, n)
	if r == 0 {
		return cut, 0, got.Error, nil
	}
	if len(m) != n || len(nn) != n || len(m[0]) > r || len(nn[0]) != len(m[0]) {
		return nil, 0, 0, fmt.Errorf("loadings are %d×%d and %d×%d for N = %d, R = %d", len(m), len(m[0]), len(nn), len(nn[0]), n, r)
	}
	return dense.MatMul(m, dense.Transpose(nn)), dense.NormFro(m) * dense.NormFro(nn), got.Error, nil
}

// boundData is what a bound on the distance of two flows may use.
type boundData struct {
	singular      []float64
	rank          int
	distance, sup float64 // s_{R+1} and c
	rate          float64 // L
}

func truncatedBound(b boundData, t float64) float64 { return grown(b.distance*b.sup, b.rate, t) }

func judgeTruncatedFlow(bound func(boundData, float64) float64) func(theorems.Subject, generators.Truncation) (theorems.Finding, error) {
	return func(s theorems.Subject, c generators.Truncation) (f theorems.Finding, err error) {
		if s.Truncate == nil {
			return f, theorems.Missing("Truncate")
		}
		if s.Integrate == nil {
			return f, theorems.Missing("Integrate")
		}
		cut, size, _, err := truncated(s, c)
		if err != nil {
			return f, err
		}
		full, err := newUnitFlow(c.W, c.Nonlinearity)
		if err != nil {
			return f, err
		}
		low := &unitFlow{cut, full.law, full.phi}
		times := evenly(c.Horizon, 32)
		values, lip := dense.SingularValues(c.W), full.law.lipschitz
		x, err := s.Integrate(full, c.Start, times)
		if err != nil {
			return f, undecidedBeyondFloats(err, full, c.Start, lip*values[0]-1, c.Horizon)
		}
		y, err := s.Integrate(low, c.Start, times)
		if err != nil {
			return f, undecidedBeyondFloats(err, low, c.Start, lip*values[0]-1, c.Horizon)
		}
		if !expectStates(&f, x, c.Start, times, s.UnitRoundoff) || !expectStates(&f, y, c.Start, times, s.UnitRoundoff) {
			return f, nil
		}
		rounding := 0x1p-53*512*float64(len(c.W))*dense.NormFro(c.W) + s.UnitRoundoff*64*(dense.NormFro(c.W)+size)*float64(len(c.W))
		top := dense.NormTwo(cut)
		b := boundData{singular: values, rank: c.Rank(), distance: singular(values, c.Rank()), rate: lip*top - 1}
		lipschitz := 1 + lip*values[0]
		largestState := 0.0
		for _, state := range x {
			field, _ := full.Field(state)
			between := grown(dense.VectorNorm2(field), lipschitz, c.Horizon/64)
			b.sup = max(b.sup, dense.VectorNorm2(full.activity(state))+lip*between)
			largestState = max(largestState, dense.VectorNorm2(state)+between)
		}
		for _, state := range y {
			largestState = max(largestState, dense.VectorNorm2(state))
		}
		off := 2 * integrationError(s.UnitRoundoff, c.Horizon, largestState, lipschitz, lip*values[0]-1, len(c.W))
		expectFollowed(&f, x, times, full.Field, lipschitz, off)
		expectFollowed(&f, y, times, low.Field, 1+lip*top, off)
		for k, t := range times[1:] {
			off := 2*integrationError(s.UnitRoundoff, t, largestState, lipschitz, lip*values[0]-1, len(c.W)) +
				grown(rounding*b.sup, b.rate+rounding, t)*(1+t*max(b.rate, 1))
			f.Expect("‖x(t) − x_R(t)‖₂ ≤ s_{R+1} c (e^{Lt} − 1)/L", distance(x[k+1], y[k+1]), bound(b, t)+off, math.Inf(1))
		}
		return f, nil
	}
}

// decideNearest is Weyl's inequality, of which the theorem is the first case: for B of rank R
// and any z, W − B has at least as many singular values beyond z as W has, less R. It
// is decided at a z just below each singular value of W.
func decideNearest(c generators.Truncation, rank int) error {
	w, err := exact.FromFloat64(c.W)
	if err != nil {
		return err
	}
	rest := w
	if c.Rank() > 0 {
		a, err := exact.FromFloat64(c.Rival)
		if err != nil {
			return err
		}
		b, err := exact.FromFloat64(c.RivalT)
		if err != nil {
			return err
		}
		rest = w.Sub(a.Mul(b.T()))
	}
	p, q := w.T().Mul(w).CharPoly(), rest.T().Mul(rest).CharPoly()
	for _, s := range dense.SingularValues(c.W) {
		if s == 0 {
			continue
		}
		z := new(big.Rat).SetFloat64(s * s * (1 - 0x1p-30))
		if have, want := beyond(q, z), beyond(p, z)-rank; have < want {
			return theorems.Violatedf("W − B has %d singular values beyond √(%v), fewer than W less R = %d", have, z.FloatString(6), want)
		}
	}
	return nil
}

// beyond counts roots > z, with multiplicity.
func beyond(p exact.Poly, z *big.Rat) int {
	count := 0
	for _, f := range p.SquareFree() {
		count += f.Multiplicity * f.Poly.RealRootsIn(z, nil)
	}
	return count
}

// ownRivals puts W with all but its first R columns dropped in place of the rival: nothing nearer by one rank.
func ownRivals() *rapid.Generator[generators.Truncation] {
	return rapid.Custom(func(t *rapid.T) generators.Truncation {
		return withOwnRival(generators.Truncations(4, false).Draw(t, "truncation"))
	})
}

func withOwnRival(c generators.Truncation) generators.Truncation {
	r := c.Rank()
	c.Rival, c.RivalT = zeroRows(len(c.W), r), zeroRows(len(c.W), r)
	for i := range c.W {
		copy(c.Rival[i], c.W[i][:r])
		for k := range r {
			c.RivalT[k][k] = 1
		}
	}
	return c
}

// byRival says what decideRival decides.
const byRival = "no matrix of rank R is nearer"

// decideRival: neither the rival of the instance nor the first R columns of W are nearer;
// fewer ranks than R for a twin.
func decideRival(fewer int) func(generators.Truncation) error {
	return func(c generators.Truncation) error {
		if len(c.W) > 6 || c.Rank() > len(c.W) {
			return theorems.ErrUndecided
		}
		if err := decideNearest(c, c.Rank()-fewer); err != nil {
			return err
		}
		return decideNearest(withOwnRival(c), c.Rank()-fewer)
	}
}

// eulerStepsLeaveTheBound: N = 1, W = ½, φ = identity, R = 0, one Euler step of length 1 from x = 1 takes
// the two networks to ½ and 0; the bound for the flow is ½(1 − 1/e) < ⅓.
func eulerStepsLeaveTheBound() theorems.Witness {
	c := generators.Truncation{Nonlinearity: "identity", W: [][]float64{{0.5}}, Rival: [][]float64{{}}, RivalT: [][]float64{{}}, Start: []float64{1}, Horizon: 1}
	return theorems.Witness{Without: "the flow, not Euler steps", Shows: "N = 1, W = ½, φ(x) = x, R = 0, x(0) = 1: one Euler step of length 1 parts the networks by ½ > ½(1 − 1/e)",
		Check: theorems.Decide("an Euler step keeps the bound", generators.Truncations(1, false), func(c generators.Truncation) error {
			one, w, x := big.NewRat(1, 1), theorems.Rational(c.W[0][0]), theorems.Rational(c.Start[0])
			apart := new(big.Rat).Mul(w, x)
			bound := new(big.Rat).Mul(apart, new(big.Rat).Sub(one, big.NewRat(1, 3))) // 1/e > 1/3
			if apart.Abs(apart).Cmp(bound.Abs(bound)) > 0 {
				return theorems.Violatedf("%v > %v", apart, bound)
			}
			return nil
		}), Case: c}
}
