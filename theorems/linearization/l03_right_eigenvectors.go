package linearization

import (
	"math"
	"math/cmplx"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// RightEigenvectors is L3.
func RightEigenvectors() theorems.Theorem {
	return theorems.Theorem{
		Ref: "L3", ID: "linearization/right-eigenvectors",
		Statement: "If M_x v = λv and D v ≠ 0 then M_r (D v) = λ (D v); D v = 0 only at μ = 1 + τλ = 0. " +
			"If M_r w = λw and μ ≠ 0 then v = W w/μ is the eigenvector of M_x with D v = w. At μ = 0, W(Dv) = 0: no way back.",
		Source: "P (arXiv:2309.04030), section 3",
		Given:  []string{"τ is scalar", "D v ≠ 0 on the way there, μ ≠ 0 on the way back"},
		Needed: []theorems.Witness{singularSlopesBreakTheWayThere(), zeroModesDoNotComeBack()},
		Why: "A computed v leaves the solver's backward error 10Nu‖M_x‖_F; M_r D = D M_x makes the residual of D v be D times that. " +
			"w = D v is one product an entry. The way back divides by μ, and so does its bound: where that exceeds the vector, exact arithmetic decides.",
		Claims: []theorems.Check{
			theorems.Escalating(atPoints("modes", spectrumNetworks(), onModes((*truth).expectRight)).Visiting(pointEdges...),
				atPoint(decideRight)),
			rechecked(theorems.Claim("map", generators.Perturbations(spectrumNetworks()), judgeRightMap).Visiting("D = 0"), "right vectors correspond", decideRight),
		},
		Exact: []theorems.Check{onPairs("right vectors correspond", decideRight)},
		Certificates: []theorems.Certificate{
			identity("(DW−tI)DV = D(WD−tI)V, (WD−tI)WV = W(DW−tI)V", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				w, d, v := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N), b.Matrix("V", s.N, s.N)
				ti := b.Identity(s.N).Scaled(b.Scalar("t"))
				wd, dw := w.Times(d).Minus(ti), d.Times(w).Minus(ti)
				return []certificate.Equation{
					dw.Times(d).Times(v).Equals(d.Times(wd).Times(v)),
					wd.Times(w).Times(v).Equals(w.Times(dw).Times(v)),
				}
			}),
		},
		Twins: []theorems.Twin{
			modesTwin("one vector for both forms", "w = v, D forgotten (F3)", func(_ site, m *model.Modes) {
				m.Activity.Right = m.Activation.Right
			}),
			modesTwin("D on the wrong side", "w and v exchanged: v = D w", func(_ site, m *model.Modes) {
				m.Activation.Right, m.Activity.Right = m.Activity.Right, m.Activation.Right
			}),
			modesTwin("right vectors by Wᵀ", "the map of left vectors used for right ones (F4)", func(at site, m *model.Modes) {
				eachVector(m.Activity.Right, func(k int, _ []complex128) []complex128 {
					return times(1/at.mu(m.Eigenvalues[k]), timesConnectivity(at.net, true, m.Activation.Right[k]))
				})
			}),
			modesTwin("slopes at the outputs", "D = diag φ'(φ(x))", func(at site, m *model.Modes) {
				eachVector(m.Activity.Right, func(k int, _ []complex128) []complex128 { return scaledBy(at.slopesAtOutputs(), m.Activation.Right[k]) })
			}),
			modesTwin("1 − tanh² at saturation", "φ' computed from φ, zero from |x| = 19 on", func(at site, m *model.Modes) {
				eachVector(m.Activity.Right, func(k int, _ []complex128) []complex128 {
					return scaledBy(at.slopesByDifference(), m.Activation.Right[k])
				})
			}),
			{Name: "no 1/μ on the way back", Mistake: "v = W w", Break: func(s theorems.Subject) theorems.Subject {
				s.CarryRight = func(net *model.RNN, x []float64, from model.Form, lambda complex128, v []complex128) ([]complex128, error) {
					if from == model.Activity {
						return timesConnectivity(net, false, v), nil
					}
					return theorems.Model().CarryRight(net, x, from, lambda, v)
				}
				return s
			}},
		},
		MaxUnknown: 0.05, MaxEscalated: 0.25,
	}
}

// judgeRightMap compares the map itself with its formula, for any vector: δ in
// the real and the state in the imaginary part, λ from both.
func judgeRightMap(s theorems.Subject, c generators.Perturbation) (f theorems.Finding, err error) {
	if s.CarryRight == nil {
		return f, theorems.Missing("CarryRight")
	}
	t, err := observe(c.Network, c.X, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	v := t.anyVector(c)
	lambda := complex(c.Delta[0], c.Epsilon)
	there, err := s.CarryRight(t.net, c.X, model.Activation, lambda, v)
	want, wantErr := t.timesD(v)
	if t.annihilates(want) {
		if err := f.DemandRefusal("D v = 0 is refused", err, model.ErrNoImage); err != nil {
			return f, err
		}
	} else if err != nil {
		return f, err
	} else {
		t.expectEntries(&f, "|D v|", there, want, wantErr)
	}
	back, err := s.CarryRight(t.net, c.X, model.Activity, lambda, v)
	if err != nil {
		return f, err
	}
	wv, abs := t.timesW(v, false), t.abs(lengths(v))
	for i := range wv {
		shift := 1 + lambda*complex(t.tau[i], 0)
		wv[i] /= shift
		abs[i] = t.units() * t.u * (abs[i]/cmplx.Abs(shift) + cmplx.Abs(wv[i])*(1+cmplx.Abs(lambda)*t.tau[i])/cmplx.Abs(shift))
	}
	t.expectEntries(&f, "|(I+λτ)⁻¹W w|", back, wv, abs)
	if rate, exact := t.exactRate(); exact {
		_, err = s.CarryRight(t.net, c.X, model.Activity, complex(-rate, 0), v)
		return f, f.DemandRefusal("the way back at μ = 0 is refused", err, model.ErrNoImage)
	}
	return f, nil
}

// exactRate returns 1/τ of unit 0 where that is a float: μ = 1 + τλ is 0 for no
// other.
func (t *truth) exactRate() (rate float64, exact bool) {
	fraction, _ := math.Frexp(t.tau[0])
	return 1 / t.tau[0], fraction == 0.5
}

// anyVector is a complex vector that no map treats specially.
func (t *truth) anyVector(c generators.Perturbation) []complex128 {
	v := make([]complex128, t.n)
	for i := range v {
		v[i] = complex(c.Delta[i], 1+c.Delta[(i+1)%t.n])
	}
	return v
}

func (t *truth) annihilates(dv []complex128) bool {
	for _, z := range dv {
		if z != 0 {
			return false
		}
	}
	return true
}

func (t *truth) expectEntries(f *theorems.Finding, what string, got, want []complex128, err []float64) {
	f.Demand("vectors have N entries", len(got) == t.n)
	if f.Verdict == theorems.Fails {
		return
	}
	scale := dense.VectorNormInf(want)
	for i := range want {
		f.Expect(what+" in an entry", cmplx.Abs(got[i]-want[i]), err[i], math.Max(scale, t.smallest))
	}
}

// decideRight: with V a basis of all generalized eigenvectors for μ ≠ 0,
// WD V = V J, the image D V satisfies DW (DV) = (DV) J and W (DV) = V J; and
// null vectors v of WD have D v = 0 or DW (Dv) = 0, always W(Dv) = 0.
func decideRight(p *pair) error {
	inv, err := invariantOf(p.wd)
	if err != nil {
		return err
	}
	image := p.d.Mul(inv.v)
	if image.Rank() != inv.v.Cols() {
		return theorems.Violatedf("D annihilates a mode with μ ≠ 0: V = %v", inv.v)
	}
	if err := equal("DW (DV) = (DV) J", p.dw.Mul(image), image.Mul(inv.j)); err != nil {
		return err
	}
	if err := equal("W (DV) = V J", p.w.Mul(image), inv.v.Mul(inv.j)); err != nil {
		return err
	}
	if err := decideRightBack(p); err != nil {
		return err
	}
	null := p.wd.NullSpace()
	if !p.w.Mul(p.d.Mul(null)).IsZero() {
		return theorems.Violatedf("W(Dv) ≠ 0 at μ = 0")
	}
	return nil
}

// decideRightBack starts from a basis Y of DW's own generalized eigenvectors
// for μ ≠ 0, DW Y = Y J: V = W Y J⁻¹ satisfies WD V = V J and D V = Y.
func decideRightBack(p *pair) error {
	inv, err := invariantOf(p.dw)
	if err != nil || inv.v.Cols() == 0 {
		return err
	}
	jInverse, err := inv.j.Inverse()
	if err != nil {
		return theorems.Violatedf("J is singular on the invertible part: %v", inv.j)
	}
	v := p.w.Mul(inv.v).Mul(jInverse)
	if err := equal("WD V = V J", p.wd.Mul(v), v.Mul(inv.j)); err != nil {
		return err
	}
	return equal("D V = Y", p.d.Mul(v), inv.v)
}
