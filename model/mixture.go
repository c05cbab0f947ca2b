package model

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Population is one component of a Gaussian mixture: the share of the units
// that belong to it, and the law of their loadings.
type Population struct {
	Weight float64       // α ≥ 0
	Mean   []float64     // of (m¹ … m^R, n¹ … n^R, I), length 2R+1
	Cov    mat.Symmetric // of the same, (2R+1)×(2R+1), positive semidefinite; singular and zero are legal
}

// Mixture is a Gaussian-mixture low-rank network as a law: unit i of
//
//	ẋ_i = −x_i + (1/N) Σ_j Σ_r m_i^r n_j^r φ(x_j) + I_i
//
// belongs to population p with probability α_p, and its loadings (m, n, I) are
// Gaussian with the mean and covariance of that population. Time is in units
// of τ. Sample draws a network of N units, Circuit is the limit N → ∞. A
// Mixture is immutable. (B, arXiv:2007.02062, section 2.)
type Mixture struct {
	phi  Nonlinearity
	rank int
	pops []population
}

// population is Population, validated, its blocks apart.
type population struct {
	weight float64
	mean   []float64
	cov    array
	Moments
}

// NewMixture returns the mixture of populations, copied. One that is empty,
// weights that are negative or do not sum to 1, means of different or even
// lengths, and a covariance that is not symmetric, positive semidefinite and of
// the mean's size, are ErrInvalid, with the population and the entry named.
func NewMixture(phi Nonlinearity, populations []Population) (*Mixture, error) {
	if phi.value == nil {
		return nil, invalidf("nonlinearity is missing")
	}
	if len(populations) == 0 {
		return nil, invalidf("a mixture needs at least one population")
	}
	size := len(populations[0].Mean)
	if size < 3 || size%2 == 0 {
		return nil, invalidf("population 0: mean has %d entries, want 2R+1 for a rank R ≥ 1", size)
	}
	out := &Mixture{phi: phi, rank: size / 2}
	total := 0.0
	for p, given := range populations {
		pop, err := newPopulation(given, size)
		if err != nil {
			return nil, inPopulation(p, err)
		}
		out.pops = append(out.pops, pop)
		total += given.Weight
	}
	if !(math.Abs(total-1) <= asymmetry) {
		return nil, invalidf("weights of the populations sum to %v, want 1", total)
	}
	return out, nil
}

func newPopulation(of Population, size int) (population, error) {
	if !(of.Weight >= 0) || math.IsInf(of.Weight, 0) {
		return population{}, invalidf("weight is %v, want a number ≥ 0", of.Weight)
	}
	if err := finiteVector("mean", of.Mean, size); err != nil {
		return population{}, err
	}
	if given(of.Cov) == nil {
		return population{}, invalidf("covariance is missing")
	}
	if n := of.Cov.SymmetricDim(); n != size {
		return population{}, invalidf("covariance is %d×%d, want %d×%d as mean has entries", n, n, size, size)
	}
	cov, err := DenseNoise(of.Cov)
	if err != nil {
		return population{}, err
	}
	p := population{weight: of.Weight, mean: append([]float64(nil), of.Mean...), cov: cov.full}
	p.Moments = momentsOf(p)
	return p, nil
}

// momentsOf cuts mean and covariance into the blocks of m, n and I.
func momentsOf(p population) Moments {
	r, block := len(p.mean)/2, func(i, j, rows, cols int) [][]float64 {
		out := make([][]float64, rows)
		for k := range out {
			out[k] = append([]float64(nil), p.cov.row(i + k)[j:j+cols]...)
		}
		return out
	}
	last := p.cov.row(2 * r)
	return Moments{
		Weight: p.weight,
		MeanM:  p.mean[:r:r], MeanN: p.mean[r : 2*r : 2*r], MeanI: p.mean[2*r],
		CovMM: block(0, 0, r, r), CovNM: block(r, 0, r, r),
		CovMI: last[:r:r], CovNI: last[r : 2*r : 2*r], VarI: last[2*r],
	}
}

// Rank returns R, the number of pairs of loadings.
func (m *Mixture) Rank() int { return m.rank }

// Populations returns P.
func (m *Mixture) Populations() int { return len(m.pops) }

// Nonlinearity returns φ.
func (m *Mixture) Nonlinearity() Nonlinearity { return m.phi }

// Population returns a copy of population p.
func (m *Mixture) Population(p int) Population {
	pop := m.pops[p]
	return Population{pop.weight, append([]float64(nil), pop.mean...), pop.cov.symmetric()}
}

// Moments returns a copy of all that the mean field knows of population p.
func (m *Mixture) Moments(p int) Moments { return m.pops[p].copied() }

// transformed returns the mixture whose loadings are T times those of m, for a
// T (2R+1)×(2R+1).
func (m *Mixture) transformed(t array) (*Mixture, error) {
	pops := make([]Population, len(m.pops))
	for p, pop := range m.pops {
		cov, err := congruent(t, pop.cov)
		if err != nil {
			return nil, inPopulation(p, err)
		}
		pops[p] = Population{pop.weight, t.timesVector(pop.mean), cov}
	}
	return NewMixture(m.phi, pops)
}

// congruent returns T Σ Tᵀ. What rounding leaves of a variance that cancels may be no
// covariance: then it is that of T X, Σ = X Xᵀ, without what is negligible there.
func congruent(t, cov array) (*mat.SymDense, error) {
	product := t.mul(cov).mulT(t).symmetric()
	if _, err := DenseNoise(product); err == nil {
		return product, nil
	}
	x, err := covarianceRoot(cov)
	if err != nil {
		return nil, err
	}
	x = compress(t.mul(x), reach(t, rowNorms(x)))
	return x.mulT(x).symmetric(), nil
}

// ScaleInput returns the mixture with the input I v in place of I: the network
// while its input signal rests at v.
func (m *Mixture) ScaleInput(v float64) (*Mixture, error) {
	if err := finiteVector("v", []float64{v}, 1); err != nil {
		return nil, err
	}
	t := identityArray(2*m.rank + 1)
	t.set(2*m.rank, 2*m.rank, v)
	return m.transformed(t)
}

// Gauge returns the mixture of the loadings M G and N G⁻ᵀ for an invertible G
// (R×R): the same networks, J = (1/N) M Nᵀ unchanged, in the latents G⁻¹κ, of
// the mean field G⁻¹F(Gκ). Its moments are Gᵀa_m, G⁻¹a_n, GᵀΣ_mm G, G⁻¹Σ_nm G,
// GᵀΣ_mI, G⁻¹Σ_nI. A G that is singular at working precision is ErrSingular.
// (M5)
func (m *Mixture) Gauge(g mat.Matrix) (*Mixture, error) {
	gauge, inverse, err := gaugeOf(g, m.rank)
	if err != nil {
		return nil, err
	}
	t := identityArray(2*m.rank + 1)
	for i := range m.rank {
		for j := range m.rank {
			t.set(i, j, gauge.at(j, i))
			t.set(m.rank+i, m.rank+j, inverse.at(i, j))
		}
	}
	return m.transformed(t)
}

// gaugeOf validates a G (R×R) and returns it with its inverse.
func gaugeOf(g mat.Matrix, rank int) (gauge, inverse array, err error) {
	if given(g) == nil {
		return gauge, inverse, invalidf("G is missing")
	}
	if rows, cols := g.Dims(); rows != rank || cols != rank {
		return gauge, inverse, invalidf("G is %d×%d, want %d×%d", rows, cols, rank, rank)
	}
	if err := finiteMatrix("G", g); err != nil {
		return gauge, inverse, err
	}
	var inv mat.Dense
	if err := inv.Inverse(g); err != nil {
		return gauge, inverse, fmt.Errorf("%w: G: %v", ErrSingular, err)
	}
	return arrayOf(g), arrayOf(&inv), nil
}
