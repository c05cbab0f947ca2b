package model_test

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func box(ends ...float64) model.Box {
	b := model.Box{}
	for i := 0; i < len(ends); i += 2 {
		b.Lower, b.Upper = append(b.Lower, ends[i]), append(b.Upper, ends[i+1])
	}
	return b
}

// Of z ↦ −zᵏ and −z̄ᵏ, as fields in the plane, the degree of −F around 0 is k and −k,
// and 0 around nothing.
func TestBoundaryDegreeOfPowers(t *testing.T) {
	for k := -9; k <= 9; k++ {
		n, conjugate := max(k, -k), complex(1, math.Copysign(1, float64(k)))
		power := func(x []float64, n int) complex128 {
			z := complex(x[0], imag(conjugate)*x[1])
			return cmplx.Pow(z, complex(float64(n), 0))
		}
		f := formula{dim: 2,
			field: func(x []float64) []float64 { z := power(x, n); return []float64{-real(z), -imag(z)} },
			slope: func(x []float64) [][]float64 {
				d := complex(float64(n), 0) * power(x, max(n-1, 0))
				return [][]float64{{-real(d), imag(conjugate) * imag(d)}, {-imag(d), -imag(conjugate) * real(d)}}
			}}
		for b, want := range map[*model.Box]int{{[]float64{-1, -2}, []float64{3, 0.1}}: k, {[]float64{0.01, -1}, []float64{1, 1}}: 0} {
			got, err := model.BoundaryDegree(f, *b)
			require.NoError(t, err)
			require.Equal(t, want, got, "%d", k)
		}
	}
}

// The degree is the sum of the indices in the box, for every box whose boundary
// has no zero.
func TestBoundaryDegreeIsSumOfIndices(t *testing.T) {
	rng := random(1)
	seen := map[int]int{}
	for range times(t, 34) {
		dim := 1 + rng.IntN(2)
		f := model.RandomSmoothField(dim, rng.Uint64N(1000))
		b := model.Box{}
		for range dim {
			low := -3 * rng.Float64()
			b.Lower, b.Upper = append(b.Lower, low), append(b.Upper, low+4*rng.Float64()+0.1)
		}
		want, err := model.BoundaryDegree(f, b)
		require.NoError(t, err)
		set := equilibria(t, f, model.EquilibriumSearch{Box: b})
		require.Equal(t, want, set.IndexSum, "%v", b)
		require.Equal(t, want, *set.Degree)
		seen[want]++
	}
	require.Greater(t, len(seen), 2, "%v", seen)
}

// On a kink, where a side is halved, F turns on: hard-tanh of 3y + 1 has one at y = 0, and a mixture
// none of its derivatives there. A side that runs along the kink is refused.
func TestBoundaryDegreeAcrossKink(t *testing.T) {
	m, err := model.NewMixture(model.HardTanh(), []model.Population{{Weight: 1, Mean: []float64{0, 3, 0, 32, 1}, Cov: mat.NewSymDense(5, nil)}})
	require.NoError(t, err)
	for _, c := range []struct {
		b    model.Box
		want int
	}{{symmetricBox(2, 34), 1}, {box(-1, 1, -8, 8), -1}, {box(1, 3, -8, 8), 0}} {
		got, err := model.BoundaryDegree(m.Circuit(), c.b)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%v", c.b)
	}
	_, err = model.BoundaryDegree(m.Circuit(), box(-1, 1, 0, 8))
	require.ErrorContains(t, err, "kink")
}

func TestBoundaryDegreeRefuses(t *testing.T) {
	for _, c := range []struct {
		f    model.VectorField
		b    model.Box
		want error
	}{
		{cubic(1), box(-1, 3), model.ErrNotConverged}, // a zero at the end
		{cubic(2), box(-1, 3, -2, 2), model.ErrNotConverged},
		{cubic(3), symmetricBox(3, 2), model.ErrInvalid},
		{cubic(2), box(-1, 3), model.ErrInvalid},
		{cubic(2), box(-1, 3, 2, 2), model.ErrInvalid},
		{formula{dim: 2, slope: cubic(2).slope, field: func(x []float64) []float64 { return []float64{math.NaN(), 1} }}, symmetricBox(2, 1), model.ErrNotConverged},
		{formula{dim: 2, slope: cubic(2).slope, field: func(x []float64) []float64 { return []float64{math.Copysign(1, x[0]-0.3), 0} }}, symmetricBox(2, 1), model.ErrNotConverged},
	} {
		_, err := model.BoundaryDegree(c.f, c.b)
		require.ErrorIs(t, err, c.want)
	}
}

func TestEquilibriaRefuse(t *testing.T) {
	fine := model.EquilibriumSearch{Box: symmetricBox(2, 1)}
	for name, change := range map[string]func(*model.EquilibriumSearch){
		"lower end":         func(s *model.EquilibriumSearch) { s.Box = symmetricBox(1, 1) },
		"upper end":         func(s *model.EquilibriumSearch) { s.Box.Upper = []float64{1, math.NaN()} },
		"entry 0":           func(s *model.EquilibriumSearch) { s.Box = symmetricBox(2, -1) },
		"-1 starts":         func(s *model.EquilibriumSearch) { s.Starts = -1 },
		"limit -2":          func(s *model.EquilibriumSearch) { s.Limit = -2 },
		"lower end of the ": func(s *model.EquilibriumSearch) { s.Box = model.Box{} },
	} {
		s := fine
		change(&s)
		_, err := model.FindEquilibria(cubic(2), s)
		require.ErrorIs(t, err, model.ErrInvalid, name)
		require.ErrorContains(t, err, name)
	}
	nan := formula{dim: 2, field: func(x []float64) []float64 { return []float64{0, math.Log(x[0] - 5)} }, slope: cubic(2).slope}
	_, err := model.FindEquilibria(nan, fine)
	require.ErrorIs(t, err, model.ErrInvalid)
	require.ErrorContains(t, err, "middle of the box[1]")
	_, err = model.FindEquilibria(model.VanDerPol(math.NaN()), fine)
	require.ErrorIs(t, err, model.ErrInvalid)
}

// A wrong degree is not reached: six rounds, and what was found all the same.
func TestEquilibriaOfWrongDegree(t *testing.T) {
	five := 5
	set := equilibria(t, cubic(1), model.EquilibriumSearch{Box: symmetricBox(1, 2), ExpectedDegree: &five})
	require.Equal(t, 6, set.Rounds)
	require.Len(t, set.Points, 3)
	require.Equal(t, 5, *set.Degree)
	set = equilibria(t, cubic(1), model.EquilibriumSearch{Box: box(-1, 2)})
	require.Len(t, set.Points, 3, "one is on the boundary, and belongs to the box")
	require.Nil(t, set.Degree)
	require.Len(t, equilibria(t, cubic(1), model.EquilibriumSearch{Box: box(-0.999, 2)}).Points, 2)
}

// The limit ends the search; the same numbers in, the same points out.
func TestEquilibriaLimitAndOrder(t *testing.T) {
	set := equilibria(t, cubic(2), model.EquilibriumSearch{Box: symmetricBox(2, 2), Limit: 8})
	require.True(t, set.Truncated)
	require.Len(t, set.Points, 8)
	set = equilibria(t, cubic(2), model.EquilibriumSearch{Box: symmetricBox(2, 2), Limit: 9})
	require.False(t, set.Truncated)
	again := equilibria(t, cubic(2), model.EquilibriumSearch{Box: symmetricBox(2, 2), Limit: 9})
	require.Equal(t, set, again)
	for i := 1; i < 9; i++ {
		a, b := set.Points[i-1].Point, set.Points[i].Point
		require.True(t, a[0] < b[0] || a[0] == b[0] && a[1] < b[1])
	}
}

// Each of the searches finds fixed points by itself.
func TestEquilibriaMeans(t *testing.T) {
	count := map[string]int{}
	for seed := range uint64(20) {
		f := model.RandomSmoothField(2, seed)
		for _, p := range equilibria(t, f, model.EquilibriumSearch{Box: f.Box}).Points {
			for _, m := range p.Means {
				count[m]++
			}
		}
	}
	require.Len(t, count, 6, "%v", count)
	for _, m := range []string{"between", "cells", "deflation", "flow", "fold", "newton"} {
		require.Greater(t, count[m], 3, m)
	}
}

func BenchmarkEquilibria(b *testing.B) {
	for _, dim := range []int{1, 2, 3, 5} {
		b.Run(model.RandomSmoothField(dim, 1).Name+string(rune('0'+dim)), func(b *testing.B) {
			b.ReportAllocs()
			calls, one := 0, 1
			for b.Loop() {
				target := model.RandomSmoothField(dim, 7)
				f := formula{dim: dim, calls: &calls,
					field: func(x []float64) []float64 { v, _ := target.Field(x); return v },
					slope: func(x []float64) [][]float64 { j, _ := target.Jacobian(x); return rowsOf(j) }}
				equilibria(b, f, model.EquilibriumSearch{Box: target.Box, ExpectedDegree: &one})
			}
			b.ReportMetric(float64(calls)/float64(b.N), "evaluations/op")
		})
	}
}
