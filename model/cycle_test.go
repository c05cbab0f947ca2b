package model_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

func cycleOf(t testing.TB, f model.VectorField, s model.CycleSearch) *model.LimitCycle {
	t.Helper()
	c, err := model.FindCycle(f, s)
	require.NoError(t, err)
	require.Len(t, c.Orbit, 256)
	require.Equal(t, c.Point, c.Orbit[0])
	return c
}

func TestCycleScratch(t *testing.T) {
	c := cycleOf(t, hopf(1, 2, 0.5), model.CycleSearch{Start: []float64{0.5, 0.2}, Transient: 3})
	fmt.Println(c.Period-math.Pi, c.PeriodError, c.Amplitude[0]-1, c.Amplitude[1]-1, c.Exponents, c.Stable, c.Residual)
	c = cycleOf(t, model.VanDerPol(1), model.CycleSearch{Start: []float64{1, 0}, Transient: 10})
	fmt.Println(c.Period-6.6632868593231301, c.PeriodError, c.Amplitude, c.Exponents, c.Stable, c.Residual)
	for _, start := range []float64{0.9, 1.1, 1.9, 2.5} {
		c, err := model.FindCycle(model.CycleAroundPoint(), model.CycleSearch{Start: []float64{start, 0}})
		if err != nil {
			fmt.Println(start, err)
			continue
		}
		fmt.Println(start, c.Period-2*math.Pi, c.PeriodError, c.Amplitude, c.Exponents, c.Stable, c.Residual)
	}
	_, err := model.FindCycle(model.CycleAroundPoint(), model.CycleSearch{Start: []float64{0.9, 0}, Transient: 30})
	fmt.Println(err)
	_, err = model.FindCycle(model.CycleAroundPoint(), model.CycleSearch{Start: []float64{0.5, 0}, Transient: 0})
	fmt.Println(err)
	_, err = model.FindCycle(linearField([]float64{0, -1}, []float64{1, 0}), model.CycleSearch{Start: []float64{0.9, 0}, Transient: 30})
	fmt.Println(err)
}

func BenchmarkCycleVanDerPol(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		cycleOf(b, model.VanDerPol(1), model.CycleSearch{Start: []float64{1, 0}, Transient: 10})
	}
}
