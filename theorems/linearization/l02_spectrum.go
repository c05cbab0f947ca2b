package linearization

import (
	"math"
	"math/cmplx"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// Spectrum is L2.
func Spectrum() theorems.Theorem {
	full, lowRank := spectrumNetworks(), spectrumNetworks()
	full.Connectivity, lowRank.Connectivity = generators.OnlyDense, generators.OnlyLowRank
	return theorems.Theorem{
		Ref: "L2", ID: "linearization/spectrum",
		Statement: "For every W and diagonal D, singular or not, det(tI − WD) = det(tI − DW): M_x and M_r have one spectrum. " +
			"For W = M Nᵀ with R loadings, det(tI − M NᵀD) = t^(N−R) det(tI − NᵀDM): at least N − R eigenvalues are −1/τ.",
		Source: "P (arXiv:2309.04030), section 3; low rank +",
		Given:  []string{"D is diagonal", "τ is scalar, for the low-rank half"},
		Needed: []theorems.Witness{unitWiseTauBreaksLowRank()},
		Why: "Power sums of computed eigenvalues are traces of powers of A + E with ‖E‖ the solver's backward error 10Nu‖A‖_F, " +
			"so the k-th misses tr Aᵏ by at most k·N·(‖A‖+‖E‖)^(k−1)‖E‖: no eigenvalue condition enters. Traces of the two matrices differ by their own rounding.",
		Claims: []theorems.Check{
			rechecked(atPoints("traces of both matrices", spectrumNetworks(), judgeTraces).Visiting(pointEdges...), "one characteristic polynomial", decideOneCharPoly),
			rechecked(atPoints("power sums, dense", full, judgePowerSums).Visiting(pointEdges...), "one characteristic polynomial", decideOneCharPoly),
			rechecked(atPoints("power sums, low rank", lowRank, judgePowerSums).
				Visiting("low rank", "scale 1/N", "R = N", "dependent loadings"), "one characteristic polynomial", decideOneCharPoly),
		},
		Exact: []theorems.Check{onPairs("one characteristic polynomial", decideOneCharPoly)},
		Certificates: []theorems.Certificate{
			identity("det(tI−WD) = det(tI−DW)", squares(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
				w, d, ti := b.Matrix("W", s.N, s.N), b.Diagonal("D", s.N), b.Identity(s.N).Scaled(b.Scalar("t"))
				return []certificate.Equation{ti.Minus(w.Times(d)).Det().Equals(ti.Minus(d.Times(w)).Det())}
			}),
			lowRankIdentity("det(tI−MNᵀD) = t^(N−R) det(tI−NᵀDM)", func(s certificate.Shape) int { return s.N - s.R }),
		},
		Twins: []theorems.Twin{
			spectrumTwin("D left out of the overlap", "eigenvalues of NᵀM instead of NᵀDM", func(net *model.RNN, x []float64) (*model.Spectrum, error) {
				linear, err := rebuilt(net, func(c *model.RNNConfig) { c.Nonlinearity = model.Identity() })
				if err != nil {
					return nil, err
				}
				return theorems.Model().Spectrum(linear, x)
			}),
			spectrumTwin("scale lost", "a factor N too many: 1/N forgotten in W = M Nᵀ/N", func(net *model.RNN, x []float64) (*model.Spectrum, error) {
				other, err := rebuilt(net, func(c *model.RNNConfig) { c.Connectivity = rescaled(c.Connectivity) })
				if err != nil {
					return nil, err
				}
				return theorems.Model().Spectrum(other, x)
			}),
			spectrumTwin("N−2R trivial eigenvalues", "the multiplicity of −1/τ taken for N − 2R", func(net *model.RNN, x []float64) (*model.Spectrum, error) {
				s, err := theorems.Model().Spectrum(net, x)
				if err != nil {
					return nil, err
				}
				for i := range s.Trivial {
					s.Trivial[i].Count -= len(s.Values)
				}
				return s, nil
			}),
			spectrumTwin("leak left out", "eigenvalues μ/τ of WD reported as those of −I + WD", func(net *model.RNN, x []float64) (*model.Spectrum, error) {
				s, err := theorems.Model().Spectrum(net, x)
				if err != nil {
					return nil, err
				}
				for i := range s.Values {
					s.Values[i] += complex(1/net.Tau(0), 0)
				}
				return s, nil
			}),
			linearizeTwin("D twice", "M_r = −I + D W D", func(at site, l *theorems.Linearizations) {
				eachEntry(l.Activity.Matrix, func(i, j int, m float64) float64 {
					diagonal := kronecker(i, j) / at.net.Tau(i)
					return (m+diagonal)*at.d[j] - diagonal
				})
			}),
			{Name: "N−2R in the identity", Mistake: "t^(N−2R) in front of the small determinant",
				FalseIdentity: falseLowRank("t^(N−2R)", func(s certificate.Shape) int { return max(0, s.N-2*s.R) })},
		},
		MaxUnknown: 0.1,
	}
}

// spectrumNetworks has every kind and nonlinearity, and more than their share
// of those where mistakes about spectra show: rotations, tanh.
func spectrumNetworks() generators.NetworkOptions {
	return generators.NetworkOptions{MaxUnits: 8,
		Nonlinearity: append([]string{"tanh", "tanh", "tanh"}, generators.AllNonlinearities...),
		Kinds: append([]generators.Kind{generators.KindNamed("skew"), generators.KindNamed("skew"),
			generators.KindNamed("prescribed spectrum"), generators.KindNamed("prescribed spectrum")}, generators.Zoo()...),
	}
}

// pointEdges are the hard cases of section 2 that generated points visit.
var pointEdges = []string{"N = 1", "W = 0", "W singular", "W nilpotent", "W defective", "nearly defective", "clustered spectrum",
	"complex spectrum", "graded rows", "repeated eigenvalue", "D singular", "D = 0", "saturated units"}

// judgeTraces compares tr M_xᵏ and tr M_rᵏ, k = 1 … N, of the subject's two
// matrices: equal for all k iff the characteristic polynomials are.
func judgeTraces(f *theorems.Finding, t *truth, s theorems.Subject) error {
	l, err := t.linearizationsOf(s, f)
	if l == nil {
		return err
	}
	x, absX := dense.TracePowers(l.Activation.Matrix, t.n)
	r, absR := dense.TracePowers(l.Activity.Matrix, t.n)
	slope := 0.0 // relative error that slopes may have in one form and not in the other
	for i := range t.d {
		if t.d[i] > 0 {
			slope = max(slope, t.dErr[i]/t.d[i])
		}
	}
	for k := range x {
		rounding := (float64((k+1)*(t.n+t.rank+6))*t.u + float64(k+1)*slope) * (absX[k] + absR[k])
		f.Expect("|tr M_xᵏ − tr M_rᵏ|", math.Abs(x[k]-r[k]), 2*rounding, absX[k]+absR[k])
	}
	return nil
}

// linearizationsOf asks the subject for its linearizations, and returns nil if
// it has none of the right shape.
func (t *truth) linearizationsOf(s theorems.Subject, f *theorems.Finding) (*theorems.Linearizations, error) {
	if s.Linearize == nil {
		return nil, theorems.Missing("Linearize")
	}
	l, err := s.Linearize(t.net, t.x)
	if err != nil {
		return nil, err
	}
	for _, m := range [][][]float64{l.Activation.Matrix, l.Activity.Matrix} {
		f.Demand("matrices are N×N", len(m) == t.n && len(m[0]) == t.n)
	}
	for _, b := range [][][]float64{l.Activation.Input, l.Activity.Input} {
		f.Demand("inputs are N×q", len(t.input) == 0 || len(b) == t.n && len(b[0]) == len(t.input))
	}
	if f.Verdict == theorems.Fails {
		return nil, nil
	}
	return l, nil
}

// judgePowerSums compares Σ μᵏ over the subject's eigenvalues with tr (WD)ᵏ:
// a comparison of multisets that matches no eigenvalue with another.
func judgePowerSums(f *theorems.Finding, t *truth, s theorems.Subject) error {
	if s.Spectrum == nil {
		return theorems.Missing("Spectrum")
	}
	spectrum, err := s.Spectrum(t.net, t.x)
	if err == nil {
		t.expectPowerSums(f, spectrum)
	}
	return err
}

// expectPowerSums is for a scalar τ.
func (t *truth) expectPowerSums(f *theorems.Finding, spectrum *model.Spectrum) {
	tau := t.tau[0]
	count := len(spectrum.Values)
	for _, trivial := range spectrum.Trivial {
		f.Expect("trivial eigenvalue is −1/τ", math.Abs(trivial.Value+1/tau), 2*t.u/tau, 1/tau)
		count += trivial.Count
	}
	f.Demand("N eigenvalues", count == t.n)

	traces, absTraces, size := t.traces(min(t.n, 6))
	n := float64(t.n)
	backward := 10*n*t.u*size + t.units()*t.u*(size+t.overlap) + slopeError(t)
	backward += 4 * t.u     // 1 + τλ, where λ = (−1 + μ)/τ was rounded
	if spectrum.Mu == nil { // the solver may have had M_x, of norm √N/τ and more
		backward += 10 * n * t.u * math.Sqrt(n)
	}
	reach := size + max(t.overlap, 0) + backward
	for k := 1; k <= len(traces); k++ {
		var sum complex128
		largest := 0.0
		for i, lambda := range spectrum.Values {
			mu := 1 + lambda*complex(tau, 0)
			if spectrum.Mu != nil {
				mu = spectrum.Mu[i]
			}
			sum += cmplx.Pow(mu, complex(float64(k), 0))
			largest = max(largest, cmplx.Abs(mu))
		}
		bound := float64(k)*n*math.Pow(reach+4*t.u*largest, float64(k-1))*(backward+4*t.u*largest) +
			float64(k*t.n+4)*t.u*absTraces[k-1] + n*t.smallest
		scale := n*math.Pow(reach, float64(k)) + t.smallest
		f.Expect("|Σ μᵏ − tr (WD)ᵏ|", cmplx.Abs(sum-complex(traces[k-1], 0)), bound, scale)
	}
	if spectrum.Mu != nil {
		for i, mu := range spectrum.Mu {
			off := cmplx.Abs(1 + spectrum.Values[i]*complex(tau, 0) - mu)
			f.Expect("|1 + τλ − μ|", off, 8*t.u*(1+cmplx.Abs(mu)), 1+cmplx.Abs(mu))
		}
	}
}

// traces returns tr (WD)ᵏ, k = 1 … powers, what rounding of them scales with,
// and ‖|W|D‖_F. By loadings, tr (scale·M NᵀD)ᵏ = tr (scale·NᵀDM)ᵏ.
func (t *truth) traces(powers int) (traces, absTraces []float64, size float64) {
	var a, abs [][]float64
	if l, ok := t.connectivity.(loadings); ok {
		a, abs = l.overlap(t.d)
		powers = min(powers, len(a)+1)
	} else {
		a, abs = make([][]float64, t.n), make([][]float64, t.n)
		for i := range a {
			a[i], abs[i] = make([]float64, t.n), make([]float64, t.n)
			for j := range a[i] {
				a[i][j], abs[i][j] = t.w[i][j]*t.d[j], t.absW[i][j]*(t.d[j]+t.dErr[j])
			}
		}
	}
	traces, absTraces = dense.TracePowers(a, powers)
	_, larger := dense.TracePowers(abs, powers)
	for k := range absTraces {
		absTraces[k] += larger[k]
	}
	rows := make([]float64, t.n)
	for i := range rows {
		rows[i] = 1
	}
	return traces, absTraces, t.frobenius(rows, t.d)
}

// slopeError is ‖W δD‖_F for the allowed errors of slopes.
func slopeError(t *truth) float64 {
	rows := make([]float64, t.n)
	for i := range rows {
		rows[i] = 1
	}
	return t.frobenius(rows, t.dErr)
}

func decideOneCharPoly(p *pair) error {
	if a, b := p.wd.CharPoly(), p.dw.CharPoly(); !a.Equal(b) {
		return theorems.Violatedf("det(tI−WD) = %v, det(tI−DW) = %v", a, b)
	}
	// The low-rank half, with loadings of the rank that W has: a basis M of its
	// range and the N that makes W = M Nᵀ.
	basis := p.w.RangeBasis() // M
	if basis.Cols() == 0 {
		return nil
	}
	gram, err := basis.T().Mul(basis).Inverse()
	if err != nil {
		return err
	}
	loadings := p.w.T().Mul(basis).Mul(gram) // N, W = M Nᵀ
	small := loadings.T().Mul(p.d).Mul(basis).CharPoly()
	big := p.wd.CharPoly()
	shift := p.n - basis.Cols()
	for k, coefficient := range big {
		switch {
		case k < shift:
			if coefficient.Sign() != 0 {
				return theorems.Violatedf("t^(N−R) does not divide %v", big)
			}
		case k-shift >= len(small) || coefficient.Cmp(small[k-shift]) != 0:
			return theorems.Violatedf("%v is not t^(N−R) times %v", big, small)
		}
	}
	return nil
}

func lowRankIdentity(name string, power func(certificate.Shape) int) theorems.Certificate {
	return identity(name, lowRanks(), func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		m, n, d, t := b.Matrix("M", s.N, s.R), b.Matrix("N", s.N, s.R), b.Diagonal("D", s.N), b.Scalar("t")
		full := b.Identity(s.N).Scaled(t).Minus(m.Times(n.T()).Times(d)).Det()
		small := b.Identity(s.R).Scaled(t).Minus(n.T().Times(d).Times(m)).Det()
		return []certificate.Equation{full.Equals(t.Pow(power(s)).Times(small))}
	})
}

func falseLowRank(name string, power func(certificate.Shape) int) *theorems.Certificate {
	c := lowRankIdentity(name, power)
	c.Shapes = []certificate.Shape{{N: 3, R: 1}, {N: 5, R: 2}, {N: 8, R: 3}}
	return &c
}
