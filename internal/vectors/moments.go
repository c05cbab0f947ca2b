package vectors

import (
	"fmt"
	"math"
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
)

// gauges are changes of κ whose inverses are short binary fractions.
func gauges(rank int) map[string][][]float64 {
	if rank == 1 {
		return map[string][][]float64{"half": {{0.5}}, "reversed": {{-1}}, "times 4": {{4}}}
	}
	return map[string][][]float64{"a shear": {{1, 2}, {0, 1}}, "a quarter turn": {{0, -1}, {1, 0}}, "unlike units": {{0x1p10, 0}, {0, 0x1p-10}}, "both": {{2, 1}, {1, 1}}}
}

func sortedNames[T any](m map[string]T) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// inverted is G⁻¹, which is exact, with the error of a solver.
func inverted(g [][]float64) [][]number {
	inverse := must(must(exact.FromFloat64(g)).Inverse()).Float64()
	out := exactMatrix(inverse)
	off := 4 * float64(len(g)) * roundoff * frobenius(g) * frobenius(inverse) * frobenius(inverse)
	if isScaling(g) {
		off = roundoff * frobenius(inverse)
	}
	for i := range out {
		for j := range out[i] {
			out[i][j].err = off
			if isScaling(g) {
				out[i][j].err = roundoff * out[i][j].size()
			}
		}
	}
	return out
}

// isScaling reports whether a matrix has one entry in each row.
func isScaling(g [][]float64) bool {
	for _, row := range g {
		entries := 0
		for _, x := range row {
			if x != 0 {
				entries++
			}
		}
		if entries != 1 {
			return false
		}
	}
	return true
}

// gaugeCases: m → Gᵀm, n → G⁻¹n in each moment; M → M G, N → N G⁻ᵀ.
func gaugeCases(c *cases, seed uint64) {
	r := random(seed, "gauge")
	for i, m := range mixtures(r, 4) {
		rank := m.rank()
		all := gauges(rank)
		names := sortedNames(all)
		for _, name := range []string{names[i%len(names)], names[(i+1)%len(names)]} {
			g := all[name]
			// T = diag(Gᵀ, G⁻¹, 1) acts on (m, n, I).
			t := exactMatrix(diagonal(make([]float64, 2*rank+1)))
			gt, inverse := transposed(exactMatrix(g)), inverted(g)
			for a := range rank {
				for b := range rank {
					t[a][b], t[rank+a][rank+b] = gt[a][b], inverse[a][b]
				}
			}
			t[2*rank][2*rank] = exactly(1)
			var expected []Check
			for p, population := range m.populations {
				member := fmt.Sprintf("mixture.populations.%d.", p)
				expected = append(expected, near(member+"weight", population.Weight, 2*roundoff), numbers(member+"mean", apply(t, exactVector(population.Mean))),
					numbers(member+"cov", product(product(t, exactMatrix(population.Cov)), transposed(t))))
			}
			c.valid(m.name+", "+name, append(slices.Clone(m.flags), "change-of-coordinates"), m.params(object{"G": g}), expected...)
		}
	}
	for i, n := range connectivities(r) {
		if n.m == nil {
			continue
		}
		n = n.with(autonomous(settings())[i%2*11])
		n.tau, n.scale = nil, 1/float64(len(n.m))
		all := gauges(len(n.m[0]))
		names := sortedNames(all)
		name := names[i%len(names)]
		g := all[name]
		c.valid(n.name+", "+name, append(slices.Clone(n.flags), "change-of-coordinates", "factor-of-N"), n.params(object{"G": g}), near("network.scale", n.scale, 4*roundoff*n.scale),
			numbers("network.M", product(exactMatrix(n.m), exactMatrix(g))), numbers("network.N", product(exactMatrix(n.n), transposed(inverted(g)))))
	}
	m := mixtures(r, 0)[6]
	c.invalid("a singular G", []string{"inadmissible"}, m.params(object{"G": [][]float64{{1, 2}, {2, 4}}}), wire.Singular)
}

// completeCases: Σ_nn = Σ_na Σ_aa⁺ Σ_an, in rationals; none where the kernel of
// Σ_aa is not in that of Σ_na.
func completeCases(c *cases, seed uint64) {
	r := random(seed, "complete")
	const some = 10
	list := mixtures(r, some)
	for _, m := range list {
		for _, p := range m.populations {
			rank := m.rank()
			a := append(make([]int, 0), sequence(0, rank)...)
			a = append(a, 2*rank)
			n := sequence(rank, 2*rank)
			cov := must(exact.FromFloat64(p.Cov))
			aa, na := principal(cov, a, a), principal(cov, n, a)
			nn := na.Mul(aa.GeneralizedInverse()).Mul(na.T())
			value := cov.Float64()
			off := diagonal(make([]float64, len(value)))
			kappa := 1.0
			if rank := aa.Rank(); rank > 0 {
				kappa = condition(aa.Float64(), rank)
			}
			if kappa*roundings(len(value))*roundoff > tooRough {
				continue
			}
			for i := range n {
				for j := range n {
					x, _ := nn.At(i, j).Float64()
					value[n[i]][n[j]] = x
				}
			}
			small := roundings(len(value)) * roundoff * kappa
			for i := range value {
				for j := range value {
					off[i][j] = 2*roundoff*math.Abs(value[i][j]) + tiny
					if slices.Contains(n, i) && slices.Contains(n, j) {
						off[i][j] += small * math.Sqrt(value[i][i]*value[j][j])
						if value[i][i]*value[j][j] == 0 {
							off[i][j] += small * (value[i][i] + value[j][j])
						}
					}
				}
			}
			params := completeParams(p.Weight, p.Mean, value, rank)
			flags := slices.Clone(m.flags)
			if aa.Rank() < aa.Rows() {
				flags = append(flags, "singular-covariance")
			}
			c.valid(m.name, flags, params, Check{Member: "cov", Compare: Entries, Value: value, Tolerance: off})
		}
	}
	for _, bad := range []struct {
		name string
		cov  [][]float64
	}{
		{"n covaries with an m that has no variance", [][]float64{{0, 2, 0}, {2, 4, 0}, {0, 0, 1}}},
		{"n covaries with an I that has no variance", [][]float64{{1, 0, 0}, {0, 4, 1}, {0, 1, 0}}},
		{"the law of (m, I) is none", [][]float64{{1, 0, 2}, {0, 1, 0}, {2, 0, 1}}},
		{"a negative variance of I", [][]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, -1}}},
		{"n covaries with a combination of m and I that has no variance", [][]float64{{1, 1, 1}, {1, 4, 0}, {1, 0, 1}}},
	} {
		c.invalid(bad.name, []string{"inadmissible", "singular-covariance"}, completeParams(1, []float64{0, 0, 0}, bad.cov, 1), wire.Invalid)
	}
}

func completeParams(weight float64, mean []float64, cov [][]float64, rank int) object {
	block := func(r0, r1, c0, c1 int) [][]float64 {
		var out [][]float64
		for i := r0; i < r1; i++ {
			out = append(out, cov[i][c0:c1])
		}
		return out
	}
	last := dense.Transpose(block(0, 2*rank, 2*rank, 2*rank+1))[0]
	return object{"weight": weight, "mean_m": mean[:rank], "mean_n": mean[rank : 2*rank], "mean_I": mean[2*rank], "cov_mm": block(0, rank, 0, rank), "cov_nm": block(rank, 2*rank, 0, rank),
		"cov_mI": last[:rank], "cov_nI": last[rank:], "var_I": cov[2*rank][2*rank]}
}

func sequence(from, to int) []int {
	var out []int
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

func principal(m *exact.Matrix, rows, cols []int) *exact.Matrix {
	return m.Columns(cols...).T().Columns(rows...).T()
}

// truncateCases: no matrix of the rank is nearer to W than its next singular
// value, and the answer's is as near.
func truncateCases(c *cases, seed uint64) {
	r := random(seed, "truncate")
	list := []network{
		{name: "diagonal", w: diagonal([]float64{4, -2, 1, 0.5})},
		{name: "a tie", flags: []string{"repeated"}, w: diagonal([]float64{2, 1, 1})},
		{name: "all tied", flags: []string{"repeated"}, w: identity(3)},
		{name: "graded", flags: []string{"graded"}, w: diagonal([]float64{0x1p30, 1, 0x1p-30})},
		{name: "nilpotent", flags: []string{"nilpotent"}, w: [][]float64{{0, 3, 0}, {0, 0, 2}, {0, 0, 0}}},
		{name: "of rank one", flags: []string{"rank-deficient"}, w: [][]float64{{1, 2, -1}, {2, 4, -2}, {0.5, 1, -0.5}}},
		{name: "zero", flags: []string{"no-coupling"}, w: diagonal([]float64{0, 0})},
		{name: "one unit", flags: []string{"one-unit"}, w: [][]float64{{-1.5}}},
		{name: "a rotation", flags: []string{"repeated", "complex-pair"}, w: [][]float64{{0, -2}, {2, 0}}},
		{name: "far from normal", flags: []string{"non-normal"}, w: [][]float64{{0.5, 64, 0}, {0, -0.5, 32}, {0, 0, 1}}},
		{name: "huge", flags: []string{"huge-variance"}, w: [][]float64{{0x1p100, 0x1p99}, {0, 0x1p98}}},
		{name: "tiny", flags: []string{"tiny-variance"}, w: [][]float64{{0x1p-100, 0x1p-99}, {0, 0x1p-98}}},
	}
	for k := range 6 {
		list = append(list, network{name: "random", w: dyadics(r, 2+k%4, 2+k%4, 2)})
	}
	for _, n := range list {
		units := len(n.w)
		s := dense.SingularValues(n.w)
		oracle := 0x1p8 * float64(units) * roundoff * frobenius(n.w)
		for rank := 1; rank <= units; rank++ {
			if rank > 3 {
				break
			}
			next := 0.0
			if rank < units {
				next = s[rank]
			}
			off := oracle + roundings(units)*roundoff*s[0] + tiny
			flags := slices.Clone(n.flags)
			if rank == units {
				flags = append(flags, "full-rank-loading")
			}
			c.valid(fmt.Sprintf("%s, rank %d", n.name, rank), flags, object{"W": n.w, "rank": rank},
				Check{Member: "error", Compare: Entries, Value: next, Tolerance: off, With: object{"size": s[0]}}, Check{Member: "", Compare: Distance, Value: next, Tolerance: off, With: object{"matrix": n.w}})
		}
	}
	w := diagonal([]float64{2, 1})
	c.invalid("a negative rank", []string{"inadmissible"}, object{"W": w, "rank": -1}, wire.Invalid)
	c.invalid("W not square", []string{"inadmissible"}, object{"W": [][]float64{{1, 2}}, "rank": 1}, wire.Invalid)
}

// passCases: W P Wᵀ, of noise in every form.
func passCases(c *cases, seed uint64) {
	r := random(seed, "pass_noise")
	for i, n := range networks(r, autonomous(settings())[:1], 1) {
		n.tau, n.bias, n.x = nil, nil, nil
		units := n.units()
		d := make([]float64, units)
		for k := range d {
			d[k] = float64(k%3) / 2
		}
		p := []noise{iso(units, 0.5), diag(d...), factored(d, dyadics(r, units, 1, 1)), full(gram(dyadics(r, units, units, 1)))}[i%4]
		flags := slices.Clone(n.flags)
		if i%4 == 1 {
			flags = append(flags, "singular-noise")
		}
		if i%4 == 2 {
			flags = append(flags, "low-rank-noise")
		}
		w := n.weights()
		out := product(product(w, exactMatrix(p.dense)), transposed(w))
		value, tolerance := both(out)
		// Through factors of P, W F Fᵀ Wᵀ cancels at the size of ‖W_i‖²‖P‖.
		size := frobenius(p.dense)
		off := tolerance.([]any)
		for a := range out {
			row := off[a].([]any)
			for b := range out {
				wa, wb := dense.VectorNorm2(floats(w[a])), dense.VectorNorm2(floats(w[b]))
				row[b] = row[b].(float64) + roundings(units)*roundoff*wa*wb*size
			}
		}
		c.valid(n.name, flags, n.params(object{"noise": p.text}), Check{Member: "noise", Compare: Covariance, Value: value, Tolerance: tolerance})
	}
}
