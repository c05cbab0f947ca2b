package model

import "math"

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
