package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// alone returns a finder that has found one zero, by Newton from a start.
func alone(t *testing.T, f VectorField, b Box, start ...float64) *equilibriumFinder {
	t.Helper()
	e, err := newEquilibriumFinder(f, EquilibriumSearch{Box: b})
	require.NoError(t, err)
	require.NotNil(t, e.try("newton", start, b))
	require.Len(t, e.found, 1)
	return e
}

// Searches that start from a zero found lead to another one, each by itself: the
// saddle of the bistable well from either side, and none where there is none.
func TestSearchesFromOneZero(t *testing.T) {
	f := BistableWell()
	for _, start := range [][]float64{{1, -0.5}, {-1, 0.5}} {
		e := alone(t, f, f.Box, start...)
		e.deflate(0, 0)
		require.Len(t, e.found, 2, "deflation from %v", start)
		require.Equal(t, []string{"deflation"}, e.found[1].Means)
	}
	e := alone(t, f, f.Box, 1, -0.5)
	e.tryAll("between", e.between(0))
	require.Len(t, e.found, 2, "the reflection")
	e.tryAll("between", e.between(1))
	require.Len(t, e.found, 3, "the middle")
	e = alone(t, CycleAroundPoint(), CycleAroundPoint().Box, 0, 0)
	e.deflate(0, 0)
	e.folds(0)
	e.flow(4)
	require.Len(t, e.found, 1)
}

// fold is ẋ = (x − 0.3)(x − 0.3 − gap), a parabola: its second zero is where the second
// order at the first puts it.
func TestFoldLeadsToPartner(t *testing.T) {
	for _, gap := range []float64{0.5, 1e-2, 1e-4, -1e-4} {
		f := cube(1, 1)
		parabola := &Target{Name: "fold", Box: f,
			field:     func(dst, x []float64) { dst[0] = (x[0] - 0.3) * (x[0] - 0.3 - gap) },
			jacobian:  func(set func(i, j int, v float64), x []float64) { set(0, 0, 2*(x[0]-0.3)-gap) },
			curvature: func([]float64) float64 { return 2 }}
		e := alone(t, parabola, f, 0.3)
		e.folds(0)
		require.Len(t, e.found, 2, "gap %v", gap)
		require.LessOrEqual(t, e.found[1].Point[0]-0.3-gap, e.found[1].Radius)
	}
}

// Around parts of a box F turns by the indices of the zeros inside: from one zero
// that leads to all of them, those of opposite index in two parts too, and to where
// F turns over in a 10⁻⁶th of the box, which no start meets.
func TestPartsLeadToWhatIsMissing(t *testing.T) {
	steep := func(n int, slope float64) *Target {
		b := cube(n, 2)
		return &Target{Name: "steep", Box: b,
			field: func(dst, x []float64) {
				for i, v := range x {
					dst[i] = -v + math.Tanh(slope*(v-0.1))
				}
			},
			jacobian: func(set func(i, j int, v float64), x []float64) {
				for i, v := range x {
					set(i, i, -1+slope/math.Pow(math.Cosh(slope*(v-0.1)), 2))
				}
			},
			curvature: func([]float64) float64 { return slope * slope }}
	}
	one := 1
	for n, want := range map[int]int{1: 3, 2: 9} {
		for _, slope := range []float64{2, 1e3, 1e6} {
			f := steep(n, slope)
			e := alone(t, f, f.Box, repeated(-1, n)...)
			e.survey(&one)
			require.Len(t, e.found, want, "n = %d, slope %v", n, slope)
			for _, z := range e.found[1:] {
				require.Contains(t, z.Means, "degree")
			}
			set, err := FindEquilibria(f, EquilibriumSearch{Box: f.Box})
			require.NoError(t, err)
			require.Len(t, set.Points, want, "n = %d, slope %v", n, slope)
			require.Equal(t, 1, set.Rounds)
		}
	}
	e := alone(t, CycleAroundPoint(), CycleAroundPoint().Box, 0, 0)
	e.survey(&one)
	require.Len(t, e.found, 1)
	two := 2 // that is wrong
	e.survey(&two)
	require.Len(t, e.found, 1)
}

// A degenerate zero, which may count anything, hides no other in parts without it: −x³ + H(x − 0.3)/2, H a steep step.
func TestPartsBesideADegenerateZero(t *testing.T) {
	for _, slope := range []float64{1e2, 1e3, 1e6} {
		f := &Target{Name: "step", Box: cube(1, 2),
			field: func(dst, x []float64) { dst[0] = -x[0]*x[0]*x[0] + (1+math.Tanh(slope*(x[0]-0.3)))/4 },
			jacobian: func(set func(i, j int, v float64), x []float64) {
				set(0, 0, -3*x[0]*x[0]+slope/4/math.Pow(math.Cosh(slope*(x[0]-0.3)), 2))
			},
			curvature: func([]float64) float64 { return slope * slope }}
		one, e := 1, alone(t, f, f.Box, 0)
		require.Zero(t, e.found[0].Index)
		e.survey(&one)
		require.Len(t, e.found, 3, "slope %v", slope)
	}
}

// A zero in a layer that is thinner than the box by a factor of 2¹⁰ to 2²⁰ is met from the axes, whatever the rank: σ = diag(2, 1, …),
// Var m_1 = δ² and 1 otherwise, whose zeros are 0, degenerate, and ±√(6/π)/δ e_1 (M7).
func TestAxesMeetThinLayers(t *testing.T) {
	for _, rank := range []int{2, 3, 5} {
		for _, thin := range []float64{0x1p-10, 0x1p-14, 0x1p-20} {
			cov := mat.NewSymDense(2*rank+1, nil)
			for r := range rank {
				gain, spread := 1.0, 1.0
				if r == 0 {
					gain, spread = 2, thin*thin
				}
				cov.SetSym(r, r, spread)
				cov.SetSym(rank+r, r, gain)
				cov.SetSym(rank+r, rank+r, gain*gain/spread)
			}
			m, err := NewMixture(Erf(), []Population{{Weight: 1, Mean: make([]float64, 2*rank+1), Cov: cov}})
			require.NoError(t, err)
			set, err := m.Circuit().FixedPoints(EquilibriumSearch{})
			require.NoError(t, err)
			require.Len(t, set.Points, 3)
			want := math.Sqrt(6/math.Pi) / thin
			require.LessOrEqual(t, math.Abs(set.Points[0].Point[0]+want), 1e-12*want)
			require.LessOrEqual(t, math.Abs(set.Points[2].Point[0]-want), 1e-12*want)
			require.Contains(t, set.Points[2].Means, "axes")
		}
	}
}

// A zero in a thin layer on an eigenvector of σ that is no principal axis of Σ_mm: 0 and ±√(6/π)/δ e_2, Var m_2 = Cov(m_2, m_3) = δ² = Var m_3/2.
func TestEigenvectorsMeetThinLayers(t *testing.T) {
	for _, thin := range []float64{0x1p-8, 0x1p-12, 0x1p-20} {
		cov := mat.NewSymDense(7, nil)
		for i, row := range [][]float64{{1, 0, 0}, {0, thin * thin, thin * thin}, {0, thin * thin, 2 * thin * thin}} {
			for k, v := range row {
				cov.SetSym(i, k, v)
			}
		}
		for i, row := range [][]float64{{0, 0, -1}, {0, 2, 0}, {0, 0, 0}} {
			cov.SetSym(3+i, 3+i, 64/(thin*thin))
			for k, v := range row {
				cov.SetSym(3+i, k, v)
			}
		}
		m, err := NewMixture(Erf(), []Population{{Weight: 1, Mean: make([]float64, 7), Cov: cov}})
		require.NoError(t, err)
		set, err := m.Circuit().FixedPoints(EquilibriumSearch{})
		require.NoError(t, err)
		require.Len(t, set.Points, 3)
		require.Equal(t, 1, set.Rounds)
		want := math.Sqrt(6/math.Pi) / thin
		require.LessOrEqual(t, math.Abs(set.Points[0].Point[1]+want), 1e-12*want)
		require.LessOrEqual(t, math.Abs(set.Points[2].Point[1]-want), 1e-12*want)
		require.Contains(t, set.Points[2].Means, "axes")
	}
}

// Of two eigenvalues that are nearly one F is all but rounding around the ellipse Δ = 0.17, thin by 2⁻¹², and zero at four points of it:
// what is listed is zero to the bound of the rounding, and no continuum is seen (M7).
func TestNearlyAnEllipseOfZeros(t *testing.T) {
	cov := mat.NewSymDense(5, nil)
	for i, row := range [][]float64{{1 + 0x1p-24, -1}, {-1, 1}} {
		for k, v := range row {
			cov.SetSym(i, k, v)
		}
	}
	for i, row := range [][]float64{{1.125, 0}, {-0x1p-12, 1.125 + 0x1p-12}} {
		cov.SetSym(2+i, 2+i, 0x1p26)
		for k, v := range row {
			cov.SetSym(2+i, k, v)
		}
	}
	m, err := NewMixture(Erf(), []Population{{Weight: 1, Mean: make([]float64, 5), Cov: cov}})
	require.NoError(t, err)
	set, err := m.Circuit().FixedPoints(EquilibriumSearch{})
	require.NoError(t, err)
	require.Equal(t, 5, len(set.Points))
	require.False(t, set.Continuum)
	for _, z := range set.Points {
		field, _, err := m.Circuit().FieldError(z.Point)
		require.NoError(t, err)
		require.LessOrEqual(t, z.Residual, 2*field)
	}
}

// A zero where a piecewise affine F is steep, its kinks 10⁴ uncertainties away, is no degenerate one (M11).
func TestKinksFarAwayLeaveAZeroRegular(t *testing.T) {
	var populations []Population
	for _, mean := range [][]float64{{0, 1, 0, 1, 0}, {136, 336, 336, -128, 0}} {
		populations = append(populations, Population{Weight: 0.5, Mean: mean, Cov: mat.NewSymDense(5, nil)})
	}
	m, err := NewMixture(HardTanh(), populations)
	require.NoError(t, err)
	set, err := m.Circuit().FixedPoints(EquilibriumSearch{})
	require.NoError(t, err)
	require.Len(t, set.Points, 5)
	for i, index := range []int{1, -1, 1, -1, 1} {
		require.Equal(t, index, set.Points[i].Index)
	}
	require.Equal(t, 1, set.IndexSum)
}
