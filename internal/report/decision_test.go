package report

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rankproof/rankproof/model"
)

func TestDecisionsText(t *testing.T) {
	var b strings.Builder
	Decisions(&b, []model.RankDecision{
		{Of: "J", Rank: 1, Singular: []float64{2, math.Copysign(0, -1)}, Cut: 1e-15},
		{Of: "PJᵀ", Rank: 6, Singular: []float64{6, 5, 4, 3, 2, 1}},
	})
	require.Equal(t, "rank J   is 1   singular values 2 | 0   cut 1e-15\n"+
		"rank PJᵀ is 6   singular values 6, …, 4, 3, 2, 1 | none   cut 0\n", b.String())
}
