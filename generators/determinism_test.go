package generators

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A seed is an instance: whoever draws it, in whatever order, from however many
// goroutines.
func TestSeedsAreInstances(t *testing.T) {
	o := NetworkOptions{MaxUnits: 6, Nonlinearity: AllNonlinearities}
	wise := o
	wise.UnitWiseTau = true
	deterministic(t, "Points", Points(o))
	deterministic(t, "Points, unit-wise τ", Points(wise))
	deterministic(t, "TwoContexts", TwoContexts(o))
	deterministic(t, "Perturbations", Perturbations(o))
	deterministic(t, "EulerSteps", EulerSteps(o))
	deterministic(t, "Runs", Runs(o))
	deterministic(t, "RestingRuns", RestingRuns(o))
	deterministic(t, "SelectedContexts", SelectedContexts(o))
	deterministic(t, "Pairs", Pairs(6))
	deterministic(t, "NilpotentProducts", NilpotentProducts())

	systems, recurrents := SystemOptions{MaxUnits: 4, Initial: Either}, RecurrentOptions{MaxUnits: 5, Initial: Either}
	recordings := RecordingOptions{MaxSteps: 5, Missing: true}
	deterministic(t, "Systems", Systems(systems))
	deterministic(t, "Recurrents", Recurrents(recurrents))
	deterministic(t, "ObservedSystems", ObservedSystems(systems, recordings))
	deterministic(t, "ObservedRecurrents", ObservedRecurrents(recurrents, recordings))
	deterministic(t, "PartlyObservedRecurrents", PartlyObservedRecurrents(recurrents))
	deterministic(t, "LeakyRecurrents", LeakyRecurrents(recurrents))
	deterministic(t, "TransformedSystems", TransformedSystems(systems))
	deterministic(t, "TransformedRecurrents", TransformedRecurrents(recurrents))
}

func deterministic[C any](t *testing.T, name string, gen *rapid.Generator[C]) {
	t.Helper()
	const seeds = 24
	var want [seeds]C
	distinct := map[string]bool{}
	for seed := range seeds {
		want[seed] = gen.Example(seed)
		distinct[fmt.Sprint(want[seed])] = true
	}
	require.Greater(t, len(distinct), seeds/2, "%s: seeds differ in what they draw", name)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for k := range seeds {
				seed := (k*7 + worker*5) % seeds
				if got := gen.Example(seed); !reflect.DeepEqual(want[seed], got) {
					t.Errorf("%s, seed %d: %v, then %v", name, seed, want[seed], got)
				}
			}
		})
	}
	group.Wait()

	for _, c := range want { // and its JSON is the instance
		text, err := json.Marshal(c)
		require.NoError(t, err)
		var back C
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, c, back, "%s", text)
	}
}

// Every kind of the zoo and every nonlinearity comes up within 500 draws, none
// of them rarely. Shares are logged.
func TestEveryKindIsReached(t *testing.T) {
	const count = 500
	o := NetworkOptions{MaxUnits: 8, Nonlinearity: AllNonlinearities, Connectivity: OnlyDense}
	seen := draws(Points(o), count, func(Point) {})
	for _, k := range Zoo() {
		t.Logf("%-20s %4.1f%%", k.Name, 100*float64(seen[k.Name])/count)
		// A uniform draw gives 28 of each, four standard deviations above 8.
		require.Greater(t, seen[k.Name], 7, k.Name)
	}
	for _, phi := range AllNonlinearities {
		t.Logf("%-20s %4.1f%%", phi, 100*float64(seen[phi])/count)
		require.Greater(t, seen[phi], 30, phi) // of 71
	}
	for tag, n := range seen {
		t.Logf("%-20s %4.1f%%", tag, 100*float64(n)/count)
	}
}
