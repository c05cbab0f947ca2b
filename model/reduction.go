package model

import (
	"gonum.org/v1/gonum/mat"
)

// reduction is a small matrix that carries every non-trivial eigenvalue of
// M_x, with the maps from its eigenvectors to those of M_x and M_r.
//
// For a scalar τ its eigenvalues are z = μ, those of W D, kept apart from
// λ = (−1 + μ)/τ because 1 + τλ would cancel where the maps divide by it; for
// unit-wise τ they are z = λ.
type reduction struct {
	matrix *mat.Dense
	lambda func(z complex128) complex128
	// shift returns λ + 1/τ_i; modes exist in both forms where no shift is 0.
	shift func(z complex128, unit int) complex128
	// right returns the right eigenvector v of M_x (N) of one of matrix.
	right func(q []complex128) []complex128
	// activityLeft returns the left eigenvector l_r of M_r (N) of one of matrix.
	activityLeft func(z complex128, p []complex128) []complex128
	// trivial lists eigenvalues −1/τ of M_x that matrix does not carry.
	trivial []Multiplicity
}

// Multiplicity is a real eigenvalue λ and how often it occurs.
type Multiplicity struct {
	Value float64
	Count int
}

// reduce chooses the smaller of the N×N problem and the one spanned by the
// loadings. With G distinct time constants the latter has Σ_g min(N_g, R)
// rows, N_g units sharing τ_g: R for a scalar τ (L2), and for unit-wise τ
// still exact, as M_x leaves the span of the loadings cut into groups
// invariant.
func (l *Linearization) reduce() *reduction {
	red := &reduction{}
	tau, scalar := l.net.ScalarTau()
	if scalar {
		red.lambda = func(z complex128) complex128 { return (z - 1) / complex(tau, 0) }
		red.shift = func(z complex128, _ int) complex128 { return z / complex(tau, 0) }
	} else {
		red.lambda = func(z complex128) complex128 { return z }
		red.shift = func(z complex128, i int) complex128 { return z + complex(1/l.net.Tau(i), 0) }
	}
	if lowRank, ok := l.net.w.(*LowRank); ok {
		blocks := groupUnits(l.net, lowRank.Rank())
		if dim(blocks) < l.net.Units() {
			l.reduceToLoadings(red, lowRank, blocks, scalar)
			return red
		}
	}
	l.reduceToUnits(red, scalar)
	return red
}

// reduceToUnits is the N×N problem: W D for a scalar τ, M_x otherwise.
func (l *Linearization) reduceToUnits(red *reduction, scalar bool) {
	if scalar {
		red.matrix = l.net.w.Dense()
		for i := range l.net.Units() {
			for j, d := range l.slopes {
				red.matrix.Set(i, j, red.matrix.At(i, j)*d)
			}
		}
	} else {
		red.matrix = l.Matrix(Activation)
	}
	red.right = func(q []complex128) []complex128 { return q }
	red.activityLeft = func(z complex128, p []complex128) []complex128 {
		perTau := make([]complex128, len(p))
		for i := range p {
			perTau[i] = p[i] / complex(l.net.Tau(i), 0)
		}
		out := applyComplex(l.net.w.ApplyTranspose, perTau)
		for i := range out {
			out[i] /= red.shift(z, i)
		}
		return out
	}
}

// block is a set of units that share a time constant, with a basis of the
// part of the loadings' span that they see: the rows of M (N_g ≥ R), or, for
// fewer units than loadings, the units themselves.
type block struct {
	units   []int
	tau     float64
	offset  int // of this block's coordinates
	size    int // min(N_g, R)
	byUnits bool
}

func groupUnits(net *RNN, rank int) []block {
	var order []float64
	members := map[float64][]int{}
	for i := range net.Units() {
		t := net.Tau(i)
		if _, seen := members[t]; !seen {
			order = append(order, t)
		}
		members[t] = append(members[t], i)
	}
	var blocks []block
	offset := 0
	for _, t := range order {
		b := block{units: members[t], tau: t, offset: offset, size: rank}
		if len(b.units) < rank {
			b.size, b.byUnits = len(b.units), true
		}
		offset += b.size
		blocks = append(blocks, b)
	}
	return blocks
}

func dim(blocks []block) int {
	last := blocks[len(blocks)-1]
	return last.offset + last.size
}

// basis returns the entry of block b's basis for its k-th unit, coordinate j.
func (b block) basis(m *mat.Dense, k, j int) float64 {
	if !b.byUnits {
		return m.At(b.units[k], j)
	}
	if k == j {
		return 1
	}
	return 0
}

// reduceToLoadings builds, with B_g the basis of block g and M_g = B_g C_g,
// T_hg = (scale/τ_h) C_h N_gᵀD_gB_g − δ_hg/τ_h, for which M_x B = B T; for a
// scalar τ the matrix is scale·NᵀDM, whose eigenvalues are the μ.
func (l *Linearization) reduceToLoadings(red *reduction, w *LowRank, blocks []block, scalar bool) {
	rank := w.Rank()
	t := mat.NewDense(dim(blocks), dim(blocks), nil)
	for _, g := range blocks {
		overlap := mat.NewDense(rank, g.size, nil) // scale · N_gᵀ D_g B_g
		for k, i := range g.units {
			for r := range rank {
				nd := w.scale * w.n.At(i, r) * l.slopes[i]
				for j := range g.size {
					overlap.Set(r, j, overlap.At(r, j)+nd*g.basis(w.m, k, j))
				}
			}
		}
		for _, h := range blocks {
			for a := range h.size {
				for j := range g.size {
					v := overlap.At(min(a, rank-1), j)
					if h.byUnits { // C_h is M_h
						v = 0
						for r := range rank {
							v += w.m.At(h.units[a], r) * overlap.At(r, j)
						}
					}
					if !scalar {
						v /= h.tau
						if h.offset == g.offset && a == j {
							v -= 1 / h.tau
						}
					}
					t.Set(h.offset+a, g.offset+j, v)
				}
			}
		}
	}
	red.matrix = t
	for _, g := range blocks {
		if n := len(g.units) - g.size; n > 0 {
			red.trivial = append(red.trivial, Multiplicity{-1 / g.tau, n})
		}
	}
	red.right = func(q []complex128) []complex128 {
		v := make([]complex128, l.net.Units())
		for _, g := range blocks {
			for k, i := range g.units {
				for j := range g.size {
					v[i] += complex(g.basis(w.m, k, j), 0) * q[g.offset+j]
				}
			}
		}
		return v
	}
	red.activityLeft = func(z complex128, p []complex128) []complex128 {
		s := make([]complex128, rank) // scale · Mᵀτ⁻¹l_x up to a factor
		for _, h := range blocks {
			for a := range h.size {
				pa := p[h.offset+a] / complex(h.tau, 0)
				if !h.byUnits {
					s[a] += pa
					continue
				}
				for r := range rank {
					s[r] += complex(w.m.At(h.units[a], r), 0) * pa
				}
			}
		}
		out := make([]complex128, l.net.Units())
		for i := range out {
			for r := range rank {
				out[i] += complex(w.n.At(i, r), 0) * s[r]
			}
			out[i] /= red.shift(z, i)
		}
		return out
	}
}
