package linearization

import (
	"errors"
	"math"
	"math/big"
	"math/cmplx"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

// Context is L7.
func Context() theorems.Theorem {
	networks := generators.NetworkOptions{MaxUnits: 6, Nonlinearity: generators.AllNonlinearities, Inputs: true}
	for _, regular := range []string{"gaussian", "scaled identity", "permutation", "orthogonal", "stochastic", "skew",
		"prescribed spectrum", "clustered", "rank one", "jordan"} { // modes with μ ≠ 0 to compare
		networks.Kinds = append(networks.Kinds, generators.KindNamed(regular))
	}
	anyVectors := generators.NetworkOptions{MaxUnits: 6, Nonlinearity: generators.AllNonlinearities, Inputs: true, UnitWiseTau: true}
	return theorems.Theorem{
		Ref: "L7", ID: "linearization/context",
		Statement: "Between two contexts with corresponding modes, Δ(lᵀβ) = (Δl)ᵀβ̄ + l̄ᵀ(Δβ), β = τ⁻¹β₀ in activation and τ⁻¹Dβ₀ in activity form. " +
			"With the scale of each mode carried from one form to the other the totals agree; the direct-input term l̄ᵀ(Δβ) is identically zero in " +
			"activation form, and not in activity form.",
		Source: "P (arXiv:2309.04030), section 4",
		Given:  []string{"l_x = D l_r in each context: one scale for both forms"},
		Needed: []theorems.Witness{scalesOfTheirOwn(), inputModulationIsVisible()},
		Why: "All terms are sums of N products of given numbers: (N+10)u times the sum of their absolute values; " +
			"l_x = D l_r and Dβ carry the allowed error of φ', entry by entry.",
		Claims: []theorems.Check{
			rechecked(theorems.Claim("split", generators.TwoContexts(networks), judgeContext).Visiting("D singular", "saturated units", "low rank"), "L_xᵀB = L_rᵀDB in both contexts", decideInputGain),
			// This one asks for no modes: the split is one of any vectors l.
			recheckedSplit(theorems.Claim("split of any vectors", generators.SelectedContexts(anyVectors), judgeSplit).Visiting("D singular", "saturated units", "unit-wise tau", "complex vectors")),
		},
		Certificates: []theorems.Certificate{
			identity("Δ(lᵀβ) = (Δl)ᵀβ̄ + l̄ᵀΔβ; totals agree; Δβ = 0 in activation form", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				return contextEquations(b, s, true)
			}),
		},
		Twins: []theorems.Twin{
			{Name: "unequal weights", Mistake: "means that weigh the second context by a third", False: []theorems.Check{
				theorems.Decide("split, with unequal weights", generators.SelectedContexts(anyVectors), func(c generators.Selection) error {
					return splitExactly(c, big.NewRat(1, 3))
				})}},
			contextTwin("end-point for mean", "(Δl)ᵀβ₂ + l₂ᵀΔβ: both terms taken at the second context", func(c *contexts) {
				c.activity.Selection = sum(c.n, func(i int) complex128 { return (c.l2[i] - c.l1[i]) * c.beta2[i] })
				c.activity.Input = sum(c.n, func(i int) complex128 { return c.l2[i] * (c.beta2[i] - c.beta1[i]) })
			}),
			contextTwin("D of one context in both", "β = τ⁻¹D₁β₀ throughout", func(c *contexts) {
				c.activity.Total = sum(c.n, func(i int) complex128 { return c.l2[i]*c.beta1[i] - c.l1[i]*c.beta1[i] })
				c.activity.Input = 0
				c.activity.Selection = c.activity.Total
			}),
			contextTwin("scaled in each form by itself", "total with l_r of norm 1 in each context, the input term with l_r as it was", func(c *contexts) {
				c.activity.Total = sum(c.n, func(i int) complex128 {
					return c.l2[i]*c.beta2[i]/complex(norm(c.l2), 0) - c.l1[i]*c.beta1[i]/complex(norm(c.l1), 0)
				})
				c.activity.Selection = c.activity.Total - c.activity.Input
			}),
			contextTwin("D in activation form", "β = τ⁻¹Dβ₀ in both forms: an input term where there is none", func(c *contexts) {
				c.activation = c.activity
			}),
			contextTwin("no input term", "the whole change called selection (F11)", func(c *contexts) {
				c.activity.Selection, c.activity.Input = c.activity.Total, 0
			}),
			{Name: "end-points in the identity", Mistake: "Δ(lᵀβ) = (Δl)ᵀβ₂ + l₂ᵀΔβ",
				FalseIdentity: &theorems.Certificate{Shapes: squares()[:3], Identity: certificate.Identity{Name: "end-points",
					Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
						return contextEquations(b, s, false)
					}}}},
		},
		MaxUnknown: 0.05,
	}
}

// contextEquations writes the split for generic l_r in two contexts, doubled
// to stay with integers; with the false end-point form on request.
func contextEquations(b *certificate.Builder, s certificate.Shape, mean bool) []certificate.Equation {
	lr1, lr2, beta := b.Matrix("l₁", s.N, 1), b.Matrix("l₂", s.N, 1), b.Matrix("β", s.N, 1)
	d1, d2 := b.Diagonal("D₁", s.N), b.Diagonal("D₂", s.N)
	two := b.Integer(2)
	beta1, beta2 := d1.Times(beta), d2.Times(beta)
	total := lr2.T().Times(beta2).Minus(lr1.T().Times(beta1))
	if !mean {
		split := lr2.Minus(lr1).T().Times(beta2).Plus(lr2.T().Times(beta2.Minus(beta1)))
		return []certificate.Equation{total.Equals(split)}
	}
	split := lr2.Minus(lr1).T().Times(beta1.Plus(beta2)).Plus(lr1.Plus(lr2).T().Times(beta2.Minus(beta1)))
	inActivation := d2.Times(lr2).T().Times(beta).Minus(d1.Times(lr1).T().Times(beta))
	return []certificate.Equation{total.Scaled(two).Equals(split), total.Equals(inActivation)}
}

// contexts are the numbers of one split, for twins to get wrong.
type contexts struct {
	n                    int
	l1, l2, beta1, beta2 []complex128 // activity form
	activation, activity model.GainChange
}

func sum(n int, term func(i int) complex128) (s complex128) {
	for i := range n {
		s += term(i)
	}
	return s
}

func contextTwin(name, mistake string, wrong func(*contexts)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.ContextChange
		s.ContextChange = func(net *model.RNN, first, second model.ContextMode, channel int) (model.GainChange, model.GainChange, error) {
			x, r, err := right(net, first, second, channel)
			if err != nil {
				return x, r, err
			}
			c := contexts{n: net.Units(), l1: first.ActivityLeft, l2: second.ActivityLeft, activation: x, activity: r}
			for i, mode := range []model.ContextMode{first, second} {
				d, err := net.Derivatives(mode.State)
				if err != nil {
					return x, r, err
				}
				beta := make([]complex128, c.n)
				for k := range beta {
					beta[k] = complex(d[k]*net.Input().At(k, channel)/net.Tau(k), 0)
				}
				if i == 0 {
					c.beta1 = beta
				} else {
					c.beta2 = beta
				}
			}
			wrong(&c)
			return c.activation, c.activity, nil
		}
		return s
	}}
}

func judgeContext(s theorems.Subject, c generators.Contexts) (f theorems.Finding, err error) {
	if s.ContextChange == nil || s.Modes == nil {
		return f, theorems.Missing("ContextChange, Modes")
	}
	first, err := observe(c.Network, c.First, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	second, err := observe(c.Network, c.Second, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	var at [2]*model.Modes
	for i, t := range []*truth{first, second} {
		at[i], err = s.Modes(first.net, t.x)
		if errors.Is(err, model.ErrDefective) {
			t.refused(&f, err)
			return f, nil
		}
		if err != nil {
			return f, err
		}
	}
	for k := range min(len(at[0].Eigenvalues), len(at[1].Eigenvalues)) {
		for channel := range c.U {
			err := first.expectContext(&f, s, second, at[0].InContext(c.First, k), at[1].InContext(c.Second, k), channel)
			if err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// judgeSplit claims the split for vectors l_r as drawn, l_x = D l_r.
func judgeSplit(s theorems.Subject, c generators.Selection) (f theorems.Finding, err error) {
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
	l1, l2 := c.Vectors()
	for channel := range c.U {
		if err := first.expectContext(&f, s, second, first.modeOf(l1), second.modeOf(l2), channel); err != nil {
			return f, err
		}
	}
	return f, nil
}

// modeOf returns a left vector l_r of the activity form with l_x = D l_r.
func (t *truth) modeOf(left []complex128) model.ContextMode {
	lx, _ := t.timesD(left)
	return model.ContextMode{State: t.x, ActivityLeft: left, ActivationLeft: lx}
}

// expectContext claims the split of one mode's gain of one input channel.
func (t *truth) expectContext(f *theorems.Finding, s theorems.Subject, other *truth, first, second model.ContextMode, channel int) error {
	x, r, err := s.ContextChange(t.net, first, second, channel)
	if err != nil {
		return err
	}
	var total, selection, input, totalX complex128
	size, slope := 0.0, 0.0 // Σ|l_r||β| without D, and what errors of φ' contribute
	for i := range t.n {
		beta := t.b[i][channel] / t.tau[i]
		b1, b2 := complex(t.d[i]*beta, 0), complex(other.d[i]*beta, 0)
		l1, l2 := first.ActivityLeft[i], second.ActivityLeft[i]
		total += l2*b2 - l1*b1
		selection += (l2 - l1) * (b1 + b2) / 2
		input += (l1 + l2) / 2 * (b2 - b1)
		totalX += (second.ActivationLeft[i] - first.ActivationLeft[i]) * complex(beta, 0)
		lengths := cmplx.Abs(l1) + cmplx.Abs(l2)
		size += lengths * math.Abs(beta) * (t.d[i] + other.d[i])
		slope += lengths * math.Abs(beta) * (t.dErr[i] + other.dErr[i])
	}
	bound := (float64(t.n)+10)*t.u*size + 2*slope + t.smallest
	scale := size + t.smallest
	f.Expect("|total − Σ(l₂β₂ − l₁β₁)|, activity", cmplx.Abs(r.Total-total), bound, scale)
	f.Expect("|selection − (Δl)ᵀβ̄|, activity", cmplx.Abs(r.Selection-selection), bound, scale)
	f.Expect("|input − l̄ᵀΔβ|, activity", cmplx.Abs(r.Input-input), bound, scale)
	f.Expect("|total − Σ(l₂ − l₁)β|, activation", cmplx.Abs(x.Total-totalX), bound, scale)
	f.Expect("|input term|, activation", cmplx.Abs(x.Input), bound, scale)
	f.Expect("|total, activation − total, activity|", cmplx.Abs(x.Total-r.Total), 2*bound, scale)
	f.Expect("|total − selection − input|", cmplx.Abs(r.Total-r.Selection-r.Input), 2*bound, scale)
	f.Expect("|total − selection|, activation", cmplx.Abs(x.Total-x.Selection-x.Input), 2*bound, scale)
	return nil
}

// contextCase is a pair of contexts of one rank-one network in rationals:
// D of the first, τ for that of the second (both diagonals), B the input.
func contextCase(d1, d2 float64) generators.Pair {
	return generators.Pair{W: [][]float64{{1}}, D: []float64{d1}, B: [][]float64{{1}}, Tau: []float64{d2}}
}

// scalesOfTheirOwn: N = 1, D₁ = 1, D₂ = ½: l_r = 1 in both contexts has a
// total of −½, l_x = 1 in both has none.
func scalesOfTheirOwn() theorems.Witness {
	return witness("one scale for both forms", "N = 1, W = 1, slopes 1 and ½, β₀ = 1: l_r = 1 in both contexts has total −½, l_x = 1 in both has 0",
		"totals agree, each form scaled to l = 1", contextCase(1, 0.5), func(p *pair) error {
			activity := p.tauMatrix.Sub(p.d).Mul(p.b)
			return equal("total in activity form = total in activation form", activity, p.b.Sub(p.b))
		})
}

// inputModulationIsVisible: the same instance has an input term of −½ in
// activity form, where the activation form has none.
func inputModulationIsVisible() theorems.Witness {
	return witness("activation form, for the vanishing input term", "N = 1, W = 1, slopes 1 and ½, l_r = 1: l̄ᵀΔβ = −½ (F11)",
		"the input term vanishes in activity form too", contextCase(1, 0.5), func(p *pair) error {
			term := p.tauMatrix.Sub(p.d).Mul(p.b)
			return equal("l̄ᵀΔβ = 0", term, term.Sub(term))
		})
}
