package linearization

import (
	"math/cmplx"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

// LeftEigenvectors is L4.
func LeftEigenvectors() theorems.Theorem {
	return theorems.Theorem{
		Ref: "L4", ID: "linearization/left-eigenvectors",
		Statement: "If lᵀM_r = λlᵀ then (D l)ᵀM_x = λ(D l)ᵀ, unless D l = 0, which happens only at μ = 0. " +
			"Backwards, for μ ≠ 0, l_r = Wᵀl_x/μ. Transposes throughout, for complex l and λ too.",
		Source: "P (arXiv:2309.04030), section 3",
		Given:  []string{"τ is scalar", "D l ≠ 0 on the way there, μ ≠ 0 on the way back"},
		Needed: []theorems.Witness{singularSlopesBreakTheLeftWayThere(), zeroLeftModesDoNotComeBack()},
		Why: "A computed left vector p of M_x has residual e, ‖e‖ ≤ 10Nu‖M_x‖_F; l_r = Wᵀp/μ makes l_x = D l_r = p + e/μ, " +
			"so residuals are amplified by 1 + ‖M_x − λ‖/|μ| and by ‖W‖/|μ|; among eigenvalues within rounding, also by the mixing that makes them biorthonormal.",
		Claims: []theorems.Check{
			theorems.Escalating(atPoints("modes", spectrumNetworks(), onModes((*truth).expectLeft)).Visiting(pointEdges...),
				atPoint(decideLeft)),
			rechecked(theorems.Claim("map", generators.Perturbations(spectrumNetworks()), judgeLeftMap).Visiting("D = 0"), "left vectors correspond", decideLeft),
		},
		Exact: []theorems.Check{onPairs("left vectors correspond", decideLeft)},
		Certificates: []theorems.Certificate{
			identity("(WD−tI)ᵀDL = D(DW−tI)ᵀL, (DW−tI)ᵀWᵀL = Wᵀ(WD−tI)ᵀL", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				w, d, l := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N), b.Matrix("L", s.N, s.N)
				ti := b.Identity(s.N).Scaled(b.Scalar("t"))
				wd, dw := w.Times(d).Minus(ti).T(), d.Times(w).Minus(ti).T()
				return []certificate.Equation{
					wd.Times(d).Times(l).Equals(d.Times(dw).Times(l)),
					dw.Times(w.T()).Times(l).Equals(w.T().Times(wd).Times(l)),
				}
			}),
		},
		Twins: []theorems.Twin{
			modesTwin("W for Wᵀ", "l_r = W l_x/μ (F4)", func(at site, m *model.Modes) {
				eachVector(m.Activity.Left, func(k int, _ []complex128) []complex128 {
					return times(1/at.mu(m.Eigenvalues[k]), timesConnectivity(at.net, false, m.Activation.Left[k]))
				})
			}),
			modesTwin("right map for left vectors", "l_r = D l_x, as w = D v", func(at site, m *model.Modes) {
				eachVector(m.Activity.Left, func(k int, _ []complex128) []complex128 { return scaledBy(at.d, m.Activation.Left[k]) })
			}),
			modesTwin("no 1/μ", "l_r = Wᵀl_x", func(at site, m *model.Modes) {
				eachVector(m.Activity.Left, func(k int, _ []complex128) []complex128 { return timesConnectivity(at.net, true, m.Activation.Left[k]) })
			}),
			modesTwin("conjugated", "left vectors of uᴴM = λuᴴ, as libraries return them", func(_ site, m *model.Modes) {
				eachVector(m.Activation.Left, func(_ int, l []complex128) []complex128 { return conjugated(l) })
				eachVector(m.Activity.Left, func(_ int, l []complex128) []complex128 { return conjugated(l) })
			}),
			modesTwin("one vector for both forms", "l_r = l_x", func(_ site, m *model.Modes) {
				m.Activity.Left = m.Activation.Left
			}),
		},
		MaxUnknown: 0.05, MaxEscalated: 0.25,
	}
}

// judgeLeftMap compares the map itself with its formula, for any vector.
func judgeLeftMap(s theorems.Subject, c generators.Perturbation) (f theorems.Finding, err error) {
	if s.CarryLeft == nil {
		return f, theorems.Missing("CarryLeft")
	}
	t, err := observe(c.Network, c.X, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	l := t.anyVector(c)
	lambda := complex(c.Delta[0], c.Epsilon)
	there, err := s.CarryLeft(t.net, c.X, model.Activity, lambda, l)
	want, wantErr := t.timesD(l)
	if t.annihilates(want) {
		if err := f.DemandRefusal("D l = 0 is refused", err, model.ErrNoImage); err != nil {
			return f, err
		}
	} else if err != nil {
		return f, err
	} else {
		t.expectEntries(&f, "|D l|", there, want, wantErr)
	}
	back, err := s.CarryLeft(t.net, c.X, model.Activation, lambda, l)
	if err != nil {
		return f, err
	}
	perTau := make([]complex128, t.n)
	for i := range l {
		perTau[i] = l[i] / complex(t.tau[i], 0)
	}
	wl, abs := t.timesW(perTau, true), t.magnitude(lengths(perTau), true)
	for i := range wl {
		shift := lambda + complex(1/t.tau[i], 0)
		wl[i] /= shift
		cancelled := (cmplx.Abs(lambda) + 1/t.tau[i]) / cmplx.Abs(shift)
		abs[i] = t.units() * t.u * (abs[i]/cmplx.Abs(shift) + cmplx.Abs(wl[i])*cancelled)
	}
	t.expectEntries(&f, "|(λI+τ⁻¹)⁻¹Wᵀτ⁻¹l_x|", back, wl, abs)
	if rate, exact := t.exactRate(); exact {
		_, err = s.CarryLeft(t.net, c.X, model.Activation, complex(-rate, 0), l)
		return f, f.DemandRefusal("the way back at μ = 0 is refused", err, model.ErrNoImage)
	}
	return f, nil
}

// decideLeft: with L a basis of all generalized left eigenvectors of DW for
// μ ≠ 0, LᵀDW = J Lᵀ, the image satisfies (DL)ᵀWD = J (DL)ᵀ and WᵀDL = L Jᵀ.
func decideLeft(p *pair) error {
	inv, err := invariantOf(p.dw)
	if err != nil {
		return err
	}
	image := p.d.Mul(inv.l)
	if image.Rank() != inv.l.Cols() {
		return theorems.Violatedf("D annihilates a left mode with μ ≠ 0: L = %v", inv.l)
	}
	if err := equal("(DL)ᵀWD = J (DL)ᵀ", image.T().Mul(p.wd), inv.j.Mul(image.T())); err != nil {
		return err
	}
	if err := equal("Wᵀ(DL) = L Jᵀ", p.w.T().Mul(image), inv.l.Mul(inv.j.T())); err != nil {
		return err
	}
	return decideLeftBack(p)
}

// decideLeftBack starts from WD's own left vectors X for μ ≠ 0, XᵀWD = J Xᵀ:
// L = WᵀX J⁻ᵀ satisfies LᵀDW = J Lᵀ and D L = X.
func decideLeftBack(p *pair) error {
	inv, err := invariantOf(p.wd)
	if err != nil || inv.l.Cols() == 0 {
		return err
	}
	jInverse, err := inv.j.Inverse()
	if err != nil {
		return theorems.Violatedf("J is singular on the invertible part: %v", inv.j)
	}
	l := p.w.T().Mul(inv.l).Mul(jInverse.T())
	if err := equal("LᵀDW = J Lᵀ", l.T().Mul(p.dw), inv.j.Mul(l.T())); err != nil {
		return err
	}
	return equal("D L = X", p.d.Mul(l), inv.l)
}
