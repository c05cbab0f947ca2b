package model

import (
	"slices"

	"gonum.org/v1/gonum/mat"
)

// layeredField is a field that varies with quadratic forms xᵀAx + 2bᵀx of its state, and where one is large hardly
// with its size: what it does in between is in a layer that may be thinner than the box by any factor.
type layeredField interface{ layers() []layer }

// layer is xᵀAx + 2bᵀx with what F has of it: pull·x times a factor that falls as the form grows.
type layer struct {
	a    *mat.SymDense // n×n
	b    []float64     // n
	pull *mat.Dense    // n×n
}

// layers of the populations: the second moments of their net inputs, E x² = μ² + Δ, and α(a_n a_mᵀ + Σ_nm), for which
// Σ_mm may be anything: F = −κ + g(Δ)σκ of one centred population is zero on eigenvectors of σ = Σ_nm only (M7).
func (c *Circuit) layers() []layer {
	var out []layer
	for _, p := range c.pops {
		l := layer{mat.NewSymDense(c.rank, nil), make([]float64, c.rank), mat.NewDense(c.rank, c.rank, nil)}
		for r := range c.rank {
			l.b[r] = p.MeanM[r]*p.MeanI + p.CovMI[r]
			for s := range c.rank {
				l.pull.Set(r, s, p.Weight*(p.MeanN[r]*p.MeanM[s]+p.CovNM[r][s]))
				l.a.SetSym(r, s, p.MeanM[r]*p.MeanM[s]+p.CovMM[r][s])
			}
		}
		out = append(out, l)
	}
	return out
}

// axisDistances is at how many distances an axis is tried: from half the width of the box on, each
// a quarter of the one before, which is where F at one leads Newton from the next.
const axisDistances = 12

// axes returns points on lines through the centres of the layers of a field, which no grid need meet: on the principal axes of the form, and
// along the real eigenvectors of what pulls, by itself and with all others. The farthest from the centre are first, and of them no more than the starts of a
// round; the next round goes on from there.
func (e *equilibriumFinder) axes(count int) [][]float64 {
	f, ok := e.f.(layeredField)
	if !ok {
		return nil
	}
	var starts [][]float64
	lines := linesThrough(f.layers())
	distance := e.box.width() / 2
	for range axisDistances {
		for _, l := range lines {
			for _, t := range [2]float64{distance, -distance} {
				if x := axpy(l.centre, t, l.along); e.box.holds(x, 0) {
					starts = append(starts, x)
				}
			}
		}
		distance /= 4
	}
	starts = starts[min(len(starts), e.axial):]
	starts = starts[:min(len(starts), count)]
	e.axial += len(starts)
	return starts
}

// line is the points centre + t·along, along of unit norm.
type line struct{ centre, along []float64 }

// linesThrough returns the lines through the centres of layers, each once.
func linesThrough(layers []layer) (lines []line) {
	total := mat.DenseCopyOf(layers[0].pull)
	for _, l := range layers[1:] {
		total.Add(total, l.pull)
	}
	together := realEigenvectors(total)
	for _, l := range layers {
		centre, directions := principal(l.a, l.b)
		if centre == nil {
			continue
		}
		for _, v := range slices.Concat(directions, realEigenvectors(l.pull), together) {
			if l := (line{centre, v}); !slices.ContainsFunc(lines, l.same) {
				lines = append(lines, l)
			}
		}
	}
	return lines
}

// same reports whether two lines are one to rounding.
func (l line) same(other line) bool {
	rounding := 16 * float64(len(l.along)) * unitRoundoff
	if largest(axpy(l.centre, -1, other.centre)) > rounding*largest(l.centre) {
		return false
	}
	return min(largest(axpy(l.along, -1, other.along)), largest(axpy(l.along, 1, other.along))) <= rounding
}

// realEigenvectors returns those of unit norm; none of a matrix that is not decomposed.
func realEigenvectors(a *mat.Dense) (vectors [][]float64) {
	pairs, err := eigen(a, 0)
	if err != nil {
		return nil
	}
	for _, p := range pairs {
		if imag(p.z) != 0 {
			continue
		}
		v := make([]float64, len(p.right))
		for i, z := range p.right {
			v[i] = real(z)
		}
		vectors = append(vectors, v)
	}
	return vectors
}

// principal returns where xᵀAx + 2bᵀx is least, nearest to 0, and the eigenvectors of A; nil where they are beyond floats.
func principal(a *mat.SymDense, b []float64) (centre []float64, vectors [][]float64) {
	var eig mat.EigenSym
	if !finite(a.RawSymmetric().Data) || !finite(b) || !eig.Factorize(a, true) {
		return nil, nil
	}
	var columns mat.Dense
	eig.VectorsTo(&columns)
	values := eig.Values(nil)
	n := len(b)
	centre = make([]float64, n)
	for i, value := range values {
		v := mat.Col(nil, i, &columns)
		vectors = append(vectors, v)
		if value > float64(n)*unitRoundoff*values[n-1] {
			centre = axpy(centre, -mat.Dot(vec(v), vec(b))/value, v)
		}
	}
	if !finite(centre) {
		return nil, nil
	}
	return centre, vectors
}
