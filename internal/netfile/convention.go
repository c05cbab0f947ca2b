package netfile

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Values of the layout fields: what the rows and columns of an array are.
const (
	UnitsByRank      = "units-by-rank"      // N×R
	RankByUnits      = "rank-by-units"      // R×N
	InputsByUnits    = "inputs-by-units"    // q×N
	UnitsByInputs    = "units-by-inputs"    // N×q
	TargetsBySources = "targets-by-sources" // W[i,j] is the weight from j to i
	SourcesByTargets = "sources-by-targets" // W[i,j] is the weight from i to j
)

// Values of bias_place.
const (
	Outside = "outside" // τ ẋ = −x + W φ(x) + b + B u
	Inside  = "inside"  // τ ẋ = −x + W φ(x + b) + B u, or τ ṙ = −r + φ(W r + b + B u)
)

// None says, in a field that names an array, that there is none.
const None = "none"

// Convention says what the arrays of an archive mean. Nothing has a default:
// a field is required unless it says otherwise, and None is how to say that
// there is no array. A field that contradicts another one is refused.
//
// The connectivity is given by exactly one of W, M and N, and Basis.
type Convention struct {
	// W names a dense connectivity (N×N). No shape tells it from its
	// transpose, so WLayout is required with it.
	W       string `json:"w,omitempty"`
	WLayout string `json:"w_layout,omitempty"`

	// M and N name the loadings of W = scale · M Nᵀ. NLayout is required.
	// MLayout may be left out where the shape of M can only be read in one way
	// once N has been, which is when R ≠ N. A rank above N is taken for a wrong
	// layout. A one-dimensional array is one column of loadings, R = 1, and
	// needs no layout.
	M       string `json:"m,omitempty"`
	MLayout string `json:"m_layout,omitempty"`
	N       string `json:"n,omitempty"`
	NLayout string `json:"n_layout,omitempty"`

	// Basis gives loadings and input of a sampled mixture of populations.
	Basis *Basis `json:"basis,omitempty"`

	// Scale is the factor in front of the connectivity: "1", "1/N", or a number.
	Scale Scale `json:"scale,omitempty"`

	Nonlinearity string `json:"nonlinearity,omitempty"` // a name that model.NonlinearityByName knows
	Form         string `json:"form,omitempty"`         // "activation" or "activity"

	// Exactly one of Tau and Alpha: time constants for continuous time, or the
	// leak α = dt/τ in (0, 1] of x ← (1−α) x + α (…), read as τ = 1, dt = α.
	Tau   Tau      `json:"tau,omitzero"`
	Alpha *float64 `json:"alpha,omitempty"`

	// Bias names b, N numbers, or is None. With an array BiasPlace is required.
	// In activity form b can only be inside φ.
	Bias      string `json:"bias,omitempty"`
	BiasPlace string `json:"bias_place,omitempty"`

	// Input names the input weights, or is None; with Basis it is left out.
	// InputLayout is required with it, except for one-dimensional weights,
	// which are those of one channel. InputGain names a factor for each channel
	// and InputScale one for all; both may be left out. B (N×q) is the product
	// of the three.
	Input       string `json:"input,omitempty"`
	InputLayout string `json:"input_layout,omitempty"`
	InputGain   string `json:"input_gain,omitempty"`
	InputScale  string `json:"input_scale,omitempty"`

	// U is the constant input (q), one number a channel. It may be left out,
	// which is zero, and the Summary says so.
	U []float64 `json:"u,omitempty"`
}

// Basis gives the loadings of unit i, of population p = labels[i], as
//
//	m[i,r] = Σ_b m_weights[r,p,b] · basis[b,i] + m_biases[r,p],
//
// the same for n, and for B with channels in place of r. Weights are R×P×B,
// biases R×P, the basis B×N, the labels N integers from 0 to P−1. Biases and
// the input weights may be None (zero; no input), and must say so; without
// input weights InputBiases is left out.
type Basis struct {
	Basis        string `json:"basis,omitempty"`
	Labels       string `json:"labels,omitempty"`
	MWeights     string `json:"m_weights,omitempty"`
	MBiases      string `json:"m_biases,omitempty"`
	NWeights     string `json:"n_weights,omitempty"`
	NBiases      string `json:"n_biases,omitempty"`
	InputWeights string `json:"input_weights,omitempty"`
	InputBiases  string `json:"input_biases,omitempty"`
}

// Scale is the factor in front of the connectivity: "1", "1/N" with N the
// number of units, or a number as text. In JSON it may be a number too.
type Scale string

// factor returns the number, and whether s is one.
func (s Scale) factor(units int) (float64, bool) {
	if s == "1/N" {
		return 1 / float64(units), true
	}
	return parseNumber(string(s))
}

// parseNumber reads a finite number.
func parseNumber(text string) (float64, bool) {
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}

// Tau is one time constant for all units, or N of them, or the Key of an array
// that holds them.
type Tau struct {
	Values []float64
	Key    string
}

// ParseTau returns the Tau of a command-line flag: a number, numbers with
// commas between them, or else the key of an array.
func ParseTau(text string) Tau {
	var values []float64
	for part := range strings.SplitSeq(text, ",") {
		x, ok := parseNumber(strings.TrimSpace(part))
		if !ok {
			return Tau{Key: text}
		}
		values = append(values, x)
	}
	return Tau{Values: values}
}

// IsZero says whether nothing is given.
func (t Tau) IsZero() bool { return t.Values == nil && t.Key == "" }

// MarshalJSON writes a number, an array of numbers, or the key as a string.
func (t Tau) MarshalJSON() ([]byte, error) {
	switch {
	case t.Key != "":
		return json.Marshal(t.Key)
	case len(t.Values) == 1:
		return json.Marshal(t.Values[0])
	default:
		return json.Marshal(t.Values)
	}
}
