package linearization

import (
	"math"
	"math/cmplx"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

// InputGain is L6.
func InputGain() theorems.Theorem {
	networks := spectrumNetworks()
	networks.Inputs = true
	return theorems.Theorem{
		Ref: "L6", ID: "linearization/input-gain",
		Statement: "Inputs enter the activation form as τ⁻¹B and the activity form as τ⁻¹DB, and l_xᵀ(τ⁻¹β₀) = l_rᵀ(τ⁻¹Dβ₀) for every column " +
			"β₀ of B and every mode: what an input does to a mode is the same in both forms.",
		Source: "P (arXiv:2309.04030), section 3",
		Given:  []string{"l_x = D l_r"},
		Needed: []theorems.Witness{otherLeftVectorsHaveOtherGains()},
		Why: "Entries of τ⁻¹B and τ⁻¹DB are one and two products; the gains differ by the rounding of l_x = D l_r and of N products, " +
			"entry by entry: no condition enters.",
		Claims: []theorems.Check{
			rechecked(atPoints("gains", networks, judgeInputGain).Visiting("inputs", "D singular", "saturated units", "low rank"), "L_xᵀB = L_rᵀDB", decideInputGain),
		},
		Exact: []theorems.Check{onPairs("L_xᵀB = L_rᵀDB", decideInputGain)},
		Certificates: []theorems.Certificate{
			identity("L_xᵀB = L_rᵀDB for W = VJV⁻¹D⁻¹", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				v, j, d, in := b.Matrix("V", s.N, s.N), b.Matrix("J", s.N, s.N), b.Diagonal("D", s.N), b.Matrix("B", s.N, 2)
				w := v.Times(j).Times(v.Inverse()).Times(d.Inverse())
				lr := w.T().Times(v.Inverse().T()).Times(j.Inverse().T())
				return []certificate.Equation{v.Inverse().Times(in).Equals(lr.T().Times(d).Times(in))}
			}),
		},
		Twins: []theorems.Twin{
			linearizeTwin("input without D", "τ⁻¹B in activity form too", func(_ site, l *theorems.Linearizations) {
				l.Activity.Input = l.Activation.Input
			}),
			linearizeTwin("input without τ", "B and DB for τ⁻¹B and τ⁻¹DB", func(at site, l *theorems.Linearizations) {
				for _, in := range [][][]float64{l.Activation.Input, l.Activity.Input} {
					eachEntry(in, func(i, _ int, b float64) float64 { return b * at.net.Tau(i) })
				}
			}),
			linearizeTwin("D in both forms", "τ⁻¹DB in activation form too", func(_ site, l *theorems.Linearizations) {
				l.Activation.Input = l.Activity.Input
			}),
			linearizeTwin("slopes at the outputs", "D = diag φ'(φ(x)) in front of B", func(at site, l *theorems.Linearizations) {
				d := at.slopesAtOutputs()
				for i := range l.Activity.Input {
					for j := range l.Activity.Input[i] {
						l.Activity.Input[i][j] = l.Activation.Input[i][j] * d[i]
					}
				}
			}),
			modesTwin("right vectors for left ones", "gain as vᵀβ and wᵀ(Dβ)", func(_ site, m *model.Modes) {
				m.Activation.Left, m.Activity.Left = m.Activation.Right, m.Activity.Right
			}),
		},
		MaxUnknown: 0.05,
	}
}

func judgeInputGain(f *theorems.Finding, t *truth, s theorems.Subject) error {
	l, err := t.linearizationsOf(s, f)
	if l == nil {
		return err
	}
	t.expectInputs(f, l)
	modes, err := t.modesOf(s, f)
	if err == nil && f.Verdict == theorems.Holds {
		t.expectEqualGains(f, modes, l)
	}
	return err
}

// expectEqualGains claims that an input does to a mode the same in both forms,
// with given input matrices.
func (t *truth) expectEqualGains(f *theorems.Finding, modes []mode, l *theorems.Linearizations) {
	for _, md := range modes {
		_, dlErr := t.timesD(md.lr)
		for q := range t.input {
			var x, r complex128
			bound, scale := 0.0, 0.0
			for i := range md.lx {
				bx, br := l.Activation.Input[i][q], l.Activity.Input[i][q]
				x += md.lx[i] * complex(bx, 0)
				r += md.lr[i] * complex(br, 0)
				size := cmplx.Abs(md.lx[i]) * math.Abs(bx)
				scale += size
				bound += 2 * (float64(t.n) + 6) * t.u * size
				bound += 2*dlErr[i]*math.Abs(bx) + cmplx.Abs(md.lr[i])*math.Abs(bx)*t.dErr[i]
			}
			f.Expect("|l_xᵀτ⁻¹β₀ − l_rᵀτ⁻¹Dβ₀|", cmplx.Abs(x-r), bound, scale+t.smallest)
		}
	}
}

// expectInputs claims τ⁻¹B and τ⁻¹DB entry by entry.
func (t *truth) expectInputs(f *theorems.Finding, l *theorems.Linearizations) {
	for i := range t.d {
		for q := range t.input {
			x := t.b[i][q] / t.tau[i]
			f.Expect("|input − τ⁻¹B| in an entry", math.Abs(l.Activation.Input[i][q]-x), 4*t.u*math.Abs(x), math.Abs(x))
			r := t.d[i] * x
			slack := (t.dErr[i]+4*t.u*t.d[i])*math.Abs(x) + t.smallest
			f.Expect("|input − τ⁻¹DB| in an entry", math.Abs(l.Activity.Input[i][q]-r), slack, math.Abs(x)+t.smallest)
		}
	}
}

func decideInputGain(p *pair) error {
	inv, err := invariantOf(p.wd)
	if err != nil || inv.v.Cols() == 0 {
		return err
	}
	jInverse, err := inv.j.Inverse()
	if err != nil {
		return theorems.Violatedf("J is singular on the invertible part: %v", inv.j)
	}
	lr := p.w.T().Mul(inv.l).Mul(jInverse.T())
	return equal("L_xᵀB = L_rᵀDB", inv.l.T().Mul(p.b), lr.T().Mul(p.d).Mul(p.b))
}
