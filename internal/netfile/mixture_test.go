package netfile

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// mixtureTexts are mixtures in every form that a file can give them.
var mixtureTexts = map[string]string{
	"mixture": `{"nonlinearity": "tanh", "populations": [
 {"weight": 0.3333333333333333, "mean": [1, 2, 3], "cov": [[1, 0.5, 0], [0.5, 2, 0.25], [0, 0.25, 3]]},
 {"weight": 0.6666666666666667, "mean": [-1, 0, 1e-300], "cov": [[0, 0, 0], [0, 0, 0], [0, 0, 0]]}]}`,
	"mixture of rank two": `{"populations": [{"cov": {"diag": [1, 1, 0, 0, 0], "factor": [[0], [0], [1.6], [0.3333333333333333], [0]]},
 "mean": [0, 0, 0, 0, 0], "weight": 1}], "nonlinearity": "erf"}`,
	"mixture of points": `{"nonlinearity": "relu", "populations": [{"weight": 1, "mean": [1, 2, 3], "cov": {"iso": 0}}]}`,
}

func readMixture(t *testing.T, text string) *Mixture {
	t.Helper()
	m, err := parseModel("m.json", []byte(text), nil)
	require.NoError(t, err)
	require.Nil(t, m.Network)
	require.Nil(t, m.Linear)
	return m.Mixture
}

func TestMixtureJSON(t *testing.T) {
	m := readMixture(t, mixtureTexts["mixture"])
	require.Equal(t, "m.json: mixture; rank R = 1, 2 populations; φ is tanh", m.Summary)
	require.Equal(t, 1, m.Rank())
	require.Equal(t, "tanh", m.Nonlinearity().Name())
	p := m.Population(0)
	require.Equal(t, 0.3333333333333333, p.Weight)
	require.Equal(t, []float64{1, 2, 3}, p.Mean)
	require.True(t, mat.Equal(mat.NewSymDense(3, []float64{1, .5, 0, .5, 2, .25, 0, .25, 3}), p.Cov))
	require.Equal(t, []float64{-1, 0, 1e-300}, m.Population(1).Mean)

	m = readMixture(t, mixtureTexts["mixture of rank two"])
	require.Contains(t, m.Summary, "rank R = 2, 1 population; φ is erf")
	first, second := 1.6, 0.3333333333333333
	require.Equal(t, first*first, m.Population(0).Cov.At(2, 2))
	require.Equal(t, first*second, m.Population(0).Cov.At(3, 2))
	require.Equal(t, 1.0, m.Population(0).Cov.At(1, 1))
}

// requireMixture writes a mixture, reads it, and requires the same bits.
func requireMixture(t *testing.T, m *Mixture) {
	t.Helper()
	var once, twice bytes.Buffer
	require.NoError(t, WriteMixtureJSON(&once, m.Mixture))
	again, err := parseModel("n.json", once.Bytes(), nil)
	require.NoError(t, err, "%s", once.String())
	require.NoError(t, WriteMixtureJSON(&twice, again.Mixture.Mixture))
	require.Equal(t, once.String(), twice.String())
	for p := range m.Populations() {
		require.Equal(t, m.Population(p).Weight, again.Mixture.Population(p).Weight)
		require.Equal(t, m.Population(p).Mean, again.Mixture.Population(p).Mean)
		require.True(t, mat.Equal(m.Population(p).Cov, again.Mixture.Population(p).Cov))
	}
}

func TestMixtureRoundTrip(t *testing.T) {
	for name, text := range mixtureTexts {
		t.Run(name, func(t *testing.T) {
			m := readMixture(t, text)
			requireMixture(t, m)
			path := filepath.Join(t.TempDir(), "out.json")
			require.NoError(t, SaveMixture(path, m.Mixture))
			again, err := LoadMixture(path)
			require.NoError(t, err)
			require.Equal(t, m.Population(0).Mean, again.Population(0).Mean)
			require.Equal(t, m.Population(0).Weight, again.Population(0).Weight)
		})
	}
	var out bytes.Buffer
	require.NoError(t, WriteMixtureJSON(&out, readMixture(t, mixtureTexts["mixture of points"]).Mixture))
	require.Equal(t, `{
  "nonlinearity": "relu",
  "populations": [{
    "weight": 1,
    "mean": [1, 2, 3],
    "cov": [[0, 0, 0],
            [0, 0, 0],
            [0, 0, 0]]
  }]
}`, out.String())
	requireRefused(t, SaveMixture("x.npz", readMixture(t, mixtureTexts["mixture"]).Mixture), "x.npz", `extension ".npz": want .json`)
}

func TestOnlyAMixture(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"network": lowRankText, "lds": linearTexts["lds"], "rnn": linearTexts["rnn"]} {
		path := filepath.Join(folder, name+".json")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := LoadMixture(path)
		requireRefused(t, err, path, name)
		require.ErrorContains(t, err, "want a mixture (nonlinearity, populations)")
	}
	path := filepath.Join(folder, "mixture.json")
	require.NoError(t, os.WriteFile(path, []byte(mixtureTexts["mixture"]), 0o600))
	_, err := LoadLinear(path)
	requireRefused(t, err, path, "a mixture, want an lds (A, C, Q, R)")
	_, err = parseModel("m.json", []byte(mixtureTexts["mixture"]), parse(t, `{"form": "activity"}`))
	requireRefused(t, err, "m.json", "a convention is given, but the file is a mixture")
}

func TestBadMixtureJSON(t *testing.T) {
	const good = "{\"nonlinearity\": \"tanh\",\n\"populations\": [\n{\"weight\": 0.5, \"mean\": [1, 2, 3],\n\"cov\": [[1, 0, 0],\n[0, 1, 0], [0, 0, 1]]}," +
		"\n{\"weight\": 0.5,\n\"mean\": [4, 5, 6], \"cov\": {\"iso\": 2}}]}"
	bad := func(replacements ...string) string { return strings.NewReplacer(replacements...).Replace(good) }
	for name, c := range map[string]struct{ text, problem string }{
		"no nonlinearity":   {`{"populations": []}`, `m.json:1: key "nonlinearity" is missing`},
		"no populations":    {`{"nonlinearity": "tanh", "populations": []}`, "m.json:1: populations: a mixture needs at least one population"},
		"unknown φ":         {bad("tanh", "sigmoid"), `m.json:1: nonlinearity "sigmoid" is unknown, want one of "tanh", "erf"`},
		"φ a number":        {bad(`"tanh"`, "1"), "m.json:1: nonlinearity is a number, want a string"},
		"unknown key":       {bad(`"populations"`, `"rank": 1, "populations"`), `m.json:2: key "rank" is unknown`},
		"populations null":  {`{"nonlinearity": "tanh", "populations": null}`, "populations is null; leave the key out instead"},
		"populations text":  {`{"nonlinearity": "tanh", "populations": "1"}`, `populations is the string "1", want an array of populations`},
		"population null":   {`{"nonlinearity": "tanh", "populations": [null]}`, "populations[0] is null, want an object"},
		"population number": {bad("{\"weight\": 0.5,\n", "7, {\"weight\": 0.5,\n"), "m.json:6: populations[1] is a number, want an object"},
		"unknown in one":    {bad(`"weight": 0.5, `, `"size": 3, `), `m.json:3: key "populations[0].size" is unknown`},
		"twice":             {bad(`"weight": 0.5, `, `"weight": 0.5, "weight": 0.5, `), `m.json:3: key "populations[0].weight" occurs twice`},
		"no weight":         {bad(`"weight": 0.5, `, ``), `m.json:3: key "populations[0].weight" is missing`},
		"no mean":           {bad(` "mean": [1, 2, 3],`, ``), `m.json:3: key "populations[0].mean" is missing`},
		"no cov":            {bad(`, "cov": {"iso": 2}`, ``), `m.json:6: key "populations[1].cov" is missing`},
		"weight null":       {bad("{\"weight\": 0.5,\n", "{\"weight\": null,\n"), "m.json:6: populations[1].weight is null"},
		"weight text":       {bad("{\"weight\": 0.5,\n", "{\"weight\": \"half\",\n"), `m.json:6: populations[1].weight is the string "half", want a number`},
		"weight NaN":        {bad("{\"weight\": 0.5,\n", "{\"weight\": NaN,\n"), "m.json:6: not JSON: invalid character 'N'"},
		"weight negative":   {bad("{\"weight\": 0.5,\n", "{\"weight\": -0.5,\n"), "m.json:6: populations[1].weight is -0.5, want a share ≥ 0"},
		"weights":           {bad("{\"weight\": 0.5,\n", "{\"weight\": 0.25,\n"), "m.json:2: populations: weights of the populations sum to 0.75, want 1"},
		"weights in 1e-6":   {bad("{\"weight\": 0.5,\n", "{\"weight\": 0.500001,\n"), "m.json:2: populations: weights of the populations sum to 1.00000100000"},
		"mean even":         {bad("[1, 2, 3]", "[1, 2, 3, 4]"), "m.json:3: populations[0].mean has 4 numbers, want 2R+1"},
		"mean of rank 0":    {bad("[1, 2, 3]", "[1]"), "m.json:3: populations[0].mean has 1 numbers, want 2R+1"},
		"mean of two ranks": {bad("[4, 5, 6]", "[4, 5, 6, 7, 8]"), "m.json:7: populations[1].mean has 5 numbers, want 3 as that of the first"},
		"mean null":         {bad("[4, 5, 6]", "[4, null, 6]"), "m.json:7: populations[1].mean[1] is null, want a number"},
		"mean huge":         {bad("[4, 5, 6]", "[4, 1e999, 6]"), "m.json:7: populations[1].mean[1] is 1e999, beyond the range"},
		"cov of rank 2":     {bad("{\"iso\": 2}", "{\"diag\": [1, 1, 1, 1, 1]}"), "m.json:7: populations[1].cov.diag has 5 numbers, want 3 as populations[1].mean has"},
		"cov ragged":        {bad("[0, 1, 0]", "[0, 1]"), "m.json:5: populations[0].cov[1] has 2 numbers, populations[0].cov[0] has 3"},
		"cov 2×2":           {bad("[[1, 0, 0],\n[0, 1, 0], [0, 0, 1]]", "[[1, 0], [0, 1]]"), "m.json:4: populations[0].cov is 2×2, want 3×3 as populations[0].mean has"},
		"cov asymmetric":    {bad("[0, 1, 0]", "[0.5, 1, 0]"), "m.json:4: populations[0].cov: covariance[0,1] is 0 and covariance[1,0] is 0.5, want a symmetric matrix"},
		"cov negative":      {bad("[0, 1, 0]", "[0, -1, 0]"), "m.json:4: populations[0].cov: covariance[1,1] is -1, want a variance ≥ 0"},
		"cov indefinite":    {bad("[1, 0, 0]", "[1, 2, 0]", "[0, 1, 0]", "[2, 1, 0]"), "m.json:4: populations[0].cov: covariance[0,1] is 2, more than the variances 1 and 1 allow"},
		"cov NaN":           {bad("[0, 1, 0]", `[0, "NaN", 0]`), `m.json:5: populations[0].cov[1,1] is the string "NaN", want a number`},
		"and a network":     {bad(`"populations"`, `"tau": 1, "populations"`), `key "tau" is of a network with a nonlinearity, and "nonlinearity" of a mixture`},
		"and an lds":        {bad(`"nonlinearity"`, `"A": [[1]], "nonlinearity"`), `key "nonlinearity" is of a mixture, and "A" of an lds`},
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, good, c.text)
			_, err := parseModel("m.json", []byte(c.text), nil)
			requireRefused(t, err, "m.json", c.problem)
		})
	}
	_, err := parseModel("m.json", []byte(`{"A": [[1]], "nonlinearity": "tanh"}`), nil)
	requireRefused(t, err, "m.json", `key "nonlinearity" is of a network with a nonlinearity, and "A" of an lds`)
	require.Equal(t, 2, readMixture(t, good).Populations())
}

// Labels of the units' populations.
func TestLabels(t *testing.T) {
	with := func(labels string) (*Network, error) {
		return parseNetwork("n.json", []byte(strings.Replace(lowRankText, `"tau"`, "\"labels\": "+labels+",\n\"tau\"", 1)), nil)
	}
	net, err := with("[1, 0, 1.0]")
	require.NoError(t, err)
	require.Equal(t, []int{1, 0, 1}, net.Labels)
	require.Contains(t, net.Summary, "labels of 2 populations")
	m, err := parseModel("n.json", []byte(`{"labels": [0], "W": [[1]], "nonlinearity": "tanh", "tau": 1}`), nil)
	require.NoError(t, err)
	require.Equal(t, []int{0}, m.Network.Labels)
	for labels, problem := range map[string]string{
		"[0, 1]":           "n.json:2: labels has 2 numbers, want 3, one a unit",
		"[0, 1, 0.5]":      "n.json:2: labels[2] is 0.5, want the population of the unit",
		"[0, 1, -1]":       "n.json:2: labels[2] is -1, want",
		"[0, 1, 3]":        "n.json:2: labels[2] is 3, want the population of the unit, a whole number from 0 to below 3",
		"[0, 1, 1e300]":    "n.json:2: labels[2] is 1e+300",
		"[0, 2, 2]":        "n.json:2: labels: no unit is of population 1, want populations 0 to 2",
		"[1, 1, 1]":        "n.json:2: labels: no unit is of population 0",
		"null":             "n.json:2: labels is null",
		"[0, null, 0]":     "n.json:2: labels[1] is null, want a number",
		`["a", "b", "a"]`:  `n.json:2: labels[0] is the string "a", want a number`,
		`{"0": 2, "1": 1}`: "n.json:2: labels is an object, want an array of numbers",
	} {
		_, err := with(labels)
		requireRefused(t, err, "n.json", problem)
	}
}
