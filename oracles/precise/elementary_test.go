package precise

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// bigOf parses a decimal of any length at the given precision.
func bigOf(t *testing.T, decimal string, prec uint) *big.Float {
	t.Helper()
	z, _, err := big.ParseFloat(decimal, 10, prec, big.ToNearestEven)
	require.NoError(t, err)
	return z
}

// requireClose fails unless got = want(1 ± 2^-bits), with want the more precise.
func requireClose(t *testing.T, want, got *big.Float, bits int, msg ...any) {
	t.Helper()
	prec := max(want.Prec(), got.Prec()) + 64
	difference := new(big.Float).SetPrec(prec).Sub(want, got)
	bound := new(big.Float).SetMantExp(want, -bits)
	require.LessOrEqual(t, difference.Abs(difference).Cmp(bound.Abs(bound)), 0,
		"want %s\ngot  %s, apart by %s, %v", want.Text('p', 0), got.Text('p', 0), difference.Text('p', 0), msg) // decimals take forever
}

// The digits are the published ones (OEIS A002162, A000796).
func TestLn2AndPi(t *testing.T) {
	const (
		digitsLn2 = "0.693147180559945309417232121458176568075500134360255254120680009493393621969694715605863326996418687"
		digitsPi  = "3.141592653589793238462643383279502884197169399375105820974944592307816406286208998628034825342117067"
	)
	for _, prec := range []uint{64, 128, 300} {
		requireClose(t, bigOf(t, digitsLn2, 400), ln2(prec), int(prec)-2)
		requireClose(t, bigOf(t, digitsPi, 400), pi(prec), int(prec)-2)
	}
}

// rationalExp is e^x from the power series at x itself, without argument reduction, in rationals: another algorithm than exp's.
func rationalExp(x *big.Rat) *big.Rat {
	sum, term := big.NewRat(1, 1), big.NewRat(1, 1)
	for n := int64(1); n < 160; n++ {
		term.Mul(term, x)
		term.Mul(term, big.NewRat(1, n))
		sum.Add(sum, term)
	}
	return sum
}

func floatOf(x *big.Rat, prec uint) *big.Float { return new(big.Float).SetPrec(prec).SetRat(x) }

func TestExpAndExpm1AgainstThePowerSeries(t *testing.T) {
	for _, w := range []uint{128, 320, 512} {
		table := tableFor(w)
		for _, x := range []*big.Rat{big.NewRat(1, 1), big.NewRat(-1, 1), big.NewRat(5, 16), big.NewRat(-45, 8), big.NewRat(45, 8),
			big.NewRat(-11, 32), big.NewRat(1, 1<<40), big.NewRat(-1, 1<<40)} {
			want := rationalExp(x)
			requireClose(t, floatOf(want, 700), table.exp(floatOf(x, 64)), int(w)-12, "exp", x, w)
			want.Sub(want, big.NewRat(1, 1))
			requireClose(t, floatOf(want, 700), table.expm1(floatOf(x, 64)), int(w)-12, "expm1", x, w)
		}
	}
}

// e^1000 = (e^1)^1000, by repeated multiplication: the multiple of ln 2 that is taken off has all its bits.
func TestExpOfLargeArguments(t *testing.T) {
	table := tableFor(192)
	power, e := big.NewFloat(1).SetPrec(600), floatOf(rationalExp(big.NewRat(1, 1)), 600)
	for range 1000 {
		power.Mul(power, e)
	}
	requireClose(t, power, table.exp(big.NewFloat(1000)), 180)
	requireClose(t, power.Quo(big.NewFloat(1).SetPrec(600), power), table.exp(big.NewFloat(-1000)), 180)
	require.Zero(t, table.exp(big.NewFloat(-1e300)).Sign())
	require.True(t, table.exp(big.NewFloat(1e300)).IsInf())
	// 2^32 > |x| > 2^31 ln 2: beyond the exponents of big.Float, but not refused beforehand.
	require.Zero(t, table.exp(big.NewFloat(-3e9)).Sign())
}

// The guess decides how long it takes, not what comes out.
func TestLog1pWhateverTheGuess(t *testing.T) {
	table := tableFor(192)
	for _, y := range []float64{1, 0.75, 0.1, 1e-3, 1e-20, 1e-300, 5e-324} {
		want := tableFor(320).log1p(big.NewFloat(y))
		// ln(1+y) is what expm1 takes back to y.
		requireClose(t, big.NewFloat(y), tableFor(320).expm1(want), 300, y)
		for _, guess := range []float64{math.Log1p(y), 0, y / 2, 0.99 * y} {
			requireClose(t, want, table.log1pFrom(big.NewFloat(y), guess), 180, y, guess)
		}
	}
	require.Zero(t, table.log1p(new(big.Float)).Sign())
}
