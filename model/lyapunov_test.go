package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// equation is V = A V Aᵀ + Q with a name.
type equation struct {
	name string
	a, q array
}

// hardEquations are stable, and hard in one way each.
func hardEquations(t testing.TB) []equation {
	rng := seeded(3)
	const near = 1 - 1e-8
	jordan := rowsArray([]float64{near, 1}, []float64{0, near})
	graded := diagonalArray([]float64{1e-8, 1, 1e8})
	degrading := diagonalArray([]float64{1e8, 1, 1e-8})
	o2, o3, o4 := orthogonalArray(t, rng, 2), orthogonalArray(t, rng, 3), orthogonalArray(t, rng, 4)
	mild, factor := gaussianArray(rng, 3, 3).scaled(.3), gaussianArray(rng, 3, 3)
	nilpotent := rowsArray([]float64{0, 3, -2, 5}, []float64{0, 0, 7, 1}, []float64{0, 0, 0, 4}, []float64{0, 0, 0, 0})
	return []equation{
		{"K = 1", diagonalArray([]float64{.5}), identityArray(1)},
		{"A = 0", newArray(3, 3), factor.mulT(factor).symmetrized()},
		{"Q = 0", mild, newArray(3, 3)},
		{"Q singular, unreached latent", rowsArray([]float64{.5, 0}, []float64{.25, .75}), diagonalArray([]float64{0, 1})},
		{"near the circle", o4.scaled(near), identityArray(4)},
		{"nearer", o3.scaled(1 - 1e-13), identityArray(3)},
		{"one rounding away", diagonalArray([]float64{1 - unitRoundoff}), identityArray(1)},
		{"negative, near", diagonalArray([]float64{-near, near}), rowsArray([]float64{2, 1}, []float64{1, 2})},
		{"defective", jordan, identityArray(2)},
		{"defective of order 3", rowsArray([]float64{near, 1, 0}, []float64{0, near, 1}, []float64{0, 0, near}), identityArray(3)},
		{"defective, turned", o2.mul(rowsArray([]float64{1 - 1e-6, 1}, []float64{0, 1 - 1e-6})).mulT(o2), identityArray(2)},
		{"defective of order 3, radius computed above 1", integerSimilar(1 - 0x1p-20), identityArray(3)},
		{"nilpotent", nilpotent, identityArray(4)},
		{"nilpotent, turned", o4.mul(nilpotent).mulT(o4), identityArray(4)},
		{"nilpotent, huge", rowsArray([]float64{0, 1e100}, []float64{0, 0}), identityArray(2)},
		{"graded A", graded.mul(mild).mul(degrading), identityArray(3)},
		{"graded Q", mild, graded.mul(factor.mulT(factor).symmetrized()).mul(graded).symmetrized()},
		{"large Q", mild, identityArray(3).scaled(1e300)},
		{"small Q", mild, identityArray(3).scaled(1e-300)},
		{"subnormal Q", mild, identityArray(3).scaled(1e-320)},
		{"small A", mild.scaled(1e-200), identityArray(3)},
	}
}

// integerSimilar is a Jordan block of order 3, in coordinates in which no entry is rounded.
func integerSimilar(z float64) array {
	t := rowsArray([]float64{1, 2, 0}, []float64{3, 7, 1}, []float64{-1, 1, 4})
	inverse := rowsArray([]float64{27, -8, 2}, []float64{-13, 4, -1}, []float64{10, -3, 1})
	return t.mul(rowsArray([]float64{z, 1, 0}, []float64{0, z, 1}, []float64{0, 0, z})).mul(inverse)
}

// The solution is within its error bound of the exact one, and the bound is no looser than what rounding V costs.
func TestLyapunovAgainstRationals(t *testing.T) {
	for _, e := range hardEquations(t) {
		t.Run(e.name, func(t *testing.T) {
			s, err := solveLyapunov(e.a, e.q)
			require.NoError(t, err)
			requireSolved(t, e, s)
			// u for each entry; residuals are allowed as much again in accurate(), four times over.
			best := float64(4*e.a.rows)*unitRoundoff*s.v.frobenius() + float64(4*e.a.rows)*smallestSubnormal
			require.LessOrEqual(t, s.errorBound, best)
		})
	}
}

func requireSolved(t *testing.T, e equation, s *lyapunov) {
	t.Helper()
	a := exactly(t, e.a)
	require.Equal(t, exact.Inside, a.CharPoly().UnitDisc())
	v, err := exact.Lyapunov(a, exactly(t, e.q))
	require.NoError(t, err)
	off := nearest(exactly(t, s.v).Sub(v)).frobenius()
	require.True(t, off <= s.errorBound, "off by %.3g, bound %.3g", off, s.errorBound)
	require.Equal(t, s.v, s.v.symmetrized())

	sum, err := exact.Lyapunov(a, exact.Identity(e.a.rows))
	require.NoError(t, err)
	values, _, err := nearest(sum).eigenSym()
	require.NoError(t, err)
	norm := values[len(values)-1]
	require.True(t, s.amplification >= norm*(1-1e-12), "amplification %v, ‖ΣA^kA^kᵀ‖ is %v", s.amplification, norm)
	require.True(t, s.amplification <= norm*2.001, "amplification %v, ‖ΣA^kA^kᵀ‖ is %v", s.amplification, norm) // r ≤ ½
	require.True(t, s.radius < 1 && s.radius >= 0, "radius %v", s.radius)

	// V is positive semidefinite to errorBound.
	values, _, err = s.v.eigenSym()
	require.NoError(t, err)
	require.True(t, values[0] >= -s.errorBound-float64(8*len(values))*unitRoundoff*s.v.frobenius())
}

func TestLyapunovOnRandomEquations(t *testing.T) {
	rng := seeded(5)
	for trial := range 60 {
		k := 1 + trial%5
		a, f := gaussianArray(rng, k, k), gaussianArray(rng, k, 1+rng.IntN(k))
		radius, err := spectralRadius(a)
		require.NoError(t, err)
		e := equation{"", a.scaled(math.Pow(rng.Float64(), .1) / radius), f.mulT(f).symmetrized()}
		s, err := solveLyapunov(e.a, e.q)
		if err != nil {
			require.NotEqual(t, exact.Inside, exactly(t, e.a).CharPoly().UnitDisc(), "%v", e.a)
			continue
		}
		requireSolved(t, e, s)
	}
}

func TestLyapunovOfNoLatents(t *testing.T) {
	s, err := solveLyapunov(newArray(0, 0), newArray(0, 0))
	require.NoError(t, err)
	require.Zero(t, s.errorBound+s.residual+s.radius)
	require.Equal(t, 0, s.v.rows)
}

func TestUnstableIsRefused(t *testing.T) {
	rng := seeded(7)
	turn := orthogonalArray(t, rng, 4)
	for name, a := range map[string]array{
		"identity":            identityArray(3),
		"-1":                  diagonalArray([]float64{-1}),
		"one latent in three": diagonalArray([]float64{.5, 1, .25}),
		"a permutation":       rowsArray([]float64{0, 1, 0}, []float64{0, 0, 1}, []float64{1, 0, 0}),
		"two":                 diagonalArray([]float64{2}),
		"one rounding beyond": diagonalArray([]float64{1 + 2*unitRoundoff, 0}),
		"1e150":               diagonalArray([]float64{1e150, 0}),
		"largest":             diagonalArray([]float64{math.MaxFloat64, .5}),
		"all largest":         rowsArray([]float64{math.MaxFloat64, math.MaxFloat64}, []float64{math.MaxFloat64, math.MaxFloat64}),
		"a random walk of 30": identityArray(30),
		"defective":           rowsArray([]float64{1, 1}, []float64{0, 1}),
		"turned":              turn.mul(diagonalArray([]float64{1.25, .5, .5, .5})).mulT(turn),
		"huge off the circle": rowsArray([]float64{1 + 1e-6, 1e30}, []float64{0, 1e-3}),
	} {
		s, err := solveLyapunov(a, identityArray(a.rows))
		require.ErrorIs(t, err, ErrUnstable, name)
		require.Nil(t, s, name)
		require.Contains(t, err.Error(), "spectral radius", name)
	}
	_, err := solveLyapunov(diagonalArray([]float64{1.25}), identityArray(1))
	require.EqualError(t, err, "unstable: spectral radius 1.25 ≥ 1")
	_, err = solveLyapunov(identityArray(2), identityArray(2))
	require.EqualError(t, err, "unstable: not certified stable: spectral radius 1 is too near 1 to decide")
}

// Whatever is called stable is, and what is not and yet is stable is at the circle to 2^-80.
func TestStabilityAtTheCircle(t *testing.T) {
	rng := seeded(11)
	certified, refused := 0, 0
	for trial := range 120 {
		k := 2 + trial%3
		a := orthogonalArray(t, rng, k)
		switch trial % 4 {
		case 1: // a Jordan block
			j := identityArray(k)
			j.set(0, 1, 1)
			a = a.mul(j).mulT(a)
		case 2:
			a = a.mul(diagonalArray(append(make([]float64, k-1), 1))).mulT(a)
		}
		a = a.scaled(1 + float64(rng.IntN(9)-4)*math.Ldexp(1, -20-rng.IntN(34)))
		_, err := solveLyapunov(a, identityArray(k))
		stable := exactly(t, a).CharPoly().UnitDisc() == exact.Inside
		require.Equal(t, stable, err == nil, "%v: %v", a, err)
		if stable {
			certified++
		} else {
			refused++
		}
	}
	t.Logf("%d stable, %d not", certified, refused)
	require.Greater(t, min(certified, refused), 30)
}

// Of an X that is not positive definite nothing follows: X = −1/3 solves X = 4X + 1.
func TestCertificateIsPositiveDefinite(t *testing.T) {
	for _, x := range []array{
		diagonalArray([]float64{-1.0 / 3}),
		diagonalArray([]float64{1e12, -1e-3}),
		diagonalArray([]float64{1, 0}),
		rowsArray([]float64{1, 2}, []float64{2, 1}),
		rowsArray([]float64{1e16, 1e8}, []float64{1e8, 1}),
		diagonalArray([]float64{math.NaN(), 1}),
		diagonalArray([]float64{math.Inf(1), 1}),
	} {
		require.Equal(t, math.Inf(1), amplificationOf(widen(x), 0.25), "%v", x)
	}
	rng := seeded(79)
	for range 300 { // singular, and rounding may have the last pivot positive
		f := newArray(3, 2)
		for i := range f.data {
			f.data[i] = float64(rng.IntN(1<<25) + 1)
		}
		require.Equal(t, math.Inf(1), amplificationOf(widen(f.mulT(f)), 0.25), "%v", f)
	}
	got := amplificationOf(widen(rowsArray([]float64{3e16, 1e8}, []float64{1e8, 1})), 0.25)
	require.True(t, got >= 4e16 && got < 4.001e16, "%v", got)
}

func TestStationaryCovarianceThatOverflows(t *testing.T) {
	_, err := solveLyapunov(rowsArray([]float64{0, 1e200}, []float64{0, 0}), identityArray(2))
	require.ErrorIs(t, err, ErrUnstable)
	require.ErrorContains(t, err, "powers of A grow")
	_, err = solveLyapunov(diagonalArray([]float64{.9}), identityArray(1).scaled(1e308))
	require.ErrorIs(t, err, ErrUnstable)
	require.ErrorContains(t, err, "larger than a float64")
	_, err = solveLyapunov(diagonalArray([]float64{.9}), diagonalArray([]float64{math.Inf(1)}))
	require.ErrorIs(t, err, ErrInvalid)
	_, err = solveLyapunov(diagonalArray([]float64{math.NaN()}), identityArray(1))
	require.ErrorIs(t, err, ErrInvalid)
}

// What A and Q may be off by is in the error bound: solutions of all equations that may be meant are within it.
func TestLyapunovInheritsUncertainty(t *testing.T) {
	rng := seeded(13)
	a, f := gaussianArray(rng, 3, 3).scaled(.25), gaussianArray(rng, 3, 3)
	offA, offQ := newArray(3, 3), newArray(3, 3)
	for i := range offA.data {
		offA.data[i], offQ.data[i] = 1e-4*rng.Float64(), 1e-3
	}
	q := f.mulT(f).symmetrized()
	s, err := stein{widen(a), widen(q), offA, offQ}.solve()
	require.NoError(t, err)
	furthest := 0.0
	for range 50 {
		meantA, meantQ := a.clone(), q.clone()
		for i := range meantA.data {
			meantA.data[i] += offA.data[i] * sign(rng)
		}
		meantQ = meantQ.plus(offQ.scaled(sign(rng)))
		v, err := exact.Lyapunov(exactly(t, meantA), exactly(t, meantQ))
		require.NoError(t, err)
		furthest = max(furthest, nearest(exactly(t, s.v).Sub(v)).frobenius())
	}
	require.True(t, furthest <= s.errorBound, "%v, bound %v", furthest, s.errorBound)
	require.Greater(t, furthest, s.errorBound/30) // and the bound is not idle

	// Stability is that of all that may be meant.
	_, err = stein{widen(diagonalArray([]float64{.9})), widen(identityArray(1)), diagonalArray([]float64{.2}), newArray(1, 1)}.solve()
	require.ErrorIs(t, err, ErrUnstable)
}

func sign(rng *rand.Rand) float64 { return float64(2*rng.IntN(2) - 1) }

func BenchmarkLyapunov(b *testing.B) {
	for _, k := range []int{2, 4, 8, 16} {
		turn := orthogonalArray(b, seeded(uint64(k)), k)
		for _, radius := range []float64{.9, 1 - 1e-8} {
			b.Run(fmt.Sprintf("K=%d/radius=%v", k, radius), func(b *testing.B) {
				a, q := turn.scaled(radius), identityArray(k)
				for b.Loop() {
					if _, err := solveLyapunov(a, q); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
