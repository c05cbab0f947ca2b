package linearization

import (
	"math/cmplx"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// RankOne is L8.
func RankOne() theorems.Theorem {
	networks := generators.NetworkOptions{MaxUnits: 8, Nonlinearity: generators.AllNonlinearities, Connectivity: generators.OnlyLowRank, MaxRank: 1, Inputs: true}
	return theorems.Theorem{
		Ref: "L8", ID: "linearization/rank-one",
		Statement: "For W = m nᵀ and μ = nᵀDm ≠ 0 the left eigenvector in activity form has the direction of n, and the right one in activation form " +
			"that of m, in every context; l_x = D n, w = D m. With l_r = n the selection term of L7 vanishes: all is input modulation.",
		Source: "+ (from P, section 4)",
		Given:  []string{"rank one", "μ = nᵀDm ≠ 0", "τ is scalar", "l_r = n, for the vanishing selection term"},
		Needed: []theorems.Witness{unitLengthSelects(), unitWiseTauTurnsSelection()},
		Why: "Wᵀp is parallel to n and W q to m whatever p and q: N roundings. A dense solver leaves the angle 10Nu‖m‖‖Dn‖/|μ|, " +
			"as the rest of the spectrum is at distance |μ|.",
		Claims: []theorems.Check{
			theorems.Escalating(theorems.Claim("directions", generators.TwoContexts(networks), judgeRankOne).
				Visiting("N = 1", "D singular", "saturated units", "scale 1/N"), func(c generators.Contexts) error {
				if err := exactly(c.Network, c.First, decideRankOne); err != nil {
					return err
				}
				return exactly(c.Network, c.Second, decideRankOne)
			}),
			// This one asks for no modes: n is given.
			rechecked(theorems.Claim("l_r = n selects nothing", generators.TwoContexts(networks), judgeNoSelection).Visiting("D singular", "saturated units", "scale 1/N"), "directions of n and m", decideRankOne),
		},
		Exact: []theorems.Check{
			theorems.Where(theorems.Decide("directions of n and m", rankOnePairs(), onPair(decideRankOne)), hasRankOne).Visiting("N = 1", "D singular", "μ = 0"),
		},
		Certificates: []theorems.Certificate{
			identity("nᵀ(DW) = μnᵀ, (Dn)ᵀ(WD) = μ(Dn)ᵀ, (WD)m = μm, (DW)Dm = μDm, no selection", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				m, n, d := b.Matrix("m", s.N, 1), b.Matrix("n", s.N, 1), b.Diagonal("D", s.N)
				d2, beta := b.Diagonal("D₂", s.N), b.Matrix("β", s.N, 1)
				w := m.Times(n.T())
				mu := n.T().Times(d).Times(m)
				total := n.T().Times(d2).Times(beta).Minus(n.T().Times(d).Times(beta))
				return []certificate.Equation{
					n.T().Times(d).Times(w).Equals(n.T().Scaled(mu)),
					d.Times(n).T().Times(w).Times(d).Equals(d.Times(n).T().Scaled(mu)),
					w.Times(d).Times(m).Equals(m.Scaled(mu)),
					d.Times(w).Times(d).Times(m).Equals(d.Times(m).Scaled(mu)),
					total.Equals(n.T().Times(d2.Minus(d)).Times(beta)),
				}
			}),
		},
		Twins: []theorems.Twin{
			modesTwin("forms exchanged", "l_r = D n, l_x = n", func(_ site, m *model.Modes) {
				m.Activation.Left, m.Activity.Left = m.Activity.Left, m.Activation.Left
			}),
			modesTwin("m for n", "l_r in the direction of m: W for Wᵀ", func(at site, m *model.Modes) {
				eachVector(m.Activity.Left, func(int, []complex128) []complex128 { return loadingOf(at.net, true) })
			}),
			modesTwin("n for m", "v in the direction of n", func(at site, m *model.Modes) {
				eachVector(m.Activation.Right, func(int, []complex128) []complex128 { return loadingOf(at.net, false) })
			}),
			modesTwin("slopes at the outputs", "l_x = diag φ'(φ(x)) n", func(at site, m *model.Modes) {
				eachVector(m.Activation.Left, func(k int, _ []complex128) []complex128 { return scaledBy(at.slopesAtOutputs(), m.Activity.Left[k]) })
			}),
			modesTwin("scale lost in μ", "μ = nᵀDm for W = m nᵀ/N", func(at site, m *model.Modes) {
				low, ok := at.net.Connectivity().(*model.LowRank)
				for k := range m.Eigenvalues {
					if ok {
						tau := complex(at.net.Tau(0), 0)
						m.Eigenvalues[k] = (at.mu(m.Eigenvalues[k])/complex(low.Scale(), 0) - 1) / tau
					}
				}
			}),
			contextTwin("selection found", "half of the input term booked as selection", func(c *contexts) {
				c.activity.Selection += c.activity.Input / 2
				c.activity.Input /= 2
			}),
		},
		MaxUnknown: 0.02, MaxEscalated: 0.25,
	}
}

// loadingOf returns m or n of a rank-one network.
func loadingOf(net *model.RNN, m bool) []complex128 {
	low := net.Connectivity().(*model.LowRank)
	loading := low.N()
	if m {
		loading = low.M()
	}
	out := make([]complex128, net.Units())
	for i := range out {
		out[i] = complex(loading.At(i, 0), 0)
	}
	return out
}

func judgeRankOne(s theorems.Subject, c generators.Contexts) (f theorems.Finding, err error) {
	first, err := observe(c.Network, c.First, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	second, err := observe(c.Network, c.Second, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	var scaled []model.ContextMode
	for _, t := range []*truth{first, second} {
		modes, err := t.modesOf(s, &f)
		if err != nil || f.Verdict != theorems.Holds {
			return f, err
		}
		if len(modes) == 0 {
			continue
		}
		scaled = append(scaled, t.expectDirections(&f, c.Network, modes[0]))
	}
	if len(scaled) == 2 && s.ContextChange != nil {
		return f, first.expectNoSelection(&f, s, second, scaled)
	}
	return f, nil
}

// judgeNoSelection gives n as the left vector in activity form in both contexts.
func judgeNoSelection(s theorems.Subject, c generators.Contexts) (f theorems.Finding, err error) {
	if s.ContextChange == nil {
		return f, theorems.Missing("ContextChange")
	}
	first, err := observe(c.Network, c.First, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	second, err := observe(c.Network, c.Second, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	n := make([]complex128, first.n)
	for i := range n {
		n[i] = complex(c.N[i][0], 0)
	}
	return f, first.expectNoSelection(&f, s, second, []model.ContextMode{first.modeOf(n), second.modeOf(n)})
}

// expectDirections claims l_r ∥ n, l_x ∥ Dn, v ∥ m, w ∥ Dm and the value of μ,
// and returns the mode scaled to l_r = n.
func (t *truth) expectDirections(f *theorems.Finding, c generators.Network, md mode) model.ContextMode {
	m, n := make([]complex128, t.n), make([]complex128, t.n)
	value, size := 0.0, 0.0
	for i := range m {
		m[i], n[i] = complex(c.M[i][0], 0), complex(c.N[i][0], 0)
		term := c.Scale * c.N[i][0] * t.d[i] * c.M[i][0]
		value += term
		size += cmplx.Abs(complex(term, 0)) + cmplx.Abs(complex(c.Scale*c.N[i][0]*t.dErr[i]*c.M[i][0], 0))
	}
	muErr := (10*float64(t.n)*t.u)*t.absSize()*dense.VectorNormInf(t.d) + slopeError(t) + t.units()*t.u*size + 8*t.u
	f.Expect("|μ − nᵀDm|", cmplx.Abs(1+md.lambda*complex(t.tau[0], 0)-complex(value, 0)), muErr, size+8*t.u)
	angle := 20 * float64(t.n) * t.u * (1 + 2*t.absSize()*dense.VectorNormInf(t.d)/cmplx.Abs(complex(value, 0)))
	angle += slopeError(t) / cmplx.Abs(complex(value, 0))
	dm, dmErr := t.timesD(m)
	dn, dnErr := t.timesD(n)
	expectParallel(f, "l_r ∥ n", md.lr, n, angle)
	expectParallel(f, "v ∥ m", md.v, m, angle)
	expectParallel(f, "l_x ∥ D n", md.lx, dn, angle+2*norm(dnErr)/norm(dn))
	expectParallel(f, "w ∥ D m", md.w, dm, angle+2*norm(dmErr)/norm(dm))
	return model.ContextMode{State: t.x, ActivityLeft: n, ActivationLeft: dn}
}

// expectParallel claims that the part of a orthogonal to b is small.
func expectParallel(f *theorems.Finding, what string, a, b []complex128, angle float64) {
	// Slopes of saturated units make b so small that its square is no float64.
	size, unit, rest := norm(b), make([]complex128, len(b)), make([]complex128, len(a))
	for i := range b {
		unit[i] = b[i] / complex(size, 0)
	}
	along := dense.Dot(conjugated(unit), a)
	for i := range a {
		rest[i] = a[i] - along*unit[i]
	}
	f.Expect(what, norm(rest), angle*norm(a), norm(a))
}

// expectNoSelection claims that with l_r = n in both contexts the selection
// term is zero.
func (t *truth) expectNoSelection(f *theorems.Finding, s theorems.Subject, other *truth, at []model.ContextMode) error {
	for channel := range t.input {
		_, r, err := s.ContextChange(t.net, at[0], at[1], channel)
		if err != nil {
			return err
		}
		size := 0.0
		for i := range t.n {
			size += cmplx.Abs(at[0].ActivityLeft[i]) * (t.d[i] + other.d[i]) * cmplx.Abs(complex(t.b[i][channel]/t.tau[i], 0))
		}
		f.Expect("|selection| with l_r = n", cmplx.Abs(r.Selection), float64(t.n)*t.u*size+t.smallest, size+t.smallest)
	}
	return nil
}

// rankOnePairs are pairs whose W is m nᵀ; D and τ serve as the slopes of two
// contexts.
// hasRankOne reports whether W = m nᵀ.
func hasRankOne(c generators.Pair) bool {
	w, err := exact.FromFloat64(c.W)
	return err == nil && w.Rank() <= 1
}

func rankOnePairs() *rapid.Generator[generators.Pair] {
	return generators.PairsOf(6, generators.KindNamed("rank one"))
}

func onPair(decide func(*pair) error) func(generators.Pair) error {
	return func(c generators.Pair) error {
		p, err := newPair(c)
		if err != nil {
			return err
		}
		return decide(p)
	}
}

// decideRankOne: with W = m nᵀ read off its entries, n is a left eigenvector
// of DW for any D and m a right one of WD, with eigenvalue nᵀDm; with l_r = n
// the change of the gain is nᵀ(ΔD)β.
func decideRankOne(p *pair) error {
	m := p.w.RangeBasis()
	if m.Cols() == 0 {
		return nil // W = 0 has μ = 0
	}
	gram, err := m.T().Mul(m).Inverse()
	if err != nil {
		return err
	}
	n := p.w.T().Mul(m).Mul(gram)
	for _, d := range []*exact.Matrix{p.d, p.tauMatrix} {
		mu := n.T().Mul(d).Mul(m)
		if mu.IsZero() {
			continue
		}
		dw, wd := d.Mul(p.w), p.w.Mul(d)
		if err := equal("nᵀ(DW) = μnᵀ", n.T().Mul(dw), mu.Mul(n.T())); err != nil {
			return err
		}
		if err := equal("(WD)m = m μ", wd.Mul(m), m.Mul(mu)); err != nil {
			return err
		}
		if wd.JordanRanks(mu.At(0, 0), 1)[1] != p.n-1 {
			return theorems.Violatedf("μ = %v is not a simple eigenvalue", mu)
		}
	}
	total := n.T().Mul(p.tauMatrix).Mul(p.b).Sub(n.T().Mul(p.d).Mul(p.b))
	return equal("Δ(nᵀDβ) = nᵀ(ΔD)β", total, n.T().Mul(p.tauMatrix.Sub(p.d)).Mul(p.b))
}

// unitLengthSelects: scaled to l_xᵀv = 1 at v = m, l_r is n/μ, and the
// selection term is not zero: N = 1, slopes 1 and ½.
func unitLengthSelects() theorems.Witness {
	return witness("l_r = n", "N = 1, m = n = 1, slopes 1 and ½, β₀ = 1: l_r = n/μ is 1 and 2, (Δl)ᵀβ̄ = ¾",
		"no selection term with l_r = n/μ", contextCase(1, 0.5), func(p *pair) error {
			l1, err := p.d.Inverse()
			if err != nil {
				return err
			}
			l2, err := p.tauMatrix.Inverse()
			if err != nil {
				return err
			}
			selection := l2.Sub(l1).Mul(p.d.Add(p.tauMatrix)).Mul(p.b)
			return equal("(Δl)ᵀβ̄ = 0", selection, selection.Sub(selection))
		})
}

// unitWiseTauTurnsSelection: with τ = (1, 2) n is no left eigenvector of M_r.
func unitWiseTauTurnsSelection() theorems.Witness {
	c := generators.Pair{W: [][]float64{{1, 1}, {1, 1}}, D: []float64{1, 1}, B: [][]float64{{1}, {1}}, Tau: []float64{1, 2}}
	return witness("τ is scalar", "m = n = (1, 1), τ = (1, 2): nᵀM_r = (½, 0)·… is not parallel to n",
		"n is a left eigenvector of M_r, whatever τ", c, func(p *pair) error {
			n := p.w.T().RangeBasis()
			image := n.T().Mul(p.minusLeak(p.dw)).T()
			if exact.HStack(n, image).Rank() > 1 {
				return theorems.Violatedf("nᵀM_r = %v", image.T())
			}
			return nil
		})
}
