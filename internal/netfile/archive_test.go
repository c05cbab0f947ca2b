package netfile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/internal/npz"
	"github.com/rankproof/rankproof/model"
)

func array(name string, data []float64, shape ...int) npz.Array {
	return npz.Array{Name: name, Shape: shape, Data: data}
}

// small has M = [1 2; 3 4; 5 6], N = [7 8; 9 10; 11 12] in all layouts, and a
// square pair.
func small() []npz.Array {
	return []npz.Array{
		array("m", []float64{1, 2, 3, 4, 5, 6}, 3, 2), array("mt", []float64{1, 3, 5, 2, 4, 6}, 2, 3),
		array("n", []float64{7, 8, 9, 10, 11, 12}, 3, 2), array("nt", []float64{7, 9, 11, 8, 10, 12}, 2, 3),
		array("m2", []float64{1, 2, 3, 4}, 2, 2), array("n2", []float64{5, 6, 7, 8}, 2, 2),
		array("v", []float64{1, 2, 3}, 3), array("w", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3),
		array("row", []float64{.5, .25, .125}, 1, 3), array("wi", []float64{1, 2, 3, 4, 5, 6}, 2, 3),
		array("gain", []float64{10, 100}, 2), array("two", []float64{2}, 1, 1), array("minus", []float64{1, -1, 1}, 3),
		array("empty", nil, 3, 0), array("cube", make([]float64, 8), 2, 2, 2), array("tau1", []float64{4}, 1),
		array("basis", []float64{1, 2, 3, 10, 20, 30}, 2, 3), array("labels", []float64{0, 1, 0}, 3),
		array("mw", []float64{1, 0, 0, 1, 2, 0, 0, 2}, 2, 2, 2), array("mb", []float64{.5, .25, -.5, -.25}, 2, 2),
		array("nw", []float64{0, 1, 1, 0, 3, 0, 0, 3}, 2, 2, 2), array("iw", []float64{1, 1, 2, 2}, 1, 2, 2),
		array("badlabels", []float64{0, 2, 0}, 3), array("halflabels", []float64{0, .5, 0}, 3),
		array("deep", make([]float64, 12), 2, 2, 3), array("threepops", make([]float64, 12), 2, 3, 2),
		array("one", make([]float64, 4), 1, 2, 2), array("four", make([]float64, 16), 4, 2, 2),
	}
}

func save(t *testing.T, arrays ...npz.Array) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, npz.Write(&out, arrays...))
	path := filepath.Join(t.TempDir(), "small.npz")
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o600))
	return path
}

// rest completes a convention that has its connectivity.
const rest = `, "scale": "1", "nonlinearity": "tanh", "form": "activation", "tau": 1, "bias": "none", "input": "none"}`

func load(t *testing.T, path, convention string) *Network {
	t.Helper()
	net, err := Load(path, parse(t, convention))
	require.NoError(t, err, convention)
	return net
}

func TestLayoutsOfLoadings(t *testing.T) {
	path := save(t, small()...)
	for _, text := range []string{
		`{"m": "m", "m_layout": "units-by-rank", "n": "n", "n_layout": "units-by-rank"`,
		`{"m": "mt", "m_layout": "rank-by-units", "n": "nt", "n_layout": "rank-by-units"`,
		`{"m": "mt", "n": "n", "n_layout": "units-by-rank"`,
		`{"m": "m", "n": "nt", "n_layout": "rank-by-units"`,
	} {
		low, ok := load(t, path, text+rest).RNN.Connectivity().(*model.LowRank)
		require.True(t, ok)
		require.Equal(t, []float64{1, 2, 3, 4, 5, 6}, low.M().RawMatrix().Data)
		require.Equal(t, []float64{7, 8, 9, 10, 11, 12}, low.N().RawMatrix().Data)
		require.Equal(t, 1.0, low.Scale())
	}
	// N = R: the layouts decide, and there is no telling that they are right.
	low := load(t, path, `{"m": "m2", "m_layout": "units-by-rank", "n": "n2", "n_layout": "rank-by-units"`+rest).RNN.Connectivity().(*model.LowRank)
	require.Equal(t, []float64{1, 2, 3, 4}, low.M().RawMatrix().Data)
	require.Equal(t, []float64{5, 7, 6, 8}, low.N().RawMatrix().Data)
	// One-dimensional loadings are one column in any layout, or in none.
	for _, text := range []string{
		`{"m": "v", "n": "minus"`, `{"m": "v", "m_layout": "rank-by-units", "n": "minus", "n_layout": "units-by-rank"`,
	} {
		low = load(t, path, text+rest).RNN.Connectivity().(*model.LowRank)
		require.Equal(t, []float64{1, 2, 3}, low.M().RawMatrix().Data)
		require.Equal(t, 1, low.Rank())
	}
}

func TestDenseAndScale(t *testing.T) {
	path := save(t, small()...)
	w := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	net := load(t, path, `{"w": "w", "w_layout": "targets-by-sources"`+rest)
	require.Equal(t, w, net.RNN.Connectivity().Dense().RawMatrix().Data)
	net = load(t, path, `{"w": "w", "w_layout": "sources-by-targets", "scale": 2,
		"nonlinearity": "erf", "form": "activity", "tau": [1, 2, 3], "bias": "row", "bias_place": "inside", "input": "none"}`)
	require.Equal(t, []float64{2, 8, 14, 4, 10, 16, 6, 12, 18}, net.RNN.Connectivity().Dense().RawMatrix().Data)
	require.Equal(t, model.Activity, net.Form)
	require.Equal(t, "erf", net.RNN.Nonlinearity().Name())
	require.Nil(t, net.ReadShift, "inside φ is where the activity form has it")
	require.Equal(t, []float64{.5, .25, .125}, net.RNN.Bias())
	require.Equal(t, []float64{}, net.U)
	require.Equal(t, 0.0, net.Alpha)
	for i, tau := range []float64{1, 2, 3} {
		require.Equal(t, tau, net.RNN.Tau(i))
	}
	require.Contains(t, net.Summary, "continuous time with a τ for each unit; no input")
	for scale, want := range map[string]float64{`"1"`: 1, `"1/N"`: 1. / 3, `-0.5`: -.5, `"2e3"`: 2000} {
		low := load(t, path, `{"m": "m", "n": "n", "n_layout": "units-by-rank", "scale": `+scale+
			`, "nonlinearity": "tanh", "form": "activation", "tau": 1, "bias": "none", "input": "none"}`).RNN.Connectivity().(*model.LowRank)
		require.Equal(t, want, low.Scale(), scale)
	}
}

func TestTimeBiasAndInput(t *testing.T) {
	path := save(t, small()...)
	const start = `{"m": "m", "n": "n", "n_layout": "units-by-rank", "scale": "1", "nonlinearity": "tanh", "form": "activation"`
	net := load(t, path, start+`, "tau": "v", "bias": "v", "bias_place": "outside",
		"input": "wi", "input_layout": "inputs-by-units", "input_gain": "gain", "input_scale": "two", "u": [1, -1]}`)
	require.Equal(t, 3.0, net.RNN.Tau(2))
	require.Equal(t, []float64{1, 2, 3}, net.RNN.Bias())
	require.Nil(t, net.ReadShift)
	require.True(t, mat.Equal(mat.NewDense(3, 2, []float64{20, 800, 40, 1000, 60, 1200}), net.RNN.Input()))
	require.Equal(t, []float64{1, -1}, net.U)
	require.Contains(t, net.Summary, `τ from "v" (3)`)
	require.Contains(t, net.Summary, "input u = [1 -1]")

	net = load(t, path, start+`, "tau": "tau1", "bias": "row", "bias_place": "inside", "input": "n", "input_layout": "units-by-inputs"}`)
	require.Equal(t, 4.0, net.RNN.Tau(1))
	require.Equal(t, []float64{.5, .25, .125}, net.ReadShift)
	require.True(t, mat.Equal(mat.NewDense(3, 2, []float64{7, 8, 9, 10, 11, 12}), net.RNN.Input()))
	require.Equal(t, []float64{0, 0}, net.U)
	require.Contains(t, net.Summary, "input u = 0 (2 channels, none given)")
	require.Contains(t, net.Summary, "the file's x is y − b")

	net = load(t, path, start+`, "alpha": 0.25, "bias": "none", "input": "v", "input_gain": "none", "input_scale": "none"}`)
	require.Equal(t, 0.25, net.Alpha)
	require.Equal(t, 1.0, net.RNN.Tau(0))
	require.Equal(t, []float64{0, 0, 0}, net.RNN.Bias())
	require.True(t, mat.Equal(mat.NewDense(3, 1, []float64{1, 2, 3}), net.RNN.Input()))
	require.Contains(t, net.Summary, "discrete time with leak α = 0.25 (τ = 1, dt = 0.25)")
	require.Contains(t, net.Summary, "arrays not read: badlabels, basis")
}

// Labels 0, 1, 0 and basis columns (1, 10), (2, 20), (3, 30).
func TestBasis(t *testing.T) {
	path := save(t, small()...)
	const end = `}, "scale": "1/N", "nonlinearity": "relu", "form": "activation", "tau": 1, "bias": "none"`
	net := load(t, path, `{"basis": {"basis": "basis", "labels": "labels", "m_weights": "mw", "m_biases": "mb",
		"n_weights": "nw", "n_biases": "none", "input_weights": "iw", "input_biases": "none"`+end+`, "input_gain": "two", "u": [3]}`)
	low := net.RNN.Connectivity().(*model.LowRank)
	require.Equal(t, []float64{1.5, 1.5, 20.25, 39.75, 3.5, 5.5}, low.M().RawMatrix().Data)
	require.Equal(t, []float64{10, 3, 2, 60, 30, 9}, low.N().RawMatrix().Data)
	require.True(t, mat.Equal(mat.NewDense(3, 1, []float64{22, 88, 66}), net.RNN.Input()))
	require.Equal(t, []int{0, 1, 0}, net.Labels)
	require.Equal(t, []float64{3}, net.U)
	require.Contains(t, net.Summary, "mw[r,p,b] · basis[b,i] + mb[r,p], n with nw and 0, p = labels[i] of 2 populations")

	net = load(t, path, `{"basis": {"basis": "basis", "labels": "labels", "m_weights": "mw", "m_biases": "mb",
		"n_weights": "nw", "n_biases": "mb", "input_weights": "none"`+end+`}`)
	require.Equal(t, 0, net.RNN.Inputs())
	require.Equal(t, []float64{10.5, 2.5, 2.25, 59.75, 30.5, 8.5}, net.RNN.Connectivity().(*model.LowRank).N().RawMatrix().Data)
}

// The whole of a summary, so that nothing read is listed as unread.
func TestSummary(t *testing.T) {
	path := save(t, array("m", []float64{1, 2}, 2), array("n", []float64{3, 4}, 1, 2), array("B", []float64{5, 6}, 2, 1),
		array("g", []float64{7}, 1), array("b", []float64{8, 9}, 2), array("wo", []float64{1}, 1))
	const text = `{"m": "m", "n": "n", "n_layout": "rank-by-units", "scale": "1/N", "nonlinearity": "tanh", "form": "activation",
		"tau": 3, "bias": "b", "bias_place": "outside", "input": "B", "input_layout": "units-by-inputs", "input_gain": "g"`
	const start = `: N = 2 units, rank R = 1: W = scale · M Nᵀ, M from array "m" (2, one column), N from array "n" (1×2, rank-by-units); ` +
		`scale 1/N = 0.5; b from "b" (2 numbers), outside φ; B (2×1) from "B" (2×1, units-by-inputs) × gain of the channel from "g"`
	const end = `; φ is tanh; activation form; continuous time with τ = 3; input u = 0 (1 channels, none given); `
	require.Equal(t, path+start+end+"arrays not read: wo", load(t, path, text+"}").Summary)
	require.Equal(t, path+start+` × scale 1 from "wo"`+end+"every array was read", load(t, path, text+`, "input_scale": "wo"}`).Summary)
}
