package conversion

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// asModel hands numbers to model, symmetrized.
func asModel(l theorems.LatentSystem) (*model.LDS, error) {
	config := model.LDSConfig{A: matrixOf(l.A), C: matrixOf(l.C)}
	var err error
	if config.Q, err = noiseOf(l.Q, len(l.A)); err != nil {
		return nil, err
	}
	if config.R, err = noiseOf(l.R, len(l.R)); err != nil {
		return nil, err
	}
	if l.Cov != nil {
		cov, err := noiseOf(l.Cov, len(l.A))
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
// off from semidefinite: in units of unit variance, negative eigenvalues are
// set to 0.
func noiseOf(cov [][]float64, n int) (model.Noise, error) {
	if n == 0 {
		return model.ZeroNoise(0), nil
	}
	d := make([]float64, n)
	for i := range d {
		d[i] = math.Sqrt(math.Max(0, cov[i][i]))
	}
	scaled := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			if d[i] > 0 && d[j] > 0 {
				scaled.SetSym(i, j, (cov[i][j]+cov[j][i])/2/d[i]/d[j])
			}
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
			v.Set(i, k, v.At(i, k)*d[i]*math.Sqrt(math.Max(0, x)))
		}
	}
	var out mat.Dense
	out.Mul(&v, v.T())
	return model.DenseNoise(&out)
}
