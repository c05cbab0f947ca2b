package conversion

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// asModel hands numbers to model. The noises of the units are made admissible in
// units of the deviations d, to which rounding has been relative.
func asModel(l theorems.LatentSystem, d []float64) (*model.LDS, error) {
	config := model.LDSConfig{A: matrixOf(l.A), C: matrixOf(l.C)}
	var err error
	if config.Q, err = noiseOf(l.Q, deviations(l.Q)); err != nil {
		return nil, err
	}
	if config.R, err = noiseOf(l.R, d); err != nil {
		return nil, err
	}
	if l.Cov != nil {
		cov, err := noiseOf(l.Cov, deviations(l.Cov))
		if err != nil {
			return nil, err
		}
		config.Initial = &model.Gaussian{Mean: l.Mean, Cov: cov}
	}
	return model.NewLDS(config)
}

func matrixOf(m [][]float64) mat.Matrix {
	if len(m) == 0 || len(m[0]) == 0 {
		return nil
	}
	out := mat.NewDense(len(m), len(m[0]), nil)
	for i, row := range m {
		out.SetRow(i, row)
	}
	return out
}

// noiseOf makes a covariance admissible that rounding may have left a little
// off from semidefinite: in units of the deviations d, negative eigenvalues are
// set to 0. What is left is handed over as a factor.
func noiseOf(cov [][]float64, d []float64) (model.Noise, error) {
	n := len(cov)
	if n == 0 {
		return model.ZeroNoise(0), nil
	}
	scaled := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			scaled.SetSym(i, j, (cov[i][j]+cov[j][i])/2/orOne(d[i])/orOne(d[j]))
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(scaled, true) {
		return model.Noise{}, model.ErrEigen
	}
	var v mat.Dense
	eig.VectorsTo(&v)
	for k, x := range eig.Values(nil) {
		for i := range n {
			v.Set(i, k, v.At(i, k)*orOne(d[i])*math.Sqrt(math.Max(0, x)))
		}
	}
	return model.LowRankNoise(make([]float64, n), &v)
}
