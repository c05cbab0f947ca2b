package linearization

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// Order is L11.
func Order() theorems.Theorem {
	networks := generators.NetworkOptions{MaxUnits: 8, Nonlinearity: generators.SmoothNonlinearities}
	return theorems.Theorem{
		Ref: "L11", ID: "linearization/order",
		Statement: "For φ'' bounded, in any one p-norm (1, 2, ∞), ‖F(x*+εδ) − εM_xδ‖ ≤ ½ε² sup|φ''| ‖W‖ ‖δ∘δ‖/τ + ‖F(x*)‖, and " +
			"≤ ½ε² sup|φ''| ‖Wδ∘Wδ‖/τ ≤ ½ε² sup|φ''| ‖W‖² ‖δ‖²/τ in activity form. The remainder is ½ε²W(φ''(x*)∘δ∘δ)/τ up to ε³ sup|φ'''| ‖|W||δ|³‖/(6τ): slope 2 in ε where that is not 0.",
		Source: "+ (Taylor, with P's linearizations)",
		Given:  []string{"φ'' is bounded: no kink between x* and x*+εδ", "one norm throughout", "τ is scalar"},
		Needed: []theorems.Witness{kinksBreakTheOrder()},
		Why: "Rounding of F at x*+εδ: (N+q+R+8)u times the absolute values that are added, plus |W| times the allowed error of φ; " +
			"of εM_xδ: (N+8)u|M_x||εδ| and the allowed error of φ'. The norms of W are exact (1, ∞) or by Jacobi's method (2). Margins reach 1: softplus at 0 attains the bound.",
		Claims: []theorems.Check{
			recheckedByQuadratic(theorems.Claim("remainder", generators.Perturbations(networks), judgeOrder).
				Visiting("N = 1", "W = 0", "origin", "saturated units", "large step", "graded rows", "low rank")),
		},
		Exact: []theorems.Check{
			theorems.Decide("quadratic φ, with equality", generators.Pairs(6), decideQuadratic).Visiting("N = 1", "W = 0", "W defective"),
		},
		Certificates: []theorems.Certificate{
			identity("F(x+εδ) − F(x) − εM_xδ = ½ε²W(φ''∘δ∘δ)/τ for quadratic φ", squares(), quadraticEquations),
		},
		Twins: []theorems.Twin{
			linearizeTwin("slopes at the outputs", "D = diag φ'(φ(x))", func(at site, l *theorems.Linearizations) {
				replaceSlopes(at, l, at.slopesAtOutputs())
			}),
			linearizeTwin("leak left out", "M_x = WD/τ", func(at site, l *theorems.Linearizations) {
				for _, m := range [][][]float64{l.Activation.Matrix, l.Activity.Matrix} {
					eachEntry(m, func(i, j int, x float64) float64 { return x + kronecker(i, j)/at.net.Tau(i) })
				}
			}),
			linearizeTwin("forms exchanged", "−I + DW in activation form", func(_ site, l *theorems.Linearizations) {
				l.Activation.Matrix, l.Activity.Matrix = l.Activity.Matrix, l.Activation.Matrix
			}),
			linearizeTwin("W for Wᵀ", "M_x = −I + WᵀD", func(at site, l *theorems.Linearizations) {
				w := at.net.Connectivity().Dense()
				eachEntry(l.Activation.Matrix, func(i, j int, _ float64) float64 {
					return (w.At(j, i)*at.d[j] - kronecker(i, j)) / at.net.Tau(i)
				})
			}),
			linearizeTwin("τ left out", "M in units of τ", func(at site, l *theorems.Linearizations) {
				for _, m := range [][][]float64{l.Activation.Matrix, l.Activity.Matrix} {
					eachEntry(m, func(i, _ int, x float64) float64 { return x * at.net.Tau(i) })
				}
			}),
			{Name: "a quarter for a half", Mistake: "remainder ≤ ¼ε² sup|φ''| ‖W‖ ‖δ∘δ‖", False: []theorems.Check{
				theorems.Decide("¼ε² for quadratic φ", generators.Pairs(6), func(c generators.Pair) error { return quadraticRemainder(c, big.NewRat(1, 4)) })}},
		},
		Sharp:      attainedOrders(),
		MaxUnknown: 0.05,
	}
}

// attainedOrders are the inequalities of L11, all of which are sharp.
func attainedOrders() []theorems.Sharp {
	const softplus = "one unit with φ = softplus at x* = 0, where φ'' = ¼ is its supremum: the remainder over its bound tends to 1 as ε → 0, until rounding is as large as ε²"
	out := []theorems.Sharp{{Check: "remainder", What: "|F − F* − εM_xδ − ½ε²W(φ''δδ)/τ|", Supremum: 1,
		Why: "one unit with φ = tanh at x* = 0, where |φ'''| = 2 is its supremum: 1 as ε → 0, until rounding is as large as ε³"}}
	for _, p := range []string{"1", "2", "∞"} {
		out = append(out, theorems.Sharp{Check: "remainder", What: "‖F(x*+εδ) − εM_xδ‖_" + p, Supremum: 1, Why: softplus},
			theorems.Sharp{Check: "remainder", What: "‖G(r*+εδ) − εM_rδ‖_" + p, Supremum: 1, Why: softplus})
	}
	return out
}

// replaceSlopes recomputes both matrices with other slopes.
func replaceSlopes(at site, l *theorems.Linearizations, d []float64) {
	w := at.net.Connectivity().Dense()
	eachEntry(l.Activation.Matrix, func(i, j int, _ float64) float64 { return (w.At(i, j)*d[j] - kronecker(i, j)) / at.net.Tau(i) })
	eachEntry(l.Activity.Matrix, func(i, j int, _ float64) float64 { return (d[i]*w.At(i, j) - kronecker(i, j)) / at.net.Tau(i) })
}

// pNorm is one of the norms of L11, of vectors and of W.
type pNorm struct {
	name   string
	vector func([]float64) float64
	w      float64
}

func (t *truth) pNorms() []pNorm {
	one, two, inf := t.norms()
	return []pNorm{
		{"1", dense.VectorNorm1[float64], one},
		{"2", dense.VectorNorm2[float64], two},
		{"∞", dense.VectorNormInf[float64], inf},
	}
}

func judgeOrder(s theorems.Subject, c generators.Perturbation) (f theorems.Finding, err error) {
	if s.Field == nil {
		return f, theorems.Missing("Field")
	}
	t, err := observe(c.Network, c.X, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	l, err := t.linearizationsOf(s, &f)
	if l == nil {
		return f, err
	}
	times := func(m [][]float64) func([]float64) []float64 {
		return func(v []float64) []float64 { return dense.MatVec(m, v) }
	}
	if err := t.expectOrder(&f, s, c.Delta, c.Epsilon, times(l.Activation.Matrix)); err != nil {
		return f, err
	}
	return f, t.expectActivityOrder(&f, s, c.Delta, c.Epsilon, times(l.Activity.Matrix))
}

// expectOrder is the activation form, linearized the subject's M_x as a map.
func (t *truth) expectOrder(f *theorems.Finding, s theorems.Subject, delta []float64, epsilon float64, linearized func([]float64) []float64) error {
	_, second, third := precise.Constants(t.law.Phi)
	tau := t.tau[0]
	y, step := make([]float64, t.n), make([]float64, t.n)
	out, outErr := make([]float64, t.n), make([]float64, t.n)
	squares, cubes, curvature := make([]float64, t.n), make([]float64, t.n), make([]float64, t.n)
	for i := range y {
		y[i] = t.x[i] + epsilon*delta[i]
		step[i] = y[i] - t.x[i] // the step that was taken, exactly or within u|step|
		value, allowed, err := t.phiErr(y[i])
		if err != nil {
			return err
		}
		atRest, atRestErr, err := t.phiErrAt(i)
		if err != nil {
			return err
		}
		out[i], outErr[i] = math.Abs(value)+math.Abs(atRest), allowed+atRestErr
		squares[i], cubes[i] = step[i]*step[i], math.Abs(step[i]*step[i]*step[i])
		curvature[i] = t.second[i] * squares[i] / 2
	}
	field, err := s.Field(t.net, model.Activation, y, t.input)
	if err != nil {
		return err
	}
	atRest, err := t.field(model.Activation, t.x, t.input)
	if err != nil {
		return err
	}
	linear, size := linearized(step), t.absM(model.Activation, absolute(step), false)
	rounding, scales := t.abs(outErr), t.abs(out)
	slopes := t.abs(products(t.dErr, step))
	drive := t.drive(t.input)
	remainder := make([]float64, t.n)
	for i := range field {
		scales[i] += math.Abs(y[i]) + math.Abs(t.x[i]) + drive[i]
		rounding[i] = (rounding[i] + slopes[i] + t.units()*t.u*scales[i]) / tau
		rounding[i] += (float64(t.n)+8)*t.u*size[i] + 2*t.u*math.Abs(step[i])/tau
		remainder[i] = field[i] - linear[i]
	}
	for _, p := range t.pNorms() {
		bound := 0.5*second*p.w*p.vector(squares)/tau + p.vector(atRest) + p.vector(rounding)
		f.Expect("‖F(x*+εδ) − εM_xδ‖_"+p.name, p.vector(remainder), bound, p.vector(linear)+p.vector(atRest)+p.vector(scales)/tau+t.smallest)
	}
	quadratic, cubic := t.apply(curvature, false), t.abs(cubes)
	for i := range remainder {
		rest := math.Abs(remainder[i] - atRest[i] - quadratic[i]/tau)
		f.Expect("|F − F* − εM_xδ − ½ε²W(φ''δδ)/τ|", rest, third*cubic[i]/(6*tau)+2*rounding[i], (scales[i]+1)/tau)
	}
	return nil
}

func products(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = math.Abs(a[i] * b[i])
	}
	return out
}

// expectActivityOrder is the activity form, around r* = φ(x*).
func (t *truth) expectActivityOrder(f *theorems.Finding, s theorems.Subject, delta []float64, epsilon float64, linearized func([]float64) []float64) error {
	lipschitz, second, _ := precise.Constants(t.law.Phi)
	tau := t.tau[0]
	rest, y, step := make([]float64, t.n), make([]float64, t.n), make([]float64, t.n)
	restErr := make([]float64, t.n)
	for i := range rest {
		value, allowed, err := t.phiErrAt(i)
		if err != nil {
			return err
		}
		rest[i], restErr[i] = value, allowed+t.u*math.Abs(value)
		y[i] = value + epsilon*delta[i]
		step[i] = y[i] - value
	}
	field, err := s.Field(t.net, model.Activity, y, t.input)
	if err != nil {
		return err
	}
	atRest, err := t.field(model.Activity, rest, t.input)
	if err != nil {
		return err
	}
	linear, size := linearized(step), t.absM(model.Activity, absolute(step), false)
	// φ''-term of D at W r* + b against D at x*: they differ by the rounding of r*.
	sums, drive := t.abs(absolute(y)), t.drive(t.input)
	passed, moved := t.abs(restErr), t.abs(absolute(step))
	remainder, rounding, scales := make([]float64, t.n), make([]float64, t.n), make([]float64, t.n)
	for i := range field {
		net := sums[i] + drive[i] + math.Abs(t.x[i]) + moved[i]
		scales[i] = net*lipschitz + math.Abs(y[i]) + math.Abs(rest[i]) + 1
		bend := second * (passed[i] + t.units()*t.u*net) * moved[i] // of the slope at a state that is off by rounding
		rounding[i] = (2*lipschitz*(t.units()*t.u*net) + 16*t.u*(math.Abs(y[i])+math.Abs(rest[i])+net*lipschitz) + bend + t.dErr[i]*moved[i]) / tau
		rounding[i] += (float64(t.n) + 8) * t.u * size[i]
		remainder[i] = field[i] - linear[i]
	}
	// ‖Wδ∘Wδ‖ ≤ ‖W‖²‖δ‖²: the sharper of the two is the claim.
	bent := t.apply(step, false)
	for i := range bent {
		bent[i] = math.Abs(bent[i]) + t.sumRounding()*moved[i]
		bent[i] *= bent[i]
	}
	for _, p := range t.pNorms() {
		bound := 0.5*second*p.vector(bent)/tau + p.vector(atRest) + p.vector(rounding)
		f.Expect("‖G(r*+εδ) − εM_rδ‖_"+p.name, p.vector(remainder), bound, p.vector(linear)+p.vector(atRest)+p.vector(scales)/tau+t.smallest)
	}
	return nil
}

// quadraticEquations: with φ(x) = a∘x + ½c∘x∘x unit by unit (a, c diagonal),
// φ' = a + c∘x and φ” = c; products ∘ are by diagonal matrices X and Δ.
func quadraticEquations(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	w, a, c := b.Matrix("W", s.N, s.N), b.Diagonal("a", s.N), b.Diagonal("c", s.N)
	x, delta, eps := b.Diagonal("X", s.N), b.Diagonal("Δ", s.N), b.Scalar("ε")
	one := b.Matrix("1", s.N, 1) // any vector in its place
	two := b.Integer(2)
	twicePhi := func(x certificate.Expr) certificate.Expr { return a.Times(x).Scaled(two).Plus(c.Times(x).Times(x)) }
	y := x.Plus(delta.Scaled(eps))
	slopes := a.Plus(c.Times(x))
	leaky := func(at certificate.Expr) certificate.Expr { // 2F up to b
		return w.Times(twicePhi(at)).Minus(at.Scaled(two)).Times(one)
	}
	linear := w.Times(slopes).Minus(b.Identity(s.N)).Times(delta).Times(one).Scaled(eps).Scaled(two)
	bend := w.Times(c).Times(delta).Times(delta).Times(one).Scaled(eps.Times(eps))
	return []certificate.Equation{leaky(y).Minus(leaky(x)).Minus(linear).Equals(bend)}
}

// decideQuadratic is the inequality, in the norms 1 and ∞, for φ with
// φ” = c constant: remainder ½c ε²W(δ∘δ), δ the column of B, c = 1.
func decideQuadratic(c generators.Pair) error { return quadraticRemainder(c, big.NewRat(1, 2)) }

func quadraticRemainder(c generators.Pair, factor *big.Rat) error {
	p, err := newPair(c)
	if err != nil {
		return err
	}
	// φ(x) = x²/2 at x* = the slopes D: φ' = x, φ'' = 1; τ = 1, δ from B.
	x, delta := exact.ColumnFloat64(c.D), p.b.Columns(0)
	eps := big.NewRat(1, 8)
	half := func(v *exact.Matrix) *exact.Matrix {
		out := make([]*big.Rat, v.Rows())
		for i := range out {
			out[i] = new(big.Rat).Mul(v.At(i, 0), v.At(i, 0))
			out[i].Mul(out[i], big.NewRat(1, 2))
		}
		return exact.Column(out)
	}
	y := x.Add(delta.Scale(eps))
	bias := x.Sub(p.w.Mul(half(x)))
	field := p.w.Mul(half(y)).Add(bias).Sub(y)
	mx := p.wd.Sub(exact.Identity(p.n))
	remainder := field.Sub(mx.Mul(delta.Scale(eps)))
	twice := half(delta).Scale(big.NewRat(2, 1)) // δ∘δ
	scale := new(big.Rat).Mul(factor, new(big.Rat).Mul(eps, eps))
	for _, norm := range []func(*exact.Matrix) *big.Rat{(*exact.Matrix).Norm1, (*exact.Matrix).NormInf} {
		bound := new(big.Rat).Mul(scale, new(big.Rat).Mul(norm(p.w), norm(twice)))
		if norm(remainder).Cmp(bound) > 0 {
			return theorems.Violatedf("‖remainder‖ = %v > %v", norm(remainder).RatString(), bound.RatString())
		}
	}
	return nil
}

// kinksBreakTheOrder: φ = relu, N = 1, W = 1, x* = −⅛, εδ = ¼ crosses the kink:
// the remainder is ⅛ though φ” = 0 on both sides.
func kinksBreakTheOrder() theorems.Witness {
	c := generators.Pair{W: [][]float64{{1}}, D: []float64{-0.125}, B: [][]float64{{0.25}}, Tau: []float64{1}}
	return witness("φ'' bounded, no kink crossed", "φ = relu, N = 1, W = 1, x* = −⅛, εδ = ¼: F(x*+εδ) − εM_xδ = ⅛, φ'' = 0 on both sides",
		"the remainder of a ReLU network vanishes", c, func(p *pair) error {
			x, delta := p.d, p.b
			y := x.Add(delta)
			bias := x.Sub(p.w.Mul(rectified(x)))
			field := p.w.Mul(rectified(y)).Add(bias).Sub(y)
			return equal("F(x*+δ) − M_xδ = 0", field.Add(delta), delta.Sub(delta))
		})
}
