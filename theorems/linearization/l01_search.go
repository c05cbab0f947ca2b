package linearization

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// judgeSearch asks the subject for fixed points: each must be one, to the
// rounding of its residual, with the eigenvalues of DF there; none is listed twice; and the indices of a
// bounded network add up to 1, or the instance is unknown.
func judgeSearch(f *theorems.Finding, t *truth, s theorems.Subject) error {
	if s.FixedPoints == nil {
		return theorems.Missing("FixedPoints")
	}
	search := model.FixedPointSearch{Starts: 20, Seed: 1, Limit: 16, Eigenvalues: true}
	set, err := s.FixedPoints(t.net, t.input, search)
	if err != nil {
		return err
	}
	drive := t.drive(t.input)
	told, sum, degenerate := 0, 0, len(set.Points) >= search.Limit
	reach := make([]float64, len(set.Points))
	for i, p := range set.Points {
		field, err := t.field(model.Activation, p.X, t.input)
		if err != nil {
			return err
		}
		out, outErr := make([]float64, t.n), make([]float64, t.n)
		for i, x := range p.X {
			if out[i], outErr[i], err = t.phiErr(x); err != nil {
				return err
			}
		}
		size, passed := t.abs(absolute(out)), t.abs(outErr)
		worst, allowed, largest := 0.0, 0.0, 0.0
		for i := range field {
			size[i] += drive[i] + math.Abs(p.X[i])
			worst = max(worst, math.Abs(field[i])*t.tau[i])
			// Newton stops at four times the rounding of its own coordinates.
			allowed = max(allowed, 8*t.units()*t.u*size[i]+4*passed[i])
			largest = max(largest, size[i])
		}
		if t.rank > 0 {
			allowed *= 1 + t.absRows()
		}
		f.Expect("|F| at a point that was found", worst, allowed, largest+t.smallest)
		if t.rank == 0 {
			t.expectCertificate(f, p, worst, allowed)
		}
		smooth, err := t.expectEigenvalues(f, p)
		if err != nil || f.Verdict == theorems.Fails {
			return err
		}
		index := p.Index
		if derived := t.indexOf(p.Eigenvalues); smooth && derived != 0 {
			f.Demand("the index is sign det(−DF), or not told", p.Index == 0 || p.Index == derived)
			index = derived
		}
		if reach[i], err = t.reachOf(p, worst+allowed); err != nil {
			return err
		}
		told, sum = told+p.Index, sum+index
		degenerate = degenerate || index == 0
	}
	f.Demand("index sum is that of the points", told == set.IndexSum)
	t.expectDistinct(f, set.Points, reach)
	if bounded := !math.IsInf(t.net.Nonlinearity().Sup(), 0); bounded && !degenerate && sum != 1 {
		// Nothing false was said; but more of this than MaxUnknown and the
		// search is no good.
		f.Abstain("the indices of a bounded network do not add up to 1: a fixed point was missed")
	}
	return nil
}

// expectCertificate compares what a dense point says of itself with its exact
// residual: the one it reports, up to the rounding of F, and a radius within
// which F, its b + Bu rounded, can indeed come down to 0, at most by Lip(F) a
// step of 1.
func (t *truth) expectCertificate(f *theorems.Finding, p model.FixedPoint, residual, rounding float64) {
	f.Expect("|residual − reported|", math.Abs(residual-p.Residual), rounding, 1+residual)
	lipschitz := 1 + t.net.Nonlinearity().Lipschitz()*t.absRows()
	driven := float64(len(t.input)) * t.u * dense.VectorNormInf(t.drive(t.input))
	reached := math.IsInf(p.Radius, 0) || residual <= lipschitz*p.Radius*(1+t.units()*t.u)+driven
	f.Demand("an exact fixed point can be within the radius", reached)
}

// expectDistinct demands that no fixed point is listed twice: of isolated ones one
// zero of F alone is within the sum of their reaches.
func (t *truth) expectDistinct(f *theorems.Finding, points []model.FixedPoint, reach []float64) {
	for i, p := range points {
		for k, q := range points[:i] {
			distance := 0.0
			for j := range p.X {
				distance = math.Hypot(distance, p.X[j]-q.X[j])
			}
			f.Demand("fixed points are distinct", reach[i] == 0 || reach[k] == 0 || distance > reach[i]+reach[k])
		}
	}
}

// reachOf bounds how far the exact fixed point may be from one that was found with a
// field of at most residual, in ‖·‖₂: ρ = 2‖DF⁻¹‖ residual, τ = 1. It is 0 where there is
// none such, or more than one: there is one within ρ, and no other within 4ρ, if DF is
// within ½/‖DF⁻¹‖ of its value throughout, sup|φ”| ‖W‖ ‖·‖ from it for a smooth φ, 0 for
// one that is linear as far as the next kink.
func (t *truth) reachOf(p model.FixedPoint, residual float64) (float64, error) {
	slopes, err := t.law.Derivative(p.X)
	if err != nil {
		return 0, err
	}
	jacobian, size := make([][]float64, t.n), t.absSize()
	for i, row := range t.w {
		jacobian[i] = make([]float64, t.n)
		for j, w := range row {
			jacobian[i][j] = w * slopes[j]
		}
		jacobian[i][i]--
	}
	values := dense.SingularValues(jacobian)
	least := values[t.n-1] - float64(t.n*t.n+t.rank)*16*t.u*(1+size)
	if !(least > 0) {
		return 0, nil
	}
	reach := 2 * math.Sqrt(float64(t.n)) * residual / least
	for _, kink := range t.net.Nonlinearity().Kinks() {
		for _, x := range p.X {
			if math.Abs(x-kink) <= 4*reach {
				return 0, nil
			}
		}
	}
	_, second, _ := precise.Constants(t.law.Phi)
	if len(t.net.Nonlinearity().Kinks()) == 0 && !(second*size*4*reach <= least/2) {
		return 0, nil
	}
	return reach, nil
}

// expectEigenvalues compares the power sums of the eigenvalues at a point, τ = 1,
// with traces: those of −I + WD, of which a low-rank network's are R beside −1.
// On a kink, to rounding, there is no D: smooth is false.
func (t *truth) expectEigenvalues(f *theorems.Finding, p model.FixedPoint) (smooth bool, err error) {
	dim := t.n
	if t.rank > 0 {
		dim = t.rank
	}
	f.Demand("an eigenvalue for each coordinate", len(p.Eigenvalues) == dim)
	if f.Verdict == theorems.Fails {
		return false, nil
	}
	at := *t
	at.x, at.second, at.outputs, at.overlap, at.tau = p.X, nil, nil, 0, slices.Repeat([]float64{1}, t.n)
	if at.d, err = t.law.Derivative(p.X); err != nil {
		return false, err
	}
	if err := at.measureSlopes(t.law.Phi); err != nil {
		return false, err
	}
	if low, ok := t.net.Connectivity().(*model.LowRank); ok {
		at.measureLoadings(theorems.Rows(low.M()), theorems.Rows(low.N()), low.Scale())
	}
	for i, moved := range at.reach(p) {
		for _, kink := range t.net.Nonlinearity().Kinks() {
			if math.Abs(p.X[i]-kink) <= moved {
				return false, nil
			}
		}
		at.dErr[i] += moved * math.Abs(at.second[i])
	}
	at.expectJacobianSums(f, p.Eigenvalues)
	return true, nil
}

// indexOf returns sign det(−DF) = Π sign(−λ), 0 where an eigenvalue is 0 to half
// of the digits: a double one is not known to more.
func (t *truth) indexOf(values []complex128) int {
	size, index := 1.0, 1
	for _, lambda := range values {
		size = max(size, cmplx.Abs(lambda))
	}
	for _, lambda := range values {
		switch {
		case cmplx.Abs(lambda) <= math.Sqrt(t.u)*size:
			return 0
		case imag(lambda) == 0 && real(lambda) > 0:
			index = -index
		}
	}
	return index
}

// expectJacobianSums claims Σ λᵏ = tr DFᵏ = Σ_j C(k, j) (−1)^{k−j} tr (WD)ʲ for the
// eigenvalues of DF = −1 + WD, or of R of its dimensions. A backward error e of a
// solver moves a sum by k ‖DF‖^{k−1} e for each.
func (t *truth) expectJacobianSums(f *theorems.Finding, values []complex128) {
	dim := float64(len(values))
	traces, absTraces, size := t.traces(len(values))
	backward := 10*float64(t.n)*t.u*(1+size) + t.units()*t.u*(size+t.overlap) + slopeError(t)
	reach := 1 + size + t.overlap + backward
	for k := 1; k <= len(traces); k++ {
		want, abs, choose := 0.0, 0.0, 1.0
		for j := 0; j <= k; j++ {
			trace, absTrace := dim, dim
			if j > 0 {
				trace, absTrace = traces[j-1], absTraces[j-1]
			}
			if (k-j)%2 == 1 {
				trace = -trace
			}
			want, abs = want+choose*trace, abs+choose*absTrace
			choose *= float64(k-j) / float64(j+1)
		}
		var sum complex128
		for _, lambda := range values {
			sum += cmplx.Pow(lambda, complex(float64(k), 0))
		}
		bound := dim*float64(k)*math.Pow(reach, float64(k-1))*backward + float64(k*t.n+4)*t.u*abs
		f.Expect("|Σ λᵏ − tr DFᵏ|", cmplx.Abs(sum-complex(want, 0)), bound, dim*math.Pow(reach, float64(k)))
	}
}

// reach returns how far x_i = (Mκ + b + Bu)_i may be from what an implementation
// has for it; a dense one has x itself.
func (t *truth) reach(p model.FixedPoint) []float64 {
	out := t.drive(t.input)
	low, ok := t.net.Connectivity().(*model.LowRank)
	for i := range out {
		if !ok {
			out[i] = t.u * math.Abs(p.X[i])
			continue
		}
		for r, m := range low.M().RawRowView(i) {
			out[i] += math.Abs(m * p.Kappa[r])
		}
		out[i] *= t.units() * t.u
	}
	return out
}

// pointsTwin changes what is said of the fixed points that were found.
func pointsTwin(name, mistake string, wrong func(*model.FixedPointSet)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.FixedPoints
		s.FixedPoints = func(net *model.RNN, u []float64, search model.FixedPointSearch) (*model.FixedPointSet, error) {
			set, err := right(net, u, search)
			if err == nil {
				wrong(set)
			}
			return set, err
		}
		return s
	}}
}
