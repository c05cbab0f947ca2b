package wire

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// indefinite is how far below 0, in units of the deviations, an eigenvalue of a
// covariance that is handed out may be, as rounding in float32 leaves them. It
// is set to 0, and the numbers are judged as they then are.
const indefinite = 0x1p-12

// admitted returns the covariance of n numbers as one of package model, without
// what rounding may have left below 0.
func (n Noise) admitted(name string, units int) (model.Noise, error) {
	if err := n.checkFactor(name, units); err != nil {
		return model.Noise{}, err
	}
	out, err := n.Model(name, units)
	if err == nil {
		return out, nil
	}
	rows, shapeErr := n.Rows(name, units)
	if shapeErr != nil {
		return out, shapeErr
	}
	repaired, ok := semidefinite(rows)
	if !ok {
		return out, err
	}
	return Noise{Dense: repaired}.Model(name, units)
}

// semidefinite returns the symmetric part of a matrix, its negative eigenvalues in
// units of the deviations set to 0; false where they are more than rounding.
func semidefinite(rows [][]float64) ([][]float64, bool) {
	n := len(rows)
	deviation, most := make([]float64, n), 0.0
	for i := range n {
		deviation[i] = math.Sqrt(math.Max(0, rows[i][i]))
		most = math.Max(most, deviation[i])
	}
	still := make([]bool, n)
	for i := range n {
		if still[i] = deviation[i] == 0; still[i] { // but for rounding, beside what varies
			deviation[i] = most
		}
	}
	if most == 0 {
		return nil, false
	}
	scaled := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			scaled.SetSym(i, j, (rows[i][j]/2+rows[j][i]/2)/deviation[i]/deviation[j])
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(scaled, true) {
		return nil, false
	}
	var v mat.Dense
	eig.VectorsTo(&v)
	values := eig.Values(nil)
	if !(values[0] >= -indefinite) {
		return nil, false
	}
	out := make([][]float64, n)
	for i := range n {
		out[i] = make([]float64, n)
	}
	for i := range n {
		for j := range i + 1 {
			if still[i] || still[j] {
				continue
			}
			sum := 0.0
			for k, x := range values {
				sum += math.Max(0, x) * v.At(i, k) * v.At(j, k)
			}
			out[i][j] = sum * deviation[i] * deviation[j]
			out[j][i] = out[i][j]
		}
	}
	return out, true
}

// admitted returns the LDS of a number of units as one of package model.
func (l LDS) admitted(op string, units int) (*model.LDS, error) {
	numbers, err := l.numbers(op, units)
	if err != nil {
		return nil, err
	}
	k := len(numbers.A)
	for _, n := range []struct {
		name  string
		noise *Noise
		size  int
	}{{"Q", &l.Q, k}, {"R", &l.R, units}} {
		s, err := n.noise.admitted(n.name, n.size)
		if err != nil {
			return nil, shaped(op, err)
		}
		*n.noise = spelled(s)
	}
	if l.Initial != nil {
		cov, err := l.Initial.Cov.admitted("initial.cov", k)
		if err != nil {
			return nil, shaped(op, err)
		}
		l.Initial = &Initial{l.Initial.Mean, spelled(cov)}
	}
	out, err := l.Model()
	return out, shaped(op, err)
}

// admitted returns the linear network of a number of units as one of package
// model.
func (net LinearRNN) admitted(op string, units int) (*model.LinearRNN, error) {
	if _, _, err := net.numbers(op, units); err != nil {
		return nil, err
	}
	p, err := net.P.admitted("P", units)
	if err != nil {
		return nil, shaped(op, err)
	}
	net.P = spelled(p)
	if net.Initial != nil {
		cov, err := net.Initial.Cov.admitted("initial.cov", units)
		if err != nil {
			return nil, shaped(op, err)
		}
		net.Initial = &Initial{net.Initial.Mean, spelled(cov)}
	}
	out, err := net.Model()
	return out, shaped(op, err)
}

// admitted returns the mixture as one of package model: covariances without what
// rounding left below 0, and weights that sum to 1.
func (m Mixture) admitted(op string, rank int) (*model.Mixture, error) {
	total := 0.0
	pops := make([]Population, len(m.Populations))
	for p, pop := range m.Populations {
		size := 2*rank + 1
		if err := shaped(op, checkLength("mean", pop.Mean, size), checkShape("cov", pop.Cov, size, size)); err != nil {
			return nil, err
		}
		cov, err := Noise{Dense: pop.Cov}.admitted("cov", size)
		if err != nil {
			return nil, shaped(op, err)
		}
		pop.Cov = rowsOf(cov.Dense())
		pops[p] = pop
		total += pop.Weight
	}
	if math.Abs(total-1) <= 0x1p-22*float64(len(pops)) {
		for p := range pops {
			pops[p].Weight /= total
		}
	}
	m.Populations = pops
	out, err := m.Model()
	return out, shaped(op, err)
}
