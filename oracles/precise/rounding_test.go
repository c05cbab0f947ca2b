package precise

import (
	"math"
	"math/big"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// ulps returns how many float64 lie between a and b.
func ulps(a, b float64) float64 {
	order := func(v float64) int64 {
		bits := int64(math.Float64bits(v))
		if bits < 0 {
			return math.MinInt64 - bits
		}
		return bits
	}
	return math.Abs(float64(order(a) - order(b)))
}

// A cross-check with package math, on a grid. Its Exp, Log1p and Erf are within one unit in the last place; the allowances are
// that, multiplied by the condition of the formula beside it.
func TestAgainstPackageMath(t *testing.T) {
	for i := -400; i <= 400; i++ {
		x := float64(i) / 64
		e := math.Exp(-math.Abs(x))
		for _, c := range []struct {
			name      string
			order     int
			want      float64
			allowance float64
		}{
			{"tanh", 0, math.Tanh(x), 4},
			{"tanh", 1, 4 / ((e + 1/e) * (e + 1/e)), 8},
			{"erf", 0, math.Erf(math.Sqrt(math.Pi) / 2 * x), 4},
			{"erf", 1, math.Exp(-math.Pi / 4 * x * x), 2 + 4*math.Pi/4*x*x},
			{"logistic", 0, 1 / (1 + math.Exp(-x)), 4},
			{"logistic", 1, e / ((1 + e) * (1 + e)), 8},
			{"softplus", 0, max(0, x) + math.Log1p(e), 4},
			{"softplus", 1, 1 / (1 + math.Exp(-x)), 4},
		} {
			got := phi(t, c.name, x, c.order)
			require.LessOrEqual(t, ulps(c.want, got), c.allowance, "%s of order %d at %v: math %v, precise %v",
				c.name, c.order, x, c.want, got)
		}
	}
}

// Values that lie next to the middle between two float64, from their expansions at 0 or ∞, the side found by hand.
func TestRoundingNextToTies(t *testing.T) {
	// ½ + x/4 − x³/48 at x = 3·2^-52 is 2^-160 below the middle of ½ + 2^-53 and ½ + 2^-52; a tie would go to the latter.
	require.Equal(t, 0.5+0x1p-53, phi(t, "logistic", 3*0x1p-52, 0))
	require.Equal(t, 0.5+0x1p-53, phi(t, "softplus", 3*0x1p-52, 1))
	require.Equal(t, 0.5+2*0x1p-53, phi(t, "logistic", 5*0x1p-52, 0))
	// Below ½ the spacing is 2^-54: at −3·2^-53 it is 1.5 of them below ½, and a little less.
	require.Equal(t, 0.5-0x1p-54, phi(t, "logistic", -3*0x1p-53, 0))
	// x − x³/3 at 2^-27: 2^-81/3 below x, where half the spacing is 2^-81.
	require.Equal(t, 0x1p-27, phi(t, "tanh", 0x1p-27, 0))
	require.Equal(t, math.Nextafter(0x1p-26, 0), phi(t, "tanh", 0x1p-26, 0)) // 2^-78/3 > 2^-80
	// 1 − x² + … at 2^-27: just above the middle of 1 − 2^-53 and 1.
	require.Equal(t, 1.0, phi(t, "tanh", 0x1p-27, 1))
	require.Equal(t, 1-0x1p-53, phi(t, "tanh", math.Nextafter(0x1p-27, 1), 1))
	// 1 − 2e^−2x against the middle 1 − 2^-54: 2x = 55 ln 2 = 38.1231.
	require.Equal(t, 1-0x1p-53, phi(t, "tanh", 19.061, 0))
	require.Equal(t, 1.0, phi(t, "tanh", 19.062, 0))
}

func TestExtremeArguments(t *testing.T) {
	for _, name := range []string{"tanh", "erf"} {
		for _, x := range []float64{700, 1e300, math.MaxFloat64} {
			require.Equal(t, 1.0, phi(t, name, x, 0))
			require.Equal(t, -1.0, phi(t, name, -x, 0))
		}
		for _, x := range []float64{1e-300, 5e-324, 1e-9} { // φ(x) = x(1 − O(x²))
			require.Equal(t, x, phi(t, name, x, 0))
			require.Equal(t, -x, phi(t, name, -x, 0))
		}
		require.Zero(t, phi(t, name, 0, 0))
		require.False(t, math.Signbit(phi(t, name, math.Copysign(0, -1), 0)))
	}
	for _, name := range smooth() {
		for order := range MaxOrder + 1 {
			for _, x := range []float64{700, 1e300, math.MaxFloat64, 1e-300, 5e-324} {
				for _, x := range []float64{x, -x} {
					v := phi(t, name, x, order)
					if math.Abs(x) > 1e200 && (order > 0 || x < 0) && math.Abs(v) != 1 {
						require.Zero(t, v, "%s %v %d", name, x, order)
					}
				}
			}
		}
	}
	require.Equal(t, 1e300, phi(t, "softplus", 1e300, 0))
	require.Zero(t, phi(t, "softplus", -1e300, 0))
	require.Equal(t, -2e-300, phi(t, "tanh", 1e-300, 2))                // −2x
	require.Equal(t, -2.0, phi(t, "tanh", 1e-300, 3))                   // −2 + 16x²
	require.Equal(t, 0.25, phi(t, "logistic", 1e-300, 1))               // ¼ − x²/16
	require.Equal(t, -math.Pi/2, phi(t, "erf", 1e-300, 3))              // −π/2 + …
	require.Equal(t, -math.Pi/2*0x1p-1000, phi(t, "erf", 0x1p-1000, 2)) // −πx/2 + …
}

// Far out every derivative is an exponential to all of float64, and goes on into the subnormals: decimals by the logarithm,
// lg e^−y = −y·0.43429448190325182765 (17 digits of a literature value), so 12 digits survive at y = 740.
func TestTailsAreRelativelyAccurate(t *testing.T) {
	tail := func(y float64) float64 { // e^−y
		exponent, mantissa := math.Modf(-y * 0.43429448190325182765)
		return math.Pow(10, mantissa) * math.Pow(10, exponent)
	}
	for _, x := range []float64{50, 200, 340, 353} {
		require.Less(t, math.Abs(phi(t, "tanh", x, 1)/(4*tail(2*x))-1), 1e-11)
		require.Less(t, math.Abs(phi(t, "tanh", x, 2)/(-8*tail(2*x))-1), 1e-11)
		require.Less(t, math.Abs(phi(t, "tanh", -x, 3)/(16*tail(2*x))-1), 1e-11)
	}
	for _, x := range []float64{50, 200, 700} {
		for order := range MaxOrder + 1 {
			require.Less(t, math.Abs(phi(t, "logistic", -x, order)/tail(x)-1), 1e-11)
			require.Less(t, math.Abs(phi(t, "softplus", -x, order)/tail(x)-1), 1e-11)
		}
	}
	for _, x := range []float64{10, 20, 29} {
		s := math.Pi / 4 * x * x
		require.Less(t, math.Abs(phi(t, "erf", x, 1)/tail(s)-1), 1e-11)
		require.Less(t, math.Abs(phi(t, "erf", x, 2)/(-math.Pi/2*x*tail(s))-1), 1e-11)
		require.Less(t, math.Abs(phi(t, "erf", x, 3)/(math.Pi*(s-0.5)*tail(s))-1), 1e-11)
	}
	// Half the smallest subnormal is 2^-1075 = e^−745.13322.
	require.Equal(t, 5e-324, phi(t, "logistic", -745.13321, 0))
	require.Zero(t, phi(t, "logistic", -745.13323, 0))
	require.Equal(t, 5e-324, phi(t, "logistic", -745.13321, 3))
	require.Zero(t, phi(t, "softplus", -745.13323, 3))
	require.Equal(t, -5e-324, phi(t, "softplus", 745.13321, 3))
	require.Zero(t, phi(t, "tanh", 745.13323/2+math.Ln2, 1)) // 4e^−2x
	require.Equal(t, 5e-324, phi(t, "tanh", 745.1332/2+math.Ln2, 1))
}

// e^−1e9 has an exponent of 31 bits, and added to 1 the naive way takes a gigabit. Nothing here needs more than a few words.
func TestFarTailsAreCheap(t *testing.T) {
	n := Network{W: [][]float64{{1, 1}, {0, 1}}, Phi: "logistic", Tau: []float64{1, 1}, Bias: []float64{0, 0}}
	phi(t, "softplus", 3e8, 0) // builds the tables
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, x := range []float64{1e6, 1e9, 1e-300} {
		tiny := new(big.Float).SetMantExp(big.NewFloat(x), -1<<30)
		for _, name := range smooth() {
			for order := range MaxOrder + 1 {
				phi(t, name, x, order)
				phi(t, name, -x, order)
				phiBig(t, name, tiny, order)
			}
		}
		got, err := n.ActivationField([]float64{-x, 0.25}, nil)
		require.NoError(t, err)
		require.Less(t, math.Abs(got[1]-(phi(t, "logistic", 0.25, 0)-0.25)), 1e-16)
		_, err = n.ActivityField([]float64{-x, 0.25}, nil)
		require.NoError(t, err)
		_, err = n.FixingBias([]float64{-x, 0.25}, nil)
		require.NoError(t, err)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))
}

func TestKinks(t *testing.T) {
	for _, c := range []struct {
		name string
		x    float64
		want [MaxOrder + 1]float64
	}{
		{"relu", 0, [4]float64{0, 0, 0, 0}},
		{"relu", 5e-324, [4]float64{5e-324, 1, 0, 0}},
		{"relu", -5e-324, [4]float64{0, 0, 0, 0}},
		{"relu", math.MaxFloat64, [4]float64{math.MaxFloat64, 1, 0, 0}},
		{"hard-tanh", 1, [4]float64{1, 0, 0, 0}},
		{"hard-tanh", -1, [4]float64{-1, 0, 0, 0}},
		{"hard-tanh", math.Nextafter(1, 0), [4]float64{math.Nextafter(1, 0), 1, 0, 0}},
		{"hard-tanh", math.Nextafter(-1, 0), [4]float64{math.Nextafter(-1, 0), 1, 0, 0}},
		{"hard-tanh", 0, [4]float64{0, 1, 0, 0}},
		{"hard-tanh", 1e300, [4]float64{1, 0, 0, 0}},
		{"hard-tanh", -1e300, [4]float64{-1, 0, 0, 0}},
		{"identity", -math.MaxFloat64, [4]float64{-math.MaxFloat64, 1, 0, 0}},
		{"identity", 5e-324, [4]float64{5e-324, 1, 0, 0}},
		{"identity", 0, [4]float64{0, 1, 0, 0}},
	} {
		for order, want := range c.want {
			require.Equal(t, want, phi(t, c.name, c.x, order), "%s %v %d", c.name, c.x, order)
			v, _ := phiBig(t, c.name, new(big.Float).SetPrec(100).SetFloat64(c.x), order).Float64()
			require.Equal(t, want, v, "%s %v %d", c.name, c.x, order)
		}
	}
}

// The literals are the smallest float64 that are not below the suprema. Digits: (4/(3√3))² = 16/27 exactly; the other two from
// Python's decimal module at 60 digits, √(π/(2e)) with the published π and its exp.
func TestConstants(t *testing.T) {
	requireRoundedUp := func(digits string, v float64) {
		t.Helper()
		want := bigOf(t, digits, 300)
		require.GreaterOrEqual(t, big.NewFloat(v).Cmp(want), 0)
		require.Negative(t, big.NewFloat(math.Nextafter(v, 0)).Cmp(want))
	}
	requireRoundedUp("0.769800358919501019345531707335943274196802335026835834691468", fourOver3Root3)
	square := new(big.Rat).SetFloat64(fourOver3Root3)
	require.Positive(t, square.Mul(square, square).Cmp(big.NewRat(16, 27)))
	requireRoundedUp("0.096225044864937627418191463416992909274600291858354479336433", oneOver6Root3)
	requireRoundedUp("0.760173450533140402805970073377487813518053709389523168764181", rootPiOver2E)
	requireRoundedUp("1.57079632679489661923132169163975144209858469968755291048747", halfPi)

	for _, name := range Names() {
		lipschitz, second, third := Constants(name)
		for order, sup := range []float64{0, lipschitz, second, third} {
			if order == 0 || math.IsInf(sup, 1) {
				continue
			}
			largest := 0.0
			for i := -1600; i <= 1600; i++ {
				v := math.Abs(phi(t, name, float64(i)/128, order))
				require.LessOrEqual(t, v, sup, "%s %d", name, order)
				largest = max(largest, v)
			}
			require.GreaterOrEqual(t, largest, sup*(1-1e-4), "%s %d", name, order)
		}
	}
	_, second, third := Constants("relu")
	require.True(t, math.IsInf(second, 1) && math.IsInf(third, 1))
	require.Panics(t, func() { Constants("sigmoid") })
}
