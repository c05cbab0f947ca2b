package linearization

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// exactRuns are small networks with a piecewise linear φ, which rationals
// evaluate.
func exactRuns() generators.NetworkOptions {
	var kinds []generators.Kind
	for _, k := range generators.Zoo() {
		if k.Exact {
			kinds = append(kinds, k)
		}
	}
	return generators.NetworkOptions{MaxUnits: 3, Nonlinearity: []string{"relu", "hard-tanh", "identity"},
		Connectivity: generators.OnlyDense, Kinds: kinds}
}

// rationalRun steps a network in rationals: states are columns.
type rationalRun struct {
	c    generators.Run
	w, b *exact.Matrix // B is nil for q = 0
	bias *exact.Matrix
	h    *big.Rat // dt/τ
}

// decideSteps takes the run's steps in both forms and requires
// x = W r + b + Bũ after every one, with equality.
func decideSteps(c generators.Run) error {
	w, err := exact.FromFloat64(c.W)
	if err != nil {
		return err
	}
	run := rationalRun{c: c, w: w, bias: exact.ColumnFloat64(c.Bias), h: theorems.Rational(c.Step)}
	if c.Inputs() > 0 {
		if run.b, err = exact.FromFloat64(c.B); err != nil {
			return err
		}
	}
	r, filtered := exact.ColumnFloat64(c.Start), exact.ColumnFloat64(c.Filtered)
	x := run.carry(r, filtered)
	for k := range c.Steps {
		at := func(offset float64) *exact.Matrix {
			unit := c.Step * c.Tau[0]
			if c.Method == "leaky-map" {
				unit = 1
			}
			return exact.ColumnFloat64(c.Signal((float64(k) + offset) * unit))
		}
		x = run.step(x, func(x *exact.Matrix, offset float64) *exact.Matrix {
			return run.carry(run.phi(x), at(offset)).Sub(x)
		})
		units := r.Rows()
		state := run.step(exact.VStack(r, filtered), func(s *exact.Matrix, offset float64) *exact.Matrix {
			r, filtered := s.Slice(0, units, 0, 1), s.Slice(units, s.Rows(), 0, 1)
			return exact.VStack(run.phi(run.carry(r, filtered)).Sub(r), at(offset).Sub(filtered))
		})
		r, filtered = state.Slice(0, units, 0, 1), state.Slice(units, state.Rows(), 0, 1)
		if err := equal("W r + b + Bũ = x", run.carry(r, filtered), x); err != nil {
			return err
		}
	}
	return nil
}

// carry returns W r + b + B u.
func (run rationalRun) carry(r, u *exact.Matrix) *exact.Matrix {
	x := run.w.Mul(r).Add(run.bias)
	if run.b != nil {
		x = x.Add(run.b.Mul(u))
	}
	return x
}

// step is one step of size h of s' = rate(s), h in units of τ.
func (run rationalRun) step(s *exact.Matrix, rate func(s *exact.Matrix, offset float64) *exact.Matrix) *exact.Matrix {
	moved := func(num, den int64, k *exact.Matrix) *exact.Matrix {
		return s.Add(k.Scale(new(big.Rat).Mul(run.h, big.NewRat(num, den))))
	}
	k1 := rate(s, 0)
	if run.c.Method != "rk4" {
		return moved(1, 1, k1)
	}
	k2 := rate(moved(1, 2, k1), 0.5)
	k3 := rate(moved(1, 2, k2), 0.5)
	k4 := rate(moved(1, 1, k3), 1)
	two := big.NewRat(2, 1)
	return moved(1, 6, k1.Add(k2.Scale(two)).Add(k3.Scale(two)).Add(k4))
}

// phi applies relu, hard-tanh or the identity.
func (run rationalRun) phi(x *exact.Matrix) *exact.Matrix {
	out := make([]*big.Rat, x.Rows())
	one := big.NewRat(1, 1)
	for i := range out {
		v := x.At(i, 0)
		switch {
		case run.c.Nonlinearity == "relu" && v.Sign() < 0:
			v = new(big.Rat)
		case run.c.Nonlinearity == "hard-tanh" && v.Cmp(one) > 0:
			v = one
		case run.c.Nonlinearity == "hard-tanh" && v.Cmp(new(big.Rat).Neg(one)) < 0:
			v = new(big.Rat).Neg(one)
		}
		out[i] = v
	}
	return exact.Column(out)
}

// unitWiseTauBreaksTrajectories: with τ = (1, 2) one Euler step from r = (0, 0),
// φ the identity, b = (1, 1), does not commute with r ↦ W r + b (F5).
func unitWiseTauBreaksTrajectories() theorems.Witness {
	c := generators.Pair{W: [][]float64{{0, 1}, {1, 0}}, D: []float64{1, 1}, B: [][]float64{{1}, {1}}, Tau: []float64{1, 2}}
	return witness("τ is scalar", "τ = (1, 2), φ = identity, r = 0, dt = 1: x⁺ by the map is (1½, 2), by its own step (2, 1½)",
		"r ↦ W r + b carries Euler steps, whatever τ", c, func(p *pair) error {
			b, perTau := p.b, inverseDiagonal(p.tau)
			x := b // of r = 0
			carried := p.w.Mul(perTau.Mul(b)).Add(b)
			own := x.Add(perTau.Mul(p.w.Mul(x).Add(b).Sub(x)))
			return equal("W r⁺ + b = x⁺", carried, own)
		})
}

// unfilteredInputBreaksTrajectories: N = 1, W = 0, B = 1, u = 1 from 0: x needs
// time to follow u, W r + b + B u does not.
func unfilteredInputBreaksTrajectories() theorems.Witness {
	c := generators.Pair{W: [][]float64{{0}}, D: []float64{1}, B: [][]float64{{1}}, Tau: []float64{2}}
	return witness("the activity form is driven by ũ", "N = 1, W = 0, B = 1, τ = 2, dt = 1, u switched on to 1 at x = 0: x⁺ = ½, W r⁺ + B u = 1",
		"driven by u itself, W r + b + B u = x", c, func(p *pair) error {
			own := inverseDiagonal(p.tau).Mul(p.b) // x = 0, one Euler step
			return equal("W r⁺ + B u = x⁺", p.b, own)
		})
}
