package gfp

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// smallPrimes are few enough elements to try them all; largePrimes are the extremes of what a Field admits.
var (
	smallPrimes = []uint64{3, 5, 7, 11, 13}
	largePrimes = []uint64{1<<60 + 33, 1<<61 - 1}
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 61)) }

func field(t testing.TB, p uint64) Field {
	f, err := NewField(p)
	require.NoError(t, err)
	return f
}

func TestArithmeticOnAllElementsOfSmallFields(t *testing.T) {
	for _, p := range smallPrimes {
		f := field(t, p)
		require.Equal(t, p, f.Prime())
		for a := range int64(p) {
			x := f.Integer(a)
			require.Equal(t, uint64(a), f.Uint64(x))
			require.Equal(t, x, f.Integer(a-int64(p)), "one residue for one element")
			require.Equal(t, x, f.Integer(a+7*int64(p)))
			if a != 0 {
				require.Equal(t, f.One(), f.Mul(x, f.Inv(x)))
			}
			for b := range int64(p) {
				y := f.Integer(b)
				require.Equal(t, uint64(a+b)%p, f.Uint64(f.Add(x, y)))
				require.Equal(t, uint64(a-b+int64(p))%p, f.Uint64(f.Sub(x, y)))
				require.Equal(t, uint64(a*b)%p, f.Uint64(f.Mul(x, y)))
			}
		}
	}
}

func TestArithmeticAgreesWithBigIntegers(t *testing.T) {
	rng := seeded(1)
	for trial := range 200 {
		f := RandomField(rng)
		if trial < len(largePrimes) {
			f = field(t, largePrimes[trial])
		}
		p := new(big.Int).SetUint64(f.Prime())
		require.NotEqual(t, Field{}, f)
		x, y := f.Random(rng), f.Random(rng)
		if trial%10 == 9 {
			x, y = Element{f.p - 1}, Element{f.p - 1} // the largest residues
		}
		a, b := new(big.Int).SetUint64(f.Uint64(x)), new(big.Int).SetUint64(f.Uint64(y))
		k := rng.Uint64()
		for _, c := range []struct {
			name string
			got  Element
			want *big.Int
		}{
			{"add", f.Add(x, y), new(big.Int).Add(a, b)},
			{"sub", f.Sub(x, y), new(big.Int).Sub(a, b)},
			{"neg", f.Neg(x), new(big.Int).Neg(a)},
			{"mul", f.Mul(x, y), new(big.Int).Mul(a, b)},
			{"pow", f.Pow(x, k), new(big.Int).Exp(a, new(big.Int).SetUint64(k), p)},
			{"inv", f.Inv(x), new(big.Int).ModInverse(a, p)},
			{"integer", f.Integer(-int64(k >> 1)), new(big.Int).SetInt64(-int64(k >> 1))},
			{"least", f.Integer(math.MinInt64), big.NewInt(math.MinInt64)},
			{"greatest", f.Integer(math.MaxInt64), big.NewInt(math.MaxInt64)},
		} {
			want := c.want.Mod(c.want, p).Uint64()
			require.Equal(t, want, f.Uint64(c.got), "%s in %v, trial %d", c.name, f, trial)
			require.Less(t, c.got.residue, f.p, "%s in %v", c.name, f)
		}
	}
}

func TestZeroHasNoInverse(t *testing.T) {
	f := field(t, 7)
	require.PanicsWithValue(t, "gfp: division by zero", func() { f.Inv(f.Zero()) })
	require.Equal(t, f.One(), f.Pow(f.Zero(), 0))
}

func TestNewFieldRefuses(t *testing.T) {
	for _, p := range []uint64{0, 1, 2, 4, 9, 561, 1<<61 - 3, 1 << 61, 1<<61 + 15, math.MaxUint64} {
		_, err := NewField(p)
		require.Error(t, err, "%d", p)
	}
	require.Equal(t, "GF(7)", field(t, 7).String())
}

func TestRandomPrimeIsAPrimeOfTheInterval(t *testing.T) {
	rng := seeded(2)
	seen := map[uint64]bool{}
	quarters := [4]int{}
	const draws = 400
	for range draws {
		p := RandomPrime(rng)
		require.False(t, seen[p], "birthday among 2.7e16 primes")
		seen[p] = true
		require.GreaterOrEqual(t, p, uint64(1<<60))
		require.Less(t, p, uint64(1<<61))
		require.True(t, new(big.Int).SetUint64(p).ProbablyPrime(5))
		quarters[p>>58&3]++
	}
	for q, n := range quarters {
		// 100 expected, standard deviation 8.7.
		require.Greater(t, n, 48, "quarter %d", q)
		require.Less(t, n, 152, "quarter %d", q)
	}
}

// The constant that the error probabilities rest on, from the bounds cited beside it.
func TestPrimeCountFollowsFromDusart(t *testing.T) {
	pi := func(bits float64, second float64) float64 {
		l := bits * math.Ln2
		return math.Exp2(bits) / l * (1 + 1/l + second/(l*l))
	}
	require.Greater(t, pi(61, 2)-pi(60, 2.334), float64(PrimeCount))
	require.Less(t, pi(61, 2)-pi(60, 2.334), 1.02*PrimeCount, "and it is not far below")
}

func TestRandomElementsAreUniform(t *testing.T) {
	f, rng := field(t, 7), seeded(3)
	var counts [7]int
	const draws = 70_000
	for range draws {
		counts[f.Uint64(f.Random(rng))]++
	}
	statistic := 0.0
	for _, n := range counts {
		d := float64(n) - draws/7
		statistic += d * d / (draws / 7)
	}
	require.Less(t, statistic, 54.0, "χ² with 6 degrees of freedom exceeds 54 with probability 7e-10: %v", counts)
}

func BenchmarkMul(b *testing.B) {
	f := RandomField(seeded(1))
	x := f.Integer(3)
	for b.Loop() {
		x = f.Mul(x, x)
	}
}

func BenchmarkRandomPrime(b *testing.B) {
	rng := seeded(1)
	for b.Loop() {
		RandomPrime(rng)
	}
}
