package vectors

import (
	"math"
	"math/cmplx"

	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
)

// roundings bounds how many roundings meet in one number of a small dense
// computation in n dimensions: a few products, an eigendecomposition, a solve.
func roundings(n int) float64 { return 40 * float64(n+4) }

// eigen is the spectrum of an exact matrix, each eigenvalue as often as its
// multiplicity, and how far a backward-stable solver's may be from each.
type eigen struct {
	values     []complex128
	tolerances []float64
	// spread is Σ‖P‖ over the spectral projectors, +Inf for a defective matrix: a
	// condition number of eigenvectors.
	spread float64
}

// eigenOf returns the spectrum of A + E for all ‖E‖ ≤ backward.
//
// Where A is diagonalizable with projectors P_g, ‖(z−A)⁻¹‖ ≤ Σ‖P_g‖/|z−λ_g|, so
// that an eigenvalue of A + E is within G‖P_g‖‖E‖ of one of the G distinct λ_g;
// where those discs are apart, each holds as many as the multiplicity.
// Otherwise it is the bound of Bhatia, Elsner and Krause for all matrices,
// 4(2‖A‖+‖E‖)^(1−1/n)‖E‖^(1/n).
func eigenOf(a [][]float64, backward float64) eigen {
	values, radii, err := dense.Spectrum(a)
	if err != nil {
		panic(err)
	}
	n := len(a)
	whole := 4 * math.Pow(2*frobenius(a)+backward, 1-1/float64(n)) * math.Pow(backward, 1/float64(n))
	out := eigen{values, make([]float64, n), math.Inf(1)}
	for i := range out.tolerances {
		out.tolerances[i] = whole + radii[i]
	}
	if !diagonalizable(a) {
		return out
	}
	distinct := []complex128{}
	for i, v := range values {
		if i == 0 || v != values[i-1] {
			distinct = append(distinct, v)
		}
	}
	norms := make([]float64, len(distinct))
	out.spread = 0
	for g := range distinct {
		norms[g] = projectorNorm(a, distinct, g)
		out.spread += norms[g]
	}
	reach := func(g int) float64 { return float64(len(distinct)) * norms[g] * backward }
	for g := range distinct {
		for h := range g {
			if reach(g)+reach(h) >= cmplx.Abs(distinct[g]-distinct[h]) {
				return out
			}
		}
	}
	for i, v := range values {
		for g := range distinct {
			if v == distinct[g] {
				out.tolerances[i] = math.Min(whole, reach(g)) + radii[i]
			}
		}
	}
	return out
}

func diagonalizable(a [][]float64) bool {
	m := must(exact.FromFloat64(a))
	p := exact.PolyFromInt64(1)
	for _, f := range m.CharPoly().SquareFree() {
		p = p.Mul(f.Poly)
	}
	return p.EvalMatrix(m).IsZero()
}

// projectorNorm is the Frobenius norm of Π_{h≠g}(A − λ_h)/(λ_g − λ_h).
func projectorNorm(a [][]float64, values []complex128, g int) float64 {
	n := len(a)
	p := make([][]complex128, n)
	for i := range p {
		p[i] = make([]complex128, n)
		p[i][i] = 1
	}
	for h, v := range values {
		if h == g {
			continue
		}
		factor := make([][]complex128, n)
		for i := range factor {
			factor[i] = make([]complex128, n)
			for j := range factor[i] {
				factor[i][j] = complex(a[i][j], 0) / (values[g] - v)
			}
			factor[i][i] -= v / (values[g] - v)
		}
		p = dense.MatMul(p, factor)
	}
	return dense.NormFro(p)
}

func pairs(v []complex128) [][2]float64 {
	out := make([][2]float64, len(v))
	for i, z := range v {
		out[i] = [2]float64{real(z), imag(z)}
	}
	return out
}

// floatsExactly returns the entries of a matrix that has no error.
func floatsExactly(m [][]number) [][]float64 {
	out := rowsOf(m)
	for i := range m {
		for j := range m[i] {
			if exactly(out[i][j]).value.Cmp(m[i][j].value) != 0 {
				panic("an entry is no float64")
			}
		}
	}
	return out
}
