package model

import (
	"math"
	"math/rand/v2"
)

// noiseCore writes Σ = T (I_⊥ + B S correlation S Bᵀ) T for a structured
// covariance: T = diag(scale) scales the units, B (n×k) has orthonormal columns
// (those of the units with d > 0 apart from the others'), I_⊥ is the identity
// on the units with d > 0 less the span of B (d that is nothing beside F Fᵀ is
// taken for 0), and S = diag(spread) gives I + the
// image of F Fᵀ a unit diagonal, so that small variances do not drown in the
// rounding of large ones. Σ ⪰ 0 iff correlation ⪰ 0.
type noiseCore struct {
	correlation   array
	b             array
	spread, scale []float64
	noisy         []int   // units with d > 0
	size          float64 // ‖T⁻¹[F H]‖_F
}

// ownShare is how much of a unit's variance its own d must be to be kept apart.
// Rows of T⁻¹[F H] grow as that shrinks, and a QR decomposition is off by u of
// the largest: both errors, relative to standard deviations, are 2^-35 here.
const ownShare = 0x1p-35

func (s Noise) core() noiseCore {
	var bare []int
	c := noiseCore{scale: make([]float64, s.n)}
	z := s.plus.beside(s.minus)
	inverse := make([]float64, s.n)
	for i := range s.n {
		if s.diag[i] > ownShare*squares(s.plus.row(i)) {
			c.noisy, c.scale[i] = append(c.noisy, i), math.Sqrt(s.diag[i])
		} else {
			bare = append(bare, i)
			if c.scale[i] = (array{1, z.cols, z.row(i)}).frobenius(); c.scale[i] == 0 {
				c.scale[i] = 1
			}
		}
		inverse[i] = 1 / c.scale[i]
	}
	z = z.scaledRows(inverse)
	c.size = z.frobenius()
	qn, rn := z.selectRows(c.noisy).qr()
	qb, rb := z.selectRows(bare).qr()
	r := array{rn.rows + rb.rows, z.cols, append(append([]float64{}, rn.data...), rb.data...)}
	f, h := r.columns(0, s.plus.cols), r.columns(s.plus.cols, z.cols)
	given := f.mulT(f)
	for j := range rn.rows {
		given.data[j*given.cols+j]++
	}
	c.spread = make([]float64, r.rows)
	unspread := make([]float64, r.rows)
	for j := range c.spread {
		if c.spread[j] = math.Sqrt(given.at(j, j)); c.spread[j] == 0 {
			c.spread[j] = 1
		}
		unspread[j] = 1 / c.spread[j]
	}
	c.correlation = given.minus(h.mulT(h)).scaledRows(unspread).scaledColumns(unspread)
	c.b = newArray(s.n, r.rows)
	for k, i := range c.noisy {
		copy(c.b.row(i), qn.row(k))
	}
	for k, i := range bare {
		copy(c.b.row(i)[rn.rows:], qb.row(k))
	}
	return c
}

// colour returns the linear map W (n×inputs) with W Wᵀ = Σ, as a function,
// after a set-up of O(n (p+h)²), or O(n³) for a dense Σ.
func (s Noise) colour() (apply func(white []float64) []float64, inputs int, err error) {
	switch {
	case s.Kind() == DenseNoiseKind:
		return s.colourDense()
	case s.minus.cols > 0:
		return s.colourReduced()
	}
	return func(white []float64) []float64 {
		out := s.plus.timesVector(white[s.n:])
		for i, d := range s.diag {
			out[i] += math.Sqrt(d) * white[i]
		}
		return out
	}, s.n + s.plus.cols, nil
}

// colourDense decomposes the correlations: a root of the covariances would
// lose small variances in the rounding of large ones.
func (s Noise) colourDense() (func([]float64) []float64, int, error) {
	deviation, inverse := make([]float64, s.n), make([]float64, s.n)
	for i := range deviation {
		if deviation[i] = math.Sqrt(s.full.at(i, i)); deviation[i] > 0 {
			inverse[i] = 1 / deviation[i]
		}
	}
	values, vectors, err := s.full.scaledRows(inverse).scaledColumns(inverse).eigenSym()
	root := vectors.scaledColumns(roots(values)).scaledRows(deviation)
	return root.timesVector, s.n, err
}

func (s Noise) colourReduced() (func([]float64) []float64, int, error) {
	c := s.core()
	values, vectors, err := c.correlation.eigenSym()
	if err != nil {
		return nil, 0, err
	}
	root := vectors.scaledColumns(roots(values)).scaledRows(c.spread)
	return func(white []float64) []float64 {
		out := make([]float64, s.n)
		for _, i := range c.noisy {
			out[i] = white[i]
		}
		drawn := root.timesVector(white[s.n:])
		for k, inside := range c.b.timesVectorT(out) {
			drawn[k] -= inside
		}
		shift := c.b.timesVector(drawn)
		for i := range out {
			out[i] = c.scale[i] * (out[i] + shift[i])
		}
		return out
	}, s.n + root.cols, nil
}

// sampler returns a function that draws from N(0, Σ).
func (s Noise) sampler() (func(rng *rand.Rand) []float64, error) {
	apply, inputs, err := s.colour()
	if err != nil {
		return nil, err
	}
	return func(rng *rand.Rand) []float64 { return apply(normals(rng, inputs)) }, nil
}

// image returns T Σ Tᵀ (m×m) for T (m×n), dense, as the square of T W: so that
// it is positive semidefinite, to the rounding of standard deviations.
func (s Noise) image(t array) (Noise, error) {
	if s.minus.cols > 0 {
		s = denseNoise(s.expanded().symmetrized())
	}
	apply, inputs, err := s.colour()
	if err != nil {
		return Noise{}, err
	}
	root := newArray(inputs, s.n) // Wᵀ
	white := make([]float64, inputs)
	for k := range inputs {
		white[k] = 1
		copy(root.row(k), apply(white))
		white[k] = 0
	}
	w := t.mulT(root)
	full := w.mulT(w).symmetrized()
	if most := full.maxAbs(); math.IsNaN(most) || math.IsInf(most, 0) {
		return Noise{}, invalidf("the covariance of what is transformed overflows")
	}
	return denseNoise(full), nil
}

// scaled returns factor²·Σ.
func (s Noise) scaled(factor float64) Noise {
	out := Noise{n: s.n, plus: s.plus.scaled(factor), minus: s.minus.scaled(factor)}
	if s.Kind() == DenseNoiseKind {
		out.full = s.full.scaled(factor).scaled(factor)
		return out
	}
	out.diag = array{1, s.n, s.diag}.scaled(factor).scaled(factor).data
	return out
}

// denseNoise holds a covariance that is known to be one.
func denseNoise(full array) Noise {
	if full.rows == 0 {
		return ZeroNoise(0)
	}
	return Noise{n: full.rows, full: full, plus: newArray(full.rows, 0), minus: newArray(full.rows, 0)}
}

func roots(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = math.Sqrt(math.Max(x, 0))
	}
	return out
}

func normals(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	return out
}
