package model

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// FeatureScales are the sizes of DrawFeatures, all ≥ 0 and 0 allowed.
type FeatureScales struct {
	MeanM float64 // standard deviation of each entry of a_m
	MeanI float64 // standard deviation of a_I
	CovMM float64 // Σ_mm = v·1 with v uniform between 0 and CovMM, a variance
	VarI  float64 // Σ_II uniform between 0 and VarI, a variance
	// Box, if given, measures κ in units of the box: what is drawn is for (κ_r − centre_r)/h_r, h the half-widths.
	// Then a_m, √v and their units are divided by h_r, and a_I is moved by −a_m·centre.
	Box *Box
}

// DefaultFeatureScales returns scales that fit well with a β of 1e-8: gentle
// slopes over the box, no spread of inputs that n does not follow, and
// populations so narrow that what they do beyond a_n φ(μ) + Σ_nm κ φ'(μ) is small.
//
// Smooth fields are then met by small differences of large n, which a network
// has only if they are not left to chance: sample it with ExactSizes and
// MatchMoments. Units drawn freely have far more noise than field, as
// FieldVariance tells (M3). With CovMM = 0 all units of a population are one, and
// exact sizes are enough.
func DefaultFeatureScales(box Box) FeatureScales {
	b := box.clone()
	return FeatureScales{MeanM: 1, MeanI: 1, CovMM: 0.001, Box: &b}
}

// DrawFeatures returns P features of rank R: a_m ~ N(0, MeanM²·1), a_I ~ N(0,
// MeanI²), Σ_mm = v·1 with v ~ U(0, CovMM), Σ_II ~ U(0, VarI), all independent, in
// units of κ or of a box. Features are nested: the first of more, drawn with
// the same seed, are those of fewer. A rank or a P below 1, a scale that is
// negative or not finite, and a box of another dimension are ErrInvalid. (B,
// section 6, draws a_m, a_I and variances; the laws are ours.)
func DrawFeatures(rng *rand.Rand, rank, populations int, s FeatureScales) ([]Feature, error) {
	if rng == nil {
		return nil, invalidf("no rng is given")
	}
	if rank < 1 || populations < 1 {
		return nil, invalidf("%d populations of rank %d are asked for, want at least 1 of rank 1", populations, rank)
	}
	centre, half, err := s.units(rank)
	if err != nil {
		return nil, err
	}
	features := make([]Feature, populations)
	for p := range features {
		f := Feature{MeanM: make([]float64, rank), CovMM: make([][]float64, rank)}
		for r := range f.MeanM {
			f.MeanM[r] = s.MeanM * rng.NormFloat64() / half[r]
		}
		f.MeanI = s.MeanI * rng.NormFloat64()
		variance := s.CovMM * rng.Float64()
		for r := range rank {
			f.MeanI -= f.MeanM[r] * centre[r]
			f.CovMM[r] = make([]float64, rank)
			f.CovMM[r][r] = variance / half[r] / half[r]
		}
		f.VarI = s.VarI * rng.Float64()
		if _, err := f.root(rank); err != nil { // a box that is too far or too narrow
			return nil, fmt.Errorf("feature %d: %w", p, err)
		}
		features[p] = f
	}
	return features, nil
}

// units validates the scales and returns centre and half-widths of the box.
func (s FeatureScales) units(rank int) (centre, half []float64, err error) {
	for i, x := range []float64{s.MeanM, s.MeanI, s.CovMM, s.VarI} {
		if !(x >= 0) || math.IsInf(x, 0) {
			return nil, nil, invalidf("scale %s is %v, want a number ≥ 0", []string{"MeanM", "MeanI", "CovMM", "VarI"}[i], x)
		}
	}
	centre, half = make([]float64, rank), make([]float64, rank)
	for r := range rank {
		half[r] = 1
	}
	if s.Box == nil {
		return centre, half, nil
	}
	if err := s.Box.check(rank); err != nil {
		return nil, nil, err
	}
	for r := range rank {
		half[r] = (s.Box.Upper[r] - s.Box.Lower[r]) / 2
		centre[r] = s.Box.Lower[r] + half[r]
	}
	return centre, half, nil
}

// fitFeatures are features ready for a fit, with the columns that each gives.
type fitFeatures struct {
	features []Feature
	rank     int
	roots    []array // L (R×k) of full rank, Σ_mm = L Lᵀ; k = 0 gives ⟨φ⟩ alone
	first    []int   // where the columns of each begin, and where those of the last end
}

func newFitFeatures(features []Feature, withoutCovariance bool) (fitFeatures, error) {
	f := fitFeatures{features: features, rank: len(features[0].MeanM), first: []int{0}}
	for p, feature := range features {
		root, err := feature.root(f.rank)
		if err != nil {
			return f, fmt.Errorf("feature %d: %w", p, err)
		}
		if withoutCovariance {
			root = newArray(f.rank, 0)
		}
		f.roots = append(f.roots, root)
		f.first = append(f.first, f.first[p]+1+root.cols)
	}
	return f, nil
}

// root validates the feature and returns a root of its Σ_mm.
func (f Feature) root(rank int) (array, error) {
	if err := finiteVector("mean of m", f.MeanM, rank); err != nil {
		return array{}, err
	}
	if err := finiteVector("mean of I", []float64{f.MeanI}, 1); err != nil {
		return array{}, err
	}
	if !(f.VarI >= 0) || math.IsInf(f.VarI, 0) {
		return array{}, invalidf("variance of I is %v, want a number ≥ 0", f.VarI)
	}
	if len(f.CovMM) != rank {
		return array{}, invalidf("Σ_mm has %d rows, want %d", len(f.CovMM), rank)
	}
	cov := newArray(rank, rank)
	for i, row := range f.CovMM {
		if err := finiteVector(fmt.Sprintf("Σ_mm[%d]", i), row, rank); err != nil {
			return array{}, err
		}
		copy(cov.row(i), row)
	}
	noise, err := DenseNoise(cov.dense())
	if err != nil {
		return array{}, fmt.Errorf("covariance Σ_mm: %w", err)
	}
	return covarianceRoot(noise.full)
}

// leading returns the first count features.
func (f fitFeatures) leading(count int) fitFeatures {
	return fitFeatures{f.features[:count], f.rank, f.roots[:count], f.first[:count+1]}
}

// design returns Φ, a row a point κ and the columns of the features: ⟨φ⟩, then
// ⟨φ'⟩ Lᵀκ.
func (f fitFeatures) design(phi Nonlinearity, points [][]float64) (array, error) {
	out := newArray(len(points), f.first[len(f.features)])
	for k, kappa := range points {
		for p := range f.features {
			if err := f.fill(out.row(k)[f.first[p]:f.first[p+1]], phi, p, kappa); err != nil {
				return out, fmt.Errorf("feature %d at point %d: %w", p, k, err)
			}
		}
	}
	return out, nil
}

// fill sets the entries of a feature in the row of κ.
func (f fitFeatures) fill(row []float64, phi Nonlinearity, p int, kappa []float64) error {
	feature, spread := f.features[p], f.roots[p].timesVectorT(kappa) // Lᵀκ, though Δ may have more where Σ_nm = 0 is asked for
	mu, delta, orders := feature.MeanI, feature.VarI, 1
	for r, k := range kappa {
		mu += feature.MeanM[r] * k
		for s, l := range kappa {
			delta += k * feature.CovMM[r][s] * l
		}
	}
	if largest(spread) > 0 { // otherwise ⟨φ'⟩ does not matter, nor need it exist
		orders = 2
	}
	a, err := phi.Averages(mu, max(delta, 0), orders)
	if err != nil {
		return err
	}
	row[0] = a.Value
	for j, x := range spread {
		if x != 0 {
			row[1+j] = x * a.Prime
		}
	}
	return nil
}

// squareVanishes is a size below which a square may be rounded to 0. Features of
// units that are saturated at every point have such coefficients: what n covaries
// by would be there in Σ_nm, and not in the Σ_nn that allows it.
const squareVanishes = 0x1p-500

// mixture returns the populations of these coefficients (columns×R).
func (f fitFeatures) mixture(phi Nonlinearity, c array) (*Mixture, error) {
	count := float64(len(f.features))
	moments := make([]Moments, len(f.features))
	for p, feature := range f.features {
		first := f.first[p]
		scaled := withoutTraces(c.rowsBetween(first, f.first[p+1]).scaled(count))
		m := Moments{
			Weight: 1 / count, MeanM: feature.MeanM, MeanN: scaled.row(0), MeanI: feature.MeanI,
			CovMM: feature.CovMM, CovMI: make([]float64, f.rank), CovNI: make([]float64, f.rank), VarI: feature.VarI,
		}
		for r := 1; r < scaled.rows; r++ {
			for k, x := range scaled.row(r) {
				if math.Abs(x) < squareVanishes {
					scaled.set(r, k, 0)
				}
			}
		}
		root := f.roots[p] // Σ_nm = B Lᵀ, B the transpose of the rows after the first
		covNM := scaled.rowsBetween(1, scaled.rows).tmul(root.t())
		for r := range f.rank {
			m.CovNM = append(m.CovNM, covNM.row(r))
		}
		moments[p] = m
	}
	return MixtureOfMoments(phi, moments)
}

// withoutTraces makes zero what of n_r varies with m (the rows after the first) where its
// variance, the square, would not be a normal number: it would be no covariance.
func withoutTraces(c array) array {
	const least = 0x1p-480 // the square has all of its digits
	for r := range c.cols {
		size := 0.0
		for j := 1; j < c.rows; j++ {
			size = math.Max(size, math.Abs(c.at(j, r)))
		}
		for j := 1; j < c.rows && size < least; j++ {
			c.set(j, r, 0)
		}
	}
	return c
}
