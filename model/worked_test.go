package model_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

// twoPopulations is B's flip-flop of rank one: Σ_nm = (−10, 4.5), Σ_mm = (1.98,
// 0.02), equal weights.
func twoPopulations() (*model.Mixture, error) {
	return model.CentredMixture(model.Tanh(), []float64{0.5, 0.5},
		[][][]float64{{{-10}}, {{4.5}}}, [][][]float64{{{1.98}}, {{0.02}}})
}

// onePopulation has the overlap Σ_nm, and Σ_mm = 1.
func onePopulation(overlap [][]float64) (*model.Mixture, error) {
	return model.CentredMixture(model.Tanh(), []float64{1}, [][][]float64{overlap}, [][][]float64{identityRows(len(overlap))})
}

func polygon(n int, radius float64) [][]float64 {
	var out [][]float64
	for k := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
		out = append(out, []float64{radius * cos, radius * sin})
	}
	return out
}

// cubeAt are the eight vertices at a radius.
func cubeAt(radius float64) [][]float64 {
	var out [][]float64
	for k := range 8 {
		v := make([]float64, 3)
		for i := range v {
			v[i] = radius / math.Sqrt(3) * float64(1-2*(k>>i&1))
		}
		out = append(out, v)
	}
	return out
}

func octahedronAt(radius float64) [][]float64 {
	var out [][]float64
	for i := range 3 {
		for _, sign := range []float64{1, -1} {
			v := make([]float64, 3)
			v[i] = sign * radius
			out = append(out, v)
		}
	}
	return out
}

// TestWorkedParameters counts the fixed points, and the stable ones, of the
// parameter sets of B's figures. Each search is certified by its indices, and
// by a Newton–Kantorovich radius of each point. The counts of one population
// are those of M7; the others were found by six searches that agree, and those
// of cube and octahedron are in theory.md.
func TestWorkedParameters(t *testing.T) {
	points := func(at [][]float64) func() (*model.Mixture, error) {
		return func() (*model.Mixture, error) { return model.PointMixture(model.Tanh(), at) }
	}
	one := func(overlap [][]float64) func() (*model.Mixture, error) {
		return func() (*model.Mixture, error) { return onePopulation(overlap) }
	}
	type worked struct {
		name          string
		make          func() (*model.Mixture, error)
		count, stable int
	}
	cases := []worked{
		{"σ = diag(1.2, 1.6)", one([][]float64{{1.2, 0}, {0, 1.6}}), 5, 2},
		{"rotation", one([][]float64{{1.6, -0.8}, {0.8, 1.6}}), 1, 0},
		{"R = 3", one([][]float64{{1.2, -2, 1.5}, {1, 1.2, 0}, {0, 0, 1.6}}), 3, 2},
		{"two populations", twoPopulations, 5, 3},
		{"square", points(polygon(4, 2)), 9, 4},
		{"hexagon", points(polygon(6, 2)), 13, 6},
		{"cube at radius 2", points(cubeAt(2)), 27, 6},
		{"cube at radius 3", points(cubeAt(3)), 51, 14},
		{"octahedron at radius 3", points(octahedronAt(3)), 27, 8},
	}
	for k := range 11 {
		epsilon := float64(k) / 5
		cases = append(cases, worked{fmt.Sprintf("σ = [[1.2, %v], [0, 1.6]]", epsilon), one([][]float64{{1.2, epsilon}, {0, 1.6}}), 5, 2})
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m, err := c.make()
			require.NoError(t, err)
			set := fixedPointsOf(t, m.Circuit())
			require.False(t, set.Truncated || set.Continuum)
			require.Equal(t, 1, set.IndexSum)
			stable := 0
			for _, p := range set.Points {
				require.NotZero(t, p.Index)
				require.False(t, math.IsInf(p.Radius, 1), "point %v has no certificate", p.Point)
				require.NotEqual(t, model.Undecided, p.Stability)
				if p.Stability == model.Stable {
					stable++
				}
			}
			require.Equal(t, [2]int{c.count, c.stable}, [2]int{len(set.Points), stable}, "fixed points, and stable ones")
		})
	}
}

// TestRing: σ = 1.6 I has a circle of fixed points, ρ with g(ρ²) = 1/1.6, which
// no list exhausts: it is called a continuum, and nothing is certified.
func TestRing(t *testing.T) {
	m, err := onePopulation([][]float64{{1.6, 0}, {0, 1.6}})
	require.NoError(t, err)
	set := fixedPointsOf(t, m.Circuit())
	require.True(t, set.Continuum)
	radii := map[string]int{}
	for _, p := range set.Points {
		radii[fmt.Sprintf("%.10f", math.Hypot(p.Point[0], p.Point[1]))]++
	}
	require.Len(t, radii, 2, "the origin and one radius: %v", radii)
	require.Equal(t, 1, radii["0.0000000000"])
}
