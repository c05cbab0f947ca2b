package netfile

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/model"
)

// Validate returns nil if the convention is complete and free of
// contradictions, or an error that lists everything that is not. Whether a
// layout that is missing is needed depends on shapes: Load says so.
func (c *Convention) Validate() error {
	if problems := c.problems(); len(problems) > 0 {
		return &Error{File: "convention", Problem: strings.Join(problems, "; ")}
	}
	return nil
}

func (c *Convention) problems() []string {
	p := &checks{}
	c.checkConnectivity(p)
	p.choice("nonlinearity", c.Nonlinearity, true, nonlinearityNames())
	p.choice("form", c.Form, true, formNames())
	c.checkTime(p)
	c.checkBias(p)
	c.checkInput(p)
	for i, u := range c.U {
		if math.IsNaN(u) || math.IsInf(u, 0) {
			p.addf("u[%d] is %v", i, u)
		}
	}
	return p.found
}

func (c *Convention) checkConnectivity(p *checks) {
	var ways []string
	if c.W != "" {
		ways = append(ways, "w")
	}
	if c.M != "" || c.N != "" {
		ways = append(ways, "m and n")
	}
	if c.Basis != nil {
		ways = append(ways, "basis")
	}
	switch len(ways) {
	case 0:
		p.addf("connectivity: missing, want w, or m and n, or basis")
	case 1:
	default:
		p.addf("connectivity: given by %s, want one of them", strings.Join(ways, " and by "))
	}
	if c.W != "" {
		p.choice("w_layout", c.WLayout, true, []string{TargetsBySources, SourcesByTargets})
	} else {
		p.refuse("w_layout", c.WLayout, "there is no w")
	}
	if c.M != "" || c.N != "" {
		p.need("m", c.M, "the key of an array")
		p.need("n", c.N, "the key of an array")
		p.choice("m_layout", c.MLayout, false, []string{UnitsByRank, RankByUnits})
		p.choice("n_layout", c.NLayout, false, []string{UnitsByRank, RankByUnits})
	} else {
		p.refuse("m_layout", c.MLayout, "there is no m")
		p.refuse("n_layout", c.NLayout, "there is no n")
	}
	if b := c.Basis; b != nil {
		const key, keyOrNone = "the key of an array", `the key of an array, or "none" for zero`
		p.need("basis.basis", b.Basis, key)
		p.need("basis.labels", b.Labels, key)
		p.need("basis.m_weights", b.MWeights, key)
		p.need("basis.m_biases", b.MBiases, keyOrNone)
		p.need("basis.n_weights", b.NWeights, key)
		p.need("basis.n_biases", b.NBiases, keyOrNone)
		p.need("basis.input_weights", b.InputWeights, `the key of an array, or "none" for no input`)
		if named(b.InputWeights) {
			p.need("basis.input_biases", b.InputBiases, keyOrNone)
		} else {
			p.refuse("basis.input_biases", b.InputBiases, "there are no input weights")
		}
	}
	if c.Scale == "" {
		p.addf(`scale: missing, want "1", "1/N" or a number`)
	} else if _, ok := c.Scale.factor(1); !ok {
		p.addf(`scale: %q, want "1", "1/N" or a number`, string(c.Scale))
	}
}

func (c *Convention) checkTime(p *checks) {
	switch {
	case c.Tau.IsZero() && c.Alpha == nil:
		p.addf("time: missing, want tau (a number, numbers, or the key of an array) or alpha (the leak dt/τ)")
	case !c.Tau.IsZero() && c.Alpha != nil:
		p.addf("time: both tau and alpha are given, want one of them")
	}
	if c.Tau.Values != nil && c.Tau.Key != "" {
		p.addf("tau: both numbers and the key %q are given, want one of them", c.Tau.Key)
	}
	if c.Tau.Values != nil && len(c.Tau.Values) == 0 {
		p.addf("tau: no numbers, want one, or one a unit")
	}
	for i, t := range c.Tau.Values {
		if !(t > 0) || math.IsInf(t, 0) {
			p.addf("tau[%d] is %v, want > 0", i, t)
		}
	}
	checkAlpha(p, c.Alpha)
}

func checkAlpha(p *checks, alpha *float64) {
	if alpha != nil && !(*alpha > 0 && *alpha <= 1) {
		p.addf("alpha is %v, want > 0 and ≤ 1", *alpha)
	}
}

func (c *Convention) checkBias(p *checks) {
	p.need("bias", c.Bias, `the key of an array, or "none" for b = 0`)
	if !named(c.Bias) {
		p.refuse("bias_place", c.BiasPlace, "there is no bias")
		return
	}
	p.choice("bias_place", c.BiasPlace, true, []string{Outside, Inside})
	if c.BiasPlace == Outside && c.Form == model.Activity.String() {
		p.addf("bias_place: %q in activity form would be τ ṙ = −r + φ(W r + B u) + b, which is not supported; a bias in the argument of φ is %q", Outside, Inside)
	}
}

func (c *Convention) checkInput(p *checks) {
	hasInput := named(c.Input)
	if c.Basis != nil {
		p.refuse("input", c.Input, "basis gives the input weights")
		p.refuse("input_layout", c.InputLayout, "basis gives the input weights")
		hasInput = named(c.Basis.InputWeights)
	} else {
		p.need("input", c.Input, `the key of an array, or "none" for no input`)
		if hasInput {
			p.choice("input_layout", c.InputLayout, false, []string{InputsByUnits, UnitsByInputs})
		} else {
			p.refuse("input_layout", c.InputLayout, "there is no input")
		}
	}
	if !hasInput {
		p.refuse("input_gain", c.InputGain, "there is no input")
		p.refuse("input_scale", c.InputScale, "there is no input")
		if c.U != nil {
			p.addf("u: given, but there is no input")
		}
	}
}

// named says whether a field names an array.
func named(key string) bool { return key != "" && key != None }

// checks collects what is wrong with a convention.
type checks struct{ found []string }

func (p *checks) addf(format string, args ...any) {
	p.found = append(p.found, fmt.Sprintf(format, args...))
}

func (p *checks) need(field, value, want string) {
	if value == "" {
		p.addf("%s: missing, want %s", field, want)
	}
}

func (p *checks) refuse(field, value, because string) {
	if value != "" {
		p.addf("%s: given as %q, but %s", field, value, because)
	}
}

func (p *checks) choice(field, value string, required bool, allowed []string) {
	switch {
	case value == "" && required:
		p.addf("%s: missing, want %s", field, quotedList(allowed))
	case value != "" && !slices.Contains(allowed, value):
		p.addf("%s: %q, want %s", field, value, quotedList(allowed))
	}
}

func nonlinearityNames() []string {
	var names []string
	for _, phi := range model.Nonlinearities() {
		names = append(names, phi.Name())
	}
	return names
}

func formNames() []string {
	var names []string
	for _, form := range model.Forms {
		names = append(names, form.String())
	}
	return names
}
