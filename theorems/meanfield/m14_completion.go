package meanfield

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// Completion is M14.
func Completion() theorems.Theorem {
	mixtures := generators.MixtureOptions{MaxPopulations: 2, Nonlinearity: []string{"tanh", "erf", "hard-tanh"}}
	noisy := generators.MixtureOptions{MaxPopulations: 2, Nonlinearity: []string{"tanh", "erf", "logistic", "hard-tanh"}, Moderate: true, Varying: true}
	return theorems.Theorem{
		Ref: "M14", ID: "meanfield/completion",
		Statement: "With a = (m, I): for Σ_aa ⪰ 0 there is a Σ_nn that makes the covariance of (m, n, I) positive semidefinite iff range Σ_an ⊆ range Σ_aa. The smallest is Σ_na Σ_aa⁺ Σ_an: any other is that plus a " +
			"semidefinite matrix. F is the same for all of them (M4), and of M3's fluctuations the smallest has the least.",
		Source: "+ (B, arXiv:2007.02062, leaves Σ_nn open)",
		Given:  []string{"range Σ_an ⊆ range Σ_aa", "a = (m, I), not m alone", "floating point: λ is above rounding"},
		Needed: []theorems.Witness{fixedLoadingsDoNotCovary(), inputsAreNotForgotten()},
		Why: "In units of standard deviations, with λ the smallest non-zero eigenvalue of the correlations of a and Σ_na = Y Xᵀ, Σ_aa = X Xᵀ, an error E of these moves Y Yᵀ = Σ_nn by ‖E‖/λ of its size; " +
			"E is rounding of an eigenvalue problem of R + 1. What is beyond the range by more than a 2^−18th of a deviation is refused; where the bound of Σ_nn is as large as Σ_nn, " +
			"the range is lost in rounding, and nothing is claimed of floating point.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("Σ_nn = Σ_na Σ_aa⁺ Σ_an, the rest kept", generators.Mixtures(mixtures), judgeCompleted), byCompletion, decideCompleted(minimalCompletion)).
				Visiting("Σ singular", "Σ = 0", "I = 0", "R = 1", "R = 3", "large variance", "small variance", "uncorrelated"),
			theorems.Deciding(theorems.Claim("no completion where n covaries with what does not vary", generators.Mixtures(mixtures), judgeNoCompletion),
				"a completion exists iff range Σ_an ⊆ range Σ_aa", decideNoCompletion(inRange)).Visiting("Σ singular", "Σ = 0"),
			theorems.Deciding(theorems.Claim("one F, the least fluctuation", generators.Embellisheds(noisy), judgeGain), byLeast,
				func(c generators.Embellished) error {
					return decideLeast((*rationalLaw).completed)(generators.MixturePoint{Mixture: c.WithBeside(), Kappa: c.Kappa})
				}).OneRoundIn(3),
		},
		Exact: []theorems.Check{
			theorems.Decide(byCompletion, generators.Embellisheds(mixtures), decideCompletion(minimalCompletion)).Visiting("Σ singular", "Σ = 0", "I = 0"),
		},
		Certificates: []theorems.Certificate{
			certified("Σ_nn − Σ_na Σ_aa⁻¹ Σ_an = S Sᵀ for Σ = L Lᵀ, S = L_n less its part along L_a", []certificate.Shape{{R: 1, K: 2}, {R: 1, K: 4}, {R: 2, K: 3}, {R: 2, K: 5}, {R: 3, K: 4}, {R: 3, K: 7}}, residualEquations(false)),
			certified("Σ_na Σ_aa⁺ Σ_an = B Bᵀ for singular Σ_aa = A Aᵀ, Σ_na = B Aᵀ", []certificate.Shape{{R: 1, K: 1}, {R: 2, K: 1}, {R: 2, K: 2}, {R: 3, K: 2}, {R: 3, K: 3}, {R: 4, K: 3}}, singularEquations),
		},
		Twins: []theorems.Twin{
			completedTwin("regularised", "(Σ_aa + 10⁻⁶)⁻¹ for Σ_aa⁺", func(c blocks) *exact.Matrix {
				ridge := exact.Identity(c.aa.Rows()).Scale(theorems.Rational(0x1p-20))
				inverse, err := c.aa.Add(ridge).Inverse()
				if err != nil {
					return nil
				}
				return c.na.Mul(inverse).Mul(c.na.T())
			}),
			completedTwin("I left out", "Σ_nm Σ_mm⁺ Σ_mn", func(c blocks) *exact.Matrix {
				r := c.na.Rows()
				nm := c.na.Slice(0, r, 0, r)
				return nm.Mul(c.aa.Slice(0, r, 0, r).GeneralizedInverse()).Mul(nm.T())
			}),
			completedTwin("variances alone", "the diagonal of the smallest", func(c blocks) *exact.Matrix { return diagonalOf(minimalCompletion(c)) }),
			completedTwin("inflated", "the largest variance on the whole diagonal", func(c blocks) *exact.Matrix {
				return exact.Identity(c.na.Rows()).Scale(minimalCompletion(c).Trace())
			}),
			completedTwin("no inverse", "Σ_na Σ_an", func(c blocks) *exact.Matrix { return c.na.Mul(c.na.T()) }),
			completedTwin("as n were m", "Σ_mm for Σ_nn", func(c blocks) *exact.Matrix { return c.aa.Slice(0, c.na.Rows(), 0, c.na.Rows()) }),
			completedTwin("never refused", "a pseudo-inverse, and no look at the range", minimalCompletion),
			{Name: "variances are enough", Mistake: "variances of the smallest, correlations 0, taken to be legal", False: []theorems.Check{
				theorems.Decide("diagonal", generators.Embellisheds(mixtures), decideCompletion(func(c blocks) *exact.Matrix { return diagonalOf(minimalCompletion(c)) }))}},
			{Name: "twice the least", Mistake: "twice the smallest taken for minimal", False: []theorems.Check{
				theorems.Decide("twice", generators.Embellisheds(mixtures), decideCompletion(func(c blocks) *exact.Matrix { return minimalCompletion(c).Scale(theorems.Rational(2)) }))}},
			{Name: "all of L_n", Mistake: "Σ_nn − Σ_na Σ_aa⁻¹ Σ_an = L_n L_nᵀ", FalseIdentity: &theorems.Certificate{
				Identity: certificate.Identity{Name: "L_n L_nᵀ", Build: residualEquations(true)}, Shapes: []certificate.Shape{{R: 1, K: 2}, {R: 2, K: 5}}}},
		},
		MaxUnknown: 0.05,
	}
}

// blocks are the covariances of a population that the completion is made from,
// in rationals: Σ_aa of a = (m, I), Σ_na, and a Σ_nn that is legal.
type blocks struct{ aa, na, nn *exact.Matrix }

func blocksOf(m generators.Mixture, p int) (blocks, error) {
	factor, err := exact.FromFloat64(m.Factor(p))
	if err != nil {
		return blocks{}, err
	}
	cov, r := factor.Mul(factor.T()), m.Rank()
	mi := make([]int, 0, r+1)
	for i := range r {
		mi = append(mi, i)
	}
	mi = append(mi, 2*r)
	columns := cov.Columns(mi...)
	return blocks{aa: columns.T().Columns(mi...), na: columns.Slice(r, 2*r, 0, r+1), nn: cov.Slice(r, 2*r, r, 2*r)}, nil
}

// minimalCompletion returns Σ_na Σ_aa⁻ Σ_an: the same for every generalized
// inverse, as the range of Σ_an is in that of Σ_aa.
func minimalCompletion(c blocks) *exact.Matrix {
	return c.na.Mul(c.aa.GeneralizedInverse()).Mul(c.na.T())
}

// momentsOf is what Complete is asked to complete; Σ_na may be another.
func momentsOf(m generators.Mixture, p int, na [][]float64) model.Moments {
	r, cov, mean := m.Rank(), m.Cov(p), m.Mean(p)
	out := model.Moments{Weight: m.Weights()[p], MeanM: mean[:r], MeanN: mean[r : 2*r], MeanI: mean[2*r], VarI: cov[2*r][2*r]}
	for i := range r {
		out.CovMM = append(out.CovMM, cov[i][:r])
		out.CovMI = append(out.CovMI, cov[i][2*r])
		out.CovNM = append(out.CovNM, na[i][:r])
		out.CovNI = append(out.CovNI, na[i][r])
	}
	return out
}

func judgeCompleted(s theorems.Subject, c generators.Mixture) (f theorems.Finding, err error) {
	if s.Complete == nil {
		return f, theorems.Missing("Complete")
	}
	for p := range c.Populations() {
		b, err := blocksOf(c, p)
		if err != nil {
			return f, err
		}
		na := b.na.Float64()
		relative, err := completionError(b, s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		got, err := s.Complete(momentsOf(c, p, na))
		if err != nil {
			return f, err
		}
		r := c.Rank()
		f.Demand("(2R+1)×(2R+1)", isSquare(got, 2*r+1))
		if f.Verdict == theorems.Fails {
			return f, nil
		}
		least := minimalCompletion(b).Float64()
		given := c.Cov(p)
		for i := range got {
			for j := range got {
				if i >= r && j >= r && i < 2*r && j < 2*r {
					size := math.Sqrt(least[i-r][i-r] * least[j-r][j-r])
					f.Expect("|Σ_nn − Σ_na Σ_aa⁺ Σ_an|", math.Abs(got[i][j]-least[i-r][j-r]), relative*size, size)
					continue
				}
				f.Expect("|Σ as given, off Σ_nn|", math.Abs(got[i][j]-given[i][j]), 4*s.UnitRoundoff*math.Abs(given[i][j]), math.Abs(given[i][j]))
			}
		}
	}
	return f, nil
}

// completionError bounds the relative error of Σ_nn, in units of deviations. Where
// that is as large as Σ_nn what varies cannot be told from what does not, and
// nothing is claimed: the error is ErrUndecided.
func completionError(b blocks, u float64) (float64, error) {
	relative := 64 * float64(b.aa.Rows()*b.aa.Rows()) * u / smallestCorrelation(b.aa)
	if !(relative < 0.5) {
		return relative, theorems.ErrUndecided
	}
	return relative, nil
}

// smallestCorrelation returns the smallest eigenvalue of the correlations of a
// that is not exactly 0, 1 if all are.
func smallestCorrelation(aa *exact.Matrix) float64 {
	rows := aa.Float64()
	correlation := make([][]float64, len(rows))
	for i := range rows {
		correlation[i] = make([]float64, len(rows))
		for j := range rows {
			if rows[i][i] > 0 && rows[j][j] > 0 {
				correlation[i][j] = rows[i][j] / math.Sqrt(rows[i][i]) / math.Sqrt(rows[j][j])
			}
		}
	}
	rank := aa.Rank()
	if rank == 0 {
		return 1
	}
	return dense.SingularValues(correlation)[rank-1]
}

// judgeNoCompletion: where Σ_aa has a null vector z, Σ_na + e₁zᵀ has no
// completion, and an error says so.
func judgeNoCompletion(s theorems.Subject, c generators.Mixture) (f theorems.Finding, err error) {
	if s.Complete == nil {
		return f, theorems.Missing("Complete")
	}
	for p := range c.Populations() {
		b, err := blocksOf(c, p)
		if err != nil {
			return f, err
		}
		if _, err := completionError(b, s.UnitRoundoff); err != nil {
			return f, err
		}
		null := b.aa.NullSpace()
		na := b.na.Float64()
		legal := null.Cols() == 0
		if !legal {
			z := null.Columns(0).T().Float64()[0]
			length := dense.VectorNorm2(z)
			reach := 1 + dense.NormFro(na)
			for j := range na[0] { // of a size with the rest
				na[0][j] += reach * z[j] / length
			}
		}
		_, err = s.Complete(momentsOf(c, p, na))
		if err != nil && !errors.Is(err, model.ErrInvalid) {
			return f, err
		}
		f.Demand("an error iff there is no completion", (err == nil) == legal)
	}
	return f, nil
}

// judgeGain: of the mixture as given and with its minimal completion F is one,
// and the fluctuation of the latter is no larger.
func judgeGain(s theorems.Subject, c generators.Embellished) (f theorems.Finding, err error) {
	if s.Complete == nil || s.MeanField == nil || s.FieldVariance == nil {
		return f, theorems.Missing("Complete, MeanField, FieldVariance")
	}
	given := c.WithBeside()
	field, m, err := fieldOf(s, &f, given, c.Kappa)
	if err != nil || f.Verdict == theorems.Fails {
		return f, err
	}
	pops, relative := make([]model.Population, c.Populations()), 0.0
	for p := range pops {
		b, err := blocksOf(given, p)
		if err != nil {
			return f, err
		}
		e, err := completionError(b, s.UnitRoundoff)
		if err != nil {
			return f, err
		}
		relative = max(relative, e)
		cov, err := s.Complete(momentsOf(given, p, b.na.Float64()))
		if err != nil {
			return f, err
		}
		f.Demand("the completion is (2R+1)×(2R+1)", isSquare(cov, 2*c.Rank()+1))
		if f.Verdict == theorems.Fails {
			return f, nil
		}
		pops[p] = model.Population{Weight: given.Weights()[p], Mean: given.Mean(p), Cov: covarianceOf(cov, e)}
	}
	least, err := model.NewMixture(m.Nonlinearity(), pops)
	if err != nil {
		return f, err
	}
	other, err := s.MeanField(least, c.Kappa)
	if err != nil {
		return f, err
	}
	law, u := numbersOf(given), s.UnitRoundoff
	bound, size := law.allowance(c.Kappa, law.sums(u), u)
	for r := range field {
		f.Expect("|F completed − F|", math.Abs(other[r]-field[r]), 2*bound[r], size[r])
	}
	for _, fixed := range []bool{false, true} {
		before, err := s.FieldVariance(m, c.Kappa, fixed)
		if err != nil {
			return f, err
		}
		after, err := s.FieldVariance(least, c.Kappa, fixed)
		if err != nil {
			return f, err
		}
		scale := law.varianceSize(c.Kappa)
		f.Expect("fluctuation gained", max(0, after-before), (16*averageAccuracy*u+relative)*scale, scale)
	}
	return f, nil
}

// varianceSize bounds the magnitudes in tr Cov(n φ): E‖n‖² sup φ².
func (l numberedLaw) varianceSize(kappa []float64) float64 {
	lipschitz, second, _ := precise.Constants(l.phi)
	if jumps(l.phi) > 0 {
		second = 1
	}
	size := 0.0
	for p, weight := range l.weights {
		in := l.at(p, kappa)
		r := len(kappa)
		n := 0.0
		for i := range kappa {
			n += l.means[p][r+i]*l.means[p][r+i] + l.covs[p][r+i][r+i]
		}
		c := dense.VectorNorm2(in.absOver)
		size += weight * (n + 2*math.Sqrt(n)*c*2*lipschitz + c*c*(2*lipschitz*lipschitz+2*second))
	}
	return size
}
