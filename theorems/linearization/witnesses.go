package linearization

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// A witness decides, exactly, a statement that lost one of its hypotheses, at
// an instance where it then fails.

func witness(without, shows, check string, c generators.Pair, decide func(*pair) error) theorems.Witness {
	return theorems.Witness{Without: without, Shows: shows, Check: onPairs(check, decide), Case: c}
}

// minusLeak returns τ⁻¹(−I + A).
func (p *pair) minusLeak(a *exact.Matrix) *exact.Matrix {
	return inverseDiagonal(p.tau).Mul(a.Sub(exact.Identity(p.n)))
}

func inverseDiagonal(d []*big.Rat) *exact.Matrix {
	inverse := make([]*big.Rat, len(d))
	for i := range d {
		inverse[i] = new(big.Rat).Inv(d[i])
	}
	return exact.Diagonal(inverse)
}

// unitWiseTauBreaksLowRank: rank one, three units, τ = (1, 2, 3): no
// eigenvalue of M_x is −1/τ_i twice, and here none is at all.
func unitWiseTauBreaksLowRank() theorems.Witness {
	c := generators.Pair{W: [][]float64{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, D: []float64{1, 1, 1},
		B: [][]float64{{1}, {1}, {1}}, Tau: []float64{1, 2, 3}}
	return witness("τ is scalar (low-rank half)", "no −1/τ_i is an eigenvalue, where N − R = 2 should be",
		"N−R eigenvalues in {−1/τ_i}, whatever τ", c, func(p *pair) error {
			mx := p.minusLeak(p.wd)
			found := 0
			seen := map[string]bool{}
			for _, t := range p.tau {
				if seen[t.RatString()] {
					continue
				}
				seen[t.RatString()] = true
				at := new(big.Rat).Neg(new(big.Rat).Inv(t))
				found += p.n - mx.JordanRanks(at, p.n)[p.n]
			}
			if want := p.n - p.w.Rank(); found < want {
				return theorems.Violatedf("%d eigenvalues in {−1/τ_i}, N − R = %d", found, want)
			}
			return nil
		})
}

// singularSlopesBreakTheWayThere: at μ = 0 with D singular, a mode of M_x has
// no image: D v = 0.
func singularSlopesBreakTheWayThere() theorems.Witness {
	c := generators.Pair{W: [][]float64{{1}}, D: []float64{0}, B: [][]float64{{1}}, Tau: []float64{1}}
	return witness("D v ≠ 0, that is μ ≠ 0 or D invertible", "v = (1), D v = 0 is no eigenvector",
		"every right eigenvector has an image D v ≠ 0", c, func(p *pair) error {
			null := p.wd.NullSpace()
			if null.Cols() > 0 && p.d.Mul(null).Rank() < null.Cols() {
				return theorems.Violatedf("D maps the null vectors of WD, columns of %v, to %v", null, p.d.Mul(null))
			}
			return nil
		})
}

// zeroModesDoNotComeBack: at μ = 0, W(Dv) = 0: nothing to divide by.
func zeroModesDoNotComeBack() theorems.Witness {
	c := generators.Pair{W: [][]float64{{0}}, D: []float64{1}, B: [][]float64{{1}}, Tau: []float64{1}}
	return witness("μ ≠ 0 on the way back", "w = (1) is an eigenvector of DW = (0), W w = 0 is none of WD",
		"every right eigenvector w comes back as W w ≠ 0", c, func(p *pair) error {
			null := p.dw.NullSpace()
			if null.Cols() > 0 && p.w.Mul(null).Rank() < null.Cols() {
				return theorems.Violatedf("W maps null vectors of DW to %v", p.w.Mul(null))
			}
			return nil
		})
}

// zeroLeftModesDoNotComeBack is the same for left vectors: Wᵀl_x = 0.
func zeroLeftModesDoNotComeBack() theorems.Witness {
	c := generators.Pair{W: [][]float64{{0}}, D: []float64{1}, B: [][]float64{{1}}, Tau: []float64{1}}
	return witness("μ ≠ 0 on the way back", "l_x = (1) is a left eigenvector of WD = (0), Wᵀl_x = 0 is none of DW",
		"every left eigenvector l_x comes back as Wᵀl_x ≠ 0", c, func(p *pair) error {
			null := p.wd.T().NullSpace()
			if null.Cols() > 0 && p.w.T().Mul(null).Rank() < null.Cols() {
				return theorems.Violatedf("Wᵀ maps left null vectors of WD to %v", p.w.T().Mul(null))
			}
			return nil
		})
}

// singularSlopesBreakWholeBases: W = [[0,1],[0,0]], D = diag(1,0): WD = 0 has
// an eigenbasis of the whole space, DW = W has none.
func singularSlopesBreakWholeBases() theorems.Witness {
	c := generators.Pair{W: [][]float64{{0, 1}, {0, 0}}, D: []float64{1, 0}, B: [][]float64{{1}, {1}}, Tau: []float64{1, 1}}
	return witness("D invertible, for bases of the whole space", "WD = 0 has an eigenbasis, DW is a Jordan block",
		"WD and DW are diagonalizable together", c, func(p *pair) error {
			a, b := p.wd.RankSequence(p.n), p.dw.RankSequence(p.n)
			for k := range a {
				if a[k] != b[k] {
					return theorems.Violatedf("rank (WD)^%d = %d, rank (DW)^%d = %d", k, a[k], k, b[k])
				}
			}
			return nil
		})
}

// unitWiseTauBreaksTheMaps: with τ = (1, 2), W w/μ is no eigenvector of M_x.
func unitWiseTauBreaksTheMaps() theorems.Witness {
	c := generators.Pair{W: [][]float64{{0, 1}, {1, 0}}, D: []float64{1, 1}, B: [][]float64{{1}, {1}}, Tau: []float64{1, 2}}
	return witness("τ is scalar, for the way back by W", "W does not intertwine M_r and M_x",
		"W M_r = M_x W, whatever τ", c, func(p *pair) error {
			return equal("W M_r = M_x W", p.w.Mul(p.minusLeak(p.dw)), p.minusLeak(p.wd).Mul(p.w))
		})
}

// singularSlopesBreakTheLeftWayThere: at μ = 0 with D singular, a left mode of
// M_r has no image: D l = 0.
func singularSlopesBreakTheLeftWayThere() theorems.Witness {
	c := generators.Pair{W: [][]float64{{1}}, D: []float64{0}, B: [][]float64{{1}}, Tau: []float64{1}}
	return witness("D l ≠ 0 on the way there", "l = (1) is a left eigenvector of DW = (0), D l = 0 is none",
		"every left eigenvector has an image D l ≠ 0", c, func(p *pair) error {
			null := p.dw.T().NullSpace()
			if null.Cols() > 0 && p.d.Mul(null).Rank() < null.Cols() {
				return theorems.Violatedf("D maps left null vectors of DW to %v", p.d.Mul(null))
			}
			return nil
		})
}

// otherLeftVectorsHaveOtherGains: with l_x = l_r instead of D l_r the gains
// differ: N = 1, D = ½.
func otherLeftVectorsHaveOtherGains() theorems.Witness {
	c := generators.Pair{W: [][]float64{{2}}, D: []float64{0.5}, B: [][]float64{{1}}, Tau: []float64{1}}
	return witness("l_x = D l_r", "N = 1, D = ½, β₀ = 1: with l_x = l_r = 1 the gains are 1 and ½",
		"gains agree for l_x = l_r", c, func(p *pair) error {
			return equal("lᵀβ₀ = lᵀDβ₀", p.b, p.d.Mul(p.b))
		})
}

// ranksDifferAtZero: at μ = 0 the same instance as for whole bases.
func ranksDifferAtZero() theorems.Witness {
	w := singularSlopesBreakWholeBases()
	w.Without = "μ ≠ 0, for equal ranks"
	w.Shows = "W = [[0,1],[0,0]], D = diag(1,0): rank WD = 0, rank DW = 1"
	return w
}
