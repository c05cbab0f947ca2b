package netfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

const lowRankText = `{"M": [[1, 2], [3, 4], [5, 6]], "N": [[7, 8], [9, 10], [11, 12]], "scale": 0.5,
 "nonlinearity": "softplus", "tau": 2, "b": [1, 2, 3], "B": [[1], [0], [-1]]}`

func TestNetworkJSON(t *testing.T) {
	net, err := parseNetwork("n.json", []byte(lowRankText), nil)
	require.NoError(t, err)
	low := net.RNN.Connectivity().(*model.LowRank)
	require.Equal(t, []float64{1, 2, 3, 4, 5, 6}, low.M().RawMatrix().Data)
	require.Equal(t, []float64{7, 8, 9, 10, 11, 12}, low.N().RawMatrix().Data)
	require.Equal(t, 0.5, low.Scale())
	require.Equal(t, "softplus", net.RNN.Nonlinearity().Name())
	require.Equal(t, 2.0, net.RNN.Tau(2))
	require.Equal(t, []float64{1, 2, 3}, net.RNN.Bias())
	require.True(t, mat.Equal(mat.NewDense(3, 1, []float64{1, 0, -1}), net.RNN.Input()))
	require.Equal(t, []float64{0}, net.U)
	require.Equal(t, model.Activation, net.Form)
	require.Equal(t, 0.0, net.Alpha)
	require.Equal(t, "n.json: N = 3 units; low rank, W = scale · M Nᵀ with M and N (3×2) and scale 0.5; b given; B (3×1); "+
		"φ is softplus; activation form; continuous time with τ = 2; input u = 0 (1 channels, none given); form not given, taken as activation", net.Summary)

	net, err = parseNetwork("n.json", []byte(` { "tau" : [1,2e0] , "W":[[0.1,-2],[3,4E-1]],"nonlinearity":"tan\u0068","B":[ ]}`), nil)
	require.NoError(t, err)
	require.Equal(t, []float64{.1, -2, 3, .4}, net.RNN.Connectivity().Dense().RawMatrix().Data)
	require.Equal(t, 2.0, net.RNN.Tau(1))
	require.Equal(t, 0, net.RNN.Inputs())
	require.Equal(t, []float64{0, 0}, net.RNN.Bias())
	require.Contains(t, net.Summary, "no b, zero; B empty")
}

// form, alpha and u may come from a convention; everything else the file says.
func TestNetworkJSONWithConvention(t *testing.T) {
	net, err := parseNetwork("n.json", []byte(lowRankText), parse(t, `{"form": "activity", "alpha": 0.1, "u": [3]}`))
	require.NoError(t, err)
	require.Equal(t, model.Activity, net.Form)
	require.Equal(t, 0.1, net.Alpha)
	require.Equal(t, []float64{3}, net.U)
	require.Contains(t, net.Summary, "activity form; discrete time with leak α = 0.1 (τ = 2, dt = 0.2); input u = [3]")
	for text, problem := range map[string]string{
		`{"scale": "1", "nonlinearity": "softplus"}`: "convention: nonlinearity: given, but the .json file itself says it; scale: given, but",
		`{"tau": 2}`:                       "convention: tau: given, but the .json file itself says it",
		`{"basis": {}}`:                    "convention: basis: given, but",
		`{"m": "M"}`:                       "convention: m: given, but",
		`{"form": "rate"}`:                 `convention: form: "rate", want "activation" or "activity"`,
		`{"alpha": 0}`:                     "convention: alpha is 0, want > 0 and ≤ 1",
		`{"u": [1, 2]}`:                    "u: 2 numbers, want 1, one an input channel",
		`{"u": []}`:                        "u: 0 numbers, want 1",
		`{"bias": "none", "form": "rate"}`: "convention: bias: given, but",
	} {
		_, err := parseNetwork("n.json", []byte(lowRankText), parse(t, text))
		requireRefused(t, err, "n.json", problem)
	}
	_, err = parseNetwork("n.json", []byte(`{"W": [[1, 0], [0, 1]], "nonlinearity": "tanh", "tau": [1, 2]}`), parse(t, `{"alpha": 0.1}`))
	requireRefused(t, err, "n.json", "convention: alpha: one leak dt/τ for all units, but tau differs between units")
}

func TestBadNetworkJSON(t *testing.T) {
	const end = `, "nonlinearity": "tanh", "tau": 1}`
	for name, c := range map[string]struct{ text, problem string }{
		"empty":             {"", "n.json:1: not JSON: unexpected end of JSON input"},
		"cut":               {lowRankText[:60], "n.json:1: not JSON"},
		"binary":            {"\x93NUMPY", "n.json:1: not JSON"},
		"NaN":               {"{\"W\":\n[[NaN]]" + end, "n.json:2: not JSON: invalid character 'N'"},
		"trailing":          {lowRankText + "\n1", "n.json:3: not JSON: invalid character '1' after top-level value"},
		"not an object":     {"[1]", "n.json:1: the file is an array, want an object"},
		"null file":         {"null", "n.json:1: the file is null, want an object"},
		"unknown":           {`{"W": [[1]], "phi": "tanh"` + end, `n.json:1: key "phi" is unknown`},
		"case":              {`{"w": [[1]]` + end, `n.json:1: key "w" is unknown`},
		"twice":             {"{\"W\": [[1]],\n\"W\": [[2]]" + end, `n.json:2: key "W" occurs twice`},
		"twice escaped":     {`{"W": [[1]], "\u0057": [[2]]` + end, `key "W" occurs twice`},
		"no connectivity":   {`{"nonlinearity": "tanh", "tau": 1}`, "n.json:1: connectivity is missing, want W, or M, N and scale"},
		"W and M":           {"{\"W\": [[1]],\n\"M\": [[1]]" + end, "n.json:2: both W and M are given"},
		"W and scale":       {`{"W": [[1]], "scale": 1` + end, "both W and scale are given"},
		"no N":              {`{"M": [[1]], "scale": 1` + end, `key "N" is missing`},
		"no M":              {`{"N": [[1]], "scale": 1` + end, `key "M" is missing`},
		"no scale":          {`{"M": [[1]], "N": [[1]]` + end, `n.json:1: key "scale" is missing, want the factor in W = scale · M Nᵀ`},
		"scale text":        {`{"M": [[1]], "N": [[1]], "scale": "1/N"` + end, `scale is the string "1/N", want a number`},
		"no tau":            {`{"W": [[1]], "nonlinearity": "tanh"}`, `key "tau" is missing`},
		"no nonlinearity":   {`{"W": [[1]], "tau": 1}`, `key "nonlinearity" is missing, want one of "tanh"`},
		"nonlinearity":      {"{\"W\": [[1]], \"tau\": 1,\n\"nonlinearity\": \"sigmoid\"}", `n.json:2: nonlinearity "sigmoid" is unknown, want one of "tanh", "erf"`},
		"nonlinearity type": {`{"W": [[1]], "tau": 1, "nonlinearity": 1}`, `nonlinearity is a number, want a string`},
		"null W":            {`{"W": null` + end, "W is null; leave the key out instead"},
		"null entry":        {"{\"W\": [[1, 2],\n [3, null]]" + end, "n.json:2: W[1,1] is null, want a number"},
		"null row":          {`{"W": [null]` + end, "W[0] is null, want an array of numbers, a row"},
		"NaN string":        {`{"W": [["NaN"]]` + end, `W[0,0] is the string "NaN", want a number`},
		"huge":              {`{"W": [[1e400]]` + end, "W[0,0] is 1e400, beyond the range of float64"},
		"nested":            {`{"W": [[[1]]]` + end, "W[0,0] is an array, want a number"},
		"flat":              {`{"W": [1]` + end, "W[0] is a number, want an array of numbers, a row"},
		"number":            {`{"W": 1` + end, "W is a number, want an array of rows"},
		"empty W":           {`{"W": []` + end, "W is 0×0, want square"},
		"empty row":         {`{"W": [[]]` + end, "W[0] is empty; a matrix of size zero is []"},
		"ragged":            {"{\"W\": [[1, 2],\n[3]]" + end, "n.json:2: W[1] has 1 numbers, W[0] has 2"},
		"oblong":            {`{"W": [[1, 2]]` + end, "W is 1×2, want square"},
		"empty M":           {`{"M": [], "N": [], "scale": 1` + end, "M is empty, want at least 1×1"},
		"M and N":           {`{"M": [[1], [2]], "N": [[1, 2]], "scale": 1` + end, "N is 1×2 and M is 2×1, want one shape"},
		"tau length":        {`{"W": [[1]], "nonlinearity": "tanh", "tau": [1, 2]}`, "tau has 2 numbers, want 1, one a unit"},
		"tau one for two":   {`{"W": [[1, 0], [0, 1]], "nonlinearity": "tanh", "tau": [1]}`, "tau has 1 numbers, want 2, one a unit"},
		"tau sign":          {`{"W": [[1]], "nonlinearity": "tanh", "tau": -1}`, "tau[0] is -1, want > 0"},
		"tau underflow":     {`{"W": [[1]], "nonlinearity": "tanh", "tau": 1e-999}`, "tau[0] is 0, want > 0"},
		"tau string":        {`{"W": [[1]], "nonlinearity": "tanh", "tau": "1"}`, `tau is the string "1", want a number`},
		"b length":          {`{"W": [[1]], "b": []` + end, "b has 0 numbers, want 1, one a unit"},
		"b type":            {`{"W": [[1]], "b": 0` + end, "b is a number, want an array of numbers"},
		"b null":            {`{"W": [[1]], "b": [null]` + end, "b[0] is null, want a number"},
		"B rows":            {`{"W": [[1]], "B": [[1], [2]]` + end, "B is 2×1, want 1 rows, one a unit"},
		"B type":            {`{"W": [[1]], "B": {"x": 1}` + end, "B is an object, want an array of rows"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseNetwork("n.json", []byte(c.text), nil)
			requireRefused(t, err, "n.json", c.problem)
		})
	}
}

func TestLoadJSONFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "Net.JSON")
	require.NoError(t, os.WriteFile(path, []byte(lowRankText), 0o600))
	net, err := Load(path, nil)
	require.NoError(t, err)
	require.Equal(t, 3, net.RNN.Units())

	require.NoError(t, os.Truncate(path, MaxJSONBytes+1)) // sparse
	_, err = Load(path, nil)
	requireRefused(t, err, path, "134217729 bytes, above the limit of 134217728")
	_, err = Load(path+".json", nil)
	require.ErrorContains(t, err, "Net.JSON.json")
	_, err = Load(filepath.Dir(path), nil)
	requireRefused(t, err, filepath.Dir(path), "want .npz or .json")
	folder := filepath.Join(t.TempDir(), "folder.json")
	require.NoError(t, os.Mkdir(folder, 0o700))
	_, err = Load(folder, nil)
	requireRefused(t, err, folder, "not a regular file")
}
