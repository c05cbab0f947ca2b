package theorems

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRota: a costly check sits out all rounds but the first of so many, and
// the number of instances stays what it is.
func TestRota(t *testing.T) {
	checks := []Check{{Name: "cheap"}, Check{Name: "costly"}.OneRoundIn(3)}
	var names []string
	for _, c := range rota(checks, 9) {
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"cheap", "costly", "cheap", "cheap", "cheap", "costly", "cheap", "cheap", "cheap"}, names)
	require.Empty(t, rota(checks, 0))
	require.Empty(t, rota(nil, 0))
}
