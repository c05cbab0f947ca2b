package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

type lagsParams struct {
	LDS  *LDS       `json:"lds,omitempty"`
	RNN  *LinearRNN `json:"rnn,omitempty"`
	Lags int        `json:"lags"`
}

type lagsResult struct {
	Lambda [][][]float64 `json:"lambda"` // Λ_0 … Λ_L, N×N
}

func autocovariance() operation {
	return on("autocovariance", func(s theorems.Subject) bool { return s.LDSAutocovariances != nil || s.RNNAutocovariances != nil },
		func(s theorems.Subject, p lagsParams) (*lagsResult, error) {
			of, err := processOf(p.LDS, p.RNN)
			if err != nil {
				return nil, err
			}
			var lags [][][]float64
			switch {
			case of.lds != nil && s.LDSAutocovariances != nil:
				lags, err = s.LDSAutocovariances(of.lds, p.Lags)
			case of.net != nil && s.RNNAutocovariances != nil:
				lags, err = s.RNNAutocovariances(of.net, p.Lags)
			default:
				err = theorems.Missing("autocovariance of that kind of process")
			}
			return &lagsResult{lags}, err
		},
		func(s *theorems.Subject, c *client) {
			asked := func(p lagsParams, units int) ([][][]float64, error) {
				r, err := ask[lagsResult](c, "autocovariance", p)
				if err != nil {
					return nil, err
				}
				checks := []error{checkLength("lambda", r.Lambda, p.Lags+1)}
				for k, m := range r.Lambda {
					checks = append(checks, checkShape(fmt.Sprintf("lambda[%d]", k), m, units, units))
				}
				return r.Lambda, shaped("autocovariance", checks...)
			}
			s.LDSAutocovariances = func(l *model.LDS, lags int) ([][][]float64, error) {
				return asked(lagsParams{LDS: objectOfLDS(l), Lags: lags}, l.Units())
			}
			s.RNNAutocovariances = func(net *model.LinearRNN, lags int) ([][][]float64, error) {
				return asked(lagsParams{RNN: objectOfRNN(net), Lags: lags}, net.Units())
			}
		})
}

// recording is T×N numbers, null where one is missing.
type recording struct{ y model.Observations }

// MarshalJSON writes null for what is missing.
func (r recording) MarshalJSON() ([]byte, error) {
	rows := make([][]*float64, len(r.y.Y))
	for t, row := range r.y.Y {
		rows[t] = make([]*float64, len(row))
		for i := range row {
			if r.y.Missing == nil || !r.y.Missing[t][i] {
				rows[t][i] = &row[i]
			}
		}
	}
	return json.Marshal(rows)
}

// UnmarshalJSON reads null as missing.
func (r *recording) UnmarshalJSON(text []byte) error {
	if bytes.Equal(bytes.TrimSpace(text), []byte("null")) {
		return errors.New("null in place of rows")
	}
	var rows []*[]*float64
	if err := json.Unmarshal(text, &rows); err != nil {
		return err
	}
	missing, any := make([][]bool, len(rows)), false
	for t, row := range rows {
		if row == nil {
			return fmt.Errorf("null in place of row %d", t)
		}
		values := make([]float64, len(*row))
		missing[t] = make([]bool, len(*row))
		for i, x := range *row {
			if missing[t][i] = x == nil; x != nil {
				values[i] = *x
			}
			any = any || x == nil
		}
		r.y.Y = append(r.y.Y, values)
	}
	if any {
		r.y.Missing = missing
	}
	return nil
}

type likelihoodParams struct {
	LDS *LDS       `json:"lds,omitempty"`
	RNN *LinearRNN `json:"rnn,omitempty"`
	Y   recording  `json:"y"` // T×N
}

type valueResult struct {
	Value float64 `json:"value"`
}

func logLikelihood() operation {
	return on("log_likelihood", func(s theorems.Subject) bool { return s.LDSLogLikelihood != nil || s.RNNLogLikelihood != nil },
		func(s theorems.Subject, p likelihoodParams) (*valueResult, error) {
			of, err := processOf(p.LDS, p.RNN)
			if err != nil {
				return nil, err
			}
			value := 0.0
			switch {
			case of.lds != nil && s.LDSLogLikelihood != nil:
				value, err = s.LDSLogLikelihood(of.lds, p.Y.y)
			case of.net != nil && p.Y.y.Missing != nil && s.LDSLogLikelihood != nil: // there is no Markov product
				if of.lds, err = observedWhole(of.net); err == nil {
					value, err = s.LDSLogLikelihood(of.lds, p.Y.y)
				}
			case of.net != nil && s.RNNLogLikelihood != nil:
				value, err = s.RNNLogLikelihood(of.net, p.Y.y)
			default:
				err = theorems.Missing("log-likelihood of that kind of process")
			}
			return &valueResult{value}, err
		},
		func(s *theorems.Subject, c *client) {
			s.LDSLogLikelihood = func(l *model.LDS, y model.Observations) (float64, error) {
				r, err := ask[valueResult](c, "log_likelihood", likelihoodParams{LDS: objectOfLDS(l), Y: recording{y}})
				return r.Value, err
			}
			s.RNNLogLikelihood = func(net *model.LinearRNN, y model.Observations) (float64, error) {
				r, err := ask[valueResult](c, "log_likelihood", likelihoodParams{RNN: objectOfRNN(net), Y: recording{y}})
				return r.Value, err
			}
		})
}

// observedWhole is a network as the LDS whose latents are its units, each of
// them observed without noise.
func observedWhole(net *model.LinearRNN) (*model.LDS, error) {
	n, j := net.Units(), net.J()
	identity := mat.NewDiagDense(n, nil)
	for i := range n {
		identity.SetDiag(i, 1)
	}
	config := model.LDSConfig{A: j, C: identity, Q: net.P(), R: model.ZeroNoise(n)}
	if start, ok := net.Initial(); ok { // of y_0, a step before x_1
		var mean mat.VecDense
		mean.MulVec(j, mat.NewVecDense(n, start.Mean))
		var js, first mat.Dense
		js.Mul(j, start.Cov.Dense())
		first.Mul(&js, j.T())
		first.Add(&first, net.P().Dense())
		cov := mat.NewDense(n, n, nil)
		for a := range n {
			for b := range n {
				cov.Set(a, b, first.At(a, b)/2+first.At(b, a)/2)
			}
		}
		noise, err := model.DenseNoise(cov)
		if err != nil {
			return nil, err
		}
		config.Initial = &model.Gaussian{Mean: mean.RawVector().Data, Cov: noise}
	}
	return model.NewLDS(config)
}

// natsResult is a number of nats, or that there is none so large.
type natsResult struct {
	Nats     *float64 `json:"nats,omitempty"`
	Infinite bool     `json:"infinite,omitempty"`
}

func natsOf(x float64) *natsResult {
	if math.IsInf(x, 1) {
		return &natsResult{Infinite: true}
	}
	return &natsResult{Nats: &x}
}

func (r natsResult) value(op string) (float64, error) {
	switch {
	case (r.Nats != nil) == r.Infinite:
		return 0, &Malformed{op, `want "nats", or "infinite": true`}
	case r.Infinite:
		return math.Inf(1), nil
	}
	return *r.Nats, nil
}

func markovGap() operation {
	return on("markov_gap", func(s theorems.Subject) bool { return s.MarkovGap != nil },
		func(s theorems.Subject, p ldsParams) (*natsResult, error) {
			l, err := p.LDS.Model()
			if err != nil {
				return nil, err
			}
			nats, err := s.MarkovGap(l)
			return natsOf(nats), err
		},
		func(s *theorems.Subject, c *client) {
			s.MarkovGap = func(l *model.LDS) (float64, error) {
				r, err := ask[natsResult](c, "markov_gap", ldsParams{LDSOf(l)})
				if err != nil {
					return 0, err
				}
				return r.value("markov_gap")
			}
		})
}

type lossParams struct {
	LDS   LDS `json:"lds"`
	Order int `json:"order"`
}

func markovLoss() operation {
	return on("markov_loss", func(s theorems.Subject) bool { return s.MarkovLoss != nil },
		func(s theorems.Subject, p lossParams) (*natsResult, error) {
			l, err := p.LDS.Model()
			if err != nil {
				return nil, err
			}
			nats, err := s.MarkovLoss(l, p.Order)
			return natsOf(nats), err
		},
		func(s *theorems.Subject, c *client) {
			s.MarkovLoss = func(l *model.LDS, order int) (float64, error) {
				r, err := ask[natsResult](c, "markov_loss", lossParams{LDSOf(l), order})
				if err != nil {
					return 0, err
				}
				return r.value("markov_loss")
			}
		})
}

type hankelParams struct {
	LDS       *LDS       `json:"lds,omitempty"`
	RNN       *LinearRNN `json:"rnn,omitempty"`
	Tolerance float64    `json:"tolerance"` // relative; 0: who answers chooses
}

type rankResult struct {
	Rank int `json:"rank"`
}

func hankelRank() operation {
	return on("hankel_rank", func(s theorems.Subject) bool { return s.LDSHankelRank != nil || s.RNNHankelRank != nil },
		func(s theorems.Subject, p hankelParams) (*rankResult, error) {
			of, err := processOf(p.LDS, p.RNN)
			if err != nil {
				return nil, err
			}
			rank := 0
			switch {
			case of.lds != nil && s.LDSHankelRank != nil:
				rank, err = s.LDSHankelRank(of.lds, p.Tolerance)
			case of.net != nil && s.RNNHankelRank != nil:
				rank, err = s.RNNHankelRank(of.net, p.Tolerance)
			default:
				err = theorems.Missing("Hankel rank of that kind of process")
			}
			return &rankResult{rank}, err
		},
		func(s *theorems.Subject, c *client) {
			s.LDSHankelRank = func(l *model.LDS, tolerance float64) (int, error) {
				r, err := ask[rankResult](c, "hankel_rank", hankelParams{LDS: objectOfLDS(l), Tolerance: tolerance})
				return r.Rank, err
			}
			s.RNNHankelRank = func(net *model.LinearRNN, tolerance float64) (int, error) {
				r, err := ask[rankResult](c, "hankel_rank", hankelParams{RNN: objectOfRNN(net), Tolerance: tolerance})
				return r.Rank, err
			}
		})
}
