package meanfield

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/rankproof/rankproof/theorems"
)

// centred is what oracles know of a centred population.
type centred struct {
	generators.Centred
	r            int
	sigma, covMM [][]float64
	mixture      *model.Mixture
	box          model.Box
	spectrum     []complex128 // of φ'(0) σ, by algebraic multiplicity: exact
	rays         []ray
}

// ray is an eigenspace of σ with a real eigenvalue λ/φ'(0), λ > 1, and where on it F vanishes.
type ray struct {
	lambda    float64
	algebraic int
	basis     [][]float64 // of the eigenspace
	delta     float64     // g(Δ) = φ'(0)/λ
	deltaErr  float64
	slope     float64 // g'(Δ)
}

func newCentred(c generators.Centred) (*centred, error) {
	t := &centred{Centred: c, r: c.Rank(), sigma: c.Sigma(), covMM: c.CovMM()}
	var err error
	if t.mixture, err = c.Model(); err != nil {
		return nil, err
	}
	reach := math.Sqrt(2 / math.Pi * c.VarN()) // E|n|: M6
	for range t.r {
		t.box.Lower, t.box.Upper = append(t.box.Lower, -reach), append(t.box.Upper, reach)
	}
	j := c.Jordan()
	for i := range j {
		switch {
		case c.Turns() && i < 2:
			t.spectrum = append(t.spectrum, complex(c.Lambda[0], c.Turn*float64(1-2*i)))
		default:
			t.spectrum = append(t.spectrum, complex(c.Lambda[i], 0))
		}
	}
	for _, z := range t.spectrum {
		lambda := real(z)
		if imag(z) != 0 || lambda <= 1 || slices.ContainsFunc(t.rays, func(r ray) bool { return r.lambda == lambda }) {
			continue
		}
		y := ray{lambda: lambda, basis: t.eigenspace(lambda)}
		for _, w := range t.spectrum {
			if w == z {
				y.algebraic++
			}
		}
		if y.delta, y.deltaErr, y.slope, err = gainInverse(c.Nonlinearity, c.Slope()/lambda); err != nil {
			return nil, err
		}
		t.rays = append(t.rays, y)
	}
	return t, nil
}

// kernel is a basis of the kernel of φ'(0)σ − λ, in exact arithmetic, by columns.
func (t *centred) kernel(lambda float64) (*exact.Matrix, error) {
	j, err := exact.FromFloat64(t.Jordan())
	if err != nil {
		return nil, err
	}
	rows, _ := t.Basis()
	v, err := exact.FromFloat64(rows)
	if err != nil {
		return nil, err
	}
	return v.Mul(j.Sub(exact.Identity(t.r).Scale(new(big.Rat).SetFloat64(lambda))).NullSpace()), nil
}

// eigenspace returns that basis, rounded.
func (t *centred) eigenspace(lambda float64) [][]float64 {
	kernel, err := t.kernel(lambda)
	if err != nil || kernel.Cols() == 0 {
		return nil
	}
	return dense.Transpose(kernel.Float64())
}

// gain returns g(Δ) = ⟨φ'⟩(0, Δ), g'(Δ) = ½⟨φ”'⟩ and an error bound of either.
func gain(phi string, delta float64) (g, slope, off float64, err error) {
	switch phi {
	case "erf":
		g = 1 / math.Sqrt(1+math.Pi/2*delta)
		return g, -math.Pi / 4 * g * g * g, 0x1p-50, nil
	case "hard-tanh":
		if delta == 0 {
			return 1, 0, 0, nil
		}
		z := 1 / math.Sqrt(2*delta)
		fall := math.Exp(-z * z)
		if fall == 0 { // and z³, of a Δ next to 0, may be beyond floats
			return 1, 0, 0x1p-50, nil
		}
		slope = -2 / math.Sqrt(math.Pi) * z * z * z * fall
		return math.Erf(z), slope, 0x1p-50 + 0x1p-50*(1+z*z)*math.Abs(slope), nil
	}
	g, off, err = quadrature.Average(phi, 1, 0, delta)
	if err != nil {
		return 0, 0, 0, err
	}
	third, thirdOff, err := quadrature.Average(phi, 3, 0, delta)
	return g, third / 2, max(off, thirdOff), err
}

var errNoGain = errors.New("no Δ has that gain")

// gainInverse returns the Δ with g(Δ) = target, how far it may be off, and g' there: Newton's method within a bracket.
func gainInverse(phi string, target float64) (delta, off, slope float64, err error) {
	low, high := 0.0, 1.0
	at := func(x float64) (g, slope, off float64) {
		var failure error
		g, slope, off, failure = gain(phi, x)
		if failure != nil {
			err = failure
		}
		return g, slope, off
	}
	for {
		g, _, _ := at(high)
		if err != nil || g < target {
			break
		}
		if low, high = high, 4*high; high > 0x1p60 {
			return 0, 0, 0, errNoGain
		}
	}
	if g, _, _ := at(0); err == nil && g <= target {
		return 0, 0, 0, errNoGain
	}
	x := (low + high) / 2
	for range 200 {
		g, d, e := at(x)
		if err != nil {
			return 0, 0, 0, err
		}
		if g > target {
			low = x
		} else {
			high = x
		}
		delta, slope, off = x, d, (e+0x1p-52)/math.Abs(d)+0x1p-52*x
		next := x - (g-target)/d
		if !(next > low && next < high) {
			next = (low + high) / 2
		}
		if math.Abs(next-x) <= 0x1p-52*x || math.Abs(g-target) <= e {
			break
		}
		x = next
	}
	return delta, off, slope, err
}

// at returns the fixed point on a ray in the direction of weights of its basis, and how far it may be off. Where Δ there is next to nothing
// of the terms that it is summed from, where that is cannot be said: ErrUndecided.
func (t *centred) at(y ray, weights []float64) (kappa []float64, off float64, err error) {
	kappa = make([]float64, t.r)
	for i, b := range y.basis {
		for k := range kappa {
			kappa[k] += weights[i] * b[k]
		}
	}
	delta := dense.Dot(kappa, dense.MatVec(t.covMM, kappa))
	terms := dense.Dot(absolutes(kappa), dense.AbsMatVec(t.covMM, kappa))
	rounding := float64(t.r*t.r+4) * 0x1p-53 * terms
	if !(delta > 16*rounding) {
		return nil, 0, fmt.Errorf("%w: Δ is rounding on a ray: %.3g of %.3g", theorems.ErrUndecided, delta, terms)
	}
	size := math.Sqrt(y.delta / delta)
	for k := range kappa {
		kappa[k] *= size
	}
	return kappa, dense.VectorNorm2(kappa) * (y.deltaErr/(2*y.delta) + rounding/delta + 0x1p-48), nil
}

// jacobian returns DF at a κ on a ray, −1 + gσ + 2g'σκ(Σ_mm κ)ᵀ, with g and g' at the Δ of κ.
func (t *centred) jacobian(kappa []float64) (j [][]float64, g, slope float64, err error) {
	spread, push := dense.MatVec(t.covMM, kappa), dense.MatVec(t.sigma, kappa)
	g, slope, _, err = gain(t.Nonlinearity, dense.Dot(kappa, spread))
	j = zeroRows(t.r, t.r)
	for i := range j {
		for k := range j {
			j[i][k] = g*t.sigma[i][k] + 2*slope*push[i]*spread[k] - indicator(i == k)
		}
	}
	return j, g, slope, err
}

// fieldError bounds the rounding error of F(κ), largest component, of an implementation with averages within 2^13 u.
func (t *centred) fieldError(kappa []float64, u float64) float64 {
	reach := dense.VectorNormInf(dense.AbsMatVec(t.sigma, kappa))
	sizes := dense.AbsMatVec(t.covMM, kappa)
	delta := 0.0
	for i, k := range kappa {
		delta += math.Abs(k) * sizes[i]
	}
	_, slope, _, err := gain(t.Nonlinearity, dense.Dot(kappa, dense.MatVec(t.covMM, kappa)))
	if err != nil {
		return math.NaN()
	}
	n := float64(t.r*t.r + 4)
	return reach*u*(averageAccuracy+n+math.Abs(slope)*n*delta) + 4*u*dense.VectorNormInf(kappa)
}

// jacobianError bounds the rounding error of DF(κ), Frobenius norm: averages within 2^13 u of the larger of their size and 1.
func (t *centred) jacobianError(kappa []float64, slope, u float64) float64 {
	spread, push := dense.AbsMatVec(t.covMM, kappa), dense.AbsMatVec(t.sigma, kappa)
	reach := dense.VectorNorm2(spread) * dense.VectorNorm2(push)
	delta := dense.Dot(absolutes(kappa), spread)
	curve := reach * (t.bend(kappa) + math.Abs(slope)) * delta // what the rounding of Δ does to 2g'
	return u * (averageAccuracy*(dense.NormFro(t.sigma)+2*reach*max(1, math.Abs(slope))) +
		float64(t.r*t.r+8)*(dense.NormFro(t.sigma)+2*reach*math.Abs(slope)+curve) + 2*math.Sqrt(float64(t.r)))
}

// bend bounds |g”| near the Δ of κ: ¼|⟨φ⁗'⟩| = ¼|E φ'(√Δz) He₄(z)|/Δ² ≤ ¼ φ'(0)√24/Δ², doubled for the neighbourhood; 0 at Δ = 0,
// where it is not used.
func (t *centred) bend(kappa []float64) float64 {
	delta := dense.Dot(kappa, dense.MatVec(t.covMM, kappa))
	if delta == 0 {
		return 0
	}
	return t.Slope() * math.Sqrt(24) / (2 * delta * delta)
}

func absolutes(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = math.Abs(x)
	}
	return out
}

// symmetricFunctions returns the elementary symmetric functions e_1 … e_n of complex numbers.
func symmetricFunctions(z []complex128) []complex128 {
	e := make([]complex128, len(z)+1)
	e[0] = 1
	for i, x := range z {
		for k := i + 1; k > 0; k-- {
			e[k] += x * e[k-1]
		}
	}
	return e[1:]
}

// symmetricErrors bounds the change of e_k of the spectrum of a matrix of norm size that an error of norm off makes: e_k is a sum of
// C(n, k) minors of order k, and by Hadamard's inequality each changes by at most k(size + off)^(k−1) off.
func symmetricErrors(n int, size, off float64) []float64 {
	out, choose := make([]float64, n), 1.0
	for k := 1; k <= n; k++ {
		choose = choose * float64(n-k+1) / float64(k)
		out[k-1] = choose * float64(k) * math.Pow(size+off, float64(k-1)) * off
	}
	return out
}
