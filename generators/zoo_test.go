package generators

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// sound says what every n×n matrix of a kind is. Exact kinds are decided in
// rationals, with no tolerance; the others up to a count of roundings.
var sound = map[string]func(t *testing.T, a [][]float64){
	"zero": func(t *testing.T, a [][]float64) { require.True(t, rational(t, a).IsZero()) },
	"scaled identity": func(t *testing.T, a [][]float64) {
		require.NotZero(t, a[0][0])
		require.True(t, rational(t, minus(a, a[0][0])).IsZero())
	},
	"diagonal": func(t *testing.T, a [][]float64) {
		for i, row := range a {
			for j, x := range row {
				require.True(t, i == j || x == 0)
			}
		}
	},
	"nilpotent": func(t *testing.T, a [][]float64) { require.True(t, rational(t, a).Pow(len(a)).IsZero()) },
	"jordan": func(t *testing.T, a [][]float64) {
		m := rational(t, a)
		require.Equal(t, len(a) >= 2, defectiveByRanks(m))
		require.Equal(t, len(a), realRoots(m.CharPoly()), "integer eigenvalues")
	},
	"permutation": func(t *testing.T, a [][]float64) {
		m := rational(t, a)
		require.True(t, m.T().Mul(m).Equal(exact.Identity(len(a))), "orthogonal, exactly")
		for _, row := range a {
			require.Equal(t, 1.0, dense.VectorNorm1(row), "one entry of ±1 a row")
			require.Equal(t, 1.0, sum(row), "and that one is +1")
		}
	},
	"companion": func(t *testing.T, a [][]float64) {
		// det(tI − C) = tⁿ − Σ c_i tⁱ, c the last column.
		n := len(a)
		p := rational(t, a).CharPoly()
		require.Equal(t, n, p.Degree())
		for i := range n {
			c, _ := p[i].Float64()
			require.Zero(t, a[i][n-1]+c)
		}
	},
	"rank one": func(t *testing.T, a [][]float64) { require.LessOrEqual(t, rational(t, a).Rank(), 1) },
	"skew": func(t *testing.T, a [][]float64) {
		m := rational(t, a)
		require.True(t, m.Add(m.T()).IsZero())
	},
	"small integers": func(t *testing.T, a [][]float64) {
		for _, row := range a {
			require.LessOrEqual(t, dense.VectorNormInf(row), 3.0)
		}
	},
	"gaussian": func(t *testing.T, a [][]float64) { require.NotZero(t, frobenius(a)) },
	"graded": func(t *testing.T, a [][]float64) {
		if len(a) >= 2 { // 10⁸ and 10⁻⁸ times Gaussian rows, which are not as far apart as 10⁴
			require.Greater(t, dense.VectorNorm2(a[1])/dense.VectorNorm2(a[0]), 1e12)
		}
	},
	"clustered": func(t *testing.T, a [][]float64) {
		// QΛQᵀ, Q off by nQError and two products of n terms more.
		n := float64(len(a))
		slack := (2*orthogonality(len(a)) + 4*n*n*u) * frobenius(a)
		require.LessOrEqual(t, dense.NormFro(skewPart(a)), slack, "symmetric")
		s := dense.SingularValues(a)
		g := s[len(s)-1]
		require.LessOrEqual(t, math.Abs(s[0]/g-1-1e-6*(n-1)), 4*slack/g, "g … g(1 + 1e-6(n−1))")
		require.GreaterOrEqual(t, g, 0.5-slack)
		require.LessOrEqual(t, g, 1.5+slack)
	},
	"orthogonal": func(t *testing.T, a [][]float64) {
		gram := multiply(transpose(a), a)
		require.LessOrEqual(t, dense.NormFro(minus(gram, 1)), 2*orthogonality(len(a)))
	},
	"stochastic": func(t *testing.T, a [][]float64) {
		for _, row := range a {
			for _, x := range row {
				require.GreaterOrEqual(t, x, 0.0)
			}
			// The sum that divides and the sum here round n−1 times each, a quotient once.
			require.LessOrEqual(t, math.Abs(sum(row)-1), float64(2*len(row)+2)*u)
		}
	},
	"prescribed spectrum": func(t *testing.T, a [][]float64) {
		// Blocks on the diagonal are the spectrum, whatever is above them; a
		// similarity by Q moves it by rounding, which does not close a pair: its
		// imaginary part is 0.5 sin 0.04 at least.
		require.Equal(t, len(a)%2, realRoots(rational(t, a).CharPoly()))
	},
	"nearly defective": func(t *testing.T, a [][]float64) {
		rounded, distance := zeros(len(a), len(a)), 0.0
		for i := range a {
			for j := range a[i] {
				rounded[i][j] = math.Round(a[i][j])
				distance = max(distance, math.Abs(a[i][j]-rounded[i][j]))
			}
		}
		require.Equal(t, len(a) >= 2, defectiveByRanks(rational(t, rounded)))
		require.NotZero(t, distance)
		// 1e-10 times a Gaussian, of which none in this test is beyond ten.
		require.Less(t, distance, 1e-9)
	},
	"plane projector": func(t *testing.T, a [][]float64) {
		// QQᵀ for two columns of Q: P² − P is QᵀQ − I once on either side.
		slack := 4*orthogonality(len(a)) + float64(4*len(a))*u
		rest := multiply(a, a)
		for i := range rest {
			for j := range rest[i] {
				rest[i][j] -= a[i][j]
			}
		}
		require.LessOrEqual(t, dense.NormFro(rest), slack)
		trace := 0.0
		for i := range a {
			trace += a[i][i]
		}
		require.LessOrEqual(t, math.Abs(trace-float64(min(2, len(a)))), slack)
	},
}

// orthogonality bounds ‖QᵀQ − I‖_F of a product of n reflections. One of them,
// applied to n rows of norm 1, sums n terms twice, scales and subtracts: 4n+8
// roundings of numbers of size 1 a row.
func orthogonality(n int) float64 {
	return 2 * float64(n) * float64(4*n+8) * u * math.Sqrt(float64(n))
}

func skewPart(a [][]float64) [][]float64 {
	out := zeros(len(a), len(a))
	for i := range a {
		for j := range a[i] {
			out[i][j] = a[i][j] - a[j][i]
		}
	}
	return out
}

func sum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

// eachSample calls f for 25 samples of each size up to 6 of a kind.
func eachSample(k Kind, f func(n int, a [][]float64)) {
	for n := 1; n <= 6; n++ {
		for seed := range uint64(25) {
			f(n, k.Sample(rand.New(rand.NewPCG(seed, uint64(n))), n))
		}
	}
}

func TestKindsAreSound(t *testing.T) {
	require.Len(t, Zoo(), len(sound), "every kind has its test")
	require.GreaterOrEqual(t, len(Zoo()), 12)
	for _, k := range Zoo() {
		t.Run(k.Name, func(t *testing.T) {
			check := sound[k.Name]
			require.NotNil(t, check)
			largest := 0.0
			eachSample(k, func(n int, a [][]float64) {
				require.Len(t, a, n)
				for _, row := range a {
					require.Len(t, row, n)
					for _, x := range row {
						require.False(t, math.IsNaN(x) || math.IsInf(x, 0))
						require.True(t, !k.Exact || isInteger(x), "exact kinds have integers")
						largest = max(largest, math.Abs(x))
					}
				}
				check(t, a)
				if k.Exact {
					// Shears at most quadruple an entry, and there are n of them; 9 is 3·3.
					require.LessOrEqual(t, largest, max(9, 2*math.Pow(4, float64(n))))
				}
			})
			t.Logf("largest entry %.3g", largest)
		})
	}
}

// edgeHolds decides what an edge says of a matrix, in rationals.
var edgeHolds = map[string]func(t *testing.T, a [][]float64) bool{
	"W = 0":               func(t *testing.T, a [][]float64) bool { return rational(t, a).IsZero() },
	"W singular":          func(t *testing.T, a [][]float64) bool { return rational(t, a).Rank() < len(a) },
	"W nilpotent":         func(t *testing.T, a [][]float64) bool { return rational(t, a).Pow(len(a)).IsZero() },
	"W defective":         func(t *testing.T, a [][]float64) bool { return defective(rational(t, a)) },
	"repeated eigenvalue": func(t *testing.T, a [][]float64) bool { return repeated(rational(t, a).CharPoly()) },
	"complex spectrum":    func(t *testing.T, a [][]float64) bool { return realRoots(rational(t, a).CharPoly()) < len(a) },
	// The kind's own test says what these are.
	"graded rows":        func(*testing.T, [][]float64) bool { return true },
	"clustered spectrum": func(*testing.T, [][]float64) bool { return true },
	"nearly defective":   func(*testing.T, [][]float64) bool { return true },
}

// byRounding are the kinds that have an edge only up to rounding: exactly, the
// float64 matrix is regular, with eigenvalues that differ.
var byRounding = map[string]bool{"plane projector": true}

func TestEdgesOfKindsAreTrue(t *testing.T) {
	for _, k := range Zoo() {
		if k.Edges == nil || byRounding[k.Name] {
			continue
		}
		eachSample(k, func(n int, a [][]float64) {
			for _, edge := range k.Edges(n) {
				holds, known := edgeHolds[edge]
				require.True(t, known, "%s: edge %q has no test", k.Name, edge)
				require.True(t, holds(t, a), "%s, n = %d: %q is false of %v", k.Name, n, edge, a)
			}
		})
	}
}

func TestKindNamed(t *testing.T) {
	for _, k := range Zoo() {
		require.Equal(t, k.Name, KindNamed(k.Name).Name)
	}
	require.PanicsWithValue(t, "generators: no kind named unicorn", func() { KindNamed("unicorn") })
}
