package wire

import (
	"fmt"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

type stepsParams struct {
	LDS   LDS `json:"lds"`
	Steps int `json:"steps"`
}

// recurrentStep is y_{t+1} = next + J (y_t − mean) + ε, ε ~ N(0, P).
type recurrentStep struct {
	J    [][]float64 `json:"J"` // N×N
	P    Noise       `json:"P"` // N×N
	Mean []float64   `json:"mean"`
	Next []float64   `json:"next"`
}

type stepsResult struct {
	Steps []recurrentStep `json:"steps"`
}

func matchStepwise() operation {
	return on("match_steps", func(s theorems.Subject) bool { return s.MatchSteps != nil },
		func(s theorems.Subject, p stepsParams) (*stepsResult, error) {
			l, err := p.LDS.Model()
			if err != nil {
				return nil, err
			}
			steps, err := s.MatchSteps(l, p.Steps)
			out := &stepsResult{[]recurrentStep{}}
			for _, t := range steps {
				out.Steps = append(out.Steps, recurrentStep{t.J, Noise{Dense: t.P}, t.Mean, t.Next})
			}
			return out, err
		},
		func(s *theorems.Subject, c *client) {
			s.MatchSteps = func(l *model.LDS, steps int) ([]theorems.RecurrentStep, error) {
				const op = "match_steps"
				r, err := ask[stepsResult](c, op, stepsParams{LDSOf(l), steps})
				if err != nil {
					return nil, err
				}
				if err := shaped(op, checkLength("steps", r.Steps, steps)); err != nil {
					return nil, err
				}
				n, out := l.Units(), []theorems.RecurrentStep{}
				for t, step := range r.Steps {
					p, err := step.P.Rows("P", n)
					if err := shaped(fmt.Sprintf("%s, step %d", op, t), err, checkShape("J", step.J, n, n), checkLength("mean", step.Mean, n), checkLength("next", step.Next, n)); err != nil {
						return nil, err
					}
					out = append(out, theorems.RecurrentStep{J: step.J, P: p, Mean: step.Mean, Next: step.Next})
				}
				return out, nil
			}
		})
}

type estimateParams struct {
	LDS LDS       `json:"lds"`
	Y   recording `json:"y"` // T×N
}

// estimates are of x_t given y_1 … y_{t−1}, y_1 … y_t, and all (T×K, T×K×K).
type estimates struct {
	PredictedMean [][]float64   `json:"predicted_mean"`
	FilteredMean  [][]float64   `json:"filtered_mean"`
	SmoothedMean  [][]float64   `json:"smoothed_mean"`
	PredictedCov  [][][]float64 `json:"predicted_cov"`
	FilteredCov   [][][]float64 `json:"filtered_cov"`
	SmoothedCov   [][][]float64 `json:"smoothed_cov"`
}

func (e *estimates) check(steps, latents int) error {
	var checks []error
	for _, m := range []struct {
		name string
		mean [][]float64
		cov  [][][]float64
	}{{"predicted", e.PredictedMean, e.PredictedCov}, {"filtered", e.FilteredMean, e.FilteredCov}, {"smoothed", e.SmoothedMean, e.SmoothedCov}} {
		checks = append(checks, checkLength(m.name+"_mean", m.mean, steps), checkLength(m.name+"_cov", m.cov, steps))
		for t, v := range m.mean {
			checks = append(checks, checkLength(fmt.Sprintf("%s_mean[%d]", m.name, t), v, latents))
		}
		for t, v := range m.cov {
			checks = append(checks, checkShape(fmt.Sprintf("%s_cov[%d]", m.name, t), v, latents, latents))
		}
	}
	return shaped("estimate", checks...)
}

func estimate() operation {
	return on("estimate", func(s theorems.Subject) bool { return s.Estimate != nil },
		func(s theorems.Subject, p estimateParams) (*estimates, error) {
			l, err := p.LDS.Model()
			if err != nil {
				return nil, err
			}
			e, err := s.Estimate(l, p.Y.y)
			if err != nil {
				return nil, err
			}
			vectors := func(rows [][]float64) [][]float64 {
				for i := range rows {
					if rows[i] == nil {
						rows[i] = []float64{}
					}
				}
				return rows
			}
			matrices := func(all [][][]float64) [][][]float64 {
				for i := range all {
					all[i] = matrix(all[i])
				}
				return all
			}
			return &estimates{vectors(e.PredictedMean), vectors(e.FilteredMean), vectors(e.SmoothedMean),
				matrices(e.PredictedCov), matrices(e.FilteredCov), matrices(e.SmoothedCov)}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.Estimate = func(l *model.LDS, y model.Observations) (*theorems.Estimates, error) {
				r, err := ask[estimates](c, "estimate", estimateParams{LDSOf(l), recording{y}})
				if err != nil {
					return nil, err
				}
				out := theorems.Estimates(r)
				return &out, r.check(len(y.Y), l.Latents())
			}
		})
}

// steady is what the Kalman filter settles to.
type steady struct {
	PredictorCov  [][]float64 `json:"predictor_cov"`  // K×K
	FilterCov     [][]float64 `json:"filter_cov"`     // K×K
	PredictorGain [][]float64 `json:"predictor_gain"` // K×N
	FilterGain    [][]float64 `json:"filter_gain"`    // K×N
	Innovation    Noise       `json:"innovation"`     // N×N
	Radius        float64     `json:"radius"`         // ρ(A − KC)
	Stabilizing   bool        `json:"stabilizing"`
}

func steadyState() operation {
	return on("steady_state", func(s theorems.Subject) bool { return s.SteadyState != nil },
		func(s theorems.Subject, p ldsParams) (*steady, error) {
			l, err := p.LDS.Model()
			if err != nil {
				return nil, err
			}
			r, err := s.SteadyState(l)
			if err != nil {
				return nil, err
			}
			return &steady{matrix(r.PredictorCov), matrix(r.FilterCov), matrix(r.PredictorGain), matrix(r.FilterGain),
				Noise{Dense: r.Innovation}, r.ClosedLoopRadius, r.Stabilizing}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.SteadyState = func(l *model.LDS) (*theorems.SteadyState, error) {
				const op = "steady_state"
				r, err := ask[steady](c, op, ldsParams{LDSOf(l)})
				if err != nil {
					return nil, err
				}
				k, n := l.Latents(), l.Units()
				innovation, err := r.Innovation.Rows("innovation", n)
				return &theorems.SteadyState{PredictorCov: r.PredictorCov, FilterCov: r.FilterCov, PredictorGain: r.PredictorGain, FilterGain: r.FilterGain,
						Innovation: innovation, ClosedLoopRadius: r.Radius, Stabilizing: r.Stabilizing},
					shaped(op, err, checkShape("predictor_cov", r.PredictorCov, k, k), checkShape("filter_cov", r.FilterCov, k, k),
						checkShape("predictor_gain", r.PredictorGain, k, n), checkShape("filter_gain", r.FilterGain, k, n))
			}
		})
}
