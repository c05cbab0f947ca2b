package generators

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// gauged is a failure of two latents whose factors share no column.
func gauged(m, n [][]float64, i []float64) Gauged {
	return Gauged{
		MixturePoint: MixturePoint{
			Mixture: Mixture{Nonlinearity: "identity", Shares: []float64{1}, MeanM: [][]float64{{0, 0}}, MeanN: [][]float64{{0, 0}}, MeanI: []float64{0},
				FactorM: [][][]float64{m}, FactorN: [][][]float64{n}, FactorI: [][]float64{i}},
			Kappa: []float64{0, 0}},
		Shear: [][]float64{{0, 0}, {1, 0}}, Stretch: []float64{0.375, 1}}
}

// onlyOrders fails as long as nothing is simpler than in c.
func onlyOrders(c Gauged) func(Gauged) bool {
	return func(other Gauged) bool { return Simpler(other, c) == 0 }
}

// TestShrinkEndsInOneOrder: witnesses of one bug that differ in the order of
// latents, in all fields or in one, or of columns, shrink to the same.
func TestShrinkEndsInOneOrder(t *testing.T) {
	same := [][]float64{{0, 0.0139, 0}, {0, 0.0139, 0}}
	first := gauged([][]float64{{0, 0, 0}, {1, 0, 0}}, same, []float64{1, 1, 0})
	want := simplest(first, onlyOrders(first))
	require.Equal(t, [][][]float64{{{0, 0, 0}, {0, 0, 1}}}, want.FactorM, "zeros come first")
	turned := gauged([][]float64{{0, 0, 0}, {1, 0, 0}}, same, []float64{1, 1, 0})
	turned.Shear, turned.Stretch = [][]float64{{0, 1}, {0, 0}}, []float64{1, 0.375}
	for _, c := range []Gauged{
		turned,
		gauged([][]float64{{1, 0, 0}, {0, 0, 0}}, same, []float64{1, 1, 0}),
		gauged([][]float64{{0, 1, 0}, {0, 0, 0}}, [][]float64{{0, 0, 0.0139}, {0, 0, 0.0139}}, []float64{0, 1, 1}),
	} {
		require.Equal(t, want, simplest(c, onlyOrders(c)))
	}
	require.Equal(t, [][][]float64{{{0, 0, 0}, {1, 0, 0}}}, first.FactorM, "what was given is left alone")
}

// TestShrinkKeepsAnOrderThatMatters: an order is changed only where that fails too.
func TestShrinkKeepsAnOrderThatMatters(t *testing.T) {
	given := gauged([][]float64{{1, 0, 0}, {0, 0, 0}}, [][]float64{{0, 0.0139, 0}, {0, 0.0139, 0}}, []float64{1, 1, 0})
	small := simplest(given, func(c Gauged) bool { return Simpler(c, given) == 0 && c.FactorM[0][0][0] == 1 })
	require.Equal(t, 1.0, small.FactorM[0][0][0])
}

// TestPatternsOfPermutedInstances: whatever the order of indices, the pattern is
// one, where all orders can be looked at; and none is lost of what is there.
func TestPatternsOfPermutedInstances(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	gen := Gaugeds(MixtureOptions{Nonlinearity: []string{"tanh"}})
	tried := 0
	for seed := range 60 {
		c := gen.Example(seed)
		orders := reorderings(fieldsOf(copyOf(c)))
		all := 1
		for _, n := range Sizes(c) {
			all *= len(permutations(n))
		}
		if all > mostOrders {
			continue
		}
		require.Len(t, orders, all)
		want := fmt.Sprintf("%+v", Pattern(c))
		for range 5 {
			v := copyOf(c)
			orders[rng.IntN(len(orders))](fieldsOf(v))
			require.Equal(t, want, fmt.Sprintf("%+v", Pattern(v.Interface())))
			tried++
		}
		marked, pattern := copyOf(c), copyOf(Pattern(c))
		sum := func(fields []field) (sum float64) {
			for _, x := range numbersOf(fields) {
				sum += something(x)
			}
			return sum
		}
		require.Equal(t, sum(fieldsOf(marked)), sum(fieldsOf(pattern)))
	}
	require.Greater(t, tried, 50)
	require.Nil(t, Pattern(nil))
	require.Equal(t, "text", Pattern("text"))
}

func TestPermutations(t *testing.T) {
	seen := map[string]bool{}
	for _, order := range permutations(4) {
		seen[fmt.Sprint(order)] = true
	}
	require.Len(t, seen, 24)
}
