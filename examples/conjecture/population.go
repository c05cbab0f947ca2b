package conjecture

import (
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Population is an instance: loadings and private variances. The tags say that
// both lose a unit together when an instance is shrunk, and that G loses a column
// with a latent.
type Population struct {
	Tags []string    `json:"tags,omitempty"`
	G    [][]float64 `json:"G" dim:"N,K"`
	Psi  []float64   `json:"psi" dim:"N" numbers:"any,nonnegative"`
}

// Admissible reports whether the hypotheses hold: shrinking keeps to it.
func (p Population) Admissible() bool {
	sum := 0.0
	for i, row := range p.G {
		if !(p.Psi[i] >= 0) {
			return false
		}
		sum += normSquared(row) + p.Psi[i]
	}
	return sum > 0
}

// populations draws what is special beside what is not: a structure first,
// then its numbers. They satisfy the hypotheses by construction.
func populations() *rapid.Generator[Population] {
	return rapid.Custom(func(t *rapid.T) Population {
		kind := rapid.SampledFrom([]string{"any", "shared alone", "private alone", "one latent", "orthogonal latents", "graded units"}).Draw(t, "kind")
		n, k := rapid.IntRange(1, 8).Draw(t, "N"), rapid.IntRange(1, 5).Draw(t, "K")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		if kind == "one latent" {
			k = 1
		}
		p := Population{Tags: []string{kind}, Psi: make([]float64, n)}
		for i := range n {
			row := make([]float64, k)
			for l := range row {
				switch {
				case kind == "private alone", kind == "orthogonal latents" && i%k != l:
				default:
					row[l] = 1 + math.Abs(rng.NormFloat64())
					if rng.IntN(2) == 0 {
						row[l] = -row[l]
					}
				}
			}
			if kind != "shared alone" {
				p.Psi[i] = rng.ExpFloat64() + 0x1p-10
			}
			if kind == "graded units" {
				size := math.Ldexp(1, rng.IntN(21)-10)
				for l := range row {
					row[l] *= size
				}
				p.Psi[i] *= size * size
			}
			p.G = append(p.G, row)
		}
		if k > n {
			p.Tags = append(p.Tags, "more latents than units")
		}
		if n == 1 {
			p.Tags = append(p.Tags, "one unit")
		}
		return p
	})
}

// twin is a mistake in Dimension.
func twin(name, mistake string, wrong func(g [][]float64, psi []float64) float64) theorems.Twin {
	return theorems.OwnTwin(name, mistake, func(right Functions) Functions {
		right.Dimension = func(g [][]float64, psi []float64) (float64, error) { return wrong(g, psi), nil }
		return right
	})
}

// traces returns tr C and tr C², the latter from C itself.
func traces(g [][]float64, psi []float64) (trace, square float64) {
	for i := range g {
		for j := range g {
			c := 0.0
			for k := range g[i] {
				c += g[i][k] * g[j][k]
			}
			if i == j {
				c += psi[i]
				trace += c
			}
			square += c * c
		}
	}
	return trace, square
}

// centred returns loadings about their means over units.
func centred(g [][]float64) [][]float64 {
	out := make([][]float64, len(g))
	for i, row := range g {
		out[i] = make([]float64, len(row))
		for k := range row {
			mean := 0.0
			for j := range g {
				mean += g[j][k] / float64(len(g))
			}
			out[i][k] = row[k] - mean
		}
	}
	return out
}

func normSquared(row []float64) float64 {
	sum := 0.0
	for _, x := range row {
		sum += x * x
	}
	return sum
}

// doubled returns the population with activity in units half as large.
func (p Population) doubled() Population {
	out := Population{Psi: make([]float64, len(p.Psi))}
	for i, row := range p.G {
		out.G = append(out.G, make([]float64, len(row)))
		for k, x := range row {
			out.G[i][k] = 2 * x
		}
		out.Psi[i] = 4 * p.Psi[i]
	}
	return out
}
