package meanfield

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// Centred is M7.
func Centred() theorems.Theorem {
	even := generators.CentredOptions{Nonlinearity: generators.EvenSlopes}
	plane := generators.CentredOptions{MaxRank: 2, Nonlinearity: generators.EvenSlopes}
	leading := []string{"distinct", "distinct", "pair and λ > 1", "defective", "repeated", "Σ_mm singular"}
	rings := generators.CentredOptions{Nonlinearity: generators.EvenSlopes, Kinds: []string{"repeated"}}
	return theorems.Theorem{
		Ref: "M7", ID: "meanfield/centred-population",
		Statement: "One population, means and input 0, σ = Σ_nm and λ the eigenvalues of φ'(0)σ: F(κ) = −κ + g(Δ)σκ, Δ = κᵀΣ_mmκ. For every Σ_mm the zeros of F besides 0 are ±ρu for each real λ_k > 1 with an eigenspace of dimension one, g(ρ²uᵀΣ_mm u) = φ'(0)/λ_k, " +
			"and the ellipsoid g(Δ) = φ'(0)/λ_k in an eigenspace of more dimensions. DF has there the spectrum {λ_j/λ_k − 1 : j ≠ k} ∪ {2Δσ_k g'(Δ)}, σ_k = λ_k/φ'(0); the last is negative, −(1 − 1/λ_k²) for the erf-type φ. Stable iff λ_k is simple and λ_k > Re λ_j for all j ≠ k.",
		Source: "B (section 3.1), + (any Σ_mm, spectrum, multiple λ)",
		Given:  []string{"means and input are 0", "P = 1", "φ' is even, does not increase in |x| and falls to 0"},
		Needed: []theorems.Witness{constantGain()},
		Why: "The spectrum of φ'(0)σ is exact by construction, ρ is solved for with g in closed form or by quadrature. Averages are within 2^13 u, so F within E = |σκ|(2^13 u + …); a zero is then off by at most 2·√R·8E‖DF⁻¹‖₂, singular values by Jacobi's method. " +
			"Spectra are compared by their elementary symmetric functions, which move by at most C(n,k)·k·‖DF‖^(k−1)‖E‖ however defective DF is. Where that error can hide the sign of det DF, index and stability may be left open, and points of index 0 be listed along the curve where F is rounding. Where Δ is next to nothing of its terms the claim is silent. Where λ_k is defective the zero is degenerate: only F there, and the number of the other zeros, is claimed; a zero with s_min(DF) below 2^-10 ‖DF‖ may be missed, with others that cancel its index (see M11).",
		Claims: []theorems.Check{
			decidedAtZeros(theorems.Claim("DF at a zero", generators.Centreds(even), judgeCentredJacobian)).
				Visiting("defective", "complex pair", "several λ > 1", "Σ_mm singular"),
			decidedAtZeros(theorems.Claim("all zeros, their index and stability", generators.Centreds(plane), judgeCentredZeros)).
				Visiting("R = 1", "V = 1", "several λ > 1", "no real λ > 1", "complex pair", "Σ_mm singular").OneRoundIn(4),
			decidedAtZeros(theorems.Claim("an eigenspace of zeros", generators.Centreds(rings), judgeEllipsoid)).Visiting("repeated", "R = 3"),
			decidedAtZeros(theorems.Claim("all zeros in three dimensions", generators.Centreds(even), judgeCentredZeros)).Visiting("R = 3").OneRoundIn(20),
			decidedAtZeros(theorems.Claim("a search sees a continuum", generators.Centreds(generators.CentredOptions{MaxRank: 2, Nonlinearity: generators.EvenSlopes, Kinds: []string{"repeated"}}), judgeContinuum)).AsDrawn().OneRoundIn(60),
		},
		Exact: []theorems.Check{
			theorems.Decide("spectrum and stability with any g'", generators.Centreds(generators.CentredOptions{Nonlinearity: []string{"erf"}, Kinds: leading}),
				func(c generators.Centred) error { return decideCentred(c, stabilityRule) }).Visiting("defective", "repeated", "complex pair", "R = 3"),
		},
		Certificates: []theorems.Certificate{
			{Shapes: centredShapes(), Identity: centredIdentity("spectrum of −1 + σ/λ + 2g'σκ(Σκ)ᵀ at σκ = λκ", false)},
		},
		Twins:      centredTwins(),
		MaxUnknown: 0.05,
	}
}

// decidedAtZeros has a failure of a claim decided at the zeros.
func decidedAtZeros(c theorems.Check) theorems.Check {
	return theorems.Deciding(c, byZeros, func(c generators.Centred) error { return decideCentredZeros(c, stabilityRule) })
}

// expectedZero is a zero of F with what is known of it.
type expectedZero struct {
	kappa      []float64
	off        float64 // distance within which a search must find it
	spectrum   []complex128
	errors     []float64 // of its symmetric functions
	index      int
	stability  model.Stability
	degenerate bool
	faint      bool // DF is so near singular that nothing but the sum of indices points to it, and that it does not change with its partner
	flat       bool // the allowed error of F hides what DF is: a search may leave index and stability open
}

// zeros returns the zeros of F; none where an eigenspace is a continuum.
func (t *centred) zeros(u float64) ([]expectedZero, error) {
	origin := make([]float64, t.r)
	rest := make([]complex128, t.r)
	for i, z := range t.spectrum {
		rest[i] = z - 1
	}
	at, err := t.zero(origin, 0, rest, 0, u)
	if err != nil {
		return nil, err
	}
	out := []expectedZero{at}
	for _, y := range t.rays {
		spectrum := t.onRay(y)
		for _, sign := range []float64{1, -1} {
			kappa, off, err := t.at(y, []float64{sign})
			if err != nil {
				return nil, err
			}
			z, err := t.zero(kappa, off, spectrum, y.deltaErr*math.Abs(y.slope)*dense.NormFro(t.sigma), u)
			if err != nil {
				return nil, err
			}
			out = append(out, z)
		}
	}
	return out, nil
}

// onRay returns {λ_j/λ_k − 1 : j ≠ k} and 2Δσ_k g'.
func (t *centred) onRay(y ray) []complex128 {
	radial := 2 * y.delta * y.lambda / t.Slope() * y.slope
	if t.Nonlinearity == "erf" {
		radial = -(1 - 1/(y.lambda*y.lambda))
	}
	out, skipped := []complex128{complex(radial, 0)}, false
	for _, z := range t.spectrum {
		if !skipped && z == complex(y.lambda, 0) {
			skipped = true
			continue
		}
		out = append(out, z/complex(y.lambda, 0)-1)
	}
	return out
}

func (t *centred) zero(kappa []float64, off float64, spectrum []complex128, spectrumOff, u float64) (expectedZero, error) {
	j, _, slope, err := t.jacobian(kappa)
	if err != nil {
		return expectedZero{}, err
	}
	z := expectedZero{kappa: kappa, spectrum: spectrum, index: 1, stability: model.Stable}
	det := complex(1, 0)
	for _, lambda := range spectrum {
		det *= -lambda
		switch {
		case real(lambda) > 0:
			z.stability = model.Unstable
		case real(lambda) == 0:
			z.degenerate = z.degenerate || lambda == 0
			if z.stability == model.Stable {
				z.stability = model.Undecided
			}
		}
	}
	if real(det) < 0 {
		z.index = -1
	}
	values := dense.SingularValues(j)
	reach := math.Sqrt(float64(t.r))
	z.off = off + 16*reach*t.fieldError(kappa, u)/values[t.r-1]
	spread, push := dense.VectorNorm2(dense.MatVec(t.covMM, kappa)), dense.VectorNorm2(dense.MatVec(t.sigma, kappa))
	size := dense.NormFro(t.sigma)
	// DF moves with κ by at most 6g'‖σ‖‖Σκ‖ + 2g'‖σκ‖‖Σ‖ + 4|g''|‖σκ‖‖Σκ‖² a unit.
	moves := 6*math.Abs(slope)*size*spread + 2*math.Abs(slope)*push*dense.NormFro(t.covMM) + 4*t.bend(kappa)*push*spread*spread
	if spread == 0 { // and from 0 on by no more than it would at the distance of z.off
		moves = 8 * size * dense.NormFro(t.covMM) * z.off
	}
	norm := dense.NormFro(j)
	z.flat = !(moves*z.off < values[t.r-1]/8)
	z.faint = !(values[t.r-1] >= 0x1p-10*max(norm, 1))
	e := t.jacobianError(kappa, slope, u) + moves*z.off + spectrumOff + 64*float64(t.r*t.r)*u*norm
	z.errors = symmetricErrors(t.r, norm, 2*e)
	return z, nil
}

func judgeCentredZeros(s theorems.Subject, c generators.Centred) (f theorems.Finding, err error) {
	if s.Equilibria == nil {
		return f, theorems.Missing("Equilibria")
	}
	t, err := newCentred(c)
	if err != nil {
		return f, err
	}
	for _, y := range t.rays {
		if len(y.basis) != 1 {
			return f, theorems.ErrUndecided // a continuum: another claim
		}
	}
	want, err := t.zeros(s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	set, err := s.Equilibria(t.mixture, model.EquilibriumSearch{})
	if err != nil {
		return f, err
	}
	seen, regular, degenerate := make([]int, len(want)), make([]int, len(want)), false
	for _, p := range set.Points {
		if len(p.Point) != t.r {
			f.Demand("a zero has R coordinates", false)
			return f, nil
		}
		k := nearest(want, p.Point, p.Index == 0)
		z := want[k]
		seen[k]++
		if p.Index != 0 {
			regular[k]++
		}
		f.Expect("|F| at a zero listed", p.Residual, 8*t.fieldError(p.Point, s.UnitRoundoff)+0x1p-1000, 1)
		field := t.field(p.Point)
		f.Expect("|F| at a zero listed, by quadrature", dense.VectorNormInf(field), 16*t.fieldError(p.Point, s.UnitRoundoff)+0x1p-1000, 1)
		if z.degenerate || z.flat && p.Index == 0 {
			continue // nor is it where the linear part of F is larger than the rest
		}
		f.Expect("distance to the nearest of 0, ±ρu", distance(p.Point, z.kappa), z.off+0x1p-1000, max(dense.VectorNorm2(z.kappa), 0x1p-10))
		f.Demand("index is sign det(−DF)", p.Index == z.index || z.flat && p.Index == 0)
		f.Demand("stable iff λ_k is simple and leads", p.Stability == z.stability || z.stability == model.Undecided || z.flat && p.Stability == model.Undecided)
		f.Demand("R eigenvalues", len(p.Eigenvalues) == t.r)
		if len(p.Eigenvalues) == t.r {
			expectSpectrum(&f, p.Eigenvalues, z)
		}
	}
	for k, z := range want {
		degenerate = degenerate || z.degenerate || z.flat
		f.Demand("each of 0, ±ρu is listed", seen[k] > 0 || z.degenerate || z.faint)
		curve := z.flat && regular[k] <= 1 // F is rounding along one, of which any points may be listed
		f.Demand("each zero is listed once", seen[k] == 1 || curve && seen[k] > 1 || seen[k] == 0 && z.faint || z.degenerate)
	}
	f.Demand("indices add up to 1", degenerate || set.IndexSum == 1)
	f.Demand("no continuum is seen where each zero is isolated", degenerate || !set.Continuum)
	return f, nil
}

func expectSpectrum(f *theorems.Finding, got []complex128, z expectedZero) {
	have, want := symmetricFunctions(got), symmetricFunctions(z.spectrum)
	for i := range have {
		f.Expect("symmetric functions of {λ_j/λ_k − 1} ∪ {2Δσ_k g'}", cmplx.Abs(have[i]-want[i]), z.errors[i]+0x1p-50*cmplx.Abs(want[i]), 1+cmplx.Abs(want[i]))
	}
}

// nearest returns the zero that a point listed stands for: of index 0, one around which F is rounding as
// far as it is flat, if there is any.
func nearest(zeros []expectedZero, x []float64, open bool) int {
	open = open && slices.ContainsFunc(zeros, func(z expectedZero) bool { return z.degenerate || z.flat })
	best := -1
	for k, z := range zeros {
		if (!open || z.degenerate || z.flat) && (best < 0 || distance(z.kappa, x) < distance(zeros[best].kappa, x)) {
			best = k
		}
	}
	return best
}

// field returns −κ + g(Δ)σκ.
func (t *centred) field(kappa []float64) []float64 {
	g, _, _, err := gain(t.Nonlinearity, max(0, dense.Dot(kappa, dense.MatVec(t.covMM, kappa))))
	out := dense.MatVec(t.sigma, kappa)
	for i := range out {
		out[i] = g*out[i] - kappa[i]
		if err != nil {
			out[i] = math.NaN()
		}
	}
	return out
}

func judgeCentredJacobian(s theorems.Subject, c generators.Centred) (f theorems.Finding, err error) {
	if s.MeanFieldJacobian == nil {
		return f, theorems.Missing("MeanFieldJacobian")
	}
	t, err := newCentred(c)
	if err != nil {
		return f, err
	}
	want := []expectedZero{}
	for _, y := range t.rays {
		weights := append([]float64{1}, make([]float64, len(y.basis)-1)...)
		kappa, off, err := t.at(y, weights)
		if err != nil {
			return f, err
		}
		z, err := t.zero(kappa, off, t.onRay(y), y.deltaErr*math.Abs(y.slope)*dense.NormFro(t.sigma), s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		want = append(want, z)
	}
	origin := make([]float64, t.r)
	rest := make([]complex128, t.r)
	for i, z := range t.spectrum {
		rest[i] = z - 1
	}
	z, err := t.zero(origin, 0, rest, 0, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	for _, z := range append(want, z) {
		if err := t.expectJacobian(&f, s, z); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (t *centred) expectJacobian(f *theorems.Finding, s theorems.Subject, z expectedZero) error {
	got, err := s.MeanFieldJacobian(t.mixture, z.kappa)
	if err != nil {
		return err
	}
	want, g, slope, err := t.jacobian(z.kappa)
	if err != nil {
		return err
	}
	off := t.jacobianError(z.kappa, slope, s.UnitRoundoff+0x1p-53)
	f.Expect("DF = −1 + σ/λ_k + 2g'σκ(Σ_mm κ)ᵀ", dense.NormFro(minus(got, want)), off, 1+dense.NormFro(want))
	// e_k of the matrix itself, as sums of its minors, against the exact spectrum; κ is rounded: g is λ_k⁻¹ but for that.
	size := dense.NormFro(want)
	lambda := 0.0
	if n := dense.Dot(z.kappa, z.kappa); n > 0 {
		lambda = dense.Dot(z.kappa, dense.MatVec(t.sigma, z.kappa)) / n
	}
	moved := 0.0
	if lambda > 0 {
		delta := dense.Dot(z.kappa, dense.MatVec(t.covMM, z.kappa))
		d := math.Abs(g*lambda-1) + 0x1p-50
		moved = d*dense.NormFro(t.sigma) + 2*lambda*(2*math.Abs(slope)+2*delta*t.bend(z.kappa))*d/(lambda*math.Abs(slope))
	}
	bounds := symmetricErrors(t.r, size, off+moved+0x1p-50*size)
	minors, sums := symmetricFunctions(z.spectrum), principalMinors(got)
	for i := range sums {
		f.Expect("e_k(DF) of {λ_j/λ_k − 1} ∪ {2Δσ_k g'}", cmplx.Abs(complex(sums[i], 0)-minors[i]), bounds[i], 1+math.Pow(size, float64(i+1)))
	}
	return nil
}

// principalMinors returns the sums of the principal minors of order 1 … n, n ≤ 3.
func principalMinors(a [][]float64) []float64 {
	n := len(a)
	out := make([]float64, n)
	for i := range n {
		out[0] += a[i][i]
		for j := range i {
			out[1] += a[i][i]*a[j][j] - a[i][j]*a[j][i]
		}
	}
	if n == 3 {
		out[2] = a[0][0]*(a[1][1]*a[2][2]-a[1][2]*a[2][1]) - a[0][1]*(a[1][0]*a[2][2]-a[1][2]*a[2][0]) + a[0][2]*(a[1][0]*a[2][1]-a[1][1]*a[2][0])
	}
	return out
}

func judgeEllipsoid(s theorems.Subject, c generators.Centred) (f theorems.Finding, err error) {
	if s.MeanField == nil {
		return f, theorems.Missing("MeanField")
	}
	t, err := newCentred(c)
	if err != nil {
		return f, err
	}
	for _, y := range t.rays {
		weights := c.Start[:len(y.basis)]
		if dense.VectorNormInf(weights) == 0 {
			weights = []float64{1, 0, 0}[:len(y.basis)]
		}
		kappa, off, err := t.at(y, weights)
		if err != nil {
			return f, err
		}
		got, err := s.MeanField(t.mixture, kappa)
		if err != nil {
			return f, err
		}
		j, _, _, err := t.jacobian(kappa)
		if err != nil {
			return f, err
		}
		f.Expect("F = 0 on the ellipsoid", dense.VectorNormInf(got), t.fieldError(kappa, s.UnitRoundoff)+dense.NormFro(j)*off, dense.VectorNormInf(kappa))
		farther := make([]float64, t.r)
		for i, k := range kappa {
			farther[i] = 1.25 * k
		}
		if got, err = s.MeanField(t.mixture, farther); err != nil {
			return f, err
		}
		f.Demand("F points inward beyond it", dense.Dot(got, kappa) < 0)
	}
	return f, nil
}

func judgeContinuum(s theorems.Subject, c generators.Centred) (f theorems.Finding, err error) {
	if s.Equilibria == nil {
		return f, theorems.Missing("Equilibria")
	}
	t, err := newCentred(c)
	if err != nil {
		return f, err
	}
	set, err := s.Equilibria(t.mixture, model.EquilibriumSearch{Limit: 24})
	if err != nil {
		return f, err
	}
	f.Demand("zeros along a curve are reported", set.Continuum)
	return f, nil
}
