package wire

import (
	"fmt"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// meanFieldOperations are those on Gaussian-mixture low-rank networks.
func meanFieldOperations() []operation {
	return []operation{fit(), truncate(), average(), jacobian(), gains(), fieldVariance(), gauge(), complete(),
		sample(), reducedRun(), integrate(), cycle()}
}

func objectOfMixture(m *model.Mixture) *Mixture {
	o := MixtureOf(m)
	return &o
}

func objectOfReduced(net *model.ReducedNetwork, v float64) *Network {
	o := ReducedOf(net, v)
	return &o
}

// latents is a mixture or a network by loadings, one of them.
type latents struct {
	mixture *model.Mixture
	network *model.ReducedNetwork
}

func latentsOf(m *Mixture, n *Network) (l latents, err error) {
	switch {
	case (m == nil) == (n == nil):
		return l, invalidf("want a mixture or a network")
	case m != nil:
		l.mixture, err = m.Model()
	default:
		l.network, err = n.Reduced()
	}
	return l, err
}

type averageParams struct {
	Nonlinearity string  `json:"nonlinearity"`
	Order        int     `json:"order"` // of the derivative of φ: 0, 1, 2
	Mu           float64 `json:"mu"`
	Delta        float64 `json:"delta"`
}

func average() operation {
	return on("average", func(s theorems.Subject) bool { return s.Average != nil },
		func(s theorems.Subject, p averageParams) (*valueResult, error) {
			if p.Order < 0 || p.Order > 2 {
				return nil, invalidf("order is %d, want 0, 1 or 2", p.Order)
			}
			v, err := s.Average(p.Nonlinearity, p.Order, p.Mu, p.Delta)
			return &valueResult{v}, err
		},
		func(s *theorems.Subject, c *client) {
			s.Average = func(phi string, order int, mu, delta float64) (float64, error) {
				r, err := ask[valueResult](c, "average", averageParams{phi, order, mu, delta})
				return r.Value, err
			}
		})
}

type jacobianParams struct {
	Mixture *Mixture  `json:"mixture,omitempty"`
	Network *Network  `json:"network,omitempty"`
	Kappa   []float64 `json:"kappa"`
}

type matrixResult struct {
	Matrix [][]float64 `json:"matrix"` // R×R
}

func jacobian() operation {
	return on("jacobian", func(s theorems.Subject) bool { return s.MeanFieldJacobian != nil || s.ReducedJacobian != nil },
		func(s theorems.Subject, p jacobianParams) (*matrixResult, error) {
			of, err := latentsOf(p.Mixture, p.Network)
			if err != nil {
				return nil, err
			}
			var j [][]float64
			switch {
			case of.mixture != nil && s.MeanFieldJacobian != nil:
				j, err = s.MeanFieldJacobian(of.mixture, p.Kappa)
			case of.network != nil && s.ReducedJacobian != nil:
				j, err = s.ReducedJacobian(of.network, p.Kappa)
			default:
				err = theorems.Missing("Jacobian of a mixture, or of a network")
			}
			return &matrixResult{j}, err
		},
		func(s *theorems.Subject, c *client) {
			asked := func(p jacobianParams) ([][]float64, error) {
				r, err := ask[matrixResult](c, "jacobian", p)
				if err != nil {
					return nil, err
				}
				return r.Matrix, shaped("jacobian", checkShape("matrix", r.Matrix, len(p.Kappa), len(p.Kappa)))
			}
			s.MeanFieldJacobian = func(m *model.Mixture, kappa []float64) ([][]float64, error) {
				return asked(jacobianParams{Mixture: objectOfMixture(m), Kappa: kappa})
			}
			s.ReducedJacobian = func(net *model.ReducedNetwork, kappa []float64) ([][]float64, error) {
				return asked(jacobianParams{Network: objectOfReduced(net, 1), Kappa: kappa})
			}
		})
}

type mixturePoint struct {
	Mixture Mixture   `json:"mixture"`
	Kappa   []float64 `json:"kappa"`
}

type gain struct {
	Mu    float64 `json:"mu"`
	Delta float64 `json:"delta"`
	Value float64 `json:"value"`
	Slope float64 `json:"slope"`
}

type gainsResult struct {
	Populations []gain `json:"populations"`
}

func gains() operation {
	return on("gains", func(s theorems.Subject) bool { return s.Gains != nil },
		func(s theorems.Subject, p mixturePoint) (*gainsResult, error) {
			m, err := p.Mixture.Model()
			if err != nil {
				return nil, err
			}
			all, err := s.Gains(m, p.Kappa)
			out := &gainsResult{[]gain{}}
			for _, g := range all {
				out.Populations = append(out.Populations, gain(g))
			}
			return out, err
		},
		func(s *theorems.Subject, c *client) {
			s.Gains = func(m *model.Mixture, kappa []float64) ([]model.Gain, error) {
				r, err := ask[gainsResult](c, "gains", mixturePoint{MixtureOf(m), kappa})
				if err != nil {
					return nil, err
				}
				var out []model.Gain
				for _, g := range r.Populations {
					out = append(out, model.Gain(g))
				}
				return out, shaped("gains", checkLength("populations", out, m.Populations()))
			}
		})
}

type varianceParams struct {
	Mixture    Mixture   `json:"mixture"`
	Kappa      []float64 `json:"kappa"`
	FixedSizes bool      `json:"fixed_sizes"` // within populations alone
}

func fieldVariance() operation {
	return on("field_variance", func(s theorems.Subject) bool { return s.FieldVariance != nil },
		func(s theorems.Subject, p varianceParams) (*valueResult, error) {
			m, err := p.Mixture.Model()
			if err != nil {
				return nil, err
			}
			v, err := s.FieldVariance(m, p.Kappa, p.FixedSizes)
			return &valueResult{v}, err
		},
		func(s *theorems.Subject, c *client) {
			s.FieldVariance = func(m *model.Mixture, kappa []float64, fixedSizes bool) (float64, error) {
				r, err := ask[valueResult](c, "field_variance", varianceParams{MixtureOf(m), kappa, fixedSizes})
				return r.Value, err
			}
		})
}

type gaugeParams struct {
	Mixture *Mixture    `json:"mixture,omitempty"`
	Network *Network    `json:"network,omitempty"`
	G       [][]float64 `json:"G"` // R×R
}

type gaugeResult struct {
	Mixture *Mixture `json:"mixture,omitempty"`
	Network *Network `json:"network,omitempty"`
}

// gauge puts M G and N G⁻ᵀ in place of M and N.
func gauge() operation {
	return on("gauge", func(s theorems.Subject) bool { return s.GaugeMixture != nil || s.GaugeNetwork != nil },
		func(s theorems.Subject, p gaugeParams) (*gaugeResult, error) {
			of, err := latentsOf(p.Mixture, p.Network)
			if err != nil {
				return nil, err
			}
			rank := 0
			if of.mixture != nil {
				rank = of.mixture.Rank()
			} else {
				rank = of.network.Rank()
			}
			if err := checkShape("G", p.G, rank, rank); err != nil {
				return nil, invalidf("%v", err)
			}
			switch {
			case of.mixture != nil && s.GaugeMixture != nil:
				m, err := s.GaugeMixture(of.mixture, p.G)
				if err != nil {
					return nil, err
				}
				return &gaugeResult{Mixture: objectOfMixture(m)}, nil
			case of.network != nil && s.GaugeNetwork != nil:
				net, err := s.GaugeNetwork(of.network, p.G)
				if err != nil {
					return nil, err
				}
				return &gaugeResult{Network: objectOfReduced(net, 1)}, nil
			}
			return nil, theorems.Missing("gauge of a mixture, or of a network")
		},
		func(s *theorems.Subject, c *client) {
			s.GaugeMixture = func(m *model.Mixture, g [][]float64) (*model.Mixture, error) {
				r, err := ask[gaugeResult](c, "gauge", gaugeParams{Mixture: objectOfMixture(m), G: g})
				if err != nil {
					return nil, err
				}
				if r.Mixture == nil {
					return nil, &Malformed{"gauge", `no member "mixture"`}
				}
				if err := shaped("gauge", checkLength("mixture.populations", r.Mixture.Populations, m.Populations())); err != nil {
					return nil, err
				}
				return r.Mixture.admitted("gauge", m.Rank(), rounding{u: c.roundoff})
			}
			s.GaugeNetwork = func(net *model.ReducedNetwork, g [][]float64) (*model.ReducedNetwork, error) {
				r, err := ask[gaugeResult](c, "gauge", gaugeParams{Network: objectOfReduced(net, 1), G: g})
				if err != nil {
					return nil, err
				}
				if r.Network == nil {
					return nil, &Malformed{"gauge", `no member "network"`}
				}
				if err := shaped("gauge", checkShape("network.M", r.Network.M, net.Units(), net.Rank()), checkShape("network.N", r.Network.N, net.Units(), net.Rank())); err != nil {
					return nil, err
				}
				out, err := r.Network.Reduced()
				if err != nil {
					return nil, shaped("gauge", err)
				}
				return out, nil
			}
		})
}

// moments are those of a population that the mean field knows.
type moments struct {
	Weight float64     `json:"weight"`
	MeanM  []float64   `json:"mean_m"`
	MeanN  []float64   `json:"mean_n"`
	MeanI  float64     `json:"mean_I"`
	CovMM  [][]float64 `json:"cov_mm"`
	CovNM  [][]float64 `json:"cov_nm"` // [r][s]: Cov(n^r, m^s)
	CovMI  []float64   `json:"cov_mI"`
	CovNI  []float64   `json:"cov_nI"`
	VarI   float64     `json:"var_I"`
}

type covResult struct {
	Cov [][]float64 `json:"cov"` // of (m, n, I), (2R+1)×(2R+1)
}

func complete() operation {
	return on("complete", func(s theorems.Subject) bool { return s.Complete != nil },
		func(s theorems.Subject, p moments) (*covResult, error) {
			cov, err := s.Complete(model.Moments(p))
			return &covResult{cov}, err
		},
		func(s *theorems.Subject, c *client) {
			s.Complete = func(m model.Moments) ([][]float64, error) {
				r, err := ask[covResult](c, "complete", moments(m))
				if err != nil {
					return nil, err
				}
				size := 2*len(m.MeanM) + 1
				return r.Cov, shaped("complete", checkShape("cov", r.Cov, size, size))
			}
		})
}

// sampleParams ask for a network of some units: sizes "drawn" or "exact", or
// those given; completion "as_given" or "minimal".
type sampleParams struct {
	Mixture      Mixture `json:"mixture"`
	Units        int     `json:"units"`
	Sizes        string  `json:"sizes"`
	Given        []int   `json:"given,omitempty"`
	Completion   string  `json:"completion"`
	MatchMoments bool    `json:"match_moments"`
	Seed         uint64  `json:"seed"`
}

type sampleResult struct {
	M      [][]float64 `json:"M"` // N×R
	N      [][]float64 `json:"N"` // N×R
	I      []float64   `json:"I"`
	Labels []int       `json:"labels"` // population of each unit
}

var (
	sizeRules       = map[string]model.SizeRule{"drawn": model.DrawnSizes, "exact": model.ExactSizes}
	completionRules = map[string]model.CompletionRule{"as_given": model.AsGiven, "minimal": model.Minimal}
)

// nameOf returns the name of a rule.
func nameOf[T comparable](rules map[string]T, rule T) string {
	for name, r := range rules {
		if r == rule {
			return name
		}
	}
	return fmt.Sprint(rule)
}

func sample() operation {
	return on("sample", func(s theorems.Subject) bool { return s.SampleMixture != nil },
		func(s theorems.Subject, p sampleParams) (*sampleResult, error) {
			m, err := p.Mixture.Model()
			if err != nil {
				return nil, err
			}
			how := model.MixtureSampling{Units: p.Units, Given: p.Given, MatchMoments: p.MatchMoments}
			var known bool
			if how.Sizes, known = sizeRules[p.Sizes]; !known {
				return nil, invalidf("sizes is %q, want drawn or exact", p.Sizes)
			}
			if how.Completion, known = completionRules[p.Completion]; !known {
				return nil, invalidf("completion is %q, want as_given or minimal", p.Completion)
			}
			net, err := s.SampleMixture(m, how, p.Seed)
			if err != nil {
				return nil, err
			}
			return &sampleResult{rowsOf(net.M()), rowsOf(net.N()), net.Input(), net.Labels}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.SampleMixture = func(m *model.Mixture, how model.MixtureSampling, seed uint64) (*model.SampledNetwork, error) {
				const op = "sample"
				r, err := ask[sampleResult](c, op, sampleParams{MixtureOf(m), how.Units, nameOf(sizeRules, how.Sizes), how.Given,
					nameOf(completionRules, how.Completion), how.MatchMoments, seed})
				if err != nil {
					return nil, err
				}
				checks := []error{checkShape("M", r.M, how.Units, m.Rank()), checkShape("N", r.N, how.Units, m.Rank()),
					checkLength("I", r.I, how.Units), checkLength("labels", r.Labels, how.Units)}
				for i, p := range r.Labels {
					if p < 0 || p >= m.Populations() {
						checks = append(checks, fmt.Errorf("label of unit %d is %d, want one of 0 … %d", i, p, m.Populations()-1))
					}
				}
				if err := shaped(op, checks...); err != nil {
					return nil, err
				}
				left, errM := denseOf("M", r.M)
				right, errN := denseOf("N", r.N)
				if err := shaped(op, errM, errN); err != nil {
					return nil, err
				}
				net, err := model.NewReducedNetwork(m.Nonlinearity(), given(left), given(right), r.I)
				if err != nil {
					return nil, shaped(op, err)
				}
				return &model.SampledNetwork{ReducedNetwork: net, Labels: r.Labels}, nil
			}
		})
}
