package wire

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// pointOperations are those that take a network or a mixture.
func pointOperations() []operation { return []operation{field(), fixedPoints()} }

// at returns a network whose input rests at u, in its bias.
func at(net *model.RNN, u []float64) *Network {
	n := NetworkOf(net).atInput(u)
	return &n
}

// fieldParams are a mixture, or a network by loadings, with points κ (points×R),
// or a network and x (N).
type fieldParams struct {
	Mixture *Mixture    `json:"mixture,omitempty"`
	Network *Network    `json:"network,omitempty"`
	Kappa   [][]float64 `json:"kappa,omitempty"`
	X       []float64   `json:"x,omitempty"`
}

// fieldResult is dκ/dt, or dx/dt, whichever was asked for.
type fieldResult struct {
	Values any `json:"values"` // points×R, or N
}

// fieldValues is dκ/dt (points×R).
type fieldValues struct {
	Values [][]float64 `json:"values"`
}

func field() operation {
	return on("field", func(s theorems.Subject) bool { return s.Field != nil || s.MeanField != nil || s.ReducedField != nil },
		func(s theorems.Subject, p fieldParams) (*fieldResult, error) {
			switch {
			case (p.Mixture == nil) == (p.Network == nil):
				return nil, invalidf("want a mixture or a network")
			case (p.Kappa == nil) == (p.X == nil) || p.X != nil && p.Network == nil:
				return nil, invalidf("want kappa or, of a network, x")
			case p.X != nil:
				return answerField(s, p)
			}
			f, err := kappaField(s, p)
			if err != nil {
				return nil, err
			}
			values := [][]float64{}
			for _, kappa := range p.Kappa {
				v, err := f(kappa)
				if err != nil {
					return nil, err
				}
				values = append(values, v)
			}
			return &fieldResult{values}, nil
		},
		func(s *theorems.Subject, c *client) {
			installField(s, c)
			s.MeanField = func(m *model.Mixture, kappa []float64) ([]float64, error) {
				mixture := MixtureOf(m)
				return askField(c, fieldParams{Mixture: &mixture}, kappa)
			}
			s.ReducedField = func(net *model.ReducedNetwork, kappa []float64, v float64) ([]float64, error) {
				network := ReducedOf(net, v)
				return askField(c, fieldParams{Network: &network}, kappa)
			}
		})
}

func answerField(s theorems.Subject, p fieldParams) (*fieldResult, error) {
	if s.Field == nil {
		return nil, theorems.Missing("field of a network at x")
	}
	net, err := p.Network.RNN()
	if err != nil {
		return nil, err
	}
	if net.Inputs() > 0 {
		return nil, invalidf("the network has inputs B, want what rests in b")
	}
	v, err := s.Field(net, model.Activation, p.X, nil)
	return &fieldResult{v}, err
}

// kappaField returns the field in κ of a mixture or a network.
func kappaField(s theorems.Subject, p fieldParams) (func(kappa []float64) ([]float64, error), error) {
	if p.Mixture != nil {
		if s.MeanField == nil {
			return nil, theorems.Missing("field of a mixture")
		}
		m, err := p.Mixture.Model()
		return func(kappa []float64) ([]float64, error) { return s.MeanField(m, kappa) }, err
	}
	if s.ReducedField == nil {
		return nil, theorems.Missing("field of a network at kappa")
	}
	net, err := p.Network.Reduced()
	return func(kappa []float64) ([]float64, error) { return s.ReducedField(net, kappa, 1) }, err
}

func askField(c *client, p fieldParams, kappa []float64) ([]float64, error) {
	p.Kappa = [][]float64{kappa}
	r, err := ask[fieldValues](c, "field", p)
	if err != nil {
		return nil, err
	}
	if err := shaped("field", checkShape("values", r.Values, 1, len(kappa))); err != nil {
		return nil, err
	}
	return r.Values[0], nil
}

// box is where a mixture's fixed points are looked for.
type box struct {
	Lower []float64 `json:"lower"`
	Upper []float64 `json:"upper"`
}

// pointsParams are a network, its input resting in its bias, or a mixture. What
// is left out is chosen by who answers.
type pointsParams struct {
	Network *Network `json:"network,omitempty"`
	Mixture *Mixture `json:"mixture,omitempty"`
	Box     *box     `json:"box,omitempty"`
	Starts  int      `json:"starts,omitempty"`
	Seed    uint64   `json:"seed,omitempty"`
	Limit   int      `json:"limit,omitempty"` // points kept at most
}

// pointsResult are fixed points, κ (R) or x (N) each, and what is said of each.
type pointsResult struct {
	Points      [][]float64 `json:"points"`
	Residuals   []float64   `json:"residuals"`
	Eigenvalues [][]Complex `json:"eigenvalues"`
	Index       []int       `json:"index,omitempty"`     // sign det(−DF); 0: not told
	Stability   []string    `json:"stability,omitempty"` // of a mixture's
}

func fixedPoints() operation {
	return on("fixed_points", func(s theorems.Subject) bool { return s.FixedPoints != nil || s.Equilibria != nil },
		func(s theorems.Subject, p pointsParams) (*pointsResult, error) {
			switch {
			case (p.Mixture == nil) == (p.Network == nil):
				return nil, invalidf("want a mixture or a network")
			case p.Mixture != nil:
				return answerEquilibria(s, p)
			}
			return answerFixedPoints(s, p)
		},
		func(s *theorems.Subject, c *client) {
			installEquilibria(s, c)
			s.FixedPoints = func(net *model.RNN, u []float64, search model.FixedPointSearch) (*model.FixedPointSet, error) {
				p := pointsParams{Network: at(net, u), Starts: search.Starts, Seed: search.Seed, Limit: search.Limit}
				r, err := ask[pointsResult](c, "fixed_points", p)
				if err != nil {
					return nil, err
				}
				dim := net.Units()
				low, latent := net.Connectivity().(*model.LowRank)
				if latent {
					dim = low.Rank()
				}
				if err := r.check(dim, search.Limit); err != nil {
					return nil, err
				}
				set := &model.FixedPointSet{}
				for k, point := range r.Points {
					fp := model.FixedPoint{X: point, Residual: r.Residuals[k], Radius: math.Inf(1), Index: r.index(k), Eigenvalues: values(r.Eigenvalues[k])}
					if latent {
						fp.Kappa, fp.X = point, make([]float64, net.Units())
						if err := p.Network.stateAt(fp.X, point); err != nil {
							return nil, err
						}
					}
					set.Points = append(set.Points, fp)
					set.IndexSum += fp.Index
				}
				return set, nil
			}
		})
}

// stateAt sets x = M κ + b.
func (n Network) stateAt(x, kappa []float64) error {
	for i, row := range n.M {
		for r, m := range row {
			x[i] += m * kappa[r]
		}
		if n.Bias != nil {
			x[i] += n.Bias[i]
		}
		if math.IsNaN(x[i]) || math.IsInf(x[i], 0) {
			return &Malformed{"fixed_points", fmt.Sprintf("x = Mκ + b is %v in unit %d", x[i], i)}
		}
	}
	return nil
}

// check refuses more points than are looked for or could be judged, and lists
// that do not go with the points, each of dim numbers.
func (r *pointsResult) check(dim, limit int) error {
	n := len(r.Points)
	checks := []error{checkMost("entries of points", n, max(limit, mostPoints)), checkShape("points", r.Points, n, dim), checkLength("residuals", r.Residuals, n), checkShape("eigenvalues", r.Eigenvalues, n, dim)}
	if r.Index != nil {
		checks = append(checks, checkLength("index", r.Index, n))
	}
	if r.Stability != nil {
		checks = append(checks, checkLength("stability", r.Stability, n))
	}
	for k, index := range r.Index {
		if index < -1 || index > 1 {
			checks = append(checks, fmt.Errorf("index[%d] is %d, want −1, 0 or 1", k, index))
		}
	}
	return shaped("fixed_points", checks...)
}

// index returns that of point k: what is said or, where nothing is, the sign of
// det(−DF) = Π(−λ).
func (r *pointsResult) index(k int) int {
	if r.Index != nil {
		return r.Index[k]
	}
	sign := 1
	for _, z := range r.Eigenvalues[k] {
		switch {
		case z[1] != 0: // one of a pair
		case z[0] > 0:
			sign = -sign
		case z[0] == 0:
			return 0
		}
	}
	return sign
}

// searchStarts and searchLimit are those of a search of which nothing is said.
const (
	searchStarts = 64
	searchLimit  = 256
)

func answerFixedPoints(s theorems.Subject, p pointsParams) (*pointsResult, error) {
	if s.FixedPoints == nil {
		return nil, theorems.Missing("fixed points of a network")
	}
	net, err := p.Network.RNN()
	if err != nil {
		return nil, err
	}
	switch {
	case net.Inputs() > 0:
		return nil, invalidf("the network has inputs B, want what rests in b")
	case p.Box != nil:
		return nil, theorems.Missing("fixed points of a network in a box")
	}
	search := model.FixedPointSearch{Starts: p.Starts, Seed: p.Seed, Limit: p.Limit, Eigenvalues: true}
	if search.Starts == 0 {
		search.Starts = searchStarts
	}
	if search.Limit == 0 {
		search.Limit = searchLimit
	}
	set, err := s.FixedPoints(net, nil, search)
	if err != nil {
		return nil, err
	}
	out := &pointsResult{Points: [][]float64{}, Residuals: []float64{}, Eigenvalues: [][]Complex{}}
	for _, fp := range set.Points {
		point := fp.X
		if fp.Kappa != nil {
			point = fp.Kappa
		}
		if fp.Eigenvalues == nil {
			return nil, fmt.Errorf("no eigenvalues at %v", point)
		}
		out.Points = append(out.Points, point)
		out.Residuals = append(out.Residuals, fp.Residual)
		out.Eigenvalues = append(out.Eigenvalues, complexesOf(fp.Eigenvalues))
		out.Index = append(out.Index, fp.Index)
	}
	return out, nil
}
