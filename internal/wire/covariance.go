package wire

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// indefinite is how far below 0, in units of the deviations, an eigenvalue of a
// covariance that is handed out may be, and how far from symmetric it, as rounding in
// float32 leaves them. It is set to 0, and the numbers are judged as they then are.
const indefinite = 0x1p-12

// rounding is what arithmetic may leave of covariances: of unit roundoff u, and of
// terms as large as variances of size, where these may cancel in all units; 0: of the
// largest variance that there is.
type rounding struct{ u, size float64 }

// of returns what rounding may leave of a variance of n×n numbers: of 16 n of their
// terms.
func (r rounding) of(rows [][]float64) float64 {
	most := r.size
	for i := range rows {
		most = math.Max(most, rows[i][i])
	}
	return 16 * float64(len(rows)) * r.u * most
}

// admitted returns the covariance of n numbers as one of package model, without
// what rounding may have left below 0.
func (n Noise) admitted(name string, units int, r rounding) (model.Noise, error) {
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
	for _, rounded := range []float64{0, r.of(rows)} { // small variances beside large ones are known as they are, unless they cancelled
		if repaired, ok := semidefinite(rows, rounded); ok {
			return Noise{Dense: repaired}.Model(name, units)
		}
	}
	return out, err
}

// semidefinite returns the symmetric part of a matrix, its negative eigenvalues set
// to 0, in units of deviations with what rounding leaves of a variance added; false
// where these, or what is not symmetric, are more than rounding. A variance that
// cancels is known to no more than that, nor are covariances with it.
func semidefinite(rows [][]float64, rounded float64) ([][]float64, bool) {
	n := len(rows)
	deviation, most := make([]float64, n), 0.0
	for i := range n {
		deviation[i] = math.Sqrt(math.Max(0, rows[i][i]) + rounded)
		most = math.Max(most, deviation[i])
	}
	if most == 0 || math.IsInf(most, 0) || math.IsNaN(most) {
		return nil, false
	}
	shift := mat.NewSymDense(n, nil)
	for i := range n {
		if deviation[i] == 0 { // but for rounding, beside what varies
			deviation[i] = most
		}
		shift.SetSym(i, i, rounded/deviation[i]/deviation[i])
	}
	scaled := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			x, y := rows[i][j]/deviation[i]/deviation[j], rows[j][i]/deviation[i]/deviation[j]
			if !(math.Abs(x-y) <= indefinite+2*rounded/deviation[i]/deviation[j]) {
				return nil, false
			}
			scaled.SetSym(i, j, x/2+y/2)
		}
	}
	var shifted mat.SymDense
	shifted.AddSym(scaled, shift)
	var least, eig mat.EigenSym
	if !least.Factorize(&shifted, false) || !(least.Values(nil)[0] >= -indefinite) || !eig.Factorize(scaled, true) {
		return nil, false
	}
	var v mat.Dense
	eig.VectorsTo(&v)
	values := eig.Values(nil)
	out := make([][]float64, n)
	for i := range n {
		out[i] = make([]float64, n)
	}
	for i := range n {
		for j := range i + 1 {
			if rows[i][i] <= 0 || rows[j][j] <= 0 { // still, but for rounding
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

// admitted returns the LDS of a number of units as one of package model; latents is
// how the covariances of latents are rounded.
func (l LDS) admitted(op string, units int, latents rounding) (*model.LDS, error) {
	numbers, err := l.numbers(op, units)
	if err != nil {
		return nil, err
	}
	k := len(numbers.A)
	for _, n := range []struct {
		name    string
		noise   *Noise
		size    int
		rounded rounding
	}{{"Q", &l.Q, k, latents}, {"R", &l.R, units, rounding{u: latents.u}}} {
		s, err := n.noise.admitted(n.name, n.size, n.rounded)
		if err != nil {
			return nil, shaped(op, err)
		}
		*n.noise = spelled(s)
	}
	if l.Initial != nil {
		cov, err := l.Initial.Cov.admitted("initial.cov", k, latents)
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
func (net LinearRNN) admitted(op string, units int, r rounding) (*model.LinearRNN, error) {
	if _, _, err := net.numbers(op, units); err != nil {
		return nil, err
	}
	p, err := net.P.admitted("P", units, r)
	if err != nil {
		return nil, shaped(op, err)
	}
	net.P = spelled(p)
	if net.Initial != nil {
		cov, err := net.Initial.Cov.admitted("initial.cov", units, r)
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
func (m Mixture) admitted(op string, rank int, r rounding) (*model.Mixture, error) {
	total := 0.0
	pops := make([]Population, len(m.Populations))
	for p, pop := range m.Populations {
		size := 2*rank + 1
		if err := shaped(op, checkLength("mean", pop.Mean, size), checkShape("cov", pop.Cov, size, size)); err != nil {
			return nil, err
		}
		cov, err := Noise{Dense: pop.Cov}.admitted("cov", size, r)
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
