package conversion

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// Where a claim fails and no exact check of its theorem takes its instance, the
// statement is decided there in rationals by what follows.

// mostRechecked bounds N, K and T·N of what is decided: numbers of 53 bits get long.
const mostRechecked = 8

// latentOf is a system in rationals, without its law; covariances are expanded
// without rounding, which would not leave them semidefinite.
func latentOf(c generators.System) (l *latent, err error) {
	k, n := c.Latents(), c.Units()
	if max(k, n) > mostRechecked {
		return nil, theorems.ErrUndecided
	}
	l = new(latent)
	if l.a, err = rational(c.A, k, k); err != nil {
		return nil, err
	}
	if l.c, err = rational(c.C, n, k); err != nil {
		return nil, err
	}
	if l.q, err = rationalCovariance(c.QDiag, c.QFactor); err != nil {
		return nil, err
	}
	l.r, err = rationalCovariance(c.RDiag, c.RFactor)
	return l, err
}

// rationalCovariance returns diag + F Fᵀ.
func rationalCovariance(diag []float64, factor [][]float64) (*exact.Matrix, error) {
	if len(diag) == 0 {
		return exact.Zero(0, 0), nil
	}
	out, err := exact.DiagonalFloat64(diag)
	if err != nil || len(factor) == 0 || len(factor[0]) == 0 {
		return out, err
	}
	f, err := exact.FromFloat64(factor)
	if err != nil {
		return nil, err
	}
	return out.Add(f.Mul(f.T())), nil
}

// startOf returns Var(x_1): that of the given start, or the stationary V.
func (l *latent) startOf(c generators.System) (*exact.Matrix, error) {
	if !c.HasInitial() {
		err := l.settle()
		return l.v, err
	}
	diag := c.CovDiag
	if diag == nil {
		diag = make([]float64, c.Latents())
	}
	return rationalCovariance(diag, c.CovFactor)
}

// decideMatchSteps: J_t = Cov(y_{t+1}, y_t) Λ_t⁻, P_t = Λ_{t+1} − J_tΛ_tJ_tᵀ are a
// step of a network of rank ≤ K with the covariances of both times.
func decideMatchSteps(c generators.System) error {
	return matchSteps(c, (*exact.Matrix).GeneralizedInverse)
}

func matchSteps(c generators.System, inverse func(*exact.Matrix) *exact.Matrix) error {
	l, err := latentOf(c)
	if err != nil {
		return err
	}
	x, err := l.startOf(c)
	if err != nil {
		return err
	}
	seen := func(x *exact.Matrix) *exact.Matrix { return l.c.Mul(x).Mul(l.c.T()).Add(l.r) }
	for range horizon - 1 {
		next := l.a.Mul(x).Mul(l.a.T()).Add(l.q)
		now, cross, then := seen(x), l.c.Mul(l.a).Mul(x).Mul(l.c.T()), seen(next)
		j := cross.Mul(inverse(now))
		if err := equal("J_tΛ_t = Cov(y_{t+1}, y_t)", j.Mul(now), cross); err != nil {
			return err
		}
		if err := semidefinite("P_t", then.Sub(j.Mul(now).Mul(j.T()))); err != nil {
			return err
		}
		if j.Rank() > l.a.Rows() {
			return theorems.Violatedf("rank J_t = %d > K = %d", j.Rank(), l.a.Rows())
		}
		x = next
	}
	return nil
}

// decideOrder: as σ² → 0, 1 − e^(−2I) is of order σ⁴ where Q ≻ 0 and C is injective.
// By a factor of 16 in σ² it falls by 2⁸, to an eighth; where it does not yet, as noise
// still hides Q, or the fall still changes, the limit is too far.
func decideOrder(c generators.System) error { return fallsBy(c, 224) }

func fallsBy(c generators.System, factor int64) error {
	l, err := latentOf(c)
	if err != nil {
		return err
	}
	if _, positive := l.q.Definiteness(); !positive || l.c.Rank() < l.c.Cols() {
		return theorems.ErrUndecided
	}
	var lost []*big.Rat
	for _, j := range []int{40, 42, 44} {
		ratio, err := ratioAt(c, j)
		if err != nil {
			return err
		}
		lost = append(lost, new(big.Rat).Sub(big.NewRat(1, 1), ratio))
	}
	if lost[1].Sign() == 0 || lost[2].Sign() == 0 {
		return nil // Markov, whatever σ
	}
	first, second := new(big.Rat).Quo(lost[0], lost[1]), new(big.Rat).Quo(lost[1], lost[2])
	change := new(big.Rat).Sub(new(big.Rat).Quo(first, second), big.NewRat(1, 1))
	switch {
	case second.Cmp(big.NewRat(factor, 1)) >= 0:
		return nil
	case change.Abs(change).Cmp(big.NewRat(1, 64)) > 0 || l.hidden(theorems.Rational(0x1p-64)):
		return theorems.ErrUndecided
	}
	return theorems.Violatedf("1 − e^(−2I) falls by %v from σ² = 2⁻⁸⁴ to 2⁻⁸⁸", second.FloatString(3))
}

// hidden reports whether Q is no larger than σ²R_v as it enters an estimate of an
// injective C's latents, and what A makes of that.
func (l *latent) hidden(variance *big.Rat) bool {
	estimate := l.c.GeneralizedInverse()
	noise := estimate.Mul(l.r).Mul(estimate.T()).Scale(variance)
	_, below := l.q.Sub(noise.Add(l.a.Mul(noise).Mul(l.a.T()))).Definiteness()
	return !below
}

// decideNoiseFree: C is injective and R_v = 0, so that nothing is lost.
func decideNoiseFree(c generators.System) error {
	c.RDiag, c.RFactor = make([]float64, c.Units()), nil
	l, err := latentOf(c)
	if err != nil {
		return err
	}
	if err := l.settle(); err != nil {
		return err
	}
	if l.c.Rank() < l.c.Cols() {
		return theorems.ErrUndecided
	}
	if yes, lag := l.markov(); !yes {
		return theorems.Violatedf("R_v = 0 and C injective, and Λ_%d ≠ JΛ_%d", lag+1, lag)
	}
	return nil
}

// What is decided of S8.
const (
	oneLaw          = "the network and its LDS have one law"
	innovationsJoin = "the density of the innovations is the joint one"
)

// decideObservedConversion: a network and its LDS have one law, and so one density.
func decideObservedConversion(c generators.ObservedRecurrent) error {
	r, err := recurrentOf(c.Recurrent)
	switch {
	case err != nil:
		return err
	case c.HasInitial():
		return decideStartedConversion(c.Recurrent)
	}
	if err := r.settle(); err != nil {
		return err
	}
	return decideConversion(r)
}

// recurrentOf is a network in rationals, without its law. Where P cannot be expanded
// without rounding it is undecided: what is left need not be semidefinite.
func recurrentOf(c generators.Recurrent) (*recurrent, error) {
	if c.Units() > mostRechecked {
		return nil, theorems.ErrUndecided
	}
	r, err := numbersOfNetwork(c).rational()
	if err != nil {
		return nil, err
	}
	p, err := rationalCovariance(c.PDiag, c.PFactor)
	if err == nil && !p.Equal(r.p) {
		return nil, theorems.ErrUndecided
	}
	return r, err
}

// decideInnovations: of the entries that were observed, the determinant of the joint
// covariance is the product of those of the innovations, its quadratic form the sum
// of theirs.
func decideInnovations(c generators.ObservedSystem) error {
	return innovations(c, func(x, gain, read *exact.Matrix) *exact.Matrix { return x.Sub(gain.Mul(read).Mul(x)) })
}

func innovations(c generators.ObservedSystem, update func(x, gain, read *exact.Matrix) *exact.Matrix) error {
	steps, n := len(c.Y), c.Units()
	l, err := latentOf(c.System)
	if err != nil {
		return err
	}
	if steps*n > 2*mostRechecked {
		return theorems.ErrUndecided
	}
	x, err := l.startOf(c.System)
	if err != nil {
		return err
	}
	joint, err := gaussian.ExactLDS{A: l.a, C: l.c, Q: l.q, R: l.r, Cov: x}.Joint(steps)
	if err != nil {
		return err
	}
	mean, expected := exact.Zero(c.Latents(), 1), exact.Zero(c.Latents(), 1) // given the past; of the law
	if c.HasInitial() && c.Latents() > 0 {
		mean = exact.ColumnFloat64(c.Start())
		expected = mean
	}
	var seen []int             // of all entries
	var errors []*exact.Matrix // y − E y of those
	det, quadratic := big.NewRat(1, 1), new(big.Rat)
	for t, y := range c.Y {
		var here []int
		for i := range y {
			if c.Missing == nil || c.Missing[t][i] == 0 {
				here, seen = append(here, i), append(seen, t*n+i)
			}
		}
		if len(here) > 0 {
			read := l.c.T().Columns(here...).T()
			data := exact.ColumnFloat64(y).T().Columns(here...).T()
			errors = append(errors, data.Sub(read.Mul(expected)))
			s := read.Mul(x).Mul(read.T()).Add(principal(l.r, here))
			inverse, err := s.Inverse()
			if err != nil {
				return theorems.ErrUndecided // no joint density
			}
			e := data.Sub(read.Mul(mean))
			gain := x.Mul(read.T()).Mul(inverse)
			det.Mul(det, s.Det())
			quadratic.Add(quadratic, e.T().Mul(inverse).Mul(e).At(0, 0))
			mean, x = mean.Add(gain.Mul(e)), update(x, gain, read)
		}
		mean, expected = l.a.Mul(mean), l.a.Mul(expected)
		x = l.a.Mul(x).Mul(l.a.T()).Add(l.q)
	}
	if len(seen) == 0 {
		return nil
	}
	whole, e := principal(joint, seen), exact.VStack(errors...)
	if got := whole.Det(); got.Cmp(det) != 0 {
		return theorems.Violatedf("the determinant of the joint covariance is %v, the product of those of innovations %v", got.RatString(), det.RatString())
	}
	solved, err := whole.Solve(e)
	if err != nil {
		return theorems.ErrUndecided
	}
	if got := e.T().Mul(solved).At(0, 0); got.Cmp(quadratic) != 0 {
		return theorems.Violatedf("the joint quadratic form is %v, the sum over innovations %v", got.RatString(), quadratic.RatString())
	}
	return nil
}

// decideChangedNetwork: with M' = O M, N' = O⁻ᵀN, P' = O P Oᵀ the lags are O Λ_k Oᵀ, and
// the changed network has an LDS of its law.
func decideChangedNetwork(c generators.TransformedRecurrent) error {
	return carriedNetwork(c, func(inverse *exact.Matrix) *exact.Matrix { return inverse.T() })
}

func carriedNetwork(c generators.TransformedRecurrent, carry func(inverse *exact.Matrix) *exact.Matrix) error {
	before, err := recurrentOf(c.Recurrent)
	if err != nil {
		return err
	}
	if err := before.settle(); err != nil {
		return err
	}
	o, err := rational(outputMap(c.Change()), c.Units(), c.Units())
	if err != nil {
		return err
	}
	inverse, err := o.Inverse()
	if err != nil {
		return theorems.ErrUndecided
	}
	after := &recurrent{m: o.Mul(before.m), n: carry(inverse).Mul(before.n), p: o.Mul(before.p).Mul(o.T())}
	after.j = after.m.Mul(after.n.T())
	if err := after.settle(); err != nil {
		return err
	}
	for k := range horizon {
		if err := equal("Λ'_k = O Λ_k Oᵀ", after.lag(k), o.Mul(before.lag(k)).Mul(o.T())); err != nil {
			return err
		}
	}
	return decideConversion(after)
}
