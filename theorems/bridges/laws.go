package bridges

import (
	"errors"
	"math"
	"math/big"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// linearTruth is y_{t+1} = J y_t + ε_t, ε ~ N(0, P), as oracles know it. The
// law of its LDS is compared, never matrices that are defined up to a similarity.
type linearTruth struct {
	j, p           [][]float64
	exactJ, exactP *exact.Matrix
	size           float64 // ‖|J|‖_F of what J is summed from
	noise          float64 // ‖|P|‖_F of what P is summed from
	u              float64
}

func (t *noisyTruth) linear(form model.Form, exactP *exact.Matrix) (*linearTruth, error) {
	j, err := t.exactJacobian(form)
	if err != nil {
		return nil, err
	}
	_, allowed := t.jacobian(form)
	l := &linearTruth{j: j.Float64(), p: exactP.Float64(), exactJ: j, exactP: exactP, u: t.u}
	l.size = dense.NormFro(allowed) / (float64(t.rank+16) * t.u) // what rounding of J scales with
	l.noise = dense.NormFro(l.p)
	return l, nil
}

// latentRounding is what an honest conversion may miss the numbers of an LDS
// by: absolute errors of A, C, Q, R_v; that the A it rounds has norm at most
// dynamics is not left to the subject to say, nor what may be left out of Λ_1.
// share is what part of P N G⁻ NᵀP that may be.
type latentRounding struct{ a, c, q, r, dynamics, lost, share float64 }

// rounding: with orthonormal loadings, ‖δG‖ ≤ u‖P‖ moves P N G⁻ NᵀP by the
// fraction ‖P‖/λ_min(G) at most; bases of J's ranges are known to u‖J‖/s_min(J). A ratio of
// 1/u, of what is singular once it is rounded, is all that rounding can do: the fraction is above 1.
func (l *linearTruth) rounding(got theorems.LatentSystem) latentRounding {
	n, p := len(l.j), l.noise
	kappa := 1.0
	ratio := func(size, least float64) float64 {
		if r := size / least; r < 1/l.u {
			return r
		}
		return 1 / l.u
	}
	least := func(a [][]float64, rank int) float64 {
		if s := dense.SingularValues(a); rank <= len(s) {
			return s[rank-1]
		}
		return 0 // J has lost a rank in rounding
	}
	if rank := l.exactJ.Rank(); rank > 0 {
		kappa += ratio(l.size, least(l.j, rank))
		rows := spanning(dense.Transpose(l.j), rank)
		gram := dense.MatMul(dense.Transpose(rows), dense.MatMul(l.p, rows))
		if fed := l.exactP.Mul(l.exactJ.T()).Rank(); fed > 0 {
			kappa += ratio(p, least(gram, fed))
		}
	}
	relative := 40 * float64(n+4) * l.u * kappa // roundings that meet in an entry, as in S6
	if len(got.A) == 0 {
		return latentRounding{r: relative * p, dynamics: l.size, lost: relative * l.size * p, share: relative}
	}
	s := dense.SingularValues(got.C)
	base := s[0] / s[len(s)-1]
	left := base / s[0]
	return latentRounding{a: relative * l.size * base, c: relative * dense.NormFro(got.C), q: relative * p * left * left, r: relative * p,
		dynamics: l.size * base, lost: relative * l.size * p, share: relative}
}

// through returns what errors become when observations are read through W.
func (e latentRounding) through(w [][]float64, u float64, got theorems.LatentSystem) latentRounding {
	size, more := dense.NormFro(w), 4*float64(len(w)+2)*u
	e.c = size * (e.c + more*dense.NormFro(got.C))
	e.r = size * size * (e.r + more*dense.NormFro(got.R))
	e.lost *= size * size
	return e
}

// spanning returns an orthonormal basis of the range of rank r.
func spanning(m [][]float64, rank int) [][]float64 {
	columns := dense.Transpose(m)
	var basis [][]float64
	for range rank {
		best, size := 0, 0.0
		for i, c := range columns {
			if s := dense.VectorNorm2(c); s > size {
				best, size = i, s
			}
		}
		if size == 0 {
			break
		}
		q := make([]float64, len(columns[best]))
		for i, x := range columns[best] {
			q[i] = x / size
		}
		basis = append(basis, q)
		for range 2 {
			for _, c := range columns {
				dot := dense.Dot(q, c)
				for i := range c {
					c[i] -= dot * q[i]
				}
			}
		}
	}
	return dense.Transpose(basis)
}

// stability decides, in rationals, on which side of 1 the spectral radius is;
// near is true where an error of J may put it on the other.
func (l *linearTruth) stability() (stable, near bool) {
	if l.size < 0.5 {
		return true, false
	}
	n := float64(len(l.j))
	// Elsner: eigenvalues move by at most (2‖J‖+‖E‖)^(1−1/N) ‖E‖^(1/N).
	e := 40 * (n + 4) * l.u * l.size
	slack := big.NewRat(0, 1)
	slack.SetFloat64(math.Pow(2*l.size+e, 1-1/n) * math.Pow(e, 1/n))
	inside := func(radius *big.Rat) bool {
		if radius.Sign() <= 0 {
			return false
		}
		return l.exactJ.Scale(new(big.Rat).Inv(radius)).CharPoly().UnitDisc() == exact.Inside
	}
	one := big.NewRat(1, 1)
	if inside(new(big.Rat).Sub(one, slack)) {
		return true, false
	}
	return false, inside(new(big.Rat).Add(one, slack))
}

// expectLDS converts a linearization and judges the result: an LDS of at most
// a number of latents and of the law of the truth read through W (nil: itself),
// or ErrUnstable iff ρ(J) ≥ 1. It returns false where there is no law.
func (l *linearTruth) expectLDS(f *theorems.Finding, s theorems.Subject, net *model.LinearRNN, most int, through [][]float64, law *gaussian.Process) (bool, error) {
	stable, near := l.stability()
	got, err := s.LDSFromRNN(net)
	switch {
	case near:
		f.Abstain("a spectral radius of 1 to rounding")
		return false, nil
	case !stable:
		return false, f.DemandRefusal("an unstable linearization is refused as unstable", err, model.ErrUnstable)
	case errors.Is(err, model.ErrUnstable) && l.nearlyUnstable():
		f.Abstain("too near to instability for a certificate")
		return false, nil
	case err != nil:
		return false, err
	}
	f.Demand("K is at most what the loadings allow", got.Dimension <= most && len(got.A) == got.Dimension && len(got.R) == len(l.j))
	if f.Verdict == theorems.Fails {
		return false, nil
	}
	e := l.rounding(got.LatentSystem)
	if e.share >= 1 {
		f.Abstain("ranges of J that are lost in rounding")
		return false, nil
	}
	seen := got.LatentSystem
	if through != nil {
		e = e.through(through, l.u, seen)
		if len(seen.A) > 0 {
			seen.C = dense.MatMul(through, seen.C)
		}
		seen.R = dense.MatMul(through, dense.MatMul(seen.R, dense.Transpose(through)))
	}
	return true, expectLaw(f, seen, law, e)
}

// nearlyUnstable: the law amplifies errors by more than a thousandth of 1/u.
func (l *linearTruth) nearlyUnstable() bool {
	law, err := l.process()
	return err != nil || law.Amplification()*l.u*float64(len(l.j))*(1+l.size*l.size) > 0x1p-20
}

func (l *linearTruth) process() (*gaussian.Process, error) {
	return gaussian.RNN{J: l.j, P: l.p}.Process()
}

// expectLaw claims every Λ_k up to twice the dimension: errors δA, δQ move V by
// ‖(V ↦ V−AVAᵀ)⁻¹‖ times the residual they leave, and Λ_k = C A^k V Cᵀ by the
// product rule.
func expectLaw(f *theorems.Finding, got theorems.LatentSystem, want *gaussian.Process, e latentRounding) error {
	k := len(got.A)
	law, err := gaussian.LDS{A: got.A, C: got.C, Q: evened(got.Q), R: evened(got.R)}.Process()
	if errors.Is(err, gaussian.ErrUnstable) && 4*want.Amplification()*e.dynamics*e.a > 1 {
		f.Abstain("too near to instability for the rounding of A")
		return nil
	}
	if err != nil {
		f.Demand("the converted LDS has a law", false)
		return nil
	}
	lags := 2*k + 2
	covGot, covWant := law.Covariance(lags), want.Covariance(lags)
	norms, moved := powers(got.A, lags, e.a)
	c, v := dense.NormFro(got.C), dense.NormFro(law.StateCovariance())
	dv := law.Amplification() * (2*norms[1]*v*e.a + e.q)
	n := len(got.R)
	scale := tiny
	for i := range n {
		scale = math.Max(scale, covWant[i][i])
	}
	for lag := range lags {
		bound := e.r + scale*0x1p-300
		if lag > 0 {
			bound = e.lost*math.Pow(e.dynamics, float64(lag-1)) + scale*0x1p-300
		}
		if k > 0 {
			bound += c*c*(norms[lag]+moved[lag])*dv + 2*c*(norms[lag]+moved[lag])*v*e.c + c*c*v*moved[lag]
		}
		worst := 0.0
		for i := range n {
			for j := range n {
				worst = math.Max(worst, math.Abs(covGot[lag*n+i][j]-covWant[lag*n+i][j]))
			}
		}
		f.Expect("|Λ_k of the LDS − Λ_k of the linearized network|", worst, bound, scale)
	}
	return nil
}

// powers returns ‖A^i‖_F, i = 0 … most, and bounds of ‖(A+δA)^i − A^i‖ for ‖δA‖ ≤ off.
func powers(a [][]float64, most int, off float64) (norms, moved []float64) {
	norms, moved = make([]float64, most+1), make([]float64, most+1)
	if len(a) == 0 {
		return norms, moved
	}
	power := make([][]float64, len(a))
	for i := range power {
		power[i] = make([]float64, len(a))
		power[i][i] = 1
	}
	for i := range norms {
		norms[i] = dense.NormFro(power)
		power = dense.MatMul(power, a)
		for j := range i {
			moved[i] += off * (norms[j] + moved[j]) * norms[i-1-j]
		}
	}
	return norms, moved
}

// evened returns (A + Aᵀ)/2: symmetric to rounding is symmetric.
func evened(m [][]float64) [][]float64 {
	out := make([][]float64, len(m))
	for i := range m {
		out[i] = make([]float64, len(m))
		for j := range m {
			out[i][j] = m[i][j]/2 + m[j][i]/2
		}
	}
	return out
}
