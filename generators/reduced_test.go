package generators

import "testing"

// Seeds are instances here too.
func TestMeanFieldSeedsAreInstances(t *testing.T) {
	o := ReducedOptions{MaxUnits: 5, MaxRank: 3, Nonlinearity: AllNonlinearities}
	deterministic(t, "Reduceds", Reduceds(o))
	deterministic(t, "ReducedRuns", ReducedRuns(o))
	deterministic(t, "ReducedGauges", ReducedGauges(o))
	deterministic(t, "Gaugeds", Gaugeds(MixtureOptions{Nonlinearity: AllNonlinearities}))
}
