package generators

import (
	"math"
	"math/big"
	"os"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// TestMain trades memory, of which little is used, for time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

// copyAs, simplest and mutated keep the type of what is copied and changed.
func copyAs[C any](instance C) C { return Copy(instance).(C) }

func simplest[C any](instance C, fails func(C) bool) C {
	return Shrink(instance, func(c any) bool { return fails(c.(C)) }).(C)
}

func mutated[C any](instance C, moves []byte, domain *Domain) C {
	return Mutate(instance, moves, domain).(C)
}

// u is the unit roundoff of float64.
const u = 0x1p-53

// rational returns the matrix exactly as it is.
func rational(t testing.TB, a [][]float64) *exact.Matrix {
	t.Helper()
	m, err := exact.FromFloat64(a)
	require.NoError(t, err)
	return m
}

// repeated reports whether a characteristic polynomial has a multiple root.
func repeated(p exact.Poly) bool { return p.GCD(p.Derivative()).Degree() > 0 }

// realRoots counts the real roots, with their multiplicities.
func realRoots(p exact.Poly) int {
	n := 0
	for _, f := range p.SquareFree() {
		n += f.Multiplicity * f.Poly.RealRootsIn(nil, nil)
	}
	return n
}

// defective reports whether A lacks an eigenbasis: whether the product of A − μ
// over the distinct eigenvalues μ, complex ones included, is not zero. That is
// the square-free part of the characteristic polynomial, at A.
func defective(a *exact.Matrix) bool {
	radical := exact.PolyFromInt64(1)
	for _, f := range a.CharPoly().SquareFree() {
		radical = radical.Mul(f.Poly)
	}
	return !radical.EvalMatrix(a).IsZero()
}

// defectiveByRanks is the same for rational eigenvalues: a rank that falls twice.
func defectiveByRanks(a *exact.Matrix) bool {
	return slices.ContainsFunc(a.CharPoly().RationalRoots(), func(mu *big.Rat) bool {
		ranks := a.JordanRanks(mu, 2)
		return ranks[2] < ranks[1]
	})
}

func frobenius(a [][]float64) float64 {
	sum := 0.0
	for _, row := range a {
		for _, x := range row {
			sum += x * x
		}
	}
	return math.Sqrt(sum)
}

// minus returns A − c·I.
func minus(a [][]float64, c float64) [][]float64 {
	out := zeros(len(a), len(a))
	for i := range a {
		copy(out[i], a[i])
		out[i][i] -= c
	}
	return out
}

func isInteger(x float64) bool { return x == math.Trunc(x) }

func has(tags []string, tag string) bool { return slices.Contains(tags, tag) }
