package meanfield

import (
	"fmt"
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// fitted is what oracles know of a fit: the design matrix Φ (K×columns) by quadrature, a column ⟨φ⟩ a feature and one
// ⟨φ'⟩ d_r κ_r for each d_r > 0, Σ_mm = diag(d²).
type fitted struct {
	generators.Fitting
	u      float64
	design [][]float64
	owner  []int // feature of a column
	along  []int // r of a column ⟨φ'⟩d_rκ_r, −1 for ⟨φ⟩
	off    float64
}

// newFitted computes Φ of the first count features, and a bound on what averages within 2^13 u change in it, in the Frobenius norm.
func newFitted(c generators.Fitting, count int, u float64) (*fitted, error) {
	t := &fitted{Fitting: c, u: u}
	for p := range count {
		t.owner, t.along = append(t.owner, p), append(t.along, -1)
		for r, d := range c.Dev[p] {
			if d != 0 {
				t.owner, t.along = append(t.owner, p), append(t.along, r)
			}
		}
	}
	square := 0.0
	for _, kappa := range c.Points {
		row := make([]float64, 0, len(t.owner))
		for p := range count {
			mu, delta, size := c.MeanI[p], c.DevI[p]*c.DevI[p], math.Abs(c.MeanI[p])
			for r, k := range kappa {
				mu += c.MeanM[p][r] * k
				size += math.Abs(c.MeanM[p][r] * k)
				delta += k * k * c.Dev[p][r] * c.Dev[p][r]
			}
			value, off, err := quadrature.Average(c.Nonlinearity, 0, mu, delta)
			if err != nil {
				return nil, err
			}
			row = append(row, value)
			square += sq(off + u*averageAccuracy*max(1, math.Abs(value)) + 16*u*(size+delta))
			slope, off := 0.0, 0.0
			if delta > 0 {
				if slope, off, err = quadrature.Average(c.Nonlinearity, 1, mu, delta); err != nil {
					return nil, err
				}
			}
			for r, d := range c.Dev[p] {
				if d == 0 {
					continue
				}
				if delta == 0 && kappa[r] == 0 { // 0 whatever φ' is
					row = append(row, 0)
					continue
				}
				row = append(row, slope*d*kappa[r])
				// |dφ'/dμ|, |dφ'/dΔ| ≤ 1/√Δ, 1/Δ for slopes of at most 1.
				square += sq(d * kappa[r] * (off + u*averageAccuracy + 16*u*(size/math.Sqrt(delta)+1)))
			}
		}
		t.design = append(t.design, row)
	}
	t.off = math.Sqrt(square)
	return t, nil
}

func sq(x float64) float64 { return x * x }

// coefficients returns what c prescribes for the first count features (columns×R).
func (t *fitted) coefficients(count int) [][]float64 {
	out := zeroRows(len(t.owner), t.Rank())
	for j, p := range t.owner {
		for r := range out[j] {
			switch {
			case p >= count:
			case t.along[j] < 0:
				out[j][r] = t.CoefMean[p][r]
			default:
				out[j][r] = t.CoefCov[p][r][t.along[j]]
			}
		}
	}
	return out
}

// of reads the coefficients off a mixture: α a_n and α Σ_nm diag(d)⁻¹. What it may not have is an error.
func (t *fitted) of(m *model.Mixture) ([][]float64, error) {
	if m == nil || m.Rank() != t.Rank() || m.Populations() != t.owner[len(t.owner)-1]+1 {
		return nil, fmt.Errorf("the mixture fitted does not have the rank and populations of the features")
	}
	out := zeroRows(len(t.owner), t.Rank())
	for j, p := range t.owner {
		moments := m.Moments(p)
		for r := range out[j] {
			if s := t.along[j]; s < 0 {
				out[j][r] = moments.Weight * moments.MeanN[r]
			} else {
				out[j][r] = moments.Weight * moments.CovNM[r][s] / t.Dev[p][s]
			}
			for s, d := range t.Dev[p] {
				if d == 0 && moments.CovNM[r][s] != 0 {
					return nil, fmt.Errorf("population %d covaries with an m that does not vary", p)
				}
				if !t.kept(moments.CovMM[s][s], d*d) || !t.kept(moments.MeanM[s], t.MeanM[p][s]) || !t.kept(moments.MeanI, t.MeanI[p]) || !t.kept(moments.VarI, t.DevI[p]*t.DevI[p]) {
					return nil, fmt.Errorf("population %d does not have the law of its feature", p)
				}
			}
		}
	}
	return out, nil
}

// kept reports whether a number is as it was given but for a few roundings, of
// what passes through a factor of a covariance.
func (t *fitted) kept(x, given float64) bool { return math.Abs(x-given) <= 16*t.u*math.Abs(given) }

// stacked returns [Φ; √β 1].
func (t *fitted) stacked(beta float64) [][]float64 {
	out := append([][]float64(nil), t.design...)
	if beta > 0 {
		for j := range t.owner {
			row := make([]float64, len(t.owner))
			row[j] = math.Sqrt(beta)
			out = append(out, row)
		}
	}
	return out
}

// backward bounds, in the Frobenius norm, by how much a backward stable solver changes [Φ; √β 1], the error of Φ included, and the cut of
// singular values where it is rank deficient.
func (t *fitted) backward(beta float64) float64 {
	a := t.stacked(beta)
	return t.off + 64*t.u*float64(len(t.owner)*len(a))*dense.NormFro(a)
}

// root returns (‖Φc − y‖² + β‖c‖²)^½.
func (t *fitted) root(c, y [][]float64, beta float64) float64 {
	return math.Hypot(dense.NormFro(minus(dense.MatMul(t.design, c), y)), math.Sqrt(beta)*dense.NormFro(c))
}

// ridge returns the exact minimizer of ‖Φc − y‖² + β‖c‖² for the Φ and y given as floats, rounded once.
func (t *fitted) ridge(y [][]float64, beta float64) ([][]float64, error) {
	phi, err := exact.FromFloat64(t.design)
	if err != nil {
		return nil, err
	}
	right, err := exact.FromFloat64(y)
	if err != nil {
		return nil, err
	}
	c, err := phi.T().Mul(phi).Add(exact.Identity(len(t.owner)).Scale(theorems.Rational(beta))).Solve(phi.T().Mul(right))
	if err != nil {
		return nil, err
	}
	return c.Float64(), nil
}

// leastObjective returns min ‖Φc − y‖² + β‖c‖² over the columns of Φ, exactly.
func leastObjective(phi, y *exact.Matrix, beta *big.Rat) *big.Rat {
	gram := phi.T().Mul(phi).Add(exact.Identity(phi.Cols()).Scale(beta))
	moment := phi.T().Mul(y)
	explained := moment.T().Mul(gram.GeneralizedInverse()).Mul(moment)
	return y.T().Mul(y).Sub(explained).Trace()
}

// unitField is −κ + Σ_p c_p φ(a_p·κ + I_p), a field of P hidden units.
type unitField struct {
	law    activation
	phi    string // its name
	a      [][]float64
	offset []float64
	c      [][]float64
}

// Dim returns R.
func (f *unitField) Dim() int { return len(f.a[0]) }

// Field returns the field at κ.
func (f *unitField) Field(kappa []float64) ([]float64, error) {
	out := make([]float64, len(kappa))
	for i, k := range kappa {
		out[i] = -k
	}
	for p, a := range f.a {
		y := f.law.value(dense.Dot(a, kappa) + f.offset[p])
		for i := range out {
			out[i] += f.c[p][i] * y
		}
	}
	return out, nil
}

// Jacobian returns −1 + Σ_p φ' c_p a_pᵀ.
func (f *unitField) Jacobian(kappa []float64) (*mat.Dense, error) {
	out := mat.NewDense(len(kappa), len(kappa), nil)
	for i := range kappa {
		out.Set(i, i, -1)
	}
	for p, a := range f.a {
		slope := f.law.slope(dense.Dot(a, kappa) + f.offset[p])
		for i := range kappa {
			for k := range kappa {
				out.Set(i, k, out.At(i, k)+slope*f.c[p][i]*a[k])
			}
		}
	}
	return out, nil
}

// Held returns the mixture of populations without covariance, n = P c.
func (f *unitField) Held() (*model.Mixture, *model.RNN, error) {
	phi, err := model.NonlinearityByName(f.phi)
	if err != nil {
		return nil, nil, err
	}
	count := float64(len(f.a))
	var pops []model.Population
	for p, a := range f.a {
		mean := append([]float64(nil), a...)
		for _, c := range f.c[p] {
			mean = append(mean, count*c)
		}
		size := len(mean) + 1
		pops = append(pops, model.Population{Weight: 1 / count, Mean: append(mean, f.offset[p]), Cov: mat.NewSymDense(size, nil)})
	}
	m, err := model.NewMixture(phi, pops)
	return m, nil, err
}

var _ theorems.HeldField = (*unitField)(nil)

// feedback returns Lip(φ) Σ_p ‖c_p‖‖a_p‖: one less is a logarithmic norm of the field, one more a Lipschitz constant.
func (f *unitField) feedback() float64 {
	sum := 0.0
	for p, a := range f.a {
		sum += f.law.lipschitz * dense.VectorNorm2(a) * dense.VectorNorm2(f.c[p])
	}
	return sum
}
