package generators

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"
)

// Change is a change of coordinates in which dropping an index, or setting a
// number to 0, leaves a legal one: of K inner coordinates (latents, or columns
// of loadings) by a unimodular integer similarity, of N units by an orthogonal
// map, a permutation and a factor.
type Change struct {
	Shear      [][]float64 `json:"shear" dim:"K*,K*" numbers:"whole"`     // its strict triangles; the diagonal is not read
	Reflectors [][]float64 `json:"reflectors" dim:"o*,N" numbers:"whole"` // those that are 0 are left out
	Keys       []float64   `json:"keys" dim:"N" numbers:"whole"`          // sorting them is the permutation
	Factor     float64     `json:"factor" shrink:"positive" numbers:"few"`
}

// TransformedSystem is a system and a change of coordinates (S11).
type TransformedSystem struct {
	System
	Change
}

// TransformedRecurrent is a network and a change of coordinates; its inner
// coordinates are the columns of M and N, for M G and N G⁻ᵀ.
type TransformedRecurrent struct {
	Recurrent
	Shear      [][]float64 `json:"shear" dim:"R*,R*" numbers:"whole"`
	Reflectors [][]float64 `json:"reflectors" dim:"o*,N" numbers:"whole"`
	Keys       []float64   `json:"keys" dim:"N" numbers:"whole"`
	Factor     float64     `json:"factor" shrink:"positive" numbers:"few"`
}

// Change returns the change of coordinates.
func (t TransformedRecurrent) Change() Change {
	return Change{Shear: t.Shear, Reflectors: t.Reflectors, Keys: t.Keys, Factor: t.Factor}
}

// TransformedSystems draws systems with changes of coordinates.
func TransformedSystems(o SystemOptions) *rapid.Generator[TransformedSystem] {
	return rapid.Custom(func(t *rapid.T) TransformedSystem {
		s := TransformedSystem{System: drawSystem(t, o)}
		s.Change = drawChange(noise(t), s.Latents(), s.Units())
		return s
	})
}

// TransformedRecurrents draws networks with changes of coordinates.
func TransformedRecurrents(o RecurrentOptions) *rapid.Generator[TransformedRecurrent] {
	return rapid.Custom(func(t *rapid.T) TransformedRecurrent {
		r := TransformedRecurrent{Recurrent: drawRecurrent(t, o)}
		c := drawChange(noise(t), r.Rank(), r.Units())
		r.Shear, r.Reflectors, r.Keys, r.Factor = c.Shear, c.Reflectors, c.Keys, c.Factor
		return r
	})
}

func drawChange(rng *rand.Rand, k, units int) Change {
	c := Change{Shear: zeros(k, k), Reflectors: zeros(rng.IntN(3), units), Keys: make([]float64, units)}
	for i := range k {
		for j := range k {
			if i != j && rng.IntN(2) == 0 {
				c.Shear[i][j] = integer(rng, 1)
			}
		}
	}
	for _, v := range c.Reflectors {
		// vᵀv is 1, 2, 4 or 8, or 5: a 3-4-5 rotation.
		pattern := [][]float64{{1}, {1, 1}, {1, 1, 1, 1}, {2, 1, 1, 1, 1}, {2, 1}}[rng.IntN(5)]
		for k, i := range rng.Perm(units)[:min(len(pattern), units)] {
			v[i] = nonzeroInteger(rng, 1) * pattern[k]
		}
	}
	for i, k := range rng.Perm(units) {
		c.Keys[i] = float64(k)
	}
	c.Factor = [...]float64{1, 2, 0.25, 3}[rng.IntN(4)]
	return c
}

// Similarity returns S = (I + lower)(I + upper) and S⁻¹ (both K×K), integers.
func (c Change) Similarity() (s, inverse [][]float64) {
	k := len(c.Shear)
	lower, upper, zero := identity(k), identity(k), zeros(k, k)
	for i := range k {
		for j := range k {
			switch {
			case i > j:
				lower[i][j] = c.Shear[i][j]
			case i < j:
				upper[i][j] = c.Shear[i][j]
			}
		}
	}
	if k == 0 {
		return zero, zero
	}
	return multiply(lower, upper), multiply(unitInverse(upper), unitInverse(lower))
}

func identity(n int) [][]float64 {
	a := zeros(n, n)
	for i := range a {
		a[i][i] = 1
	}
	return a
}

// unitInverse inverts a triangular matrix with ones on its diagonal, as the
// sum of the powers of −(A − I), which is nilpotent.
func unitInverse(a [][]float64) [][]float64 {
	n := len(a)
	step, power, sum := zeros(n, n), identity(n), identity(n)
	for i := range n {
		for j := range n {
			if i != j {
				step[i][j] = -a[i][j]
			}
		}
	}
	for range n - 1 {
		power = multiply(power, step)
		for i := range n {
			for j := range n {
				sum[i][j] += power[i][j]
			}
		}
	}
	return sum
}

// Orthogonal returns the product of the reflections I − 2vvᵀ/vᵀv (N×N), up to
// rounding where vᵀv is not a power of two.
func (c Change) Orthogonal() [][]float64 {
	q := identity(len(c.Keys))
	for _, v := range c.Reflectors {
		square := 0.0
		for _, x := range v {
			square += x * x
		}
		if square == 0 {
			continue
		}
		for i := range q {
			dot := 0.0
			for j := range v {
				dot += q[i][j] * v[j]
			}
			for j := range v {
				q[i][j] -= 2 * dot * v[j] / square
			}
		}
	}
	return q
}

// Order returns the permutation of the units: unit Order()[k] becomes unit k.
func (c Change) Order() []int {
	order := make([]int, len(c.Keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(c.Keys[i], c.Keys[j]) })
	return order
}
