package theorems

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRota: a costly check sits out all rounds but the first of so many, as often as
// the others' rounds come round.
func TestRota(t *testing.T) {
	checks := []Check{{Name: "cheap"}, Check{Name: "costly"}.OneRoundIn(3)}
	var names []string
	for _, c := range rota(checks) {
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"cheap", "costly", "cheap", "cheap"}, names)
	require.Len(t, rota(append(checks, Check{Name: "costlier"}.OneRoundIn(2))), 6+2+3)
	require.Empty(t, rota(nil))
}
