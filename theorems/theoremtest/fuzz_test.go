package theoremtest_test

import (
	"math/rand/v2"
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
// one, and says something of nearly all: no bytes are wasted on what is refused.
func TestBytesReachTheBody(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	inputs := [][]byte{nil, {}, {255}, make([]byte, 4096)}
	for len(inputs) < 40 {
		input := make([]byte, rng.IntN(64))
		if len(inputs)%10 == 0 {
			input = make([]byte, 1024)
		}
		for i := range input {
			input[i] = byte(rng.Uint32())
		}
		inputs = append(inputs, input)
	}
	s, reached, total := theorems.Model(), 0, 0
	for name, family := range map[string][]theorems.Theorem{
		"linearization": linearization.Family(), "conversion": conversion.Family(),
		"meanfield": meanfield.Family(), "bridges": bridges.Family(),
	} {
		d := theoremtest.DecoderOf(family...)
		for _, input := range inputs {
			_, c, instance := d.Decode(input)
			require.NoError(t, generators.CheckShape(instance), "%s: %v", name, input)
			total++
			// A hypothesis that a move broke is an input that an oracle or model refuses.
			if out := c.On(s, instance); !out.NotTried && out.Verdict != theorems.Fails && !strings.Contains(out.Reason, model.ErrInvalid.Error()) {
				reached++
			}
		}
	}
	t.Logf("%d of %d inputs reach a check's body", reached, total)
	require.GreaterOrEqual(t, 100*reached, 99*total)
}
