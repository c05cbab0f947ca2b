package generators

import (
	"math/rand/v2"

	"pgregory.net/rapid"
)

// Gauged is a mixture, a latent state, and an invertible G (R×R): G = S·diag(Stretch)
// with a unimodular integer S, so that dropping an index, or setting a number
// to 0 or 1, leaves it invertible.
type Gauged struct {
	MixturePoint
	Shear   [][]float64 `json:"shear" dim:"R,R" numbers:"whole"` // its strict triangles; the diagonal is not read
	Stretch []float64   `json:"stretch" dim:"R" shrink:"nonzero" numbers:"few"`
}

// Gaugeds draws mixtures with changes of their latents.
func Gaugeds(o MixtureOptions) *rapid.Generator[Gauged] {
	points := MixturePoints(o)
	return rapid.Custom(func(t *rapid.T) Gauged {
		c := Gauged{MixturePoint: points.Draw(t, "mixture")}
		c.Shear, c.Stretch = drawGauge(noise(t), c.Rank())
		return c
	})
}

// drawGauge draws shears and stretches; neither G nor its inverse is more than
// a few bits long, unless it stretches by 3.
func drawGauge(rng *rand.Rand, rank int) (shear [][]float64, stretch []float64) {
	shear, stretch = zeros(rank, rank), make([]float64, rank)
	for i := range rank {
		for j := range rank {
			if i != j {
				shear[i][j] = integer(rng, 1)
			}
		}
		stretch[i] = [...]float64{2, 0.5, 3, -1, 0.25}[rng.IntN(5)]
	}
	return shear, stretch
}

// gaugeMatrix returns S·diag(stretch).
func gaugeMatrix(shear [][]float64, stretch []float64) [][]float64 {
	g, _ := Change{Shear: shear}.Similarity()
	for i := range g {
		for j := range g {
			g[i][j] *= stretch[j]
		}
	}
	return g
}

// G returns G (R×R).
func (c Gauged) G() [][]float64 { return gaugeMatrix(c.Shear, c.Stretch) }

// G returns G (R×R).
func (c ReducedGauge) G() [][]float64 { return gaugeMatrix(c.Shear, c.Stretch) }
