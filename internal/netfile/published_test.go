package netfile

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/model"
)

const publishedFolder = "../../../shared/networks"

// published holds the convention of each archive, as examples/conventions has
// it, and how its README says that it is to be read.
var published = []struct {
	file, convention string
	read             func(t *testing.T, path string) *reading
}{
	{"li_rdm_rank1_512", example("lowrank_inference"), readLI},
	{"li_romo_rank2_512", example("lowrank_inference"), readLI},
	{"li_mante_rank1_512", example("lowrank_inference"), readLI},
	{"li_dms_rank2_512", example("lowrank_inference"), readLI},
	{"pp_mante_opt_rank1_4096", example("populations_paper"), readPPMante},
	{"pp_dms_gmm_2pop_4096", example("populations_paper_mixture"), readPPBasis},
	{"smc_osc_rnn", example("smc_rnns"), readSMC},
}

// example reads a convention that users are shown, on one line.
func example(name string) string {
	text, err := os.ReadFile(filepath.Join("../../examples/conventions", name+".json"))
	if err != nil {
		panic(err)
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// reading is a network read from raw bytes in plain loops:
// ẋ = −x + scale · m nᵀ φ(x + inner) + outer + in · u.
type reading struct {
	n, r, q      int
	m, nn, in    func(i, k int) (value, magnitude float64)
	scale        float64
	inner, outer []float64
	phi          func(float64) float64
	labels       []int
}

// raw returns the numbers of a member of dtype <f4 or <i2, without package npz.
func raw(t *testing.T, path, name string) []float64 {
	t.Helper()
	archive, err := zip.OpenReader(path)
	require.NoError(t, err)
	defer archive.Close()
	member, err := archive.Open(name + ".npy")
	require.NoError(t, err)
	content, err := io.ReadAll(member)
	require.NoError(t, err)
	size := 10 + int(binary.LittleEndian.Uint16(content[8:]))
	header, numbers := string(content[10:size]), content[size:]
	require.Contains(t, header, "'fortran_order': False")
	var out []float64
	switch {
	case strings.Contains(header, "'<f4'"):
		for ; len(numbers) > 0; numbers = numbers[4:] {
			out = append(out, float64(math.Float32frombits(binary.LittleEndian.Uint32(numbers))))
		}
	case strings.Contains(header, "'<i2'"):
		for ; len(numbers) > 0; numbers = numbers[2:] {
			out = append(out, float64(int16(binary.LittleEndian.Uint16(numbers))))
		}
	default:
		t.Fatalf("%s: %s has header %s", path, name, header)
	}
	return out
}

// entry returns the entry (i, k) of rows of the given length, times a factor.
func entry(data []float64, length int, transposed bool, factor func(k int) float64) func(i, k int) (float64, float64) {
	return func(i, k int) (float64, float64) {
		at := i*length + k
		if transposed {
			at = k*length + i
		}
		return data[at] * factor(k), math.Abs(data[at] * factor(k))
	}
}

func one(int) float64 { return 1 }

func readLI(t *testing.T, path string) *reading {
	m, n, wi, si := raw(t, path, "m"), raw(t, path, "n"), raw(t, path, "wi"), raw(t, path, "si")
	const units = 512
	rank := len(m) / units
	return &reading{n: units, r: rank, q: len(si),
		m: entry(m, rank, false, one), nn: entry(n, rank, false, one), scale: 1. / units,
		in:    entry(wi, units, true, func(k int) float64 { return si[k] }),
		inner: make([]float64, units), outer: raw(t, path, "b"), phi: math.Tanh}
}

func readPPMante(t *testing.T, path string) *reading {
	wi, si := raw(t, path, "wi"), raw(t, path, "si")
	const units = 4096
	return &reading{n: units, r: 1, q: len(si),
		m: entry(raw(t, path, "m"), 1, false, one), nn: entry(raw(t, path, "n"), 1, false, one), scale: 1,
		in:    entry(wi, units, true, func(k int) float64 { return si[k] }),
		inner: make([]float64, units), outer: make([]float64, units), phi: math.Tanh}
}

func readPPBasis(t *testing.T, path string) *reading {
	const units, depth, populations = 4096, 7, 2
	basis, label := raw(t, path, "gaussian_basis"), raw(t, path, "population_label")
	sample := func(which string) func(i, k int) (float64, float64) {
		weights, biases := raw(t, path, which+"_weights"), raw(t, path, which+"_biases")
		return func(i, r int) (value, magnitude float64) {
			p := int(label[i])
			for b := range depth {
				term := weights[(r*populations+p)*depth+b] * basis[b*units+i]
				value += term
				magnitude += math.Abs(term)
			}
			bias := biases[r*populations+p]
			return value + bias, magnitude + math.Abs(bias)
		}
	}
	out := &reading{n: units, r: 2, q: 2, m: sample("m"), nn: sample("n"), in: sample("wi"), scale: 1,
		inner: make([]float64, units), outer: make([]float64, units), phi: math.Tanh}
	for _, p := range label {
		out.labels = append(out.labels, int(p))
	}
	return out
}

func readSMC(t *testing.T, path string) *reading {
	const units = 20
	scale := raw(t, path, "w_inp_scale")
	return &reading{n: units, r: 2, q: 1,
		m: entry(raw(t, path, "m"), 2, false, one), nn: entry(raw(t, path, "n"), units, true, one), scale: 1. / units,
		in:    entry(raw(t, path, "w_inp"), units, true, func(int) float64 { return scale[0] }),
		inner: raw(t, path, "b_rec"), outer: make([]float64, units),
		phi: func(x float64) float64 { return max(0, x) }}
}

// state is some x and u, the same for every test.
func (v *reading) state() (x, u []float64) {
	for i := range v.n {
		x = append(x, math.Sin(float64(3*i+1)))
	}
	for k := range v.q {
		u = append(u, 0.5+float64(k))
	}
	return x, u
}

// weight returns W[i,j] and the sum of the magnitudes of its terms.
func (v *reading) weight(i, j int) (value, magnitude float64) {
	for r := range v.r {
		m, mm := v.m(i, r)
		n, nm := v.nn(j, r)
		value += v.scale * m * n
		magnitude += v.scale * mm * nm
	}
	return value, magnitude
}

// field returns ẋ_i, and the sum of the magnitudes of its terms.
func (v *reading) field(i int, x, u []float64) (value, magnitude float64) {
	value = -x[i] + v.outer[i]
	magnitude = math.Abs(x[i]) + math.Abs(v.outer[i]) + 2*math.Abs(v.inner[i])
	for k := range v.q {
		b, bm := v.in(i, k)
		value += b * u[k]
		magnitude += bm * math.Abs(u[k])
	}
	for r := range v.r {
		overlap, size := 0.0, 0.0
		for j := range v.n {
			n, nm := v.nn(j, r)
			f := v.phi(x[j] + v.inner[j])
			overlap += n * f
			size += nm * math.Abs(f)
		}
		m, mm := v.m(i, r)
		value += v.scale * m * overlap
		magnitude += v.scale * mm * size
	}
	return value, magnitude
}

// requireClose allows the rounding errors of count operations on terms of
// that magnitude; NaN fails.
func requireClose(t *testing.T, want, got float64, count int, magnitude float64, what string) {
	t.Helper()
	bound := float64(count+20) * 0x1p-52 * magnitude
	require.True(t, math.Abs(got-want) <= bound, "%s: %v, want %v within %v", what, got, want, bound)
}

// publishedPath skips the test, saying what did not run, if there is no folder.
func publishedPath(t *testing.T, name string) string {
	t.Helper()
	if _, err := os.Stat(publishedFolder); err != nil {
		t.Skipf("NOT TESTED: reading %s, because %s is absent", name, publishedFolder)
	}
	return filepath.Join(publishedFolder, name+".npz")
}

func parse(t *testing.T, text string) *Convention {
	t.Helper()
	c, err := ParseConvention("test.convention.json", []byte(text))
	require.NoError(t, err)
	return c
}

// Each archive in its convention: entries of W and the whole field agree with
// plain loops over the raw bytes.
func TestPublishedNetworks(t *testing.T) {
	for _, p := range published {
		t.Run(p.file, func(t *testing.T) {
			path := publishedPath(t, p.file)
			want := p.read(t, path)
			c := parse(t, p.convention)
			require.NoError(t, c.Validate())
			x, u := want.state()
			c.U = u
			net, err := Load(path, c)
			require.NoError(t, err)
			t.Log(net.Summary)

			require.Equal(t, want.n, net.RNN.Units())
			require.Equal(t, want.q, net.RNN.Inputs())
			low, ok := net.RNN.Connectivity().(*model.LowRank)
			require.True(t, ok, "low rank stays low rank")
			require.Equal(t, want.r, low.Rank())
			require.Equal(t, want.scale, low.Scale())
			require.Equal(t, model.Activation, net.Form)
			require.Equal(t, *c.Alpha, net.Alpha)
			require.Equal(t, u, net.U)
			require.Equal(t, want.labels, net.Labels)
			require.Equal(t, 1.0, net.RNN.Tau(0))

			unit, column := make([]float64, want.n), make([]float64, want.n)
			for _, j := range []int{0, 1, 7, want.n - 1} {
				clear(unit)
				unit[j] = 1
				low.Apply(column, unit)
				for _, i := range []int{0, 2, 11, want.n - 1} {
					w, magnitude := want.weight(i, j)
					requireClose(t, w, column[i], 4, magnitude, "W")
				}
			}
			state := append([]float64(nil), x...)
			for i := range net.ReadShift {
				state[i] += net.ReadShift[i]
			}
			got, err := net.RNN.Field(net.Form, state, net.U)
			require.NoError(t, err)
			for _, i := range []int{0, 5, want.n - 1} {
				f, magnitude := want.field(i, x, u)
				requireClose(t, f, got[i], want.n, magnitude, "field")
			}
			if slices.ContainsFunc(want.inner, func(b float64) bool { return b != 0 }) {
				require.Equal(t, want.inner, net.ReadShift)
				require.Equal(t, want.inner, net.RNN.Bias())
			} else {
				require.Nil(t, net.ReadShift)
			}
		})
	}
}
