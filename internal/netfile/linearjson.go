package netfile

import (
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

var (
	ldsKeys = set("A", "C", "Q", "R", "initial")
	rnnKeys = set("M", "N", "J", "P", "initial")
)

// wrapped reads {"lds": …} or {"rnn": …}; "conversion" beside it is what
// verify convert had to say, and is passed over.
func (d *document) wrapped(members []member) (*Linear, error) {
	out := &Linear{}
	for _, m := range members {
		var err error
		switch {
		case m.key == "conversion":
		case out.LDS != nil || out.RNN != nil:
			return nil, d.errorf(m.start, "both lds and rnn are given, want one")
		case m.key == "lds":
			out.LDS, err = d.lds(m, "lds.")
		case m.key == "rnn":
			out.RNN, err = d.rnn(m, "rnn.")
		}
		if err != nil {
			return nil, err
		}
	}
	if out.LDS == nil && out.RNN == nil {
		return nil, d.errorf(d.whole().start, "lds or rnn is missing beside conversion")
	}
	return out, nil
}

// keyed returns the members of an object by their keys, without prefix.
func (d *document) keyed(v member, prefix string, known map[string]bool, required ...string) (map[string]member, error) {
	members, err := d.object(v, prefix, known)
	if err != nil {
		return nil, err
	}
	out := map[string]member{}
	for _, m := range members {
		out[strings.TrimPrefix(m.key, prefix)] = m
	}
	for _, key := range required {
		if _, ok := out[key]; !ok {
			return nil, d.errorf(v.start, "key %q is missing", prefix+key)
		}
	}
	return out, nil
}

func (d *document) lds(v member, prefix string) (*model.LDS, error) {
	m, err := d.keyed(v, prefix, ldsKeys, "A", "C", "Q", "R")
	if err != nil {
		return nil, err
	}
	var config model.LDSConfig
	latents, cols, a, err := d.matrix(m["A"])
	if err != nil {
		return nil, err
	}
	if latents != cols {
		return nil, d.errorf(m["A"].start, "%s is %d×%d, want square", m["A"].key, latents, cols)
	}
	units, cols, c, err := d.matrix(m["C"])
	if err != nil {
		return nil, err
	}
	switch {
	case latents == 0 && units == 0:
		units = unknown
	case cols != latents:
		return nil, d.errorf(m["C"].start, "%s is %d×%d, want units×%d, a column for each latent of %s", m["C"].key, units, cols, latents, m["A"].key)
	default:
		config.A, config.C = mat.NewDense(latents, latents, a), mat.NewDense(units, latents, c)
	}
	if config.Q, err = d.noise(m["Q"], latents, m["A"].key); err != nil {
		return nil, err
	}
	if config.R, err = d.noise(m["R"], units, m["C"].key); err != nil {
		return nil, err
	}
	if config.Initial, err = d.initial(m, latents, m["A"].key); err != nil {
		return nil, err
	}
	out, err := model.NewLDS(config)
	return out, d.refusal(v, err)
}

func (d *document) rnn(v member, prefix string) (*model.LinearRNN, error) {
	m, err := d.keyed(v, prefix, rnnKeys, "P")
	if err != nil {
		return nil, err
	}
	var config model.LinearRNNConfig
	units, from, err := d.linearConnectivity(v, prefix, m, &config)
	if err != nil {
		return nil, err
	}
	if config.P, err = d.noise(m["P"], units, from); err != nil {
		return nil, err
	}
	if config.Initial, err = d.initial(m, config.P.Dim(), m["P"].key); err != nil {
		return nil, err
	}
	out, err := model.NewLinearRNN(config)
	return out, d.refusal(v, err)
}

// linearConnectivity reads J, or M and N, and returns the number of units,
// unknown for R = 0, and the key that it is from.
func (d *document) linearConnectivity(v member, prefix string, m map[string]member, config *model.LinearRNNConfig) (int, string, error) {
	if j, dense := m["J"]; dense {
		for _, key := range []string{"M", "N"} {
			if loadings, both := m[key]; both {
				return 0, "", d.errorf(loadings.start, "both %s and %s are given, want J, or M and N", j.key, loadings.key)
			}
		}
		rows, cols, data, err := d.matrix(j)
		switch {
		case err != nil:
			return 0, "", err
		case rows != cols:
			return 0, "", d.errorf(j.start, "%s is %d×%d, want square", j.key, rows, cols)
		case rows == 0:
			return 0, "", d.errorf(j.start, "%s is empty; J = 0 is written as M and N that are []", j.key)
		}
		config.J = mat.NewDense(rows, cols, data)
		return rows, j.key, nil
	}
	for _, key := range []string{"M", "N"} {
		if _, ok := m[key]; !ok {
			return 0, "", d.errorf(v.start, "key %q is missing, want M and N, or J", prefix+key)
		}
	}
	rows, cols, mData, err := d.matrix(m["M"])
	if err != nil {
		return 0, "", err
	}
	nRows, nCols, nData, err := d.matrix(m["N"])
	if err != nil {
		return 0, "", err
	}
	if rows != nRows || cols != nCols {
		return 0, "", d.errorf(m["N"].start, "%s is %d×%d and %s is %d×%d, want one shape, units×rank", m["N"].key, nRows, nCols, m["M"].key, rows, cols)
	}
	if rows == 0 {
		return unknown, m["M"].key, nil
	}
	config.M, config.N = mat.NewDense(rows, cols, mData), mat.NewDense(rows, cols, nData)
	return rows, m["M"].key, nil
}

// initial reads the law of n numbers that a model starts from, nil for none.
func (d *document) initial(m map[string]member, n int, of string) (*model.Gaussian, error) {
	v, ok := m["initial"]
	if !ok {
		return nil, nil
	}
	law, err := d.keyed(v, v.key+".", set("mean", "cov"), "mean", "cov")
	if err != nil {
		return nil, err
	}
	mean, err := d.vector(law["mean"])
	if err != nil {
		return nil, err
	}
	if len(mean) != n {
		return nil, d.errorf(law["mean"].start, "%s has %d numbers, want %d as %s has", law["mean"].key, len(mean), n, of)
	}
	cov, err := d.noise(law["cov"], n, of)
	if err != nil {
		return nil, err
	}
	return &model.Gaussian{Mean: mean, Cov: cov}, nil
}

// refusal puts the line of a value before what package model refused it for.
func (d *document) refusal(v member, err error) error {
	if err == nil {
		return nil
	}
	return d.errorf(v.start, "%s", strings.TrimPrefix(err.Error(), model.ErrInvalid.Error()+": "))
}
