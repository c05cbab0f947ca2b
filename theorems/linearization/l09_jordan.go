package linearization

import (
	"math"
	"slices"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// Jordan is L9.
func Jordan() theorems.Theorem {
	return theorems.Theorem{
		Ref: "L9", ID: "linearization/jordan-structure",
		Statement: "For μ ≠ 0, rank (WD−μI)ᵏ = rank (DW−μI)ᵏ for all k, over ℚ: rank p(WD)ᵏ = rank p(DW)ᵏ for factors p of the characteristic " +
			"polynomial with p(0) ≠ 0. At 0 block sizes differ by at most one (Flanders): c_{k+1}(WD) ≤ c_k(DW) for k ≥ 1 and the reverse, " +
			"c_k(A) = rank A^(k−1) − rank Aᵏ. All follows from W(DW−μI)ᵏ = (WD−μI)ᵏW and D(WD−μI)ᵏ = (DW−μI)ᵏD.",
		Source: "+ (Flanders 1951 at 0)",
		Given:  []string{"μ ≠ 0, for equal ranks"},
		Needed: []theorems.Witness{ranksDifferAtZero()},
		Why: "The intertwining of the subject's two matrices A = I + τM, k ≤ 3, holds to k(2N+10)u|W||A|ᵏ entry by entry, " +
			"plus what the allowed error of φ' moves one of them by, and τ times the subnormals below which M has no digits.",
		Claims: []theorems.Check{
			rechecked(atPoints("intertwining", spectrumNetworks(), judgeIntertwining).Visiting(pointEdges...), "Jordan ranks", decideJordan),
		},
		Exact: []theorems.Check{
			onPairs("Jordan ranks", decideJordan),
			theorems.Decide("Jordan ranks of nilpotent products", generators.NilpotentProducts(), onPair(decideJordan)).
				Visiting("link cut on one side", "WD nilpotent"),
		},
		Certificates: []theorems.Certificate{
			identity("W(DW−μI)ᵏ = (WD−μI)ᵏW, D(WD−μI)ᵏ = (DW−μI)ᵏD, k ≤ N", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				w, d := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N)
				shift := b.Identity(s.N).Scaled(b.Scalar("μ"))
				wd, dw := w.Times(d).Minus(shift), d.Times(w).Minus(shift)
				var equations []certificate.Equation
				for k := 1; k <= s.N; k++ {
					equations = append(equations,
						w.Times(dw.Pow(k)).Equals(wd.Pow(k).Times(w)),
						d.Times(wd.Pow(k)).Equals(dw.Pow(k).Times(d)))
				}
				return equations
			}),
		},
		Twins: []theorems.Twin{
			linearizeTwin("D on the wrong side", "M_r = −I + WD", func(_ site, l *theorems.Linearizations) {
				l.Activity.Matrix = l.Activation.Matrix
			}),
			linearizeTwin("W for Wᵀ", "M_r = −I + DWᵀ", func(at site, l *theorems.Linearizations) {
				w := at.net.Connectivity().Dense()
				eachEntry(l.Activity.Matrix, func(i, j int, _ float64) float64 {
					return (at.d[i]*w.At(j, i) - kronecker(i, j)) / at.net.Tau(i)
				})
			}),
			linearizeTwin("D left out", "M_r = −I + W", func(at site, l *theorems.Linearizations) {
				w := at.net.Connectivity().Dense()
				eachEntry(l.Activity.Matrix, func(i, j int, _ float64) float64 {
					return (w.At(i, j) - kronecker(i, j)) / at.net.Tau(i)
				})
			}),
			{Name: "equal at 0 too", Mistake: "rank (WD)ᵏ = rank (DW)ᵏ for all k (F10)", False: []theorems.Check{
				theorems.Decide("equal ranks at 0", generators.NilpotentProducts(), onPair(func(p *pair) error {
					return sameRanks(p.wd, p.dw, p.n, "rank (WD)ᵏ = rank (DW)ᵏ")
				}))}},
			{Name: "equal from the first power on", Mistake: "c_k(WD) ≤ c_k(DW): Flanders without the shift by one", False: []theorems.Check{
				theorems.Decide("Flanders without shift", generators.NilpotentProducts(), onPair(func(p *pair) error {
					return flanders(p, 0)
				}))}},
			{Name: "WD = DW", Mistake: "the products themselves taken for equal",
				FalseIdentity: &theorems.Certificate{Shapes: squares()[1:4], Identity: certificate.Identity{Name: "WD = DW",
					Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
						w, d := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N)
						return []certificate.Equation{w.Times(d).Equals(d.Times(w))}
					}}}},
		},
		MaxUnknown: 0.02,
	}
}

// judgeIntertwining checks W A_rᵏ = A_xᵏ W and D A_xᵏ = A_rᵏ D, k ≤ 3, for the
// subject's A = I + τM.
func judgeIntertwining(f *theorems.Finding, t *truth, s theorems.Subject) error {
	l, err := t.linearizationsOf(s, f)
	if l == nil {
		return err
	}
	_, absX := t.matrix(model.Activation)
	_, absR := t.matrix(model.Activity)
	x, r := shifted(l.Activation.Matrix, t.tau), shifted(l.Activity.Matrix, t.tau)
	// |A| with the leak that was added back, and relative error of entries.
	absX, absR = scaledRows(absX, t.tau), scaledRows(absR, t.tau)
	d := diagonalOf(t.d)
	relative := t.units() * t.u
	for i := range t.d {
		if t.d[i] > 0 {
			relative += t.dErr[i] / t.d[i]
		}
	}
	// Entries of M below the smallest normal number are off by subnormals, and come back times τ.
	underflow, norm := t.smallest*(1+slices.Max(t.tau)), 1+dense.NormFro(absX)+dense.NormFro(absR)+dense.NormFro(t.absW)+dense.NormFro(d)
	px, pr, sizeX, sizeR := x, r, absX, absR
	for k := 1; k <= 3; k++ {
		if k > 1 {
			px, pr = dense.MatMul(px, x), dense.MatMul(pr, r)
			sizeX, sizeR = dense.MatMul(sizeX, absX), dense.MatMul(sizeR, absR)
		}
		growth := float64(k) * (float64(2*t.n+10)*t.u + 2*relative)
		least := float64(k*t.n) * underflow * math.Pow(norm, float64(k))
		expectEqual(f, "W(DW)ᵏ = (WD)ᵏW", dense.MatMul(t.w, pr), dense.MatMul(px, t.w),
			dense.MatMul(t.absW, sizeR), dense.MatMul(sizeX, t.absW), growth, least)
		expectEqual(f, "D(WD)ᵏ = (DW)ᵏD", dense.MatMul(d, px), dense.MatMul(pr, d),
			dense.MatMul(d, sizeX), dense.MatMul(sizeR, d), growth, least)
	}
	return nil
}

func expectEqual(f *theorems.Finding, what string, a, b, sizeA, sizeB [][]float64, growth, least float64) {
	for i := range a {
		for j := range a[i] {
			size := sizeA[i][j] + sizeB[i][j]
			f.Expect(what+" in an entry", math.Abs(a[i][j]-b[i][j]), growth*size+least, size+8*least)
		}
	}
}

// shifted returns I + τM.
func shifted(m [][]float64, tau []float64) [][]float64 {
	out := scaledRows(m, tau)
	for i := range out {
		out[i][i]++
	}
	return out
}

func scaledRows(m [][]float64, by []float64) [][]float64 {
	out := make([][]float64, len(m))
	for i := range m {
		out[i] = make([]float64, len(m[i]))
		for j := range m[i] {
			out[i][j] = by[i] * m[i][j]
		}
	}
	return out
}

func diagonalOf(d []float64) [][]float64 {
	out := make([][]float64, len(d))
	for i := range d {
		out[i] = make([]float64, len(d))
		out[i][i] = d[i]
	}
	return out
}

// decideJordan compares ranks of powers: of A − μI for every rational μ ≠ 0,
// of p(A) for the square-free factors p of the rest, and at 0 the inequality
// of Flanders both ways.
func decideJordan(p *pair) error {
	nonzero, _ := p.wd.CharPoly().StripZeroRoot()
	for _, factor := range nonzero.SquareFree() {
		rest := factor.Poly
		for _, root := range rest.RationalRoots() {
			a, b := p.wd.JordanRanks(root, p.n), p.dw.JordanRanks(root, p.n)
			for k := range a {
				if a[k] != b[k] {
					return theorems.Violatedf("rank (WD−μI)^%d = %d, rank (DW−μI)^%d = %d at μ = %v", k, a[k], k, b[k], root.RatString())
				}
			}
		}
		if err := sameRanks(rest.EvalMatrix(p.wd), rest.EvalMatrix(p.dw), p.n, "rank p(WD)ᵏ = rank p(DW)ᵏ"); err != nil {
			return err
		}
	}
	return flanders(p, 1)
}

func sameRanks(a, b *exact.Matrix, n int, formula string) error {
	ra, rb := a.RankSequence(n), b.RankSequence(n)
	for k := range ra {
		if ra[k] != rb[k] {
			return theorems.Violatedf("%s at k = %d: %d against %d", formula, k, ra[k], rb[k])
		}
	}
	return nil
}

// flanders is c_{k+shift}(WD) ≤ c_k(DW) and the reverse, k ≥ 1: the statement
// for shift 1.
func flanders(p *pair, shift int) error {
	a, b := p.wd.RankSequence(p.n+1), p.dw.RankSequence(p.n+1)
	for k := 1; k+shift <= p.n+1; k++ {
		for _, pair := range [][2][]int{{a, b}, {b, a}} {
			upper, lower := pair[0], pair[1]
			if upper[k+shift-1]-upper[k+shift] > lower[k-1]-lower[k] {
				return theorems.Violatedf("c_%d > c_%d at eigenvalue 0", k+shift, k)
			}
		}
	}
	return nil
}
