package generators

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// shrinkAtRandom shrinks instances by a predicate that is a coin, and calls
// legal on every step that Shrink would have returned.
func shrinkAtRandom[C any](t *testing.T, gen *rapid.Generator[C], legal func(C)) {
	t.Helper()
	for seed := range 8 {
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		instance := gen.Example(seed)
		small := simplest(instance, func(c C) bool {
			require.NoError(t, CheckShape(c))
			fails := rng.IntN(4) == 0
			if fails {
				legal(c)
			}
			return fails
		})
		require.True(t, reflect.DeepEqual(small, instance) || Simpler(small, instance) < 0)

		text, err := json.Marshal(small)
		require.NoError(t, err)
		var back C
		require.NoError(t, json.Unmarshal(text, &back))
		require.NoError(t, CheckShape(back))
		legal(back)
	}
}

// Every step of Shrink leaves covariances semidefinite and what is stationary
// stable.
func TestShrinkKeepsSystemsLegal(t *testing.T) {
	legal := func(s System) {
		x := requireSystem(t, s)
		if !s.HasInitial() {
			require.Equal(t, exact.Inside, x.a.CharPoly().UnitDisc(), "A = %v", s.A)
		}
	}
	o := SystemOptions{MaxUnits: 4, Initial: Either}
	shrinkAtRandom(t, Systems(o), legal)
	shrinkAtRandom(t, ObservedSystems(o, RecordingOptions{MaxSteps: 4, Missing: true}), func(s ObservedSystem) { legal(s.System) })
	shrinkAtRandom(t, TransformedSystems(o), func(s TransformedSystem) {
		legal(s.System)
		a, inverse := s.Similarity()
		k := s.Latents()
		require.True(t, rationalOf(t, a, k, k).Mul(rationalOf(t, inverse, k, k)).Equal(exact.Identity(k)))
		require.Len(t, s.Orthogonal(), s.Units())
		require.ElementsMatch(t, s.Order(), (Change{Keys: make([]float64, s.Units())}).Order())
		require.Positive(t, s.Factor)
	})
}

func TestShrinkKeepsNetworksLegal(t *testing.T) {
	legal := func(r Recurrent) {
		x := requireRecurrent(t, r)
		if !r.HasInitial() {
			require.Equal(t, exact.Inside, x.j.CharPoly().UnitDisc(), "%+v", r)
		}
	}
	o := RecurrentOptions{MaxUnits: 4, Initial: Either}
	shrinkAtRandom(t, Recurrents(o), legal)
	shrinkAtRandom(t, ObservedRecurrents(o, RecordingOptions{MaxSteps: 4}), func(r ObservedRecurrent) { legal(r.Recurrent) })
	shrinkAtRandom(t, TransformedRecurrents(o), func(r TransformedRecurrent) { legal(r.Recurrent) })
	shrinkAtRandom(t, PartlyObservedRecurrents(o), func(p PartlyObserved) {
		legal(p.Recurrent)
		require.NotEmpty(t, p.Indices())
	})
	shrinkAtRandom(t, LeakyRecurrents(RecurrentOptions{MaxUnits: 4, MaxRank: 1}), func(l Leaky) {
		require.Equal(t, exact.Inside, rational(t, l.Dynamics()).CharPoly().UnitDisc())
		require.Greater(t, l.Units(), 2*l.Rank())
	})
}

// Where nothing stands in its way, Shrink gets rid of units, latents, loadings
// and factors of noise, and numbers.
func TestShrinkDropsEveryIndex(t *testing.T) {
	for seed := range 30 {
		s := simplest(Systems(SystemOptions{MaxUnits: 5, Initial: Either}).Example(seed), func(System) bool { return true })
		require.Zero(t, s.Latents())
		require.Equal(t, [][]float64{{}}, s.C)
		require.Equal(t, []float64{0}, s.RDiag)
		require.Equal(t, "structured", s.Form)
		require.Empty(t, append([]float64{}, flattened(s.QFactor, s.RFactor, s.CovFactor)...))
		lds, err := s.LDS()
		require.NoError(t, err)
		require.Zero(t, lds.Latents())

		r := simplest(Recurrents(RecurrentOptions{MaxUnits: 5}).Example(seed), func(Recurrent) bool { return true })
		require.Equal(t, [][]float64{{}}, r.M)
		require.Equal(t, [][]float64{{}}, r.N)
		require.Empty(t, flattened(r.PFactor, r.CovFactor))
		net, err := r.LinearRNN()
		require.NoError(t, err)
		require.Equal(t, 1, net.Units())
	}
}

func flattened(matrices ...[][]float64) (out []float64) {
	for _, a := range matrices {
		for _, row := range a {
			out = append(out, row...)
		}
	}
	return out
}

// A failure of two latents that drive one another shrinks to that, a stable
// one; an instance that has no law to begin with is not held to have one.
func TestShrinkFindsTheCoupling(t *testing.T) {
	shrunk := 0
	for seed := range 60 {
		s := Systems(SystemOptions{MaxUnits: 4, Modest: true}).Example(seed)
		fails := func(s System) bool {
			for i := range s.A {
				for j := range i {
					if s.A[i][j] != 0 {
						return true
					}
				}
			}
			return false
		}
		if !fails(s) {
			continue
		}
		small := simplest(s, fails)
		require.Equal(t, 2, small.Latents())
		require.Equal(t, 1, small.Units())
		require.Equal(t, 1, countNonzero(small.A))
		require.Zero(t, countNonzero(small.C)+countNonzero(small.Q())+countNonzero(small.R()))
		shrunk++
	}
	require.Greater(t, shrunk, 20)

	unstable := System{Form: "structured", A: [][]float64{{1.375}}, C: [][]float64{{1}}, QDiag: []float64{1}, RDiag: []float64{1}}
	small := simplest(unstable, func(s System) bool { return s.Latents() == 1 && s.A[0][0] >= 1 })
	require.Equal(t, [][]float64{{1}}, small.A)
}

func countNonzero(a [][]float64) (n int) {
	for _, x := range flattened(a) {
		if x != 0 {
			n++
		}
	}
	return n
}
