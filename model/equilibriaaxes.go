package model

import (
	"gonum.org/v1/gonum/mat"
)

// layeredField is a field that varies with quadratic forms xᵀAx + 2bᵀx of its state, and where one is large hardly
// with its size: what it does in between is in a layer that may be thinner than the box by any factor.
type layeredField interface {
	// quadratics returns A (n×n) and b (n) of each form.
	quadratics() (a []*mat.SymDense, b [][]float64)
}

// quadratics of a population are the second moments of its net inputs, E x² = μ² + Δ.
func (c *Circuit) quadratics() (a []*mat.SymDense, b [][]float64) {
	for _, p := range c.pops {
		square, linear := mat.NewSymDense(c.rank, nil), make([]float64, c.rank)
		for r := range c.rank {
			linear[r] = p.MeanM[r]*p.MeanI + p.CovMI[r]
			for s := range r + 1 {
				square.SetSym(r, s, p.MeanM[r]*p.MeanM[s]+p.CovMM[r][s])
			}
		}
		a, b = append(a, square), append(b, linear)
	}
	return a, b
}

// axisDistances is at how many distances an axis is tried: from half the width of the box on, each
// a quarter of the one before, which is where F at one leads Newton from the next.
const axisDistances = 12

// axes returns points on the principal axes of the forms with which a field varies, the farthest from their centres
// first and no more than the starts of a round: in the layers, which no grid need meet.
func (e *equilibriumFinder) axes() [][]float64 {
	f, ok := e.f.(layeredField)
	if !ok {
		return nil
	}
	var starts, centres [][]float64
	var directions []*mat.Dense
	forms, linear := f.quadratics()
	for k, a := range forms {
		if centre, vectors := principal(a, linear[k]); centre != nil {
			centres, directions = append(centres, centre), append(directions, vectors)
		}
	}
	distance := e.box.width() / 2
	for range axisDistances {
		for k, centre := range centres {
			for i := range e.n {
				along := mat.Col(nil, i, directions[k])
				for _, t := range [2]float64{distance, -distance} {
					if x := axpy(centre, t, along); e.box.holds(x, 0) {
						starts = append(starts, x)
					}
				}
			}
		}
		distance /= 4
	}
	return starts[:min(len(starts), e.starts)]
}

// principal returns where xᵀAx + 2bᵀx is least, nearest to 0, and the eigenvectors of A as columns; nil where they are beyond floats.
func principal(a *mat.SymDense, b []float64) (centre []float64, vectors *mat.Dense) {
	var eig mat.EigenSym
	if !finite(a.RawSymmetric().Data) || !finite(b) || !eig.Factorize(a, true) {
		return nil, nil
	}
	vectors = new(mat.Dense)
	eig.VectorsTo(vectors)
	values := eig.Values(nil)
	n := len(b)
	centre = make([]float64, n)
	for i, value := range values {
		if value > float64(n)*unitRoundoff*values[n-1] {
			v := mat.Col(nil, i, vectors)
			centre = axpy(centre, -mat.Dot(vec(v), vec(b))/value, v)
		}
	}
	if !finite(centre) {
		return nil, nil
	}
	return centre, vectors
}
