package meanfield

import (
	"errors"
	"fmt"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// Approximation is M12.
func Approximation() theorems.Theorem {
	every := generators.FittingOptions{Nonlinearity: []string{"tanh", "erf", "logistic", "hard-tanh", "relu"}}
	units := generators.FittingOptions{Nonlinearity: every.Nonlinearity, Units: true}
	rational := generators.FittingOptions{Nonlinearity: []string{"hard-tanh"}, Units: true}
	return theorems.Theorem{
		Ref: "M12", ID: "meanfield/approximation",
		Statement: "A mean field is −κ + Φ(κ)c with a column ⟨φ⟩ and columns ⟨φ'⟩Lᵀκ, LLᵀ = Σ_mm, for each population. (a) A field whose populations are among the features is recovered exactly at β = 0. (b) With nested features min ‖Φc − y‖² + β‖c‖² never increases, for β = 0 the error itself. " +
			"(c) The error falls below any ε as P grows (recorded in a test: curves and slopes). (d) For F, G, one start, |F − G| ≤ ε along κ̇ = F(κ) and L a one-sided Lipschitz constant of G: ‖κ(t) − γ(t)‖ ≤ (ε/L)(e^{Lt} − 1).",
		Source: "B (section 6), + (exact statements; Grönwall)",
		Given:  []string{"(b): features are nested and enter unscaled", "(a): β = 0", "(d): L holds on a convex set with both trajectories"},
		Needed: []theorems.Witness{scaledFeatures(), ridgeMissesItsOwn()},
		Why: "Φ by quadrature, each average within 2^13 u; a backward stable solve of [Φ; √β 1] changes it by η = that + 64·columns·rows·u‖·‖_F, so that the root of the objective is within η(‖c*‖ + ‖ĉ‖) of the least, and c within η‖r‖/s² + η‖ĉ‖/s of the exact minimizer of the normal equations in rationals, " +
			"s the least singular value by Jacobi's method. In (d) ε is the largest |F − G| at 33 states and what the Lipschitz constants allow between them; both runs are off by the tolerances of the solver.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("(a) a field of its own populations", generators.Fittings(every), judgeRealizable), byUnits, ofUnits(decideNested)).Visiting("Σ = 0", "R = 1", "P = 1", "twin features", "near twins", "few points"),
			theorems.Deciding(theorems.Claim("(b) nested features", generators.Fittings(every), judgeNested), byUnits, ofUnits(decideNested)).Visiting("twin features", "few points", "β > 1"),
			theorems.Deciding(theorems.Claim("ridge, against rationals", generators.Fittings(every), judgeRidge), byUnits, ofUnits(decideNested)).Visiting("β > 1", "few points").OneRoundIn(2),
			theorems.Claim("(d) Grönwall", generators.Fittings(units), judgeGronwall(func(epsilon, rate, t float64) float64 { return grown(epsilon, rate, t) })).Visiting("R = 1").OneRoundIn(4).
				NotExactly("flows are solved for numerically"),
		},
		Exact: []theorems.Check{
			theorems.Decide(byUnits, generators.Fittings(rational), decideNested).Visiting("twin features", "few points", "β > 1"),
		},
		Certificates: []theorems.Certificate{{Shapes: []certificate.Shape{{N: 3, K: 1}, {N: 5, K: 2}, {N: 6, K: 4}}, Identity: gainOfAFeature(false)}},
		Twins:        approximationTwins(units, rational),
		Sharp: []theorems.Sharp{
			{Check: "(d) Grönwall", What: "‖κ(t) − γ(t)‖ ≤ (ε/L)(e^{Lt} − 1)", Supremum: 1,
				Why: "attained: saturated populations differ by a constant ε, L = −1, and what is between the flows is ε(1 − e^{−t}), to the tolerance of the solver"},
			{Check: "(d) Grönwall", What: "|x(t+h) − x(t) − h F|", Supremum: 1,
				Why: "κ̇ = −Lκ: (e^{−Lh} − 1 + Lh)/(e^{Lh} − 1 − Lh) → 1 as Lh → 0, until the tolerance of the solver is as large as (Lh)²"},
		},
		MaxUnknown: 0.1,
	}
}

// fit runs the subject on the first count features and reads the coefficients off the mixture.
func (t *fitted) fit(s theorems.Subject, count int, y [][]float64, beta float64) (*model.Fit, [][]float64, error) {
	p, err := t.Problem(count, y, beta)
	if err != nil {
		return nil, nil, err
	}
	fit, err := s.FitMixture(p)
	if err != nil {
		return nil, nil, t.undecidedIfHuge(err, y, beta)
	}
	c, err := t.of(fit.Mixture)
	return fit, c, err
}

// undecidedIfHuge excuses a fit that refuses coefficients whose squares, variances of n, may overflow.
func (t *fitted) undecidedIfHuge(err error, y [][]float64, beta float64) error {
	stacked, least := t.stacked(beta), math.Inf(1)
	sizes := dense.SingularValues(stacked)
	for j := range t.owner { // columns of very different sizes each count
		sizes = append(sizes, dense.VectorNormInf(columnOf(stacked, j)))
	}
	for _, size := range sizes {
		least = min(least, max(0, size-t.off)) // within the error of averages of 0 it may be as small as one likes
	}
	const most = 0x1p490
	if errors.Is(err, model.ErrInvalid) && !(dense.NormFro(y)/least < most) {
		return fmt.Errorf("%w: coefficients may exceed %.3g: %v", theorems.ErrUndecided, most, err)
	}
	return err
}

func judgeRealizable(s theorems.Subject, c generators.Fitting) (f theorems.Finding, err error) {
	if s.FitMixture == nil {
		return f, theorems.Missing("FitMixture")
	}
	t, err := newFitted(c, c.Features(), s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	want := t.coefficients(c.Own())
	y := dense.MatMul(t.design, want)
	fit, got, err := t.fit(s, c.Features(), y, 0)
	if err != nil {
		return f, err
	}
	eta, size := t.backward(0), dense.NormFro(y)
	k := float64(len(y))
	bound := eta*(dense.NormFro(want)+dense.NormFro(got)) + 64*k*s.UnitRoundoff*(size+dense.NormFro(c.Points))
	f.Expect("RMS = 0", fit.RMS*math.Sqrt(k), bound, 1+size)
	f.Expect("max = 0", fit.Max, bound, 1+size)
	left := dense.NormFro(minus(dense.MatMul(t.design, got), y))
	f.Expect("‖Φĉ − y‖ = 0", left, 2*bound, 1+size)
	values := dense.SingularValues(t.design)
	if least := values[len(values)-1]; len(t.design) >= len(t.owner) && least > 2*eta {
		if off := 2 * bound / (least - eta); off < (1+dense.NormFro(want))/4 {
			f.Expect("ĉ = c", dense.NormFro(minus(got, want)), off, 1+dense.NormFro(want))
		}
	}
	return f, nil
}

func judgeNested(s theorems.Subject, c generators.Fitting) (f theorems.Finding, err error) {
	if s.FitMixture == nil {
		return f, theorems.Missing("FitMixture")
	}
	last := [2]float64{math.Inf(1), math.Inf(1)}
	lastSize := [2]float64{}
	for count := 1; count <= c.Features(); count++ {
		t, err := newFitted(c, count, s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		k := float64(len(c.Points))
		for i, beta := range []float64{0, c.Ridge} {
			fit, got, err := t.fit(s, count, c.Values, beta)
			if err != nil {
				return f, err
			}
			size := dense.NormFro(got)
			root := math.Sqrt(max(0, fit.Objective))
			rounding := t.backward(beta)*(2*size+lastSize[i]) + 64*k*s.UnitRoundoff*(dense.NormFro(c.Values)+dense.NormFro(c.Points))
			own := t.root(got, c.Values, beta)
			scale := 1 + dense.NormFro(c.Values)
			f.Expect("objective is that of the mixture", math.Abs(root-own), rounding, scale)
			f.Expect("RMS is that of the mixture", math.Abs(fit.RMS*math.Sqrt(k)-t.root(got, c.Values, 0)), rounding, scale)
			if count > 1 {
				f.Expect("the least objective does not increase", max(0, own-last[i]), rounding, scale)
			}
			last[i], lastSize[i] = own, size
		}
	}
	return f, nil
}

func judgeRidge(s theorems.Subject, c generators.Fitting) (f theorems.Finding, err error) {
	if s.FitMixture == nil {
		return f, theorems.Missing("FitMixture")
	}
	t, err := newFitted(c, c.Features(), s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	_, got, err := t.fit(s, c.Features(), c.Values, c.Ridge)
	if err != nil {
		return f, err
	}
	want, err := t.ridge(c.Values, c.Ridge)
	if err != nil {
		return f, err
	}
	eta := t.backward(c.Ridge)
	values := dense.SingularValues(t.stacked(c.Ridge))
	least := values[len(values)-1] - eta
	bound := 2*eta*(dense.NormFro(c.Values)/(least*least)+dense.NormFro(got)/least) + 64*s.UnitRoundoff*(dense.NormFro(c.Values)+dense.NormFro(c.Points))*values[0]/(least*least)
	f.Expect("ĉ minimizes ‖Φc − y‖² + β‖c‖²", dense.NormFro(minus(got, want)), bound, dense.NormFro(want)+0x1p-20)
	return f, nil
}

func judgeGronwall(bound func(epsilon, rate, t float64) float64) func(theorems.Subject, generators.Fitting) (theorems.Finding, error) {
	return func(s theorems.Subject, c generators.Fitting) (f theorems.Finding, err error) {
		if s.FitMixture == nil {
			return f, theorems.Missing("FitMixture")
		}
		if s.Integrate == nil {
			return f, theorems.Missing("Integrate")
		}
		law, ok := activations[c.Nonlinearity]
		t, err := newFitted(c, c.Features(), s.UnitRoundoff)
		if err != nil || !ok || len(t.owner) != c.Features() {
			return f, theorems.ErrUndecided
		}
		// The target has the first of the features for its units, the fit has all, and a ridge that keeps it off.
		target := &unitField{law: law, phi: c.Nonlinearity, a: c.MeanM, offset: c.MeanI, c: zeroRows(c.Features(), c.Rank())}
		for p := range c.Own() {
			for r, x := range c.CoefMean[p] {
				target.c[p][r] = x / 8
			}
		}
		fit, got, err := t.fit(s, c.Features(), dense.MatMul(t.design, target.c), c.Ridge)
		if err != nil {
			return f, err
		}
		own := &unitField{law: law, phi: c.Nonlinearity, a: c.MeanM, offset: c.MeanI, c: got}
		times := evenly(c.Horizon, 32)
		x, err := s.Integrate(fit.Mixture.Circuit(), c.Points[0], times)
		if err != nil {
			return f, err
		}
		y, err := s.Integrate(target, c.Points[0], times)
		if err != nil {
			return f, err
		}
		rateOwn, rate := own.feedback(), target.feedback()
		if !expectStates(&f, x, c.Points[0], times, s.UnitRoundoff) || !expectStates(&f, y, c.Points[0], times, s.UnitRoundoff) {
			return f, nil
		}
		epsilon, size := 0.0, 0.0
		for _, state := range append(append([][]float64(nil), x...), y...) {
			size = max(size, dense.VectorNorm2(state))
		}
		for _, state := range x {
			a, _ := own.Field(state)
			b, _ := target.Field(state)
			between := grown(dense.VectorNorm2(a), rateOwn+1, c.Horizon/64)
			epsilon = max(epsilon, distance(a, b)+(rateOwn+rate)*between)
		}
		end := c.Horizon
		offOwn := 2*integrationError(s.UnitRoundoff, end, size, rateOwn+1, rateOwn-1, c.Rank()) + s.UnitRoundoff*averageAccuracy*(1+rateOwn)*math.Sqrt(2)*end
		offTarget := 2 * integrationError(s.UnitRoundoff, end, size, rate+1, rate-1, c.Rank())
		expectFollowed(&f, x, times, own.Field, rateOwn+1, offOwn)
		expectFollowed(&f, y, times, target.Field, rate+1, offTarget)
		for k, t := range times[1:] {
			off := integrationError(s.UnitRoundoff, t, size, rateOwn+1, rateOwn-1, c.Rank()) + integrationError(s.UnitRoundoff, t, size, rate+1, rate-1, c.Rank()) +
				grown(s.UnitRoundoff*averageAccuracy*(1+rateOwn)*math.Sqrt(2), rateOwn-1, t)
			f.Expect("‖κ(t) − γ(t)‖ ≤ (ε/L)(e^{Lt} − 1)", distance(x[k+1], y[k+1]), bound(epsilon, rate-1, t)+off, math.Inf(1))
		}
		return f, nil
	}
}
