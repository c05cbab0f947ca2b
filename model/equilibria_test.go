package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func equilibria(t testing.TB, f model.VectorField, s model.EquilibriumSearch) *model.EquilibriumSet {
	t.Helper()
	set, err := model.FindEquilibria(f, s)
	require.NoError(t, err)
	sum := 0
	for i, p := range set.Points {
		sum += p.Index
		require.NotEmpty(t, p.Means)
		if i > 0 {
			require.NotEqual(t, p.Point, set.Points[i-1].Point)
		}
	}
	require.Equal(t, sum, set.IndexSum)
	return set
}

func symmetricBox(dim int, half float64) model.Box {
	b := model.Box{Lower: make([]float64, dim), Upper: make([]float64, dim)}
	for i := range dim {
		b.Lower[i], b.Upper[i] = -half, half
	}
	return b
}

// requirePoints holds the points found to the known ones, each within its
// uncertainty and the rounding of the known one.
func requirePoints(t testing.TB, want [][]float64, set *model.EquilibriumSet) {
	t.Helper()
	require.Len(t, set.Points, len(want), "%v", set.Points)
	for _, w := range want {
		matches := 0
		for _, p := range set.Points {
			size := 0.0
			for _, v := range w {
				size = max(size, math.Abs(v))
			}
			if farthest(p.Point, w) <= p.Uncertainty+8*u*size {
				matches++
			}
		}
		require.Equal(t, 1, matches, "%v among %v", w, set.Points)
	}
}

// cubic is ẋ_i = x_i − x_i³: 3ⁿ zeros, at −1, 0 or 1 in each coordinate, det(−DF) =
// Π(3x_i² − 1), so that an index is (−1)^(number of zero coordinates).
func cubic(dim int) formula {
	return formula{dim: dim,
		field: func(x []float64) []float64 {
			f := make([]float64, dim)
			for i, v := range x {
				f[i] = v - v*v*v
			}
			return f
		},
		slope: func(x []float64) [][]float64 {
			j := make([][]float64, dim)
			for i, v := range x {
				j[i] = make([]float64, dim)
				j[i][i] = 1 - 3*v*v
			}
			return j
		}}
}

func TestEquilibriaOfCubics(t *testing.T) {
	for dim := 1; dim <= 4; dim++ {
		var want [][]float64
		for code := range int(math.Pow(3, float64(dim))) {
			p := make([]float64, dim)
			for i := range p {
				p[i] = float64(code%3 - 1)
				code /= 3
			}
			want = append(want, p)
		}
		one := 1
		for seed := range uint64(5) {
			set := equilibria(t, cubic(dim), model.EquilibriumSearch{Box: symmetricBox(dim, 2), Seed: seed, ExpectedDegree: &one})
			requirePoints(t, want, set)
			require.Equal(t, 1, set.IndexSum)
			require.False(t, set.Truncated || set.Continuum)
			for _, p := range set.Points {
				index, growing := 1, 0
				for _, v := range p.Point {
					if math.Abs(v) < 0.5 {
						index, growing = -index, growing+1
					}
				}
				require.Equal(t, index, p.Index)
				require.Len(t, p.Eigenvalues, dim)
				for k, z := range p.Eigenvalues { // 1 where x_i = 0, −2 else
					want := -2.0
					if k < growing {
						want = 1
					}
					require.LessOrEqual(t, math.Abs(real(z)-want), 6*p.Uncertainty+64*u)
				}
				require.Equal(t, growing == 0, p.Stability == model.Stable)
				require.NotEqual(t, model.Undecided, p.Stability)
			}
		}
	}
}

// Zeros that no float64 is, around one at the very middle of the box, in more
// dimensions than have a grid.
func TestEquilibriaAroundRest(t *testing.T) {
	f := cubic(4)
	scaled := formula{dim: 4,
		field: func(x []float64) []float64 {
			y := make([]float64, 4)
			for i := range y {
				y[i] = x[i] / math.Sqrt(3)
			}
			return f.field(y)
		},
		slope: func(x []float64) [][]float64 {
			y := make([]float64, 4)
			for i := range y {
				y[i] = x[i] / math.Sqrt(3)
			}
			j := f.slope(y)
			for i := range j {
				j[i][i] /= math.Sqrt(3)
			}
			return j
		}}
	one := 1
	set := equilibria(t, scaled, model.EquilibriumSearch{Box: symmetricBox(4, 4), ExpectedDegree: &one})
	require.Len(t, set.Points, 81)
}

// Fixed points of the targets, in closed form.
func TestEquilibriaOfTargets(t *testing.T) {
	h := math.Sqrt(5)
	s := math.Sqrt(8.0 / 3 * 27)
	for _, c := range []struct {
		target *model.Target
		want   [][]float64
	}{
		{model.BistableWell(), [][]float64{{-h / 2, h / 4}, {0, 0}, {h / 2, -h / 4}}},
		{model.CycleAroundPoint(), [][]float64{{0, 0}}},
		{model.VanDerPol(1), [][]float64{{0, 0}}},
		{model.VanDerPol(100), [][]float64{{0, 0}}},
		{model.Lorenz(10, 28, 8.0/3), [][]float64{{0, 0, 0}, {s, s, 27}, {-s, -s, 27}}},
	} {
		set := equilibria(t, c.target, model.EquilibriumSearch{Box: c.target.Box})
		require.Equal(t, 1, set.Rounds)
		requirePoints(t, c.want, set)
		for _, p := range set.Points {
			require.LessOrEqual(t, p.Radius, 1e-9, "certified: %s %v", c.target.Name, p)
			require.GreaterOrEqual(t, p.Isolation, p.Radius)
			nearest := math.Inf(1)
			for _, w := range c.want {
				if d := farthest(p.Point, w); d > p.Radius+u*(1+d) { // another one than this
					nearest = min(nearest, d)
				}
			}
			require.LessOrEqual(t, p.Isolation, nearest, "no other zero is there")
		}
	}
}

// productField is ẋ_i = Π_k (x_i − a_ik), rotated so that nothing is aligned: zeros at
// all combinations of the roots.
func productField(roots ...[]float64) formula {
	value := func(r []float64, v float64) (f, slope float64) {
		f = 1
		for _, a := range r {
			slope = slope*(v-a) + f
			f *= v - a
		}
		return f, slope
	}
	n := len(roots)
	mix := func(i, k int) float64 { // invertible, dominated by its diagonal
		if i == k {
			return -1
		}
		return 0.3 / float64(1+i+2*k)
	}
	return formula{dim: n,
		field: func(x []float64) []float64 {
			f := make([]float64, n)
			for k, v := range x {
				p, _ := value(roots[k], v)
				for i := range f {
					f[i] += mix(i, k) * p
				}
			}
			return f
		},
		slope: func(x []float64) [][]float64 {
			j := make([][]float64, n)
			for i := range j {
				j[i] = make([]float64, n)
				for k, v := range x {
					_, s := value(roots[k], v)
					j[i][k] = mix(i, k) * s
				}
			}
			return j
		}}
}

// Two zeros at a distance of 1e-4, born at a fold: their indices add up to 0, so
// that no sum of indices misses them. Every seed finds both.
func TestEquilibriaOfClosePair(t *testing.T) {
	near := []float64{0.31, 0.3101, -0.77}
	for _, c := range []struct {
		f    formula
		want int
	}{
		{productField(near), 3},
		{productField(near, []float64{0.4}), 3},
		{productField(near, []float64{-0.9, 0.1, 0.8}), 9},
		{productField(near, near), 9},
		{productField([]float64{0.2}, near, []float64{-0.5, 0.1, 0.7}), 9},
	} {
		for seed := range uint64(times(t, 7)) {
			set := equilibria(t, c.f, model.EquilibriumSearch{Box: symmetricBox(c.f.dim, 1.5), Seed: seed, Starts: 16})
			require.Len(t, set.Points, c.want, "seed %d", seed)
			for _, p := range set.Points {
				require.NotZero(t, p.Index)
				for i, q := range set.Points {
					require.LessOrEqual(t, math.Abs(p.Residual), 64*u, "%d %v", i, q)
				}
			}
		}
	}
}

// A zero of x² or of (x − a)³ is degenerate: it has no index and no radius, and is
// found once, not as many times as there are points at which F is rounding.
func TestEquilibriaDegenerate(t *testing.T) {
	for name, c := range map[string]struct {
		f    formula
		want int
		flat int
	}{
		"double":           {productField([]float64{0.3, 0.3}), 1, 1},
		"triple":           {productField([]float64{0.3, 0.3, 0.3}), 1, 1},
		"double, simple":   {productField([]float64{0.3, 0.3, -0.6}), 2, 1},
		"double by double": {productField([]float64{0.3, 0.3}, []float64{-0.2, -0.2}), 1, 1},
		"double by simple": {productField([]float64{0.3, 0.3}, []float64{-0.2, 0.5}), 2, 2},
		"expanded": {formula{dim: 1, // (x − 1)³, known to rounding of 1 only
			field: func(x []float64) []float64 { v := x[0]; return []float64{-v*v*v + 3*v*v - 3*v + 1} },
			slope: func(x []float64) [][]float64 { v := x[0]; return [][]float64{{-3*v*v + 6*v - 3}} }}, 1, 1},
	} {
		for seed := range uint64(5) {
			set := equilibria(t, c.f, model.EquilibriumSearch{Box: symmetricBox(c.f.dim, 1.5), Seed: seed})
			require.Len(t, set.Points, c.want, "%s: %v", name, set.Points)
			flat := 0
			for _, p := range set.Points {
				if p.Index == 0 {
					flat++
					require.True(t, math.IsInf(p.Radius, 1))
					require.Zero(t, p.Isolation)
				}
			}
			require.Equal(t, c.flat, flat, name)
			require.False(t, set.Continuum, name)
		}
	}
}

// Rings of zeros, and a plane of nothing but zeros.
func TestEquilibriaOfContinuum(t *testing.T) {
	ring := hopf(1, 0, 0) // ṙ = r(1 − r²), no rotation
	set := equilibria(t, ring, model.EquilibriumSearch{Box: symmetricBox(2, 2), Limit: 40})
	require.True(t, set.Continuum)
	require.True(t, set.Truncated)
	require.Len(t, set.Points, 40)
	for _, p := range set.Points {
		if r := math.Hypot(p.Point[0], p.Point[1]); r > 0.5 {
			require.Zero(t, p.Index)
			require.LessOrEqual(t, math.Abs(r-1), 64*u)
			require.Equal(t, model.Undecided, p.Stability)
		} else {
			require.Equal(t, 1, p.Index)
			require.Equal(t, model.Unstable, p.Stability)
		}
	}
	nothing := formula{dim: 2, field: func([]float64) []float64 { return []float64{0, 0} }, slope: func([]float64) [][]float64 { return [][]float64{{0, 0}, {0, 0}} }}
	set = equilibria(t, nothing, model.EquilibriumSearch{Box: symmetricBox(2, 2), Limit: 9})
	require.True(t, set.Continuum)
	line := productField([]float64{0.1}, []float64{0.2})
	one := formula{dim: 2, // zero wherever x = y
		field: func(x []float64) []float64 { d := x[0] - x[1]; return []float64{d, d + d*d} },
		slope: func(x []float64) [][]float64 {
			d := 2 * (x[0] - x[1])
			return [][]float64{{1, -1}, {1 + d, -1 - d}}
		}}
	require.True(t, equilibria(t, one, model.EquilibriumSearch{Box: symmetricBox(2, 2)}).Continuum)
	require.False(t, equilibria(t, line, model.EquilibriumSearch{Box: symmetricBox(2, 2)}).Continuum)
}

// Random fields of degree 1: the indices add up, and two seeds agree on the points.
func TestEquilibriaOfRandomFields(t *testing.T) {
	points, fields := 0, times(t, 21)
	for seed := range uint64(fields) {
		f := model.RandomSmoothField(1+int(seed%3), seed)
		one := 1
		a := equilibria(t, f, model.EquilibriumSearch{Box: f.Box, Seed: 1, ExpectedDegree: &one})
		b := equilibria(t, f, model.EquilibriumSearch{Box: f.Box, Seed: 2, ExpectedDegree: &one})
		require.Equal(t, 1, a.IndexSum, "field %d", seed)
		require.Len(t, b.Points, len(a.Points), "field %d", seed)
		for i, p := range a.Points {
			require.LessOrEqual(t, farthest(p.Point, b.Points[i].Point), p.Radius+b.Points[i].Radius)
		}
		points += len(a.Points)
	}
	require.Greater(t, points, fields*3/2, "fields with more than one fixed point are among them")
}

// rounded is a field that says how inaccurate it is.
type rounded struct {
	formula
	field, jacobian float64
}

func (r rounded) FieldError([]float64) (field, jacobian float64, err error) {
	return r.field, r.jacobian, nil
}

// What a field says of its errors is what certificates go by: x − x³ has slopes 1 at 0
// and −2 at ±1.
func TestEquilibriaOfRoundedField(t *testing.T) {
	for _, c := range []struct {
		field, jacobian float64
		sharp           int
	}{{1e-9, 0, 3}, {1e-9, 0.6, 2}, {1e-9, 1.5, 0}, {1e-4, 1e-9, 3}} {
		set := equilibria(t, rounded{cubic(1), c.field, c.jacobian}, model.EquilibriumSearch{Box: symmetricBox(1, 2)})
		require.Len(t, set.Points, 3)
		sharp := 0
		for _, p := range set.Points {
			require.True(t, math.IsInf(p.Radius, 1), "no bound of the curvature, no certificate")
			if p.Index != 0 {
				sharp++
				slope := math.Abs(1 - 3*p.Point[0]*p.Point[0])
				require.GreaterOrEqual(t, p.Uncertainty*(1+16*u), c.field/(slope+3*p.Uncertainty))
				require.LessOrEqual(t, p.Uncertainty, 4*c.field/slope)
			}
			if c.jacobian > 1 && math.Abs(p.Point[0]) < 0.5 {
				require.Equal(t, model.Undecided, p.Stability)
			}
		}
		require.Equal(t, c.sharp, sharp, "%v", c)
	}
}

// TestEquilibriaWithAKinkInTheMiddle: DF does not exist at κ = 0, the middle of
// the box, where the unit rests on the kink of hard-tanh; the zero is elsewhere.
func TestEquilibriaWithAKinkInTheMiddle(t *testing.T) {
	m, err := model.NewMixture(model.HardTanh(), []model.Population{{Weight: 1, Mean: []float64{0.5, 0.25, 1}, Cov: mat.NewSymDense(3, nil)}})
	require.NoError(t, err)
	_, err = m.Circuit().Jacobian([]float64{0})
	require.ErrorIs(t, err, model.ErrInvalid)
	set := fixedPointsOf(t, m.Circuit())
	require.Len(t, set.Points, 1)
	require.Equal(t, []float64{0.25}, set.Points[0].Point) // hard-tanh(0.5·0.25 + 1) = 1
	require.Equal(t, 1, set.IndexSum)
}
