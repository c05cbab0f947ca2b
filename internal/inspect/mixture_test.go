package inspect

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

func example(name string) string { return filepath.Join("..", "..", "examples", "models", name) }

var patient = Options{Limit: 64, Seed: 1, Leak: 0.1, HalfWidth: 10}

func mixtureReport(t *testing.T, m *model.Mixture) *MixtureReport {
	t.Helper()
	r, err := RunMixture(&netfile.Mixture{Mixture: m, Summary: "m.json: mixture"}, patient)
	require.NoError(t, err)
	return r
}

// centred returns one population with Σ_mm = 1, Σ_nm = σ and the minimal
// completion.
func centred(t *testing.T, phi model.Nonlinearity, sigma ...[]float64) *model.Mixture {
	t.Helper()
	n := len(sigma)
	m := model.Moments{Weight: 1, MeanM: make([]float64, n), MeanN: make([]float64, n), CovMI: make([]float64, n), CovNI: make([]float64, n), CovNM: sigma}
	for i := range n {
		m.CovMM = append(m.CovMM, make([]float64, n))
		m.CovMM[i][i] = 1
	}
	out, err := model.MixtureOfMoments(phi, []model.Moments{m})
	require.NoError(t, err)
	return out
}

// near requires |got − want| ≤ bound, which NaN is not.
func near(t *testing.T, want, got, bound float64) {
	t.Helper()
	require.LessOrEqual(t, math.Abs(got-want), bound, "%v, want %v", got, want)
}

// TestRotation: M8's cycle, of radius √(2(a²−1)/π) and period 2πa/b.
func TestRotation(t *testing.T) {
	r := mixtureReport(t, centred(t, model.Erf(), []float64{1.6, -0.8}, []float64{0.8, 1.6}))
	require.True(t, r.Complete())
	require.Equal(t, theorems.Holds, r.Verdict())
	require.Len(t, r.Points, 1)
	require.Equal(t, 1, r.Points[0].Index)
	require.Equal(t, model.Unstable, r.Points[0].Stability)
	require.Equal(t, []model.Gain{{Mu: 0, Delta: 0, Value: 0, Slope: 1}}, r.Points[0].Gains)
	require.Len(t, r.Cycles.Found, 1)
	c := r.Cycles.Found[0]
	require.True(t, c.Stable)
	// what a tolerance of 1e-9 a step makes of an orbit
	near(t, 4*math.Pi, c.Period, 1e-6)
	near(t, math.Sqrt(2*1.56/math.Pi), c.Amplitude[0], 1e-4) // a circle's extent, by 256 points
	near(t, 1/2.56-1, real(c.Exponents[0]), 1e-6)
}

// TestPairOfStates: σ = diag(1.2, 1.6), M7.
func TestPairOfStates(t *testing.T) {
	r := mixtureReport(t, centred(t, model.Tanh(), []float64{1.2, 0}, []float64{0, 1.6}))
	require.True(t, r.Complete())
	require.Len(t, r.Points, 5)
	stable := 0
	for _, p := range r.Points {
		if p.Stability == model.Stable {
			stable++
			near(t, 1/1.6, p.Gains[0].Slope, 1e-12)
		}
	}
	require.Equal(t, 2, stable)
	require.Empty(t, r.Cycles.Found)
	require.Positive(t, r.Cycles.Starts)
}

// Why fixed points are not certified to be all.
func TestDoubts(t *testing.T) {
	ring := mixtureReport(t, centred(t, model.Erf(), []float64{1.6, 0}, []float64{0, 1.6}))
	require.True(t, ring.Continuum)
	require.Contains(t, ring.Doubt(), "they are not isolated, as on a ring")
	require.Equal(t, theorems.Unknown, ring.Verdict())
	require.Empty(t, ring.Cycles.Found, "a ring at rest is no cycle")
	var text bytes.Buffer
	require.NoError(t, ring.WriteText(&text))
	require.Contains(t, text.String(), "64 fixed points of the mean field kept, of a continuum\nnot certified to be all: ")
	require.Contains(t, text.String(), "… and 60 more (--json has all)")

	critical := mixtureReport(t, centred(t, model.Tanh(), []float64{1}))
	require.Len(t, critical.Points, 1)
	require.Contains(t, critical.Doubt(), "1 of them degenerate")
	require.Equal(t, "no orbit of one latent returns (M9)", critical.Cycles.Not)

	unbounded := mixtureReport(t, centred(t, model.Softplus(), []float64{0.5}))
	require.False(t, unbounded.Bounded)
	require.Equal(t, []float64{10}, unbounded.Box.Upper)
	require.Contains(t, unbounded.Doubt(), "φ is unbounded")
	text.Reset()
	require.NoError(t, unbounded.WriteText(&text))
	require.Contains(t, text.String(), "searched in the box that --box gives: |κ| ≤ (10)")

	for doubt, f := range map[string]MeanField{
		"":                                       {Bounded: true, IndexSum: 1, Points: make([]CircuitPoint, 1)},
		"the indices add up to 2, and must to 1": {Bounded: true, IndexSum: 2, Points: make([]CircuitPoint, 2)},
		"none was found, and a bounded φ":        {Bounded: true},
		"φ is unbounded: there may be none":      {},
		"the search was cut off":                 {Bounded: true, IndexSum: 1, Points: make([]CircuitPoint, 1), Truncated: true},
	} {
		for i := range f.Points {
			f.Points[i].Index = 1
		}
		if require.Contains(t, f.Doubt(), doubt); doubt == "" {
			require.Empty(t, f.Doubt())
		}
	}
	few := patient
	few.Limit = 2
	r, err := RunMixture(&netfile.Mixture{Mixture: centred(t, model.Tanh(), []float64{1.2, 0}, []float64{0, 1.6})}, few)
	require.NoError(t, err)
	require.True(t, r.Truncated)
	require.False(t, r.Complete())
}

// TestCyclesOfTargets: what is known of them.
func TestCyclesOfTargets(t *testing.T) {
	cycles := func(target *model.Target) []model.LimitCycle {
		points, err := model.FindEquilibria(target, model.EquilibriumSearch{Box: target.Box, Seed: 1})
		require.NoError(t, err)
		c, err := findCycles(target, target.Box, points.Points, 1)
		require.NoError(t, err)
		return c.Found
	}
	found := cycles(model.VanDerPol(1))
	require.Len(t, found, 1)
	near(t, 6.66328685932, found[0].Period, 1e-7)

	found = cycles(model.CycleAroundPoint())
	require.Len(t, found, 2, "the unstable one, which flows backward end on, too")
	radius := map[bool]float64{}
	for _, c := range found {
		near(t, 2*math.Pi, c.Period, 1e-7)
		radius[c.Stable] = c.Amplitude[0]
	}
	near(t, 1, radius[false], 1e-3)
	near(t, 2, radius[true], 1e-3)

	require.Empty(t, cycles(model.BistableWell()))
	c, err := findCycles(model.RandomSmoothField(4, 1), model.RandomSmoothField(4, 1).Box, nil, 1)
	require.NoError(t, err)
	require.Equal(t, "it is done for two and three latents", c.Not)
}

func TestGainsOnAKink(t *testing.T) {
	m, err := model.NewMixture(model.HardTanh(), []model.Population{{Weight: 1, Mean: []float64{1, 1, 0}, Cov: mat.NewSymDense(3, nil)}})
	require.NoError(t, err) // κ = φ(κ) from −1 to 1: a continuum, with kinks at its ends
	r := mixtureReport(t, m)
	require.False(t, r.Complete())
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "not certified")
}

func TestMixtureJSON(t *testing.T) {
	r := mixtureReport(t, centred(t, model.Erf(), []float64{1.6, -0.8}, []float64{0.8, 1.6}))
	var out bytes.Buffer
	require.NoError(t, r.WriteJSON(&out))
	var d struct {
		Kind, Verdict string
		Complete      bool
		IndexSum      int `json:"index_sum"`
		FixedPoints   []struct {
			Kappa       []float64
			Index       int
			Means       []string
			Stable      *bool
			Eigenvalues [][2]float64
			Gains       []struct{ Mu, Delta, Value, Slope *float64 }
		} `json:"fixed_points"`
		Cycles struct {
			Orbits int
			Found  []struct {
				Period    float64
				Stable    bool
				Exponents [][2]float64 `json:"floquet_exponents"`
				Amplitude []float64
			}
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &d))
	require.Equal(t, "mixture", d.Kind)
	require.Equal(t, "holds", d.Verdict)
	require.True(t, d.Complete)
	require.Equal(t, 1, d.IndexSum)
	require.Len(t, d.FixedPoints, 1)
	require.False(t, *d.FixedPoints[0].Stable)
	require.NotEmpty(t, d.FixedPoints[0].Means)
	require.NotNil(t, d.FixedPoints[0].Gains[0].Slope)
	require.Len(t, d.Cycles.Found, 1)
	require.Equal(t, r.Cycles.Found[0].Period, d.Cycles.Found[0].Period)
}

// loaded reads a network, from text or as a file says.
func loaded(t *testing.T, path string, c *netfile.Convention) *netfile.Network {
	t.Helper()
	n, err := netfile.Load(path, c)
	require.NoError(t, err)
	return n
}

func inFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "n.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// TestReducedNetwork: whatever scale, bias, input and form, the fixed points of
// the network are zeros of the reduced field, in the same κ.
func TestReducedNetwork(t *testing.T) {
	for _, form := range []string{"activation", "activity"} {
		c := &netfile.Convention{Form: form, U: []float64{0.7}}
		n := loaded(t, inFile(t, `{"M": [[1, 0.2], [-0.5, 1], [0.3, 2]], "N": [[2, 0], [1, -1], [0.5, 3]], "scale": 0.7, "nonlinearity": "tanh",
			"tau": 3, "b": [0.1, -0.2, 0.3], "B": [[1], [0], [-0.5]]}`), c)
		net, err := reduced(n)
		require.NoError(t, err)
		found, err := n.RNN.FixedPoints(n.U, model.FixedPointSearch{Starts: 50, Seed: 1, Limit: 9})
		require.NoError(t, err)
		require.NotEmpty(t, found.Points)
		for _, p := range found.Points {
			f, err := net.Field(p.Kappa)
			require.NoError(t, err)
			require.LessOrEqual(t, math.Hypot(f[0], f[1]), 1e-12)
			x, err := net.State(p.Kappa, 1)
			require.NoError(t, err)
			for i := range x {
				near(t, p.X[i], x[i], 1e-12)
			}
		}
	}
	net, err := reduced(loaded(t, inFile(t, `{"W": [[0.5]], "nonlinearity": "tanh", "tau": 1}`), nil))
	require.NoError(t, err)
	require.Nil(t, net, "a dense network is not of few latents")
}

// TestLabelledNetwork: a sampled network has the mixture's moments, and its
// fixed points are next to those of the mean field.
func TestLabelledNetwork(t *testing.T) {
	n := loaded(t, example("mixture-network.json"), nil)
	r, err := Run(n, patient)
	require.NoError(t, err)
	require.Empty(t, r.Cycles.Found)
	p := r.Populations
	require.Equal(t, 4, p.Mixture.Populations())
	require.True(t, p.Complete())
	require.Len(t, r.Points, 9)
	require.Len(t, p.Points, 9)
	require.Len(t, p.Pairs, 9)
	for _, pair := range p.Pairs {
		require.Equal(t, r.Points[pair.Network].Index, p.Points[pair.MeanField].Index)
		require.Less(t, pair.Distance, 0.02)
		require.Equal(t, distance(r.Points[pair.Network].Kappa, p.Points[pair.MeanField].Point), pair.Distance)
	}
	// by hand, from the numbers of the file
	low := n.RNN.Connectivity().(*model.LowRank)
	mean, count := 0.0, 0.0
	for i, label := range n.Labels {
		if label == 2 {
			mean += low.N().At(i, 0) * low.Scale() * float64(low.Units())
			count++
		}
	}
	near(t, mean/count, p.Mixture.Moments(2).MeanN[0], 1e-13)

	var text, out bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	for _, want := range []string{"no limit cycle, on ", "population 3: weight 0.25", "Σ_nm [", "fixed points of the network", "of the mean field", "9 fixed points of the mean field, sum of indices 1, as it must be"} {
		require.Contains(t, text.String(), want)
	}
	require.NoError(t, r.WriteJSON(&out, false))
	var d struct {
		Cycles      *struct{ Orbits int }
		Populations *struct {
			Moments   []struct{ Weight float64 }
			MeanField *struct {
				Complete    bool
				FixedPoints []any `json:"fixed_points"`
			} `json:"mean_field"`
			Pairs []struct {
				Network, MeanField *int
				Distance           *float64
			}
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &d))
	require.Positive(t, d.Cycles.Orbits)
	require.Len(t, d.Populations.Moments, 4)
	require.True(t, d.Populations.MeanField.Complete)
	require.Len(t, d.Populations.MeanField.FixedPoints, 9)
	require.Len(t, d.Populations.Pairs, 9)
	require.NotNil(t, d.Populations.Pairs[0].Distance)
}

// A network that oscillates does, also without labels; one whose units have
// time constants of their own is of more latents than R.
func TestCyclesOfNetworks(t *testing.T) {
	mixture := centred(t, model.Erf(), []float64{1.6, -0.8}, []float64{0.8, 1.6})
	net, err := mixture.Sample(rand.New(rand.NewPCG(1, 1)), model.MixtureSampling{Units: 200, MatchMoments: true})
	require.NoError(t, err)
	rnn, err := net.RNN()
	require.NoError(t, err)
	n := &netfile.Network{RNN: rnn, U: []float64{1}, Labels: net.Labels}
	r, err := Run(n, patient)
	require.NoError(t, err)
	require.Len(t, r.Cycles.Found, 1)
	require.Len(t, r.Populations.Cycles.Found, 1)
	near(t, 4*math.Pi, r.Populations.Cycles.Found[0].Period, 1e-6)
	near(t, 4*math.Pi, r.Cycles.Found[0].Period, 1.2) // 200 units

	tau := make([]float64, 200)
	for i := range tau {
		tau[i] = 1 + float64(i%2)
	}
	own, err := model.NewRNN(model.RNNConfig{Connectivity: rnn.Connectivity(), Nonlinearity: model.Erf(), Tau: tau})
	require.NoError(t, err)
	r, err = Run(&netfile.Network{RNN: own, U: nil}, patient)
	require.NoError(t, err)
	require.Contains(t, r.Cycles.Not, "time constants of their own")
	require.Nil(t, r.Populations)
}

func TestLabelsWithoutAMixture(t *testing.T) {
	n := loaded(t, example("mixture-network.json"), nil)
	n.Labels[0] = 77 // as an archive may have: most of its populations are empty
	r, err := Run(n, patient)
	require.NoError(t, err)
	require.Contains(t, r.Populations.Refusal, "population 4 has no units")
	var text, out bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "no mixture of the labelled populations: ")
	require.NoError(t, r.WriteJSON(&out, false))
	require.Contains(t, out.String(), `"populations":{"refused":"invalid input: population 4 has no units"}`)
}

func TestPairUp(t *testing.T) {
	at := func(x ...float64) (network []Point, mean []CircuitPoint) {
		for _, v := range x {
			network = append(network, Point{FixedPoint: model.FixedPoint{Kappa: []float64{v}}})
			mean = append(mean, CircuitPoint{Equilibrium: model.Equilibrium{Point: []float64{v}}})
		}
		return network, mean
	}
	network, _ := at(0, 1, 5)
	_, mean := at(4.5, 0.25)
	got := pairUp(network, mean)
	require.Len(t, got, 3)
	require.Equal(t, []Pair{{0, 1, 0.25}, {2, 0, 0.5}}, got[:2])
	require.Equal(t, 1, got[2].Network)
	require.Equal(t, -1, got[2].MeanField)
	_, mean = at(9, 8)
	network, _ = at(8.5)
	got = pairUp(network, mean)
	require.Len(t, got, 2)
	require.Equal(t, -1, got[1].Network)
	r := Report{Points: network}
	r.Populations = &Populations{Mixture: centred(t, model.Tanh(), []float64{1}), MeanField: &MeanField{Points: mean, Cycles: &Cycles{}}, Pairs: got}
	var text strings.Builder
	r.Populations.write(&text, network)
	require.Contains(t, text.String(), "\nnone ")
}
