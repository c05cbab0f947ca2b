package generators

import (
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
	"pgregory.net/rapid"
)

// Truncation is an instance of M13: a full W of N units, the rank R that it is
// cut to, and where its trajectories start. Entries are halves, but in graded
// W, which is scaled by powers of two.
type Truncation struct {
	Tags         []string    `json:"tags,omitempty"`
	Nonlinearity string      `json:"nonlinearity" shrink:"identity,hard-tanh,tanh"`
	W            [][]float64 `json:"W" dim:"N,N" numbers:"few"`
	Rival        [][]float64 `json:"rival" dim:"N,r*" numbers:"few"` // with RivalT another matrix of rank ≤ R
	RivalT       [][]float64 `json:"rival_t" dim:"N,r*" numbers:"few"`
	Start        []float64   `json:"start" dim:"N" numbers:"few"`
	Horizon      float64     `json:"horizon" shrink:"positive" numbers:"time"`
}

// Rank returns R.
func (c Truncation) Rank() int { return len(c.Rival[0]) }

func (c *Truncation) tag(tags ...string) { c.Tags = union(c.Tags, tags) }

// Admissible reports whether the instance has a unit and a rank.
func (c Truncation) Admissible() bool {
	return CheckShape(c) == nil && len(c.W) > 0 && len(c.Rival) > 0 && len(c.RivalT) > 0 && c.Horizon > 0
}

var _ Admissible = Truncation{}

var truncationKinds = []string{"general", "general", "general", "rank R", "repeated singular values", "defective", "graded", "W = 0", "contracting"}

// Truncations draws connectivities of 1 to maxUnits units and ranks from 0 to N.
// Those whose trajectories are compared should not be graded.
func Truncations(maxUnits int, graded bool) *rapid.Generator[Truncation] {
	return rapid.Custom(func(t *rapid.T) Truncation {
		rng := noise(t)
		n := between(rng, 1, maxUnits)
		r := between(rng, 0, n)
		c := Truncation{Nonlinearity: []string{"tanh", "erf", "hard-tanh", "identity", "relu"}[rng.IntN(5)],
			Start: quarters(rng, 1, n)[0], Horizon: float64(between(rng, 1, 6)) / 4}
		kind := truncationKinds[rng.IntN(len(truncationKinds))]
		if kind == "graded" && !graded {
			kind = "general"
		}
		c.tag(kind)
		c.W = connectivityOf(rng, kind, n, r)
		c.Rival, c.RivalT = quarters(rng, n, r), quarters(rng, n, r)
		for _, edge := range []struct {
			tag  string
			here bool
		}{
			{"R = 0", r == 0}, {"R = N", r == n}, {"N = 1", n == 1}, {"0 < R < N", r > 0 && r < n},
		} {
			if edge.here {
				c.tag(edge.tag)
			}
		}
		return c
	})
}

func connectivityOf(rng *rand.Rand, kind string, n, r int) [][]float64 {
	w := quarters(rng, n, n)
	switch kind {
	case "rank R":
		w = zeros(n, n)
		if r > 0 {
			w = multiply(quarters(rng, n, r), quarters(rng, r, n))
		}
	case "repeated singular values": // a multiple of a signed permutation
		w = zeros(n, n)
		size := float64(between(rng, 1, 6)) / 4
		for i, j := range rng.Perm(n) {
			w[i][j] = math.Copysign(size, rng.Float64()-0.5)
		}
	case "defective":
		w = zeros(n, n)
		for i := range n {
			w[i][i] = 0.5
			if i+1 < n {
				w[i][i+1] = nonzeroInteger(rng, 3)
			}
		}
	case "graded":
		for i := range w {
			for j := range w[i] {
				w[i][j] = math.Ldexp(w[i][j], -12*i)
			}
		}
	case "W = 0":
		w = zeros(n, n)
	case "contracting":
		for i := range w {
			scaleBy(w[i], 0x1p-4)
		}
	}
	return w
}

// Model returns φ as model has it.
func (c Truncation) Model() (model.Nonlinearity, error) {
	return model.NonlinearityByName(c.Nonlinearity)
}
