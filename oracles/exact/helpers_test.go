package exact

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// newRand returns a generator with a fixed seed: a test does the same today and tomorrow.
func newRand(t testing.TB, seed uint64) *rand.Rand {
	t.Logf("seed: PCG(%d, 2023)", seed)
	return rand.New(rand.NewPCG(seed, 2023))
}

func rat(a, b int64) *big.Rat { return big.NewRat(a, b) }

func rats(values ...int64) []*big.Rat {
	out := make([]*big.Rat, len(values))
	for i, v := range values {
		out[i] = rat(v, 1)
	}
	return out
}

func requireEqual(t testing.TB, want, got *Matrix) {
	t.Helper()
	require.True(t, want.Equal(got), "want\n%v\ngot\n%v", want, got)
}

func requireRat(t testing.TB, want, got *big.Rat) {
	t.Helper()
	require.Zero(t, want.Cmp(got), "want %v, got %v", want, got)
}

func requirePoly(t testing.TB, want, got Poly) {
	t.Helper()
	require.True(t, want.Equal(got), "want %v, got %v", want, got)
}

// randomMatrix returns a matrix of small fractions; some have zeros, equal rows, or a low rank.
func randomMatrix(r *rand.Rand, rows, cols int) *Matrix {
	kind := r.IntN(4)
	if kind == 0 && rows > 1 && cols > 1 {
		inner := 1 + r.IntN(min(rows, cols)-1)
		return randomMatrix(r, rows, inner).Mul(randomMatrix(r, inner, cols))
	}
	entries := make([]*big.Rat, rows*cols)
	for k := range entries {
		entries[k] = rat(r.Int64N(7)-3, 1)
		switch {
		case kind == 1 && r.IntN(2) == 0:
			entries[k] = new(big.Rat)
		case kind == 2:
			entries[k] = rat(r.Int64N(9)-4, 1+r.Int64N(4))
		}
	}
	return fromRats(rows, cols, entries)
}

// jordan returns the Jordan matrix of blocks of the given sizes at one eigenvalue.
func jordan(mu int64, sizes ...int) *Matrix {
	n := 0
	for _, s := range sizes {
		n += s
	}
	rows := make([][]int64, n)
	for i := range rows {
		rows[i] = make([]int64, n)
		rows[i][i] = mu
	}
	start := 0
	for _, s := range sizes {
		for i := start; i < start+s-1; i++ {
			rows[i][i+1] = 1
		}
		start += s
	}
	return FromInt64(rows)
}

// directSum returns the block diagonal matrix of a and b.
func directSum(a, b *Matrix) *Matrix {
	return VStack(HStack(a, Zero(a.Rows(), b.Cols())), HStack(Zero(b.Rows(), a.Cols()), b))
}

// disguise returns S A S⁻¹ for a random unimodular S: the same spectrum and Jordan form, nothing visible.
func disguise(t testing.TB, r *rand.Rand, a *Matrix) *Matrix {
	n := a.Rows()
	lower, upper := make([][]int64, n), make([][]int64, n)
	for i := range n {
		lower[i], upper[i] = make([]int64, n), make([]int64, n)
		lower[i][i], upper[i][i] = 1, 1
		for j := range i {
			lower[i][j] = r.Int64N(5) - 2
		}
		for j := i + 1; j < n; j++ {
			upper[i][j] = r.Int64N(5) - 2
		}
	}
	s := FromInt64(lower).Mul(FromInt64(upper))
	inverse, err := s.Inverse()
	require.NoError(t, err)
	return s.Mul(a).Mul(inverse)
}

// companion returns the matrix whose characteristic polynomial is the monic p.
func companion(p Poly) *Matrix {
	n := p.Degree()
	entries := zeros(n * n)
	for i := range n {
		if i > 0 {
			entries[i*n+i-1] = rat(1, 1)
		}
		entries[i*n+n-1] = new(big.Rat).Neg(p[i])
	}
	return fromRats(n, n, entries)
}

// complexRoot is re + i·im with rational parts; im ≠ 0 stands for the conjugate pair.
type complexRoot struct{ re, im *big.Rat }

func root(re, im *big.Rat) complexRoot { return complexRoot{re, im} }

// factor returns the real polynomial of the root, or of the conjugate pair.
func (z complexRoot) factor() Poly {
	if z.im.Sign() == 0 {
		return NewPoly(new(big.Rat).Neg(z.re), rat(1, 1))
	}
	return NewPoly(z.squaredModulus(), new(big.Rat).Mul(rat(-2, 1), z.re), rat(1, 1))
}

func (z complexRoot) squaredModulus() *big.Rat {
	re, im := new(big.Rat).Mul(z.re, z.re), new(big.Rat).Mul(z.im, z.im)
	return re.Add(re, im)
}

func fromRoots(roots ...complexRoot) Poly {
	p := PolyFromInt64(1)
	for _, z := range roots {
		p = p.Mul(z.factor())
	}
	return p
}
