package model

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Moments are all that the mean field knows of a population: its weight and
// the first two moments of (m, n, I), the covariance Σ_nn of n excepted (M4).
type Moments struct {
	Weight       float64
	MeanM, MeanN []float64 // a_m, a_n (R)
	MeanI        float64   // a_I
	CovMM        [][]float64
	CovNM        [][]float64 // Σ_nm (R×R), CovNM[r][s] = Cov(n^r, m^s)
	CovMI, CovNI []float64   // Σ_mI, Σ_nI (R)
	VarI         float64     // Σ_II
}

func (m Moments) copied() Moments {
	rows := func(a [][]float64) [][]float64 {
		out := make([][]float64, len(a))
		for i := range a {
			out[i] = append([]float64(nil), a[i]...)
		}
		return out
	}
	vector := func(v []float64) []float64 { return append([]float64(nil), v...) }
	m.MeanM, m.MeanN, m.CovMI, m.CovNI = vector(m.MeanM), vector(m.MeanN), vector(m.CovMI), vector(m.CovNI)
	m.CovMM, m.CovNM = rows(m.CovMM), rows(m.CovNM)
	return m
}

// Complete returns the population with the smallest Σ_nn that makes the
// covariance positive semidefinite: with a = (m, I),
//
//	Σ_nn = Σ_na Σ_aa⁺ Σ_an.
//
// Any other legal Σ_nn is this one plus a semidefinite matrix, and has more
// sampling noise (M3). It exists iff Σ_aa ⪰ 0 and the kernel of Σ_aa lies in
// that of Σ_na: what does not vary cannot covary. Otherwise, or where shapes
// do not fit, the error is ErrInvalid. (M14)
func (m Moments) Complete() (Population, error) {
	if err := m.check(); err != nil {
		return Population{}, err
	}
	r := len(m.MeanM)
	a := newArray(r+1, r+1) // Σ_aa
	n := newArray(r, r+1)   // Σ_na
	for i := range r {
		copy(a.row(i), m.CovMM[i])
		a.set(i, r, m.CovMI[i])
		a.set(r, i, m.CovMI[i])
		copy(n.row(i), m.CovNM[i])
		n.set(i, r, m.CovNI[i])
	}
	a.set(r, r, m.VarI)
	known, err := DenseNoise(a.dense())
	if err != nil {
		return Population{}, fmt.Errorf("covariance of (m, I): %w", err)
	}
	root, err := covarianceRoot(known.full) // Σ_aa = X Xᵀ
	if err != nil {
		return Population{}, err
	}
	weights, rest, err := regressionOn(root, n) // Y with Σ_na = Y Xᵀ
	if err != nil {
		return Population{}, err
	}
	nn := weights.mulT(weights).plus(rest.mulT(rest).scaled(1 / asymmetry)).symmetrized()
	size := 2*r + 1
	cov := mat.NewSymDense(size, nil)
	for i := range r {
		for j := range r {
			cov.SetSym(i, j, known.full.at(i, j))
			cov.SetSym(r+i, r+j, nn.at(i, j))
			cov.SetSym(r+i, j, n.at(i, j))
		}
		cov.SetSym(i, 2*r, a.at(i, r))
		cov.SetSym(r+i, 2*r, n.at(i, r))
	}
	cov.SetSym(2*r, 2*r, m.VarI)
	mean := append(append(append([]float64(nil), m.MeanM...), m.MeanN...), m.MeanI)
	return Population{m.Weight, mean, cov}, nil
}

// check refuses moments of different ranks, and numbers that are not finite.
func (m Moments) check() error {
	r := len(m.MeanM)
	if r == 0 {
		return invalidf("mean of m is empty, want R ≥ 1 entries")
	}
	for _, v := range []struct {
		name   string
		values []float64
	}{{"mean of m", m.MeanM}, {"mean of n", m.MeanN}, {"Σ_mI", m.CovMI}, {"Σ_nI", m.CovNI}} {
		if err := finiteVector(v.name, v.values, r); err != nil {
			return err
		}
	}
	if err := finiteVector("weight, mean and variance of I", []float64{m.Weight, m.MeanI, m.VarI}, 3); err != nil {
		return err
	}
	for _, b := range []struct {
		name string
		rows [][]float64
	}{{"Σ_mm", m.CovMM}, {"Σ_nm", m.CovNM}} {
		if len(b.rows) != r {
			return invalidf("%s has %d rows, want %d", b.name, len(b.rows), r)
		}
		for i, row := range b.rows {
			if err := finiteVector(fmt.Sprintf("%s[%d]", b.name, i), row, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// regressionOn returns the Y of least norm with Y Xᵀ = B, and the rest E of B, in
// deviations of the rows of X. What E lets covary with a direction whose variance
// is lost in rounding would give Y Yᵀ and X Xᵀ an eigenvalue −‖E‖; with a variance
// of E Eᵀ/ε beside that of Y it is −ε, as much as is allowed in any covariance. A B
// that reaches farther beyond the range of X, by √ε of Y, is ErrInvalid.
func regressionOn(x, b array) (y, rest array, err error) {
	deviation := rowNorms(x)
	per := reciprocals(deviation)
	scaled := x.scaledRows(per)
	target := b.scaledColumns(per)
	u, s, v, err := scaled.svd()
	if err != nil {
		return y, rest, err
	}
	y = target.mul(u)
	for i := range y.rows {
		for k, sk := range s {
			y.row(i)[k] /= sk
		}
	}
	y = y.mulT(v)
	rest = target.minus(y.mulT(scaled))
	for i, norm := range rowNorms(y) {
		for j := range b.cols {
			left := rest.at(i, j)
			if deviation[j] == 0 && b.at(i, j) != 0 || !(left*left <= asymmetry*norm*norm) {
				return y, rest, invalidf("entry (%d,%d) of the covariance of n with (m, I) is %v, which no variance of (m, I) goes with", i, j, b.at(i, j))
			}
		}
	}
	return y, rest, nil
}

// MinimalCompletion returns the mixture with every Σ_nn replaced by the
// smallest that its other moments allow: the same mean field, with the least
// sampling noise. (M4, M14)
func (m *Mixture) MinimalCompletion() (*Mixture, error) {
	pops := make([]Population, len(m.pops))
	for p := range m.pops {
		var err error
		if pops[p], err = m.pops[p].Complete(); err != nil {
			return nil, inPopulation(p, err)
		}
	}
	return NewMixture(m.phi, pops)
}

// MixtureOfMoments returns the mixture of populations of these moments, each
// with its minimal completion.
func MixtureOfMoments(phi Nonlinearity, moments []Moments) (*Mixture, error) {
	pops := make([]Population, len(moments))
	for p := range moments {
		var err error
		if pops[p], err = moments[p].Complete(); err != nil {
			return nil, inPopulation(p, err)
		}
	}
	return NewMixture(phi, pops)
}

func inPopulation(p int, err error) error { return fmt.Errorf("population %d: %w", p, err) }
