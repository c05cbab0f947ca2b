package model

import "math"

// image returns T Σ Tᵀ (m×m) for T (m×n), dense, as the square of T G for a root
// G of Σ: so that it is positive semidefinite, to the rounding of standard
// deviations.
func (s Noise) image(t array) (Noise, error) {
	root, err := s.root()
	if err != nil {
		return Noise{}, err
	}
	w := root.tmul(t.t())
	full := w.tmul(w).symmetrized()
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
