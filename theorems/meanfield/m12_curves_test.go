package meanfield

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

// M12 (c): errors of fits by 5, 10, 20 and 40 populations off their grid, relative to the size of the target there. The
// table that is logged is the record; what is required of it is less than half of what was measured, in orders of magnitude.
func TestErrorAgainstPopulations(t *testing.T) {
	half := 1.5
	small := model.Box{Lower: []float64{-half, -half}, Upper: []float64{half, half}}
	t.Logf("%-20s %9s %9s %9s %9s %7s", "target", "P = 5", "10", "20", "40", "slope")
	for _, c := range []struct {
		target *model.Target
		box    model.Box
		grid   int
		below  float64 // with 40 populations
		slope  float64 // at most
	}{
		{model.VanDerPol(1), model.VanDerPol(1).Box, 15, 1e-4, -2},
		{model.BistableWell(), model.BistableWell().Box, 15, 1e-4, -2},
		{model.CycleAroundPoint(), model.CycleAroundPoint().Box, 15, 1e-3, -2},
		{model.RandomSmoothField(2, 1), small, 15, 1e-1, -0.5},
		{model.Lorenz(10, 28, 8.0/3), model.Lorenz(10, 28, 8.0/3).Box, 7, 3e-2, -1},
	} {
		features, err := model.DrawFeatures(rand.New(rand.NewPCG(1, 12)), c.target.Dim(), 40, model.DefaultFeatureScales(c.box))
		require.NoError(t, err)
		curve, err := model.FitMixtures(model.FitCurveProblem{Target: c.target, Box: c.box, Grid: c.grid, HeldOut: 200, Seed: 1,
			Nonlinearity: model.Tanh(), Features: features, Populations: []int{5, 10, 20, 40}})
		require.NoError(t, err)
		grid, err := model.GridPoints(c.box, c.grid)
		require.NoError(t, err)
		values, err := model.FieldValues(c.target, grid)
		require.NoError(t, err)
		size := 0.0
		for _, v := range values {
			for _, x := range v {
				size += x * x / float64(len(values))
			}
		}
		size = math.Sqrt(size)
		p := curve.Points
		t.Logf("%-20s %9.1e %9.1e %9.1e %9.1e %7.2f", c.target.Name, p[0].Held/size, p[1].Held/size, p[2].Held/size, p[3].Held/size, curve.Slope)
		require.Less(t, p[3].Held/size, c.below, c.target.Name)
		require.Less(t, curve.Slope, c.slope, c.target.Name)
		for k := range p[1:] { // (b), on the grid
			require.LessOrEqual(t, p[k+1].OnGrid, p[k].OnGrid, c.target.Name)
		}
	}
}
