package meanfield

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/stretchr/testify/require"
)

// TestTrappingBoxIsThatOfE: what model gives as the box is what M6 claims about.
func TestTrappingBoxIsThatOfE(t *testing.T) {
	gen := generators.Mixtures(generators.MixtureOptions{Nonlinearity: generators.BoundedNonlinearities})
	for seed := range 50 {
		c := gen.Example(seed)
		m, err := c.Model()
		require.NoError(t, err)
		box, err := m.Circuit().TrappingBox()
		require.NoError(t, err)
		for r, upper := range box.Upper {
			want := absoluteMeans(lawsOf(c), r)
			require.LessOrEqual(t, math.Abs(upper-want), 16*0x1p-53*want)
			require.Equal(t, -upper, box.Lower[r])
		}
	}
}
