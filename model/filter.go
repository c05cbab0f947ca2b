package model

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Filtered is the law of the latents x_t given the observations before step t
// (Predicted) and up to it (Filtered): means (T×K), and covariances (each K×K,
// nil for K = 0). The predictor of y_t is C times PredictedMean.
//
// Density is false where the observed entries have no joint density, because
// the covariance of some Y[t] given those before is singular; there
// LogLikelihood, in nats, is not given, and is 0.
type Filtered struct {
	PredictedMean, FilteredMean [][]float64
	PredictedCov, FilteredCov   []*mat.SymDense
	LogLikelihood               float64
	Density                     bool
}

// Filter returns the Kalman filter of observations Y (T×N), whose entries may
// be missing:
//
//	x̂_{t|t} = x̂_{t|t−1} + Σ_t Cᵀ S_t⁺ (y_t − C x̂_{t|t−1}),   S_t = C Σ_t Cᵀ + R_v,
//	x̂_{t+1|t} = A x̂_{t|t},   Σ_{t+1} = A Σ_{t|t} Aᵀ + Q,
//
// computed on square roots, so that singular and zero Q, R_v and S_t are nothing
// special. A step costs O(N K + K³) after a set-up of O(N K²), which is made
// anew for a step with entries missing that were not in the step before; a
// dense R_v makes the set-up O(N³).
// A step whose Missing is all true predicts: one more at the end gives the
// law of x_{T+1}.
//
// A stationary LDS with ρ(A) ≥ 1, by computed eigenvalues, is ErrUnstable, one
// whose law takes too many doublings ErrNotConverged. Data that a singular law does
// not allow, to half of the digits, are ErrInvalid, as are those of a wrong shape, or not finite.
// (arXiv:2110.09804; S5)
func (l *LDS) Filter(obs Observations) (*Filtered, error) {
	out := &Filtered{Density: true}
	err := l.filter(obs, func(_ int, s *filterStep) error {
		out.PredictedMean = append(out.PredictedMean, s.predicted)
		out.PredictedCov = append(out.PredictedCov, s.prior.mulT(s.prior).symmetric())
		out.FilteredMean = append(out.FilteredMean, s.mean)
		out.FilteredCov = append(out.FilteredCov, s.posterior().symmetric())
		if out.Density = out.Density && s.regular(); out.Density {
			out.LogLikelihood += s.logDensity(s.y, s.squared)
		} else {
			out.LogLikelihood = 0
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// LogLikelihood returns ln p(Y) in nats, the joint density of the entries that
// are not missing, by the Kalman filter: see Filter. Where they have no joint
// density it is ErrSingular, with the step that shows it: products of
// conditional pseudo-determinants would depend on the order of the steps. (S8)
func (l *LDS) LogLikelihood(obs Observations) (float64, error) {
	sum := 0.0
	err := l.filter(obs, func(t int, s *filterStep) error {
		if !s.regular() {
			return s.singular(t)
		}
		sum += s.logDensity(s.y, s.squared)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return sum, nil
}

// filterStep is what Y[t] tells of x_t.
type filterStep struct {
	*conditioning
	prior           array     // root of Σ_t
	predicted, mean []float64 // of x_t before and after
	y               reduced
	innovation      []float64 // white, S^(−½)(ŷ − Ĉ x̂)
	squared         float64   // its squared length
}

// start returns mean and a root of the covariance of x_1.
func (l *LDS) start() (mean []float64, root array, err error) {
	if l.initial != nil {
		root, err = noiseRoot(l.initial.Cov)
		return slices.Clone(l.initial.Mean), root, err
	}
	q, err := noiseRoot(l.q)
	if err != nil {
		return nil, array{}, err
	}
	root, err = stationaryRoot(l.a, q)
	return make([]float64, l.Latents()), root, err
}

// filter calls visit with every step, in order.
func (l *LDS) filter(obs Observations, visit func(t int, s *filterStep) error) error {
	if err := obs.check(l.Units()); err != nil {
		return err
	}
	mean, root, err := l.start()
	if err != nil {
		return err
	}
	q, err := noiseRoot(l.q)
	if err != nil {
		return err
	}
	view := views{l: l}
	terms := array{1, len(mean), mean}.abs().data // whose rounding is in the mean
	for t := range obs.Y {
		o, y, err := view.of(obs, t)
		if err != nil {
			return err
		}
		seen := o.reduce(y)
		s := &filterStep{conditioning: o.conditionAt(root, o.terms(terms, seen)), prior: root, predicted: mean, mean: slices.Clone(mean), y: seen}
		if s.innovation, err = s.update(s.mean, terms, s.y); err != nil {
			return fmt.Errorf("in Y[%d]: %w", t, err)
		}
		s.squared = sumSquares(s.innovation)
		if err := visit(t, s); err != nil || t == len(obs.Y)-1 {
			return err
		}
		mean, root, terms = l.a.timesVector(s.mean), carried(l.a, s.post, q), reach(l.a, terms)
		for i, x := range rowNorms(root) {
			if math.IsNaN(x+mean[i]) || math.IsInf(x+mean[i], 0) {
				return invalidf("latent %d overflows in step %d: its mean is %v, its standard deviation %v", i, t+1, mean[i], x)
			}
		}
	}
	return nil
}

// views are the read-outs of the units that are seen. The whole, and the one
// before, are kept.
type views struct {
	l     *LDS
	whole *readout
	part  *readout
	units []int
}

func (v *views) of(obs Observations, t int) (o *readout, y []float64, err error) {
	units, y := obs.observed(t), obs.Y[t]
	if units == nil {
		if v.whole == nil {
			v.whole, err = newReadout(v.l.c, v.l.r)
		}
		return v.whole, y, err
	}
	if v.part == nil || !slices.Equal(units, v.units) {
		r, err := v.l.r.Restrict(units)
		if err != nil {
			return nil, nil, err
		}
		if v.part, err = newReadout(v.l.c.selectRows(units), r); err != nil {
			return nil, nil, err
		}
		v.units = units
	}
	seen := make([]float64, len(units))
	for k, i := range units {
		seen[k] = y[i]
	}
	return v.part, seen, nil
}
