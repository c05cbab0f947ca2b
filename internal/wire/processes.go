package wire

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// processOperations are those on linear Gaussian processes.
func processOperations() []operation {
	return []operation{rnnFromLDS(), ldsFromRNN(), autocovariance(), logLikelihood(), markovGap(),
		matchStepwise(), estimate(), steadyState(), markovLoss(), observe(), hankelRank(), change()}
}

// process is an LDS or a linear network, one of them.
type process struct {
	lds *model.LDS
	net *model.LinearRNN
}

func processOf(l *LDS, net *LinearRNN) (p process, err error) {
	switch {
	case (l == nil) == (net == nil):
		return p, invalidf("want an lds or an rnn")
	case l != nil:
		p.lds, err = l.Model()
	default:
		p.net, err = net.Model()
	}
	return p, err
}

func objectOfLDS(l *model.LDS) *LDS {
	o := LDSOf(l)
	return &o
}

func objectOfRNN(net *model.LinearRNN) *LinearRNN {
	o := LinearRNNOf(net)
	return &o
}

// systemOf returns numbers, whatever they are, as an object.
func systemOf(l theorems.LatentSystem) LDS {
	out := LDS{A: matrix(l.A), C: matrix(l.C), Q: Noise{Dense: l.Q}, R: Noise{Dense: l.R}}
	if l.Cov != nil || l.Mean != nil {
		out.Initial = &Initial{append([]float64{}, l.Mean...), Noise{Dense: l.Cov}}
	}
	return out
}

// numbers returns the LDS of a number of units as it is, to be judged.
func (l LDS) numbers(op string, units int) (out theorems.LatentSystem, err error) {
	k := len(l.A)
	if err := shaped(op, checkShape("A", l.A, k, k), checkShape("C", l.C, units, k)); err != nil {
		return out, err
	}
	out.A, out.C = l.A, l.C
	if k == 0 {
		out.A, out.C = nil, make([][]float64, units)
	}
	if out.Q, err = l.Q.Rows("Q", k); err != nil {
		return out, shaped(op, err)
	}
	if out.R, err = l.R.Rows("R", units); err != nil {
		return out, shaped(op, err)
	}
	if l.Initial != nil {
		out.Mean = l.Initial.Mean
		if out.Cov, err = l.Initial.Cov.Rows("initial.cov", k); err != nil {
			return out, shaped(op, err)
		}
		err = shaped(op, checkLength("initial.mean", out.Mean, k))
	}
	if k == 0 {
		out.Q, out.Cov = nil, nil
	}
	return out, err
}

type ldsParams struct {
	LDS LDS `json:"lds"`
}

// matchResult is a network whose law has the Λ_0 and Λ_1 of an LDS.
type matchResult struct {
	RNN       LinearRNN   `json:"rnn"`
	Exact     bool        `json:"exact"`               // the process is Markov
	Undecided *bool       `json:"undecided,omitempty"` // rounding hides whether it is
	Posterior [][]float64 `json:"posterior,omitempty"` // Cov(x_t | y_t), K×K
}

func rnnFromLDS() operation {
	return on("rnn_from_lds", func(s theorems.Subject) bool { return s.RNNFromLDS != nil },
		func(s theorems.Subject, p ldsParams) (*matchResult, error) {
			l, err := p.LDS.Model()
			if err != nil {
				return nil, err
			}
			m, err := s.RNNFromLDS(l)
			if err != nil {
				return nil, err
			}
			j, undecided := matrix(m.J), m.Markov == model.MarkovUndecided
			return &matchResult{LinearRNN{J: &j, P: Noise{Dense: m.P}}, m.Markov == model.Markov, &undecided, m.Posterior}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.RNNFromLDS = func(l *model.LDS) (*theorems.FirstOrderMatch, error) {
				const op = "rnn_from_lds"
				r, err := ask[matchResult](c, op, ldsParams{LDSOf(l)})
				if err != nil {
					return nil, err
				}
				out := &theorems.FirstOrderMatch{Posterior: r.Posterior, Markov: model.NotMarkov}
				if err := r.RNN.checkRank(op, mostLatents(l.Units(), l.Latents())); err != nil {
					return nil, err
				}
				if out.J, out.P, err = r.RNN.numbers(op, l.Units()); err != nil {
					return nil, err
				}
				switch {
				case r.Undecided == nil:
					out.Markov = untold(l, r.Exact)
				case *r.Undecided:
					out.Markov = model.MarkovUndecided
				case r.Exact:
					out.Markov = model.Markov
				}
				if r.Posterior != nil {
					err = shaped(op, checkShape("posterior", r.Posterior, l.Latents(), l.Latents()))
				}
				return out, err
			}
		})
}

// untold is what an answer of yes or no says, undecided where rounding hides
// which is true, and where a defect is so small beside Λ_0 that half of the
// digits do not show it.
func untold(l *model.LDS, exact bool) model.MarkovVerdict {
	own, err := l.FirstOrderMatch(0)
	switch {
	case err == nil && own.Markov.Verdict == model.MarkovUndecided,
		err == nil && exact && own.Markov.Verdict == model.NotMarkov && faint(l, rowsOf(own.RNN.J())):
		return model.MarkovUndecided
	case exact:
		return model.Markov
	}
	return model.NotMarkov
}

// faint reports whether Λ_{k+1} − JΛ_k, k ≤ K, in units of the deviations, are all
// below 2⁻²⁶.
func faint(l *model.LDS, j [][]float64) bool {
	lags, err := l.Autocovariances(l.Latents() + 1)
	if err != nil {
		return false
	}
	deviation := make([]float64, l.Units())
	for i := range deviation {
		if deviation[i] = math.Sqrt(lags[0].At(i, i)); deviation[i] == 0 {
			deviation[i] = 1
		}
	}
	for k := range l.Latents() {
		for a := range deviation {
			for b := range deviation {
				defect := lags[k+1].At(a, b)
				for i, x := range j[a] {
					defect -= x * lags[k].At(i, b)
				}
				if math.Abs(defect) > 0x1p-26*deviation[a]*deviation[b] {
					return false
				}
			}
		}
	}
	return true
}

// numbers returns J and P (N×N) as they are, to be judged.
func (net LinearRNN) numbers(op string, units int) (j, p [][]float64, err error) {
	if p, err = net.P.Rows("P", units); err != nil {
		return nil, nil, shaped(op, err)
	}
	switch {
	case net.J != nil && net.M == nil && net.N == nil:
		return *net.J, p, shaped(op, checkShape("J", *net.J, units, units))
	case net.J != nil || net.M == nil || net.N == nil:
		return nil, nil, &Malformed{op, "rnn: want J, or M and N"}
	}
	m, n := *net.M, *net.N
	rank := 0
	if len(m) > 0 {
		rank = len(m[0])
	}
	if err := shaped(op, checkShape("M", m, units, rank), checkShape("N", n, units, rank)); err != nil {
		return nil, nil, err
	}
	j = make([][]float64, units)
	for a := range j {
		j[a] = make([]float64, units)
		for b := range j[a] {
			for r := range rank {
				j[a][b] += m[a][r] * n[b][r]
			}
		}
	}
	return j, p, nil
}

type rnnParams struct {
	RNN LinearRNN `json:"rnn"`
}

type conversionResult struct {
	LDS       LDS `json:"lds"`
	Dimension int `json:"dimension"`
}

func ldsFromRNN() operation {
	return on("lds_from_rnn", func(s theorems.Subject) bool { return s.LDSFromRNN != nil },
		func(s theorems.Subject, p rnnParams) (*conversionResult, error) {
			net, err := p.RNN.Model()
			if err != nil {
				return nil, err
			}
			l, err := s.LDSFromRNN(net)
			if err != nil {
				return nil, err
			}
			return &conversionResult{systemOf(l.LatentSystem), l.Dimension}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.LDSFromRNN = func(net *model.LinearRNN) (*theorems.LatentConversion, error) {
				r, err := ask[conversionResult](c, "lds_from_rnn", rnnParams{LinearRNNOf(net)})
				if err != nil {
					return nil, err
				}
				if err := r.LDS.checkLatents("lds_from_rnn", mostLatents(net.Units(), rankOf(net))); err != nil {
					return nil, err
				}
				l, err := r.LDS.numbers("lds_from_rnn", net.Units())
				return &theorems.LatentConversion{LatentSystem: l, Dimension: r.Dimension}, err
			}
		})
}

type observeParams struct {
	RNN   LinearRNN `json:"rnn"`
	Units []int     `json:"units"`
}

type ldsResult struct {
	LDS LDS `json:"lds"`
}

func observe() operation {
	return on("observe", func(s theorems.Subject) bool { return s.ObserveRNN != nil },
		func(s theorems.Subject, p observeParams) (*ldsResult, error) {
			net, err := p.RNN.Model()
			if err != nil {
				return nil, err
			}
			l, err := s.ObserveRNN(net, p.Units)
			if err != nil {
				return nil, err
			}
			return &ldsResult{systemOf(*l)}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.ObserveRNN = func(net *model.LinearRNN, units []int) (*theorems.LatentSystem, error) {
				r, err := ask[ldsResult](c, "observe", observeParams{LinearRNNOf(net), append([]int{}, units...)})
				if err != nil {
					return nil, err
				}
				if err := r.LDS.checkLatents("observe", mostLatents(net.Units(), rankOf(net))); err != nil {
					return nil, err
				}
				l, err := r.LDS.numbers("observe", len(units))
				return &l, err
			}
		})
}

type changeParams struct {
	LDS        *LDS        `json:"lds,omitempty"`
	RNN        *LinearRNN  `json:"rnn,omitempty"`
	Latents    [][]float64 `json:"latents,omitempty"` // L (K×K), left out for the same
	Orthogonal [][]float64 `json:"orthogonal"`        // O (N×N)
	Order      []int       `json:"order"`
	Factor     float64     `json:"factor"`
}

type changeResult struct {
	LDS *LDS       `json:"lds,omitempty"`
	RNN *LinearRNN `json:"rnn,omitempty"`
}

// change is to other coordinates, of an LDS or a network.
func change() operation {
	return on("change", func(s theorems.Subject) bool { return s.ChangeLDS != nil || s.ChangeRNN != nil },
		func(s theorems.Subject, p changeParams) (*changeResult, error) {
			of, err := processOf(p.LDS, p.RNN)
			if err != nil {
				return nil, err
			}
			to := theorems.Coordinates{Latents: p.Latents, Orthogonal: p.Orthogonal, Order: p.Order, Factor: p.Factor}
			switch {
			case of.lds != nil && s.ChangeLDS != nil:
				l, err := s.ChangeLDS(of.lds, to)
				if err != nil {
					return nil, err
				}
				return &changeResult{LDS: objectOfLDS(l)}, nil
			case of.net != nil && s.ChangeRNN != nil:
				net, err := s.ChangeRNN(of.net, to)
				if err != nil {
					return nil, err
				}
				return &changeResult{RNN: objectOfRNN(net)}, nil
			}
			return nil, theorems.Missing("change of that kind of process")
		},
		func(s *theorems.Subject, c *client) {
			s.ChangeLDS = func(l *model.LDS, to theorems.Coordinates) (*model.LDS, error) {
				r, err := ask[changeResult](c, "change", changeParams{LDS: objectOfLDS(l), Latents: to.Latents, Orthogonal: to.Orthogonal, Order: to.Order, Factor: to.Factor})
				if err != nil {
					return nil, err
				}
				if r.LDS == nil {
					return nil, &Malformed{"change", `no member "lds"`}
				}
				if err := r.LDS.checkLatents("change", mostLatents(l.Units(), l.Latents())); err != nil {
					return nil, err
				}
				return r.LDS.admitted("change", l.Units(), rounding{c.roundoff, changedSize(l, to.Latents)})
			}
			s.ChangeRNN = func(net *model.LinearRNN, to theorems.Coordinates) (*model.LinearRNN, error) {
				r, err := ask[changeResult](c, "change", changeParams{RNN: objectOfRNN(net), Orthogonal: to.Orthogonal, Order: to.Order, Factor: to.Factor})
				if err != nil {
					return nil, err
				}
				if r.RNN == nil {
					return nil, &Malformed{"change", `no member "rnn"`}
				}
				if err := r.RNN.checkRank("change", mostLatents(net.Units(), rankOf(net))); err != nil {
					return nil, err
				}
				return r.RNN.admitted("change", net.Units(), rounding{u: c.roundoff})
			}
		})
}

// changedSize bounds the terms of the variances of latents L x, which may cancel:
// (|L| σ)², of the noise and of the initial law.
func changedSize(l *model.LDS, latents [][]float64) float64 {
	most := 0.0
	for _, row := range latents {
		drive, start := 0.0, 0.0
		for k, x := range row {
			drive += math.Abs(x) * math.Sqrt(l.Q().At(k, k))
			if law, given := l.Initial(); given {
				start += math.Abs(x) * math.Sqrt(law.Cov.At(k, k))
			}
		}
		most = math.Max(most, math.Max(drive*drive, start*start))
	}
	return most
}
