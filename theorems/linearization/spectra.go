package linearization

import (
	"errors"
	"math"
	"math/cmplx"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
)

// allowance is what an eigensolver may leave, for vectors of norm 1: an
// honest backward error of a dense solver, 10·N·u‖M_x‖_F, and of the small
// problem of a low-rank network, carried to N units by the loadings.
type allowance struct {
	size        float64 // ‖|M_x|‖_F
	dense       float64 // residual of a dense solver
	right, left float64 // residual in v and in l_r, either way
	values      float64 // backward error of eigenvalues: loadings matter for unit-wise τ alone
}

func (t *truth) allowance() allowance {
	a := allowance{size: t.sizeM(model.Activation)}
	a.dense = 10 * float64(t.n) * t.u * a.size
	if t.w == nil { // nobody expands a large low-rank network: rounding of λ alone
		a.dense = 8 * t.u * a.size
	}
	a.right, a.left, a.values = a.dense, a.dense, a.dense
	if t.rank > 0 {
		small := (10*float64(t.rank*t.condGroups) + t.units()) * t.u * (t.overlap/t.shortest + a.size/float64(t.n))
		a.right += small * t.loadingsM
		a.left += small * t.loadingsN * t.loadingsM
		if a.values = a.dense + small; t.condGroups > 1 {
			a.values = a.right
		}
	}
	return a
}

// elsner bounds how far any eigenvalue moves under the allowed backward error:
// (2‖A‖+‖E‖)^(1−1/n) ‖E‖^(1/n), whatever its condition.
func (t *truth) elsner(a allowance) float64 {
	n := float64(t.n)
	return math.Pow(2*a.size+a.values, 1-1/n) * math.Pow(a.values, 1/n)
}

// mode is one mode with the conditions that its residuals depend on.
type mode struct {
	lambda                  complex128
	shifts                  []complex128 // λ + 1/τ_i, from μ where the subject gives it
	v, w, lx, lr            []complex128
	shift                   float64 // min_i |λ + 1/τ_i|
	condition               float64 // ‖l_x‖‖v‖, for lᵀv = 1, which pairing claims
	clustered               bool    // an eigenvalue of another mode is within rounding
	rightRes, leftAmplified float64 // allowed residual of v; amplification of l
}

// modesOf asks the subject for its modes and checks that they are well formed.
// A refusal as defective is judged by refused.
func (t *truth) modesOf(s theorems.Subject, f *theorems.Finding) ([]mode, error) {
	if s.Modes == nil {
		return nil, theorems.Missing("Modes")
	}
	m, err := s.Modes(t.net, t.x)
	if errors.Is(err, model.ErrDefective) {
		t.refused(f, err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k := len(m.Eigenvalues)
	columns := [][][]complex128{m.Activation.Right, m.Activity.Right, m.Activation.Left, m.Activity.Left}
	for _, c := range columns {
		f.Demand("one column for each eigenvalue", len(c) == k)
		for _, v := range c {
			f.Demand("columns of N entries", len(v) == t.n)
		}
	}
	if f.Verdict == theorems.Fails {
		return nil, nil
	}
	a := t.allowance()
	var modes []mode
	for i := range k {
		md := mode{lambda: m.Eigenvalues[i], v: m.Activation.Right[i], w: m.Activity.Right[i],
			lx: m.Activation.Left[i], lr: m.Activity.Left[i], shift: math.Inf(1)}
		for _, tau := range t.tau {
			shift := md.lambda + complex(1/tau, 0)
			if m.Mu != nil {
				shift = m.Mu[i] / complex(tau, 0)
			}
			md.shifts = append(md.shifts, shift)
			md.shift = min(md.shift, cmplx.Abs(shift))
		}
		if md.shift == 0 { // λ alone cannot tell it from μ = 0
			continue
		}
		md.condition = norm(md.lx) * norm(md.v)
		modes = append(modes, md)
	}
	for i := range modes {
		modes[i].leftAmplified = 1
		for j := range modes {
			reach := 8 * a.right * (modes[i].condition + modes[j].condition)
			if i != j && cmplx.Abs(modes[i].lambda-modes[j].lambda) <= reach {
				// Mixed with a neighbour, to be biorthonormal: as bad as either.
				modes[i].clustered = true
				modes[i].leftAmplified = max(modes[i].leftAmplified, 1+modes[i].condition, 1+modes[j].condition)
			}
		}
		modes[i].rightRes = (a.right + 8*t.u*(a.size+cmplx.Abs(modes[i].lambda))) * norm(modes[i].v)
	}
	t.demandAll(f, m, len(modes), a)
	return modes, nil
}

// demandAll requires a mode for every eigenvalue that connectivity shapes: kept,
// or dropped because an honest solver may mistake it for a −1/τ_i, and reported
// as such unless nothing is said of any. So many of the modes can be told from it.
func (t *truth) demandAll(f *theorems.Finding, m *model.Modes, told int, a allowance) {
	found := len(m.Eigenvalues) + len(m.Dropped)
	complete := found == t.shaped() || found == t.n
	if len(m.Dropped) > 0 || complete && told == len(m.Eigenvalues) {
		f.Demand("every mode is returned, or reported as dropped", complete)
	}
	if !complete || t.w != nil && t.n-told > t.indistinct(a) {
		if e, known := t.eigenvaluesOf(a); known {
			f.Demand("every mode is returned that can be told from μ = 0", len(e.clear(t.tau)) <= told && found <= t.n)
		}
	}
	slack := 4*t.elsner(a) + slopeError(t)/t.shortest
	for _, lambda := range m.Dropped {
		distance := math.Inf(1)
		for _, tau := range t.tau {
			distance = min(distance, cmplx.Abs(lambda+complex(1/tau, 0)))
		}
		f.Expect("distance of a dropped mode from μ = 0", distance, slack, max(a.size, 4*slack))
	}
}

// eigenResidual returns ‖M v − λ v‖, or of the transpose, and the rounding of
// computing it.
func (t *truth) eigenResidual(form model.Form, lambda complex128, v []complex128, transpose bool) (residual, rounding float64) {
	mv := t.timesM(form, v, transpose)
	for i := range mv {
		mv[i] -= lambda * v[i]
	}
	rounding = t.sumRounding() * norm(t.absM(form, lengths(v), transpose))
	return norm(mv), rounding + 4*t.u*cmplx.Abs(lambda)*norm(v)
}

// sumRounding is the relative rounding of a sum over all units.
func (t *truth) sumRounding() float64 { return float64(t.n+t.rank+6) * t.u }

// timesD returns D v, and how far an implementation may be from it, entry by
// entry.
func (t *truth) timesD(v []complex128) (dv []complex128, err []float64) {
	dv, err = make([]complex128, t.n), make([]float64, t.n)
	for i := range v {
		dv[i] = complex(t.d[i], 0) * v[i]
		err[i] = (t.dErr[i]+4*t.u*t.d[i])*cmplx.Abs(v[i]) + t.smallest
	}
	return dv, err
}

// expectRight claims of every mode: M_x v = λv, w = D v, M_r w = λw, and the
// way back (I + λτ)⁻¹W w = v. (L3, L12)
func (t *truth) expectRight(f *theorems.Finding, modes []mode) {
	a := t.allowance()
	for _, md := range modes {
		res, rounding := t.eigenResidual(model.Activation, md.lambda, md.v, false)
		f.Expect("‖M_x v − λv‖", res, md.rightRes+rounding, a.size*norm(md.v))

		dv, dvErr := t.timesD(md.v)
		length := norm(md.v)
		for i := range dv {
			f.Expect("|w − D v| in an entry", cmplx.Abs(md.w[i]-dv[i]), dvErr[i], t.d[i]*length+t.smallest)
		}
		// M_r D = D M_x: the residual of w is D times that of v.
		carried := dense.VectorNormInf(t.d)*md.rightRes + norm(t.absM(model.Activity, dvErr, false)) + cmplx.Abs(md.lambda)*norm(dvErr)
		res, rounding = t.eigenResidual(model.Activity, md.lambda, md.w, false)
		f.Expect("‖M_r w − λw‖", res, carried+rounding, a.size*dense.VectorNormInf(t.d)*norm(md.v))

		ww := t.timesW(md.w, false)
		rounding = t.sumRounding() * norm(t.abs(lengths(md.w)))
		for i := range ww {
			ww[i] = ww[i]/(md.shifts[i]*complex(t.tau[i], 0)) - md.v[i]
		}
		slack := md.rightRes + (rounding+norm(t.abs(dvErr)))/t.shortest + 4*t.u*a.size*norm(md.v)
		f.Expect("‖(I+λτ)⁻¹W w − v‖", norm(ww), slack/md.shift, norm(md.v))
	}
}

// expectLeft claims of every mode: lᵀM = λlᵀ in both forms, l_x = D l_r, and
// l_r = (λI+τ⁻¹)⁻¹Wᵀτ⁻¹l_x. (L4, L12)
//
// A solver's left vector p of M_x with residual e gives l_r = Wᵀτ⁻¹p/shift and
// l_x = D l_r = p + e/shift: small shifts amplify.
func (t *truth) expectLeft(f *theorems.Finding, modes []mode) {
	a := t.allowance()
	wSize := t.absSize() / t.shortest
	sizeR := t.sizeM(model.Activity)
	for _, md := range modes {
		dl, dlErr := t.timesD(md.lr)
		length := norm(md.lr)
		for i := range dl {
			f.Expect("|l_x − D l_r| in an entry", cmplx.Abs(md.lx[i]-dl[i]), dlErr[i], t.d[i]*length+t.smallest)
		}
		amplified := 1 + (a.size+cmplx.Abs(md.lambda))/md.shift
		slackX := md.leftAmplified * amplified * (2*a.dense*norm(md.lx) + a.lowRankLeft()*dense.VectorNormInf(t.d)*norm(md.lr))
		slackX += norm(t.absM(model.Activation, dlErr, true)) + cmplx.Abs(md.lambda)*norm(dlErr)
		res, rounding := t.eigenResidual(model.Activation, md.lambda, md.lx, true)
		f.Expect("‖l_xᵀM_x − λl_xᵀ‖", res, slackX+rounding, a.size*norm(md.lx))

		slackR := md.leftAmplified * (2*a.dense*wSize/md.shift*norm(md.lx) + amplified*a.lowRankLeft()*norm(md.lr))
		slackR += 8 * t.u * (a.size + cmplx.Abs(md.lambda)) * norm(md.lr)
		slackR += wSize * norm(dlErr)
		res, rounding = t.eigenResidual(model.Activity, md.lambda, md.lr, true)
		f.Expect("‖l_rᵀM_r − λl_rᵀ‖", res, slackR+rounding, sizeR*norm(md.lr))

		back := make([]complex128, t.n)
		for i := range back {
			back[i] = md.lx[i] / complex(t.tau[i], 0)
		}
		wl := t.timesW(back, true)
		rounding = t.sumRounding() * norm(t.magnitude(lengths(back), true))
		for i := range wl {
			wl[i] = wl[i]/md.shifts[i] - md.lr[i]
		}
		f.Expect("‖(λI+τ⁻¹)⁻¹Wᵀτ⁻¹l_x − l_r‖", norm(wl), (slackR+rounding)/md.shift, norm(md.lr))
	}
}

// lowRankLeft is the part of the left allowance that loadings contribute.
func (a allowance) lowRankLeft() float64 { return a.left - a.dense }

// expectPairing claims l_jᵀv_k = δ_jk in activation form and the same numbers
// in activity form. (L5, L12)
func (t *truth) expectPairing(f *theorems.Finding, modes []mode) {
	a := t.allowance()
	k := float64(len(modes))
	for i, left := range modes {
		_, dlErr := t.timesD(left.lr)
		for j, right := range modes {
			_, dvErr := t.timesD(right.v)
			x, r := dense.Dot(left.lx, right.v), dense.Dot(left.lr, right.w)
			products := 0.0
			transfer := 0.0
			for n := range left.lx {
				products += cmplx.Abs(left.lx[n] * right.v[n])
				transfer += dlErr[n]*cmplx.Abs(right.v[n]) + cmplx.Abs(left.lr[n])*dvErr[n]
			}
			rounding := (float64(t.n)+4)*t.u*products + transfer
			f.Expect("|l_xᵀv − l_rᵀw|", cmplx.Abs(x-r), 2*rounding, norm(left.lx)*norm(right.v)+t.smallest)

			solved := 20 * (float64(t.n) + k) * t.u * left.condition * left.leftAmplified
			if i == j {
				f.Expect("|lᵀv − 1|", cmplx.Abs(x-1), solved+rounding, 1)
				continue
			}
			gap := cmplx.Abs(left.lambda - right.lambda)
			amplified := 1 + (a.size+cmplx.Abs(left.lambda))/left.shift
			leftRes := left.leftAmplified * amplified * (2*a.dense*norm(left.lx) + a.lowRankLeft()*dense.VectorNormInf(t.d)*norm(left.lr))
			bound := (leftRes*norm(right.v)+norm(left.lx)*right.rightRes)/gap + rounding
			if left.clustered {
				bound = max(min(bound, 1), solved*right.condition+rounding)
			}
			f.Expect("|l_jᵀv_k|, j ≠ k", cmplx.Abs(x), bound, 1)
		}
	}
}
