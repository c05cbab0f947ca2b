package wire

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// repeated returns n times what a list holds first.
func repeated(list any, n int) []any { return slices.Repeat(list.([]any)[:1], n) }

// zerosOf returns n×k zeros.
func zerosOf(n, k int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = make([]float64, k)
	}
	return out
}

// TestSizesAreBounded: a result in which a list is far longer than any answer is
// refused before it is judged, by the name of the list.
func TestSizesAreBounded(t *testing.T) {
	ask := claimsAsking()
	for _, c := range []struct {
		op, name string
		grow     func(result map[string]any) bool
	}{
		{"fixed_points", "entries of points: 10000, want at most 1024", func(r map[string]any) bool {
			if len(r["points"].([]any)) == 0 {
				return false
			}
			for name, v := range r {
				if _, list := v.([]any); list {
					r[name] = repeated(v, 10000)
				}
			}
			return true
		}},
		{"lds_from_rnn", "latents of lds.A: 300, want at most", func(r map[string]any) bool {
			l := r["lds"].(map[string]any)
			l["A"], l["Q"] = zerosOf(300, 300), map[string]any{"iso": 0}
			l["C"] = zerosOf(len(l["C"].([]any)), 300)
			return true
		}},
		{"observe", "latents of lds.A: 300, want at most", func(r map[string]any) bool {
			r["lds"].(map[string]any)["A"] = zerosOf(300, 300)
			return true
		}},
		{"rnn_from_lds", "columns of rnn.M: 1000, want at most", func(r map[string]any) bool {
			net := r["rnn"].(map[string]any)
			n := len(net["J"].([]any))
			delete(net, "J")
			net["M"], net["N"] = zerosOf(n, 1000), zerosOf(n, 1000)
			return true
		}},
		{"modes", "entries of eigenvalues and dropped: 20", func(r map[string]any) bool {
			r["dropped"] = slices.Repeat([]any{[]any{-1, 0}}, 20000)
			return true
		}},
		{"spectrum", "trivial[0].count: 100000000, want at most", func(r map[string]any) bool {
			r["trivial"] = []any{map[string]any{"value": -1, "count": 100000000}}
			return true
		}},
		{"cycle", "entries of orbit: 10000, want at most 1024", func(r map[string]any) bool {
			if r["orbit"] == nil {
				return false
			}
			r["orbit"] = repeated(r["orbit"], 10000)
			return true
		}},
		{"fit", "mixture.populations has 1000 entries", func(r map[string]any) bool {
			m := r["mixture"].(map[string]any)
			m["populations"] = repeated(m["populations"], 1000)
			return true
		}},
		{"gauge", "", func(r map[string]any) bool {
			m, ok := r["mixture"].(map[string]any)
			if ok {
				m["populations"] = repeated(m["populations"], 1000)
			}
			return ok
		}},
		{"pass_noise", "columns of the factor of noise: 1000, want at most", func(r map[string]any) bool {
			n, dense := r["noise"].([]any)
			if o, ok := r["noise"].(map[string]any); ok && !dense {
				n, dense = o["diag"].([]any)
			}
			if dense {
				r["noise"] = map[string]any{"diag": make([]float64, len(n)), "factor": zerosOf(len(n), 1000)}
			}
			return dense
		}},
	} {
		t.Run(c.op, func(t *testing.T) {
			grown := false
			s := alone(t, c.op, loopback(theorems.Model()), func(_ string, result any) { grown = c.grow(result.(map[string]any)) || grown })
			for k := range 24 {
				for _, claim := range ask[c.op] {
					instance := claim.instance(k)
					grown = false
					out := claim.On(s, instance)
					if grown && !out.NotTried {
						require.Equal(t, theorems.Fails, out.Verdict, claim.name)
						require.Contains(t, out.Reason, "malformed result of "+c.op+": "+c.name)
						return
					}
				}
			}
			t.Fatal("no claim asks")
		})
	}
}

// TestKindsAreNamed: what is of another kind is told by its place, in JSON's words.
func TestKindsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		`{"values": [], "trivial": [{"value": [-1, 0], "count": 1}]}`: "trivial.value: an array in place of a number",
		`{"values": [], "trivial": [{"value": -1, "count": 1.5}]}`:    "trivial.count: the number 1.5 in place of a whole number",
		`{"values": [], "trivial": [], "mu": [["a", 0]]}`:             "mu: a string in place of a number",
		`{"values": [["a", 0]], "trivial": []}`:                       "a string in place of a number",
		`{"values": [], "trivial": [{"value": -1e999, "count": 1}]}`:  "trivial.value: -1e999, a number that no double holds",
	} {
		err := decodeResult(json.RawMessage(text), new(spectrumResult))
		require.ErrorContains(t, err, want)
		require.NotRegexp(t, `Go |json:|float64|int\b`, err.Error())
	}
}
