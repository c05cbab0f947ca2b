package wire

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// feature is what is given of a population before a fit.
type feature struct {
	MeanM []float64   `json:"mean_m"`
	CovMM [][]float64 `json:"cov_mm"`
	MeanI float64     `json:"mean_I"`
	VarI  float64     `json:"var_I"`
}

type fitParams struct {
	Nonlinearity      string      `json:"nonlinearity"`
	Features          []feature   `json:"features"`
	Points            [][]float64 `json:"points"`  // κ
	Targets           [][]float64 `json:"targets"` // dκ/dt there
	Ridge             float64     `json:"ridge"`
	WithoutCovariance bool        `json:"without_covariance,omitempty"`
}

// fitResult is the mixture with the root of the mean square error, and optionally
// its largest error and the objective ‖Φc − y‖² + β‖c‖².
type fitResult struct {
	Mixture   Mixture  `json:"mixture"`
	RMS       float64  `json:"rms"`
	Max       *float64 `json:"max,omitempty"`
	Objective *float64 `json:"objective,omitempty"`
}

func fit() operation {
	return on("fit", func(s theorems.Subject) bool { return s.FitMixture != nil },
		func(s theorems.Subject, p fitParams) (*fitResult, error) {
			problem := model.FitProblem{Points: p.Points, Targets: p.Targets, Ridge: p.Ridge, WithoutCovariance: p.WithoutCovariance}
			var err error
			if problem.Nonlinearity, err = model.NonlinearityByName(p.Nonlinearity); err != nil {
				return nil, err
			}
			for _, f := range p.Features {
				problem.Features = append(problem.Features, model.Feature(f))
			}
			got, err := s.FitMixture(problem)
			if err != nil {
				return nil, err
			}
			return &fitResult{MixtureOf(got.Mixture), got.RMS, &got.Max, &got.Objective}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.FitMixture = func(problem model.FitProblem) (*model.Fit, error) {
				p := fitParams{Nonlinearity: problem.Nonlinearity.Name(), Features: []feature{}, Points: problem.Points, Targets: problem.Targets,
					Ridge: problem.Ridge, WithoutCovariance: problem.WithoutCovariance}
				for _, f := range problem.Features {
					p.Features = append(p.Features, feature(f))
				}
				r, err := ask[fitResult](c, "fit", p)
				if err != nil {
					return nil, err
				}
				if err := shaped("fit", checkLength("mixture.populations", r.Mixture.Populations, len(problem.Features))); err != nil {
					return nil, err
				}
				m, err := r.Mixture.admitted("fit", len(problem.Points[0]), rounding{u: c.roundoff})
				if err != nil {
					return nil, err
				}
				out := &model.Fit{Mixture: m, RMS: r.RMS}
				if r.Max == nil || r.Objective == nil {
					if err := measure(out, problem); err != nil {
						return nil, err
					}
				}
				if r.Max != nil {
					out.Max = *r.Max
				}
				if r.Objective != nil {
					out.Objective = *r.Objective
				}
				return out, nil
			}
		})
}

// measure sets the largest error and the objective of a fit's mixture. Of the
// coefficients c that belong to a population, α a_n and α Σ_nm L⁻ᵀ with LLᵀ = Σ_mm,
// ‖c‖² is α²(‖a_n‖² + tr Σ_nm Σ_mm⁺ Σ_mn), whatever L.
func measure(fit *model.Fit, problem model.FitProblem) error {
	field, sum := fit.Mixture.Circuit(), 0.0
	for k, kappa := range problem.Points {
		v, err := field.Field(kappa)
		if err != nil {
			return err
		}
		square := 0.0
		for r := range v {
			square += (v[r] - problem.Targets[k][r]) * (v[r] - problem.Targets[k][r])
		}
		sum += square
		fit.Max = math.Max(fit.Max, math.Sqrt(square))
	}
	norm := 0.0
	for p := range fit.Mixture.Populations() {
		m := fit.Mixture.Moments(p)
		least, err := m.Complete()
		if err != nil {
			return err
		}
		for r, a := range m.MeanN {
			i := len(m.MeanN) + r
			norm += m.Weight * m.Weight * (a*a + least.Cov.At(i, i))
		}
	}
	fit.Objective = sum + problem.Ridge*norm
	return nil
}

type truncateParams struct {
	W    [][]float64 `json:"W"`
	Rank int         `json:"rank"`
}

type truncateResult struct {
	M     [][]float64 `json:"M"`     // N×R
	N     [][]float64 `json:"N"`     // N×R
	Error float64     `json:"error"` // ‖W − M Nᵀ‖₂
}

func truncate() operation {
	return on("truncate", func(s theorems.Subject) bool { return s.Truncate != nil },
		func(s theorems.Subject, p truncateParams) (*truncateResult, error) {
			if len(p.W) == 0 {
				return nil, invalidf("W has no entries")
			}
			if err := checkShape("W", p.W, len(p.W), len(p.W)); err != nil {
				return nil, invalidf("%v", err)
			}
			cut, err := s.Truncate(p.W, p.Rank)
			if err != nil {
				return nil, err
			}
			return &truncateResult{matrix(cut.M), matrix(cut.N), cut.Error}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.Truncate = func(w [][]float64, rank int) (*theorems.LowRankCut, error) {
				r, err := ask[truncateResult](c, "truncate", truncateParams{w, rank})
				if err != nil {
					return nil, err
				}
				columns := 0
				if len(r.M) > 0 {
					columns = len(r.M[0])
				}
				if err := shaped("truncate", checkShape("M", r.M, len(w), columns), checkShape("N", r.N, len(w), columns)); err != nil {
					return nil, err
				}
				if columns > rank {
					return nil, &Malformed{"truncate", "M has more columns than the rank"}
				}
				out := &theorems.LowRankCut{M: r.M, N: r.N, Error: r.Error}
				if columns == 0 {
					out.M, out.N = nil, nil
				}
				return out, nil
			}
		})
}
