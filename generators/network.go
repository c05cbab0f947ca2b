package generators

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// Network is a rate network without its bias, which depends on the state that
// is to be a fixed point. Either W, or M and N with Scale, is set.
type Network struct {
	Tags         []string    `json:"tags,omitempty"`
	Nonlinearity string      `json:"nonlinearity" shrink:"identity,relu,hard-tanh,tanh"`
	W            [][]float64 `json:"W,omitempty" dim:"N,N"`
	M            [][]float64 `json:"M,omitempty" dim:"N,R"`
	N            [][]float64 `json:"N,omitempty" dim:"N,R"`
	Scale        float64     `json:"scale,omitempty" shrink:"positive"`
	Tau          []float64   `json:"tau" dim:"N?" shrink:"positive"`
	B            [][]float64 `json:"B,omitempty" dim:"N,q"`
	U            []float64   `json:"u,omitempty" dim:"q"`
}

// LowRank reports whether the network is given by its loadings.
func (n Network) LowRank() bool { return n.W == nil }

// Units returns the number of units.
func (n Network) Units() int {
	if n.LowRank() {
		return len(n.M)
	}
	return len(n.W)
}

// Inputs returns the number of input channels.
func (n Network) Inputs() int { return len(n.U) }

// RNN returns the network with a bias (N). Numbers that model refuses, as a
// hand-written instance may hold, are its error.
func (n Network) RNN(bias []float64) (*model.RNN, error) {
	var w model.Connectivity
	var err error
	if n.LowRank() {
		var m, loadings *mat.Dense
		if m, err = matrix("M", n.M); err != nil {
			return nil, err
		}
		if loadings, err = matrix("N", n.N); err != nil {
			return nil, err
		}
		if n.Scale == 0 {
			return nil, fmt.Errorf("%w: scale is 0 or missing", model.ErrInvalid)
		}
		w, err = model.NewLowRank(m, loadings, n.Scale)
	} else {
		var dense *mat.Dense
		if dense, err = matrix("W", n.W); err != nil {
			return nil, err
		}
		w, err = model.NewDense(dense)
	}
	if err != nil {
		return nil, err
	}
	phi, err := model.NonlinearityByName(n.Nonlinearity)
	if err != nil {
		return nil, err
	}
	config := model.RNNConfig{Connectivity: w, Nonlinearity: phi, Tau: n.Tau, Bias: bias}
	if n.Inputs() > 0 {
		b, err := matrix("B", n.B)
		if err != nil {
			return nil, err
		}
		config.Input = b
	}
	return model.NewRNN(config)
}

// matrix converts rows to a gonum matrix; ragged or empty ones are an error.
func matrix(name string, rows [][]float64) (*mat.Dense, error) {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil, fmt.Errorf("%w: %s is empty", model.ErrInvalid, name)
	}
	a := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return nil, fmt.Errorf("%w: %s has rows of %d and %d entries", model.ErrInvalid, name, len(rows[0]), len(row))
		}
		a.SetRow(i, row)
	}
	return a, nil
}

// NetworkOptions say what a theorem's hypotheses ask of a network.
type NetworkOptions struct {
	MaxUnits      int
	Nonlinearity  []string // one of these
	Connectivity  Structure
	MaxRank       int  // of a low-rank network; 0 stands for 3
	UnitWiseTau   bool // otherwise τ is scalar
	Inputs        bool // at least one channel
	Kinds         []Kind
	ModestEntries bool // no graded rows: iterations of the network stay bounded
}

// Structure says how connectivity is given.
type Structure int

// Connectivity as N×N numbers, as loadings, or either.
const (
	DenseOrLowRank Structure = iota
	OnlyDense
	OnlyLowRank
)

// Every nonlinearity of theory section 0, and the smooth ones.
var (
	AllNonlinearities    = []string{"tanh", "erf", "logistic", "softplus", "identity", "relu", "hard-tanh"}
	SmoothNonlinearities = []string{"tanh", "erf", "logistic", "softplus", "identity"}
)

// noise draws the seed from which an instance's numbers are expanded.
func noise(t *rapid.T) *rand.Rand {
	// Uint64 favours small numbers: several of them make a seed.
	a, b := rapid.Uint64().Draw(t, "noise"), rapid.Uint64().Draw(t, "noise")
	return rand.New(rand.NewPCG(a*0x9e3779b97f4a7c15^b, b+0x632be59bd9b4e019))
}

// drawNetwork draws a network of n units.
func drawNetwork(t *rapid.T, o NetworkOptions, n int, rng *rand.Rand) Network {
	net := Network{Nonlinearity: rapid.SampledFrom(o.Nonlinearity).Draw(t, "nonlinearity"), Scale: 1}
	net.tag(net.Nonlinearity)
	if n == 1 {
		net.tag("N = 1")
	}
	lowRank := o.Connectivity == OnlyLowRank
	if o.Connectivity == DenseOrLowRank {
		lowRank = rapid.IntRange(0, 3).Draw(t, "structure") == 0
	}
	if lowRank {
		net.drawLoadings(t, o, n, rng)
	} else {
		net.drawConnectivity(t, o, n, rng)
	}
	net.drawTau(t, o, n)
	if q := rapid.IntRange(0, 2).Draw(t, "inputs"); q > 0 || o.Inputs {
		net.B = gaussian(rng, n, max(q, 1), 1)
		net.U = gaussian(rng, 1, max(q, 1), 1)[0]
		net.tag("inputs")
	}
	return net
}

func (n *Network) tag(tags ...string) { n.Tags = union(n.Tags, tags) }

// union adds the tags that are not there yet.
func union(tags, more []string) []string {
	for _, tag := range more {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

func (n *Network) drawConnectivity(t *rapid.T, o NetworkOptions, units int, rng *rand.Rand) {
	kinds := o.Kinds
	if kinds == nil {
		kinds = Zoo()
	}
	if o.ModestEntries {
		kinds = modest(kinds)
	}
	kind := kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")]
	n.W = kind.Sample(rng, units)
	n.Scale = 0
	n.tag(kind.Name)
	if overlays := rapid.IntRange(0, 3).Draw(t, "overlays"); overlays == 3 {
		// One entry moved by an eighth breaks the structure a little.
		i, j := rng.IntN(units), rng.IntN(units)
		n.W[i][j] += nonzeroInteger(rng, 8) / 8
		n.tag("overlay")
	} else if kind.Edges != nil {
		n.tag(kind.Edges(units)...)
	}
}

func modest(kinds []Kind) []Kind {
	var kept []Kind
	for _, k := range kinds {
		if k.Name != "graded" {
			kept = append(kept, k)
		}
	}
	return kept
}

func (n *Network) drawLoadings(t *rapid.T, o NetworkOptions, units int, rng *rand.Rand) {
	maxRank := o.MaxRank
	if maxRank == 0 {
		maxRank = 3
	}
	rank := rapid.IntRange(1, min(maxRank, units)).Draw(t, "rank")
	n.tag("low rank")
	n.M, n.N = gaussian(rng, units, rank, 1), gaussian(rng, units, rank, 1)
	if rapid.Bool().Draw(t, "scaled") {
		n.Scale = 1 / float64(units)
		n.tag("scale 1/N")
	}
	switch rapid.IntRange(0, 4).Draw(t, "loadings") {
	case 0: // overlapping: eigenvalues beyond 1
		for i := range n.N {
			for r := range n.N[i] {
				n.N[i][r] += 2 * n.M[i][r]
			}
		}
	case 1: // rotated overlap of orthogonal loadings of one length: a complex pair
		if rank == 2 {
			n.M[units-1][0], n.M[units-1][1] = 0, 0 // stays so if units is odd
			for i := 0; i+1 < units; i += 2 {
				a, b := n.M[i][0], n.M[i][1]
				n.M[i+1][0], n.M[i+1][1] = -b, a
			}
			for i := range n.N {
				n.N[i][0], n.N[i][1] = n.M[i][0]-2*n.M[i][1], 2*n.M[i][0]+n.M[i][1]
			}
			n.tag("complex spectrum")
		}
	case 2: // loadings that span less than R
		if rank > 1 {
			for i := range n.M {
				n.M[i][1] = 2 * n.M[i][0]
			}
			n.tag("dependent loadings")
		}
	}
	if rank == units {
		n.tag("R = N")
	}
}

func (n *Network) drawTau(t *rapid.T, o NetworkOptions, units int) {
	values := []float64{1, 0.1, 2, 0.02, 20}
	if !o.UnitWiseTau {
		n.Tau = []float64{rapid.SampledFrom(values).Draw(t, "tau")}
		return
	}
	// From three values, so that units share a time constant too.
	n.Tau = make([]float64, units)
	distinct := map[float64]bool{}
	for i := range n.Tau {
		n.Tau[i] = rapid.SampledFrom([]float64{1, 0.5, 3}).Draw(t, "tau")
		distinct[n.Tau[i]] = true
	}
	if len(distinct) > 1 {
		n.tag("unit-wise tau")
	}
}
