package conversion

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// Laws are compared, never matrices that are defined up to a similarity. The
// truth comes from the recursions, rounded once; so a bound speaks of what the
// subject may have rounded.

// rounding is what an honest conversion may miss the numbers of an LDS by, y
// in units of its standard deviations: absolute errors of ‖A‖, ‖D⁻¹C‖, ‖Q‖,
// ‖D⁻¹R_vD⁻¹‖, and of mean and covariance of x_1. That the A it rounds has norm
// at most dynamics is not left to the subject to say; nor is what may be left
// out of D⁻¹Λ_1D⁻¹ with directions of x that are rounding.
type rounding struct{ a, c, q, r, mean, cov, dynamics, lost float64 }

// leftOut bounds what directions that are left out add to Λ_lag.
func (e rounding) leftOut(lag int) float64 {
	if lag == 0 {
		return e.r
	}
	return e.lost * math.Pow(e.dynamics, float64(lag-1))
}

// oracleRounding is more than what package gaussian makes of a zero, relative
// to what cancelled.
const oracleRounding = 0x1p-300

// tooRough is the relative error from which a number is not held against
// anybody: less than three digits of it are known.
const tooRough = 1e-3

// clearly is how many times the rounding of an honest subject must be exceeded
// for a decision (a rank) to be called wrong.
const clearly = 1e3

// smallest keeps the scale of what is zero positive.
const smallest = 0x1p-1000

// expectLaw claims that an LDS has the law of a process: every Λ_k up to twice
// its dimension if it is stationary, otherwise the joint law of y_1 … y_T.
// Units are scaled by deviations d, so that graded ones count alike.
func expectLaw(f *theorems.Finding, got theorems.LatentSystem, want *gaussian.Process, d []float64, e rounding) error {
	if !wellFormed(f, got) {
		return nil
	}
	law, err := gaussianOf(got).Process()
	if errors.Is(err, gaussian.ErrUnstable) {
		// The true process is stable; that of A + δA is, if δA is small against
		// the distance to instability, which 1/amplification bounds.
		amp := want.Amplification()
		if 4*amp*e.dynamics*e.a > 1 && dense.NormFro(got.A) <= 2*e.dynamics {
			f.Abstain("too near to instability for the rounding of A")
			return nil
		}
	}
	if err != nil {
		f.Demand("converted LDS has a law", false)
		return nil
	}
	scaled := got
	scaled.C = scaledSides(got.C, d, ones(len(got.A)))
	if got.Cov == nil {
		expectAutocovariances(f, scaled, law, want, d, e)
		return nil
	}
	expectJointLaw(f, scaled, law, want, d, e)
	return nil
}

// gaussianOf hands numbers to the oracle.
func gaussianOf(l theorems.LatentSystem) gaussian.LDS {
	return gaussian.LDS{A: l.A, C: l.C, Q: symmetrized(l.Q), R: symmetrized(l.R), Mean: l.Mean, Cov: symmetrized(l.Cov)}
}

// symmetrized returns (A + Aᵀ)/2: that covariances are symmetric to rounding is
// for the bounds to judge.
func symmetrized(m [][]float64) [][]float64 {
	if m == nil {
		return nil
	}
	out := make([][]float64, len(m))
	for i := range m {
		out[i] = make([]float64, len(m))
		for j := range m {
			out[i][j] = m[i][j]/2 + m[j][i]/2
		}
	}
	return out
}

// wellFormed demands shapes and finite numbers.
func wellFormed(f *theorems.Finding, l theorems.LatentSystem) bool {
	k, n := len(l.A), len(l.R)
	fits := shaped(l.A, k, k) && shaped(l.C, n, k) && shaped(l.Q, k, k) && shaped(l.R, n, n) && n > 0
	if l.Cov != nil || l.Mean != nil {
		fits = fits && shaped(l.Cov, k, k) && len(l.Mean) == k
	}
	f.Demand("A, C, Q, R have shapes K×K, N×K, K×K, N×N and finite entries", fits)
	return fits
}

func shaped(m [][]float64, rows, cols int) bool {
	if rows == 0 || cols == 0 {
		return len(m) == 0 || len(m) == rows && len(m[0]) == 0
	}
	if len(m) != rows {
		return false
	}
	for _, row := range m {
		if len(row) != cols {
			return false
		}
		for _, x := range row {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return false
			}
		}
	}
	return true
}

// expectAutocovariances: errors δA, δQ move V by ‖(V ↦ V−AVAᵀ)⁻¹‖ times the
// residual they leave, and Λ_k = C A^k V Cᵀ by the product rule.
func expectAutocovariances(f *theorems.Finding, got theorems.LatentSystem, law, want *gaussian.Process, d []float64, e rounding) {
	k := len(got.A)
	powers, moved := powerNorms(got.A, 2*k+1, e.a)
	c, v := dense.NormFro(got.C), dense.NormFro(law.StateCovariance())
	dv := law.Amplification() * (2*powers[min(1, 2*k)]*v*e.a + e.q)
	n, lags := len(d), 2*k+2
	lawCov, wantCov := law.Covariance(lags), want.Covariance(lags) // all lags at once
	for lag := range lags {
		bound := oracleRounding
		if k > 0 {
			bound += c*c*(powers[lag]+moved[lag])*dv + 2*c*(powers[lag]+moved[lag])*v*e.c + c*c*v*moved[lag]
		}
		bound += e.leftOut(lag)
		expectClose(f, "|Λ_k − Λ_k of the process|, scaled", scaledTo(slice(lawCov, lag*n, 0, n), d), scaledTo(slice(wantCov, lag*n, 0, n), d), bound, 1)
	}
}

// expectJointLaw follows errors through the recursion X ← A X Aᵀ + Q.
func expectJointLaw(f *theorems.Finding, got theorems.LatentSystem, law, want *gaussian.Process, d []float64, e rounding) {
	n := len(got.R)
	powers, moved := powerNorms(got.A, horizon, e.a)
	a, c := powers[1], dense.NormFro(got.C)
	covGot, covWant := law.Covariance(horizon), want.Covariance(horizon)
	meanGot, meanWant := law.Mean(horizon), want.Mean(horizon)
	x, dx := dense.NormFro(got.Cov), e.cov
	m, dm := dense.VectorNorm2(got.Mean), e.mean
	q := dense.NormFro(got.Q)
	for t := range horizon {
		for k := 0; t+k < horizon; k++ {
			bound := oracleRounding + c*c*(powers[k]+moved[k])*dx + 2*c*(powers[k]+moved[k])*x*e.c + c*c*x*moved[k] + e.leftOut(k)
			expectClose(f, "|Cov(y_s, y_t) − that of the process|, scaled", scaledTo(slice(covGot, (t+k)*n, t*n, n), d), scaledTo(slice(covWant, (t+k)*n, t*n, n), d), bound, 1)
		}
		for i := range n {
			off, size := math.Abs(meanGot[t*n+i]-meanWant[t*n+i])/orOne(d[i]), math.Abs(meanWant[t*n+i])/orOne(d[i])
			f.Expect("|E y_t − that of the process|, scaled", off, c*dm+e.c*m+oracleRounding, 1+size)
		}
		dx = a*a*dx + 2*a*x*e.a + e.q
		dm = a*dm + e.a*m
		x, m = a*a*x+q, a*m
	}
}

// powerNorms returns ‖A^i‖_F, i = 0 … most, and a bound of ‖(A+δA)^i − A^i‖ =
// ‖Σ_j (A+δA)^j δA A^(i−1−j)‖ for ‖δA‖ ≤ off.
func powerNorms(a [][]float64, most int, off float64) (norms, moved []float64) {
	norms, moved = make([]float64, most+1), make([]float64, most+1)
	if len(a) == 0 {
		return norms, moved
	}
	power := diagonal(ones(len(a)))
	for i := range norms {
		norms[i] = dense.NormFro(power)
		power = dense.MatMul(power, a)
		for j := range i {
			moved[i] += off * (norms[j] + moved[j]) * norms[i-1-j]
		}
	}
	return norms, moved
}

// expectClose compares matrices by their largest entry.
func expectClose(f *theorems.Finding, what string, got, want [][]float64, bound, scale float64) {
	if len(got) != len(want) || len(got) > 0 && len(got[0]) != len(want[0]) {
		f.Demand(what+": shapes agree", false)
		return
	}
	worst := 0.0
	for i := range want {
		for j := range want[i] {
			worst = math.Max(worst, math.Abs(got[i][j]-want[i][j])) // keeps a NaN
		}
	}
	f.Expect(what, worst, bound, scale)
}

func largest(m [][]float64) float64 {
	most := 0.0
	for _, row := range m {
		for _, x := range row {
			most = math.Max(most, math.Abs(x))
		}
	}
	return most
}

// slice returns the n×n block at (row, column).
func slice(m [][]float64, row, column, n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = m[row+i][column : column+n]
	}
	return out
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

func diagonal(d []float64) [][]float64 {
	out := make([][]float64, len(d))
	for i := range out {
		out[i] = make([]float64, len(d))
		out[i][i] = d[i]
	}
	return out
}

// scaledTo returns D⁻¹ A D⁻¹ for standard deviations d, 0 standing for 1.
func scaledTo(a [][]float64, d []float64) [][]float64 { return scaledSides(a, d, d) }

func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// deviations returns the square roots of a diagonal. What the oracle's rounding
// may have left of a zero is zero.
func deviations(cov [][]float64) []float64 {
	out, most := make([]float64, len(cov)), 0.0
	for i := range cov {
		most = math.Max(most, cov[i][i])
	}
	for i := range cov {
		if v := cov[i][i]; v > most*oracleRounding {
			out[i] = math.Sqrt(v)
		}
	}
	return out
}

// condition is s_1/s_r of the r singular values that are not zero in exact
// arithmetic, 1 for r = 0.
func condition(m [][]float64, rank int) float64 {
	if rank == 0 || len(m) == 0 {
		return 1
	}
	s := dense.SingularValues(m)
	return s[0] / s[rank-1]
}

func times(a, b [][]float64) [][]float64 {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	return dense.MatMul(a, b)
}

// scaledSides returns diag(left)⁻¹ A diag(right)⁻¹, 0 standing for 1.
func scaledSides(a [][]float64, left, right []float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		out[i] = make([]float64, len(a[i]))
		for j := range a[i] {
			out[i][j] = a[i][j] / orOne(left[i]) / orOne(right[j])
		}
	}
	return out
}

// scaledBoth returns diag(left)⁻¹ J diag(right), 0 standing for 1.
func scaledBoth(j [][]float64, left, right []float64) [][]float64 {
	return scaledSides(j, left, inverses(right))
}

// scaledNorm returns √N times the largest row of diag(d)⁻¹ C.
func scaledNorm(c [][]float64, d []float64) float64 {
	most := 0.0
	for i, row := range c {
		most = math.Max(most, dense.VectorNorm2(row)/orOne(d[i]))
	}
	return most * math.Sqrt(float64(len(d)))
}

// absolutePower returns ‖|A|^k‖_F.
func absolutePower(a [][]float64, k int) float64 {
	if len(a) == 0 {
		return 0
	}
	power := diagonal(ones(len(a)))
	for range k {
		power = dense.MatMul(power, dense.Abs(a))
	}
	return dense.NormFro(power)
}
