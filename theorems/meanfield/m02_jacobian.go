package meanfield

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/rankproof/rankproof/theorems"
)

// judgeGains compares gains with one-dimensional quadrature.
func judgeGains(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.Gains == nil {
		return f, theorems.Missing("Gains")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	if law := numbersOf(c.Mixture); law.rests(c.Kappa, law.sums(s.UnitRoundoff)) {
		return f, law.demandNoGain(&f, s, t)
	}
	return f, t.expectGains(&f, s)
}

// demandNoGain is, where a population rests on a kink as far as rounding tells, that
// its gain is refused, if no sum has to be taken to see that it does.
func (l numberedLaw) demandNoGain(f *theorems.Finding, s theorems.Subject, t *truth) error {
	if s.Gains == nil || !l.restsAsGiven(t.kappa) {
		return fmt.Errorf("%w: whether a population rests on a kink is for rounding to say", theorems.ErrUndecided)
	}
	_, err := s.Gains(t.mixture, t.kappa)
	return f.DemandRefusal("there is no ⟨φ'⟩ on a kink", err, model.ErrInvalid)
}

// judgeJacobian is judgeGains where there are gains, and compares DF with
// E[n mᵀ φ'(x)] − 1, differentiated under the expectation: no Stein's lemma and
// no φ” in it.
func judgeJacobian(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.MeanFieldJacobian == nil {
		return f, theorems.Missing("MeanFieldJacobian")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	if law := numbersOf(c.Mixture); law.rests(c.Kappa, law.sums(s.UnitRoundoff)) {
		return f, law.demandNoGain(&f, s, t) // F need not have a derivative
	}
	if s.Gains != nil {
		if err := t.expectGains(&f, s); err != nil {
			return f, err
		}
	}
	got, err := s.MeanFieldJacobian(t.mixture, c.Kappa)
	if err != nil {
		return f, err
	}
	f.Demand("DF is R×R", len(got) == len(c.Kappa) && len(got[0]) == len(c.Kappa))
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	for r := range c.Kappa {
		for q := range c.Kappa {
			want, wantErr := t.slope(r, q)
			f.Expect("|DF − E[n mᵀφ'] + 1|", math.Abs(got[r][q]-want), t.slopeBound(r, q)+wantErr, t.slopeScale(r, q)+t.u)
		}
	}
	return f, nil
}

func (t *truth) expectGains(f *theorems.Finding, s theorems.Subject) error {
	gains, err := s.Gains(t.mixture, t.kappa)
	if err != nil {
		return err
	}
	f.Demand("a gain a population", len(gains) == len(t.at))
	for p := range min(len(gains), len(t.at)) {
		in, g := t.at[p], gains[p]
		f.Expect("μ", math.Abs(g.Mu-in.mu), in.muErr, in.muErr/t.u)
		f.Expect("Δ", math.Abs(g.Delta-in.delta), in.deltaErr, in.deltaErr/t.u)
		for order, got := range []float64{g.Value, g.Slope} {
			want, wantErr, err := quadrature.Average(t.phi, order, in.mu, in.delta)
			if err != nil {
				return err
			}
			f.Expect([]string{"⟨φ⟩ of a population", "⟨φ'⟩ of a population"}[order], math.Abs(got-want), t.averageErr(order, in)+wantErr, t.size(order, in))
		}
	}
	return nil
}

// slope returns DF_rq = −δ_rq + Σ_p α_p E[n^r m^q φ'(x)] and an error. Given x = μ +
// √Δ z, n and m have the means a + (c/√Δ)z and covary by Σ_nm − c cᵀ/Δ.
func (t *truth) slope(r, q int) (value, err float64) {
	phi := activations[t.phi]
	if r == q {
		value = -1
	}
	for _, in := range t.at {
		root := math.Sqrt(in.delta)
		bn, bm, rest := 0.0, 0.0, in.covNM[r][q]
		if root > 0 {
			bn, bm = in.c[r]/root, in.g[q]/root
			rest -= bn * bm
		}
		integral, e := quadrature.Expect1(func(x float64) float64 {
			z := 0.0
			if root > 0 {
				z = (x - in.mu) / root
			}
			return phi.slope(x) * ((in.meanN[r]+bn*z)*(in.meanM[q]+bm*z) + rest)
		}, in.mu, in.delta, phi.breaks)
		value += in.weight * integral
		err += in.weight * (e + t.slopeCondition(in, r, q, bn, bm))
	}
	return value, err + 0x1p-50*t.slopeScale(r, q)
}

// slopeCondition bounds what the roundings of c, Δ and μ, and of z = (x − μ)/√Δ, do
// to E[n m φ'(x)].
func (t *truth) slopeCondition(in netInput, r, q int, bn, bm float64) float64 {
	if in.delta == 0 {
		if in.deltaErr == 0 {
			return 0
		}
		return math.Inf(1)
	}
	root, lip := math.Sqrt(in.delta), t.derivative[1]
	relative := in.deltaErr/in.delta + (in.muErr+0x1p-52*math.Abs(in.mu))/root
	dn := in.cErr[r]/root + math.Abs(bn)*relative
	dm := in.gErr[q]/root + math.Abs(bm)*relative
	n, m := math.Abs(in.meanN[r])+2*math.Abs(bn), math.Abs(in.meanM[q])+2*math.Abs(bm)
	return lip*(2*dn*m+2*dm*n) + 8*n*m*t.moved(1, in)
}

// slopeScale is the size of what is added up in DF_rq, by the formula of M2.
func (t *truth) slopeScale(r, q int) float64 {
	scale := 1.0
	for _, in := range t.at {
		value := t.size(1, in)*math.Abs(in.meanM[q]) + product(t.size(2, in), math.Abs(in.g[q]))
		slope := product(t.size(2, in), math.Abs(in.meanM[q])) + product(t.size(3, in), math.Abs(in.g[q]))
		scale += in.weight * (product(math.Abs(in.meanN[r]), value) + product(math.Abs(in.c[r]), slope) + t.size(1, in)*math.Abs(in.covNM[r][q]))
	}
	return scale
}

// slopeBound bounds the error of DF_rq in the subject's arithmetic.
func (t *truth) slopeBound(r, q int) float64 {
	bound := float64(len(t.at)+8) * t.u * t.slopeScale(r, q)
	for _, in := range t.at {
		e1, e2, e3 := t.averageErr(1, in), t.averageErr(2, in), t.averageErr(3, in)
		am, g, ge := math.Abs(in.meanM[q]), math.Abs(in.g[q]), in.gErr[q]
		value := e1*am + product(e2, g+ge) + product(t.size(2, in), ge)
		slope := product(e2, am) + product(e3, g+ge) + product(t.size(3, in), ge)
		c, ce := math.Abs(in.c[r]), in.cErr[r]
		size := product(t.size(2, in), am) + product(t.size(3, in), g)
		bound += in.weight * (product(math.Abs(in.meanN[r]), value) + product(c+ce, slope) + product(ce, size) + e1*math.Abs(in.covNM[r][q]))
	}
	return bound
}

// product is that of numbers of which one may be infinite and the other 0.
func product(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a * b
}
