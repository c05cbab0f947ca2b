package model

import (
	"fmt"
	"math"
)

// Feature is a population before its n is known: what decides the columns that
// it gives a fit, the averages ⟨φ⟩ and ⟨φ'⟩ over its net inputs N(μ, Δ),
//
//	μ(κ) = a_m·κ + a_I,  Δ(κ) = κᵀΣ_mm κ + Σ_II  (Σ_mI = 0).
type Feature struct {
	MeanM []float64   // a_m (R)
	CovMM [][]float64 // Σ_mm (R×R), positive semidefinite; 0 is one hidden unit, for VarI = 0
	MeanI float64     // a_I
	VarI  float64     // Σ_II ≥ 0
}

// FitProblem asks for the mixture whose mean field is nearest to given values,
// its populations of weight 1/P each having the given laws of (m, I).
type FitProblem struct {
	Nonlinearity Nonlinearity
	Features     []Feature
	Points       [][]float64 // κ, one R a point
	Targets      [][]float64 // dκ/dt there (R), in units of 1/τ, the leak −κ included
	// Ridge is β ≥ 0, which multiplies the *square* of the norm of the coefficients: an equation √β c = 0
	// beside those of the points, each of weight 1 (they are not divided by their number).
	Ridge             float64
	WithoutCovariance bool // Σ_nm = 0: only a_n is fitted, R numbers a population in place of R(R+1)
}

// Fit is a mixture fitted to values of a vector field, with what is left.
type Fit struct {
	// Mixture has Σ_nn by minimal completion (M14), Σ_mI = Σ_nI = 0.
	Mixture *Mixture
	// RMS is (Σ_k ‖F(κ_k) − target_k‖₂²/K)^½ over the K points, Max the greatest
	// ‖F(κ_k) − target_k‖₂: the ε of M12 (d), on the points alone.
	RMS, Max float64
	// Objective is what was minimized, Σ_k ‖F(κ_k) − target_k‖² + β‖c‖².
	Objective float64
	// CoefficientNorm is ‖c‖, with P‖c‖² = (1/P) Σ_p (‖a_n‖² + tr Σ_nn): for |φ| ≤ 1 it bounds N·E‖F_N − F‖² of a
	// network of N units sampled from the mixture, wherever κ is (M3).
	CoefficientNorm float64
	Coefficients    int // how many numbers were fitted: R for a column
	Columns         int // of the design matrix
	// Rank is how many columns count, with the ridge's equations among the rows: fewer than Columns are only
	// where β is 0 or near, and then c is the one of least norm that fits as well.
	Rank int
	// Condition estimates that of the stacked matrix [Φ; √β 1], once the rank is cut: greatest by least singular value.
	Condition float64
}

// FitMixture returns the mixture of mean field F that minimizes
//
//	Σ_k ‖F(κ_k) − target_k‖² + β‖c‖² = ‖Φ c − y‖² + β‖c‖²,  y_k = target_k + κ_k,
//
// over a_n (R) and Σ_nm (R×R) of its populations, by an orthogonal
// factorization of [Φ; √β 1], never by the normal equations, which lose twice
// the digits. Population p gives the columns ⟨φ⟩_p and, for Σ_mm = L Lᵀ with L
// (R×k) of full rank k, ⟨φ'⟩_p (Lᵀκ)_j, with the coefficients c
//
//	α_p a_n (R) and α_p B (R×k), Σ_nm = B Lᵀ.
//
// Σ_nm has no other form that a network can have: what m does not vary along, n
// does not covary with. Nothing depends on the choice of L, and ‖B‖² = tr Σ_nn of
// the minimal completion, so that the ridge weighs the sampling noise of the
// network that will be made of it: see Fit.CoefficientNorm. With N units and K
// points, β = K·P/N makes the objective a bound of K times the expected square
// error of the sampled field, fit and sampling together (M15).
//
// Columns do not depend on α or P: features that contain others have all their
// columns, and the least objective is at most theirs, at one β.
//
// No features or points, shapes that do not fit, numbers that are not finite, β < 0, a Σ_mm that is not positive
// semidefinite, and a φ' asked for at a kink of φ where Δ = 0 are ErrInvalid.
// (M12; B, arXiv:2007.02062, section 6.)
func FitMixture(p FitProblem) (*Fit, error) {
	ready, err := p.prepare()
	if err != nil {
		return nil, err
	}
	fit, _, err := ready.features.fit(p.Nonlinearity, ready.design, ready.y, p.Ridge)
	return fit, err
}

// prepare validates the problem and returns Φ and y.
func (p FitProblem) prepare() (prepared, error) {
	if err := p.check(); err != nil {
		return prepared{}, err
	}
	features, err := newFitFeatures(p.Features, p.WithoutCovariance)
	if err != nil {
		return prepared{}, err
	}
	design, err := features.design(p.Nonlinearity, p.Points)
	return prepared{features, design, activities(p.Points, p.Targets)}, err
}

// activities returns y = dκ/dt + κ, a row a point: what the populations are to give.
func activities(points, targets [][]float64) array {
	y := newArray(len(points), len(points[0]))
	for k, point := range points {
		for r, x := range point {
			y.set(k, r, targets[k][r]+x)
		}
	}
	return y
}

func (p FitProblem) check() error {
	if p.Nonlinearity.value == nil {
		return invalidf("nonlinearity is missing")
	}
	if !(p.Ridge >= 0) || math.IsInf(p.Ridge, 0) {
		return invalidf("ridge is %v, want a number ≥ 0", p.Ridge)
	}
	if len(p.Points) == 0 {
		return invalidf("no points are given")
	}
	if len(p.Targets) != len(p.Points) {
		return invalidf("%d targets are given for %d points", len(p.Targets), len(p.Points))
	}
	if len(p.Features) == 0 {
		return invalidf("no features are given")
	}
	rank := len(p.Features[0].MeanM)
	if rank == 0 {
		return invalidf("feature 0: mean of m is empty, want R ≥ 1 entries")
	}
	for k := range p.Points {
		if err := finiteVector(fmt.Sprintf("point %d", k), p.Points[k], rank); err != nil {
			return err
		}
		if err := finiteVector(fmt.Sprintf("target %d", k), p.Targets[k], rank); err != nil {
			return err
		}
		for r, x := range p.Points[k] {
			if math.IsInf(x+p.Targets[k][r], 0) {
				return invalidf("target %d and point %d overflow when added", k, k)
			}
		}
	}
	return nil
}

// largestCoefficient has a square that is finite, and so have sums of some of them.
const largestCoefficient = 0x1p500

// fit solves for the coefficients c (columns×R) and makes the mixture of them.
func (f fitFeatures) fit(phi Nonlinearity, design, y array, ridge float64) (*Fit, array, error) {
	s, err := solveRidge(design, y, ridge)
	if err != nil {
		return nil, array{}, err
	}
	c := s.coefficients
	out := &Fit{Columns: design.cols, Coefficients: design.cols * f.rank, Rank: s.rank, Condition: s.condition, CoefficientNorm: c.frobenius()}
	left := design.mul(c).minus(y)
	out.RMS, out.Max = rootMeanSquare(left)
	misfit := left.frobenius()
	out.Objective = misfit*misfit + ridge*out.CoefficientNorm*out.CoefficientNorm
	if !finite([]float64{out.Objective, out.CoefficientNorm, out.Max}) {
		return nil, array{}, invalidf("the squares of points and targets of this size overflow")
	}
	if size := out.CoefficientNorm * float64(len(f.features)); !(size < largestCoefficient) {
		return nil, array{}, invalidf("coefficients of the size %.3g, of features that are nearly 0 at all points, give n a variance that overflows", size)
	}
	out.Mixture, err = f.mixture(phi, c)
	return out, c, err
}

// rootMeanSquare returns the root of the mean square of the rows' norms, and
// the greatest of these.
func rootMeanSquare(left array) (rms, most float64) {
	for _, norm := range rowNorms(left) {
		most = math.Max(most, norm)
	}
	return left.frobenius() / math.Sqrt(float64(left.rows)), most
}
