package generators

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// covariance is Σ = diag(d) + F Fᵀ, held by d (n) and F (n×f): whatever
// shrinking does to a factor, Σ stays semidefinite. Entries have few bits, so
// that Σ in float64 is Σ.
type covariance struct {
	diag   []float64
	factor [][]float64
}

// expanded returns Σ (n×n).
func (c covariance) expanded() [][]float64 {
	n := len(c.diag)
	out := zeros(n, n)
	for i := range n {
		out[i][i] = c.diag[i]
		if len(c.factor) != n {
			continue
		}
		for j := range n {
			for k := range min(len(c.factor[i]), len(c.factor[j])) {
				out[i][j] += c.factor[i][k] * c.factor[j][k]
			}
		}
	}
	return out
}

// forms are how a covariance is handed to model: "dense"; "structured", as it is
// held; or "reduced", with something taken away, as what a conversion leaves is.
var forms = [...]string{"structured", "dense", "reduced", "dense"}

// noise hands Σ to model in one of the forms.
func (c covariance) noise(name, form string) (model.Noise, error) {
	s, err := c.inForm(form)
	if err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

func (c covariance) inForm(form string) (model.Noise, error) {
	factor, err := matrixOrNil("factor", c.factor)
	if err != nil {
		return model.Noise{}, err
	}
	structured, err := model.LowRankNoise(c.diag, factor)
	if err != nil {
		return model.Noise{}, err
	}
	switch {
	case form == "structured" && factor == nil && len(c.diag) > 0 && isotropic(c.diag):
		return model.IsotropicNoise(len(c.diag), c.diag[0])
	case form == "structured" && factor == nil:
		return model.DiagonalNoise(c.diag)
	case form == "structured":
		return structured, nil
	case form == "reduced":
		return c.reduced(factor)
	case form != "dense":
		return model.Noise{}, fmt.Errorf("%w: form is %q, want structured, dense or reduced", model.ErrInvalid, form)
	case len(c.diag) == 0:
		return model.ZeroNoise(0), nil
	}
	dense, err := matrix("covariance", c.expanded())
	if err != nil {
		return model.Noise{}, err
	}
	return model.DenseNoise(dense)
}

// reduced hands Σ over as diag(d) + 2 F Fᵀ − F Fᵀ, or, without F, as diag(d + h²) −
// diag(h²) with h of one unit alone, a power of two with h² ≤ d: the range of what
// is left is that of Σ, and no digits of it are lost.
func (c covariance) reduced(factor mat.Matrix) (model.Noise, error) {
	if factor != nil {
		rows, cols := factor.Dims()
		twice := mat.NewDense(rows, 2*cols, nil)
		twice.Augment(factor, factor)
		return model.ReducedNoise(c.diag, twice, factor)
	}
	for i, d := range c.diag {
		if d > 0 {
			_, exponent := math.Frexp(d)
			h := math.Ldexp(1, (exponent-1)>>1)
			more, taken := append([]float64(nil), c.diag...), mat.NewDense(len(c.diag), 1, nil)
			more[i] += h * h
			taken.Set(i, 0, h)
			return model.ReducedNoise(more, nil, taken)
		}
	}
	return model.ReducedNoise(c.diag, nil, nil)
}

// matrixOrNil converts rows to a gonum matrix, nil where there are no numbers.
func matrixOrNil(name string, rows [][]float64) (mat.Matrix, error) {
	numbers := 0
	for _, row := range rows {
		numbers += len(row)
	}
	if numbers == 0 {
		return nil, nil
	}
	return matrix(name, rows)
}

func isotropic(diag []float64) bool {
	for _, x := range diag {
		if x != diag[0] {
			return false
		}
	}
	return true
}

// definiteness is what hypotheses ask of a covariance.
type definiteness int

const (
	semidefinite definiteness = iota
	positive
	singular
	zeroCovariance
)

// drawCovariance draws Σ of n numbers. Modest ones are neither graded nor
// nearly singular.
func drawCovariance(rng *rand.Rand, n int, want definiteness, modest bool) covariance {
	c := covariance{diag: make([]float64, n)}
	if n == 0 {
		return c
	}
	if want == semidefinite {
		want = [...]definiteness{positive, positive, positive, singular, singular, zeroCovariance}[rng.IntN(6)]
	}
	switch {
	case want == zeroCovariance, want == singular && n == 1:
		return c
	case want == singular:
		c.drawSingular(rng, n)
	default:
		c.drawPositive(rng, n, modest)
	}
	if !modest && n > 1 && rng.IntN(8) == 0 {
		c.grade(rng)
	}
	return c
}

func (c *covariance) drawPositive(rng *rand.Rand, n int, modest bool) {
	kind := rng.IntN(5)
	for i := range c.diag {
		c.diag[i] = float64(1+rng.IntN(16)) / 8
		if kind == 0 || kind == 4 {
			c.diag[i] = c.diag[0]
		}
	}
	if kind == 2 || kind == 3 {
		c.factor = quarters(rng, n, 1+rng.IntN(min(n, 2)))
	}
	if kind == 4 && !modest {
		for i := range c.diag { // nearly singular, but for as many directions as F has
			c.diag[i] = 0x1p-26
		}
		c.factor = quarters(rng, n, 1+rng.IntN(n))
	}
}

// drawSingular draws fewer than n directions: some units' own, or shared ones.
func (c *covariance) drawSingular(rng *rand.Rand, n int) {
	directions := 1 + rng.IntN(n-1)
	own := rng.IntN(directions + 1)
	for _, i := range rng.Perm(n)[:own] {
		c.diag[i] = float64(1+rng.IntN(16)) / 8
	}
	if own < directions {
		c.factor = quarters(rng, n, directions-own)
	}
}

// grade scales the units by powers of two, 2^±10, both ends present.
func (c *covariance) grade(rng *rand.Rand) {
	order := rng.Perm(len(c.diag))
	for k, i := range order {
		e := rng.IntN(21) - 10
		switch k {
		case 0:
			e = 10
		case 1:
			e = -10
		}
		c.diag[i] = math.Ldexp(c.diag[i], 2*e)
		if c.factor == nil {
			continue
		}
		for j := range c.factor[i] {
			c.factor[i][j] = math.Ldexp(c.factor[i][j], e)
		}
	}
}

// quarters returns multiples of ¼ between −2 and 2.
func quarters(rng *rand.Rand, rows, cols int) [][]float64 {
	a := zeros(rows, cols)
	for i := range a {
		for j := range a[i] {
			a[i][j] = integer(rng, 8) / 4
		}
	}
	return a
}

// permuted returns rows in another order: row k is row order[k] of a, nil for nil.
func permuted[E any](a []E, order []int) []E {
	if a == nil {
		return nil
	}
	out := make([]E, len(a))
	for k, i := range order {
		out[k] = a[i]
	}
	return out
}
