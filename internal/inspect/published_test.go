package inspect

import (
	"bytes"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"testing"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

const (
	publishedFolder = "../../../shared/networks"
	conventions     = "../../examples/conventions"
)

var published = []struct {
	file, convention string
	points           int // fixed points without input, as found by the independent count below for R = 1
}{
	{"li_rdm_rank1_512", "lowrank_inference", 3},
	{"li_romo_rank2_512", "lowrank_inference", 1},
	{"li_mante_rank1_512", "lowrank_inference", 3},
	{"li_dms_rank2_512", "lowrank_inference", 9},
	{"pp_mante_opt_rank1_4096", "populations_paper", 3},
	{"pp_dms_gmm_2pop_4096", "populations_paper_mixture", 5},
	{"smc_osc_rnn", "smc_rnns", 1},
}

func load(t *testing.T, file, convention string, change func(*netfile.Convention)) (*netfile.Network, error) {
	t.Helper()
	path := filepath.Join(publishedFolder, file+".npz")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("NOT TESTED: checking the published network %s, because %s is absent", file, publishedFolder)
	}
	c, err := netfile.ReadConvention(filepath.Join(conventions, convention+".json"))
	require.NoError(t, err)
	if change != nil {
		change(c)
	}
	return netfile.Load(path, c)
}

// TestPublishedNetworks checks each archive in its right convention; fixed
// points and eigenvalues are recomputed in plain loops over the loadings.
func TestPublishedNetworks(t *testing.T) {
	for _, p := range published {
		t.Run(p.file, func(t *testing.T) {
			n, err := load(t, p.file, p.convention, nil)
			require.NoError(t, err)
			r, err := Run(n, Options{Starts: 100, Limit: 32, Seed: 1, Leak: 0.1, WithoutCycles: n.RNN.Units() > 1000})
			require.NoError(t, err)
			for _, s := range r.Statements {
				if s.NotApplicable == "" {
					require.Equal(t, theorems.Holds, s.Finding.Verdict, "%s: %v", s.Ref, s.Finding)
				}
			}
			require.Equal(t, theorems.Holds, r.Verdict())
			require.Len(t, r.Points, p.points)
			require.Equal(t, 1, r.IndexSum)
			l := loadingsOf(n.RNN)
			for _, point := range r.Points {
				l.agrees(t, n.RNN, point)
			}
			if l.rank == 1 {
				require.Equal(t, p.points, l.signChanges(n.RNN), "zeros of the field on a line, counted by sign changes")
			}
			var text, doc bytes.Buffer
			require.NoError(t, r.WriteText(&text))
			require.NoError(t, r.WriteJSON(&doc, false))
			require.Contains(t, text.String(), "L13")
		})
	}
}

// plainLoadings are M and N of a network as plain slices.
type plainLoadings struct {
	m, n  [][]float64
	scale float64
	rank  int
}

func loadingsOf(net *model.RNN) plainLoadings {
	low := net.Connectivity().(*model.LowRank)
	l := plainLoadings{scale: low.Scale(), rank: low.Rank()}
	m, n := low.M(), low.N()
	for i := range net.Units() {
		l.m = append(l.m, append([]float64(nil), m.RawRowView(i)...))
		l.n = append(l.n, append([]float64(nil), n.RawRowView(i)...))
	}
	return l
}

// agrees recomputes κ = scale·Nᵀφ(Mκ + b) and, for R ≤ 2, the eigenvalues of
// scale·NᵀDM by the quadratic formula, with D from differences of φ.
func (l plainLoadings) agrees(t *testing.T, net *model.RNN, p Point) {
	t.Helper()
	phi, bias := net.Nonlinearity(), net.Bias()
	sum, size := make([]float64, l.rank), 0.0
	overlap := [2][2]float64{}
	const h = 1e-6 // central differences: error h² sup|φ'''|/6 + u/h, below 1e-9
	for i, row := range l.m {
		x := bias[i]
		for r, k := range p.Kappa {
			x += row[r] * k
		}
		slope := (phi.Value(x+h) - phi.Value(x-h)) / (2 * h)
		for r := range l.rank {
			sum[r] += l.scale * l.n[i][r] * phi.Value(x)
			size += math.Abs(l.scale * l.n[i][r])
			for s := range l.rank {
				overlap[r][s] += l.scale * l.n[i][r] * slope * row[s]
			}
		}
	}
	for r, k := range p.Kappa {
		// N terms, each of which moves with x = Mκ + b by its rounding.
		allowed := float64(4*len(l.m)) * 0x1p-53 * size * (1 + math.Abs(k))
		require.LessOrEqual(t, math.Abs(k-sum[r]), allowed+4*p.Residual, "κ[%d]", r)
	}
	var want []complex128
	if l.rank == 1 {
		want = []complex128{complex(overlap[0][0]-1, 0)}
	} else {
		trace, det := overlap[0][0]+overlap[1][1], overlap[0][0]*overlap[1][1]-overlap[0][1]*overlap[1][0]
		root := cmplx.Sqrt(complex(trace*trace/4-det, 0))
		want = []complex128{complex(trace/2, 0) + root - 1, complex(trace/2, 0) - root - 1}
	}
	got := p.Eigenvalues(net)
	require.Len(t, got, net.Units(), "all eigenvalues, with multiplicities")
	for _, z := range want {
		nearest := math.Inf(1)
		for _, g := range got[:l.rank] {
			nearest = min(nearest, cmplx.Abs(g-z))
		}
		// The slopes are off by 1e-9 at most, each entry of the overlap by that times Σ|scale·n||m|.
		require.LessOrEqual(t, nearest, 1e-9*l.weight()*float64(l.rank)+1e-9*math.Sqrt(l.weight()), "eigenvalue %v among %v", z, got[:l.rank])
	}
	for _, g := range got[l.rank:] {
		require.Equal(t, complex(-1, 0), g)
	}
}

// weight is Σ|scale·n||m| over all pairs of loadings.
func (l plainLoadings) weight() float64 {
	sum := 0.0
	for i := range l.m {
		for r := range l.rank {
			for s := range l.rank {
				sum += math.Abs(l.scale * l.n[i][r] * l.m[i][s])
			}
		}
	}
	return sum
}

// signChanges counts the zeros of κ ↦ −κ + scale·Σ n φ(mκ + b) by its signs on
// a grid with an odd number of points around 0.
func (l plainLoadings) signChanges(net *model.RNN) int {
	phi, bias := net.Nonlinearity(), net.Bias()
	reach := 0.0
	for i := range l.n {
		reach += math.Abs(l.scale * l.n[i][0])
	}
	const steps = 1501 // odd: 0, where fixed points of odd φ sit, is between two points
	changes, last := 0, 0.0
	for k := range steps + 1 {
		kappa := reach * (2*float64(k)/steps - 1)
		f := -kappa
		for i := range l.m {
			f += l.scale * l.n[i][0] * phi.Value(l.m[i][0]*kappa+bias[i])
		}
		if k > 0 && f*last < 0 {
			changes++
		}
		last = f
	}
	return changes
}

// TestTheOscillatorIsUnstableUnderEuler is L13 on a network that somebody
// trained: τλ = −0.0057 ± 1.284i, α = 0.1.
func TestTheOscillatorIsUnstableUnderEuler(t *testing.T) {
	n, err := load(t, "smc_osc_rnn", "smc_rnns", nil)
	require.NoError(t, err)
	r, err := Run(n, Options{Starts: 100, Limit: 8, Seed: 1, Leak: 0.1, WithoutCycles: true})
	require.NoError(t, err)
	require.False(t, r.DtAssumed)
	require.Equal(t, model.Stable, r.Points[0].Stability.Flow)
	require.Equal(t, model.Unstable, r.Points[0].Stability.Map)
	lambda := r.Points[0].Eigenvalues(n.RNN)[0]
	require.Equal(t, "-0.0057", fmt.Sprintf("%.4f", real(lambda)))
	require.Equal(t, "1.284", fmt.Sprintf("%.3f", math.Abs(imag(lambda))))
}

// TestWrongConventionsShow reads archives wrongly: each reading is refused, or
// gives other fixed points or eigenvalues.
func TestWrongConventionsShow(t *testing.T) {
	for name, c := range map[string]struct {
		file, convention string
		change           func(*netfile.Convention)
	}{
		"1/N forgotten":           {"li_rdm_rank1_512", "lowrank_inference", func(c *netfile.Convention) { c.Scale = "1" }},
		"1/N where there is none": {"pp_mante_opt_rank1_4096", "populations_paper", func(c *netfile.Convention) { c.Scale = "1/N" }},
		"n transposed":            {"smc_osc_rnn", "smc_rnns", func(c *netfile.Convention) { c.NLayout = netfile.UnitsByRank }},
		"bias outside":            {"smc_osc_rnn", "smc_rnns", func(c *netfile.Convention) { c.BiasPlace = netfile.Outside }},
		"tanh for relu":           {"smc_osc_rnn", "smc_rnns", func(c *netfile.Convention) { c.Nonlinearity = "tanh" }},
		"m and n exchanged":       {"li_dms_rank2_512", "lowrank_inference", func(c *netfile.Convention) { c.M, c.N = c.N, c.M }},
	} {
		t.Run(name, func(t *testing.T) {
			right, err := load(t, c.file, c.convention, nil)
			require.NoError(t, err)
			wrong, err := load(t, c.file, c.convention, c.change)
			if err != nil {
				require.ErrorIs(t, err, model.ErrInvalid)
				return
			}
			search := Options{Starts: 40, Limit: 32, Seed: 1, Leak: 0.1, WithoutCycles: true}
			a, err := Run(right, search)
			require.NoError(t, err)
			b, err := Run(wrong, search)
			require.NoError(t, err)
			require.NotEqual(t, signature(a), signature(b))
		})
	}
}

// signature is what a reader of the report sees first: how many fixed points,
// where (in the file's own variable), which eigenvalues, to three digits.
func signature(r *Report) string {
	var b bytes.Buffer
	for _, p := range r.Points {
		b.WriteString(numbers(round3(p.own()[:2])))
		for _, z := range p.Eigenvalues(r.Network)[:2] {
			b.WriteString(numbers(round3([]float64{real(z), imag(z)})))
		}
	}
	return b.String()
}

func round3(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = math.Round(1000*x) / 1000
	}
	return out
}
