package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadOutOfSingularWeakNoise: y_1 = g x + f + e, y_2 = … = f with Var f = 1
// and a weak e say of x what g x + e does, w/(g² + w) is left of its variance 1.
// A dense R says that y_2 = y_3 to 16u/√w of the deviation of e, beside which
// e is a number as long as w ≫ u.
func TestReadOutOfSingularWeakNoise(t *testing.T) {
	for _, repeats := range []int{2, 3, 5} {
		for gain := 1.0; gain <= 0x1p24; gain *= 8 {
			for weak := 0x1p-2; weak >= 0x1p-36; weak /= 4 {
				n := 1 + repeats
				c, full := newArray(n, 1), newArray(n, n)
				c.set(0, 0, gain)
				for i := range full.data {
					full.data[i] = 1
				}
				full.set(0, 0, 1+weak)
				o, err := newReadout(c, denseNoise(full))
				require.NoError(t, err)
				left := o.condition(identityArray(1)).posterior().at(0, 0)
				want := weak / (gain*gain + weak)
				require.LessOrEqual(t, math.Abs(left/want-1), 64*unitRoundoff*float64(n*n)/weak+negligible(n)/math.Sqrt(want),
					"%d repeats, gain %g, weak %g: %g", repeats, gain, weak, left)
			}
		}
	}
}
