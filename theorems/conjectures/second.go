package conjectures

import (
	"iter"
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// second lists F10 to F17.
func second() []theorems.Conjecture {
	return []theorems.Conjecture{
		jordanAtZero(), directInput(), errorsFall(), equallyMany(),
		fluctuationsOfNN(), lessWithMoreUnits(), stableEuler(), noiseFreeMarkov(),
	}
}

// drawnBy returns the generator of what draw makes of a seeded source.
func drawnBy[C any](draw func(rng *rand.Rand) C) *rapid.Generator[C] {
	return rapid.Custom(func(t *rapid.T) C {
		a, b := rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "seed")
		return draw(rand.New(rand.NewPCG(a, b)))
	})
}

// simplestFirst lists the cases of the box values[0] × values[1] × …, each of
// these from its simplest value on: by the sum of the places in them.
func simplestFirst[C any](of func(x []float64) C, values ...[]float64) iter.Seq[any] {
	return func(yield func(any) bool) {
		most := 0
		for _, v := range values {
			most += len(v) - 1
		}
		// choose yields those that begin with x and have sum places left.
		var choose func(x []float64, sum int) bool
		choose = func(x []float64, sum int) bool {
			if len(x) == len(values) {
				return sum > 0 || yield(of(slices.Clone(x)))
			}
			for i, v := range values[len(x)] {
				if i <= sum && !choose(append(x, v), sum-i) {
					return false
				}
			}
			return true
		}
		for sum := range most + 1 {
			if !choose(nil, sum) {
				return
			}
		}
	}
}

// copies returns n times the same list.
func copies(n int, v ...float64) [][]float64 { return slices.Repeat([][]float64{v}, n) }

// wholes returns n integers from −most to most.
func wholes(rng *rand.Rand, n, most int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(rng.IntN(2*most+1) - most)
	}
	return out
}

// naturals returns n integers from 1 to most.
func naturals(rng *rand.Rand, n, most int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(1 + rng.IntN(most))
	}
	return out
}

// halves returns n of the numbers −½, 0, ½.
func halves(rng *rand.Rand, n int) []float64 {
	out := wholes(rng, n, 1)
	for i := range out {
		out[i] /= 2
	}
	return out
}

// wholeRows returns a rows × cols matrix of integers from −most to most.
func wholeRows(rng *rand.Rand, rows, cols, most int) [][]float64 {
	out := make([][]float64, rows)
	for i := range out {
		out[i] = wholes(rng, cols, most)
	}
	return out
}

// rats returns the exact values of float64 numbers.
func rats(v []float64) []*big.Rat {
	out := make([]*big.Rat, len(v))
	for i := range v {
		out[i] = theorems.Rational(v[i])
	}
	return out
}

// tanhSlopes returns the slopes 1 − r² of tanh where its values are r, and
// whether there is a state with these values: |r| < 1. All of them rational, no
// matter that the states and the biases that make them fixed points are not.
func tanhSlopes(outputs []float64) (slopes []*big.Rat, ok bool) {
	one := big.NewRat(1, 1)
	for _, r := range rats(outputs) {
		d := new(big.Rat).Sub(one, new(big.Rat).Mul(r, r))
		if d.Sign() <= 0 {
			return nil, false
		}
		slopes = append(slopes, d)
	}
	return slopes, true
}

func plus(a, b *big.Rat) *big.Rat  { return new(big.Rat).Add(a, b) }
func minus(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func times(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func over(a, b *big.Rat) *big.Rat  { return new(big.Rat).Quo(a, b) }

// dot returns Σ_i a_i b_i ….
func dot(vectors ...[]*big.Rat) *big.Rat {
	sum := new(big.Rat)
	for i := range vectors[0] {
		term := big.NewRat(1, 1)
		for _, v := range vectors {
			term.Mul(term, v[i])
		}
		sum.Add(sum, term)
	}
	return sum
}
