package gaussian

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

func unit(n int) rows {
	m := zeros(n, n)
	for i := range n {
		m[i][i] = 1
	}
	return m
}

// TestStabilityIsDecidedExactly on matrices that are stable or not by one unit in the last place.
func TestStabilityIsDecidedExactly(t *testing.T) {
	below, above := 1-0x1p-53, 1+0x1p-52
	for _, c := range []struct {
		a      rows
		stable bool
	}{
		{rows{{below}}, true}, {rows{{-below}}, true}, {rows{{1}}, false}, {rows{{-1}}, false}, {rows{{above}}, false}, {rows{{2}}, false}, {rows{{1e200}}, false},
		{rows{{below, 1e6, 0}, {0, below, 1e6}, {0, 0, below}}, true}, // ‖G‖ of 80 digits
		{rows{{below, 1e6, 0}, {0, above, 1e6}, {0, 0, below}}, false},
		{rows{{0, 1}, {-1, 0}}, false}, {rows{{0, below}, {-1, 0}}, true}, {rows{{0, above}, {-1, 0}}, false},
		{rows{{2, 0}, {0, 0.5}}, false},                                      // no unique solution
		{rows{{0, 1e150}, {0, 0}}, true},                                     // nilpotent
		{rows{{1, 1e8}, {-1e-8, -0.5}}, true},                                // t² − t/2 + 1/2, nearly
		{rows{{0.5, 1e100}, {1e-100, 0.25}}, false},                          // balanced: [[½, 1], [1, ¼]]
		{rows{{0.5, 1e100}, {-1e-101, 0.25}}, true},                          // balanced: [[½, 1], [−0.1, ¼]]
		{rows{{0.8, 0.6}, {-0.6, 0.8}}, false},                               // more than a rotation by 5e-17
		{rows{{0.5, 0.5, 0}, {0.5, 0.5, 0}, {0, 0, 0.5}}, false},             // stochastic
		{rows{{0.25, 0.5, 0.25}, {0, 0.5, 0.25}, {0.125, 0.125, 0.5}}, true}, // less than stochastic
	} {
		require.Equal(t, c.stable, isStable(t, c.a), "%v", c.a)
		p, err := RNN{J: c.a, P: unit(len(c.a))}.Process()
		given := processOf(t, RNN{J: c.a, P: unit(len(c.a)), Cov: unit(len(c.a))})
		if !c.stable {
			require.ErrorIs(t, err, ErrUnstable, "%v", c.a)
			require.ErrorContains(t, err, "spectral radius", "%v", c.a)
			require.Equal(t, math.Inf(1), given.Amplification(), "%v", c.a)
			continue
		}
		require.NoError(t, err, "%v", c.a)
		v, err := exact.Lyapunov(exactly(t, c.a, 0), exact.Identity(len(c.a)))
		require.NoError(t, err)
		requireRounded(t, v, p.StateCovariance(), 0)
		bound, _ := v.NormInf().Float64()
		require.Equal(t, bound, p.Amplification())
		require.Equal(t, bound, given.Amplification())
	}
}

// TestAmplificationIsOfTheInverse: Q is amplified by no more, and the identity by that divided by √K at least.
func TestAmplificationIsOfTheInverse(t *testing.T) {
	r := newRand(t, 70)
	for checked := 0; checked < 50; {
		k := 1 + r.IntN(4)
		a, q := randomSquare(r, k), randomGram(r, k)
		if !isStable(t, a) {
			continue
		}
		checked++
		amplification := processOf(t, RNN{J: a, P: q}).Amplification()
		v, err := exact.Lyapunov(exactly(t, a, k), exactly(t, q, k))
		require.NoError(t, err)
		bound := 0. // ‖Q‖₂ ≤ tr Q for Q ⪰ 0, and ‖V‖₂ ≥ its largest entry
		for i := range k {
			bound += q[i][i] * amplification
		}
		require.LessOrEqual(t, largestOf(v), bound*(1+0x1p-50))
		g, err := exact.Lyapunov(exactly(t, a, k), exact.Identity(k))
		require.NoError(t, err)
		require.LessOrEqual(t, amplification, math.Sqrt(float64(k))*math.Sqrt(largestEigenvalueSquared(g))*(1+0x1p-40))
	}
}

// largestEigenvalueSquared of a positive definite matrix, by its square and a power method from below.
func largestEigenvalueSquared(g *exact.Matrix) float64 {
	m := g.Mul(g).Float64()
	v := make([]float64, len(m))
	for i := range v {
		v[i] = 1 + float64(i)/8
	}
	norm := 0.
	for range 2000 {
		v = apply(m, v)
		norm = 0
		for _, x := range v {
			norm = math.Hypot(norm, x)
		}
		for i := range v {
			v[i] /= norm
		}
	}
	return norm
}

// TestSingularStationaryLawsAreSeenAsSingular where zeros are not zeros of the matrices: everything is hidden by a change of coordinates, of which
// the entries are not dyadic, so that every sum is rounded.
func TestSingularStationaryLawsAreSeenAsSingular(t *testing.T) {
	r := newRand(t, 71)
	seen := 0
	for range 60 {
		// In hidden coordinates only the first latents are driven: rank V = 2 of 4. S = I + strictly lower triangular has an
		// inverse in whole numbers.
		s, inverse := [4][4]float64{}, [4][4]float64{}
		for i := range 4 {
			s[i][i], inverse[i][i] = 1, 1
			for j := range i {
				s[i][j] = float64(r.IntN(7) - 3)
			}
			for j := range i {
				for k := j; k < i; k++ {
					inverse[i][j] -= s[i][k] * inverse[k][j]
				}
			}
		}
		hidden := [4][4]float64{}
		for i := range 4 {
			for j := range 4 {
				if j >= 2 || i < 2 {
					hidden[i][j] = float64(r.IntN(1<<20)-1<<19) / (1 << 21) // rows sum to 1 at most
				}
			}
		}
		a, q := zeros(4, 4), zeros(4, 4)
		for i := range 4 {
			for j := range 4 {
				for k := range 4 {
					for l := range 4 {
						a[i][j] += s[i][k] * hidden[k][l] * inverse[l][j]
					}
				}
				q[i][j] = s[i][0]*s[j][0] + s[i][1]*s[j][1]
			}
		}
		if !isStable(t, a) {
			continue
		}
		seen++
		p := processOf(t, LDS{A: a, C: unit(4), Q: q, R: zeros(4, 4)})
		_, err := p.LogDensity(zeros(1, 4), nil)
		require.ErrorIs(t, err, ErrSingular)
		require.ErrorContains(t, err, "of rank 2 for 4 numbers")
		require.Zero(t, p.MarkovGap())
		g := Difference(p, processOf(t, RNN{J: a, P: q}), 4)
		require.Zero(t, g.Covariance)
		require.Zero(t, g.Relative)

		// Little noise in another direction: its inverse amplifies what rounding left of the zeros.
		for _, e := range []int{-20, -100, -180, -230} {
			noise := zeros(4, 4)
			for i := range 4 {
				for j := range 4 {
					noise[i][j] = math.Ldexp(s[i][2]*s[j][2], e)
				}
			}
			_, err = processOf(t, LDS{A: a, C: unit(4), Q: q, R: noise}).LogDensity(zeros(1, 4), nil)
			require.ErrorContains(t, err, "of rank 3 for 4 numbers")
		}

		// Read out by S⁻¹, hidden coordinates are seen, and two of them do not vary.
		read, clear := zeros(4, 4), zeros(4, 4)
		for i := range 4 {
			copy(read[i], inverse[i][:])
			copy(clear[i], hidden[i][:])
		}
		p = processOf(t, LDS{A: a, C: read, Q: q, R: zeros(4, 4)})
		straight := LDS{A: clear, C: unit(4), Q: rows{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}, R: zeros(4, 4)}
		require.Zero(t, Difference(p, processOf(t, straight), 3).Relative)
		straight.R[3][3] = 1
		require.Equal(t, math.Inf(1), Difference(p, processOf(t, straight), 3).Relative)
	}
	require.Greater(t, seen, 50)
}
