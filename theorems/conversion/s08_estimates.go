package conversion

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

func judgeEstimates(s theorems.Subject, c generators.ObservedSystem) (f theorems.Finding, err error) {
	if s.Estimate == nil {
		return f, theorems.Missing("Estimate")
	}
	t, err := observeSystem(c.System, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	return f, t.expectEstimates(&f, s, recording(c.Y, c.Missing))
}

// expectEstimates compares what is predicted, filtered and smoothed with the
// joint law of latents and observations.
func (t *system) expectEstimates(f *theorems.Finding, s theorems.Subject, y model.Observations) error {
	steps, k := len(y.Y), t.Latents()
	truth := gaussianOf(t.LatentSystem)
	var excluded *gaussian.Contradiction
	if _, _, err := truth.Posterior(y.Y, y.Missing, steps, steps); errors.As(err, &excluded) {
		// Data come rounded, and a filter need not know to how many digits: half of its own are enough.
		_, err := s.Estimate(t.lds, y)
		if refused := errors.Is(err, model.ErrInvalid); refused || excluded.Relative > clearly*math.Sqrt(2*s.UnitRoundoff) {
			return f.DemandRefusal("data that the law excludes are refused", err, model.ErrInvalid)
		}
		f.Abstain("data that the law excludes, but allows to half of the digits")
		return err
	} else if err != nil {
		return err
	}
	kappa, err := t.observedCondition(y)
	if err != nil {
		return err
	}
	// A filter takes differences of the size of deviations, in which units of
	// little innovation are known to rounding of what they vary altogether.
	relative := t.filterError(steps) * (kappa + t.sharpest(steps))
	got, err := s.Estimate(t.lds, y)
	if math.IsInf(relative, 1) && err == nil {
		f.Abstain("a singular covariance of what is observed, to rounding")
		return nil
	}
	if errors.Is(err, model.ErrInvalid) && relative > tooRough {
		f.Abstain("data within rounding of what the law excludes")
		return nil
	}
	if err != nil {
		return err
	}
	own := 0.0 // of V itself, seen or not
	if !t.HasInitial() {
		own = t.stationaryError()
	}
	// Latents are of the size of their variances and of what is read off the data.
	size := 0.0
	for _, row := range y.Y {
		size = math.Max(size, dense.VectorNormInf(row))
	}
	for step := 1; step <= steps; step++ {
		for _, e := range []struct {
			what string
			upTo int
			mean [][]float64
			cov  [][][]float64
		}{{"predicted", step - 1, got.PredictedMean, got.PredictedCov}, {"filtered", step, got.FilteredMean, got.FilteredCov}, {"smoothed", steps, got.SmoothedMean, got.SmoothedCov}} {
			mean, cov, err := truth.Posterior(y.Y, y.Missing, step, e.upTo)
			if err != nil {
				return err
			}
			f.Demand(e.what+" laws of T steps and K latents", len(e.mean) == steps && len(e.cov) == steps && len(e.mean[step-1]) == k && shaped(e.cov[step-1], k, k))
			if f.Verdict == theorems.Fails {
				return nil
			}
			_, prior, err := truth.Posterior(y.Y, y.Missing, step, 0)
			if err != nil {
				return err
			}
			v := dense.NormFro(prior)
			relative := relative
			if e.what == "smoothed" { // a second pass, in which what the first left is squared
				relative *= 4
			}
			expectClose(f, "|"+e.what+" covariance − that of the joint law|", e.cov[step-1], cov, (relative+own/(v+smallest))*(v+smallest), v+smallest)
			// A mean is gain times data: ‖gain‖² ≤ κ‖V‖/min variance.
			gain := math.Sqrt(v * kappa / leastVariance(t.law.Covariance(steps)))
			expectClose(f, "|"+e.what+" mean − that of the joint law|", [][]float64{e.mean[step-1]}, [][]float64{mean},
				relative*(gain*size+dense.VectorNorm2(mean)+dense.VectorNorm2(t.Mean)), gain*size+dense.VectorNorm2(mean)+dense.VectorNorm2(t.Mean)+smallest)
		}
	}
	return nil
}

// sharpest is the largest ratio of a unit's deviation to that given the past.
func (t *system) sharpest(steps int) float64 {
	most := 1.0
	for p := range steps {
		cov := t.law.Covariance(p + 1)
		n := t.Units()
		whole, rest := deviations(slice(cov, p*n, p*n, n)), deviations(t.law.PredictionCovariance(p))
		for i := range rest {
			if rest[i] > 0 {
				most = math.Max(most, whole[i]/rest[i])
			}
		}
	}
	return most
}

// leastVariance is the smallest variance that is not 0, +∞ if there is none.
func leastVariance(cov [][]float64) float64 {
	least := math.Inf(1)
	for i, row := range cov {
		if row[i] > 0 {
			least = math.Min(least, row[i])
		}
	}
	return least
}

// observedCondition is the condition, on its range, of the correlations of
// what is observed.
func (t *system) observedCondition(y model.Observations) (float64, error) {
	var seen []int
	for s, row := range y.Y {
		for i := range row {
			if y.Missing == nil || !y.Missing[s][i] {
				seen = append(seen, s*len(row)+i)
			}
		}
	}
	full := t.law.Covariance(len(y.Y))
	cov := make([][]float64, len(seen))
	for a, i := range seen {
		for _, j := range seen {
			cov[a] = append(cov[a], full[i][j])
		}
	}
	joint, err := t.exactJoint(len(y.Y))
	if err != nil {
		return 0, err
	}
	return condition(scaledTo(cov, deviations(cov)), principal(joint, seen).Rank()), nil
}
