package netfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

// linearTexts are models in every form that a file can give them.
var linearTexts = map[string]string{
	"lds":            `{"A": [[0.5, 0.1], [0, -0.25]], "C": [[1, 2], [3, 4], [5, 6]], "Q": {"diag": [1, 0]}, "R": {"iso": 0.5}}`,
	"lds dense":      `{"A": [[0.5]], "C": [[1], [2]], "Q": [[2]], "R": [[1, 0.5], [0.5, 1]], "initial": {"mean": [3], "cov": {"iso": 0}}}`,
	"lds one unit":   `{"A": [[0.5, 0], [0, -0.5]], "C": [[1, 1]], "Q": {"diag": [1, 0], "factor": [[1], [2]]}, "R": [[0]]}`,
	"lds converted":  `{"A": [[0.5]], "C": [[1], [2]], "Q": {"iso": 1}, "R": {"diag": [2, 2], "factor": [[1], [0]], "minus": [[1], [1]]}}`,
	"lds no latents": `{"A": [], "C": [], "Q": [], "R": {"diag": [1, 1]}, "initial": {"mean": [], "cov": []}}`,
	"lds wrapped":    "{\"lds\": {\"A\": [[0.5]], \"C\": [[1]], \"Q\": [[1]], \"R\": [[1]]},\n \"conversion\": {\"exact\": true}}",
	"rnn":            `{"M": [[1, 0], [0.1, 2], [3, -1e-300]], "N": [[0.1, 0], [0, 0.2], [0.3, 0]], "P": {"diag": [1, 2, 3]}}`,
	"rnn dense":      `{"J": [[0.5, 0.1], [0.2, -0.3]], "P": [[1, 0.3333333333333333], [0.3333333333333333, 2]], "initial": {"mean": [1, 2], "cov": [[1, 0], [0, 1]]}}`,
	"rnn structured": `{"M": [[1], [2]], "N": [[0.25], [0]], "P": {"diag": [0, 1], "factor": [[1], [2]]}, "initial": {"mean": [0, 0], "cov": {"diag": [1, 2], "minus": [[0.5], [0.5]]}}}`,
	"rnn no rank":    `{"M": [], "N": [], "P": {"diag": [1, 1, 1]}}`,
	"rnn wrapped":    `{"rnn": {"M": [[1]], "N": [[0.5]], "P": {"iso": 1}}}`,
}

func readLinear(t *testing.T, text string) *Linear {
	t.Helper()
	m, err := parseModel("m.json", []byte(text), nil)
	require.NoError(t, err)
	require.Nil(t, m.Network)
	require.Nil(t, m.Mixture)
	return m.Linear
}

func written(t *testing.T, l *Linear) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, l.WriteJSON(&out, ""))
	return out.String()
}

func TestLDSFromJSON(t *testing.T) {
	l := readLinear(t, linearTexts["lds"])
	require.Equal(t, "lds", l.Kind())
	require.True(t, mat.Equal(mat.NewDense(2, 2, []float64{.5, .1, 0, -.25}), l.LDS.A()))
	require.True(t, mat.Equal(mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6}), l.LDS.C()))
	require.Equal(t, 0.0, l.LDS.Q().At(1, 1))
	require.Equal(t, 1.0, l.LDS.Q().At(0, 0))
	require.Equal(t, model.Isotropic, l.LDS.R().Kind())
	require.Equal(t, 0.5, l.LDS.R().At(2, 2))
	require.Equal(t, "m.json: lds; N = 3, K = 2; A (2×2), C (3×2); Q diagonal; R isotropic (0.5); stationary", l.Summary)

	l = readLinear(t, linearTexts["lds dense"])
	law, ok := l.Initial()
	require.True(t, ok)
	require.Equal(t, []float64{3}, law.Mean)
	require.Equal(t, 0.0, law.Cov.At(0, 0))
	require.Contains(t, l.Summary, "R dense (2×2); x_1 from the law given, its covariance zero")

	l = readLinear(t, linearTexts["lds converted"])
	require.Equal(t, 2.0, l.LDS.R().At(0, 0)) // 2 + 1 − 1
	require.Equal(t, 1.0, l.LDS.R().At(1, 1)) // 2 + 0 − 1
	require.Equal(t, -1.0, l.LDS.R().At(0, 1))
	require.Contains(t, l.Summary, "R diagonal + F Fᵀ, F (2×1) − H Hᵀ, H (2×1)")

	l = readLinear(t, linearTexts["lds no latents"])
	require.Equal(t, 0, l.LDS.Latents())
	require.Equal(t, 2, l.Units())
}

func TestRNNFromJSON(t *testing.T) {
	l := readLinear(t, linearTexts["rnn"])
	m, n, ok := l.RNN.Loadings()
	require.True(t, ok)
	require.Equal(t, -1e-300, m.At(2, 1))
	require.Equal(t, .3, n.At(2, 0))
	require.Equal(t, 3.0, l.RNN.P().At(2, 2))
	require.Equal(t, "m.json: linear rnn; N = 3; J = M Nᵀ with M and N (3×2); P diagonal; stationary", l.Summary)

	l = readLinear(t, linearTexts["rnn dense"])
	_, _, ok = l.RNN.Loadings()
	require.False(t, ok)
	require.Equal(t, .2, l.RNN.J().At(1, 0))
	require.Contains(t, l.Summary, "J given (2×2)")
	require.Contains(t, l.Summary, "y_0 from the law given")
	radius, err := l.SpectralRadius()
	require.NoError(t, err)
	require.Less(t, radius, 1.0)

	require.Equal(t, 3, readLinear(t, linearTexts["rnn no rank"]).Units())
}

// A model comes back from a file bit by bit, in either format.
func TestLinearRoundTrip(t *testing.T) {
	for name, text := range linearTexts {
		for _, extension := range []string{".json", ".npz"} {
			t.Run(name+extension, func(t *testing.T) {
				l := readLinear(t, text)
				path := filepath.Join(t.TempDir(), "out"+extension)
				require.NoError(t, l.Save(path))
				again, err := LoadLinear(path)
				require.NoError(t, err)
				require.Equal(t, written(t, l), written(t, again))
				require.Equal(t, strings.TrimPrefix(l.Summary, "m.json"), strings.TrimPrefix(again.Summary, path))
			})
		}
	}
}

func TestWrittenJSON(t *testing.T) {
	require.Equal(t, `{
  "A": [[0.5]],
  "C": [[1],
        [2]],
  "Q": {"iso": 1},
  "R": {
    "diag": [2, 2],
    "factor": [[1],
               [0]],
    "minus": [[1],
              [1]]
  }
}`, written(t, readLinear(t, linearTexts["lds converted"])))
	require.Equal(t, `{
  "M": [],
  "N": [],
  "P": {
    "diag": [1, 1, 1]
  }
}`, written(t, readLinear(t, linearTexts["rnn no rank"])))
}

// Family L and family S are told apart by their keys.
func TestModelsAreTold(t *testing.T) {
	m, err := parseModel("m.json", []byte(lowRankText), nil)
	require.NoError(t, err)
	require.Nil(t, m.Linear)
	require.Nil(t, m.Mixture)
	require.Equal(t, 3, m.Network.RNN.Units())
	m, err = parseModel("m.json", []byte(lowRankText), parse(t, `{"form": "activity"}`))
	require.NoError(t, err)
	require.Equal(t, model.Activity, m.Network.Form)

	path := filepath.Join(t.TempDir(), "n.json")
	require.NoError(t, os.WriteFile(path, []byte(lowRankText), 0o600))
	_, err = LoadLinear(path)
	requireRefused(t, err, path, "a network with a nonlinearity, want an lds (A, C, Q, R) or an rnn")
}

func TestSaveIsAtomic(t *testing.T) {
	l := readLinear(t, linearTexts["lds"])
	folder := t.TempDir()
	path := filepath.Join(folder, "kept.json")
	require.NoError(t, os.WriteFile(path, []byte("kept"), 0o600))
	for _, fail := range []func(w io.Writer) error{
		func(io.Writer) error { return errors.New("no") },
		func(w io.Writer) error { io.WriteString(w, "half"); return errors.New("no") },
	} {
		require.ErrorContains(t, replaceFile(path, fail), "no")
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "kept", string(text))
	}
	require.ErrorContains(t, l.Save(filepath.Join(folder, "nowhere", "x.npz")), "nowhere")
	requireRefused(t, l.Save(filepath.Join(folder, "x.txt")), filepath.Join(folder, "x.txt"), `extension ".txt": want .npz or .json`)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing is left behind")
	require.NoError(t, l.Save(path))
	_, err = LoadLinear(path)
	require.NoError(t, err)
}

func TestBadLinearJSON(t *testing.T) {
	lds := func(replacements ...string) string {
		return strings.NewReplacer(replacements...).Replace("{\"A\": [[0.5, 0],\n [0, 0.5]],\n\"C\": [[1, 1],\n [1, 2],\n [0, 1]],\n\"Q\": [[1, 0],\n [0, 1]],\n\"R\": {\"iso\": 1}}")
	}
	rnn := func(replacements ...string) string {
		return strings.NewReplacer(replacements...).Replace("{\"M\": [[1],\n [2]],\n\"N\": [[0.5],\n [0]],\n\"P\": {\"diag\": [1, 1]}}")
	}
	const q, p = "[[1, 0],\n [0, 1]]", `{"diag": [1, 1]}`
	for name, c := range map[string]struct{ text, problem string }{
		"cut":                {lds()[:20], "m.json:2: not JSON"},
		"NaN":                {lds("0.5, 0", "NaN, 0"), "m.json:1: not JSON: invalid character 'N'"},
		"no keys":            {`{}`, "m.json:1: the keys do not tell what this is"},
		"loadings alone":     {`{"M": [[1]], "N": [[1]]}`, "m.json:1: the keys do not tell what this is"},
		"unknown key":        {lds(`"R"`, `"S"`), `m.json:8: key "S" is unknown`},
		"two kinds":          {lds(`"R"`, "\"P\": [[1]],\n\"R\""), `m.json:8: key "P" is of an rnn, and "A" of an lds: a file holds one model`},
		"lds and network":    {lds(`"R"`, `"tau": 1, "R"`), `m.json:8: key "tau" is of a network with a nonlinearity, and "A" of an lds`},
		"rnn and network":    {rnn(`"P"`, `"scale": 1, "P"`), `m.json:5: key "P" is of an rnn, and "scale" of a network with a nonlinearity`},
		"wrapper and lds":    {lds(`"R"`, `"lds": {}, "R"`), `m.json:8: key "lds" is of a model in a wrapper, and "A" of an lds`},
		"wrapper of both":    {"{\"lds\": " + lds() + ",\n\"rnn\": {}}", "m.json:9: both lds and rnn are given"},
		"wrapper of none":    {`{"conversion": {}}`, "m.json:1: lds or rnn is missing beside conversion"},
		"wrapper's wrapper":  {`{"lds": {"lds": {}}}`, `m.json:1: key "lds.lds" is unknown`},
		"wrapped number":     {`{"lds": 3}`, `m.json:1: lds is a number, want an object`},
		"loadings of an lds": {lds(`"R"`, `"M": [[1]], "R"`), `m.json:8: key "M" is unknown`},
		"A missing":          {lds(`"A": `, `"initial": `), `m.json:1: key "A" is missing`},
		"R missing":          {`{"A": [], "C": [], "Q": []}`, `m.json:1: key "R" is missing`},
		"A oblong":           {lds("[0, 0.5]]", "[0, 0.5], [1, 1]]"), "m.json:1: A is 3×2, want square"},
		"A null":             {lds("[0, 0.5]]", "[0, null]]"), "m.json:2: A[1,1] is null, want a number"},
		"A huge":             {lds("[0, 0.5]]", "[0, 1e999]]"), "m.json:2: A[1,1] is 1e999, beyond the range of float64"},
		"A ragged":           {lds("[0, 0.5]]", "[0]]"), "m.json:2: A[1] has 1 numbers, A[0] has 2"},
		"C transposed":       {lds("[[1, 1],\n [1, 2],\n [0, 1]]", "[[1, 1, 0],\n [1, 2, 1]]"), "m.json:3: C is 2×3, want units×2, a column for each latent of A"},
		"C empty":            {lds("[[1, 1],\n [1, 2],\n [0, 1]]", "[]"), "m.json:3: C is 0×0, want units×2"},
		"C for no latents":   {`{"A": [], "C": [[1]], "Q": [], "R": [[1]]}`, "m.json:1: C is 1×1, want units×0"},
		"R of no units":      {`{"A": [], "C": [], "Q": [], "R": []}`, "m.json:1: R is of no units"},
		"R of unknown size":  {`{"A": [], "C": [], "Q": [], "R": {"iso": 1}}`, `m.json:1: R is isotropic and C is empty: nothing tells the number of units`},
		"Q size":             {lds(q, "[[1]]"), "m.json:6: Q is 1×1, want 2×2 as A has"},
		"Q oblong":           {lds(q, "[[1, 2]]"), "m.json:6: Q is 1×2, want square"},
		"Q asymmetric":       {lds(q, "[[1, 0],\n [0.5, 1]]"), "m.json:6: Q: covariance[0,1] is 0 and covariance[1,0] is 0.5, want a symmetric matrix"},
		"Q indefinite":       {lds(q, "[[1, 2],\n [2, 1]]"), "m.json:6: Q: covariance[0,1] is 2, more than the variances 1 and 1 allow"},
		"Q negative":         {lds(q, "[[-1, 0],\n [0, 1]]"), "m.json:6: Q: covariance[0,0] is -1, want a variance ≥ 0"},
		"Q text":             {lds(q, `"1"`), `m.json:6: Q is the string "1", want rows, {"iso"}, {"diag"}`},
		"Q vector":           {lds(q, `[1, 1]`), `m.json:6: Q is an array of numbers, want rows, or {"diag"} for variances`},
		"Q number":           {lds(q, `1`), `m.json:6: Q is a number, want rows, {"iso"}`},
		"Q unknown key":      {lds(q, `{"var": 1}`), `m.json:6: key "Q.var" is unknown`},
		"Q of nothing":       {lds(q, `{}`), `m.json:6: Q has neither "iso" nor "diag"`},
		"Q factor alone":     {lds(q, `{"factor": [[1], [1]]}`), `m.json:6: Q has neither "iso" nor "diag"`},
		"Q iso and diag":     {lds(q, "{\"diag\": [1, 1],\n \"iso\": 1}"), `m.json:7: Q.iso is given beside other keys`},
		"Q iso negative":     {lds(q, `{"iso": -1}`), `m.json:6: Q.iso is -1, want a variance ≥ 0`},
		"Q iso a list":       {lds(q, `{"iso": [1]}`), `m.json:6: Q.iso is an array, want a number`},
		"Q diag length":      {lds(q, `{"diag": [1]}`), `m.json:6: Q.diag has 1 numbers, want 2 as A has`},
		"Q diag negative":    {lds(q, "{\"diag\": [1,\n -1]}"), `m.json:7: Q.diag[1] is -1, want a variance ≥ 0`},
		"Q factor rows":      {lds(q, "{\"diag\": [1, 1],\n \"factor\": [[1, 2]]}"), `m.json:7: Q.factor is 1×2, want 2 rows, one for each entry of Q.diag`},
		"Q minus":            {lds(q, "{\"diag\": [1, 1],\n \"minus\": [[2], [0]]}"), `m.json:6: Q: variance 0 is negative: H takes 4 away from 1`},
		"Q minus rows":       {lds(q, "{\"diag\": [1, 1],\n \"minus\": [[2]]}"), `m.json:7: Q.minus is 1×1, want 2 rows`},
		"initial null":       {lds(`"R"`, `"initial": null, "R"`), `m.json:8: initial is null; leave the key out instead`},
		"initial mean":       {lds(`"R"`, `"initial": {"mean": [1], "cov": {"iso": 1}}, "R"`), `m.json:8: initial.mean has 1 numbers, want 2 as A has`},
		"initial no cov":     {lds(`"R"`, `"initial": {"mean": [1, 2]}, "R"`), `m.json:8: key "initial.cov" is missing`},
		"initial cov":        {lds(`"R"`, `"initial": {"mean": [1, 2], "cov": [[1]]}, "R"`), `m.json:8: initial.cov is 1×1, want 2×2 as A has`},
		"initial unknown":    {lds(`"R"`, `"initial": {"mean": [1, 2], "cov": [[1]], "at": 0}, "R"`), `m.json:8: key "initial.at" is unknown`},
		"J and M":            {rnn(`"P"`, `"J": [[1]], "P"`), `m.json:1: both J and M are given, want J, or M and N`},
		"J oblong":           {`{"J": [[1, 2]], "P": [[1]]}`, "m.json:1: J is 1×2, want square"},
		"J empty":            {`{"J": [], "P": [[1]]}`, "m.json:1: J is empty; J = 0 is written as M and N that are []"},
		"J null":             {"{\"J\": [[1, 2],\n [3, null]], \"P\": [[1]]}", "m.json:2: J[1,1] is null"},
		"M alone":            {`{"M": [[1]], "P": [[1]]}`, `m.json:1: key "N" is missing, want M and N, or J`},
		"neither":            {`{"P": [[1]]}`, `m.json:1: key "M" is missing, want M and N, or J`},
		"P missing":          {`{"J": [[1]]}`, `m.json:1: key "P" is missing`},
		"N transposed":       {rnn("[[0.5],\n [0]]", "[[0.5, 0]]"), "m.json:3: N is 1×2 and M is 2×1, want one shape, units×rank"},
		"N text":             {rnn("[[0.5],\n [0]]", "[[0.5],\n [\"0\"]]"), `m.json:4: N[1,0] is the string "0", want a number`},
		"P size":             {rnn(p, "[[1]]"), "m.json:5: P is 1×1, want 2×2 as M has"},
		"P negative":         {rnn(p, `{"diag": [1, -2]}`), "m.json:5: P.diag[1] is -2, want a variance ≥ 0"},
		"P of unknown size":  {`{"M": [], "N": [], "P": {"iso": 1}}`, "m.json:1: P is isotropic and M is empty"},
		"initial of an rnn":  {rnn(`"P"`, `"initial": {"mean": [1], "cov": [[1]]}, "P"`), "m.json:5: initial.mean has 1 numbers, want 2 as P has"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseModel("m.json", []byte(c.text), nil)
			requireRefused(t, err, "m.json", c.problem)
		})
	}
	_, err := parseModel("m.json", []byte(rnn()), parse(t, `{"form": "activity"}`))
	requireRefused(t, err, "m.json", "a convention is given, but the file is an rnn, which says everything itself")
}

// Many units are written and read as rows of M and N.
func TestManyUnits(t *testing.T) {
	const units, rank = 5_000, 5
	m, n, d := mat.NewDense(units, rank, nil), mat.NewDense(units, rank, nil), make([]float64, units)
	for i := range units {
		d[i] = 1 + float64(i)/units
		for r := range rank {
			m.Set(i, r, 1/float64(i+r+3))
			n.Set(i, r, 1/float64(3*i+r+1))
		}
	}
	p, err := model.DiagonalNoise(d)
	require.NoError(t, err)
	net, err := model.NewLinearRNN(model.LinearRNNConfig{M: m, N: n, P: p})
	require.NoError(t, err)
	for _, extension := range []string{".json", ".npz"} {
		path := filepath.Join(t.TempDir(), fmt.Sprint("many", extension))
		require.NoError(t, (&Linear{RNN: net}).Save(path))
		again, err := LoadLinear(path)
		require.NoError(t, err)
		gotM, gotN, _ := again.RNN.Loadings()
		require.True(t, mat.Equal(m, gotM))
		require.True(t, mat.Equal(n, gotN))
		require.Equal(t, d[units-1], again.RNN.P().At(units-1, units-1))
	}
}
