package conjectures

import (
	"iter"
	"math/big"
	"slices"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Linearized is connectivity W with the slopes D = diag φ'(x*) at a fixed point.
type Linearized struct {
	W [][]float64 `json:"W" dim:"N,N"`
	D []float64   `json:"d_diag" dim:"N" shrink:"positive"`
}

func linearized(s theorems.Size) *rapid.Generator[Linearized] {
	return rapid.Custom(func(t *rapid.T) Linearized {
		return Linearized{matrixOf(t, "W", entries, s.N, s.N), vectorOf(t, "D", []float64{1, 1, 0.5, 0.25, 0.75}, s.N)}
	})
}

// oneUnit lists all of one unit in a box.
func oneUnit() func(yield func(any) bool) {
	return box([]float64{0.125, 0.25, 0.5, 0.75, 1, 2, -1, -2, 0}, 2, func(x []float64) Linearized {
		return Linearized{W: [][]float64{{x[0]}}, D: []float64{x[1]}}
	})
}

// twoUnits lists some of two units.
func twoUnits() iter.Seq[any] {
	return simplestFirst(func(x []float64) Linearized { return Linearized{W: inRows(x[2:], 2), D: x[:2]} },
		slices.Concat(copies(2, 1, 0.5), copies(4, 0, 1))...)
}

// twoForms are WD and DW, and W; M_x = (−I + WD)/τ and M_r = (−I + DW)/τ have their
// eigenvectors, at μ = 1 + τλ.
type twoForms struct {
	w, wd, dw *exact.Matrix
}

// exactly returns both. A slope that tanh has not, one that is not in
// (0, 1], is outside the hypotheses, and the error ErrUndecided.
func (c Linearized) exactly() (twoForms, error) {
	for _, d := range c.D {
		if !(d > 0 && d <= 1) {
			return twoForms{}, theorems.ErrUndecided
		}
	}
	w, d := rational(c.W), diagonal(c.D)
	return twoForms{w, w.Mul(d), d.Mul(w)}, nil
}

// eigenvalues returns the rational eigenvalues, and whether these are all.
func (p twoForms) eigenvalues() (mu []*big.Rat, all bool) {
	chi := p.wd.CharPoly()
	mu = chi.RationalRoots()
	rest := chi
	for _, x := range mu {
		factor := exact.NewPoly(new(big.Rat).Neg(x), big.NewRat(1, 1))
		for rest.Eval(x).Sign() == 0 {
			rest, _ = rest.DivMod(factor)
		}
	}
	return mu, rest.Degree() == 0
}

// eigenvectors returns a basis of {v : A v = μ v}, each with a first entry,
// zeros apart, that is positive.
func eigenvectors(a *exact.Matrix, mu *big.Rat) *exact.Matrix {
	basis := a.Sub(exact.Identity(a.Rows()).Scale(mu)).NullSpace()
	signs := make([]*big.Rat, basis.Cols())
	for j := range signs {
		i := 0
		for basis.At(i, j).Sign() == 0 {
			i++
		}
		signs[j] = big.NewRat(int64(basis.At(i, j).Sign()), 1)
	}
	return basis.Mul(exact.Diagonal(signs))
}

// areEigenvectors reports whether A v = μ v ≠ 0 for all v ≠ 0 in the span of
// independent columns, of which there were count before they were mapped.
func areEigenvectors(a *exact.Matrix, mu *big.Rat, v *exact.Matrix, count int) bool {
	return a.Mul(v).Equal(v.Scale(mu)) && v.Rank() == count
}

// decideEach asks for every eigenvalue that is rational, and gives up where
// there are others and nothing is violated.
func (p twoForms) decideEach(decide func(mu *big.Rat) error) error {
	list, all := p.eigenvalues()
	for _, mu := range list {
		if err := decide(mu); err != nil {
			return err
		}
	}
	if !all {
		return theorems.ErrUndecided
	}
	return nil
}

// sameRightEigenvectors is F3.
func sameRightEigenvectors() theorems.Conjecture {
	one, smallest := theorems.Size{N: 1}, theorems.Size{N: 2}
	return theorems.Conjecture{
		Ref: "F3", ID: "conjectures/same-right-eigenvectors",
		Statement: "For every W and all slopes 0 < φ'(x*) ≤ 1, whatever is a right eigenvector of M_x = (−I + WD)/τ, at an eigenvalue μ ≠ 0 of W D, is one of M_r = (−I + DW)/τ at the same.",
		Source:    "The forms are taken for one system in other words, as in P (arXiv:2309.04030) they are not; L3",
		Instead:   "M_x v = λv implies M_r (Dv) = λ (Dv): the same eigenvalues, and eigenvectors that D maps (L3). They are the same where all slopes are.",
		Levels: []theorems.Level{
			listing(level(one, linearized(one), decideSameRight), oneUnit()),
			listing(level(smallest, linearized(smallest), decideSameRight), twoUnits()),
		},
		Minimal: "With one unit W D = D W are numbers, and every v ≠ 0 is an eigenvector of both.",
		ByHand: byHand(func(c Linearized) []string {
			p, err := c.exactly()
			if err != nil {
				return nil
			}
			var out lines
			out.add("W D = %s, D W = %s", inline(p.wd), inline(p.dw))
			list, _ := p.eigenvalues()
			for _, mu := range list {
				if mu.Sign() == 0 {
					continue
				}
				basis := eigenvectors(p.wd, mu)
				for i := range basis.Cols() {
					if v := basis.Columns(i); !areEigenvectors(p.dw, mu, v, 1) {
						out.add("v = %s: W D v = %s = %s v", inline(v), inline(p.wd.Mul(v)), mu.RatString())
						out.add("D W v = %s, not %s v", inline(p.dw.Mul(v)), mu.RatString())
						return out
					}
				}
			}
			return out
		}),
	}
}

func decideSameRight(c Linearized) error {
	p, err := c.exactly()
	if err != nil {
		return err
	}
	return p.decideEach(func(mu *big.Rat) error {
		v := eigenvectors(p.wd, mu)
		if mu.Sign() != 0 && !areEigenvectors(p.dw, mu, v, v.Cols()) {
			return theorems.Violatedf("WD v = %s v and DW v ≠ %[1]s v, in rationals", mu.RatString())
		}
		return nil
	})
}
