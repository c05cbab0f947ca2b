package generators

import (
	"math"
	"math/rand/v2"
)

// Kind is a structured kind of square matrix.
type Kind struct {
	Name string
	// Edges are the hard cases that every matrix of this kind of size n is.
	Edges func(n int) []string
	// Exact kinds have small integer entries, so that rational arithmetic on
	// them stays cheap.
	Exact  bool
	sample func(rng *rand.Rand, n int) [][]float64
}

// Sample returns an n×n matrix of the kind, n ≥ 1.
func (k Kind) Sample(rng *rand.Rand, n int) [][]float64 { return k.sample(rng, n) }

// Zoo returns every kind of matrix.
func Zoo() []Kind {
	always := func(edges ...string) func(int) []string { return func(int) []string { return edges } }
	from := func(least int, edges ...string) func(int) []string {
		return func(n int) []string {
			if n < least {
				return nil
			}
			return edges
		}
	}
	return []Kind{
		{"zero", always("W = 0", "W singular"), true, func(_ *rand.Rand, n int) [][]float64 { return zeros(n, n) }},
		{"scaled identity", from(2, "repeated eigenvalue"), true, scaledIdentity},
		{"diagonal", nil, true, diagonal},
		{"nilpotent", always("W nilpotent", "W singular"), true, nilpotent},
		{"jordan", from(2, "W defective"), true, jordan},
		{"permutation", nil, true, permutation},
		{"companion", nil, true, companion},
		{"rank one", from(2, "W singular"), true, rankOne},
		{"skew", from(2, "complex spectrum"), true, skew},
		{"small integers", nil, true, smallIntegers},
		{"gaussian", nil, false, gaussianSquare},
		{"graded", from(2, "graded rows"), false, graded},
		{"clustered", from(2, "clustered spectrum"), false, clustered},
		{"orthogonal", nil, false, orthogonal},
		{"stochastic", nil, false, stochastic},
		{"prescribed spectrum", from(2, "complex spectrum"), false, prescribed},
		{"nearly defective", from(2, "nearly defective"), false, nearlyDefective},
		{"plane projector", from(3, "repeated eigenvalue", "W singular"), true, planeProjector},
	}
}

// KindNamed returns the kind of that name; it panics on a name that is not in
// the Zoo, which is a mistake in a generator.
func KindNamed(name string) Kind {
	for _, k := range Zoo() {
		if k.Name == name {
			return k
		}
	}
	panic("generators: no kind named " + name)
}

func zeros(rows, cols int) [][]float64 {
	a := make([][]float64, rows)
	for i := range a {
		a[i] = make([]float64, cols)
	}
	return a
}

func gaussian(rng *rand.Rand, rows, cols int, scale float64) [][]float64 {
	a := zeros(rows, cols)
	for i := range a {
		for j := range a[i] {
			a[i][j] = scale * rng.NormFloat64()
		}
	}
	return a
}

func multiply(a, b [][]float64) [][]float64 {
	out := zeros(len(a), len(b[0]))
	for i := range a {
		for k := range b {
			for j := range b[k] {
				out[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return out
}

func transpose(a [][]float64) [][]float64 {
	out := zeros(len(a[0]), len(a))
	for i := range a {
		for j := range a[i] {
			out[j][i] = a[i][j]
		}
	}
	return out
}

// integer returns an integer uniform on −m … m.
func integer(rng *rand.Rand, m int) float64 { return float64(rng.IntN(2*m+1) - m) }

// nonzeroInteger returns an integer uniform on −m … m without 0.
func nonzeroInteger(rng *rand.Rand, m int) float64 {
	v := float64(1 + rng.IntN(m))
	if rng.IntN(2) == 0 {
		return -v
	}
	return v
}

func scaledIdentity(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	s := nonzeroInteger(rng, 3)
	for i := range a {
		a[i][i] = s
	}
	return a
}

func diagonal(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	for i := range a {
		a[i][i] = integer(rng, 3)
	}
	return a
}

// nilpotent is strictly triangular after a relabelling of the units.
func nilpotent(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	order := rng.Perm(n)
	for i := range n {
		for j := i + 1; j < n; j++ {
			if rng.IntN(3) > 0 {
				a[order[i]][order[j]] = integer(rng, 3)
			}
		}
	}
	return a
}

// jordan hides Jordan blocks, one of them of size ≥ 2, behind a similarity by
// integer shears, which keeps entries integers.
func jordan(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	eigenvalue := integer(rng, 2)
	for i := range n {
		a[i][i] = eigenvalue
		chained := i == 0 || rng.IntN(2) == 0
		if i+1 < n && chained {
			a[i][i+1] = 1
		} else {
			eigenvalue = integer(rng, 2)
		}
	}
	shear(rng, a, 1+rng.IntN(n))
	return a
}

// shear applies similarities a ↦ S a S⁻¹ with S = I ± e_i e_jᵀ in place.
func shear(rng *rand.Rand, a [][]float64, times int) {
	n := len(a)
	if n < 2 {
		return
	}
	for range times {
		i := rng.IntN(n)
		j := (i + 1 + rng.IntN(n-1)) % n
		s := nonzeroInteger(rng, 1)
		for k := range n {
			a[i][k] += s * a[j][k]
		}
		for k := range n {
			a[k][j] -= s * a[k][i]
		}
	}
}

func permutation(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	for i, j := range rng.Perm(n) {
		a[i][j] = 1
	}
	return a
}

func companion(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	for i := range n {
		a[i][n-1] = integer(rng, 2)
		if i > 0 {
			a[i][i-1] = 1
		}
	}
	return a
}

func rankOne(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	v := make([]float64, n)
	for j := range v {
		v[j] = integer(rng, 3)
	}
	for i := range a {
		m := integer(rng, 3)
		for j := range v {
			a[i][j] = m * v[j]
		}
	}
	return a
}

// skew has entry (0,1) non-zero and so a purely imaginary pair.
func skew(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	for i := range n {
		for j := range i {
			v := integer(rng, 3)
			if i == 1 {
				v = nonzeroInteger(rng, 3)
			}
			a[i][j], a[j][i] = v, -v
		}
	}
	return a
}

func smallIntegers(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	for i := range a {
		for j := range a[i] {
			a[i][j] = integer(rng, 3)
		}
	}
	return a
}

// gaussianSquare has spectral radius about g for a g between ½ and 4.
func gaussianSquare(rng *rand.Rand, n int) [][]float64 {
	g := 0.5 * math.Pow(8, rng.Float64())
	return gaussian(rng, n, n, g/math.Sqrt(float64(n)))
}

// graded has rows of size 1e-8 … 1e8, both ends present.
func graded(rng *rand.Rand, n int) [][]float64 {
	a := gaussian(rng, n, n, 1)
	for i := range a {
		exponent := 16*rng.Float64() - 8
		switch i {
		case 0:
			exponent = -8
		case 1:
			exponent = 8
		}
		for j := range a[i] {
			a[i][j] *= math.Pow(10, exponent)
		}
	}
	return a
}

// clustered is symmetric with eigenvalues g(1 + 1e-6 k), k < n.
func clustered(rng *rand.Rand, n int) [][]float64 {
	q := orthogonal(rng, n)
	scaled := zeros(n, n)
	g := 0.5 + rng.Float64()
	for i := range q {
		for j := range q[i] {
			scaled[i][j] = q[i][j] * g * (1 + 1e-6*float64(j))
		}
	}
	return multiply(scaled, transpose(q))
}

// orthogonal is a product of n Householder reflections.
func orthogonal(rng *rand.Rand, n int) [][]float64 {
	q := zeros(n, n)
	for i := range q {
		q[i][i] = 1
	}
	for range n {
		v := make([]float64, n)
		length := 0.0
		for i := range v {
			v[i] = rng.NormFloat64()
			length += v[i] * v[i]
		}
		for i := range q {
			dot := 0.0
			for j := range v {
				dot += q[i][j] * v[j]
			}
			for j := range v {
				q[i][j] -= 2 * dot * v[j] / length
			}
		}
	}
	return q
}

// stochastic has non-negative rows that sum to 1, and so the eigenvalue 1.
func stochastic(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	for i := range a {
		sum := 0.0
		for j := range a[i] {
			a[i][j] = rng.ExpFloat64()
			sum += a[i][j]
		}
		for j := range a[i] {
			a[i][j] /= sum
		}
	}
	return a
}

// prescribed has complex pairs ρ e^{±iθ} on 2×2 blocks, coupled above the
// blocks (non-normal) and hidden by an orthogonal similarity.
func prescribed(rng *rand.Rand, n int) [][]float64 {
	t := zeros(n, n)
	for i := range n {
		for j := i + 1; j < n; j++ {
			t[i][j] = 0.3 * rng.NormFloat64()
		}
		t[i][i] = 2*rng.Float64() - 1
	}
	for i := 0; i+1 < n; i += 2 {
		radius, angle := 0.5+rng.Float64(), 0.1+3*rng.Float64()
		c, s := radius*math.Cos(angle), radius*math.Sin(angle)
		t[i][i], t[i][i+1], t[i+1][i], t[i+1][i+1] = c, -s, s, c
	}
	q := orthogonal(rng, n)
	return multiply(multiply(q, t), transpose(q))
}

// nearlyDefective is a Jordan matrix moved by 1e-10.
func nearlyDefective(rng *rand.Rand, n int) [][]float64 {
	a := jordan(rng, n)
	for i := range a {
		for j := range a[i] {
			a[i][j] += 1e-10 * rng.NormFloat64()
		}
	}
	return a
}

// planeProjector projects on a plane, obliquely: with φ the identity every
// point of the plane is a fixed point, as on a ring attractor's tangent.
func planeProjector(rng *rand.Rand, n int) [][]float64 {
	a := zeros(n, n)
	for i := range min(2, n) {
		a[i][i] = 1
	}
	shear(rng, a, n)
	return a
}
