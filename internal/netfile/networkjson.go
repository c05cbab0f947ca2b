package netfile

import (
	"fmt"
	"reflect"
	"sort"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

func loadJSON(path string, c *Convention) (*Network, error) {
	text, err := readFile(path, MaxJSONBytes)
	if err != nil {
		return nil, err
	}
	return parseNetwork(path, text, c)
}

// parseNetwork returns the network of a JSON text.
func parseNetwork(file string, text []byte, c *Convention) (*Network, error) {
	if c == nil {
		c = &Convention{}
	}
	if problems := c.problemsForJSON(); len(problems) > 0 {
		return nil, problemf(file, "convention: %s", strings.Join(problems, "; "))
	}
	d, err := newDocument(file, text)
	if err != nil {
		return nil, err
	}
	rnn, labels, said, err := d.network()
	if err != nil {
		return nil, err
	}
	net := &Network{RNN: rnn, Labels: labels}
	if c.Form != "" {
		if net.Form, err = model.FormByName(c.Form); err != nil {
			return nil, fromModel(file, err)
		}
	}
	if c.Alpha != nil {
		if _, one := rnn.ScalarTau(); !one {
			return nil, problemf(file, "convention: alpha: one leak dt/τ for all units, but tau differs between units")
		}
		net.Alpha = *c.Alpha
	}
	if err := net.setInput(file, c.U); err != nil {
		return nil, err
	}
	net.Summary = fmt.Sprintf("%s: %s; %s", file, said, net.describe(c.U))
	if c.Form == "" {
		net.Summary += "; form not given, taken as activation"
	}
	return net, nil
}

// problemsForJSON lists what a .json file cannot be combined with.
func (c *Convention) problemsForJSON() []string {
	p := &checks{}
	var extra []string
	for key, field := range fieldsByKey(reflect.ValueOf(c).Elem()) {
		if key != "form" && key != "alpha" && key != "u" && !field.IsZero() {
			extra = append(extra, key)
		}
	}
	sort.Strings(extra)
	for _, key := range extra {
		p.addf("%s: given, but the .json file itself says it", key)
	}
	p.choice("form", c.Form, false, formNames())
	checkAlpha(p, c.Alpha)
	return p.found
}

var networkKeys = map[string]bool{"W": true, "M": true, "N": true, "scale": true, "nonlinearity": true, "tau": true, "b": true, "B": true, "labels": true}

// network builds the RNN of a network object, and says what it found. Labels
// of its units' populations are nil if there are none.
func (d *document) network() (rnn *model.RNN, labels []int, said string, err error) {
	whole := d.whole()
	members, err := d.object(whole, "", networkKeys)
	if err != nil {
		return nil, nil, "", err
	}
	o := &networkObject{document: d, at: whole.start, members: map[string]member{}}
	for _, m := range members {
		o.members[m.key] = m
	}
	var config model.RNNConfig
	steps := []func(*model.RNNConfig) error{o.connectivity, o.nonlinearity, o.timeConstants, o.bias, o.input}
	for _, step := range steps {
		if err := step(&config); err != nil {
			return nil, nil, "", err
		}
	}
	if labels, err = o.labels(); err != nil {
		return nil, nil, "", err
	}
	if rnn, err = model.NewRNN(config); err != nil {
		return nil, nil, "", fromModel(d.file, err)
	}
	return rnn, labels, strings.Join(o.said, "; "), nil
}

type networkObject struct {
	*document
	at      int
	members map[string]member
	units   int
	said    []string
}

func (o *networkObject) require(key, want string) (member, error) {
	m, ok := o.members[key]
	if !ok {
		return m, o.errorf(o.at, "key %q is missing, want %s", key, want)
	}
	return m, nil
}

func (o *networkObject) connectivity(config *model.RNNConfig) error {
	w, dense := o.members["W"]
	if !dense {
		return o.lowRank(config)
	}
	for _, key := range []string{"M", "N", "scale"} {
		if m, both := o.members[key]; both {
			return o.errorf(m.start, "both W and %s are given, want W, or M, N and scale", key)
		}
	}
	rows, cols, data, err := o.matrix(w)
	if err != nil {
		return err
	}
	if rows == 0 || rows != cols {
		return o.errorf(w.start, "W is %d×%d, want square", rows, cols)
	}
	o.units = rows
	o.said = append(o.said, fmt.Sprintf("N = %d units; dense W (%d×%d)", rows, rows, cols))
	config.Connectivity, err = model.NewDense(mat.NewDense(rows, cols, data))
	if err != nil {
		return fromModel(o.file, err)
	}
	return nil
}

func (o *networkObject) lowRank(config *model.RNNConfig) error {
	_, hasM := o.members["M"]
	_, hasN := o.members["N"]
	if !hasM && !hasN {
		return o.errorf(o.at, "connectivity is missing, want W, or M, N and scale")
	}
	var loadings [2]*mat.Dense
	for i, key := range []string{"M", "N"} {
		m, err := o.require(key, "the loadings (N×R) beside the other ones")
		if err != nil {
			return err
		}
		rows, cols, data, err := o.matrix(m)
		if err != nil {
			return err
		}
		if rows == 0 {
			return o.errorf(m.start, "%s is empty, want at least 1×1", key)
		}
		if i == 1 {
			if wantRows, wantCols := loadings[0].Dims(); rows != wantRows || cols != wantCols {
				return o.errorf(m.start, "N is %d×%d and M is %d×%d, want one shape", rows, cols, wantRows, wantCols)
			}
		}
		loadings[i] = mat.NewDense(rows, cols, data)
	}
	m, err := o.require("scale", "the factor in W = scale · M Nᵀ")
	if err != nil {
		return err
	}
	scale, err := o.number(m)
	if err != nil {
		return err
	}
	units, rank := loadings[0].Dims()
	o.units = units
	o.said = append(o.said, fmt.Sprintf("N = %d units; low rank, W = scale · M Nᵀ with M and N (%d×%d) and scale %v", units, units, rank, scale))
	config.Connectivity, err = model.NewLowRank(loadings[0], loadings[1], scale)
	if err != nil {
		return fromModel(o.file, err)
	}
	return nil
}

func (o *networkObject) nonlinearity(config *model.RNNConfig) error {
	m, err := o.require("nonlinearity", "one of "+quotedList(nonlinearityNames()))
	if err != nil {
		return err
	}
	config.Nonlinearity, err = o.phi(m)
	return err
}

func (o *networkObject) timeConstants(config *model.RNNConfig) error {
	m, err := o.require("tau", "a number, or one a unit")
	if err != nil {
		return err
	}
	if o.text[m.start] == '[' {
		if config.Tau, err = o.unitVector(m); err != nil {
			return err
		}
	} else {
		tau, err := o.number(m)
		if err != nil {
			return err
		}
		config.Tau = []float64{tau}
	}
	for i, t := range config.Tau {
		if !(t > 0) {
			return o.errorf(m.start, "tau[%d] is %v, want > 0", i, t)
		}
	}
	return nil
}

// unitVector returns a vector with a number for each unit.
func (o *networkObject) unitVector(m member) ([]float64, error) {
	v, err := o.vector(m)
	if err == nil && len(v) != o.units {
		err = o.errorf(m.start, "%s has %d numbers, want %d, one a unit", m.key, len(v), o.units)
	}
	return v, err
}

func (o *networkObject) bias(config *model.RNNConfig) (err error) {
	m, ok := o.members["b"]
	if !ok {
		o.said = append(o.said, "no b, zero")
		return nil
	}
	o.said = append(o.said, "b given")
	config.Bias, err = o.unitVector(m)
	return err
}

func (o *networkObject) input(config *model.RNNConfig) error {
	m, ok := o.members["B"]
	if !ok {
		o.said = append(o.said, "no B")
		return nil
	}
	rows, cols, data, err := o.matrix(m)
	if err != nil {
		return err
	}
	if rows == 0 { // N×0, which the protocol writes []
		o.said = append(o.said, "B empty")
		return nil
	}
	if rows != o.units {
		return o.errorf(m.start, "B is %d×%d, want %d rows, one a unit", rows, cols, o.units)
	}
	o.said = append(o.said, fmt.Sprintf("B (%d×%d)", rows, cols))
	config.Input = mat.NewDense(rows, cols, data)
	return nil
}

// labels reads the population of each unit, 0 … P−1 and none of them empty, nil
// if they are not given.
func (o *networkObject) labels() ([]int, error) {
	m, ok := o.members["labels"]
	if !ok {
		return nil, nil
	}
	numbers, err := o.unitVector(m)
	if err != nil {
		return nil, err
	}
	labels, units := make([]int, len(numbers)), make([]int, len(numbers)) // at most one population a unit
	populations := 0
	for i, x := range numbers {
		if !(x >= 0 && x < float64(len(numbers))) || x != float64(int(x)) {
			return nil, o.errorf(m.start, "labels[%d] is %v, want the population of the unit, a whole number from 0 to below %d", i, x, len(numbers))
		}
		labels[i] = int(x)
		units[labels[i]]++
		populations = max(populations, labels[i]+1)
	}
	for p := range populations {
		if units[p] == 0 {
			return nil, o.errorf(m.start, "labels: no unit is of population %d, want populations 0 to %d, none of them empty", p, populations-1)
		}
	}
	o.said = append(o.said, "labels of "+counted(populations, "population"))
	return labels, nil
}
