package model

import "gonum.org/v1/gonum/mat"

// PointMixture returns P populations of equal weight without covariance, a_m =
// a_n = points[p] (R), I = 0: each is one unit of an attractor network. Points
// on the vertices of a square, a hexagon or a cube give a mean field of their
// symmetry. (M10; B, symmetric populations.)
func PointMixture(phi Nonlinearity, points [][]float64) (*Mixture, error) {
	pops := make([]Population, len(points))
	for p, point := range points {
		if len(point) == 0 {
			return nil, inPopulation(p, invalidf("the point has no coordinates"))
		}
		mean := append(append(append([]float64(nil), point...), point...), 0)
		pops[p] = Population{1 / float64(len(points)), mean, mat.NewSymDense(len(mean), nil)}
	}
	return NewMixture(phi, pops)
}

// CentredMixture returns populations without mean and input: overlaps[p] =
// Σ_nm (R×R) and variances[p] = Σ_mm (R×R), with minimal completions. One
// population gives the dynamics of M7 and M8, two of rank one flip-flops.
func CentredMixture(phi Nonlinearity, weights []float64, overlaps, variances [][][]float64) (*Mixture, error) {
	if len(overlaps) != len(weights) || len(variances) != len(weights) {
		return nil, invalidf("%d weights, %d overlaps and %d variances are given, want one of each a population", len(weights), len(overlaps), len(variances))
	}
	moments := make([]Moments, len(weights))
	for p := range moments {
		r := len(overlaps[p])
		zero := make([]float64, r)
		moments[p] = Moments{Weight: weights[p], MeanM: zero, MeanN: zero, CovMM: variances[p], CovNM: overlaps[p], CovMI: zero, CovNI: zero}
	}
	return MixtureOfMoments(phi, moments)
}
