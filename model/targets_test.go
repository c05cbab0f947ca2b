package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

func everyTarget() []*model.Target {
	return append(model.Targets(), model.VanDerPol(5), model.Lorenz(3, 20, 1), model.RandomSmoothField(1, 2), model.RandomSmoothField(3, 3), model.RandomSmoothField(5, 4))
}

func fieldOf(t testing.TB, f model.VectorField, x ...float64) []float64 {
	t.Helper()
	v, err := f.Field(x)
	require.NoError(t, err)
	return v
}

// within returns the point of a box at fractions of its widths drawn at random.
func within(b model.Box, draw func() float64) []float64 {
	x := make([]float64, len(b.Lower))
	for i := range x {
		x[i] = b.Lower[i] + (b.Upper[i]-b.Lower[i])*draw()
	}
	return x
}

// The Jacobian is the limit of central differences: of the error of two step
// sizes, h and h/2, that is at most h²/6 sup F”' and rounding, four times less.
func TestTargetJacobians(t *testing.T) {
	for _, target := range everyTarget() {
		rng := random(3)
		for range 20 {
			x := within(target.Box, rng.Float64)
			j, err := target.Jacobian(x)
			require.NoError(t, err)
			for k := range x {
				h := 0x1p-16 * (target.Box.Upper[k] - target.Box.Lower[k])
				difference := func(h float64) []float64 {
					up, down := append([]float64(nil), x...), append([]float64(nil), x...)
					up[k] += h
					down[k] -= h
					a, b := fieldOf(t, target, up...), fieldOf(t, target, down...)
					for i := range a {
						a[i] = (a[i] - b[i]) / (up[k] - down[k])
					}
					return a
				}
				coarse, fine := difference(256*h), difference(h)
				for i := range x {
					third := math.Abs(coarse[i]-fine[i]) / 0x1p16 // of h², where 256h told
					size := 0.0
					for _, v := range fieldOf(t, target, x...) {
						size = max(size, math.Abs(v))
					}
					for _, v := range x {
						size = max(size, 100*math.Abs(v)*(1+math.Abs(j.At(i, k))))
					}
					require.LessOrEqual(t, math.Abs(fine[i]-j.At(i, k)), 4*third+64*u*size/h, "%s ∂%d F%d at %v", target.Name, k, i, x)
				}
			}
		}
	}
}

// Curvature is a Lipschitz constant: no two points of the box show a greater one.
func TestTargetCurvature(t *testing.T) {
	for _, target := range everyTarget() {
		bound, err := target.Curvature(target.Box)
		require.NoError(t, err)
		rng, seen := random(4), 0.0
		for range 2000 {
			x := within(target.Box, rng.Float64)
			y, distance := make([]float64, len(x)), 0.0
			for i := range y {
				step := 0x1p-10 * (target.Box.Upper[i] - target.Box.Lower[i]) * (2*rng.Float64() - 1)
				y[i] = min(max(x[i]+step, target.Box.Lower[i]), target.Box.Upper[i])
				distance = max(distance, math.Abs(y[i]-x[i]))
			}
			a, err := target.Jacobian(x)
			require.NoError(t, err)
			b, err := target.Jacobian(y)
			require.NoError(t, err)
			for i := range x {
				row := 0.0
				for k := range x {
					row += math.Abs(a.At(i, k) - b.At(i, k))
				}
				seen = max(seen, row/distance)
			}
		}
		require.LessOrEqual(t, seen, bound*(1+0x1p-30), target.Name)
		require.GreaterOrEqual(t, seen, bound/20, "%s: a bound far from what is seen", target.Name)
	}
}

// Where a field is said to point inward at the boundary, it does.
func TestTargetsPointInward(t *testing.T) {
	for _, target := range []*model.Target{model.BistableWell(), model.CycleAroundPoint(), model.RandomSmoothField(2, 1), model.RandomSmoothField(3, 9)} {
		rng := random(5)
		for range 500 {
			for i := range target.Dim() {
				x := within(target.Box, rng.Float64)
				x[i] = target.Box.Upper[i]
				require.Negative(t, fieldOf(t, target, x...)[i], "%s at %v", target.Name, x)
				x[i] = target.Box.Lower[i]
				require.Positive(t, fieldOf(t, target, x...)[i], "%s at %v", target.Name, x)
			}
		}
	}
}

// Lorenz's ball is entered: at its surface the distance from the centre falls,
// or the point is in the ellipsoid that touches it.
func TestLorenzBall(t *testing.T) {
	for _, p := range [][3]float64{{10, 28, 8.0 / 3}, {3, 20, 1}, {0.5, 30, 2}} {
		target := model.Lorenz(p[0], p[1], p[2])
		radius := target.Box.Upper[0]
		centre := (target.Box.Upper[2] + target.Box.Lower[2]) / 2
		rng := random(6)
		for range 2000 {
			d := []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
			n := math.Sqrt(d[0]*d[0] + d[1]*d[1] + d[2]*d[2])
			f := fieldOf(t, target, radius*d[0]/n, radius*d[1]/n, centre+radius*d[2]/n)
			require.Negative(t, f[0]*d[0]+f[1]*d[1]+f[2]*d[2])
		}
	}
}

func TestTargetsByName(t *testing.T) {
	for _, target := range model.Targets() {
		found, err := model.TargetByName(target.Name)
		require.NoError(t, err)
		require.Equal(t, target.Box, found.Box)
		x := within(target.Box, random(7).Float64)
		require.Equal(t, fieldOf(t, target, x...), fieldOf(t, found, x...))
	}
	_, err := model.TargetByName("rossler")
	require.ErrorIs(t, err, model.ErrInvalid)
	require.ErrorContains(t, err, "rossler")
}

func TestTargetsRefuse(t *testing.T) {
	for _, target := range []*model.Target{model.VanDerPol(math.NaN()), model.Lorenz(10, math.Inf(1), 1), model.RandomSmoothField(0, 1)} {
		x := make([]float64, target.Dim())
		_, err := target.Field(x)
		require.ErrorIs(t, err, model.ErrInvalid)
		_, err = target.Jacobian(x)
		require.ErrorIs(t, err, model.ErrInvalid)
		_, err = target.Curvature(target.Box)
		require.ErrorIs(t, err, model.ErrInvalid)
	}
	_, err := model.VanDerPol(1).Field([]float64{1})
	require.ErrorIs(t, err, model.ErrInvalid)
	_, err = model.VanDerPol(1).Jacobian([]float64{1, math.NaN()})
	require.ErrorContains(t, err, "state[1] is NaN")
	_, err = model.VanDerPol(1).Curvature(model.Box{Lower: []float64{0, 0}, Upper: []float64{1, 0}})
	require.ErrorContains(t, err, "entry 1")
}
