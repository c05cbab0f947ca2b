package linearization

import (
	"fmt"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// Pairing is L5.
func Pairing() theorems.Theorem {
	return theorems.Theorem{
		Ref: "L5", ID: "linearization/pairing",
		Statement: "With w = D v and l_x = D l_r, l_xᵀv = l_rᵀw. Biorthonormal bases of the invariant subspaces for μ ≠ 0, generalized " +
			"eigenvectors included, map to such bases; bases of the whole space do iff D is invertible.",
		Source: "P (arXiv:2309.04030), section 3; generalized eigenvectors +",
		Given:  []string{"μ ≠ 0, or D invertible", "τ is scalar, for bases carried by W and Wᵀ"},
		Needed: []theorems.Witness{singularSlopesBreakWholeBases()},
		Why: "l_xᵀv − l_rᵀw is the rounding of D l_r and D v, entry by entry. lᵀv = 1 is solved for, at the condition κ of the eigenvalue; " +
			"l_jᵀv_k is residual over gap for distinct eigenvalues, and solved for among those within rounding. " +
			"That there is no such basis is false where eigenvalues are apart by more than N‖l‖‖v‖ times that backward error and ‖l‖‖v‖, at most (‖λ − M‖_F/√(N−1))^{N−1}/Π|λ − λ_j|, leaves half of the digits.",
		Claims: []theorems.Check{
			theorems.Escalating(atPoints("modes", spectrumNetworks(), onModes((*truth).expectPairing)).Visiting(pointEdges...),
				atPoint(decidePairing)),
		},
		Exact: []theorems.Check{onPairs("biorthonormal bases map to such", decidePairing)},
		Certificates: []theorems.Certificate{
			// W = V J V⁻¹D⁻¹ has W D V = V J: any basis and any Jordan structure.
			identity("L_rᵀ(DV) = I for L_xᵀ = V⁻¹, L_r = WᵀL_xJ⁻ᵀ", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				v, j, d := b.Matrix("V", s.N, s.N), b.Matrix("J", s.N, s.N), b.Diagonal("D", s.N)
				w := v.Times(j).Times(v.Inverse()).Times(d.Inverse())
				lr := w.T().Times(v.Inverse().T()).Times(j.Inverse().T())
				return []certificate.Equation{
					lr.T().Times(d).Times(v).Equals(b.Identity(s.N)),
					d.Times(lr).Equals(v.Inverse().T()),
				}
			}),
		},
		Twins: []theorems.Twin{
			modesTwin("pairs not normalized", "left vectors of norm 1, as libraries return them", func(_ site, m *model.Modes) {
				for k := range m.Activation.Left {
					c := complex(1/norm(m.Activation.Left[k]), 0)
					m.Activation.Left[k], m.Activity.Left[k] = times(c, m.Activation.Left[k]), times(c, m.Activity.Left[k])
				}
			}),
			modesTwin("conj forgotten", "l such that lᴴv = 1", func(_ site, m *model.Modes) {
				eachVector(m.Activation.Left, func(_ int, l []complex128) []complex128 { return conjugated(l) })
				eachVector(m.Activity.Left, func(_ int, l []complex128) []complex128 { return conjugated(l) })
			}),
			modesTwin("each form normalized by itself", "l_r of norm 1, l_x with l_xᵀv = 1", func(_ site, m *model.Modes) {
				eachVector(m.Activity.Left, func(_ int, l []complex128) []complex128 { return times(complex(1/norm(l), 0), l) })
			}),
			modesTwin("no 1/μ", "l_r = Wᵀl_x: pairing is μ, not 1", func(at site, m *model.Modes) {
				eachVector(m.Activity.Left, func(k int, l []complex128) []complex128 { return times(at.mu(m.Eigenvalues[k]), l) })
			}),
			modesTwin("sign of an eigenvector", "lᵀv = −1 for modes with negative real μ", func(at site, m *model.Modes) {
				for k, lambda := range m.Eigenvalues {
					if real(at.mu(lambda)) < 0 {
						m.Activation.Left[k], m.Activity.Left[k] = times(-1, m.Activation.Left[k]), times(-1, m.Activity.Left[k])
					}
				}
			}),
			{Name: "never a basis", Mistake: "eigenvectors that are not orthogonal taken for dependent ones", Break: func(s theorems.Subject) theorems.Subject {
				right := s.Modes
				s.Modes = func(net *model.RNN, x []float64) (*model.Modes, error) {
					m, err := right(net, x)
					if err != nil {
						return nil, err
					}
					for k, l := range m.Activation.Left {
						if condition := norm(l) * norm(m.Activation.Right[k]); condition > 1.5 {
							return nil, fmt.Errorf("%w: condition %.3g", model.ErrDefective, condition)
						}
					}
					return m, nil
				}
				return s
			}},
		},
		MaxUnknown: 0.05, MaxEscalated: 0.25,
	}
}

// decidePairing: LᵀV = I for WD on its invertible part gives L_rᵀ(DV) = I
// with L_r = WᵀL J⁻ᵀ, and D V spans as much as V; the whole space only if D
// does.
func decidePairing(p *pair) error {
	inv, err := invariantOf(p.wd)
	if err != nil {
		return err
	}
	k := inv.v.Cols()
	if k == 0 {
		return nil
	}
	jInverse, err := inv.j.Inverse()
	if err != nil {
		return theorems.Violatedf("J is singular on the invertible part: %v", inv.j)
	}
	lr := p.w.T().Mul(inv.l).Mul(jInverse.T())
	image := p.d.Mul(inv.v)
	if err := equal("L_rᵀ(DV) = I", lr.T().Mul(image), exact.Identity(k)); err != nil {
		return err
	}
	if err := equal("D L_r = L_x", p.d.Mul(lr), inv.l); err != nil {
		return err
	}
	if k == p.n && p.d.Det().Sign() == 0 {
		return theorems.Violatedf("WD is invertible though D is not")
	}
	return nil
}
