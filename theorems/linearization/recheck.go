package linearization

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// Where a claim fails, the statement is decided at its instance in rationals: with
// W as it is and the slopes of φ rounded to float64 where only they matter, as
// the statements hold for any, and with another φ where φ itself does.

// rechecked has a decision about a pair made at each state of a claim's instance.
func rechecked(c theorems.Check, by string, decide func(*pair) error) theorems.Check {
	return theorems.Deciding(c, by+", with slopes rounded to 53 bits", func(instance any) error {
		net, states := statesOf(instance)
		for _, x := range states {
			if err := exactly(net, x, decide); err != nil {
				return err
			}
		}
		return nil
	})
}

func statesOf(instance any) (generators.Network, [][]float64) {
	switch c := instance.(type) {
	case generators.Point:
		return c.Network, [][]float64{c.X}
	case generators.Perturbation:
		return c.Network, [][]float64{c.X}
	case generators.EulerStep:
		return c.Network, [][]float64{c.X}
	case generators.Contexts:
		return c.Network, [][]float64{c.First, c.Second}
	case generators.Selection:
		return c.Network, [][]float64{c.First, c.Second}
	}
	panic("an instance without a state")
}

// recheckedByReLU has all fixed points found for φ = ReLU, with the same W, b, B and u.
func recheckedByReLU(c theorems.Check) theorems.Check {
	return theorems.Deciding(c, "all fixed points of the same network with φ = ReLU", func(c generators.Point) error {
		if c.Units() > 5 {
			return theorems.ErrUndecided // 2ᴺ sign patterns
		}
		t, err := observe(c.Network, c.X, 0x1p-53)
		if err != nil {
			return err
		}
		drive, err := t.netInput(make([]float64, t.n), t.input)
		if err != nil {
			return err
		}
		p := generators.Pair{W: t.w, D: t.d, B: make([][]float64, t.n), Tau: t.tau}
		for i := range p.B {
			p.B[i] = drive[i : i+1]
		}
		return decideReLUFixedPoints(p)
	})
}

// recheckedByRun has the same run made in rationals with a piecewise linear φ: its
// own, if it is one.
func recheckedByRun(c theorems.Check) theorems.Check {
	return theorems.Deciding(c, "the same run with a piecewise linear φ", func(c generators.Run) error {
		switch c.Nonlinearity {
		case "relu", "hard-tanh", "identity":
		default:
			c.Nonlinearity = "hard-tanh"
		}
		if c.Units() > 8 {
			return theorems.ErrUndecided
		}
		for _, tau := range c.Tau {
			if tau < c.Tau[0] || tau > c.Tau[0] {
				return theorems.ErrUndecided // the two forms then have different inputs: L12
			}
		}
		t, err := observe(c.Network, c.Start, 0x1p-53)
		if err != nil {
			return err
		}
		c.W = t.w
		return decideSteps(c)
	})
}

// recheckedByQuadratic takes the same step away from the same state of a network
// with the same W and a quadratic φ, for which the bound is met.
func recheckedByQuadratic(c theorems.Check) theorems.Check {
	return theorems.Deciding(c, "the same step of a network with a quadratic φ", func(c generators.Perturbation) error {
		if c.Units() > 8 {
			return theorems.ErrUndecided
		}
		t, err := observe(c.Network, c.X, 0x1p-53)
		if err != nil {
			return err
		}
		p := generators.Pair{W: t.w, D: c.X, B: make([][]float64, t.n), Tau: t.tau}
		for i := range p.B {
			p.B[i] = []float64{c.Epsilon * c.Delta[i]}
		}
		return decideQuadratic(p)
	})
}

// recheckedSplit splits the change of lᵀβ for the vectors of the instance.
func recheckedSplit(c theorems.Check) theorems.Check {
	return theorems.Deciding(c, "Δ(lᵀβ) = (Δl)ᵀβ̄ + l̄ᵀΔβ, with slopes rounded to 53 bits", func(c generators.Selection) error {
		return splitExactly(c, big.NewRat(1, 2))
	})
}

// splitExactly takes the mean of both contexts with a weight of the second, ½ by the
// statement.
func splitExactly(c generators.Selection, weight *big.Rat) error {
	rest := new(big.Rat).Sub(big.NewRat(1, 1), weight)
	var beta []*exact.Matrix // in activity form: τ⁻¹DB
	for _, x := range [][]float64{c.First, c.Second} {
		if err := exactly(c.Network, x, func(p *pair) error {
			beta = append(beta, inverseDiagonal(p.tau).Mul(p.d).Mul(p.b))
			return nil
		}); err != nil {
			return err
		}
	}
	for _, l := range [][2][]float64{{c.FirstRe, c.SecondRe}, {c.FirstIm, c.SecondIm}} {
		first, second := exact.ColumnFloat64(l[0]).T(), exact.ColumnFloat64(l[1]).T()
		total := second.Mul(beta[1]).Sub(first.Mul(beta[0]))
		mean := func(a, b *exact.Matrix) *exact.Matrix { return a.Scale(rest).Add(b.Scale(weight)) }
		selection := second.Sub(first).Mul(mean(beta[0], beta[1]))
		input := mean(first, second).Mul(beta[1].Sub(beta[0]))
		if err := equal("Δ(lᵀβ) = (Δl)ᵀβ̄ + l̄ᵀΔβ", total, selection.Add(input)); err != nil {
			return err
		}
	}
	return nil
}

// recheckedStability asks at the instance's own step whether a stable Euler map has
// a stable flow.
func recheckedStability(c theorems.Check) theorems.Check {
	return theorems.Deciding(c, "a stable map has a stable flow, with slopes rounded to 53 bits", func(c generators.EulerStep) error {
		return exactly(c.Network, c.X, func(p *pair) error {
			return stableMapAt(p, theorems.Rational(c.Dt), func(flow, euler exact.Side) bool { return euler != exact.Inside || flow == exact.Inside })
		})
	})
}

func stableMapAt(p *pair, dt *big.Rat, follows func(flow, euler exact.Side) bool) error {
	mx := p.minusLeak(p.wd)
	flow, euler := mx.CharPoly().HalfPlane(), exact.Identity(p.n).Add(mx.Scale(dt)).CharPoly().UnitDisc()
	if !follows(flow, euler) {
		return theorems.Violatedf("flow %v, Euler map with dt = %v %v", flow, dt.RatString(), euler)
	}
	return nil
}
