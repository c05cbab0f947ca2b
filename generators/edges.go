package generators

import (
	"math"
	"slices"
)

// tagEdges tags what is so of a system, decided without a tolerance, whatever
// it was made for. Defective A and spectral radii are tagged where they are
// made.
func (s *System) tagEdges() {
	k, n := s.Latents(), s.Units()
	a, c := scaledToIntegers(s.A), scaledToIntegers(s.C)
	q, r := s.q().directions(), s.r().directions()
	for _, edge := range []struct {
		tag  string
		here bool
	}{
		{"Q singular", q.rank() < k},
		{"Q = 0", k > 0 && q.rank() == 0},
		{"R_v singular", r.rank() < n},
		{"R_v = 0", r.rank() == 0},
		{"A = 0", k > 0 && a.isZero()},
		{"A nilpotent", k > 0 && a.isNilpotent()},
		{"unobservable latent", krylovRank(a.transposed(), c.transposed(), k) < k},
		{"uncontrollable latent", krylovRank(a, q, k) < k},
		{"Markov by construction", k > 0 && readsWithoutNoise(c, r, k)},
		{"graded covariance", graded1e6(s.QDiag, s.q()) || graded1e6(s.RDiag, s.r())},
		{"K > N", k > n},
		{"K = 0", k == 0},
		{"N = 1", n == 1},
		{"initial law", s.HasInitial()},
	} {
		if edge.here {
			s.tag(edge.tag)
		}
	}
}

// krylovRank returns rank [B, AB, …, A^(k−1)B], the dimension of what B reaches.
func krylovRank(a, b integers, k int) int {
	reached, power := b.transposed(), b
	for i := 1; i < k; i++ {
		power = a.times(power)
		reached = reached.above(power.transposed())
	}
	return reached.rank()
}

// readsWithoutNoise reports whether there is an L with L C = I and L R_v = 0
// (S3): whether C is injective and its range meets that of R_v in 0.
func readsWithoutNoise(c, r integers, k int) bool {
	return c.transposed().above(r.transposed()).rank() == k+r.rank()
}

// graded1e6 reports whether the variances that are not 0 are more than 2²⁰
// apart.
func graded1e6(diag []float64, c covariance) bool {
	least, most := math.Inf(1), 0.0
	full := c.expanded()
	for i := range diag {
		if v := full[i][i]; v > 0 {
			least, most = min(least, v), max(most, v)
		}
	}
	return most >= 0x1p20*least
}

// tagEdges tags what is so of a network, decided without a tolerance, whatever
// it was made for. Spectral radii are tagged where they are made.
func (r *Recurrent) tagEdges() {
	units, rank := r.Units(), r.Rank()
	m, n := scaledToIntegers(r.M), scaledToIntegers(r.N)
	t := n.transposed().times(m)
	j := m.times(n.transposed())
	p := r.p().directions()
	driven := p.transposed().times(n) // Fᵀ N for P = F Fᵀ: rank G = rank Fᵀ N
	zeroJ, cov := j.isZero(), scaledToIntegers(r.P())
	for _, edge := range []struct {
		tag  string
		here bool
	}{
		{"P singular", p.rank() < units},
		{"P = 0", p.rank() == 0},
		{"isotropic P", isIsotropic(r.P())},
		{"G singular", rank > 0 && driven.rank() < rank},
		{"PN = 0", rank > 0 && !n.isZero() && driven.isZero()},
		{"NᵀM nilpotent", rank > 0 && t.isNilpotent()},
		{"NᵀM = 0", rank > 0 && t.isZero()},
		{"J = 0", zeroJ},
		{"symmetric J", !zeroJ && units > 1 && j.isSymmetric()},
		{"J P symmetric", !j.times(cov).isZero() && units > 1 && j.times(cov).isSymmetric()},
		{"dependent loadings", m.rank() < rank || n.rank() < rank},
		{"silent units", !n.isZero() && slices.ContainsFunc(r.N, zeroRow)},
		{"graded covariance", graded1e6(r.PDiag, r.p())},
		{"R = 0", rank == 0},
		{"R = N", rank == units},
		{"N < 2R", units < 2*rank},
		{"N = 1", units == 1},
		{"initial law", r.HasInitial()},
	} {
		if edge.here {
			r.tag(edge.tag)
		}
	}
}

// isIsotropic reports whether Σ = c·I with c > 0.
func isIsotropic(cov [][]float64) bool {
	for i := range cov {
		for j := range cov {
			if (i == j) != (cov[i][j] != 0) || cov[i][i] != cov[0][0] {
				return false
			}
		}
	}
	return true
}

func (a integers) isSymmetric() bool {
	for i := range a {
		for j := range i {
			if a[i][j].Cmp(a[j][i]) != 0 {
				return false
			}
		}
	}
	return true
}
