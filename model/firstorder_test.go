package model_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	oracle "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// notMarkov is the example of S2: Λ_2 = J Λ_1, and Λ_3 − J Λ_2 = 5/11.
func notMarkov(t testing.TB) *model.LDS {
	return latentSystem(t, model.LDSConfig{
		A: matrix(row(0.5, 0), row(0, -0.5)), C: matrix(row(1, 1)),
		Q: denseNoise(t, matrix(row(9, -2.5), row(-2.5, 0.75))), R: isotropic(t, 1, 40.0/9)})
}

func TestAdhocMarkov(t *testing.T) {
	d, err := notMarkov(t).Markov(0)
	require.NoError(t, err)
	fmt.Println(d)
	rng := random(1)
	worst, least := 0.0, math.Inf(1)
	for range 400 {
		n, k := 1+rng.IntN(4), 1+rng.IntN(3)
		a := eighths(rng, k, k)
		a.Scale(0.25, a)
		for kind, q := range noiseKinds(t, rng, k) {
			for kr, r := range noiseKinds(t, rng, n) {
				l := latentSystem(t, model.LDSConfig{A: a, C: eighths(rng, n, k), Q: q, R: r})
				law := lawOfLDS(t, l)
				m, err := l.FirstOrderMatch(0)
				require.NoError(t, err)
				rlaw, err := oracle.RNN{J: rowsOf(m.RNN.J()), P: plainCovariance(m.RNN.P())}.Process()
				require.NoError(t, err)
				g := lawGap(law, rlaw, 2)
				if g > worst {
					worst = g
					fmt.Println("gap", g, kind, kr, n, k)
				}
				nats := law.MarkovGap()
				d := m.Markov
				if (nats > 1e-12) && d.Verdict != model.NotMarkov || nats < 1e-25 && d.Verdict == model.NotMarkov && law.OrderLoss(1, 3) < 1e-20 {
					fmt.Println(kind, kr, n, k, nats, law.OrderLoss(1, 3), d)
				}
				if d.Verdict == model.NotMarkov {
					least = min(least, d.Violation/d.Bound)
				}
			}
		}
	}
	fmt.Println(worst, least)
	var _ mat.Dense
}
