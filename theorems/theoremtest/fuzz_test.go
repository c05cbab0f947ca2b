package theoremtest_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/bridges"
	"github.com/rankproof/rankproof/theorems/conversion"
	"github.com/rankproof/rankproof/theorems/linearization"
	"github.com/rankproof/rankproof/theorems/meanfield"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

// TestBytesReachTheBody: whatever the bytes, a check judges an instance that is
// one, and says something of at least 99 % of all inputs, with 95 % confidence: no
// bytes are wasted on what is refused.
func TestBytesReachTheBody(t *testing.T) {
	const each = 120 // inputs of a family
	rng := rand.New(rand.NewPCG(1, 2))
	s, total, refused := theorems.Model(), 0, 0
	for _, family := range [][]theorems.Theorem{linearization.Family(), conversion.Family(), meanfield.Family(), bridges.Family()} {
		d := theoremtest.DecoderOf(family...)
		for _, special := range [][]byte{nil, {255}, make([]byte, 4096)} {
			require.True(t, reaches(t, s, d, special))
		}
		for i := range each {
			input := make([]byte, rng.IntN(64))
			if i%10 == 0 {
				input = make([]byte, 1024)
			}
			for k := range input {
				input[k] = byte(rng.Uint32())
			}
			if total++; !reaches(t, s, d, input) {
				refused++
				t.Logf("refused: %x", input)
			}
		}
	}
	t.Logf("%d of %d inputs reach a check's body", total-refused, total)
	require.LessOrEqual(t, atMost(refused, total, 0.01), 0.05, "so few would be refused too often if 1 in 100 were")
	require.Greater(t, atMost(0, 160, 0.01), 0.05, "160 inputs would not show it")
}

// reaches reports whether a check says something of what bytes are decoded to: a
// hypothesis that a move broke is an instance that an oracle or model refuses.
func reaches(t *testing.T, s theorems.Subject, d *theoremtest.Decoder, input []byte) bool {
	t.Helper()
	_, c, instance := d.Decode(input)
	require.NoError(t, generators.CheckShape(instance), "%x", input)
	out := c.On(s, instance)
	return !out.NotTried && out.Verdict != theorems.Fails && !strings.Contains(out.Reason, model.ErrInvalid.Error())
}

// atMost is the probability that of n inputs at most k are refused, if each is
// with probability p.
func atMost(k, n int, p float64) (sum float64) {
	term := math.Pow(1-p, float64(n))
	for i := range k + 1 {
		sum += term
		term *= float64(n-i) / float64(i+1) * p / (1 - p)
	}
	return sum
}

// TestMissingBytesAreZero: of the check, of the seed, and of a move that has
// begun. What is not begun is no move, so that zeros behind a whole move are
// moves of their own.
func TestMissingBytesAreZero(t *testing.T) {
	d := theoremtest.DecoderOf(conversion.Family()...)
	same := func(a, b []byte) bool {
		_, ca, x := d.Decode(a)
		_, cb, y := d.Decode(b)
		return ca.Name == cb.Name && reflect.DeepEqual(x, y)
	}
	require.True(t, same(nil, make([]byte, 5)))
	require.True(t, same([]byte{3, 1}, []byte{3, 1, 0, 0, 0}))
	require.True(t, same([]byte{3, 1, 0, 0, 0, 11, 1}, []byte{3, 1, 0, 0, 0, 11, 1, 0}), "an index dropped, the first")
	require.False(t, same([]byte{3, 1}, []byte{3, 1, 1}), "another seed")
}
