package netfile

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/rankproof/rankproof/internal/npz"
)

// Model is what a file holds: one of Network, of a network with a nonlinearity,
// Linear, an LDS or a linear RNN, and Mixture; the others are nil.
type Model struct {
	Network *Network
	Linear  *Linear
	Mixture *Mixture
}

// kind names what the model is.
func (m *Model) kind() string {
	switch {
	case m.Network != nil:
		return networkKind
	case m.Mixture != nil:
		return mixtureKind
	case m.Linear.LDS != nil:
		return ldsKind
	}
	return rnnKind
}

// LoadModel returns what a .json or .npz file holds. Keys, or names of arrays,
// tell which it is; an archive that comes with a convention is a network.
func LoadModel(path string, c *Convention) (*Model, error) {
	switch extension := strings.ToLower(filepath.Ext(path)); {
	case extension == ".json":
		text, err := readFile(path, MaxJSONBytes)
		if err != nil {
			return nil, err
		}
		return parseModel(path, text, c)
	case extension == ".npz" && c == nil:
		linear, err := loadLinearArchive(path)
		return modelOf(nil, linear, nil, err)
	}
	network, err := Load(path, c)
	return modelOf(network, nil, nil, err)
}

// modelOf is nil after an error.
func modelOf(network *Network, linear *Linear, mixture *Mixture, err error) (*Model, error) {
	if err != nil {
		return nil, err
	}
	return &Model{network, linear, mixture}, nil
}

// Kinds of models, as errors call them.
const (
	ldsKind     = "an lds"
	rnnKind     = "an rnn"
	networkKind = "a network with a nonlinearity"
	mixtureKind = "a mixture"
	wrapperKind = "a model in a wrapper"
)

// Keys that only one kind of model has; M, N and initial leave it open. A
// nonlinearity is a mixture's beside populations, and else a network's.
var marks = []struct {
	kind string
	keys map[string]bool
}{
	{ldsKind, set("A", "C", "Q", "R")},
	{rnnKind, set("J", "P")},
	{networkKind, set("W", "scale", "tau", "b", "B", "labels")},
	{mixtureKind, set("populations")},
	{wrapperKind, set("lds", "rnn", "conversion")},
}

var anyKeys = set("A", "C", "Q", "R", "J", "P", "W", "scale", "nonlinearity", "tau", "b", "B", "labels", "populations",
	"lds", "rnn", "conversion", "M", "N", "initial")

func set(keys ...string) map[string]bool {
	out := map[string]bool{}
	for _, key := range keys {
		out[key] = true
	}
	return out
}

// parseModel returns the one model of a JSON text, told by its keys: A, C, Q
// and R are an lds's, J and P an rnn's, populations a mixture's, a nonlinearity
// and what goes with it those of a network of family L.
func parseModel(file string, text []byte, c *Convention) (*Model, error) {
	d, err := newDocument(file, text)
	if err != nil {
		return nil, err
	}
	members, err := d.object(d.whole(), "", anyKeys)
	if err != nil {
		return nil, err
	}
	kind, err := d.kindOf(members)
	if err != nil {
		return nil, err
	}
	if kind == networkKind {
		network, err := parseNetwork(file, text, c)
		return modelOf(network, nil, nil, err)
	}
	if c != nil {
		return nil, problemf(file, "a convention is given, but the file is %s, which says everything itself", kind)
	}
	if kind == mixtureKind {
		mixture, err := d.mixture(d.whole())
		return modelOf(nil, nil, mixture, err)
	}
	linear := &Linear{}
	switch kind {
	case ldsKind:
		linear.LDS, err = d.lds(d.whole(), "")
	case rnnKind:
		linear.RNN, err = d.rnn(d.whole(), "")
	default:
		linear, err = d.wrapped(members)
	}
	if err == nil {
		linear.Summary = linear.describe(file)
	}
	return modelOf(nil, linear, nil, err)
}

// kindOf returns the kind that the keys of an object are of, and refuses keys
// of two kinds.
func (d *document) kindOf(members []member) (string, error) {
	populations := false
	for _, m := range members {
		populations = populations || m.key == "populations"
	}
	kind, first := "", ""
	for _, m := range members {
		switch its := kindOfKey(m.key, populations); {
		case its == "":
		case kind == "":
			kind, first = its, m.key
		case kind != its:
			return "", d.errorf(m.start, "key %q is of %s, and %q of %s: a file holds one model", m.key, its, first, kind)
		}
	}
	if kind == "" {
		return "", d.errorf(d.whole().start, "the keys do not tell what this is: want A, C, Q and R of an lds; M and N, or J, and P of an rnn; "+
			"W, or M, N and scale, with nonlinearity and tau, of a network; or nonlinearity and populations of a mixture")
	}
	return kind, nil
}

// kindOfKey returns the kind that alone has a key, empty if it is of several.
func kindOfKey(key string, populations bool) string {
	if key == "nonlinearity" {
		if populations {
			return mixtureKind
		}
		return networkKind
	}
	for _, mark := range marks {
		if mark.keys[key] {
			return mark.kind
		}
	}
	return ""
}

func loadLinearArchive(path string) (*Linear, error) {
	archive, err := npz.Open(path)
	if err != nil {
		return nil, fromArchive(path, err)
	}
	defer archive.Close()
	a := &linearArchive{source{file: path, archive: archive}}
	if !a.isLinear() && a.has("M") && a.has("N") {
		return nil, &Error{File: path, Cause: ErrConvention, Problem: fmt.Sprintf(
			"array \"P\" is missing, if this is an rnn; the arrays are %s", a.have())}
	}
	if !a.isLinear() {
		return nil, &Error{File: path, Cause: ErrConvention, Problem: fmt.Sprintf("an archive does not say what its arrays mean, and these are "+
			"neither those of an lds (A, C, Q, R) nor of an rnn (M and N, or J; P): %s", a.have())}
	}
	return a.linear()
}
