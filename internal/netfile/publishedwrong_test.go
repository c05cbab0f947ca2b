package netfile

import (
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The mistakes that a reader of these archives can make: each is refused with
// a text that says why, or changes the field that the file is read as.
func TestPublishedNetworksReadWrongly(t *testing.T) {
	cases := []struct{ file, replace, by, refusal string }{
		{"li_rdm_rank1_512", `"1/N"`, `"1"`, ""},
		{"li_rdm_rank1_512", `, "input_gain": "si"`, ``, ""},
		{"li_rdm_rank1_512", `"tanh"`, `"relu"`, ""},
		{"li_rdm_rank1_512", `"n_layout": "units-by-rank"`, `"n_layout": "rank-by-units"`, `n_layout: array "n" is 512×1, and "rank-by-units" makes it N = 1 units of rank R = 512, above N`},
		{"li_romo_rank2_512", `"m_layout": "units-by-rank"`, `"m_layout": "rank-by-units"`, `m_layout: array "m" is 512×2, and "rank-by-units" makes it N = 2 units of rank R = 512, above N`},
		{"li_romo_rank2_512", `"n_layout": "units-by-rank", `, ``, `n_layout: missing; array "n" is 512×2: "units-by-rank" makes it N = 512 units of rank R = 2, "rank-by-units" makes it N = 2 units of rank R = 512`},
		{"li_dms_rank2_512", `"input_layout": "inputs-by-units"`, `"input_layout": "units-by-inputs"`, `input: array "wi" is 2×512, and input_layout "units-by-inputs" wants 512×q`},
		{"li_dms_rank2_512", `"input_layout": "inputs-by-units", `, ``, `input_layout: missing; array "wi" is 2×512`},
		{"li_mante_rank1_512", `"m": "m"`, `"m": "n"`, ""},
		{"li_mante_rank1_512", `"bias": "b"`, `"bias": "b_rec"`, `bias: no array "b_rec" in the archive; it has b, h0, m, n, si, so, wi, wo`},
		{"li_mante_rank1_512", `"m": "m"`, `"m": "so"`, `n: array "n" (512×1, units-by-rank), want 1×1: N = 1 units and R = 1 by array "so" (1, one column)`},
		{"pp_mante_opt_rank1_4096", `"scale": "1"`, `"scale": "1/N"`, ""},
		{"pp_mante_opt_rank1_4096", `"bias": "none"`, `"bias": "b", "bias_place": "outside"`, `bias: no array "b" in the archive`},
		{"pp_dms_gmm_2pop_4096", `"n_weights": "n_weights"`, `"n_weights": "m_weights"`, ""},
		{"pp_dms_gmm_2pop_4096", `"m_weights": "m_weights"`, `"m_weights": "wi_weights"`, ""},
		{"pp_dms_gmm_2pop_4096", `"labels": "population_label"`, `"labels": "weights"`, `basis.labels: array "weights" is 2, want 4096, one a unit`},
		{"smc_osc_rnn", `"n_layout": "rank-by-units"`, `"n_layout": "units-by-rank"`, `n_layout: array "n" is 2×20, and "units-by-rank" makes it N = 2 units of rank R = 20, above N; "rank-by-units" makes it N = 20 units of rank R = 2`},
		{"smc_osc_rnn", `"inside"`, `"outside"`, ""},
		{"smc_osc_rnn", `"1/N"`, `"1"`, ""},
		{"smc_osc_rnn", `"relu"`, `"softplus"`, ""},
	}
	tested := map[string]bool{}
	for _, c := range cases {
		for _, p := range published {
			if p.file != c.file {
				continue
			}
			t.Run(c.file+" "+c.by, func(t *testing.T) {
				path := publishedPath(t, c.file)
				require.Contains(t, p.convention, c.replace)
				right, wrong := parse(t, p.convention), parse(t, strings.Replace(p.convention, c.replace, c.by, 1))
				x, u := p.read(t, path).state()
				right.U, wrong.U = u, u
				net, err := Load(path, wrong)
				if c.refusal != "" {
					require.ErrorContains(t, err, path+": ")
					require.ErrorContains(t, err, c.refusal)
					return
				}
				require.NoError(t, err)
				reference, err := Load(path, right)
				require.NoError(t, err)
				a, b := fileField(t, reference, x), fileField(t, net, x)
				most := 0.0
				for i := range a {
					most = math.Max(most, math.Abs(a[i]-b[i]))
				}
				require.True(t, most > 1e-3, "the field differs by %v only", most)
				require.NotEqual(t, reference.Summary, net.Summary)
			})
			tested[c.file] = true
		}
	}
	require.Len(t, tested, len(published), "an archive without a wrong reading")
}

// fileField is the field at a state in the file's own coordinates.
func fileField(t *testing.T, net *Network, x []float64) []float64 {
	t.Helper()
	state := append([]float64(nil), x...)
	for i := range net.ReadShift {
		state[i] += net.ReadShift[i]
	}
	f, err := net.RNN.Field(net.Form, state, net.U)
	require.NoError(t, err)
	return f
}

// m_layout may be left out where shapes leave one reading.
func TestPublishedLayoutOfMInferred(t *testing.T) {
	for _, p := range published {
		if !strings.Contains(p.convention, `"m_layout"`) {
			continue
		}
		path := publishedPath(t, p.file)
		net, err := Load(path, parse(t, strings.Replace(p.convention, `"m_layout": "units-by-rank", `, "", 1)))
		require.NoError(t, err)
		want, err := Load(path, parse(t, p.convention))
		require.NoError(t, err)
		require.Equal(t, want.Summary, net.Summary)
		x, _ := p.read(t, path).state()
		require.Equal(t, fileField(t, want, x), fileField(t, net, x), p.file)
	}
}

// 4096 units of low rank must not cost the 128 MiB of a dense W.
func TestPublishedLowRankIsNotExpanded(t *testing.T) {
	for _, p := range published {
		if !strings.HasPrefix(p.file, "pp_") {
			continue
		}
		path := publishedPath(t, p.file)
		c := parse(t, p.convention)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Load(path, c)
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), p.file)
	}
}
