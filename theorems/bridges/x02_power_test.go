package bridges

import (
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

// TestSimulationFindsTwoPercent: the bets on a simulated network alone, without
// the claims on J and on laws, find each of these in most runs (R_v = 0 where R_v is not small), and accuse
// nobody who is right.
func TestSimulationFindsTwoPercent(t *testing.T) {
	honest := theorems.Model()
	claims := PopulationsToLatents().Claims
	simulated := claims[len(claims)-1]
	runs := 4 * theoremtest.Multiplier(t)
	for name, mistake := range map[string]struct {
		subject theorems.Subject
		least   int // of four runs
	}{
		"none":    {honest, 0},
		"1.02 J":  {linearizationTwins()[4].Break(honest), 3},
		"1.1 P":   {louder(honest, 1.1), 3},
		"R_v = 0": {noObservationNoise(honest), 2},
	} {
		found := 0
		for seed := range uint64(runs) {
			if out := simulated.On(mistake.subject, simulated.Draw(2*seed)); out.Verdict == theorems.Fails {
				found++
			}
		}
		t.Logf("%s: found in %d of %d runs", name, found, runs)
		require.GreaterOrEqual(t, 4*found, runs*mistake.least, name)
		if name == "none" {
			require.Zero(t, found)
		}
	}
}

// louder draws noise of a variance that is too large by a factor.
func louder(s theorems.Subject, factor float64) theorems.Subject {
	honest := s.SimulateNoisy
	s.SimulateNoisy = func(net *model.RNN, sim model.NoisySimulation, seed uint64) (*model.NoisyTrajectory, error) {
		d, _, _, _ := sim.Noise.Structure()
		for i := range d {
			d[i] *= factor
		}
		var err error
		if sim.Noise, err = model.DiagonalNoise(d); err != nil {
			return nil, err
		}
		return honest(net, sim, seed)
	}
	return s
}

func noObservationNoise(s theorems.Subject) theorems.Subject {
	for _, tw := range PopulationsToLatents().Twins {
		if tw.Name == "noises of the latents alone" {
			return tw.Break(s)
		}
	}
	return s
}
