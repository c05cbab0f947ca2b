package bridges

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// OneSpectrum is X1.
func OneSpectrum() theorems.Theorem {
	networks := generators.ReducedOptions{MaxUnits: 8, MaxRank: 4, Nonlinearity: generators.AllNonlinearities}
	small := generators.ReducedOptions{MaxUnits: 5, MaxRank: 3, Nonlinearity: []string{"identity"}}
	mixtures := generators.MixtureOptions{MaxRank: 2, MaxPopulations: 2, Nonlinearity: generators.SmoothNonlinearities, Moderate: true, Varying: true}
	return theorems.Theorem{
		Ref: "X1", ID: "bridges/one-spectrum",
		Statement: "At x = Mκ + I and R ≤ N the Jacobian of N units, −1 + (1/N) M NᵀD with D = diag φ'(x), has the spectrum of −1 + (1/N) NᵀDM (R×R), the Jacobian of M1, and −1, N − R times. " +
			"Sampled from a mixture, with labels drawn, the latter is DF(κ) of the mean field on average at every N, and deviates from it as N^−½.",
		Source: "+",
		Given:  []string{"R ≤ N", "the leak is common to all units"},
		Needed: []theorems.Witness{moreLoadingsThanUnits(), ownLeaksHaveOwnSpectra()},
		Why: "An entry is a sum of N products n φ'(x) m, each off by 8u and by the rounding of x times φ''/φ' ≤ 2. Power sums of the eigenvalues are traces of powers of either matrix: k factors, each off by that, no eigenvalue condition. " +
			"Means over sampled networks: E (n φ' m)² ≤ Lip² E n²m² bounds the variance of an entry, and an e-process (Delyon) tests its mean: a false alarm has probability 10⁻²² an instance at most.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("entries of the R×R Jacobian", generators.Reduceds(networks), judgeReducedJacobian), bySpectrum, decideAtSlopes(beyondRank)).
				Visiting("N = 1", "R = N", "R > N", "dependent loadings", "saturated units", "κ = 0", "relu", "NᵀM = 0"),
			theorems.Deciding(theorems.Claim("power sums of N and of R eigenvalues", generators.Reduceds(networks), judgePowerSums), bySpectrum, decideAtSlopes(beyondRank)).Visiting("N = 1", "R = 1", "R > N", "small loadings"),
			theorems.Deciding(theorems.Claim("DF_N is DF on average", generators.MixturePoints(mixtures), judgeLimit), byMeanSlopes, decideMeanSlopes(1, 1, 1)).Visiting("R = 1").OneRoundIn(16),
			theorems.Claim("N (DF_N − DF)² at two N", generators.MixturePoints(mixtures), judgeRate).OneRoundIn(16).NotExactly("a rate is judged by samples"),
		},
		Exact: []theorems.Check{
			theorems.Decide("one characteristic polynomial, any slopes", generators.Reduceds(small), func(c generators.Reduced) error {
				return decideOneSpectrum(c, beyondRank)
			}).Visiting("N = 1", "R = N", "R > N", "dependent loadings", "NᵀM = 0"),
		},
		Certificates: []theorems.Certificate{
			certified("det(t + 1 − c M NᵀD) = (t + 1)^(N−R) det(t + 1 − c NᵀDM)", reducedShapes(), spectrumEquations(func(s certificate.Shape) int { return s.N - s.R })),
			certified("J_N M = M J_R, NᵀD J_N = J_R NᵀD", reducedShapes(), intertwiningEquations),
		},
		Twins: []theorems.Twin{
			jacobianTwin("1/N twice", "divided by N again", func(at reducedSite, r, s int) float64 { return at.entry(r, s, at.slope) / at.units() }),
			jacobianTwin("1/N never", "NᵀDM", func(at reducedSite, r, s int) float64 { return at.entry(r, s, at.slope) * at.units() }),
			jacobianTwin("M and N exchanged", "(1/N) MᵀDN", func(at reducedSite, r, s int) float64 { return at.entry(s, r, at.slope) }),
			jacobianTwin("I not heard", "D at Mκ", func(at reducedSite, r, s int) float64 { return at.entry(r, s, at.deafSlope) }),
			jacobianTwin("D left out", "(1/N) NᵀM", func(at reducedSite, r, s int) float64 { return at.entry(r, s, func(int) float64 { return 1 }) }),
			jacobianTwin("slopes at the outputs", "D = diag φ'(φ(x))", func(at reducedSite, r, s int) float64 { return at.entry(r, s, at.outputSlope) }),
			{Name: "leak left out", Mistake: "(1/N) NᵀDM for −1 + (1/N) NᵀDM", Break: func(s theorems.Subject) theorems.Subject {
				right := s.ReducedJacobian
				s.ReducedJacobian = func(net *model.ReducedNetwork, kappa []float64) ([][]float64, error) {
					j, err := right(net, kappa)
					for r := range j {
						j[r][r]++
					}
					return j, err
				}
				return s
			}},
			{Name: "units repeated", Mistake: "four units drawn, and repeated", Break: func(s theorems.Subject) theorems.Subject {
				right := s.SampleMixture
				s.SampleMixture = func(m *model.Mixture, sampling model.MixtureSampling, seed uint64) (*model.SampledNetwork, error) {
					units := sampling.Units
					sampling.Units = 4
					net, err := right(m, sampling, seed)
					if err != nil {
						return nil, err
					}
					return repeated(net, units)
				}
				return s
			}},
			{Name: "couplings for the Jacobian", Mistake: "Σ α⟨φ'⟩Σ_nm − 1 for DF", Break: func(s theorems.Subject) theorems.Subject {
				s.MeanFieldJacobian = func(m *model.Mixture, kappa []float64) ([][]float64, error) {
					couplings, _, err := m.Circuit().Couplings(kappa)
					if err != nil {
						return nil, err
					}
					j := theorems.Rows(couplings)
					for r := range j {
						j[r][r]--
					}
					return j, nil
				}
				return s
			}},
			{Name: "N − 2R in the identity", Mistake: "−1 only N − 2R times", FalseIdentity: &theorems.Certificate{
				Identity: certificate.Identity{Name: "(t+1)^(N−2R)", Build: spectrumEquations(func(s certificate.Shape) int { return max(0, s.N-2*s.R) })},
				Shapes:   []certificate.Shape{{N: 3, R: 1}, {N: 5, R: 2}, {N: 8, R: 3}}}},
		},
		MaxUnknown: 0.05,
	}
}

// certified is a certificate of equations.
func certified(name string, shapes []certificate.Shape, build func(b *certificate.Builder, s certificate.Shape) []certificate.Equation) theorems.Certificate {
	return theorems.Certificate{Identity: certificate.Identity{Name: name, Build: build}, Shapes: shapes}
}

// slopes are D and the net inputs with their sizes, correctly rounded.
type slopes struct {
	generators.Reduced
	d, size []float64
}

func slopesOf(c generators.Reduced) (*slopes, error) {
	out := &slopes{c, make([]float64, c.Units()), make([]float64, c.Units())}
	for i := range out.d {
		x := c.I[i]
		out.size[i] = math.Abs(x)
		for r, k := range c.Kappa {
			x += c.M[i][r] * k
			out.size[i] += math.Abs(c.M[i][r] * k)
		}
		var err error
		if out.d[i], err = precise.Phi(c.Nonlinearity, x, 1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// reduced returns (1/N) NᵀDM (R×R), and the error that each entry may have.
func (d *slopes) reduced(u float64) (j, allowed [][]float64) {
	rank, units := d.Rank(), float64(d.Units())
	j, allowed = make([][]float64, rank), make([][]float64, rank)
	for r := range j {
		j[r], allowed[r] = make([]float64, rank), make([]float64, rank)
		for s := range j {
			for i := range d.d {
				term := d.N[i][r] * d.d[i] * d.M[i][s] / units
				j[r][s] += term
				allowed[r][s] += math.Abs(term) * (units + 16 + 4*(float64(rank)+2)*d.size[i]) * u
			}
		}
	}
	return j, allowed
}

// reducedJacobian asks the subject for its R×R Jacobian.
func reducedJacobian(s theorems.Subject, f *theorems.Finding, c generators.Reduced) ([][]float64, error) {
	net, err := c.Model()
	if err != nil {
		return nil, err
	}
	got, err := s.ReducedJacobian(net, c.Kappa)
	if err == nil {
		f.Demand("R×R", len(got) == c.Rank() && len(got[0]) == c.Rank())
	}
	return got, err
}

func judgeReducedJacobian(s theorems.Subject, c generators.Reduced) (f theorems.Finding, err error) {
	if s.ReducedJacobian == nil {
		return f, theorems.Missing("ReducedJacobian")
	}
	d, err := slopesOf(c)
	if err != nil {
		return f, err
	}
	got, err := reducedJacobian(s, &f, c)
	if err != nil || f.Verdict == theorems.Fails {
		return f, err
	}
	truth, allowed := d.reduced(s.UnitRoundoff)
	for r := range got {
		for k := range got {
			want := truth[r][k]
			if r == k {
				want--
			}
			scale := math.Abs(want) + allowed[r][k]/s.UnitRoundoff/float64(c.Units()+16)
			f.Expect("|−δ + (1/N) Σ n φ'(x) m − entry|", math.Abs(got[r][k]-want), 2*allowed[r][k]+4*s.UnitRoundoff*(math.Abs(want)+1), scale+1)
		}
	}
	return f, nil
}

// judgePowerSums: Σ (1 + λ)ᵏ over the N eigenvalues of the Jacobian of N units,
// by its entries, is that over the R of the subject's: tr (J + 1)ᵏ for every k
// says that the spectra are one, but for −1.
func judgePowerSums(s theorems.Subject, c generators.Reduced) (f theorems.Finding, err error) {
	if s.ReducedJacobian == nil {
		return f, theorems.Missing("ReducedJacobian")
	}
	d, err := slopesOf(c)
	if err != nil {
		return f, err
	}
	got, err := reducedJacobian(s, &f, c)
	if err != nil || f.Verdict == theorems.Fails {
		return f, err
	}
	units, rank, u := c.Units(), c.Rank(), s.UnitRoundoff
	full := make([][]float64, units) // (1/N) M NᵀD
	for i := range full {
		full[i] = make([]float64, units)
		for j := range full[i] {
			full[i][j] = dense.Dot(c.M[i], c.N[j]) * d.d[j] / float64(units)
		}
	}
	small, sizes := make([][]float64, rank), make([][]float64, rank)
	slack := float64(units + 16)
	for i := range d.size {
		slack = max(slack, float64(units+16)+4*float64(rank+2)*d.size[i])
	}
	for r := range small {
		small[r], sizes[r] = append([]float64(nil), got[r]...), make([]float64, rank)
		small[r][r]++
		for k := range small {
			for i := range d.d {
				sizes[r][k] += math.Abs(c.N[i][r]*d.d[i]*c.M[i][k]) / float64(units)
			}
		}
		sizes[r][r] += 2 // of which 1 is subtracted, and added again
	}
	powers := min(max(units, rank), 5)
	big, _ := dense.TracePowers(full, powers)
	little, _ := dense.TracePowers(small, powers)
	_, most := dense.TracePowers(sizes, powers)
	for k := range big {
		f.Expect("|Σ (1+λ)ᵏ over N − over R|", math.Abs(big[k]-little[k]), 2*float64(k+1)*(slack+float64(rank))*u*most[k], most[k])
	}
	return f, nil
}
