package conversion

import (
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// Noise that still hides Q, or a part of it, at the σ² that are looked at says nothing of the limit,
// though the fall changes no more.
func TestOrderIsUndecidedWhereNoiseHidesQ(t *testing.T) {
	for _, c := range []struct{ q, r []float64 }{
		{[]float64{0x1p-100}, []float64{1}},
		{[]float64{1, 0x1p-200}, []float64{1, 1}},
		{[]float64{1, 0x1p-200}, []float64{1, 0}},
	} {
		a := [][]float64{{0.5, 0.25}, {0.25, 0.5}}[:len(c.q)]
		read := [][]float64{{1, 0}, {0, 1}}[:len(c.q)]
		for i := range a {
			a[i], read[i] = a[i][:len(c.q)], read[i][:len(c.q)]
		}
		err := decideOrder(generators.System{Form: "structured", A: a, C: read, QDiag: c.q, RDiag: c.r})
		require.ErrorIs(t, err, theorems.ErrUndecided, "%v", c)
	}
}
