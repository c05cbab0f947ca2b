package bridges

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// touching is a network at a fixed point with the parabola for φ that touches it at each
// net input: by its slopes and curvatures, as the oracle rounds them.
type touching struct {
	rationalNetwork
	rank   int
	bend   *exact.Matrix // ½φ”(x), diagonal
	shocks []*exact.Matrix
}

// touchingAt is a noisy network at its point, in rationals; Cov y_0 is P.
func touchingAt(c generators.NoisyPoint) (t touching, err error) {
	n := len(c.X)
	if n > 6 {
		return t, theorems.ErrUndecided // rationals of 53-bit numbers get long
	}
	left, right, scale := c.W, identityRows(n), 1.0
	if c.LowRank() {
		left, right, scale = c.M, c.N, c.Scale
	}
	if t.m, err = exact.FromFloat64(left); err != nil {
		return t, err
	}
	if t.n, err = exact.FromFloat64(right); err != nil {
		return t, err
	}
	t.m, t.rank = t.m.Scale(theorems.Rational(scale)), t.n.Cols()
	if err = t.curve(c.Nonlinearity, c.X); err != nil {
		return t, err
	}
	for _, shock := range c.Shocks {
		t.shocks = append(t.shocks, exact.ColumnFloat64(shock))
	}
	return t, t.disturb(c.PDiag, c.PFactor)
}

// curve sets slopes and curvatures at x.
func (t *touching) curve(phi string, x []float64) (err error) {
	slopes, bends := make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		if slopes[i], err = precise.Phi(phi, x[i], 1); err != nil {
			return err
		}
		if bends[i], err = precise.Phi(phi, x[i], 2); err != nil {
			return err
		}
	}
	if t.d, err = exact.DiagonalFloat64(slopes); err != nil {
		return err
	}
	t.bend, err = exact.DiagonalFloat64(bends)
	t.bend = t.bend.Scale(big.NewRat(1, 2))
	return err
}

// disturb sets P = diag(p) + F Fᵀ, a covariance.
func (t *touching) disturb(diag []float64, factor [][]float64) (err error) {
	if t.p, err = exact.DiagonalFloat64(diag); err != nil {
		return err
	}
	if len(factor) == len(diag) && len(factor[0]) > 0 {
		f, err := exact.FromFloat64(factor)
		if err != nil {
			return err
		}
		t.p = t.p.Add(f.Mul(f.T()))
	}
	if psd, _ := t.p.Definiteness(); !psd {
		return theorems.ErrUndecided
	}
	t.s0 = t.p
	return nil
}

func identityRows(n int) [][]float64 {
	out := zeros(n)
	for i := range out {
		out[i][i] = 1
	}
	return out
}

// squares are the squares of the entries of a column.
func squares(y *exact.Matrix) *exact.Matrix {
	out := make([]*big.Rat, y.Rows())
	for i := range out {
		out[i] = y.At(i, 0)
		out[i].Mul(out[i], out[i])
	}
	return exact.Column(out)
}

// maps are those of the deviation from the rest, in activity and in activation form.
func (t touching) maps() [2]func(y *exact.Matrix) *exact.Matrix {
	w := t.w()
	passed := func(z *exact.Matrix) *exact.Matrix { return t.d.Mul(z).Add(t.bend.Mul(squares(z))) }
	return [2]func(y *exact.Matrix) *exact.Matrix{
		func(y *exact.Matrix) *exact.Matrix { return passed(w.Mul(y)) },
		func(y *exact.Matrix) *exact.Matrix { return w.Mul(passed(y)) },
	}
}

// byParabola says what decideLinearPart decides.
const byParabola = "J of both forms, with the parabola for φ that touches it"

// decideLinearPart: J of both forms, by a rule, is the odd part of the map.
func decideLinearPart(forms func(rationalNetwork) [2]*exact.Matrix) func(generators.NoisyPoint) error {
	return func(c generators.NoisyPoint) error {
		t, err := touchingAt(c)
		if err != nil {
			return err
		}
		js := forms(t.rationalNetwork)
		for f, next := range t.maps() {
			for k := range t.d.Rows() {
				unit := exact.Identity(t.d.Rows()).Columns(k)
				odd := next(unit).Sub(next(unit.Scale(big.NewRat(-1, 1)))).Scale(big.NewRat(1, 2))
				if want := js[f].Columns(k); !odd.Equal(want) {
					return theorems.Violatedf("column %d of J is %v, the map has %v", k, want, odd)
				}
			}
		}
		return nil
	}
}

// byPaths says what decidePaths decides.
const byPaths = "paths of both forms, with the parabola for φ that touches it"

// decidePaths: three steps of the nonlinear and of the linear network on the shocks of
// the instance differ by no more than e⁺ = |J|e + ½s|W|y², or ½s(|W||y|)², s the
// largest |φ”|; a share of ½s that is 1 is 1.
func decidePaths(share *big.Rat) func(generators.NoisyPoint) error {
	return func(c generators.NoisyPoint) error {
		t, err := touchingAt(c)
		if err != nil {
			return err
		}
		most := t.bend.NormInf() // of a diagonal
		most.Mul(most, share)
		n, absW := t.d.Rows(), magnitudes(t.w())
		for f, next := range t.maps() {
			j := t.forms()[f]
			y, linear, e := exact.Zero(n, 1), exact.Zero(n, 1), exact.Zero(n, 1)
			for k := range min(len(t.shocks), 3) {
				remainder := absW.Mul(squares(y))
				if f == 0 {
					remainder = squares(absW.Mul(magnitudes(y)))
				}
				e = magnitudes(j).Mul(e).Add(remainder.Scale(most))
				y, linear = next(y).Add(t.shocks[k]), j.Mul(linear).Add(t.shocks[k])
				off := magnitudes(y.Sub(linear))
				for i := range n {
					if off.At(i, 0).Cmp(e.At(i, 0)) > 0 {
						return theorems.Violatedf("after step %d the paths of unit %d differ by %v > %v", k, i, off.At(i, 0).RatString(), e.At(i, 0).RatString())
					}
				}
			}
		}
		return nil
	}
}

func magnitudes(a *exact.Matrix) *exact.Matrix {
	rows := make([][]*big.Rat, a.Rows())
	for i := range rows {
		for k := range a.Cols() {
			x := a.At(i, k)
			rows[i] = append(rows[i], x.Abs(x))
		}
	}
	out, err := exact.FromRat(rows)
	if err != nil {
		panic(err)
	}
	return out
}

// byLaw says what decideLatentLawAt decides.
const byLaw = "joint law of y_1 … y_4, at most 2R latents, slopes as the oracle rounds them"

// decideLatentLawAt decides the law of the latents at the point, of a conversion.
func decideLatentLawAt(convert conversion) func(generators.NoisyPoint) error {
	return func(c generators.NoisyPoint) error {
		t, err := touchingAt(c)
		if err != nil {
			return err
		}
		return t.decideLatentLaw(t.rank, convert)
	}
}

// byYielded says what decideYielded decides.
const byYielded = "joint law of y_1 … y_4 at κ = 0, at most 2R latents, of units at a ± columns of L"

// decideYielded decides the law of the latents of a network that a mixture may yield,
// populations in turn, at κ = 0 and with the noise of the instance.
func decideYielded(convert conversion) func(generators.Pipeline) error {
	return func(c generators.Pipeline) error {
		if c.Units() > 6 || c.Rank() > mostRank {
			return theorems.ErrUndecided
		}
		var t touching
		var m, n [][]float64
		var in []float64
		r := c.Rank()
		for i := range c.Units() {
			p, turn := i%c.Populations(), i/c.Populations()
			unit, l := c.Mean(p), c.Factor(p)
			for k, row := range l {
				if turn > 0 && len(row) > 0 {
					unit[k] += row[(turn-1)/2%len(row)] * math.Pow(-1, float64(turn-1))
				}
			}
			m, n, in = append(m, unit[:r]), append(n, unit[r:2*r]), append(in, unit[2*r])
		}
		var err error
		if t.m, err = exact.FromFloat64(m); err != nil {
			return err
		}
		if t.n, err = exact.FromFloat64(n); err != nil {
			return err
		}
		t.m = t.m.Scale(big.NewRat(1, int64(c.Units())))
		if err := t.curve(c.Nonlinearity, in); err != nil {
			return err
		}
		if err := t.disturb(c.PDiag, c.PFactor); err != nil {
			return err
		}
		return t.decideLatentLaw(r, convert)
	}
}
