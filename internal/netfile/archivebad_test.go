package netfile

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/internal/npz"
	"github.com/rankproof/rankproof/model"
)

// requireRefused checks that an error begins with the file, says this, and is
// both an Error and model.ErrInvalid.
func requireRefused(t *testing.T, err error, file, problem string) {
	t.Helper()
	var refusal *Error
	require.True(t, errors.As(err, &refusal), "%v", err)
	require.True(t, errors.Is(err, model.ErrInvalid))
	require.True(t, strings.HasPrefix(err.Error(), file+":"), "%v", err)
	require.ErrorContains(t, err, problem)
}

// Arrays that do not fit a convention that is itself in order.
func TestArraysThatDoNotFit(t *testing.T) {
	path := save(t, small()...)
	const loadings = `{"m": "m", "n": "n", "n_layout": "units-by-rank"`
	const dynamics = `, "scale": "1", "nonlinearity": "tanh", "form": "activation"`
	const basis = `{"basis": {"basis": "basis", "labels": "labels", "m_weights": "mw", "m_biases": "mb", "n_weights": "nw", "n_biases": "none", "input_weights": "iw", "input_biases": "none"}` +
		dynamics + `, "tau": 1, "bias": "none"}`
	swap := func(old, by string) string { return strings.Replace(basis, old, by, 1) }
	for name, c := range map[string]struct{ convention, problem string }{
		"unknown m":     {`{"m": "M", "n": "n", "n_layout": "units-by-rank"` + rest, `m: no array "M" in the archive; it has badlabels, basis, cube`},
		"none for m":    {`{"m": "none", "n": "n", "n_layout": "units-by-rank"` + rest, `m: no array "none" in the archive`},
		"no dimension":  {`{"m": "m", "n": "empty", "n_layout": "units-by-rank"` + rest, `n: array "empty" is 3×0, want no dimension of 0`},
		"m shape":       {`{"m": "w", "n": "n", "n_layout": "units-by-rank"` + rest, `m: array "w" is 3×3, want 3×2 or 2×3 (N = 3 units and R = 2 by n)`},
		"n shape":       {`{"m": "m", "m_layout": "units-by-rank", "n": "w", "n_layout": "units-by-rank"` + rest, `n: array "w" (3×3, units-by-rank), want 3×2: N = 3 units and R = 2 by array "m" (3×2, units-by-rank)`},
		"n columns":     {`{"m": "m", "m_layout": "units-by-rank", "n": "w", "n_layout": "rank-by-units"` + rest, `n: array "w" (3×3, rank-by-units), want 2×3`},
		"n dimensions":  {`{"m": "m", "n": "cube", "n_layout": "units-by-rank"` + rest, `n: array "cube" is 2×2×2, want two dimensions`},
		"m dimensions":  {`{"m": "cube", "m_layout": "units-by-rank", "n": "n", "n_layout": "units-by-rank"` + rest, `m: array "cube" is 2×2×2, want two dimensions`},
		"n wrong way":   {`{"m": "m", "n": "nt", "n_layout": "units-by-rank"` + rest, `n_layout: array "nt" is 2×3, and "units-by-rank" makes it N = 2 units of rank R = 3, above N; "rank-by-units" makes it N = 3 units of rank R = 2`},
		"m wrong way":   {`{"m": "m", "m_layout": "rank-by-units", "n": "n", "n_layout": "units-by-rank"` + rest, `m_layout: array "m" is 3×2, and "rank-by-units" makes it N = 2 units of rank R = 3, above N`},
		"no n_layout":   {`{"m": "m", "n": "n"` + rest, `n_layout: missing; array "n" is 3×2: "units-by-rank" makes it N = 3 units of rank R = 2, "rank-by-units" makes it N = 2 units of rank R = 3`},
		"N equals R":    {`{"m": "m2", "n": "n2", "n_layout": "units-by-rank"` + rest, `m_layout: missing, and array "m2" is 2×2: want "units-by-rank" (rows are units) or "rank-by-units" (columns are units)`},
		"w not square":  {`{"w": "m", "w_layout": "targets-by-sources"` + rest, `w: array "m" is 3×2, want N×N`},
		"w a vector":    {`{"w": "v", "w_layout": "targets-by-sources"` + rest, `w: array "v" is 3, want N×N`},
		"no w":          {`{"w": "W", "w_layout": "targets-by-sources"` + rest, `w: no array "W"`},
		"tau array":     {loadings + dynamics + `, "tau": "gain", "bias": "none", "input": "none"}`, `tau: array "gain" is 2, want 1 number or 3, one a unit`},
		"tau sign":      {loadings + dynamics + `, "tau": "minus", "bias": "none", "input": "none"}`, `tau: array "minus": entry 1 is -1, want > 0`},
		"tau key":       {loadings + dynamics + `, "tau": "T", "bias": "none", "input": "none"}`, `tau: no array "T"`},
		"tau numbers":   {loadings + dynamics + `, "tau": [1, 2], "bias": "none", "input": "none"}`, `convention: tau: 2 numbers, want 1 or 3, one a unit`},
		"bias length":   {loadings + dynamics + `, "tau": 1, "bias": "gain", "bias_place": "outside", "input": "none"}`, `bias: array "gain" is 2, want 3, one a unit`},
		"bias matrix":   {loadings + dynamics + `, "tau": 1, "bias": "w", "bias_place": "outside", "input": "none"}`, `bias: array "w" is 3×3, want 3, one a unit`},
		"input rows":    {loadings + dynamics + `, "tau": 1, "bias": "none", "input": "wi", "input_layout": "units-by-inputs"}`, `input: array "wi" is 2×3, and input_layout "units-by-inputs" wants 3×q`},
		"input columns": {loadings + dynamics + `, "tau": 1, "bias": "none", "input": "m", "input_layout": "inputs-by-units"}`, `input: array "m" is 3×2, and input_layout "inputs-by-units" wants q×3`},
		"input layout":  {loadings + dynamics + `, "tau": 1, "bias": "none", "input": "wi"}`, `input_layout: missing; array "wi" is 2×3: "inputs-by-units" makes it 2 inputs to 3 units, "units-by-inputs" 3 inputs to 2 units`},
		"input vector":  {loadings + dynamics + `, "tau": 1, "bias": "none", "input": "gain"}`, `input: array "gain" is 2, want 3, one a unit`},
		"input cube":    {loadings + dynamics + `, "tau": 1, "bias": "none", "input": "cube", "input_layout": "inputs-by-units"}`, `input: array "cube" is 2×2×2, want two dimensions`},
		"input key":     {loadings + dynamics + `, "tau": 1, "bias": "none", "input": "B"}`, `input: no array "B"`},
		"gain":          {loadings + dynamics + `, "tau": 1, "bias": "none", "input": "v", "input_gain": "gain"}`, `input_gain: array "gain" is 2, want 1, one an input channel`},
		"input scale":   {loadings + dynamics + `, "tau": 1, "bias": "none", "input": "v", "input_scale": "gain"}`, `input_scale: array "gain" is 2, want one number`},
		"u":             {loadings + dynamics + `, "tau": 1, "bias": "none", "input": "v", "u": [1, 2]}`, `u: 2 numbers, want 1, one an input channel`},
		"basis shape":   {swap(`"basis": "basis"`, `"basis": "v"`), `basis.basis: array "v" is 3, want B×N`},
		"labels length": {swap(`"labels"`+`: "labels"`, `"labels": "gain"`), `basis.labels: array "gain" is 2, want 3, one a unit`},
		"label range":   {swap(`"labels": "labels"`, `"labels": "badlabels"`), `basis.labels: badlabels[1] is 2, want one of the 2 populations of "mw", 0 to 1`},
		"label half":    {swap(`"labels": "labels"`, `"labels": "halflabels"`), `basis.labels: halflabels[1] is 0.5, want one of`},
		"label sign":    {swap(`"labels": "labels"`, `"labels": "minus"`), `basis.labels: minus[1] is -1, want one of`},
		"m dims":        {swap(`"mw"`, `"m"`), `basis.m_weights: array "m" is 3×2, want R×P×2`},
		"m depth":       {swap(`"mw"`, `"deep"`), `basis.m_weights: array "deep" is 2×2×3, want any number×2×2: 2 populations of "deep" and 2 rows of "basis"`},
		"populations":   {swap(`"nw"`, `"threepops"`), `basis.n_weights: array "threepops" is 2×3×2, want any number×2×2`},
		"rank":          {swap(`"nw"`, `"one"`), `basis.n_weights: array "one" gives rank R = 1, and "mw" gives R = 2`},
		"rank above N":  {strings.Replace(strings.Replace(swap(`"nw"`, `"four"`), `"mw"`, `"four"`, 1), `"mb"`, `"none"`, 1), `basis.m_weights: array "four" gives rank R = 4, above N = 3 units`},
		"biases":        {swap(`"mb"`, `"m"`), `basis.m_biases: array "m" is 3×2, want 2×2, as in "mw"`},
		"biases key":    {swap(`"mb"`, `"m_biases"`), `basis.m_biases: no array "m_biases"`},
		"n key":         {swap(`"nw"`, `"n_weights"`), `basis.n_weights: no array "n_weights"`},
		"basis key":     {swap(`"basis": "basis"`, `"basis": "gaussian_basis"`), `basis.basis: no array "gaussian_basis"`},
		"input weights": {swap(`"iw"`, `"mb"`), `basis.input_weights: array "mb" is 2×2, want any number×2×2`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(path, parse(t, c.convention))
			requireRefused(t, err, path, c.problem)
		})
	}
}

// As many numbers as units, but in a square.
func TestSquareIsNoVector(t *testing.T) {
	path := save(t, array("v", []float64{1, 2, 3, 4}, 4), array("s", []float64{1, 2, 3, 4}, 2, 2))
	const start = `{"m": "v", "n": "v", "scale": 1, "nonlinearity": "tanh", "form": "activation", "input": "none"`
	_, err := Load(path, parse(t, start+`, "tau": 1, "bias": "s", "bias_place": "outside"}`))
	requireRefused(t, err, path, `bias: array "s" is 2×2, want 4, one a unit`)
	_, err = Load(path, parse(t, start+`, "tau": "s", "bias": "none"}`))
	requireRefused(t, err, path, `tau: array "s" is 2×2, want 1 number or 4, one a unit`)
}

// A basis makes large matrices from small arrays: 16384 units of rank 16384.
func TestSampledSizeIsLimited(t *testing.T) {
	const n = 1 << 14
	path := save(t, array("g", make([]float64, n), 1, n), array("l", make([]float64, n), n), array("w", make([]float64, n), n, 1, 1))
	_, err := Load(path, parse(t, `{"basis": {"basis": "g", "labels": "l", "m_weights": "w", "m_biases": "none", "n_weights": "w",
		"n_biases": "none", "input_weights": "none"}, "scale": 1, "nonlinearity": "tanh", "form": "activation", "tau": 1, "bias": "none"}`))
	requireRefused(t, err, path, `basis.m_weights: array "w" is 16384×1×1, which makes 16384×16384 numbers, above the limit of 134217728`)
}

func TestBadArchiveFiles(t *testing.T) {
	path := save(t, small()...)
	_, err := Load(path, nil)
	requireRefused(t, err, path, "a convention is needed; the arrays are badlabels, basis, cube")
	_, err = Load(path, &Convention{})
	requireRefused(t, err, path, "convention: connectivity: missing")

	_, err = Load(filepath.Join(t.TempDir(), "absent.npz"), nil)
	require.True(t, errors.Is(err, fs.ErrNotExist))
	require.ErrorContains(t, err, "absent.npz")

	c := parse(t, `{"m": "m", "n": "n", "n_layout": "units-by-rank"`+rest)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	short := filepath.Join(t.TempDir(), "short.npz")
	require.NoError(t, os.WriteFile(short, text[:len(text)/2], 0o600))
	_, err = Load(short, c)
	requireRefused(t, err, short, "not a zip archive, or a truncated one")
	var fault *npz.Error
	require.True(t, errors.As(err, &fault))

	corrupt := append([]byte(nil), text...)
	for i := 40; i < 120; i++ {
		corrupt[i] ^= 0x55
	}
	require.NoError(t, os.WriteFile(short, corrupt, 0o600))
	_, err = Load(short, c)
	requireRefused(t, err, short, `array "m": `)

	_, err = Load("network.mat", nil)
	requireRefused(t, err, "network.mat", `extension ".mat": want .npz or .json`)

	path = save(t, array("m", []float64{math.MaxFloat64, 1}, 2), array("g", []float64{10}, 1))
	_, err = Load(path, parse(t, `{"m": "m", "n": "m", "scale": 1, "nonlinearity": "tanh", "form": "activation", "tau": 1, "bias": "none", "input": "m", "input_gain": "g"}`))
	requireRefused(t, err, path, "B[0,0] is +Inf")
	path = save(t)
	_, err = Load(path, nil)
	requireRefused(t, err, path, "the arrays are none at all")
}
