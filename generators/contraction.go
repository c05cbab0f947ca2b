package generators

import (
	"math"
	"math/rand/v2"
)

// contraction is a kind of square matrix that has all its eigenvalues inside
// the unit disc because of how it is made: they are on a diagonal, or a norm
// bounds them. Entries have few bits.
type contraction struct {
	name  string
	least int      // smallest n
	edges []string // hard cases that every matrix of the kind is
	// exact kinds are of multiples of 1/64, so that rational arithmetic on
	// them stays cheap; graded ones lose bits in products.
	exact, graded bool
	regular       bool // with no eigenvalue 0 if asked so
	sample        func(rng *rand.Rand, n int, regular bool) [][]float64
}

const (
	slowest = 1 - 0x1p-27 // a radius 1 − 7.5e-9
	slow    = "spectral radius 1−2⁻²⁷"
)

func contractions() []contraction {
	plain := func(f func(*rand.Rand, int) [][]float64) func(*rand.Rand, int, bool) [][]float64 {
		return func(rng *rand.Rand, n int, _ bool) [][]float64 { return f(rng, n) }
	}
	kinds := []contraction{
		{name: "triangular", exact: true, regular: true, sample: triangular},
		{name: "rotations", least: 2, exact: true, regular: true, sample: rotations},
		{name: "diagonal", exact: true, regular: true, sample: stableDiagonal},
		{name: "jordan", least: 2, edges: []string{"defective"}, exact: true, regular: true, sample: stableJordan},
		{name: "nilpotent", exact: true, sample: plain(halvedNilpotent)},
		{name: "companion", least: 2, exact: true, regular: true, sample: stableCompanion},
		{name: "zero", exact: true, sample: plain(func(_ *rand.Rand, n int) [][]float64 { return zeros(n, n) })},
		{name: "slow", edges: []string{slow}, regular: true, sample: slowTriangular},
		{name: "nearly defective", least: 2, regular: true, sample: stableNearlyDefective},
	}
	for _, name := range []string{"small integers", "skew", "permutation", "gaussian", "orthogonal", "stochastic", "prescribed spectrum", "graded"} {
		kind := KindNamed(name)
		kinds = append(kinds, contraction{name: name, least: 2, exact: kind.Exact, graded: name == "graded", sample: plain(func(rng *rand.Rand, n int) [][]float64 {
			a := belowNormOne(kind.Sample(rng, n))
			if name == "graded" {
				return truncated(a)
			}
			return sixtyFourths(a)
		})})
	}
	return kinds
}

// eigenvalue returns a multiple of 1/8 between −7/8 and 7/8.
func eigenvalue(rng *rand.Rand, regular bool) float64 {
	if regular {
		return nonzeroInteger(rng, 7) / 8
	}
	return integer(rng, 7) / 8
}

func stableDiagonal(rng *rand.Rand, n int, regular bool) [][]float64 {
	a := zeros(n, n)
	for i := range a {
		a[i][i] = eigenvalue(rng, regular)
		if i > 0 && rng.IntN(4) == 0 {
			a[i][i] = a[i-1][i-1] // repeated
		}
	}
	return a
}

// aboveDiagonal fills the upper triangle, from the offset on, with multiples
// of 1/8 between −1 and 1.
func aboveDiagonal(rng *rand.Rand, a [][]float64, offset func(i int) int) {
	for i := range a {
		for j := i + offset(i); j < len(a); j++ {
			if rng.IntN(3) > 0 {
				a[i][j] = integer(rng, 8) / 8
			}
		}
	}
}

func one(int) int { return 1 }

// relabelled returns P a Pᵀ for a random permutation P.
func relabelled(rng *rand.Rand, a [][]float64) [][]float64 {
	order := rng.Perm(len(a))
	out := zeros(len(a), len(a))
	for i := range a {
		for j := range a {
			out[i][j] = a[order[i]][order[j]]
		}
	}
	return out
}

func triangular(rng *rand.Rand, n int, regular bool) [][]float64 {
	a := stableDiagonal(rng, n, regular)
	aboveDiagonal(rng, a, one)
	return relabelled(rng, a)
}

// rotations has blocks [[a, −b], [b, a]], a² + b² < 1 and b ≠ 0, on its
// diagonal: pairs a ± bi.
func rotations(rng *rand.Rand, n int, regular bool) [][]float64 {
	t := stableDiagonal(rng, n, regular)
	aboveDiagonal(rng, t, func(i int) int { return 2 - i%2 })
	for i := 0; i+1 < n; i += 2 {
		x, y := integer(rng, 7), nonzeroInteger(rng, 7)
		for x*x+y*y >= 64 {
			x, y = integer(rng, 7), nonzeroInteger(rng, 7)
		}
		t[i][i], t[i][i+1], t[i+1][i], t[i+1][i+1] = x/8, -y/8, y/8, x/8
	}
	return relabelled(rng, t)
}

// stableJordan has Jordan blocks at multiples of 1/8, the first of size ≥ 2,
// behind a relabelling and integer shears.
func stableJordan(rng *rand.Rand, n int, regular bool) [][]float64 {
	a := zeros(n, n)
	at := eigenvalue(rng, regular)
	for i := range n {
		a[i][i] = at
		if i+1 < n && (i == 0 || rng.IntN(2) == 0) {
			a[i][i+1] = 0.5
		} else {
			at = eigenvalue(rng, regular)
		}
	}
	a = relabelled(rng, a)
	shear(rng, a, rng.IntN(3))
	return a
}

func halvedNilpotent(rng *rand.Rand, n int) [][]float64 {
	a := nilpotent(rng, n)
	for i := range a {
		for j := range a[i] {
			a[i][j] /= 2
		}
	}
	shear(rng, a, rng.IntN(2))
	return a
}

// stableCompanion has last column c with Σ|c_i| < 1: a root |t| ≥ 1 of
// tⁿ = Σ c_i tⁱ would have |t|ⁿ ≤ Σ|c_i| |t|ⁿ⁻¹ < |t|ⁿ.
func stableCompanion(rng *rand.Rand, n int, regular bool) [][]float64 {
	a := zeros(n, n)
	left := 15
	for i := range n {
		if i > 0 {
			a[i][i-1] = 1
		}
		size := rng.IntN(left/2 + 1)
		if i == 0 && regular {
			size = 1 + rng.IntN(7)
		}
		a[i][n-1] = nonzeroInteger(rng, 1) * float64(size) / 16
		left -= size
	}
	return a
}

// slowTriangular has ±(1 − 2⁻²⁷) on its diagonal, once.
func slowTriangular(rng *rand.Rand, n int, regular bool) [][]float64 {
	a := stableDiagonal(rng, n, regular)
	aboveDiagonal(rng, a, one)
	i := rng.IntN(n)
	a[i][i] = nonzeroInteger(rng, 1) * slowest
	return relabelled(rng, a)
}

// stableNearlyDefective is triangular with eigenvalues that differ by 2⁻²⁰.
func stableNearlyDefective(rng *rand.Rand, n int, regular bool) [][]float64 {
	a := zeros(n, n)
	at := eigenvalue(rng, regular)
	aboveDiagonal(rng, a, one)
	for i := range n {
		a[i][i] = at + float64(i)*0x1p-20
		if i+1 < n {
			a[i][i+1] = nonzeroInteger(rng, 8) / 8
		}
	}
	return relabelled(rng, a)
}

// expanding is triangular with 1, −1, 9/8 or 2 on its diagonal: spectral
// radius 1 or more.
func expanding(rng *rand.Rand, n int, regular bool) [][]float64 {
	a := stableDiagonal(rng, n, regular)
	aboveDiagonal(rng, a, one)
	i := rng.IntN(n)
	a[i][i] = [...]float64{1, -1, 1.125, 2}[rng.IntN(4)]
	return relabelled(rng, a)
}

// belowNormOne scales by a power of two to a Frobenius norm below 1.
func belowNormOne(a [][]float64) [][]float64 {
	sum := 0.0
	for _, row := range a {
		for _, x := range row {
			sum = math.Hypot(sum, x)
		}
	}
	_, exponent := math.Frexp(sum)
	for i := range a {
		for j := range a[i] {
			a[i][j] = math.Ldexp(a[i][j], -exponent)
		}
	}
	return a
}

// sixtyFourths cuts numbers to multiples of 1/64, towards zero: no norm grows.
func sixtyFourths(a [][]float64) [][]float64 {
	for i := range a {
		for j := range a[i] {
			a[i][j] = math.Trunc(64*a[i][j]) / 64
		}
	}
	return a
}

// truncated cuts numbers to six significant bits, towards zero.
func truncated(a [][]float64) [][]float64 {
	for i := range a {
		for j := range a[i] {
			fraction, exponent := math.Frexp(a[i][j])
			a[i][j] = math.Ldexp(math.Trunc(64*fraction)/64, exponent)
		}
	}
	return a
}
