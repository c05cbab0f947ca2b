package bridges

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// byTwoLaws says what decideTwoFormsAt decides.
const byTwoLaws = "joint law of x_1 … x_4, ranks, slopes as the oracle rounds them"

// decideTwoFormsAt decides both forms at the point.
func decideTwoFormsAt(pass passing) func(generators.NoisyPoint) error {
	return func(c generators.NoisyPoint) error {
		t, err := touchingAt(c)
		if err != nil {
			return err
		}
		return t.decideTwoForms(t.rank, pass)
	}
}

// rounded is φ of the float64 next to each number, rounded: one function of it, which is
// all that paths need.
func rounded(phi string, x *exact.Matrix) (*exact.Matrix, error) {
	out := make([]*big.Rat, x.Rows())
	for i := range out {
		at, _ := x.At(i, 0).Float64()
		value, err := precise.Phi(phi, math.Max(-math.MaxFloat64, math.Min(math.MaxFloat64, at)), 0)
		if err != nil {
			return nil, err
		}
		out[i] = theorems.Rational(value)
	}
	return exact.Column(out), nil
}

// byImage says what decideImage decides.
const byImage = "paths of both forms in rationals, φ as rounded"

// decideImage: from r_0, which is the x of the instance, and on its shocks, the noise η of
// the activation form by a rule, x_t = W r_t + b at every step.
func decideImage(eta func(w, shock *exact.Matrix) *exact.Matrix) func(generators.NoisyPoint) error {
	return func(c generators.NoisyPoint) error {
		t, err := touchingAt(c)
		if err != nil {
			return err
		}
		w, r := t.w(), exact.ColumnFloat64(c.X)
		active, err := rounded(c.Nonlinearity, r)
		if err != nil {
			return err
		}
		b := r.Sub(w.Mul(active)) // the x of the instance is fixed
		x := w.Mul(r).Add(b)
		for k, shock := range t.shocks {
			if r, err = rounded(c.Nonlinearity, w.Mul(r).Add(b)); err != nil {
				return err
			}
			r = r.Add(shock)
			if active, err = rounded(c.Nonlinearity, x); err != nil {
				return err
			}
			x = w.Mul(active).Add(b).Add(eta(w, shock))
			if want := w.Mul(r).Add(b); !x.Equal(want) {
				return theorems.Violatedf("x_%d = %v, W r + b = %v", k+1, x, want)
			}
		}
		return nil
	}
}
