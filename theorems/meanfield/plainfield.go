package meanfield

import (
	"fmt"
	"math"
	"math/cmplx"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/rankproof/rankproof/theorems"
)

// plain is the mean field of a mixture at κ and its derivative, in loops over the moments with averages by quadrature, and what an
// implementation with averages within 2^13 u may be off by.
type plain struct {
	f      []float64
	j      [][]float64
	fErr   float64 // largest component
	jErr   float64 // Frobenius norm
	values []float64
}

// plainAt computes the mean field of c at κ. A population that rests on a kink has no derivative: ErrUndecided.
func plainAt(c generators.Mixture, kappa []float64, u float64) (plain, error) {
	r := len(kappa)
	out := plain{f: make([]float64, r), j: zeroRows(r, r)}
	errs := make([]float64, r)
	for i, k := range kappa {
		out.f[i], out.j[i][i], errs[i] = -k, -1, 4*u*math.Abs(k)
	}
	n, bounds := float64((2*r+1)*(2*r+1)+8), boundsOf(c.Nonlinearity)
	for p, alpha := range c.Weights() {
		mean, cov := c.Mean(p), c.Cov(p)
		w := append(append(append([]float64(nil), kappa...), make([]float64, r)...), 1)
		along := dense.MatVec(cov, w) // covariances with the net input
		mu, delta := dense.Dot(mean, w), dense.Dot(along, w)
		var a, off [4]float64
		for order := range a {
			if delta <= 0 && order > 1 && dense.VectorNormInf(along) == 0 {
				break // nothing is multiplied with it
			}
			var err error
			if a[order], off[order], err = quadrature.Average(c.Nonlinearity, order, mu, max(delta, 0)); err != nil {
				return out, fmt.Errorf("%w: population %d: %v", theorems.ErrUndecided, p, err)
			}
			off[order] += averageAccuracy * u * max(1, math.Abs(a[order]))
		}
		// Where Δ is small beside its terms averages move with it, ⟨φ”⟩ and ⟨φ”'⟩ more than others.
		in, moved := netInputOf(quadrature.Population{Weight: alpha, Mean: mean, Cov: cov}, kappa, u+0x1p-53), off
		for order := range moved {
			moved[order] += bounds.moved(order, in)
		}
		for i := range r {
			an, ci := mean[r+i], along[r+i]
			ciErr := n * u * dense.Dot(absolutes(cov[r+i]), absolutes(w))
			out.f[i] += alpha * (an*a[0] + ci*a[1])
			errs[i] += alpha * (math.Abs(an)*moved[0] + ciErr*math.Abs(a[1]) + (math.Abs(ci)+ciErr)*moved[1] + n*u*(math.Abs(an*a[0])+math.Abs(ci*a[1])))
			for k := range r {
				am, half := mean[k], along[k]
				out.j[i][k] += alpha * (an*(a[1]*am+a[2]*half) + a[1]*cov[r+i][k] + ci*(a[2]*am+a[3]*half))
				spread, spreadErr := math.Abs(half)+in.gErr[k], in.gErr[k]
				size := math.Abs(an)*(moved[1]*math.Abs(am)+times0(moved[2], spread)+math.Abs(a[2])*spreadErr) + moved[1]*math.Abs(cov[r+i][k]) +
					times0(math.Abs(ci)+ciErr, times0(moved[2], math.Abs(am))+times0(moved[3], spread)+math.Abs(a[3])*spreadErr) + ciErr*(math.Abs(a[2]*am)+math.Abs(a[3]*half))
				out.jErr += alpha * size
			}
		}
	}
	for _, e := range errs {
		out.fErr = max(out.fErr, e)
	}
	out.jErr += n * u * (dense.NormFro(out.j) + 1)
	out.values = dense.SingularValues(out.j)
	return out, nil
}

// reach bounds how far a zero that is found may be from the exact one, by Newton's first step.
func (p plain) reach() float64 {
	n := len(p.f)
	return 16 * math.Sqrt(float64(n)) * p.fErr / p.values[n-1]
}

// index returns sign det(−DF), and whether rounding leaves no doubt of it.
func (p plain) index() (sign int, sure bool) {
	n := len(p.f)
	minors := principalMinors(p.j)
	det := minors[n-1]
	if n%2 == 1 {
		det = -det
	}
	sign = 1
	if det < 0 {
		sign = -1
	}
	off := symmetricErrors(n, dense.NormFro(p.j), 4*p.jErr)[n-1]
	return sign, math.Abs(det) > off
}

// isolated reports whether DF is so regular that index 0 is no answer: another zero, or a curve of them, is not within rounding.
func (p plain) isolated() bool {
	return p.values[len(p.values)-1] >= max(0x1p-10*max(dense.NormFro(p.j), 1), 0x1p16*p.jErr)
}

// stability is told by the Routh–Hurwitz conditions: a_k = (−1)^k e_k > 0 of all eigenvalues, and a_1 a_2 > a_3 for three. It is undecided
// where rounding may decide one of them, and clear where none is within 2^-10 of its size.
func (p plain) stability() (s model.Stability, clear bool) {
	n, size := len(p.f), 1+dense.NormFro(p.j)
	if n > 3 {
		return model.Undecided, false
	}
	a, off := principalMinors(p.j), symmetricErrors(n, dense.NormFro(p.j), 4*p.jErr)
	for k := 0; k < n; k += 2 {
		a[k] = -a[k]
	}
	power := []float64{size, size * size, size * size * size}[:n]
	if n == 3 {
		a, off, power = append(a, a[0]*a[1]-a[2]), append(off, math.Abs(a[0])*off[1]+math.Abs(a[1])*off[0]+off[0]*off[1]+off[2]), append(power, 2*power[2])
	}
	s, clear = model.Stable, true
	for k, x := range a {
		clear = clear && math.Abs(x) > max(off[k], 0x1p-10*power[k])
		switch {
		case x < -off[k]:
			s = model.Unstable
		case x <= off[k] && s == model.Stable:
			s = model.Undecided
		}
	}
	return s, clear
}

// zerosListed returns field and derivative at each zero of a list, and claims of it what can be claimed of any: F is 0 there to its rounding,
// an index is sign det(−DF), or 0 where DF is nearly singular, eigenvalues are those of DF, which decide the stability, and no continuum is seen where DF is regular at all of them.
func zerosListed(f *theorems.Finding, c generators.Mixture, set *model.EquilibriumSet, u float64) ([]plain, error) {
	zeros, regular := make([]plain, len(set.Points)), true
	for i, p := range set.Points {
		if len(p.Point) != c.Rank() {
			f.Demand("a zero has R coordinates", false)
			return nil, nil
		}
		at, err := plainAt(c, p.Point, u)
		if err != nil {
			return nil, err
		}
		zeros[i], regular = at, regular && at.isolated()
		f.Expect("|F| at a zero listed", dense.VectorNormInf(at.f), 16*at.fErr+0x1p-1000, 1)
		if sign, sure := at.index(); sure {
			f.Demand("index is sign det(−DF)", p.Index == sign || p.Index == 0 && !at.isolated())
		}
		at.expectEigenvalues(f, p.Eigenvalues, u)
		at.expectStability(f, p.Stability)
	}
	f.Demand("no continuum is seen where each zero is isolated", !(regular && set.Continuum))
	return zeros, nil
}

// expectStability holds a verdict against DF: the other one where rounding does not decide, and none where an eigenvalue is near the axis, are answers.
func (p plain) expectStability(f *theorems.Finding, got model.Stability) {
	switch stability, clear := p.stability(); {
	case got == model.Undecided:
		f.Demand("stability is decided where no eigenvalue is near the axis", !clear)
	case stability != model.Undecided:
		f.Demand("stable iff all Re λ < 0", got == stability)
	}
}

// expectEigenvalues holds eigenvalues against DF, by e_k as sums of minors.
func (p plain) expectEigenvalues(f *theorems.Finding, got []complex128, u float64) {
	n, size := len(p.f), dense.NormFro(p.j)
	f.Demand("R eigenvalues", len(got) == n)
	if len(got) != n {
		return
	}
	have, want := symmetricFunctions(got), principalMinors(p.j)
	bounds := symmetricErrors(n, size, 4*p.jErr+64*float64(n*n)*u*size)
	for i := range have {
		f.Expect("e_k of the eigenvalues of DF", cmplx.Abs(have[i]-complex(want[i], 0)), bounds[i], 1+math.Pow(size, float64(i+1)))
	}
}

// times0 is a product that is 0 where a factor is, however large the other.
func times0(x, y float64) float64 {
	if x == 0 || y == 0 {
		return 0
	}
	return x * y
}
