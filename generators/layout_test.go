package generators

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCheckLayoutNamesTheField: a type that could not be shrunk or replayed is
// refused before anything is drawn.
func TestCheckLayoutNamesTheField(t *testing.T) {
	type Inner struct {
		X []float64 `dim:"N"`
	}
	require.NoError(t, CheckLayout(reflect.TypeFor[Point]()))
	require.NoError(t, CheckLayout(reflect.TypeFor[struct {
		Inner
		Tags []string
		W    [][]float64 `dim:"N,K*" numbers:"few,nonnegative"`
		Word string      `shrink:"a,b"`
		Seed uint64
		On   bool
		Dt   float64 `shrink:"positive"`
	}]()))
	for problem, of := range map[string]reflect.Type{
		"not a struct":             reflect.TypeFor[[]float64](),
		"field x is not exported":  reflect.TypeFor[struct{ x float64 }](),
		"field X has 1 dimensions": reflect.TypeFor[struct{ X []float64 }](),
		"2 dimensions and a tag dim for 1": reflect.TypeFor[struct {
			X [][]float64 `dim:"N"`
		}](),
		"field Tags is no []string":    reflect.TypeFor[struct{ Tags string }](),
		"field M is of map[string]int": reflect.TypeFor[struct{ M map[string]int }](),
		"field P is of *float64":       reflect.TypeFor[struct{ P *float64 }](),
		"neither positive nor nonzero": reflect.TypeFor[struct {
			X float64 `shrink:"postive"`
		}](),
		`numbers of "fewer"`: reflect.TypeFor[struct {
			X float64 `numbers:"fewer"`
		}](),
		"field Z is of complex128, none of float": reflect.TypeFor[struct{ Z complex128 }](),
	} {
		require.ErrorContains(t, CheckLayout(of), problem)
	}
}
