package netfile

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// complete is a convention without fault, to be spoilt.
func complete() *Convention {
	return &Convention{M: "m", MLayout: UnitsByRank, N: "n", NLayout: UnitsByRank, Scale: "1", Nonlinearity: "tanh", Form: "activation",
		Tau: Tau{Values: []float64{1}}, Bias: "b", BiasPlace: Outside, Input: "wi", InputLayout: InputsByUnits, U: []float64{1}}
}

func TestValidate(t *testing.T) {
	require.NoError(t, complete().Validate())
	basis := func() *Basis {
		return &Basis{Basis: "g", Labels: "l", MWeights: "mw", MBiases: None, NWeights: "nw", NBiases: None, InputWeights: "iw", InputBiases: None}
	}
	withBasis := func(c *Convention) {
		c.M, c.MLayout, c.N, c.NLayout, c.Input, c.InputLayout, c.Basis = "", "", "", "", "", "", basis()
	}
	c := complete()
	withBasis(c)
	require.NoError(t, c.Validate())
	number := func(x float64) *float64 { return &x }
	for name, p := range map[string]struct {
		spoil   func(c *Convention)
		problem string
	}{
		"no connectivity":   {func(c *Convention) { c.M, c.N, c.MLayout, c.NLayout = "", "", "", "" }, "connectivity: missing, want w, or m and n, or basis"},
		"two":               {func(c *Convention) { c.W, c.WLayout = "w", TargetsBySources }, "connectivity: given by w and by m and n, want one of them"},
		"two with basis":    {func(c *Convention) { c.Basis = basis() }, "connectivity: given by m and n and by basis"},
		"no m":              {func(c *Convention) { c.M = "" }, "m: missing, want the key of an array"},
		"no n":              {func(c *Convention) { c.N = "" }, "n: missing, want the key of an array"},
		"m_layout":          {func(c *Convention) { c.MLayout = "NxR" }, `m_layout: "NxR", want "units-by-rank" or "rank-by-units"`},
		"n_layout":          {func(c *Convention) { c.NLayout = "NxR" }, `n_layout: "NxR", want "units-by-rank" or "rank-by-units"`},
		"w_layout missing":  {func(c *Convention) { c.M, c.N, c.MLayout, c.NLayout, c.W = "", "", "", "", "w" }, `w_layout: missing, want "targets-by-sources" or "sources-by-targets"`},
		"w_layout alone":    {func(c *Convention) { c.WLayout = TargetsBySources }, `w_layout: given as "targets-by-sources", but there is no w`},
		"layouts and w":     {func(c *Convention) { c.M, c.N, c.W, c.WLayout = "", "", "w", SourcesByTargets }, `n_layout: given as "units-by-rank", but there is no n`},
		"no scale":          {func(c *Convention) { c.Scale = "" }, `scale: missing, want "1", "1/N" or a number`},
		"scale":             {func(c *Convention) { c.Scale = "1/n" }, `scale: "1/n", want "1", "1/N" or a number`},
		"scale NaN":         {func(c *Convention) { c.Scale = "NaN" }, `scale: "NaN", want`},
		"no nonlinearity":   {func(c *Convention) { c.Nonlinearity = "" }, `nonlinearity: missing, want "tanh", "erf"`},
		"nonlinearity":      {func(c *Convention) { c.Nonlinearity = "Tanh" }, `nonlinearity: "Tanh", want "tanh", "erf", "logistic", "softplus", "identity", "relu" or "hard-tanh"`},
		"no form":           {func(c *Convention) { c.Form = "" }, `form: missing, want "activation" or "activity"`},
		"form":              {func(c *Convention) { c.Form = "rate" }, `form: "rate", want "activation" or "activity"`},
		"no time":           {func(c *Convention) { c.Tau = Tau{} }, "time: missing, want tau (a number, numbers, or the key of an array) or alpha (the leak dt/τ)"},
		"two times":         {func(c *Convention) { c.Alpha = number(.1) }, "time: both tau and alpha are given"},
		"tau sign":          {func(c *Convention) { c.Tau.Values = []float64{1, -2} }, "tau[1] is -2, want > 0"},
		"tau NaN":           {func(c *Convention) { c.Tau.Values = []float64{math.NaN()} }, "tau[0] is NaN, want > 0"},
		"tau infinite":      {func(c *Convention) { c.Tau.Values = []float64{math.Inf(1)} }, "tau[0] is +Inf"},
		"tau empty":         {func(c *Convention) { c.Tau.Values = []float64{} }, "tau: no numbers"},
		"tau twice":         {func(c *Convention) { c.Tau.Key = "tau" }, `tau: both numbers and the key "tau" are given`},
		"alpha zero":        {func(c *Convention) { c.Tau, c.Alpha = Tau{}, number(0) }, "alpha is 0, want > 0 and ≤ 1"},
		"alpha large":       {func(c *Convention) { c.Tau, c.Alpha = Tau{}, number(1.5) }, "alpha is 1.5, want > 0 and ≤ 1"},
		"alpha NaN":         {func(c *Convention) { c.Tau, c.Alpha = Tau{}, number(math.NaN()) }, "alpha is NaN"},
		"no bias":           {func(c *Convention) { c.Bias, c.BiasPlace = "", "" }, `bias: missing, want the key of an array, or "none" for b = 0`},
		"no bias place":     {func(c *Convention) { c.BiasPlace = "" }, `bias_place: missing, want "outside" or "inside"`},
		"bias place":        {func(c *Convention) { c.BiasPlace = "in" }, `bias_place: "in", want "outside" or "inside"`},
		"place of none":     {func(c *Convention) { c.Bias = None }, `bias_place: given as "outside", but there is no bias`},
		"outside activity":  {func(c *Convention) { c.Form = "activity" }, `bias_place: "outside" in activity form would be`},
		"no input":          {func(c *Convention) { c.Input = "" }, `input: missing, want the key of an array, or "none" for no input`},
		"input layout":      {func(c *Convention) { c.InputLayout = "qxN" }, `input_layout: "qxN", want "inputs-by-units" or "units-by-inputs"`},
		"layout of none":    {func(c *Convention) { c.Input, c.U = None, nil }, `input_layout: given as "inputs-by-units", but there is no input`},
		"gain of none":      {func(c *Convention) { c.Input, c.InputGain = None, "si" }, `input_gain: given as "si", but there is no input`},
		"scale of none":     {func(c *Convention) { c.Input, c.InputScale = None, "s" }, `input_scale: given as "s", but there is no input`},
		"u of none":         {func(c *Convention) { c.Input, c.InputLayout = None, "" }, "u: given, but there is no input"},
		"u infinite":        {func(c *Convention) { c.U = []float64{math.Inf(-1)} }, "u[0] is -Inf"},
		"basis input":       {func(c *Convention) { withBasis(c); c.Input = "wi" }, `input: given as "wi", but basis gives the input weights`},
		"basis layout":      {func(c *Convention) { withBasis(c); c.InputLayout = InputsByUnits }, `input_layout: given as "inputs-by-units", but basis gives`},
		"basis m_layout":    {func(c *Convention) { withBasis(c); c.MLayout = UnitsByRank }, `m_layout: given as "units-by-rank", but there is no m`},
		"basis unsaid":      {func(c *Convention) { withBasis(c); c.Basis.MBiases = "" }, `basis.m_biases: missing, want the key of an array, or "none" for zero`},
		"basis unsaid n":    {func(c *Convention) { withBasis(c); c.Basis.NBiases = "" }, `basis.n_biases: missing`},
		"basis weights":     {func(c *Convention) { withBasis(c); c.Basis.NWeights = "" }, `basis.n_weights: missing`},
		"basis no labels":   {func(c *Convention) { withBasis(c); c.Basis.Labels = "" }, `basis.labels: missing`},
		"basis inputs":      {func(c *Convention) { withBasis(c); c.Basis.InputWeights = "" }, `basis.input_weights: missing, want the key of an array, or "none" for no input`},
		"basis input bias":  {func(c *Convention) { withBasis(c); c.Basis.InputBiases = "" }, `basis.input_biases: missing`},
		"basis lost biases": {func(c *Convention) { withBasis(c); c.Basis.InputWeights = None }, `basis.input_biases: given as "none", but there are no input weights`},
		"everything told":   {func(c *Convention) { *c = Convention{} }, "connectivity: missing, want w, or m and n, or basis; scale: missing"},
	} {
		t.Run(name, func(t *testing.T) {
			c := complete()
			p.spoil(c)
			requireRefused(t, c.Validate(), "convention", p.problem)
		})
	}
}

func TestConventionText(t *testing.T) {
	for name, c := range map[string]struct{ text, problem string }{
		"empty":        {"", "c.json:1: not JSON: unexpected end"},
		"array":        {"[]", "c.json:1: the file is an array, want an object"},
		"syntax":       {"{\n\"m\": \"m\",\n}", "c.json:3: not JSON: invalid character '}'"},
		"trailing":     {"{}\n{}", "c.json:2: not JSON: invalid character '{' after top-level value"},
		"unknown":      {"{\"m\": \"m\",\n \"layout\": \"x\"}", `c.json:2: key "layout" is unknown`},
		"other case":   {`{"M": "m"}`, `c.json:1: key "M" is unknown`},
		"twice":        {"{\"m\": \"a\",\n \"\\u006d\": \"b\"}", `c.json:2: key "m" occurs twice`},
		"null":         {"{\n\n\"m\": null}", `c.json:3: m is null; leave the key out instead`},
		"number":       {`{"m": 1}`, `c.json:1: m is a number, want a string`},
		"alpha text":   {`{"alpha": "0.2"}`, `c.json:1: alpha is the string "0.2", want a number`},
		"tau object":   {`{"tau": {}}`, `c.json:1: tau is an object, want a number`},
		"tau entry":    {"{\"tau\": [1,\n true]}", `c.json:2: tau[1] is a boolean, want a number`},
		"u null":       {"{\"u\": [1,\n null]}", `c.json:2: u[1] is null, want a number`},
		"u number":     {`{"u": 1}`, `c.json:1: u is a number, want an array of numbers`},
		"scale array":  {`{"scale": [1]}`, `c.json:1: scale is an array, want a number`},
		"huge":         {`{"alpha": 1e999}`, `c.json:1: alpha is 1e999, beyond the range of float64`},
		"basis":        {`{"basis": "gaussian_basis"}`, `c.json:1: basis is the string "gaussian_basis", want an object`},
		"basis key":    {"{\"basis\": {\n\"m\": \"m\"}}", `c.json:2: key "basis.m" is unknown`},
		"basis twice":  {"{\"basis\": {\"labels\": \"a\",\n\"labels\": \"a\"}}", `c.json:2: key "basis.labels" occurs twice`},
		"basis number": {"{\"basis\": {\n\"labels\": 3}}", `c.json:2: basis.labels is a number, want a string`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseConvention("c.json", []byte(c.text))
			requireRefused(t, err, "c.json", c.problem)
		})
	}
}

// Every field survives writing and reading, so that no tag is forgotten.
func TestConventionRoundTrip(t *testing.T) {
	alpha := .5
	full := &Convention{W: "w", WLayout: TargetsBySources, M: "m", MLayout: UnitsByRank, N: "n", NLayout: RankByUnits,
		Basis: &Basis{"a", "b", "c", "d", "e", "f", "g", "h"}, Scale: "1/N", Nonlinearity: "tanh", Form: "activity",
		Tau: Tau{Key: "tau"}, Alpha: &alpha, Bias: "b", BiasPlace: Inside, Input: "i", InputLayout: UnitsByInputs,
		InputGain: "si", InputScale: "s", U: []float64{1, 2}}
	for _, c := range []*Convention{full, complete(), {}, {Tau: Tau{Values: []float64{1, 2.5}}}, {Scale: "0.5"}} {
		text, err := json.Marshal(c)
		require.NoError(t, err)
		back, err := ParseConvention("c.json", text)
		require.NoError(t, err, "%s", text)
		require.Equal(t, c, back)
	}
	require.Equal(t, &Convention{Scale: "2.50"}, parse(t, ` {"scale": 2.50}`))
}

func TestParseTau(t *testing.T) {
	require.Equal(t, Tau{Values: []float64{2}}, ParseTau("2"))
	require.Equal(t, Tau{Values: []float64{1, .5}}, ParseTau("1, 0.5"))
	require.Equal(t, Tau{Key: "tau"}, ParseTau("tau"))
	require.Equal(t, Tau{Key: "1,x"}, ParseTau("1,x"))
	require.Equal(t, Tau{Key: "NaN"}, ParseTau("NaN"))
	require.True(t, Tau{}.IsZero())
}

func TestReadConvention(t *testing.T) {
	li := example("lowrank_inference")
	path := filepath.Join(t.TempDir(), "x.convention.json")
	require.NoError(t, os.WriteFile(path, []byte(li), 0o600))
	c, err := ReadConvention(path)
	require.NoError(t, err)
	require.Equal(t, parse(t, li), c)
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat(" ", MaxConventionBytes+1)), 0o600))
	_, err = ReadConvention(path)
	requireRefused(t, err, path, "1048577 bytes, above the limit of 1048576")
	_, err = ReadConvention(path + ".none")
	require.ErrorContains(t, err, "x.convention.json.none")
}
