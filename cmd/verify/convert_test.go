package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/stretchr/testify/require"
)

// example is a model of the examples.
func example(name string) string {
	return filepath.Join("..", "..", "examples", "models", name)
}

func modelFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// TestConvertAndCheck gives arguments, and expects a status and fragments of
// what is said.
func TestConvertAndCheck(t *testing.T) {
	rnn, markov, hidden := example("rnn.json"), example("lds-markov.json"), example("lds-hidden.json")
	infinite := modelFile(t, `{"A": [[0, 0, 0], [1, 0, 0], [0, 1, 0]], "C": [[1, 0, 0], [0, 0, 1]], "Q": {"diag": [1, 0, 0]}, "R": {"iso": 0}}`)
	white := modelFile(t, `{"M": [[1], [0]], "N": [[0], [1]], "P": {"diag": [1, 0]}}`)
	own := modelFile(t, `{"J": [[0.5]], "P": [[1]]}`)
	network := filepath.Join("..", "..", "examples", "networks", "bistable.json")
	for _, c := range []struct {
		args   []string
		status int
		want   []string
	}{
		{[]string{"convert", rnn, "--to", "lds"}, 0, []string{"J = M Nᵀ with M and N (2×1)", "K = 2", "exact: of one law with the network (S6); 0 nats",
			"no such system has fewer latents (S7)", "rank J ", " is 1   singular values 0.7071 | none   cut ", "\"diag\": [1, 0]\n  }\n}"}},
		{[]string{"convert", example("rnn.npz"), "--to", "lds"}, 0, []string{"linear rnn", "N = 30", "30 units: not printed here; --out FILE, .npz or .json, has them"}},
		{[]string{"convert", markov, "--to", "rnn"}, 0, []string{"first-order match (S1), of rank 2", "exact: the lds is Markov of order one, to rounding", "lost, I(y_{t+1}; y_{t−1} | y_t): "}},
		{[]string{"convert", hidden, "--to", "rnn"}, 0, []string{"not exact: the lds is not Markov of order one (S2)", "‖Λ_3 − JΛ_2‖ = 0.0799 of correlations", "y_t): 0.102685 nats a step"}},
		{[]string{"convert", infinite, "--to", "rnn"}, 0, []string{"infinitely many nats a step"}},
		{[]string{"convert", white, "--to", "lds"}, 0, []string{"K = 0", " is 0   singular values none | ", "\"A\": []"}},
		{[]string{"convert", hidden, "--to", "rnn", "--tolerance", "0.8"}, 0, []string{"of rank 1", "not exact: ", "the tolerance cut singular values that are not rounding"}},
		{[]string{"convert", example("started.json"), "--to", "rnn", "--steps", "2"}, 0, []string{"a network a step (S1)", "t = 1 … 2", `"next_mean":[3.06,6.12]`}},
		{[]string{"check", rnn}, 0, []string{"stable: the spectral radius of J is 0.5", "Markov of order one, as every rnn", "independent noises: 2 are needed and enough", "correlated noises: 1,"}},
		{[]string{"check", markov}, 0, []string{"the lds is Markov of order one, to rounding", "independent noises: 2 are needed and enough (S7); the file has 2"}},
		{[]string{"check", hidden}, 0, []string{"the lds is not Markov of order one (S2)", "independent noises: 2, as the file has; no system of this law has fewer", "rank [Λ_1, Λ_1ᵀ] is 2"}},
		{[]string{"check", example("started.json")}, 0, []string{"no stationary law: the spectral radius of A is 1.02"}},
		{[]string{"check", example("lds.npz")}, 0, []string{"lds\n  N = 50, K = 2"}},
		{[]string{"check", infinite}, 0, []string{"infinitely many nats a step", "at least 2; the file has 3"}},
		{[]string{"check", white}, 0, []string{"independent noises: 0 are needed"}},

		{[]string{"convert", example("unstable.json"), "--to", "rnn"}, 2, []string{"unstable.json: unstable: spectral radius 1.02 ≥ 1"}},
		{[]string{"check", example("unstable.json")}, 2, []string{"unstable.json: unstable: spectral radius 1.02 ≥ 1"}},
		{[]string{"convert", modelFile(t, `{"J": [[1.5]], "P": [[1]]}`), "--to", "lds"}, 2, []string{"spectral radius 1.5 ≥ 1"}},
		{[]string{"convert", example("started.json"), "--to", "rnn"}, 2, []string{"--steps T has the first T"}},
		{[]string{"convert", hidden, "--to", "rnn", "--steps", "2"}, 2, []string{"it is stationary, and one network matches all its steps"}},
		{[]string{"convert", rnn, "--to", "lds", "--steps", "2"}, 2, []string{"an rnn is converted as a whole"}},
		{[]string{"convert", rnn, "--to", "rnn"}, 2, []string{"rnn.json: invalid input: it is an rnn already"}},
		{[]string{"convert", network, "--to", "lds"}, 2, []string{"a network with a nonlinearity, want an lds"}},
		{[]string{"convert", "nowhere.json", "--to", "lds"}, 2, []string{"nowhere.json"}},
		{[]string{"convert", modelFile(t, "{\"J\": [[0.5]],\n\"P\": [[-1]]}"), "--to", "lds"}, 2, []string{"m.json:2: P: covariance[0,0] is -1"}},
		{[]string{"convert", rnn}, 2, []string{`--to is "", want lds or rnn`}},
		{[]string{"convert", rnn, "--to", "network"}, 2, []string{`--to is "network"`}},
		{[]string{"convert", rnn, "--to", "lds", "--tolerance", "-1"}, 2, []string{"--tolerance is -1"}},
		{[]string{"convert", rnn, "--to", "lds", "--tolerance", "NaN"}, 2, []string{"--tolerance is NaN"}},
		{[]string{"convert", rnn, "--to", "lds", "--steps", "-1"}, 2, []string{"--steps is -1"}},
		{[]string{"convert", rnn, "--to", "lds", "--out", "x.csv"}, 2, []string{`x.csv: extension ".csv": want .npz or .json`}},
		{[]string{"convert", own, "--to", "lds", "--out", own}, 2, []string{"--out is the model itself"}},
		{[]string{"convert", rnn, "--to", "rnn", "--steps", "1", "--out", "x.json"}, 2, []string{"--steps makes one a step"}},
		{[]string{"convert"}, 2, []string{"accepts 1 arg"}},
		{[]string{"check", rnn, "--starts", "3"}, 2, []string{"has no fixed points to search: --starts says nothing here"}},
		{[]string{"check", filepath.Join("..", "..", "examples", "networks", "rotation.npz")}, 2, []string{"b, m, n, wi: a convention is needed", "\n(an archive is read by a convention: see verify check --help)"}},
		{[]string{"check", rnn, "--form", "activity"}, 2, []string{"a convention is given, but the file is an rnn"}},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			got := verify(c.args...)
			require.Equal(t, c.status, got.status, "%s%s", got.out, got.err)
			said, silent := got.out, got.err
			if c.status > 1 {
				said, silent = got.err, got.out
				require.True(t, strings.HasPrefix(said, "verify: "), said)
			}
			require.Empty(t, silent)
			for _, want := range c.want {
				require.Contains(t, said, want)
			}
		})
	}
}

// conversion is what --json says beside the model.
type conversion struct {
	Conversion struct {
		From, To, Read, Written string
		Units                   int
		Dimension               *int
		Decisions               []struct {
			Of       string
			Rank     int
			Singular []float64
			Cut      float64
		}
		Exact  *bool
		Nats   *float64 `json:"nats_per_step"`
		Markov *struct {
			Verdict          string
			Lag              int
			Violation, Bound float64
		}
		Infinite bool
		Refused  string `json:"nats_refused"`
		Past     *struct {
			Nats     *float64 `json:"nats_per_step"`
			Infinite bool
			Refused  string `json:"nats_refused"`
		} `json:"all_of_the_past"`
	}
	LDS, RNN json.RawMessage
	Steps    []struct {
		Mean []float64
		Next []float64 `json:"next_mean"`
		RNN  json.RawMessage
	}
}

func TestConvertJSON(t *testing.T) {
	var d conversion
	got := verify("convert", example("rnn.json"), "--to", "lds", "--json")
	strictly(t, got.out, &d)
	require.True(t, *d.Conversion.Exact)
	require.Zero(t, *d.Conversion.Nats)
	require.Equal(t, 2, *d.Conversion.Dimension)
	require.Nil(t, d.Conversion.Markov)
	for _, decision := range d.Conversion.Decisions {
		require.Len(t, decision.Singular, decision.Rank, decision.Of)
		require.Greater(t, decision.Singular[decision.Rank-1], decision.Cut, decision.Of)
	}

	part := modelFile(t, `{"M": [[1], [1], [1]], "N": [[0.25], [0.25], [0]], "P": {"iso": 1}}`) // whose noise is fed back, of two units their sum
	require.Contains(t, verify("convert", part, "--to", "lds").out, `"minus": [[`)

	d = conversion{}
	strictly(t, verify("convert", example("lds-hidden.json"), "--to", "rnn", "--json").out, &d)
	require.False(t, *d.Conversion.Exact)
	require.Equal(t, "no", d.Conversion.Markov.Verdict)
	require.Greater(t, d.Conversion.Markov.Violation, d.Conversion.Markov.Bound)
	require.Greater(t, *d.Conversion.Nats, 0.1)
	require.Greater(t, *d.Conversion.Past.Nats, *d.Conversion.Nats)

	d = conversion{}
	infinite := modelFile(t, `{"A": [[0, 0, 0], [1, 0, 0], [0, 1, 0]], "C": [[1, 0, 0], [0, 0, 1]], "Q": {"diag": [1, 0, 0]}, "R": {"iso": 0}}`)
	strictly(t, verify("convert", infinite, "--to", "rnn", "--json").out, &d)
	require.True(t, d.Conversion.Infinite)
	require.Nil(t, d.Conversion.Nats)
	require.True(t, d.Conversion.Past.Infinite)

	d = conversion{}
	strictly(t, verify("convert", example("started.json"), "--to", "rnn", "--steps", "3", "--json").out, &d)
	require.Len(t, d.Steps, 3)
	require.Equal(t, d.Steps[0].Next, d.Steps[1].Mean)
	require.False(t, *d.Conversion.Exact)
	require.Nil(t, d.Conversion.Dimension)
	step, err := netfile.LoadLinear(modelFile(t, string(d.Steps[0].RNN)))
	require.NoError(t, err)
	law, ok := step.Initial()
	require.True(t, ok)
	require.LessOrEqual(t, abs(law.Cov.At(0, 1)-1), 0x1p-50, "Cov(y_1) = ½ C Cᵀ + 1")
	require.LessOrEqual(t, abs(law.Cov.At(1, 1)-3), 0x1p-50)
}

// TestConvertBack converts a network, what came out, and what came of that:
// each of the law of the one before, by file and by --json.
func TestConvertBack(t *testing.T) {
	first, err := netfile.LoadLinear(example("rnn.npz"))
	require.NoError(t, err)
	want, err := first.RNN.Autocovariances(3)
	require.NoError(t, err)
	for _, extension := range []string{".json", ".npz"} {
		folder := t.TempDir()
		lds, rnn := filepath.Join(folder, "lds"+extension), filepath.Join(folder, "rnn"+extension)
		got := verify("convert", example("rnn.npz"), "--to", "lds", "--out", lds)
		require.Zero(t, got.status, got.err)
		require.Contains(t, got.out, "written to "+lds)
		got = verify("convert", lds, "--to", "rnn", "--out", rnn, "--json")
		require.Zero(t, got.status, got.err)
		var d conversion
		strictly(t, got.out, &d)
		require.Equal(t, rnn, d.Conversion.Written)
		require.Empty(t, d.RNN)
		require.True(t, *d.Conversion.Exact)

		latent, err := netfile.LoadLinear(lds)
		require.NoError(t, err)
		back, err := netfile.LoadLinear(rnn)
		require.NoError(t, err)
		here, err := latent.LDS.Autocovariances(3)
		require.NoError(t, err)
		there, err := back.RNN.Autocovariances(3)
		require.NoError(t, err)
		units := float64(first.Units())
		for k := range want {
			for i := range first.Units() {
				for j := range first.Units() {
					// a few hundred roundings, of products as large as a variance
					size := 0x1p-52 * 100 * units * max(want[0].At(i, i), want[0].At(j, j))
					require.LessOrEqual(t, abs(here[k].At(i, j)-want[k].At(i, j)), size, "Λ_%d[%d,%d]", k, i, j)
					require.LessOrEqual(t, abs(there[k].At(i, j)-want[k].At(i, j)), size, "Λ_%d[%d,%d]", k, i, j)
				}
			}
		}
	}
	asJSON := verify("convert", example("rnn.json"), "--to", "lds", "--json")
	again := verify("convert", modelFile(t, asJSON.out), "--to", "rnn", "--json")
	require.Zero(t, again.status, again.err)
	_, err = netfile.LoadLinear(modelFile(t, again.out))
	require.NoError(t, err)
}

func abs(x float64) float64 { return max(x, -x) }

func TestCheckJSONOfLinear(t *testing.T) {
	var d struct {
		Kind, Read, Verdict string
		Radius              float64 `json:"spectral_radius"`
		Stable              bool
		Stationary          *struct {
			AtLeast   int  `json:"latents_at_least"`
			Enough    *int `json:"latents_enough"`
			Hankel    int  `json:"hankel_rank"`
			Decisions []map[string]any
			Markov    map[string]any
			Nats      *float64 `json:"nats_per_step"`
		}
		Initial *struct {
			Latents   int
			Decisions []map[string]any
		} `json:"from_initial_law"`
		Theorems      []map[string]any
		NotApplicable []map[string]any `json:"not_applicable"`
	}
	text := `{"J": [[0, 0.5], [0, 0.5]], "P": {"iso": 1}, "initial": {"mean": [1, 1], "cov": {"iso": 0}}}`
	strictly(t, verify("check", modelFile(t, text), "--json").out, &d)
	require.Equal(t, "rnn", d.Kind)
	require.True(t, d.Stable)
	require.Equal(t, 2, d.Stationary.AtLeast)
	require.Equal(t, 2, *d.Stationary.Enough)
	require.Equal(t, 1, d.Stationary.Hankel)
	require.Equal(t, "yes", d.Stationary.Markov["verdict"])
	require.Equal(t, 2, d.Initial.Latents)
}

// TestConvertNowhere: that there is no place to write to is told before the work.
func TestConvertNowhere(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "x.npz"), 0o700))
	for name, problem := range map[string]string{filepath.Join("nowhere", "x.json"): "there is no folder", "x.npz": "not a regular file"} {
		path := filepath.Join(folder, name)
		got := verify("convert", example("rnn.json"), "--to", "lds", "--out", path)
		require.Equal(t, statusBadInput, got.status)
		require.Contains(t, got.err, path+": "+problem)
		require.Empty(t, got.out)
	}
}

// TestConvertThroughALink: what a link is to is written, and the link stays.
func TestConvertThroughALink(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target.json"), filepath.Join(folder, "link.json")
	require.NoError(t, os.WriteFile(target, []byte("old"), 0o600))
	require.NoError(t, os.Symlink(target, link))
	require.Equal(t, statusHolds, verify("convert", example("rnn.json"), "--to", "lds", "--out", link).status)
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
	text, err := os.ReadFile(target)
	require.NoError(t, err)
	require.Contains(t, string(text), `"A"`)
}

// TestWorkThatGoesOn is given up when the command is interrupted.
func TestWorkThatGoesOn(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	block := make(chan struct{})
	defer close(block)
	_, err := whileWaiting(ctx, func() (int, error) { <-block; return 0, nil })
	require.ErrorIs(t, err, context.Canceled)
}

// TestConvertUnwritable: a model that nobody could write is no success.
func TestConvertUnwritable(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("x", 250)+".json") // the file beside it has too long a name
	got := verify("convert", example("rnn.json"), "--to", "lds", "--out", path)
	require.Equal(t, statusUnknown, got.status)
	require.Contains(t, got.err, "cannot write "+path)
	require.Empty(t, got.out)
	for _, args := range []string{"--to lds", "--to lds --json"} {
		var err strings.Builder
		status := execute(context.Background(), append([]string{"convert", example("rnn.json")}, strings.Fields(args)...), streams{out: broken{}, err: &err})
		require.Equal(t, statusUnknown, status)
		require.Equal(t, 1, strings.Count(err.String(), "no space left"), err.String())
	}
}
