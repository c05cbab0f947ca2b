package linearization

import (
	"math"
	"math/big"
	"math/cmplx"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// UnitWiseTau is L12.
func UnitWiseTau() theorems.Theorem {
	networks := spectrumNetworks()
	networks.UnitWiseTau = true
	networks.Inputs = true
	oneTau := networks
	oneTau.UnitWiseTau = false
	return theorems.Theorem{
		Ref: "L12", ID: "linearization/unit-wise-tau",
		Statement: "For τ = diag(τ_i), M_x = τ⁻¹(−I+WD), M_r = τ⁻¹(−I+DW), inputs τ⁻¹B and τ⁻¹DB: L1, one characteristic polynomial, the D-maps of L3 " +
			"and L4 and L5–L7 hold, as D M_x = M_r D. For λ not in {−1/τ_i} the way back is v = (I+λτ)⁻¹W w and l_r = (λI+τ⁻¹)⁻¹Wᵀτ⁻¹l_x. " +
			"The low-rank half of L2, the maps back by W and Wᵀ, L8 and L10 fail; with G distinct time constants all but Σ_g min(N_g, R) eigenvalues are −1/τ_g.",
		Source: "+",
		Given:  []string{"λ not in {−1/τ_i}, on the way back"},
		Needed: []theorems.Witness{unitWiseTauBreaksTheMaps(), unitWiseTauBreaksLowRank(), unitWiseTauTurnsSelection(), unitWiseTauBreaksTrajectories()},
		Why: "As for L2–L6 with M_x in place of WD and min_i |λ + 1/τ_i| in place of |μ|; the small problem of a low-rank network has a block a time constant, " +
			"and loses the condition of the loadings in each.",
		Claims: []theorems.Check{
			theorems.Escalating(atPoints("modes", networks, onModes(expectAllOfModes)).
				Visiting("unit-wise tau", "D singular", "saturated units", "low rank", "complex spectrum", "W defective", "N = 1"), atPoint(decideIntertwined)),
			recheckedByReLU(atPoints("fixed points", networks, judgeFixedPoints).Visiting("unit-wise tau")),
			rechecked(atPoints("gains", networks, judgeInputGain).Visiting("unit-wise tau"), "det(tI−M_x) = det(tI−M_r), D M_x = M_r D", decideIntertwined),
			rechecked(theorems.Claim("context", generators.TwoContexts(networks), judgeContext).Visiting("unit-wise tau"), "det(tI−M_x) = det(tI−M_r), D M_x = M_r D", decideIntertwined),
			rechecked(atPoints("matrices, inputs, spectrum", networks, judgeUnitWiseSystem).Visiting("unit-wise tau", "inputs", "low rank"), "det(tI−M_x) = det(tI−M_r), D M_x = M_r D", decideIntertwined),
			// These ask for the two systems alone: what an implementation has that has nothing else.
			rechecked(atPoints("matrices and inputs", networks, judgeSystems).Visiting("unit-wise tau", "inputs", "low rank", "D singular", "saturated units"), "det(tI−M_x) = det(tI−M_r), D M_x = M_r D", decideIntertwined),
			rechecked(atPoints("matrices and inputs for one τ", oneTau, judgeSystems).Visiting("inputs", "low rank", "D singular", "saturated units"), "det(tI−M_x) = det(tI−M_r), D M_x = M_r D", decideIntertwined),
		},
		Exact: []theorems.Check{onPairs("unit-wise τ", decideUnitWise)},
		Certificates: []theorems.Certificate{
			identity("det(tI−M_x) = det(tI−M_r), D M_x = M_r D", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				w, d, rate := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N), b.Diagonal("τ⁻¹", s.N)
				id := b.Identity(s.N)
				ti := id.Scaled(b.Scalar("t"))
				mx, mr := rate.Times(w.Times(d).Minus(id)), rate.Times(d.Times(w).Minus(id))
				return []certificate.Equation{
					ti.Minus(mx).Det().Equals(ti.Minus(mr).Det()),
					d.Times(mx).Equals(mr.Times(d)),
				}
			}),
			// The way back, before dividing: W M_r and M_x W differ by the τ between them.
			identity("(I+tτ)V = WDV + τ(tI−M_x)V, (tI+τ⁻¹)L = Wᵀτ⁻¹DL + (tI−M_r)ᵀL", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				w, d, tau := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N), b.Diagonal("τ", s.N)
				v, l := b.Matrix("V", s.N, s.N), b.Matrix("L", s.N, s.N)
				id, rate := b.Identity(s.N), tau.Inverse()
				ti := id.Scaled(b.Scalar("t"))
				mx, mr := rate.Times(w.Times(d).Minus(id)), rate.Times(d.Times(w).Minus(id))
				return []certificate.Equation{
					id.Plus(tau.Scaled(b.Scalar("t"))).Times(v).Equals(w.Times(d).Times(v).Plus(tau.Times(ti.Minus(mx)).Times(v))),
					ti.Plus(rate).Times(l).Equals(w.T().Times(rate).Times(d).Times(l).Plus(ti.Minus(mr).T().Times(l))),
				}
			}),
		},
		Twins: []theorems.Twin{
			modesTwin("scalar map for left vectors", "l_r = Wᵀl_x/(1 + τ̄λ), τ̄ the mean", func(at site, m *model.Modes) {
				eachVector(m.Activity.Left, func(k int, _ []complex128) []complex128 {
					return times(1/(1+m.Eigenvalues[k]*complex(meanTau(at.net), 0)), timesConnectivity(at.net, true, m.Activation.Left[k]))
				})
			}),
			modesTwin("scalar map for right vectors", "v = W w/(1 + τ̄λ)", func(at site, m *model.Modes) {
				eachVector(m.Activation.Right, func(k int, _ []complex128) []complex128 {
					return times(1/(1+m.Eigenvalues[k]*complex(meanTau(at.net), 0)), timesConnectivity(at.net, false, m.Activity.Right[k]))
				})
			}),
			linearizeTwin("τ⁻¹ on the right", "M_r = (−I + DW)τ⁻¹", func(at site, l *theorems.Linearizations) {
				eachEntry(l.Activity.Matrix, func(i, j int, x float64) float64 { return x * at.net.Tau(i) / at.net.Tau(j) })
			}),
			linearizeTwin("mean τ", "M in units of the mean time constant", func(at site, l *theorems.Linearizations) {
				for _, m := range [][][]float64{l.Activation.Matrix, l.Activity.Matrix} {
					eachEntry(m, func(i, _ int, x float64) float64 { return x * at.net.Tau(i) / meanTau(at.net) })
				}
			}),
			linearizeTwin("input without τ", "B and DB for τ⁻¹B and τ⁻¹DB", func(at site, l *theorems.Linearizations) {
				for _, in := range [][][]float64{l.Activation.Input, l.Activity.Input} {
					eachEntry(in, func(i, _ int, b float64) float64 { return b * at.net.Tau(i) })
				}
			}),
			spectrumTwin("leaks not shared out", "eigenvalues of the first unit's τ: (−1 + μ)/τ_0", func(net *model.RNN, x []float64) (*model.Spectrum, error) {
				scalar, err := rebuilt(net, func(c *model.RNNConfig) { c.Tau = c.Tau[:1] })
				if err != nil {
					return nil, err
				}
				return theorems.Model().Spectrum(scalar, x)
			}),
		},
		MaxUnknown: 0.1, MaxEscalated: 0.25,
	}
}

func meanTau(net *model.RNN) float64 {
	sum := 0.0
	for i := range net.Units() {
		sum += net.Tau(i)
	}
	return sum / float64(net.Units())
}

// expectAllOfModes is L3, L4 and L5 for unit-wise τ.
func expectAllOfModes(t *truth, f *theorems.Finding, modes []mode) {
	t.expectRight(f, modes)
	t.expectLeft(f, modes)
	t.expectPairing(f, modes)
}

// judgeUnitWiseSystem compares matrices and inputs entry by entry, and power
// sums of the spectrum of M_x with traces.
func judgeUnitWiseSystem(f *theorems.Finding, t *truth, s theorems.Subject) error {
	if s.Spectrum == nil {
		return theorems.Missing("Spectrum")
	}
	if err := judgeSystems(f, t, s); err != nil || f.Verdict == theorems.Fails {
		return err
	}
	spectrum, err := s.Spectrum(t.net, t.x)
	if err == nil {
		t.expectLambdaSums(f, spectrum)
	}
	return err
}

// judgeSystems compares matrices and inputs entry by entry.
func judgeSystems(f *theorems.Finding, t *truth, s theorems.Subject) error {
	l, err := t.linearizationsOf(s, f)
	if l == nil {
		return err
	}
	t.expectMatrices(f, l)
	t.expectInputs(f, l)
	return nil
}

// expectMatrices claims M_x and M_r entry by entry.
func (t *truth) expectMatrices(f *theorems.Finding, l *theorems.Linearizations) {
	for _, form := range model.Forms {
		got := l.Activation.Matrix
		if form == model.Activity {
			got = l.Activity.Matrix
		}
		want, abs := t.matrix(form)
		for i := range want {
			for j := range want[i] {
				slope := t.dErr[j]
				if form == model.Activity {
					slope = t.dErr[i]
				}
				bound := float64(t.rank+6)*t.u*abs[i][j] + t.absW[i][j]*slope/t.tau[i] + t.smallest
				f.Expect("|M − τ⁻¹(−I + …)| in an entry, "+form.String(), math.Abs(got[i][j]-want[i][j]), bound, abs[i][j]+1/t.tau[i])
			}
		}
	}
}

// expectLambdaSums compares Σ λᵏ, multiplicities included, with tr M_xᵏ.
func (t *truth) expectLambdaSums(f *theorems.Finding, spectrum *model.Spectrum) {
	values := append([]complex128(nil), spectrum.Values...)
	for _, trivial := range spectrum.Trivial {
		for range trivial.Count {
			values = append(values, complex(trivial.Value, 0))
		}
	}
	f.Demand("N eigenvalues", len(values) == t.n)
	mx, abs := t.matrix(model.Activation)
	a := t.allowance()
	n := float64(t.n)
	backward := a.dense + t.units()*t.u*(a.size+t.overlap/t.shortest) + slopeError(t)/t.shortest
	if t.rank > 0 {
		// The blocks of the small problem are those of M_x in the basis of the loadings.
		backward += 10 * float64(t.rank*t.condGroups) * t.u * t.loadingsM * (a.size + t.overlap/t.shortest)
	}
	powers := min(t.n, 5)
	traces, absTraces := dense.TracePowers(mx, powers)
	_, absSums := dense.TracePowers(abs, powers)
	reach := a.size + t.overlap/t.shortest + backward
	for k := 1; k <= powers; k++ {
		var sum complex128
		for _, z := range values {
			sum += cmplx.Pow(z, complex(float64(k), 0))
		}
		bound := float64(k)*n*math.Pow(reach, float64(k-1))*backward + float64(k*t.n+4)*t.u*(absTraces[k-1]+absSums[k-1])
		f.Expect("|Σ λᵏ − tr M_xᵏ|", cmplx.Abs(sum-complex(traces[k-1], 0)), bound, n*math.Pow(reach, float64(k)))
	}
}

// decideIntertwined: one characteristic polynomial, and D M_x = M_r D.
func decideIntertwined(p *pair) error {
	mx, mr := p.minusLeak(p.wd), p.minusLeak(p.dw)
	if a, b := mx.CharPoly(), mr.CharPoly(); !a.Equal(b) {
		return theorems.Violatedf("det(tI−M_x) = %v, det(tI−M_r) = %v", a, b)
	}
	return equal("D M_x = M_r D", p.d.Mul(mx), mr.Mul(p.d))
}

// decideUnitWise adds the mended maps at every rational λ not in {−1/τ_i}.
func decideUnitWise(p *pair) error {
	if err := decideIntertwined(p); err != nil {
		return err
	}
	mx, mr := p.minusLeak(p.wd), p.minusLeak(p.dw)
	for _, lambda := range mx.CharPoly().RationalRoots() {
		shifts := make([]*big.Rat, p.n) // 1 + λτ_i
		regular := true
		for i, tau := range p.tau {
			shifts[i] = new(big.Rat).Add(big.NewRat(1, 1), new(big.Rat).Mul(lambda, tau))
			regular = regular && shifts[i].Sign() != 0
		}
		if !regular {
			continue
		}
		at := exact.Identity(p.n).Scale(lambda)
		v, lx := mx.Sub(at).NullSpace(), mx.Sub(at).T().NullSpace()
		w := p.d.Mul(v)
		if err := equal("M_r (Dv) = λ(Dv)", mr.Mul(w), w.Scale(lambda)); err != nil {
			return err
		}
		if err := equal("(I+λτ)⁻¹W w = v", inverseDiagonal(shifts).Mul(p.w).Mul(w), v); err != nil {
			return err
		}
		// (λI+τ⁻¹)⁻¹ = (I+λτ)⁻¹τ
		lr := inverseDiagonal(shifts).Mul(p.tauMatrix).Mul(p.w.T()).Mul(inverseDiagonal(p.tau)).Mul(lx)
		if err := equal("M_rᵀ l_r = λ l_r", mr.T().Mul(lr), lr.Scale(lambda)); err != nil {
			return err
		}
		if err := equal("D l_r = l_x", p.d.Mul(lr), lx); err != nil {
			return err
		}
	}
	return nil
}
