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
	cand, nilz, parts, newz := 0, 0, 0, 0
	cf, cj, pf, pj := 0,0,0,0
	nf := 0
	hist := map[int]int{}
	for seed := range uint64(100) {
		calls, jac := 0, 0
		f := counted{RandomSmoothField(2, seed), &calls, &jac}
		e, _ := newEquilibriumFinder(f, EquilibriumSearch{Box: f.f.(*Target).Box})
		l := e.lattice(13)
		for i := range 169 {
			corner := []int{i%13, i/13}
			if start, ok := e.cellStart(l, corner); ok {
				cand++
				calls, jac = 0, 0
				n := len(e.found)
				z := e.try("cells", start, e.box)
				cf += calls; cj += jac
				if z == nil { nilz++ }
				if len(e.found) > n { newz++; nf += calls }
				low := []float64{float64(corner[0])/13, float64(corner[1])/13}
				high := []float64{float64(corner[0]+1)/13, float64(corner[1]+1)/13}
				cell := Box{e.box.at(low), e.box.at(high)}
				if z == nil || !cell.holds(z.Point, cell.width()/2) {
					parts++
					calls, jac = 0, 0
					e.parts(cell)
					pf += calls; pj += jac
				}
			}
		}
		for _, s := range e.spread(64) {
			calls = 0
			z := e.try("newton", s, e.box)
			k := calls/4
			if z == nil { k += 1000 }
			hist[k]++
		}
	}
	fmt.Println(cand, nilz, parts, newz, cf, cj, pf, pj, nf, hist)
}
