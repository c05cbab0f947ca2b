package model

import (
	"fmt"
	"testing"
	"gonum.org/v1/gonum/mat"
)

type counted struct{ f VectorField; calls, jac *int }
func (c counted) Dim() int { return c.f.Dim() }
func (c counted) Field(x []float64) ([]float64, error) { *c.calls++; return c.f.Field(x) }
func (c counted) Jacobian(x []float64) (*mat.Dense, error) { *c.jac++; return c.f.Jacobian(x) }

func TestScratchB(t *testing.T) {
	f := RandomSmoothField(1, 161)
	for i := 0; i <= 40; i++ {
		x := -4 + 0.2*float64(i)
		v, _ := f.Field([]float64{x})
		fmt.Printf("%.2f:%.3f ", x, v[0])
	}
	fmt.Println()
	var a [8]int
	var b [8]int
	for seed := range uint64(100) {
		calls, jac := 0, 0
		f := counted{RandomSmoothField(2, seed), &calls, &jac}
		e, _ := newEquilibriumFinder(f, EquilibriumSearch{Box: f.f.(*Target).Box})
		lap := func(k int) { a[k] += calls; b[k] += jac; calls, jac = 0, 0 }
		lap(0)
		e.degree()
		lap(1)
		e.cells(0)
		lap(2)
		e.tryAll("newton", e.spread(64))
		lap(3)
		e.flow(4)
		lap(4)
		e.tryAll("between", e.between(0))
		lap(5)
		e.folds(0)
		lap(6)
		e.deflate(0, 0)
		lap(7)
	}
	fmt.Println(a, b)
}
