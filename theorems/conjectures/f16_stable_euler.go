package conjectures

import (
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// EulerStep is a tanh network with its outputs r* = tanh x* at a fixed point,
// any numbers between −1 and 1, and α = dt/τ.
type EulerStep struct {
	W       [][]float64 `json:"W" dim:"N,N"`
	Outputs []float64   `json:"outputs" dim:"N"`
	Alpha   float64     `json:"alpha" shrink:"positive"`
}

// stableEuler is F16.
func stableEuler() theorems.Conjecture {
	const n = 1
	return theorems.Conjecture{
		Ref: "F16", ID: "conjectures/stable-flow-stable-map",
		Statement: "For every network, every fixed point at which the flow is linearly stable, and every step dt ≤ τ, the Euler map x ↦ x + dt·ẋ is linearly stable there.",
		Source:    "judging a trained, hence discretized, network by the eigenvalues of its flow (L13)",
		Instead:   "A stable map implies a stable flow, not the reverse: with α = dt/τ and μ an eigenvalue of WD the flow asks for Re μ < 1, the map for |1−α+αμ| < 1, a disc of radius 1/α that touches that line from inside (L13).",
		Levels: []theorems.Level{listing(level(theorems.Size{N: n}, drawnBy(func(rng *rand.Rand) EulerStep {
			return EulerStep{W: wholeRows(rng, n, n, 8), Outputs: halves(rng, n), Alpha: naturals(rng, 1, 8)[0] / 8}
		}), decideStableEuler), simplestFirst(func(x []float64) EulerStep { return EulerStep{inRows(x[:1], 1), x[1:2], x[2]} },
			[]float64{0, 1, -1, 2, -2}, []float64{0, 0.5}, []float64{1, 0.5}))},
		Minimal: "There is no network of less than one unit. With one, μ < 1 − 2/α ≤ −1: at α = 1 and r* = 0 every W < −1 refutes it, and −2 is the simplest.",
		ByHand: byHand(func(c EulerStep) []string {
			_, d, _ := c.product()
			mu, alpha, one := times(theorems.Rational(c.W[0][0]), d[0]), theorems.Rational(c.Alpha), big.NewRat(1, 1)
			rate := minus(mu, one)
			return []string{
				fmt.Sprintf("slope 1 − r*² = %s, μ = W·slope = %s", d[0].RatString(), mu.RatString()),
				fmt.Sprintf("flow: τλ = μ − 1 = %s < 0, stable", rate.RatString()),
				fmt.Sprintf("map, α = %s: a step multiplies a deviation by 1 + ατλ = %s, more than 1 in size: unstable", alpha.RatString(), plus(one, times(alpha, rate)).RatString()),
			}
		}),
	}
}

// product returns WD and the diagonal of D.
func (c EulerStep) product() (wd *exact.Matrix, slopes []*big.Rat, err error) {
	slopes, ok := tanhSlopes(c.Outputs)
	if !ok || !(c.Alpha > 0 && c.Alpha <= 1) {
		return nil, nil, fmt.Errorf("%w: an output that tanh does not have, or a step that is not in (0, τ]", theorems.ErrUndecided)
	}
	return rational(c.W).Mul(exact.Diagonal(slopes)), slopes, nil
}

func decideStableEuler(c EulerStep) error {
	wd, _, err := c.product()
	if err != nil {
		return err
	}
	id := exact.Identity(wd.Rows())
	flow := wd.Sub(id)
	if flow.CharPoly().HalfPlane() != exact.Inside {
		return nil // nothing is claimed
	}
	euler := id.Add(flow.Scale(theorems.Rational(c.Alpha)))
	switch euler.CharPoly().UnitDisc() {
	case exact.Inside:
		return nil
	case exact.On:
		return fmt.Errorf("%w: an eigenvalue of the map is on the unit circle", theorems.ErrUndecided)
	}
	return theorems.Violatedf("τM_x = %s is stable, the map I + ατM_x = %s is not", inline(flow), inline(euler))
}
