package precise

import (
	"fmt"
	"math"
	"math/big"
)

// networkPrec is the working precision of the right-hand sides. The product of two float64 is exact in it, and so is a sum of
// products whose largest and smallest differ by less than 2^150; in general the error before the one rounding is below
// 2^-240·n·Σ|terms|, n the number of terms. Terms graded from 1e-16 to 1e16 may cancel to the last of the bits that float64 has.
const networkPrec = 256

// Network is the specification of a rate network, evaluated with one rounding at the end. Fields that a method does not use may
// be left empty; it does not change them.
type Network struct {
	W    [][]float64 // connectivity, N×N, row i the inputs of unit i
	Phi  string      // the nonlinearity, one of Names
	Tau  []float64   // time constants, N, positive, in any one unit of time
	Bias []float64   // b, N
	B    [][]float64 // input weights, N×q; empty for q = 0
}

// ActivationField returns ẋ of the activation form at the net inputs x (N) and the inputs u (q), each entry rounded once:
//
//	τ_i ẋ_i = −x_i + Σ_j W_ij φ(x_j) + b_i + Σ_j B_ij u_j.
//
// The unit is one over that of Tau. The error wraps ErrUnknown, ErrShape, ErrTimeConstant, or, for an argument or a result that
// is infinite or NaN, ErrNotFinite.
func (n Network) ActivationField(x, u []float64) ([]float64, error) {
	if err := n.check(x, u, true, true); err != nil {
		return nil, err
	}
	outputs, err := n.outputs(x)
	if err != nil {
		return nil, err
	}
	return n.each(func(i int) (*big.Float, error) {
		sum := n.netInput(i, outputs, n.Bias, u)
		sub(sum, sum, exact(x[i]))
		return sum.Quo(sum, exact(n.Tau[i])), nil
	})
}

// ActivityField returns ṙ of the activity form at the outputs r (N) and the inputs u (q), each entry rounded once:
//
//	τ_i ṙ_i = −r_i + φ( Σ_j W_ij r_j + b_i + Σ_j B_ij u_j ).
//
// The net input is not rounded to float64 on its way into φ. The unit is one over that of Tau. Errors as in ActivationField.
func (n Network) ActivityField(r, u []float64) ([]float64, error) {
	if err := n.check(r, u, true, true); err != nil {
		return nil, err
	}
	outputs := exactAll(r)
	return n.each(func(i int) (*big.Float, error) {
		z, err := PhiBig(n.Phi, n.netInput(i, outputs, n.Bias, u), 0)
		if err != nil {
			return nil, err
		}
		sub(z, z, outputs[i])
		return z.Quo(z, exact(n.Tau[i])), nil
	})
}

// FixingBias returns b = x − W φ(x) − B u (N), each entry rounded once: with it x (N) is a fixed point of the activation form at
// the inputs u (q) up to that rounding, and φ(x) is one of the activity form. Bias and Tau are not used. Errors as in
// ActivationField.
func (n Network) FixingBias(x, u []float64) ([]float64, error) {
	if err := n.check(x, u, false, false); err != nil {
		return nil, err
	}
	outputs, err := n.outputs(x)
	if err != nil {
		return nil, err
	}
	return n.each(func(i int) (*big.Float, error) {
		sum := n.netInput(i, outputs, nil, u)
		return sub(sum, exact(x[i]), sum), nil
	})
}

// NetInput returns W r + b + B u (N) at the outputs r (N) and the inputs u (q), each entry rounded once. Tau is not used.
// Errors as in ActivationField.
func (n Network) NetInput(r, u []float64) ([]float64, error) {
	if err := n.check(r, u, true, false); err != nil {
		return nil, err
	}
	outputs := exactAll(r)
	return n.each(func(i int) (*big.Float, error) { return n.netInput(i, outputs, n.Bias, u), nil })
}

// Derivative returns φ′(x_i) (N) at the net inputs x (N), the diagonal of D(x), correctly rounded. Only W and Phi are used.
// Errors as in ActivationField.
func (n Network) Derivative(x []float64) ([]float64, error) {
	if err := n.checkUnits(x, "state"); err != nil {
		return nil, err
	}
	d := make([]float64, len(x))
	for i, v := range x {
		var err error
		if d[i], err = Phi(n.Phi, v, 1); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// netInput returns Σ_j W_ij r_j + b_i + Σ_j B_ij u_j, without b if bias is nil.
func (n Network) netInput(i int, r []*big.Float, bias, u []float64) *big.Float {
	sum := wide()
	if bias != nil {
		sum.SetFloat64(bias[i])
	}
	for j, w := range n.W[i] {
		add(sum, sum, wide().Mul(exact(w), r[j]))
	}
	for j, v := range u {
		add(sum, sum, wide().Mul(exact(n.B[i][j]), exact(v)))
	}
	return sum
}

// outputs returns φ(x), not rounded to float64.
func (n Network) outputs(x []float64) ([]*big.Float, error) {
	r := exactAll(x)
	for j := range r {
		var err error
		if r[j], err = PhiBig(n.Phi, r[j], 0); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// each evaluates a right-hand side unit by unit and rounds it.
func (n Network) each(f func(i int) (*big.Float, error)) ([]float64, error) {
	out := make([]float64, len(n.W))
	for i := range out {
		z, err := f(i)
		if err != nil {
			return nil, err
		}
		out[i], _ = z.Float64()
		out[i] += 0 // −0 becomes +0
		if math.IsInf(out[i], 0) {
			return nil, fmt.Errorf("%w: the result of unit %d is about %.3g", ErrNotFinite, i, z)
		}
	}
	return out, nil
}

func wide() *big.Float { return new(big.Float).SetPrec(networkPrec) }

func exact(v float64) *big.Float { return wide().SetFloat64(v) }

func exactAll(v []float64) []*big.Float {
	z := make([]*big.Float, len(v))
	for i := range v {
		z[i] = exact(v[i])
	}
	return z
}

// check validates what a right-hand side uses.
func (n Network) check(state, u []float64, usesBias, usesTau bool) error {
	if err := n.checkUnits(state, "state"); err != nil {
		return err
	}
	if usesBias {
		if err := n.checkUnits(n.Bias, "Bias"); err != nil {
			return err
		}
	}
	if usesTau {
		if err := n.checkUnits(n.Tau, "Tau"); err != nil {
			return err
		}
		for i, v := range n.Tau {
			if !(v > 0) {
				return fmt.Errorf("%w: Tau[%d] = %v", ErrTimeConstant, i, v)
			}
		}
	}
	if err := checkFinite(u, "u"); err != nil {
		return err
	}
	if len(n.B) != len(n.W) && (len(n.B) != 0 || len(u) != 0) {
		return fmt.Errorf("%w: B has %d rows, want %d", ErrShape, len(n.B), len(n.W))
	}
	return checkRows(n.B, len(u), "B")
}

// checkUnits validates the name, W, and a vector with one entry a unit.
func (n Network) checkUnits(v []float64, what string) error {
	if _, err := formulaOf(n.Phi, 0); err != nil {
		return err
	}
	if len(v) != len(n.W) {
		return fmt.Errorf("%w: %s has %d entries, want %d", ErrShape, what, len(v), len(n.W))
	}
	if err := checkFinite(v, what); err != nil {
		return err
	}
	return checkRows(n.W, len(n.W), "W")
}

func checkRows(m [][]float64, cols int, what string) error {
	for i, row := range m {
		if len(row) != cols {
			return fmt.Errorf("%w: row %d of %s has %d entries, want %d", ErrShape, i, what, len(row), cols)
		}
		if err := checkFinite(row, fmt.Sprintf("row %d of %s", i, what)); err != nil {
			return err
		}
	}
	return nil
}

func checkFinite(v []float64, what string) error {
	for i, e := range v {
		if math.IsInf(e, 0) || math.IsNaN(e) {
			return fmt.Errorf("%w: entry %d of %s is %v", ErrNotFinite, i, what, e)
		}
	}
	return nil
}
