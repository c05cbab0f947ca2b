package generators

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCheckLayoutNamesTheField: a type that could not be shrunk or replayed is
// refused before anything is drawn.
func TestCheckLayoutNamesTheField(t *testing.T) {
	type Inner struct {
		X []float64 `dim:"N"`
	}
	require.NoError(t, CheckLayout[Point]())
	require.NoError(t, CheckLayout[struct {
		Inner
		Tags []string
		W    [][]float64 `dim:"N,K*" numbers:"few,nonnegative"`
		Word string      `shrink:"a,b"`
		Seed uint64
		On   bool
		Dt   float64 `shrink:"positive"`
	}]())
	for problem, check := range map[string]func() error{
		"not a struct":             CheckLayout[[]float64],
		"field x is not exported":  CheckLayout[struct{ x float64 }],
		"field X has 1 dimensions": CheckLayout[struct{ X []float64 }],
		"2 dimensions and a tag dim for 1": CheckLayout[struct {
			X [][]float64 `dim:"N"`
		}],
		"field Tags is no []string":    CheckLayout[struct{ Tags string }],
		"field M is of map[string]int": CheckLayout[struct{ M map[string]int }],
		"field P is of *float64":       CheckLayout[struct{ P *float64 }],
		"neither positive nor nonzero": CheckLayout[struct {
			X float64 `shrink:"postive"`
		}],
		`numbers of "fewer"`: CheckLayout[struct {
			X float64 `numbers:"fewer"`
		}],
		"field Z is of complex128, none of float": CheckLayout[struct{ Z complex128 }],
	} {
		require.ErrorContains(t, check(), problem)
	}
}
